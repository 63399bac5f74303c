"""Bids: who may place them, which are refused and why, who decides, and that what is promised is gone."""

from __future__ import annotations

import pytest

from models.bids import BidStatus
from models.events import Event
from models.listings import ListingStatus
from models.organisations import Licence
from tests.web.bidding import Person, Trade, accept, all_bids, decline, new_bid, withdraw
from tests.web.reading import Page


@pytest.fixture
def owner(trade: Trade) -> Person:
    return trade.person(name="大路电厂", name_en="Dalu Power")


@pytest.fixture
def bidder(trade: Trade) -> Person:
    return trade.person(name="准格尔水泥", name_en="Jungar Cement")


def test_a_bid_is_placed_seen_and_accepted(trade: Trade, owner: Person, bidder: Person) -> None:
    supply = trade.supply(owner)
    page = bidder.get(new_bid(supply))
    assert page.faults() == []
    answer = bidder.bid(new_bid(supply), message="请寄样品")
    assert (answer.status_code, answer.location) == (302, "/bids")
    assert "报价" in bidder.get("/bids").text
    [bid] = trade.bids(supply)
    assert (bid.status, bid.t_per_month, bid.price_yuan_per_t, bid.message) == ("open", 100, 12.5, "请寄样品")

    page = owner.get(all_bids(supply))
    assert page.faults() == []
    assert "准格尔水泥" in page.text and "请寄样品" in page.text
    answer = owner.client.post(accept(bid), data=page.form(accept(bid)))
    assert (answer.status_code, answer.location) == (302, all_bids(supply))
    [bid] = trade.bids(supply)
    assert (bid.status, bid.decided_by) == (BidStatus.ACCEPTED, owner.user.id)
    kinds = {event.kind for event in trade.session.query(Event).filter_by(subject_type="bid", subject_id=str(bid.id))}
    assert kinds == {"bid.placed", "bid.accepted"}


def test_an_offer_on_a_demand(trade: Trade, owner: Person, bidder: Person) -> None:
    demand = trade.demand(owner, accepts={"fly_ash_pc": 1, "gangue": 0.5})
    own = trade.supply(bidder, waste_type_id="gangue")
    page = bidder.get(new_bid(demand))
    assert page.faults() == []
    assert {one.attrs["value"] for one in page.main.all("select", name="waste_type_id")[0].all("option")} == {
        "fly_ash_pc", "gangue"
    }
    assert bidder.bid(new_bid(demand), waste_type_id="gangue", own_listing=own.code).status_code == 302
    [bid] = trade.bids(demand)
    assert owner.post(accept(bid)).status_code == 302
    assert owner.get(all_bids(demand)).faults() == []


def test_what_is_promised_is_no_longer_free(trade: Trade, owner: Person, bidder: Person) -> None:
    supply, own = trade.supply(owner), trade.demand(bidder)
    assert bidder.bid(new_bid(supply), t_per_month="600", end_month="2027-12", start_month="2027-01",
                      own_listing=own.code).status_code == 302
    assert owner.post(accept(trade.bids(supply)[0])).status_code == 302
    rows = owner.get(all_bids(supply)).all("table", class_="room")[0].all("tr")[1:]
    assert [[cell.text for cell in row.all("td")] for row in rows[:2]] == [["600", "400"], ["600", "800"]]
    late = trade.person()
    answer = late.bid(new_bid(supply), t_per_month="400.5", start_month="2027-01", end_month="2027-12")
    assert answer.status_code == 422
    assert "400" in Page(answer).errors()["t_per_month"]
    assert late.bid(new_bid(supply), t_per_month="400", start_month="2027-01", end_month="2027-12").status_code == 302
    # The bidder's own demand is used up by the same tonnes.
    answer = late.bid(new_bid(own), t_per_month="401", start_month="2027-01", end_month="2027-12")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"t_per_month": "1000.5", "start_month": "2027-01", "end_month": "2027-12"}, "t_per_month"),
        ({"t_per_month": "49"}, "t_per_month"),
        ({"t_per_month": "-1"}, "t_per_month"),
        ({"t_per_month": "0"}, "t_per_month"),
        ({"t_per_month": ""}, "t_per_month"),
        ({"t_per_month": "NaN"}, "t_per_month"),
        ({"t_per_month": "1e999"}, "t_per_month"),
        ({"t_per_month": "一百"}, "t_per_month"),
        ({"price_yuan_per_t": "Infinity"}, "price_yuan_per_t"),
        ({"price_yuan_per_t": "100001"}, "price_yuan_per_t"),
        ({"price_yuan_per_t": "1.234"}, "price_yuan_per_t"),
        ({"start_month": "2027-06", "end_month": "2027-03"}, "end_month"),
        ({"start_month": "2026-12"}, "start_month"),
        ({"end_month": "2028-01"}, "end_month"),
        ({"end_month": "2027-13"}, "end_month"),
        ({"waste_type_id": "gangue"}, "waste_type_id"),
        ({"own_listing": "D00000"}, "own_listing"),
        ({"message": "字" * 1001}, "message"),
    ],
)
def test_impossible_terms_stand_beside_their_field(
    trade: Trade, owner: Person, bidder: Person, changes: dict[str, str], field: str
) -> None:
    supply = trade.supply(owner, min_lot_t=50)
    answer = bidder.bid(new_bid(supply), **changes)
    assert answer.status_code == 422
    page = Page(answer)
    assert set(page.errors()) == {field}
    assert page.faults() == []
    # What was typed is kept.
    typed = page.form()
    assert {key: typed[key] for key in changes if key in ("t_per_month", "price_yuan_per_t", "message")} == {
        key: value for key, value in changes.items() if key in ("t_per_month", "price_yuan_per_t", "message")
    }
    assert trade.bids(supply) == []


@pytest.mark.parametrize(("typed", "tonnes"), [("１２０", 120), ("1,000", 1000), ("8.5", 8.5)])
def test_numbers_as_people_type_them(
    trade: Trade, owner: Person, bidder: Person, typed: str, tonnes: float
) -> None:
    supply = trade.supply(owner)
    assert bidder.bid(new_bid(supply), t_per_month=typed).status_code == 302
    assert float(trade.bids(supply)[0].t_per_month) == tonnes


class TestWhoMayNot:
    def refused(self, person: Person, address: str, words: str) -> None:
        page = person.get(address)
        assert words in page.main.text
        [button] = [one for one in page.main.all("button") if one.inside("form")]
        assert "disabled" in button.attrs
        assert person.bid(address).status_code == 422

    def test_ones_own_listing(self, trade: Trade, owner: Person) -> None:
        supply = trade.supply(owner)
        self.refused(owner, new_bid(supply), "由其他企业报价")
        assert trade.bids(supply) == []

    def test_twice(self, trade: Trade, owner: Person, bidder: Person) -> None:
        supply = trade.supply(owner)
        assert bidder.bid(new_bid(supply)).status_code == 302
        self.refused(trade.colleague(bidder.user.enterprise), new_bid(supply), "")
        assert len(trade.bids(supply)) == 1

    def test_an_unchecked_receiver(self, trade: Trade, owner: Person) -> None:
        supply, other = trade.supply(owner), trade.person(qualified=False)
        self.refused(other, new_bid(supply), "尚未")
        unchecked = trade.demand(other)
        self.refused(owner, new_bid(unchecked), "尚未")

    def test_hazardous_waste_without_a_licence(self, trade: Trade, owner: Person, bidder: Person) -> None:
        supply = trade.supply(owner, waste_type_id="coal_tar_residue")
        self.refused(bidder, new_bid(supply), "危险废物")
        for code in ("HW11", "coal_tar_residue"):
            licensed = trade.person()
            trade.session.add(Licence(enterprise_id=licensed.user.enterprise_id, code=code))
            trade.session.commit()
            assert licensed.bid(new_bid(supply)).status_code == 302, code
        other = trade.person()
        trade.session.add(Licence(enterprise_id=other.user.enterprise_id, code="HW08"))
        trade.session.commit()
        assert other.bid(new_bid(supply)).status_code == 422

    def test_a_withdrawn_listing(self, trade: Trade, owner: Person, bidder: Person) -> None:
        self.refused(bidder, new_bid(trade.supply(owner, status=ListingStatus.WITHDRAWN)), "")

    def test_a_draft_is_not_there(self, trade: Trade, owner: Person, bidder: Person) -> None:
        supply = trade.supply(owner, status=ListingStatus.DRAFT)
        bidder.get(new_bid(supply), status=404)
        bidder.get(all_bids(supply), status=404)

    @pytest.mark.parametrize("role", ["committee", "regulator", "admin"])
    def test_other_roles(self, trade: Trade, owner: Person, role: str) -> None:
        from tests import factories as make

        park = make.park(trade.session)
        person = trade.browser(make.user(trade.session, role=role, park_id=park.id if role == "committee" else None))
        supply = trade.supply(owner)
        person.get(new_bid(supply), status=403)
        person.get("/bids", status=403)

    def test_nobody_signed_in(self, trade: Trade, owner: Person) -> None:
        supply = trade.supply(owner)
        answer = trade.app.test_client().get(new_bid(supply))
        assert (answer.status_code, answer.location) == (302, f"/sign-in?next={new_bid(supply)}")


class TestDeciding:
    @pytest.fixture
    def placed(self, trade: Trade, owner: Person, bidder: Person):
        supply = trade.supply(owner)
        assert bidder.bid(new_bid(supply)).status_code == 302
        return supply, trade.bids(supply)[0]

    def test_the_wrong_side_may_not(self, trade: Trade, bidder: Person, placed) -> None:
        supply, bid = placed
        for person in (bidder, trade.person()):
            person.get(all_bids(supply), status=403)
            assert person.post(accept(bid)).status_code == 403
            assert person.post(decline(bid)).status_code == 403
        assert trade.person().post(withdraw(bid)).status_code == 403
        assert trade.bids(supply)[0].status == BidStatus.OPEN

    def test_the_owner_may_not_withdraw_for_the_bidder(self, owner: Person, placed) -> None:
        assert owner.post(withdraw(placed[1])).status_code == 403

    def test_accepting_twice(self, trade: Trade, owner: Person, placed) -> None:
        supply, bid = placed
        assert owner.post(accept(bid)).status_code == 302
        again = owner.post(accept(bid))
        assert again.status_code == 409
        assert Page(again).faults() == []
        assert owner.post(decline(trade.bids(supply)[0])).status_code == 409
        assert trade.bids(supply)[0].status == BidStatus.ACCEPTED

    def test_declined_and_bid_anew(self, trade: Trade, owner: Person, bidder: Person, placed) -> None:
        supply, bid = placed
        assert owner.post(decline(bid)).status_code == 302
        assert bidder.bid(new_bid(supply)).status_code == 302
        assert [one.status for one in trade.bids(supply)] == ["declined", "open"]

    def test_withdrawn_bids_are_not_accepted(self, trade: Trade, owner: Person, bidder: Person, placed) -> None:
        supply, bid = placed
        assert bidder.post(withdraw(bid)).status_code == 302
        assert bidder.post(withdraw(bid)).status_code == 409
        assert owner.post(accept(bid)).status_code == 409
        assert trade.bids(supply)[0].status == BidStatus.WITHDRAWN

    def test_a_bid_that_changed_is_shown_again(self, trade: Trade, owner: Person, placed) -> None:
        supply, bid = placed
        trade.bids(supply)[0].message = "changed"
        trade.session.commit()
        answer = owner.post(f"/bids/{bid.id}/accept/1")
        assert answer.status_code == 409
        assert trade.bids(supply)[0].status == BidStatus.OPEN

    def test_two_that_do_not_fit_together(self, trade: Trade, owner: Person, placed) -> None:
        supply, bid = placed
        other = trade.person()
        full = {"t_per_month": "1000", "start_month": "2027-01", "end_month": "2027-12"}
        assert other.bid(new_bid(supply), **full).status_code == 302
        assert owner.post(accept(bid)).status_code == 302
        assert owner.post(accept(trade.bids(supply)[1])).status_code == 409

    @pytest.mark.parametrize("number", ["999999", "0", "99999999999999999999"])
    def test_no_such_bid(self, owner: Person, number: str) -> None:
        for verb in ("accept/1", "decline/1", "withdraw"):
            assert owner.post(f"/bids/{number}/{verb}").status_code == 404

    def test_without_the_token_nothing_happens(self, trade: Trade, owner: Person, placed) -> None:
        supply, bid = placed
        assert owner.client.post(accept(bid)).status_code == 400
        assert trade.bids(supply)[0].status == BidStatus.OPEN


def test_a_double_click_makes_one_bid(trade: Trade, owner: Person, bidder: Person) -> None:
    supply = trade.supply(owner)
    form = {**bidder.get(new_bid(supply)).form(), "t_per_month": "10", "price_yuan_per_t": "1"}
    answers = [bidder.client.post(new_bid(supply), data=form) for _ in range(2)]
    assert [(one.status_code, one.location) for one in answers] == [(302, "/bids")] * 2
    assert len(trade.bids(supply)) == 1
    assert trade.told(owner) == ["bid.placed"]


def test_somebody_elses_key_shows_nothing(trade: Trade, owner: Person, bidder: Person) -> None:
    supply = trade.supply(owner)
    form = {**bidder.get(new_bid(supply)).form(), "t_per_month": "10", "price_yuan_per_t": "1"}
    assert bidder.client.post(new_bid(supply), data=form).status_code == 302
    answer = trade.person().bid(new_bid(supply), submission_key=form["submission_key"])
    assert answer.status_code == 403
