"""Who is told what about a bid, in their own language, and who is not told who or for how much."""

from __future__ import annotations

import pytest

from tests.web.bidding import Person, Trade, accept, all_bids, decline, new_bid, withdraw


@pytest.fixture
def owner(trade: Trade) -> Person:
    return trade.person(name="大路电厂", name_en="Dalu Power")


@pytest.fixture
def bidder(trade: Trade) -> Person:
    return trade.person(name="准格尔水泥", name_en="Jungar Cement", locale="en")


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
    for secret in ("Jungar Cement", "准格尔水泥", "432", "9.87"):
        assert secret not in page.text
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
    form = page.form("")
    action = next(one.attrs["action"] for one in page.main.all("form") if "read-all" not in one.attrs["action"])
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
    action = owner.get("/inbox").main.all("form")[1].attrs["action"]
    assert trade.colleague(owner.user.enterprise).post(action).status_code == 403
    assert bidder.post("/inbox/999999").status_code == 404


def test_nobody_signed_in_has_no_inbox(trade: Trade) -> None:
    answer = trade.app.test_client().get("/inbox")
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/inbox")
