"""What stays hidden from whom, the months of a period, the forecast, the scorecard and intensity: pure functions."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from marketplace.indicators.facts import HANDED_USE, OWN_USE, PRODUCED, STORED, Figures, SiteMonth, figures
from marketplace.indicators.forecast import Offer, ToCome, forecast
from marketplace.indicators.intensity import intensities, latest
from marketplace.indicators.places import CITY, PARK, REGION, Place, Spot, targets_of
from marketplace.indicators.rules import hidden_places, months_of_period, period_possible, weights_possible
from marketplace.indicators.scorecard import Count, scorecard
from models.indicators import Criterion, ValueAdded

ORDOS = Place(CITY, "ordos", "鄂尔多斯市", "Ordos")
DALAD, JUNGAR = (Place(REGION, one, one, one, region_id=one) for one in ("dalad", "jungar"))
EJIN = Place(REGION, "ejin-horo", "伊金霍洛旗", "Ejin Horo Banner", region_id="ejin-horo")
P1, P2 = (Place(PARK, f"p{n}", f"p{n}", f"p{n}", park_id=n, region_id="dalad") for n in (1, 2))
PLACES = [ORDOS, DALAD, P1, P2, JUNGAR]
WHOLE_YEAR = ToCome([], {}, {})


def row(
    enterprise: int, park: int | None, region: str, *, made: object = 10, used: object = 0, stored: object = 0,
    takers: tuple[int, ...] = (), month: str = "2027-01", waste: str = "fly_ash_pc",
) -> SiteMonth:
    tonnes = {PRODUCED: made, HANDED_USE if takers else OWN_USE: used, STORED: stored}
    return SiteMonth(
        enterprise, enterprise, Spot(park, region), waste, month,
        {key: D(str(value)) for key, value in tonnes.items() if value}, takers=set(takers),
    )


def many(first: int, count: int, park: int | None, region: str, **more: object) -> list[SiteMonth]:
    return [row(first + nth, park, region, **more) for nth in range(count)]  # type: ignore[arg-type]


def test_three_in_every_place_hide_nothing() -> None:
    rows = many(1, 3, 1, "dalad") + many(10, 3, 2, "dalad") + many(20, 3, None, "jungar")
    assert hidden_places(PLACES, rows) == frozenset()


def test_two_enterprises_are_hidden_and_so_is_what_gives_them_away() -> None:
    rows = many(1, 2, 1, "dalad") + many(10, 4, 2, "dalad") + many(20, 3, None, "jungar")
    # The banner less its other park would be the park of two.
    hidden = hidden_places(PLACES, rows)
    assert "park/p1" in hidden and {"park/p2", "region/dalad"} & hidden
    assert "city/ordos" not in hidden


def test_what_lies_outside_parks_protects_and_is_protected() -> None:
    one_outside = many(1, 3, 1, "dalad") + many(10, 3, 2, "dalad") + many(20, 1, None, "dalad") + many(
        30, 3, None, "jungar"
    )
    assert {"park/p1", "park/p2", "region/dalad"} & hidden_places(PLACES, one_outside)
    with_cover = many(1, 2, 1, "dalad") + many(20, 3, None, "dalad") + many(30, 3, None, "jungar")
    assert "park/p1" in hidden_places(PLACES, with_cover)


def test_a_lonely_user_hides_the_place() -> None:
    rows = many(1, 5, 1, "dalad")
    rows[0].tonnes[OWN_USE] = D(4)
    assert "park/p1" in hidden_places(PLACES, rows)


def test_few_takers_hide_the_place_too() -> None:
    rows = many(1, 5, 1, "dalad", used=4, takers=(77, 78))
    assert "park/p1" in hidden_places(PLACES, rows)
    assert hidden_places(PLACES, many(1, 5, 1, "dalad", used=4, takers=(77, 78, 79))) == frozenset()


def test_a_city_of_two_is_hidden_with_all_below_it() -> None:
    rows = many(1, 2, 1, "dalad")
    assert {"city/ordos", "region/dalad", "park/p1"} <= hidden_places(PLACES, rows)


@pytest.mark.parametrize("seed", range(40))
def test_nothing_hidden_can_be_worked_out(seed: int) -> None:
    """Whatever is shown, a hidden place is never the total less what is shown, with one or two behind it."""
    import random

    dice = random.Random(seed)
    rows = [
        row(n, dice.choice([1, 2, None]), "dalad", made=dice.randint(1, 99), used=dice.choice([0, 0, 5]))
        for n in range(dice.randint(1, 12))
    ] + many(100, dice.randint(0, 5), None, "jungar")
    hidden = hidden_places(PLACES, rows)
    for of in (lambda one: one.of(PRODUCED), lambda one: one.used):
        def behind(place: Place, of=of) -> set[int]:
            return {one.enterprise_id for one in rows if place.holds(one.spot) and of(one)}

        for place in PLACES:
            if place.key not in hidden:
                assert len(behind(place)) not in (1, 2), place
        for whole, parts in ((DALAD, [P1, P2]), (ORDOS, [DALAD, JUNGAR])):
            if whole.key in hidden:
                continue
            rest = behind(whole) - set().union(*(behind(part) for part in parts if part.key not in hidden))
            assert len(rest) not in (1, 2), (whole, hidden)


def test_periods() -> None:
    assert months_of_period("2027-Q2") == ["2027-04", "2027-05", "2027-06"]
    assert months_of_period("2027")[-1] == "2027-12" and months_of_period("2027-05") == ["2027-05"]
    assert period_possible("2027", "2027-03") == [] and period_possible("2027-Q1", "2027-03") == []
    assert [one.code for one in period_possible("2027-Q2", "2027-03")] == ["indicator:period_ahead"]
    assert [one.code for one in weights_possible({"a": D(0)})] == ["indicator:no_weight"]
    assert weights_possible({"a": D(0), "b": D(1)}) == []


def test_forecast_by_hand() -> None:
    """Two months recorded, production offered from April on, contracts for the rest, one lot on the road."""
    source = (1, "fly_ash_pc")
    rows = [
        row(1, 1, "dalad", made=100, used=40, month="2027-01"), row(1, 1, "dalad", made=120, used=50, month="2027-02"),
    ]
    to_come = ToCome(
        [Offer(source, D(90), "2027-04", "2027-11"), Offer((9, "gangue"), D(33), "2027-01", None)],
        {source: {"2027-02": D(5), "2027-03": D(60), "2027-12": D(70), "2028-01": D(999)}}, {source: D(7)},
    )
    found = forecast(rows, to_come, year=2027, this_month="2027-03")
    assert found is not None
    # March and December have no supply; April to November have.
    assert (found.produced_recorded, found.produced_offered, found.produced) == (220, 720, 940)
    assert (found.used_recorded, found.on_the_road, found.contracted, found.used) == (90, 7, 130, 227)
    assert found.use_rate == D(227) / 940 and found.gangue_rate is None
    assert (found.not_foreseen, found.outside_t_per_month) == (1, 33)
    assert found.months_to_come[0] == "2027-03" and found.months_to_come[-1] == "2027-12"


def test_a_recorded_month_is_not_offered_again() -> None:
    rows = [row(1, 1, "dalad", made=100, month="2027-12")]
    offer = Offer((1, "fly_ash_pc"), D(90), "2027-01", None)
    found = forecast(rows, ToCome([offer], {}, {}), year=2027, this_month="2027-12")
    assert found is not None and (found.produced, found.not_foreseen) == (100, 0)


def test_no_forecast_without_anything() -> None:
    assert forecast([], WHOLE_YEAR, year=2027, this_month="2027-03") is None
    assert forecast([row(1, 1, "dalad")], WHOLE_YEAR, year=2026, this_month="2027-01") is None


def test_scorecard_by_hand() -> None:
    found = figures([
        row(1, 1, "dalad", made=100, used=40, stored=60),
        row(2, 1, "dalad", made=50, used=20, waste="gangue", stored=30),
    ])
    weights = dict.fromkeys(Criterion, D(1)) | {Criterion.USE_RATE: D(2), Criterion.ASSAYED: D(0)}
    card = scorecard(found, Count(3, 4), Count(1, 2), Count(0, 0), weights)
    value = {part.criterion: part.value for part in card.parts}
    assert value == {
        Criterion.USE_RATE: D("0.4"), Criterion.NEW_GANGUE: D("0.4"), Criterion.NOT_STORED: D("0.4"),
        Criterion.BOTH_WEIGHINGS: D("0.75"), Criterion.ASSAYED: D("0.5"), Criterion.WITHIN: 1,
        Criterion.REMEDIATED: None,
    }
    # Of the weights 2, 1, 1, 1, 0, 1: without stockpiles the sum is 6.
    assert card.total is not None and round(card.total, 6) == round(
        D(100) * (2 * D("0.4") + D("0.4") + D("0.4") + D("0.75") + 1) / 6, 6
    )
    assert card.counted == 5
    assert sum(part.share_of_score or 0 for part in card.parts) == 1


def test_scorecard_of_nothing() -> None:
    nothing = Count(0, 0)
    card = scorecard(Figures(), nothing, nothing, nothing, dict.fromkeys(Criterion, D(1)))
    assert card.total is None and card.counted == 0


def test_intensity_needs_every_month() -> None:
    by_month = {f"2027-{month:02}": Figures(produced=D(month * 10), months=("x",)) for month in (1, 2, 3)}
    rows = [
        ValueAdded(period=period, amount=D(amount), quality="stated")
        for period, amount in (("2027", 100), ("2027-Q1", 12), ("2027-02", 8), ("2027-Q2", 5))
    ]
    found = intensities(rows, by_month)
    assert [one.t_per_10k_yuan for one in found] == [None, 5, D("2.5"), None]
    assert [(one.covered, one.months) for one in found] == [(3, 12), (3, 3), (1, 1), (0, 3)]
    newest = latest(found)
    assert newest is not None and newest.entered.period == "2027-Q1"
    assert latest([]) is None


def test_both_conflicting_targets_stand_for_the_city() -> None:
    told, code = targets_of(ORDOS)
    rates = {(one.key, one.text, one.doc) for one in told if one.key.startswith("gis_util") and one.year == 2025}
    assert code == "ordos" and rates == {
        ("gis_util", "57", "鄂府办发〔2022〕176号"), ("gis_util_144", "≥80", "鄂府发〔2022〕144号"),
    }
    assert targets_of(DALAD)[1] == "ordos" and targets_of(P1)[1] == "ordos"


def test_a_banner_with_targets_of_its_own_has_those() -> None:
    told, code = targets_of(EJIN)
    assert code == "ejin-horo" and {one.region for one in told} == {"ejin_horo"}
    assert targets_of(Place(CITY, "baotou", "包头市", "Baotou"))[0] == []
