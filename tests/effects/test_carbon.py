"""Carbon: numbers worked out by hand, one account, not known is not zero, the interval holds the value."""

from __future__ import annotations

from dataclasses import replace

import pytest

from marketplace.effects.quantities import MARKET, MOISTURE, Quantity, of_factor, total
from marketplace.effects.rates import rates_of
from marketplace.effects.rules import effects_of_flow
from marketplace.effects.rules_carbon import (
    DEDUCTIONS,
    KILNS,
    NO_FACTOR,
    NO_USE,
    NOT_IN_MARKET,
    deduction,
)
from models.catalogue.factors import factors
from models.catalogue.reference import catalogue
from tests.effects.ordos import ASH, CARBIDE, POWER, Hop, rates, scenario


def test_a_tonne_of_carbide_slag_by_hand() -> None:
    """1,000 t over 50 km: 0.480 t/t x 64 % dry = 307.2 t avoided; 1,000 x 50 x 0.078 kg = 3.9 t of lorries."""
    carbon = effects_of_flow(Hop(*CARBIDE, 1000.0, 50.0), rates()).carbon
    assert carbon.avoided is not None and carbon.transport is not None and carbon.net is not None
    assert carbon.avoided.value == pytest.approx(307_200)
    assert carbon.transport.value == pytest.approx(3_900)
    assert carbon.net.value == pytest.approx(303_300)
    # Moisture of 4 to 40 %: 0.480 x 0.60 = 0.288 and 0.480 x 0.96 = 0.4608 t/t.
    assert (carbon.avoided.low, carbon.avoided.high) == (pytest.approx(288_000), pytest.approx(460_800))
    assert (carbon.net.low, carbon.net.high) == (pytest.approx(284_100), pytest.approx(456_900))
    assert carbon.avoided.unstated == {"F055"} and carbon.net.unstated == {"F055", "F024"}
    assert carbon.rate is not None and [one.id for one in carbon.rate.factors] == ["F055"]


def test_ash_counts_as_received_since_its_process_does() -> None:
    carbon = effects_of_flow(Hop(*ASH, 100.0, 0.0), rates()).carbon
    assert carbon.avoided == Quantity(5_500.0, 5_500.0, 5_500.0, frozenset({"F060"}))
    assert not carbon.avoided.spread_stated


def test_a_missing_factor_is_not_zero() -> None:
    carbon = effects_of_flow(Hop(*POWER, 1000.0, 50.0), rates()).carbon
    assert carbon.avoided is None and carbon.net is None and carbon.unknown == NO_FACTOR
    assert carbon.transport is not None and carbon.transport.value == pytest.approx(3_900)


def test_a_use_that_is_not_stated_has_no_factor() -> None:
    assert effects_of_flow(Hop("carbide_slag", "", 10.0), rates()).carbon.unknown == NO_USE


def test_the_market_decides_which_pairs_are_counted() -> None:
    """The engine's objective counts no magnesium slag, so no page may, though the catalogue has a factor."""
    assert deduction("cement_clinker_carbide", "magnesium_slag") is not None
    carbon = effects_of_flow(Hop("magnesium_slag", "cement_clinker_carbide", 10.0), rates()).carbon
    assert carbon.avoided is None and carbon.unknown == NOT_IN_MARKET


def test_every_number_of_the_scenario_is_the_catalogue_s() -> None:
    for entry in scenario()["carbon"]["avoided"]:
        known = deduction(entry["use"], entry["waste_type"])
        assert known is not None and known.quantity.value == pytest.approx(entry["kg_per_t"])
        assert known.factors[0].id in entry["source"]


def test_a_market_s_own_number_has_no_spread_and_its_own_source() -> None:
    own = rates_of(8.0, 0.5, {"transport_kg_per_t_km": 0.06, "avoided": [
        {"use": "aac", "waste_type": "fly_ash_pc", "kg_per_t": 12, "source": "a study"},
        {"use": CARBIDE[1], "waste_type": CARBIDE[0], "kg_per_t": 400},
    ]})
    ash = own.avoided["aac", "fly_ash_pc"]
    assert ash.source == "a study" and ash.quantity.unstated == {MARKET} and not ash.factors
    assert own.avoided[CARBIDE[1], CARBIDE[0]].quantity == Quantity(400, 400, 400, frozenset({MARKET}))
    assert own.transport.factors == () and own.handling.factors == () and not own.freight_is_fit


def test_no_factor_of_the_other_account_is_used() -> None:
    assert {factors()[one].group for one in DEDUCTIONS.values()} == {"co2_substitution"}
    used = {one.group for rate in rates().avoided.values() for one in rate.factors}
    assert used == {"co2_substitution"}


def test_every_use_and_waste_named_here_is_in_the_catalogue() -> None:
    assert set(catalogue().uses) >= KILNS and set(DEDUCTIONS) <= set(catalogue().waste_types)


def test_a_moisture_nobody_states_leaves_the_saving_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    from marketplace.effects import rules_carbon

    rows = dict(rules_carbon.tax_rates())
    dry = rows["carbide_slag"]
    monkeypatch.setattr(rules_carbon, "tax_rates", lambda: rows)
    rows["carbide_slag"] = replace(dry, moisture_max_pct=None)
    half = deduction(CARBIDE[1], CARBIDE[0])
    assert half is not None and MOISTURE in half.quantity.unstated
    rows["carbide_slag"] = replace(dry, moisture_typ_pct=None)
    assert deduction(CARBIDE[1], CARBIDE[0]) is None


def test_a_landfill_is_spared_by_inert_waste_put_to_use_only() -> None:
    spared = effects_of_flow(Hop("gangue", "cfb_power", 100.0), rates()).carbon.landfill
    assert spared == Quantity(300.0, 100.0, 1000.0)
    assert effects_of_flow(Hop("gasif_slag_coarse", "landfill_storage", 100.0), rates()).carbon.landfill is None
    assert effects_of_flow(Hop("coal_tar_residue", "coal_tar_p2p", 100.0), rates()).carbon.landfill is None


@pytest.mark.parametrize("number", [0.0, 3.5, -2.0])
def test_an_interval_holds_its_value_through_every_step(number: float) -> None:
    fit, landfill = (of_factor(factors()[one]) for one in ("F014", "F062"))
    for one in (fit.times(number), fit.plus(landfill), fit.minus(landfill).times(number), total([fit, landfill, fit])):
        assert one.low <= one.value <= one.high


def test_an_interval_that_does_not_hold_its_value_is_refused() -> None:
    with pytest.raises(ValueError, match="does not hold"):
        Quantity(5.0, 6.0, 7.0)


def test_a_blank_factor_is_refused_and_not_taken_as_zero() -> None:
    with pytest.raises(ValueError, match="not known"):
        of_factor(factors()["F063"])
