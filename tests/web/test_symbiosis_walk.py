"""Tonnes on their way from source to product: nothing is lost, and steps tell the public nothing secret."""

from __future__ import annotations

from collections import defaultdict

import pytest

from marketplace.security.actor import ANYBODY, COMMITTEE, REGULATOR, Actor
from marketplace.symbiosis import totals
from marketplace.symbiosis.flows import PLAN, Book, End, Flow, Part, Place
from marketplace.symbiosis.selection import Sight, Wanted
from marketplace.symbiosis.walk import LAST_STEP, PRODUCT, USE, WASTE, Leg, Stop, through, walk

CITY = Actor(1, REGULATOR)
MONTH = "2027-01"


def _end(number: int, listing: str) -> End:
    place = Place("park", f"p{number % 3}", "园区", "Park", 40.0, 110.0, number % 3)
    return End(number, Place("enterprise", f"E{number}", "企业", "Firm", 40.0, 110.0), place, listing)


def _flow(sender: End, taker: End, waste: str, use: str, tonnes: float, **more: float | int) -> Flow:
    return Flow(MONTH, sender, taker, waste, use, tonnes, 5.0, tonnes, tonnes, tonnes, **more)


def _book(firms: int) -> Book:
    """``firms`` power stations burn gangue; their ash goes to as many block works; each firm its own pair."""
    flows, parts = [], []
    for at in range(firms):
        mine, burner, ash = _end(100 + at, f"M{at}"), _end(at, f"B{at}"), _end(at, f"A{at}")
        blocks = _end(200 + at, f"K{at}")
        flows += [_flow(mine, burner, "gangue", "cfb_power", 100.0), _flow(ash, blocks, "fly_ash_cfb", "aac", 40.0)]
        parts.append(Part(burner, "cfb_power", ash, blocks, "fly_ash_cfb", "aac", 30.0))
    return Book(PLAN, tuple(flows), months=(MONTH,), parts=tuple(parts))


def _legs(legs: list[Leg]) -> dict[tuple[str, str], float]:
    return {(leg.source.id, leg.target.id): leg.tonnes for leg in legs}


def test_residues_are_a_step_of_their_own() -> None:
    legs = _legs(walk(Sight(CITY, _book(3), Wanted())))
    assert legs["w0:gangue", "u0:cfb_power"] == 300
    assert legs["u0:cfb_power", "w1:fly_ash_cfb"] == legs["w1:fly_ash_cfb", "u1:aac"] == 90
    assert legs["w0:fly_ash_cfb", "u0:aac"] == pytest.approx(30)
    assert legs["u0:cfb_power", "p0:electricity"] == pytest.approx(210)


def test_nothing_is_lost_on_the_way() -> None:
    into: dict[Stop, float] = defaultdict(float)
    out: dict[Stop, float] = defaultdict(float)
    for leg in walk(Sight(CITY, _book(4), Wanted())):
        out[leg.source] += leg.tonnes
        into[leg.target] += leg.tonnes
    for stop in {*into, *out}:
        if stop.kind == USE or (stop.kind == WASTE and stop.step):
            assert into[stop] == pytest.approx(out[stop]), stop
    assert sum(tonnes for stop, tonnes in into.items() if stop.kind == PRODUCT) == pytest.approx(4 * 110)


def test_a_round_ends_at_the_last_step() -> None:
    a, b = _end(1, "SA"), _end(2, "DB")
    back, home = _end(2, "SB"), _end(1, "DA")
    flows = (_flow(a, b, "gangue", "cfb_power", 100.0), _flow(back, home, "fly_ash_cfb", "aac", 50.0))
    parts = (
        Part(b, "cfb_power", back, home, "fly_ash_cfb", "aac", 50.0),
        Part(home, "aac", a, b, "gangue", "cfb_power", 60.0),
    )
    legs = walk(Sight(CITY, Book(PLAN, flows, parts=parts), Wanted()))
    assert max(leg.source.step for leg in legs) == LAST_STEP
    assert all(leg.source.column < leg.target.column for leg in legs)
    uses = sum(leg.tonnes for leg in legs if leg.target.kind == USE)
    assert uses == pytest.approx(150)


def test_paths_through_a_mark_are_its_tonnes() -> None:
    legs = walk(Sight(CITY, _book(3), Wanted()))
    narrowed = _legs(through(legs, "w1:fly_ash_cfb"))
    assert narrowed["w1:fly_ash_cfb", "u1:aac"] == pytest.approx(90)
    assert narrowed["w0:gangue", "u0:cfb_power"] == pytest.approx(90)
    assert ("w0:fly_ash_cfb", "u0:aac") not in narrowed
    assert through(legs, "no such mark") == legs


@pytest.mark.parametrize(("firms", "stepped"), [(2, False), (3, True)])
def test_steps_are_public_only_with_three_enterprises_behind_each(firms: int, stepped: bool) -> None:
    """With two power stations a step would tell one the residue of the other."""
    legs = walk(Sight(ANYBODY, _book(firms), Wanted()))
    assert any(leg.source.step or leg.target.step for leg in legs) is stepped


def test_a_hidden_intake_is_not_told_by_its_residue() -> None:
    """A use that also takes in a secret tonnage leaves a residue that would measure it."""
    book = _book(4)
    secret = _flow(_end(50, "Z"), _end(0, "B0"), "coal_slime", "cfb_power", 10.0)
    legs = walk(Sight(ANYBODY, Book(PLAN, (*book.flows, secret), months=(MONTH,), parts=book.parts), Wanted()))
    names = {leg.source.name for leg in legs if leg.source.kind == WASTE}
    assert "coal_slime" not in names
    assert not any(leg.source.step for leg in legs)


def test_what_is_kept_for_one_reader_is_not_shown_to_another() -> None:
    book = _book(3)
    readers = [CITY, ANYBODY, *(Actor(2, COMMITTEE, park_id=park) for park in (1, 2))]
    assert len({Sight(reader, book, Wanted()).key for reader in readers}) == len(readers)


def test_trades_count_by_what_was_weighed_of_each_contract() -> None:
    a, b = _end(1, "S"), _end(2, "D")
    flows = [
        _flow(a, b, "gangue", "aac", 100.0, contract=1, weighed_t=40.0),
        _flow(a, b, "gangue", "aac", 100.0, contract=1),
        _flow(a, b, "gangue", "aac", 70.0, contract=2),
    ]
    found = totals.as_weighed(flows)
    assert [flow.tonnes for flow in found] == [40.0, 70.0]
    assert found[0].freight_yuan == pytest.approx(40.0)
    months = totals.over_months(Book("trades", tuple(flows)))
    assert sum(flow.tonnes for flow in totals.as_weighed(months)) == 110.0


@pytest.mark.parametrize(("query", "first", "last"), [
    ({"month": "2027-03"}, "2027-03", "2027-03"),
    ({"from": "2027-05", "to": "2027-02"}, "2027-02", "2027-05"),
    ({"from": "2027-00", "to": "soon"}, "", ""),
    ({"to": "2027-02"}, "", "2027-02"),
])
def test_a_period_is_read_from_the_address(query: dict[str, str], first: str, last: str) -> None:
    wanted = Wanted.read(query)
    assert (wanted.first, wanted.last) == (first, last)
    assert Wanted.read(wanted.query()) == wanted
