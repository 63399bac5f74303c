"""Tenders as each side sees them: sealed until the deadline, open and better each time, awarded to some or none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import inspect, text

from models.base import utc_now
from models.events import Event
from models.tenders import SealedBid, Tender, TenderStatus
from tests.web.bidding import Person, Trade, all_bids, new_bid
from tests.web.reading import Page
from tests.web.tendering import bid_in, close, new_tender, past, put_out, tender_on

PRICE, MESSAGE = "37.91", "只有我方知道的话"


@pytest.fixture
def owner(trade: Trade) -> Person:
    return trade.person(name="大路电厂", name_en="Dalu Power")


@pytest.fixture
def bidder(trade: Trade) -> Person:
    return trade.person(name="准格尔水泥", name_en="Jungar Cement")


@pytest.fixture
def rival(trade: Trade) -> Person:
    return trade.person(name="东胜建材", name_en="Dongsheng Blocks")


def everything(trade: Trade) -> str:
    """Every cell of every table as text, but for the enterprises' own rows."""
    trade.session.commit()
    found = []
    for table in inspect(trade.session.get_bind()).get_table_names():
        if table != "enterprises":
            found += [repr(tuple(row)) for row in trade.session.execute(text(f'SELECT * FROM "{table}"'))]
    trade.session.commit()
    return "\n".join(found)


class TestSealed:
    def test_nothing_says_who_bids_or_what_before_the_deadline(
        self, trade: Trade, owner: Person, bidder: Person, rival: Person
    ) -> None:
        supply = trade.supply(owner)
        assert owner.get(new_tender(supply)).faults() == []
        assert put_out(owner, supply, terms="每车取样").status_code == 302
        tender = tender_on(trade, supply)
        before = {row.id for row in trade.session.query(Event)}
        trade.session.commit()
        assert bid_in(bidder, tender, price_yuan_per_t=PRICE, message=MESSAGE).status_code == 302
        own = bidder.get(f"/tenders/{tender.id}")
        assert own.faults() == [] and "37.91" in own.text and MESSAGE in own.text
        admin = trade.browser(_admin(trade))
        for person in (owner, rival, admin):
            for address in (f"/tenders/{tender.id}", f"/supplies/{supply.code}", "/inbox"):
                words = person.get(address).text
                assert "37.91" not in words and MESSAGE not in words and "准格尔水泥" not in words
        assert "准格尔水泥" not in owner.get(all_bids(supply)).text
        assert "37.91" not in everything(trade) and MESSAGE not in everything(trade)
        for event in trade.session.query(Event).filter(Event.id.not_in(before)):
            assert event.actor_id is None or event.kind == "user.signed_in"
            assert set(event.data) == {"tender", "digest"}
        [row] = trade.session.query(SealedBid).filter_by(tender_id=tender.id)
        assert str(bidder.user.enterprise_id) != row.bidder_tag and len(row.bidder_tag) == 64
        trade.session.commit()
        assert trade.bids(supply) == [] and trade.told(owner) == [] and trade.told(bidder) == []

    def test_every_sealed_bid_is_of_one_length(
        self, trade: Trade, owner: Person, bidder: Person, rival: Person
    ) -> None:
        supply = trade.supply(owner)
        put_out(owner, supply)
        tender = tender_on(trade, supply)
        bid_in(bidder, tender, message="")
        bid_in(rival, tender, message="字" * 1000)
        lengths = {len(row.sealed) for row in trade.session.query(SealedBid).filter_by(tender_id=tender.id)}
        trade.session.commit()
        assert len(lengths) == 1

    def test_replaced_withdrawn_and_opened(
        self, trade: Trade, owner: Person, bidder: Person, rival: Person
    ) -> None:
        supply = trade.supply(owner)
        put_out(owner, supply)
        tender = tender_on(trade, supply)
        bid_in(bidder, tender, price_yuan_per_t="10")
        bid_in(bidder, tender, price_yuan_per_t=PRICE)
        bid_in(rival, tender, price_yuan_per_t="20")
        assert rival.post(f"/tenders/{tender.id}/bids/withdraw").status_code == 302
        assert close(trade, tender) is False, "the deadline has not come"
        assert tender_on(trade, supply).status == TenderStatus.OPEN
        past(trade, tender)
        assert close(trade, tender) is True and close(trade, tender) is False
        [bid] = trade.bids(supply)
        assert (str(bid.price_yuan_per_t), bid.tender_id, bid.status) == (PRICE, tender.id, "open")
        assert trade.told(owner) == ["tender.closed"]
        kinds = [one.kind for one in trade.session.query(Event).filter(Event.kind.like("sealed_bid.%"))
                 if one.data["tender"] == tender.id]
        trade.session.commit()
        assert kinds == ["sealed_bid.placed"] * 3 + ["sealed_bid.withdrawn", "sealed_bid.opened"]
        assert "准格尔水泥" in owner.get(f"/tenders/{tender.id}").text

    def test_a_bid_one_second_late_is_refused_with_both_times(
        self, trade: Trade, owner: Person, bidder: Person
    ) -> None:
        supply = trade.supply(owner)
        put_out(owner, supply)
        tender = tender_on(trade, supply)
        form = bidder.get(f"/tenders/{tender.id}").form(f"/tenders/{tender.id}/bids")
        past(trade, tender, 1)
        answer = bidder.client.post(f"/tenders/{tender.id}/bids", data={
            **form, "t_per_month": "100", "price_yuan_per_t": PRICE, "start_month": "2027-02", "end_month": "2027-03",
        })
        assert answer.status_code == 422
        page = Page(answer)
        assert page.faults() == []
        words = page.errors()["t_per_month"]
        assert "截止时间为" in words and "以服务器时间为准" in words and words.count(":") == 4
        assert page.form(f"/tenders/{tender.id}/bids")["price_yuan_per_t"] == PRICE
        assert trade.session.query(SealedBid).filter_by(tender_id=tender.id).count() == 0
        trade.session.commit()

    def test_what_was_tampered_with_is_kept_and_reported(
        self, trade: Trade, owner: Person, bidder: Person, rival: Person
    ) -> None:
        supply = trade.supply(owner)
        put_out(owner, supply)
        tender = tender_on(trade, supply)
        third = trade.person()
        for person in (bidder, rival, third):
            bid_in(person, tender)
        rows = trade.session.query(SealedBid).filter_by(tender_id=tender.id).order_by(SealedBid.id).all()
        rows[0].sealed = rows[0].sealed[:-1] + bytes([rows[0].sealed[-1] ^ 1])
        trade.session.delete(rows[1])
        trade.session.commit()
        past(trade, tender)
        assert close(trade, tender) is True
        assert len(trade.bids(supply)) == 1
        assert trade.session.get(SealedBid, rows[0].id) is not None
        faulty = [one.data["why"] for one in trade.session.query(Event).filter_by(kind="sealed_bid.faulty")
                  if one.data["tender"] == tender.id]
        trade.session.commit()
        assert sorted(faulty) == ["digest", "missing"]
        assert owner.get(f"/tenders/{tender.id}").text.count("无法开启") == 2


def _admin(trade: Trade):
    from tests import factories as make

    return make.user(trade.session, role="admin")


class TestAscending:
    def test_bids_get_better_and_who_drops_out_is_told(
        self, trade: Trade, owner: Person, bidder: Person, rival: Person
    ) -> None:
        supply = trade.supply(owner)
        assert put_out(owner, supply, mode="ascending", reserve_yuan_per_t="5", step_yuan_per_t="2").status_code == 302
        tender = tender_on(trade, supply)
        whole = {"t_per_month": "1000", "start_month": "2027-01", "end_month": "2027-12"}
        answer = bid_in(bidder, tender, **whole, price_yuan_per_t="4.99")
        assert answer.status_code == 422 and "5" in Page(answer).errors()["price_yuan_per_t"]
        assert bid_in(bidder, tender, **whole, price_yuan_per_t="6").status_code == 302
        assert bid_in(rival, tender, **whole, price_yuan_per_t="7").status_code == 302
        assert trade.told(bidder) == ["bid.outbid"]
        page = bidder.get(f"/tenders/{tender.id}")
        assert page.faults() == [] and "东胜建材" not in page.text and "投标人 2" in page.text
        assert "准格尔水泥" not in owner.get(f"/tenders/{tender.id}").text
        for price, field in (("5.5", "price_yuan_per_t"), ("6", "price_yuan_per_t"), ("7.5", "price_yuan_per_t")):
            assert set(Page(bid_in(bidder, tender, **whole, price_yuan_per_t=price)).errors()) == {field}
        answer = bid_in(bidder, tender, **{**whole, "t_per_month": "900"}, price_yuan_per_t="8")
        assert set(Page(answer).errors()) == {"t_per_month"}
        assert bid_in(bidder, tender, **whole, price_yuan_per_t="8").status_code == 302
        assert trade.told(rival) == ["bid.outbid"]
        assert [len(bid.rounds) for bid in trade.bids(supply)] == [2, 1]

    def test_a_late_bid_moves_the_deadline(self, trade: Trade, owner: Person, bidder: Person) -> None:
        supply = trade.supply(owner)
        put_out(owner, supply, mode="ascending", extension_min="5", in_s="200")
        tender = tender_on(trade, supply)
        asked = utc_now()
        assert bid_in(bidder, tender).status_code == 302
        moved = tender_on(trade, supply).deadline
        assert asked + timedelta(seconds=300) <= moved <= utc_now() + timedelta(seconds=300)
        assert close(trade, tender) is False

    def test_on_a_demand_the_price_goes_down(
        self, trade: Trade, owner: Person, bidder: Person, rival: Person
    ) -> None:
        demand = trade.demand(owner)
        put_out(owner, demand, mode="ascending", reserve_yuan_per_t="30")
        tender = tender_on(trade, demand)
        assert bid_in(bidder, tender, price_yuan_per_t="31").status_code == 422
        assert bid_in(bidder, tender, price_yuan_per_t="30").status_code == 302
        assert bid_in(bidder, tender, price_yuan_per_t="30.5").status_code == 422
        assert bid_in(bidder, tender, price_yuan_per_t="29").status_code == 302


class TestWhoMay:
    def test_plain_bids_are_refused_while_it_runs(self, trade: Trade, owner: Person, bidder: Person) -> None:
        supply = trade.supply(owner)
        put_out(owner, supply)
        tender = tender_on(trade, supply)
        page = bidder.get(new_bid(supply))
        assert "正在招标" in page.main.text
        assert [one for one in page.main.all("a") if one.attrs.get("href") == f"/tenders/{tender.id}"]
        assert bidder.bid(new_bid(supply)).status_code == 422
        assert put_out(owner, supply).status_code == 422, "one running tender per listing"

    def test_only_the_invited_bid(self, trade: Trade, owner: Person, bidder: Person, rival: Person) -> None:
        supply = trade.supply(owner)
        answer = put_out(owner, supply, invited_only="y")
        assert answer.status_code == 422 and set(Page(answer).errors()) == {"invited"}
        answer = put_out(owner, supply, invited_only="y", others="没有这家企业")
        assert answer.status_code == 422 and set(Page(answer).errors()) == {"others"}
        assert put_out(owner, supply, invited_only="y", others="准格尔水泥").status_code == 302
        tender = tender_on(trade, supply)
        for kind in (trade.supply, trade.demand):
            kind(bidder)
            kind(rival)
        assert trade.told(bidder) == ["tender.opened"] and trade.told(rival) == []
        assert "邀请您投标" in bidder.notices()[0]
        assert bid_in(bidder, tender, own_listing="").status_code == 302
        answer = bid_in(rival, tender, own_listing="")
        assert answer.status_code == 422 and "仅限受邀" in Page(answer).errors()["t_per_month"]
        assert f"/tenders/{tender.id}" in _links(bidder.get("/tenders"))
        assert f"/tenders/{tender.id}" not in _links(rival.get("/tenders"))
        assert f"/tenders/{tender.id}" in _links(owner.get("/tenders"))

    def test_others_neither_manage_nor_bid(self, trade: Trade, owner: Person, bidder: Person) -> None:
        supply = trade.supply(owner)
        put_out(owner, supply)
        tender = tender_on(trade, supply)
        bidder.get(new_tender(supply), status=403)
        assert bidder.post(f"/tenders/{tender.id}/cancel", reason="x").status_code == 403
        assert bidder.post(f"/tenders/{tender.id}/award").status_code == 403
        assert trade.browser(_admin(trade)).post(f"/tenders/{tender.id}/bids").status_code == 403
        owner.get("/tenders/99999999", status=404)

    @pytest.mark.parametrize(("changes", "field"), [
        ({"in_s": "-60"}, "deadline_day"),
        ({"in_s": str(86400 * 400)}, "deadline_day"),
        ({"deadline_day": "昨天"}, "deadline_day"),
        ({"deadline_time": "25:00"}, "deadline_time"),
        ({"reserve_yuan_per_t": "便宜"}, "reserve_yuan_per_t"),
        ({"reserve_yuan_per_t": "NaN"}, "reserve_yuan_per_t"),
        ({"step_yuan_per_t": "-1"}, "step_yuan_per_t"),
    ])
    def test_bad_entries_of_a_new_tender(
        self, trade: Trade, owner: Person, changes: dict[str, str], field: str
    ) -> None:
        supply = trade.supply(owner)
        answer = put_out(owner, supply, terms="留着", **changes)
        page = Page(answer)
        assert answer.status_code == 422 and set(page.errors()) == {field} and page.faults() == []
        assert page.form()["terms"] == "留着"
        assert trade.session.query(Tender).filter_by(supply_id=supply.id).count() == 0
        trade.session.commit()

    @pytest.mark.parametrize(("changes", "field"), [
        ({"t_per_month": "0"}, "t_per_month"), ({"t_per_month": "1e9"}, "t_per_month"),
        ({"price_yuan_per_t": "x"}, "price_yuan_per_t"), ({"end_month": "2028-05"}, "end_month"),
        ({"t_per_month": "1001", "start_month": "2027-01", "end_month": "2027-12"}, "t_per_month"),
        ({"own_listing": "D99999"}, "own_listing"),
    ])
    def test_bad_entries_of_a_bid(
        self, trade: Trade, owner: Person, bidder: Person, changes: dict[str, str], field: str
    ) -> None:
        supply = trade.supply(owner)
        put_out(owner, supply)
        tender = tender_on(trade, supply)
        answer = bid_in(bidder, tender, message="留着", **changes)
        page = Page(answer)
        assert answer.status_code == 422 and set(page.errors()) == {field} and page.faults() == []
        assert page.form(f"/tenders/{tender.id}/bids")["message"] == "留着"


def _links(page: Page) -> set[str]:
    return {one.attrs.get("href", "") for one in page.main.all("a")}
