"""Hints at the VAT refund of products made of waste: which item, which share, whether the share is reached.

A hint, never a figure of money: the refund depends on the product sold, on the producer's own raw materials of the
period and on conditions outside this market, and the catalogue of 2022 has to be read before anything is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.catalogue.factors import VatItem, vat_items
from models.catalogue.reference import ProcessFlow, catalogue

# The items under which the product of a use may fall.
ITEMS_OF_USE: dict[str, tuple[str, ...]] = {
    "aac": ("VAT01",),
    "autoclaved_brick": ("VAT01",),
    "fired_brick": ("VAT01",),
    "fired_brick_solid": ("VAT01",),
    "cuttings_brick": ("VAT01",),
    "gasif_tailing_brick": ("VAT01",),
    "gasif_coarse_aggregate": ("VAT01",),
    "gravel_ceramsite": ("VAT01", "VAT04"),
    "foam_ceramic": ("VAT01",),
    "regen_building_soil": ("VAT01", "VAT04"),
    "cement_clinker_carbide": ("VAT02", "VAT03"),
    "cement_from_si_ca": ("VAT02", "VAT03"),
    "cement_blend": ("VAT02", "VAT03"),
    "alumina_lime_sinter": ("VAT05",),
    "calcined_kaolin": ("VAT07",),
    "cfb_power": ("VAT08",),
    "plasterboard": ("VAT09",),
    "gypsum_retarder": ("VAT09",),
}
# Fired solid brick (烧结普通砖) is taken out of item 2.1 by its own words.
EXCLUDED_USES = frozenset({"fired_brick_solid"})
# Only a placeholder: item and share are not verified, so nothing may be worked out from it.
PLACEHOLDER = "VAT09"

REACHED, MAY_REACH, SHORT, ASK = "reached", "may_reach", "short", "ask"
NOT_LISTED, EXCLUDED, UNVERIFIED = "not_listed", "excluded", "unverified"
GIVEN, PROCESS, CEILING = "given", "process", "ceiling"


@dataclass(frozen=True, slots=True)
class Share:
    """Listed waste in the raw materials, 0 to 1: ``origin`` says whether somebody gave it, or the process's typical
    recipe, or only the most that the demand's own limits allow (``value`` is then that most).
    """

    value: float
    low: float
    high: float
    origin: str


@dataclass(frozen=True, slots=True)
class VatHint:
    """One item that the product may fall under; ``share`` is None where nobody states one."""

    item: VatItem
    status: str
    share: Share | None = None


def vat_hints(
    use: str, waste_type: str, *, share: float | None = None, max_shares: Mapping[str, float] | None = None
) -> tuple[VatHint, ...]:
    """The hints for a use that takes a waste; none where no item speaks of its product.

    ``share`` is the listed waste's part of the product's raw materials (0 to 1) where it is known, else that of the
    process's recipe where its other materials are stated.  ``max_shares`` are a demand's limits by waste type: they
    bound its intake from the market, so they can prove that a share is missed, never that it is reached.
    """
    if share is not None and not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1, not {share}")
    return tuple(_hint(use, waste_type, vat_items()[one], share, max_shares) for one in ITEMS_OF_USE.get(use, ()))


def _hint(
    use: str, waste_type: str, item: VatItem, given: float | None, max_shares: Mapping[str, float] | None
) -> VatHint:
    if item.vat_id == PLACEHOLDER or item.waste_content_min_pct is None:
        return VatHint(item, UNVERIFIED)
    if use in EXCLUDED_USES:
        return VatHint(item, EXCLUDED)
    if waste_type not in item.applies_to_waste:
        return VatHint(item, NOT_LISTED)
    needed = item.waste_content_min_pct / 100.0
    most = sum(limit for waste, limit in (max_shares or {}).items() if waste in item.applies_to_waste)
    if given is None and max_shares is not None and most < needed:
        return VatHint(item, SHORT, Share(most, 0.0, most, CEILING))
    share = Share(given, given, given, GIVEN) if given is not None else recipe_share(use, item)
    return VatHint(item, _status(share, needed), share)


def _status(share: Share | None, needed: float) -> str:
    if share is None:
        return ASK
    if share.low >= needed:
        return REACHED
    return MAY_REACH if share.high >= needed else SHORT


def recipe_share(use: str, item: VatItem) -> Share | None:
    """The listed wastes' share of a process's raw materials; None where its other materials are not all stated.

    A recipe counts only where the process states materials other than waste too, every one with a quantity and all
    in one unit: a list of wastes alone would always come to a hundred percent.
    """
    data = catalogue()
    wastes, others = data.flows_of_use(use, "in_waste"), data.flows_of_use(use, "in_other")
    every = (*wastes, *others)
    if not others or len({flow.unit for flow in every}) != 1 or any(flow.qty_typ is None for flow in every):
        return None
    listed = [flow for flow in wastes if flow.material_id in item.applies_to_waste]
    rest = [flow for flow in every if flow not in listed]
    return Share(
        _part(_sum(listed, "qty_typ"), _sum(rest, "qty_typ")),
        _part(_sum(listed, "qty_min"), _sum(rest, "qty_max")),
        _part(_sum(listed, "qty_max"), _sum(rest, "qty_min")),
        PROCESS,
    )


def _sum(flows: list[ProcessFlow], bound: str) -> float:
    return sum(flow.qty_typ if (told := getattr(flow, bound)) is None else told for flow in flows)  # type: ignore[misc]


def _part(listed: float, rest: float) -> float:
    return listed / (listed + rest) if listed + rest else 0.0
