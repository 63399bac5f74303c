"""Chains and sums: no tonne's saving twice, lorries at every hop, and sums that agree with the engine's."""

from __future__ import annotations

import time

import pytest

from marketplace.effects.rates import rates_of
from marketplace.effects.rules import consumed_tonnes, effects_of_chain, effects_of_flow, sum_of_chains
from marketplace.effects.rules_totals import effects_of_flows
from models.catalogue.reference import catalogue
from tests.effects.ordos import ASH, BRICK, CARBIDE, POWER, Chain, Hop, rates, scenario


def test_a_small_chain_by_hand() -> None:
    """Gangue to a power plant, its ash to a kiln: the worked example of docs/effects.md.

    Avoided: the gangue is not known; 400 t of ash x 55 kg = 22,000 kg, once.  Lorries at both hops: 1,000 t x 20 km
    and 400 t x 30 km, x 0.078 = 1,560 + 936 = 2,496 kg.  Freight: 1,000 x (6.4 + 0.337 x 20) + 400 x (6.4 + 0.337 x
    30) = 13,140 + 6,604 = 19,744 yuan.  Gain: 1,000 x 5 + 400 x 12 = 9,800 yuan.
    """
    effects = effects_of_chain(Chain((Hop(*POWER, 1000.0, 20.0, 5.0), Hop(*ASH, 400.0, 30.0, 12.0))), rates())
    assert effects.avoided.value == pytest.approx(22_000) and effects.unknown_t == 1000.0 and effects.known
    assert effects.transport is not None and effects.transport.value == pytest.approx(2_496)
    assert effects.net is not None and effects.net.value == pytest.approx(19_504)
    assert effects.freight is not None and effects.freight.value == pytest.approx(19_744)
    assert effects.value_yuan == pytest.approx(9_800)


def test_a_chain_counts_what_its_hops_count_alone() -> None:
    """A residue's hop counts its own substitution and nothing of the hop before it."""
    hops = (Hop(*CARBIDE, 500.0, 10.0), Hop(*ASH, 200.0, 40.0))
    alone = [effects_of_flow(hop, rates()).carbon.avoided for hop in hops]
    effects = effects_of_chain(Chain(hops), rates())
    assert effects.avoided.value == pytest.approx(sum(one.value for one in alone if one is not None))
    assert effects.unknown_t == 0.0


def test_what_a_use_only_passes_on_is_consumed_at_the_next_hop() -> None:
    """A kiln that sent 100 of 1,000 t on as the same ash has consumed 900; together 1,000 t x 55 kg, not 1,100."""
    effects = effects_of_chain(Chain((Hop(*ASH, 1000.0), Hop(*ASH, 100.0))), rates())
    assert [hop.consumed_t for hop in effects.hops] == [900.0, 100.0]
    assert effects.avoided.value == pytest.approx(55_000)
    # The lorries carried all of it both times.
    assert effects.transport is not None and effects.transport.value == pytest.approx(1_100 * 10 * 0.078)


def test_consumed_tonnes_are_never_negative() -> None:
    assert consumed_tonnes((Hop(*ASH, 10.0), Hop(*ASH, 12.0), Hop(*BRICK, 3.0))) == [0.0, 9.0, 3.0]


def test_no_pair_the_market_counts_passes_its_waste_on() -> None:
    """So the sums over flows, which cannot see what is passed on, count no tonne twice either."""
    for entry in scenario()["carbon"]["avoided"]:
        left = {flow.material_id for flow in catalogue().flows_of_use(entry["use"], "residual")}
        assert entry["waste_type"] not in left


def test_a_distance_that_is_not_known_leaves_the_lorries_unknown() -> None:
    effects = effects_of_chain(Chain((Hop(*ASH, 100.0, None), Hop(*POWER, 10.0))), rates())
    assert effects.transport is None and effects.net is None and effects.freight is None
    assert effects.avoided.value == pytest.approx(5_500)


def test_a_gain_that_is_not_known_leaves_the_chain_s_unknown() -> None:
    assert effects_of_chain(Chain((Hop(*ASH, 1.0, 1.0, None), Hop(*BRICK, 1.0))), rates()).value_yuan is None


def test_chains_of_one_path_add_up_and_others_are_refused() -> None:
    one = effects_of_chain(Chain((Hop(*POWER, 100.0, 20.0), Hop(*ASH, 40.0, 10.0))), rates())
    other = effects_of_chain(Chain((Hop(*POWER, 300.0, 40.0), Hop(*ASH, 120.0, 10.0))), rates())
    whole = sum_of_chains([one, other])
    assert whole.avoided.value == pytest.approx(160 * 55) and whole.unknown_t == 400.0
    assert whole.hops[0].km == pytest.approx(35.0) and whole.hops[0].tonnes == 400.0
    with pytest.raises(ValueError, match="one path"):
        sum_of_chains([one, effects_of_chain(Chain((Hop(*POWER, 1.0), Hop(*BRICK, 1.0))), rates())])


def test_sums_of_flows_tell_the_tonnes_without_a_factor() -> None:
    flows = [Hop(*CARBIDE, 100.0, 10.0), Hop(*POWER, 300.0, 20.0), Hop(*POWER, 200.0, 70.0), Hop(*BRICK, 50.0, 0.0)]
    effects = effects_of_flows(flows, rates())
    assert (effects.tonnes, effects.known_t, effects.unknown_t) == (650.0, 100.0, 550.0)
    assert effects.unknown == (("cfb_power", "gangue", 500.0), ("fired_brick", "fly_ash_cfb", 50.0))
    assert effects.avoided.value == pytest.approx(30_720)
    assert effects.transport.value == pytest.approx((1_000 + 6_000 + 14_000) * 0.078)
    assert effects.beyond_fit_t == 250.0


def test_sums_of_flows_are_the_sums_of_each() -> None:
    flows = [Hop(*pair, 10.0 * at, 7.0 + at) for at, pair in enumerate((CARBIDE, POWER, ASH, BRICK, CARBIDE), 1)]
    each = [effects_of_flow(flow, rates()) for flow in flows]
    whole = effects_of_flows(flows, rates())
    known = [one.carbon.avoided for one in each if one.carbon.avoided is not None]
    for bound in ("low", "value", "high"):
        assert getattr(whole.avoided, bound) == pytest.approx(sum(getattr(one, bound) for one in known))
        assert getattr(whole.freight, bound) == pytest.approx(
            sum(getattr(one.cost.freight, bound) for one in each if one.cost.freight is not None)
        )
    assert sum(whole.tax_most_yuan.values()) == pytest.approx(sum(one.tax.most_yuan or 0.0 for one in each))


def test_the_sum_is_what_the_engine_s_objective_counts() -> None:
    from matching.problem import Carbon

    table = {(row["use"], row["waste_type"]): row["kg_per_t"] for row in scenario()["carbon"]["avoided"]}
    engine = Carbon(scenario()["carbon"]["transport_kg_per_t_km"], table)
    flows = [Hop(*CARBIDE, 70.0, 33.0), Hop(*POWER, 900.0, 12.0), Hop(*ASH, 41.0, 120.0)]
    counted = sum(
        flow.tonnes * (engine.avoided_kg_per_t.get((flow.use, flow.waste_type), 0.0)
                       - engine.transport_kg_per_t_km * (flow.km or 0.0))
        for flow in flows
    )
    assert effects_of_flows(flows, rates()).net.value == pytest.approx(counted)


def test_a_market_without_settings_knows_no_saving() -> None:
    effects = effects_of_flows([Hop(*CARBIDE, 10.0)], rates_of(6.4, 0.337, {}))
    assert effects.known_t == 0.0 and effects.unknown_t == 10.0


def test_no_flows_at_all() -> None:
    effects = effects_of_flows([], rates())
    assert effects.tonnes == 0.0 and effects.unknown == () and effects.tax_most_yuan == {}


def test_a_sum_needs_every_distance() -> None:
    with pytest.raises(ValueError, match="distance"):
        effects_of_flows([Hop(*ASH, 1.0, None)], rates())


def test_five_thousand_flows_take_a_fifth_of_a_second_at_most() -> None:
    flows = [Hop(*(CARBIDE, POWER, ASH, BRICK)[at % 4], float(at), float(at % 90)) for at in range(5_000)]
    known = rates()
    effects_of_flows(flows, known)
    fastest = min(_seconds(flows, known) for _ in range(3))
    assert fastest < 0.2


def _seconds(flows: list[Hop], known: object) -> float:
    begun = time.perf_counter()
    effects_of_flows(flows, known)  # type: ignore[arg-type]
    return time.perf_counter() - begun
