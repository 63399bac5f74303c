"""The tax that is only conditional, the VAT hints with their shares, and freight with its year."""

from __future__ import annotations

import pytest

from marketplace.effects.rules import effects_of_flow
from marketplace.effects.rules_tax import CERTAIN, CLASS_OPEN, IDENTIFICATION, NO_RATE, PROVINCE_LIST, tax_of
from marketplace.effects.rules_vat import (
    ASK,
    CEILING,
    EXCLUDED,
    GIVEN,
    ITEMS_OF_USE,
    MAY_REACH,
    NOT_LISTED,
    PROCESS,
    REACHED,
    SHORT,
    UNVERIFIED,
    recipe_share,
    vat_hints,
)
from models.catalogue.factors import tax_rates, vat_items
from models.catalogue.reference import catalogue
from tests.effects.ordos import POWER, Hop, rates


@pytest.mark.parametrize(("waste", "rate", "condition", "factor"), [
    ("gangue", 5, CERTAIN, "F071"), ("tailings", 15, CERTAIN, "F072"), ("fly_ash_pc", 25, CERTAIN, "F074"),
    ("bottom_ash", 25, CERTAIN, "F074"), ("steel_slag", 25, CERTAIN, "F074"),
    ("coal_tar_residue", 1000, CERTAIN, "F073"), ("carbide_slag", 25, PROVINCE_LIST, "F074"),
    ("fgd_gypsum", 25, PROVINCE_LIST, "F074"), ("gasif_slag_coarse", 25, CLASS_OPEN, "F074"),
    ("gasif_slag_fine", 25, CLASS_OPEN, "F074"), ("sludge_industrial", 1000, IDENTIFICATION, "F073"),
])
def test_the_rate_and_its_condition(waste: str, rate: float, condition: str, factor: str) -> None:
    tax = tax_of(waste, 40.0)
    assert (tax.rate_yuan_per_t, tax.condition, tax.factor.id if tax.factor else "") == (rate, condition, factor)
    assert tax.most_yuan == 40.0 * rate


@pytest.mark.parametrize("waste", ["coal_slime", "coal_tar", "desulf_ash", "no such waste"])
def test_no_rate_is_not_a_rate_of_zero(waste: str) -> None:
    tax = tax_of(waste, 40.0)
    assert tax.most_yuan is None and tax.rate_yuan_per_t is None and tax.condition == NO_RATE


def test_the_factors_and_the_waste_types_tell_the_same_rates() -> None:
    for waste, row in tax_rates().items():
        tax = tax_of(waste, 1.0)
        if tax.factor is not None and tax.condition != IDENTIFICATION:
            assert tax.factor.value == row.env_tax_yuan_t, waste


def test_tax_is_in_no_sum_of_money() -> None:
    effects = effects_of_flow(Hop("gangue", "cfb_power", 1000.0, 10.0), rates(), value_yuan=77.0)
    assert effects.value_yuan == 77.0 and effects.tax.most_yuan == 5_000.0
    assert effects.cost.freight is not None and effects.cost.freight.value == pytest.approx(9_770.0)


def test_freight_by_hand_with_the_interval_of_its_factors() -> None:
    """1,000 t over 50 km: 6.4 + 16.85 yuan/t; 5 + 12.5 and 8 + 22.5 at least and at most."""
    cost = effects_of_flow(Hop(*POWER, 1000.0, 50.0), rates()).cost
    assert cost.freight is not None and cost.freight.value == pytest.approx(23_250)
    assert (cost.freight.low, cost.freight.high) == (pytest.approx(17_500), pytest.approx(30_500))
    assert not cost.beyond_fit and {one.year for one in rates().per_km.factors} == {"2015"}
    assert effects_of_flow(Hop(*POWER, 1000.0, 61.0), rates()).cost.beyond_fit


def test_the_share_of_a_recipe_by_hand() -> None:
    """AAC: 0.42 t of ash among 0.42 + 0.02 + 0.13 + 0.05 t; least 0.35 of 0.61, most 0.50 of 0.64."""
    share = recipe_share("aac", vat_items()["VAT01"])
    assert share is not None and share.origin == PROCESS
    assert share.value == pytest.approx(0.42 / 0.62)
    assert (share.low, share.high) == (pytest.approx(0.35 / 0.61), pytest.approx(0.50 / 0.64))


def test_a_recipe_of_wastes_alone_proves_nothing() -> None:
    assert recipe_share("fired_brick", vat_items()["VAT01"]) is None
    assert [hint.status for hint in vat_hints("fired_brick", "gangue")] == [ASK]


def test_what_the_usual_recipe_reaches() -> None:
    assert [hint.status for hint in vat_hints("aac", "fly_ash_pc")] == [MAY_REACH]
    (brick,) = vat_hints("autoclaved_brick", "fly_ash_pc")
    assert brick.status == REACHED and brick.item.refund_pct == 70
    (alumina,) = vat_hints("alumina_lime_sinter", "fly_ash_high_al")
    assert alumina.status == MAY_REACH and alumina.item.vat_id == "VAT05"


def test_a_stated_share_decides() -> None:
    high, low = (vat_hints("cement_clinker_carbide", "carbide_slag", share=share) for share in (0.5, 0.3))
    assert [hint.status for hint in high] == [REACHED, REACHED]
    assert [hint.status for hint in low] == [REACHED, SHORT]
    assert low[0].share is not None and low[0].share.origin == GIVEN
    with pytest.raises(ValueError, match="between 0 and 1"):
        vat_hints("aac", "fly_ash_pc", share=70)


def test_limits_of_a_demand_can_only_prove_that_a_share_is_missed() -> None:
    (short,) = vat_hints("fired_brick", "gangue", max_shares={"gangue": 0.4, "gasif_tailing": 1.0})
    assert short.status == SHORT and short.share is not None and short.share.origin == CEILING
    (open_,) = vat_hints("fired_brick", "gangue", max_shares={"gangue": 1.0})
    assert open_.status == ASK


def test_what_is_excluded_not_listed_or_not_verified() -> None:
    assert [hint.status for hint in vat_hints("fired_brick_solid", "gangue", share=1.0)] == [EXCLUDED]
    assert [hint.status for hint in vat_hints("cuttings_brick", "drill_cuttings_wb")] == [NOT_LISTED]
    (gypsum,) = vat_hints("plasterboard", "fgd_gypsum", share=1.0)
    assert gypsum.status == UNVERIFIED and gypsum.share is None
    assert vat_hints("mine_backfill", "gangue") == ()


def test_items_and_uses_are_in_the_catalogue() -> None:
    assert set(ITEMS_OF_USE) <= set(catalogue().uses)
    assert {one for items in ITEMS_OF_USE.values() for one in items} <= set(vat_items())
