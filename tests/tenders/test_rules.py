"""Who may bid, which terms are possible, what may be decided: pure functions, every reason at once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from marketplace.errors import Refusal
from marketplace.tenders.room import Promise, Room
from marketplace.tenders.rules import Standing, Terms, may_bid, may_decide, may_withdraw, terms_possible

FREE = Standing(published=True, own_listing=False, already_open=False, taker_qualified=True)
ROOM = Room("2027-01", "2027-12", Decimal(1000), Decimal(0), (Promise("2027-01", "2027-12", Decimal(400)),))


def terms(tonnes: str = "100", first: str = "2027-01", last: str = "2027-12", price: str = "10") -> Terms:
    return Terms(Decimal(tonnes), Decimal(price), first, last)


def codes(reasons: list[Refusal]) -> list[str]:
    return [reason.code for reason in reasons]


def test_nothing_stands_in_the_way() -> None:
    assert may_bid(FREE) == []
    assert may_bid(replace(FREE, hazardous=True, taker_licensed=True)) == []
    assert may_bid(replace(FREE, hazardous=False, taker_licensed=False)) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"published": False}, "bid:not_published"),
        ({"own_listing": True}, "bid:own_listing"),
        ({"already_open": True}, "bid:already_open"),
        ({"taker_qualified": False}, "bid:taker_not_qualified"),
        ({"hazardous": True, "taker_licensed": False}, "bid:taker_not_licensed"),
    ],
)
def test_each_reason_alone(change: dict[str, bool], code: str) -> None:
    assert codes(may_bid(replace(FREE, **change))) == [code]


def test_all_reasons_at_once() -> None:
    worst = Standing(
        published=False, own_listing=True, already_open=True, taker_qualified=False, hazardous=True,
        taker_licensed=False,
    )
    assert len(may_bid(worst)) == 5


@pytest.mark.parametrize("tonnes", ["0.001", "599.999", "600"])
def test_up_to_what_is_free_inclusive(tonnes: str) -> None:
    assert terms_possible(ROOM, terms(tonnes), min_lot_t=None) == []


def test_a_gram_more_than_is_free() -> None:
    [reason] = terms_possible(ROOM, terms("600.001"), min_lot_t=None)
    assert (reason.code, reason.field) == ("bid:too_many_tonnes", "t_per_month")
    assert reason.values == {"tonnes": Decimal("600.001"), "free": Decimal(600)}


def test_the_smallest_lot_is_inclusive() -> None:
    assert terms_possible(ROOM, terms("50"), min_lot_t=Decimal(50)) == []
    [reason] = terms_possible(ROOM, terms("49"), min_lot_t=Decimal(50))
    assert (reason.code, reason.field) == ("bid:below_lot", "t_per_month")


@pytest.mark.parametrize(
    ("first", "last", "code", "field"),
    [
        ("2027-05", "2027-04", "bid:months_reversed", "end_month"),
        ("2026-12", "2027-04", "bid:months_outside", "start_month"),
        ("2027-05", "2028-01", "bid:months_outside", "end_month"),
        ("2030-01", "2030-02", "bid:months_outside", "end_month"),
    ],
)
def test_months_in_order_and_within_the_listing(first: str, last: str, code: str, field: str) -> None:
    [reason] = terms_possible(ROOM, terms(first=first, last=last), min_lot_t=None)
    assert (reason.code, reason.field) == (code, field)


def test_tonnes_and_lot_are_both_told() -> None:
    full = replace(ROOM, promises=(Promise("2027-01", "2027-12", Decimal(1000)),))
    reasons = terms_possible(full, terms("1"), min_lot_t=Decimal(50))
    assert codes(reasons) == ["bid:below_lot", "bid:too_many_tonnes"]


def test_deciding_and_withdrawing() -> None:
    assert may_decide(open_bid=True, published=True) == []
    assert codes(may_decide(open_bid=False, published=True)) == ["bid:not_open"]
    assert codes(may_decide(open_bid=False, published=False)) == ["bid:not_open", "bid:not_published"]
    assert may_withdraw(open_bid=True) == []
    assert codes(may_withdraw(open_bid=False)) == ["bid:not_open"]
