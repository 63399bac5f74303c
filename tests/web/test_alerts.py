"""Who is told what about a bid, in their own language, and who is not told who or for how much."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from marketplace.alerts.words import Told, notice_link, notice_text
from marketplace.security.actor import Actor
from models.notices import Notice
from tests.web.bidding import Person, Trade, accept, all_bids, decline, new_bid, withdraw
from tests.web.reading import Page


@pytest.fixture
def owner(trade: Trade) -> Person:
    return trade.person(name="大路电厂", name_en="Dalu Power")


@pytest.fixture
def bidder(trade: Trade) -> Person:
    return trade.person(name="准格尔水泥", name_en="Jungar Cement", locale="en")


def _openers(page: Page) -> list[str]:
    """The addresses that open the notices of an inbox."""
    return [one.all("form")[0].attrs["action"] for one in page.main.all("li", class_="notice")]


def test_everybody_on_both_sides_is_told_and_nobody_else(trade: Trade, owner: Person, bidder: Person) -> None:
    supply = trade.supply(owner)
    colleague, stranger = trade.colleague(owner.user.enterprise), trade.person()
    other = trade.person(name="乌海砖厂", name_en="Wuhai Brick", locale="en")
    assert bidder.bid(new_bid(supply)).status_code == 302
    assert other.bid(new_bid(supply), price_yuan_per_t="77").status_code == 302
    assert owner.post(accept(trade.bids(supply)[0])).status_code == 302

    assert trade.told(owner) == trade.told(colleague) == ["bid.placed", "bid.placed", "bid.accepted"]
    assert trade.told(bidder) == trade.told(other) == ["bid.accepted"]
    assert trade.told(stranger) == []


def test_the_words(trade: Trade, owner: Person, bidder: Person) -> None:
    supply = trade.supply(owner)
    assert bidder.bid(new_bid(supply), t_per_month="1200", start_month="2027-02", end_month="2027-02"
                      ).status_code == 302
    [placed] = owner.notices()
    assert "准格尔水泥" in placed and "1,200" in placed and "12.5" in placed and supply.code in placed
    assert owner.post(accept(trade.bids(supply)[0])).status_code == 302
    [accepted] = bidder.notices()
    assert accepted == (
        "Unread: Your bid of 1,200 t/month at 12.5 yuan/t on"
        f" fly ash, pulverised-coal boiler ({supply.code}) was accepted."
    )


def test_another_bidder_learns_neither_who_nor_how_much(trade: Trade, owner: Person, bidder: Person) -> None:
    supply, other = trade.supply(owner), trade.person(name="乌海砖厂", name_en="Wuhai Brick", locale="en")
    assert bidder.bid(new_bid(supply), t_per_month="432", price_yuan_per_t="-9.87").status_code == 302
    assert other.bid(new_bid(supply)).status_code == 302
    assert owner.post(accept(trade.bids(supply)[0])).status_code == 302
    page = other.get("/inbox")
    # The listing's own code is a number too, and may hold any digits.
    told = page.text.replace(supply.code, "")
    for secret in ("Jungar Cement", "准格尔水泥", "432", "9.87"):
        assert secret not in told
    assert supply.code in page.text
    assert "Jungar" not in other.get(f"/supplies/{supply.code}").text


def test_declined_and_withdrawn(trade: Trade, owner: Person, bidder: Person) -> None:
    supply = trade.supply(owner)
    assert bidder.bid(new_bid(supply)).status_code == 302
    assert owner.post(decline(trade.bids(supply)[0])).status_code == 302
    assert bidder.bid(new_bid(supply)).status_code == 302
    assert bidder.post(withdraw(trade.bids(supply)[1])).status_code == 302
    assert trade.told(bidder) == ["bid.declined"]
    assert trade.told(owner) == ["bid.placed", "bid.declined", "bid.placed", "bid.withdrawn"]
    assert "declined" in bidder.notices()[0]
    assert "准格尔水泥" in owner.notices()[0]


def test_opening_a_notice_reads_it_and_leads_to_the_bids(trade: Trade, owner: Person, bidder: Person) -> None:
    supply = trade.supply(owner)
    assert bidder.bid(new_bid(supply)).status_code == 302
    page = owner.get("/inbox")
    assert page.faults() == []
    [link] = page.all("a", class_="inbox")
    assert "1" in link.attrs["aria-label"]
    form = page.form("read-all")
    [action] = _openers(page)
    answer = owner.client.post(action, data=form)
    assert (answer.status_code, answer.location) == (302, all_bids(supply))
    page = owner.get("/inbox")
    assert page.main.all("li", class_="unread") == []
    assert owner.client.post(action, data=form).status_code == 302


def test_reading_all(trade: Trade, owner: Person, bidder: Person) -> None:
    for _each in range(2):
        assert bidder.bid(new_bid(trade.supply(owner))).status_code == 302
    assert len(owner.get("/inbox").main.all("li", class_="unread")) == 2
    answer = owner.post("/inbox/read-all")
    assert (answer.status_code, answer.location) == (302, "/inbox")
    assert owner.get("/inbox").main.all("li", class_="unread") == []


def test_other_peoples_notices_are_theirs(trade: Trade, owner: Person, bidder: Person) -> None:
    assert bidder.bid(new_bid(trade.supply(owner))).status_code == 302
    [action] = _openers(owner.get("/inbox"))
    assert trade.colleague(owner.user.enterprise).post(action).status_code == 403
    assert bidder.post("/inbox/999999").status_code == 404


def test_nobody_signed_in_has_no_inbox(trade: Trade) -> None:
    answer = trade.app.test_client().get("/inbox")
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/inbox")


def test_notices_stand_under_their_day_and_by_topic(trade: Trade, owner: Person, bidder: Person) -> None:
    supply = trade.supply(owner)
    assert bidder.bid(new_bid(supply)).status_code == 302
    assert owner.post(accept(trade.bids(supply)[0])).status_code == 302
    page = owner.get("/inbox")
    assert len(page.main.all("h2")) == 1 and len(_openers(page)) == 2
    assert len(_openers(owner.get("/inbox?topic=bid"))) == 1
    assert _openers(owner.get("/inbox?topic=dispute")) == []
    assert len(_openers(owner.get("/inbox?topic=nonsense"))) == 2


def test_a_person_chooses_how_to_be_told(trade: Trade, owner: Person, bidder: Person) -> None:
    page = owner.get("/account/notices")
    assert page.faults() == []
    form = page.form()
    assert "inbox-bid" in form and "mail-bid" in form and "mail-match" not in form
    del form["inbox-bid"]
    assert owner.client.post("/account/notices", data=form).status_code == 302
    colleague = trade.colleague(owner.user.enterprise)
    assert bidder.bid(new_bid(trade.supply(owner))).status_code == 302
    # The notice is there for the mail's sake, and the inbox does not show it.
    assert trade.told(owner) == ["bid.placed"] and owner.notices() == [] and len(colleague.notices()) == 1
    assert owner.get("/inbox").all("form", action="/inbox/read-all") == []
    form = owner.get("/account/notices").form()
    del form["mail-bid"]
    assert owner.client.post("/account/notices", data=form).status_code == 302
    assert bidder.bid(new_bid(trade.supply(owner))).status_code == 302
    assert trade.told(owner) == ["bid.placed"]
    assert len(colleague.notices()) == 2


def test_a_kind_that_nobody_declared_does_not_break_the_inbox(trade: Trade, owner: Person, bidder: Person) -> None:
    assert bidder.bid(new_bid(trade.supply(owner))).status_code == 302
    notice = trade.session.scalars(select(Notice).where(Notice.user_id == owner.user.id)).one()
    notice.kind, notice.data = "nothing.known", {}
    trade.session.commit()
    assert owner.notices() == ["未读： 有一项与您有关的变动。"]
    [action] = _openers(owner.get("/inbox"))
    assert owner.post(action).location == "/inbox"


def test_a_contract_notice_leads_to_the_inbox_until_there_is_a_page(trade: Trade, owner: Person) -> None:
    with trade.app.test_request_context():
        data = {"contract": "HT1", "producer": 1, "taker": 2}
        told = Told("contract.active", data, Actor(enterprise_id=1), {2: "乙"})
        assert notice_link(told) in ("/inbox", "/contracts/HT1")
        assert "乙" in notice_text(told) and "HT1" in notice_text(told)
