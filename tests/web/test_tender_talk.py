"""What is said around a tender: questions read by all bidders, and calling it off with a reason."""

from __future__ import annotations

import pytest

from models.bids import BidStatus
from tests.web.bidding import Person, Trade, new_bid
from tests.web.reading import Page
from tests.web.tendering import bid_in, close, past, put_out, tender_on


@pytest.fixture
def owner(trade: Trade) -> Person:
    return trade.person(name="大路电厂", name_en="Dalu Power")


@pytest.fixture
def bidder(trade: Trade) -> Person:
    return trade.person(name="准格尔水泥", name_en="Jungar Cement")


@pytest.fixture
def rival(trade: Trade) -> Person:
    return trade.person(name="东胜建材", name_en="Dongsheng Blocks")


def test_questions_are_read_by_all_and_name_nobody(
    trade: Trade, owner: Person, bidder: Person, rival: Person
) -> None:
    supply = trade.supply(owner)
    put_out(owner, supply)
    tender = tender_on(trade, supply)
    for _click in range(2):
        assert bidder.post(f"/tenders/{tender.id}/questions", question="含水率多少？").status_code == 302
    assert trade.told(owner) == ["tender.question"]
    assert bidder.post(f"/tenders/{tender.id}/questions", question=" ").status_code == 422
    page = owner.get(f"/tenders/{tender.id}")
    assert "含水率多少？" in page.text and "准格尔水泥" not in page.text and page.faults() == []
    [row] = tender_on(trade, supply).questions
    assert owner.post(f"/tenders/{tender.id}/questions/{row.id}", answer="不超过 1%").status_code == 302
    assert "不超过 1%" in rival.get(f"/tenders/{tender.id}").text
    assert trade.told(bidder) == ["tender.answered"]


def test_who_sealed_a_bid_learns_of_the_calling_off_at_the_deadline(
    trade: Trade, owner: Person, bidder: Person
) -> None:
    supply = trade.supply(owner)
    put_out(owner, supply)
    tender = tender_on(trade, supply)
    bid_in(bidder, tender)
    assert owner.post(f"/tenders/{tender.id}/cancel", reason="机组检修").status_code == 302
    assert close(trade, tender) is False and trade.told(bidder) == [], "before the deadline it would name the bidder"
    past(trade, tender)
    for _again in range(2):
        assert close(trade, tender) is False
    assert trade.told(bidder) == ["tender.cancelled"] and trade.bids(supply) == []


def test_the_owner_is_told_of_the_closing(trade: Trade, owner: Person, bidder: Person) -> None:
    for count, words in ((0, "无人投标"), (1, "1 份报价等待您授标")):
        supply = trade.supply(owner)
        put_out(owner, supply)
        tender = tender_on(trade, supply)
        for _bid in range(count):
            bid_in(bidder, tender)
        past(trade, tender)
        assert close(trade, tender) is True
        assert words in owner.notices()[0]


def test_called_off_with_a_reason(trade: Trade, owner: Person, bidder: Person) -> None:
    supply = trade.supply(owner)
    put_out(owner, supply, mode="ascending")
    tender = tender_on(trade, supply)
    bid_in(bidder, tender)
    answer = owner.post(f"/tenders/{tender.id}/cancel", reason=" ")
    assert answer.status_code == 422 and Page(answer).faults() == []
    assert owner.post(f"/tenders/{tender.id}/cancel", reason="机组检修").status_code == 302
    assert trade.bids(supply)[0].status == BidStatus.DECLINED
    assert trade.told(bidder)[-1] == "tender.cancelled" and "机组检修" in bidder.get(f"/tenders/{tender.id}").text
    past(trade, tender)
    assert close(trade, tender) is False
    assert bidder.bid(new_bid(supply)).status_code == 302
