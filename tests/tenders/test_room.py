"""What is still free of a listing, against month-by-month bookkeeping that shares no code with it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.months import month_after, months_between
from marketplace.tenders.room import Promise, Room

FIRST = "2027-01"


def room(tonnes: int = 100, stock: int | None = 0, *promises: tuple[str, str, int], last: str = "2027-12") -> Room:
    held = tuple(Promise(first, end, Decimal(t)) for first, end, t in promises)
    return Room(FIRST, last, Decimal(tonnes), None if stock is None else Decimal(stock), held)


def kept(market: Room, first: str, last: str, rate: Decimal) -> bool:
    """Whether every promise and ``rate`` in every month ``first``..``last`` can be kept: the plain bookkeeping."""
    promises = [*market.promises, Promise(first, last, rate)]
    store = market.stock_t or Decimal(0)
    for month in months_between("2026-01", "2029-12"):
        made = market.t_per_month if market.first <= month <= market.last else Decimal(0)
        gone = sum((p.t_per_month for p in promises if p.first <= month <= p.last), Decimal(0))
        if market.stock_t is None:
            if gone > market.t_per_month and first <= month <= last:
                return False
            continue
        store += made - gone
        if store < 0 and month >= first:
            return False
    return True


@pytest.mark.parametrize(
    ("market", "first", "last", "free"),
    [
        (room(), "2027-01", "2027-12", 100),
        (room(100, 1200), "2027-01", "2027-12", 200),
        (room(100, 0), "2027-06", "2027-06", 600),
        (room(100, 0), "2027-06", "2027-12", Decimal(1200) / 7),
        (room(100, 0, ("2027-01", "2027-12", 60)), "2027-01", "2027-12", 40),
        (room(100, 0, ("2027-01", "2027-12", 100)), "2027-03", "2027-04", 0),
        (room(100, 0, ("2027-12", "2027-12", 1200)), "2027-01", "2027-01", 0),
        (room(100, 0, ("2027-12", "2027-12", 700)), "2027-01", "2027-01", 100),
        (room(0, 500), "2027-02", "2027-06", 100),
        (room(100, None), "2027-01", "2027-12", 100),
        (room(100, None), "2027-06", "2027-06", 100),
        (room(100, None, ("2027-03", "2027-04", 70)), "2027-01", "2027-12", 30),
        (room(100, None, ("2027-03", "2027-04", 70)), "2027-05", "2027-12", 100),
        (room(100, None, ("2027-03", "2027-04", 170)), "2027-03", "2027-03", 0),
        (room(), "2027-03", "2027-02", 0),
    ],
)
def test_known_cases(market: Room, first: str, last: str, free: Decimal) -> None:
    assert market.free_per_month(first, last) == free


def test_what_is_not_sent_waits_for_a_supply_and_is_lost_for_a_demand() -> None:
    assert room(100, 0).free_per_month("2027-03", "2027-03") == 300
    assert room(100, None).free_per_month("2027-03", "2027-03") == 100


@some.composite
def markets(draw: some.DrawFn) -> Room:
    def span() -> tuple[str, str]:
        start = draw(some.integers(0, 11))
        return month_after(FIRST, start), month_after(FIRST, draw(some.integers(start, 11)))

    promises = [(*span(), draw(some.integers(1, 150))) for _ in range(draw(some.integers(0, 3)))]
    stock = draw(some.one_of(some.none(), some.integers(0, 500)))
    return room(draw(some.integers(0, 200)), stock, *promises)


@given(markets(), some.integers(0, 11), some.integers(0, 11))
def test_the_most_that_can_be_kept_and_not_a_tonne_more(market: Room, one: int, other: int) -> None:
    first, last = month_after(FIRST, min(one, other)), month_after(FIRST, max(one, other))
    free = market.free_per_month(first, last)
    assert free >= 0
    if free:
        assert kept(market, first, last, free - Decimal("0.001"))
    assert not kept(market, first, last, free + Decimal("0.001"))


@given(markets())
def test_a_further_promise_never_frees_anything(market: Room) -> None:
    more = Room(market.first, market.last, market.t_per_month, market.stock_t,
                (*market.promises, Promise("2027-04", "2027-05", Decimal(10))))
    for month in months_between(market.first, market.last):
        assert more.free_per_month(month, month) <= market.free_per_month(month, month)
