"""Bids that are talked over, and listings sold first come: whoever's turn it is answers."""

from __future__ import annotations

import pytest

from models.bids import BidStatus, Party
from models.contracts import Contract
from models.listings import SaleMode, Supply
from models.tenders import Tender
from tests.web.bidding import Person, Trade, accept, all_bids, decline, new_bid
from tests.web.reading import Page


@pytest.fixture
def owner(trade: Trade) -> Person:
    return trade.person(name="大路电厂", name_en="Dalu Power")


@pytest.fixture
def bidder(trade: Trade) -> Person:
    return trade.person(name="准格尔水泥", name_en="Jungar Cement")


@pytest.fixture
def placed(trade: Trade, owner: Person, bidder: Person):
    supply = trade.supply(owner)
    assert bidder.bid(new_bid(supply), message="先试一个月").status_code == 302
    return supply, trade.bids(supply)[0]


def counter(person: Person, bid_id: int, **changes: str):
    """Fill in the form of other terms and send it."""
    form = person.get(f"/bids/{bid_id}").form(f"/bids/{bid_id}/counter")
    return person.client.post(f"/bids/{bid_id}/counter", data={**form, **changes})


def contracts_on(trade: Trade, supply: Supply) -> list[Contract]:
    trade.session.commit()
    found = trade.session.query(Contract).filter_by(supply_id=supply.id).all()
    trade.session.commit()
    return found


def test_countered_twice_and_accepted_by_the_bidder(trade: Trade, owner: Person, bidder: Person, placed) -> None:
    supply, bid = placed
    assert [(row.number, row.by_party) for row in bid.rounds] == [(1, Party.BIDDER)]
    assert counter(owner, bid.id, price_yuan_per_t="15", message="十五元可以").status_code == 302
    assert trade.told(bidder) == ["bid.countered"] and "还价" in bidder.notices()[0]
    assert owner.post(accept(trade.bids(supply)[0])).status_code == 409, "its own terms stand"
    assert counter(bidder, bid.id, price_yuan_per_t="14", t_per_month="120").status_code == 302
    assert trade.told(owner) == ["bid.placed", "bid.countered"]
    assert counter(owner, bid.id, price_yuan_per_t="14.5").status_code == 302
    for person in (owner, bidder):
        page = person.get(f"/bids/{bid.id}")
        assert page.faults() == []
        rounds = page.all("table", class_="rounds")[0].all("tr")[1:]
        assert [row.all("td")[1].text for row in rounds] == ["12.5", "15", "14", "14.5"]
        assert "先试一个月" in page.text and "十五元可以" in page.text
    assert owner.get(all_bids(supply)).faults() == [] and bidder.get("/bids").faults() == []
    last = trade.bids(supply)[0]
    assert (last.awaits, str(last.price_yuan_per_t), int(last.t_per_month)) == (Party.BIDDER, "14.50", 120)
    answer = bidder.post(accept(last))
    assert (answer.status_code, answer.location) == (302, "/bids")
    [contract] = contracts_on(trade, supply)
    assert (str(contract.price_yuan_per_t), [int(month.planned_t) for month in contract.months]) == ("14.50", [120] * 3)
    assert bidder.post(accept(last)).status_code in (403, 409)
    assert len(contracts_on(trade, supply)) == 1


def test_the_side_whose_turn_it_is_declines(trade: Trade, owner: Person, bidder: Person, placed) -> None:
    supply, bid = placed
    assert bidder.post(decline(bid)).status_code == 403
    counter(owner, bid.id, price_yuan_per_t="15")
    assert bidder.post(decline(trade.bids(supply)[0])).status_code == 302
    assert trade.bids(supply)[0].status == BidStatus.DECLINED and "bid.declined" in trade.told(owner)


def test_strangers_see_and_do_nothing(trade: Trade, placed) -> None:
    _supply, bid = placed
    stranger = trade.person()
    stranger.get(f"/bids/{bid.id}", status=403)
    assert stranger.post(f"/bids/{bid.id}/counter").status_code == 403
    stranger.get("/bids/99999999", status=404)


@pytest.mark.parametrize(("changes", "field"), [
    ({"price_yuan_per_t": "12.5"}, "price_yuan_per_t"), ({"price_yuan_per_t": "贵"}, "price_yuan_per_t"),
    ({"t_per_month": "0"}, "t_per_month"), ({"t_per_month": "99999"}, "t_per_month"),
    ({"end_month": "2027-01"}, "end_month"), ({"end_month": "2028-07"}, "end_month"),
])
def test_terms_that_cannot_be(
    trade: Trade, owner: Person, placed, changes: dict[str, str], field: str
) -> None:
    supply, bid = placed
    answer = counter(owner, bid.id, message="留着", **changes)
    page = Page(answer)
    assert answer.status_code == 422 and set(page.errors()) == {field} and page.faults() == []
    assert page.form(f"/bids/{bid.id}/counter")["message"] == "留着"
    assert len(trade.bids(supply)[0].rounds) == 1


def test_a_stale_answer_is_shown_again(trade: Trade, owner: Person, placed) -> None:
    supply, bid = placed
    form = owner.get(f"/bids/{bid.id}").form(f"/bids/{bid.id}/counter")
    assert owner.post(decline(bid)).status_code == 302
    answer = owner.client.post(f"/bids/{bid.id}/counter", data={**form, "price_yuan_per_t": "20"})
    assert answer.status_code == 422 and trade.bids(supply)[0].status == BidStatus.DECLINED


class TestFirstCome:
    @pytest.fixture
    def supply(self, trade: Trade, owner: Person) -> Supply:
        return trade.supply(owner, sale_mode=SaleMode.FIRST_COME, ask_yuan_per_t=12)

    def test_a_bid_that_meets_the_price_is_taken_at_once(
        self, trade: Trade, owner: Person, bidder: Person, supply: Supply
    ) -> None:
        assert "先到先得" in bidder.get(f"/supplies/{supply.code}").text
        form = {**bidder.get(new_bid(supply)).form(), "t_per_month": "100", "price_yuan_per_t": "12"}
        answers = [bidder.client.post(new_bid(supply), data=form) for _click in range(2)]
        assert [one.status_code for one in answers] == [302, 302]
        [bid] = trade.bids(supply)
        assert bid.status == BidStatus.ACCEPTED and len(contracts_on(trade, supply)) == 1
        assert trade.told(owner) == ["bid.accepted"] and trade.told(bidder) == ["bid.accepted"]

    def test_a_lower_one_waits(self, trade: Trade, owner: Person, bidder: Person, supply: Supply) -> None:
        assert bidder.bid(new_bid(supply), price_yuan_per_t="11.99").status_code == 302
        assert trade.bids(supply)[0].status == BidStatus.OPEN and trade.told(owner) == ["bid.placed"]
        assert contracts_on(trade, supply) == []

    def test_when_the_tonnes_are_gone_it_is_refused(self, trade: Trade, bidder: Person, supply: Supply) -> None:
        whole = {"t_per_month": "1000", "start_month": "2027-01", "end_month": "2027-12"}
        assert bidder.bid(new_bid(supply), **whole).status_code == 302
        late = trade.person()
        assert late.bid(new_bid(supply), **whole).status_code == 422

    def test_on_a_demand_an_offer_at_the_price_or_below(self, trade: Trade, owner: Person, bidder: Person) -> None:
        demand = trade.demand(owner, sale_mode=SaleMode.FIRST_COME, bid_yuan_per_t=30)
        assert bidder.bid(new_bid(demand), price_yuan_per_t="29", end_month="2027-02").status_code == 302
        other = trade.person()
        assert other.bid(new_bid(demand), price_yuan_per_t="31", end_month="2027-02").status_code == 302
        assert [bid.status for bid in trade.bids(demand)] == [BidStatus.ACCEPTED, BidStatus.OPEN]

    def test_it_is_chosen_in_posting_and_needs_a_price(self, trade: Trade, owner: Person) -> None:
        supply = trade.supply(owner)
        address = f"/supplies/{supply.code}/edit/price"
        form = {**owner.get(address).form(), "sale_mode": "first_come", "side": "open", "amount": ""}
        answer = owner.client.post(address, data=form)
        assert answer.status_code == 422 and set(Page(answer).errors()) == {"sale_mode"}
        answer = owner.client.post(address, data={**form, "side": "paid", "amount": "8"})
        assert answer.status_code == 302
        trade.session.commit()
        trade.session.refresh(supply)
        assert (supply.sale_mode, int(supply.ask_yuan_per_t)) == (SaleMode.FIRST_COME, 8)
        trade.session.commit()


def test_no_tender_while_bids_wait(trade: Trade, owner: Person, placed) -> None:
    supply, _bid = placed
    address = new_bid(supply).replace("/bids/new", "/tenders/new")
    page = owner.get(address)
    assert page.faults() == [] and "请先答复" in page.text
    assert owner.client.post(address, data=page.form()).status_code == 422
    assert trade.session.query(Tender).filter_by(supply_id=supply.id).count() == 0
    trade.session.commit()
