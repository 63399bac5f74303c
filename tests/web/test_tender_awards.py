"""A closed tender is awarded: by the plan with one button, by tonnes typed, to some or to nobody."""

from __future__ import annotations

import pytest

from models.contracts import Contract
from models.tenders import TenderStatus
from tests.web.bidding import Person, Trade
from tests.web.reading import Page
from tests.web.tendering import award, bid_in, close, past, put_out, tender_on


@pytest.fixture
def owner(trade: Trade) -> Person:
    return trade.person(name="大路电厂", name_en="Dalu Power")


@pytest.fixture
def bidder(trade: Trade) -> Person:
    return trade.person(name="准格尔水泥", name_en="Jungar Cement")


@pytest.fixture
def rival(trade: Trade) -> Person:
    return trade.person(name="东胜建材", name_en="Dongsheng Blocks")


class TestAwarding:
    @pytest.fixture
    def closed(self, trade: Trade, owner: Person, bidder: Person, rival: Person):
        supply = trade.supply(owner)
        put_out(owner, supply)
        tender = tender_on(trade, supply)
        whole = {"start_month": "2027-01", "end_month": "2027-12"}
        bid_in(bidder, tender, **whole, t_per_month="700", price_yuan_per_t="20", own_listing="")
        bid_in(rival, tender, **whole, t_per_month="600", price_yuan_per_t="15", own_listing="")
        past(trade, tender)
        close(trade, tender)
        return supply, tender, {bid.bidder_enterprise_id: bid for bid in trade.bids(supply)}

    def test_the_plan_with_one_button(self, trade: Trade, owner: Person, bidder: Person, rival: Person, closed) -> None:
        supply, tender, _bids = closed
        page = owner.get(f"/tenders/{tender.id}")
        assert page.faults() == [] and "系统推荐方案" in page.text
        form = page.form(f"/tenders/{tender.id}/award")
        assert sorted(value for name, value in form.items() if name.startswith("award_")) == ["300", "700"]
        answers = [owner.client.post(f"/tenders/{tender.id}/award", data=form) for _click in range(2)]
        assert [one.status_code for one in answers] == [302, 302]
        got = [(bid.status, int(bid.t_per_month)) for bid in trade.bids(supply)]
        assert got == [("accepted", 700), ("accepted", 300)]
        contracts = trade.session.query(Contract).filter_by(supply_id=supply.id).all()
        trade.session.commit()
        assert len(contracts) == 2
        assert trade.told(bidder) == trade.told(rival) == ["tender.awarded"]
        for person in (owner, bidder, rival):
            assert person.get(f"/tenders/{tender.id}").faults() == []

    def test_one_wins_and_the_other_learns_the_result_only(
        self, trade: Trade, owner: Person, bidder: Person, rival: Person, closed
    ) -> None:
        supply, tender, bids = closed
        won = bids[bidder.user.enterprise_id]
        assert award(owner, tender, {won.id: 500}).status_code == 302
        assert [bid.status for bid in trade.bids(supply)] == ["accepted", "declined"]
        notice = rival.notices()[0]
        words = notice + rival.get(f"/tenders/{tender.id}").main.text
        assert "未中标" in words and "准格尔水泥" not in words and "20" not in notice.replace(supply.code, "")
        assert "500" in bidder.notices()[0]
        assert tender_on(trade, supply).award_reason == "价格优先"

    @pytest.mark.parametrize(("typed", "reason", "field"), [
        ({0: 701}, "x", "award_0"), ({0: 700, 1: 400}, "x", "award_1"), ({0: -1}, "x", "award_0"),
        ({0: "一半"}, "x", "award_0"), ({0: 500}, " ", "reason"),
    ])
    def test_awards_that_do_not_fit(
        self, trade: Trade, owner: Person, closed, typed: dict[int, object], reason: str, field: str
    ) -> None:
        supply, tender, _bids = closed
        ids = [bid.id for bid in trade.bids(supply)]
        answer = award(owner, tender, {ids[at]: value for at, value in typed.items()}, reason)
        page = Page(answer)
        wanted = f"award_{ids[int(field[-1])]}" if field != "reason" else field
        assert answer.status_code == 422 and set(page.errors()) == {wanted} and page.faults() == []
        assert {bid.status for bid in trade.bids(supply)} == {"open"}
        assert tender_on(trade, supply).status == TenderStatus.CLOSED

    def test_what_was_true_at_the_bid_is_asked_again(
        self, trade: Trade, owner: Person, bidder: Person, rival: Person, closed
    ) -> None:
        supply, tender, bids = closed
        trade.session.commit()
        bidder.user.enterprise.qualified = False
        trade.session.commit()
        lost, kept = bids[bidder.user.enterprise_id], bids[rival.user.enterprise_id]
        answer = award(owner, tender, {lost.id: 100, kept.id: 100})
        assert answer.status_code == 422 and set(Page(answer).errors()) == {f"award_{lost.id}"}
        assert award(owner, tender, {kept.id: 100}).status_code == 302
        assert [bid.status for bid in trade.bids(supply)] == ["declined", "accepted"]

    def test_nobody_gets_anything(self, trade: Trade, owner: Person, closed) -> None:
        supply, tender, _bids = closed
        assert award(owner, tender, {}, "价格都太低").status_code == 302
        assert {bid.status for bid in trade.bids(supply)} == {"declined"}

    def test_bids_in_a_tender_are_not_answered_one_by_one(self, owner: Person, bidder: Person, closed) -> None:
        _supply, _tender, bids = closed
        bid = bids[bidder.user.enterprise_id]
        assert owner.post(f"/bids/{bid.id}/accept/{bid.version}").status_code == 409
        assert owner.post(f"/bids/{bid.id}/decline/{bid.version}").status_code == 409
        assert bidder.post(f"/bids/{bid.id}/withdraw").status_code == 409


def test_quality_and_freight_decide_the_plan(trade: Trade, owner: Person, bidder: Person, rival: Person) -> None:
    """The dearest bid's limits are not met, another's were never assayed: the engine plans the third."""
    supply = trade.supply(owner, assays={"loi": 9})
    strict = trade.demand(bidder, specs=[{"property_id": "loi", "maximum": 8, "basis": "each"}])
    unknown = trade.demand(rival, specs=[{"property_id": "so3", "maximum": 3, "basis": "each"}])
    third = trade.person()
    put_out(owner, supply)
    tender = tender_on(trade, supply)
    bid_in(bidder, tender, price_yuan_per_t="30", own_listing=strict.code)
    bid_in(rival, tender, price_yuan_per_t="25", own_listing=unknown.code)
    bid_in(third, tender, price_yuan_per_t="-3", own_listing="")
    past(trade, tender)
    close(trade, tender)
    page = owner.get(f"/tenders/{tender.id}")
    assert page.faults() == []
    form = page.form(f"/tenders/{tender.id}/award")
    assert [form[f"award_{bid.id}"] for bid in trade.bids(supply)] == ["0", "0", "100"]
    assert "不符合条件" in page.text and "尚未检测" in page.text


def test_offers_on_a_demand_are_compared_delivered(
    trade: Trade, owner: Person, bidder: Person, rival: Person
) -> None:
    demand = trade.demand(owner, specs=[{"property_id": "loi", "maximum": 8, "basis": "each"}])
    good = trade.supply(bidder, assays={"loi": 5})
    trade.supply(rival)
    put_out(owner, demand)
    tender = tender_on(trade, demand)
    bid_in(bidder, tender, price_yuan_per_t="40", own_listing=good.code, t_per_month="1000")
    bid_in(rival, tender, price_yuan_per_t="20")
    past(trade, tender)
    close(trade, tender)
    page = owner.get(f"/tenders/{tender.id}")
    form = page.form(f"/tenders/{tender.id}/award")
    assert [form[f"award_{bid.id}"] for bid in trade.bids(demand)] == ["1000", "0"]
    assert owner.client.post(f"/tenders/{tender.id}/award", data=form).status_code == 302
    trade.session.commit()
    [contract] = trade.session.query(Contract).filter_by(demand_id=demand.id).all()
    assert contract.freight_payer == "producer"
    trade.session.commit()
