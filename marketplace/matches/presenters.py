"""Partners and near misses in words and figures: five labelled parts and their sum, the money, the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace import formatting
from marketplace.i18n import named
from marketplace.listings.presenters import listing_title, listing_url
from marketplace.matches.reason_words import Chip, chip, remedy_text, spec_margin
from marketplace.palette import waste_colour
from matching.explaining import Explanation
from matching.params import Weights
from matching.result import Match
from matching.score import PARTS
from models.listings import Listing, Supply

PART_LABELS: dict[str, LazyString] = {
    "distance": _l("Distance"),
    "quality": _l("Quality"),
    "capacity": _l("Room"),
    "price": _l("Price"),
    "timing": _l("Time"),
}
METHOD_WORDS = {
    "great-circle": _l("great circle times a factor"),
    "road": _l("over the road network"),
    "router": _l("by the configured router"),
}


@dataclass(frozen=True, slots=True)
class PartView:
    key: str
    label: str
    value_text: str
    points: float
    points_text: str


@dataclass(frozen=True, slots=True)
class ScoreView:
    total: str
    parts: list[PartView]


@dataclass(frozen=True, slots=True)
class PartnerView:
    """One partner as a card: who, how far, the money, the score, why."""

    code: str
    title: str
    colour: str
    url: str
    explain_url: str
    enterprise: str
    place: str
    unverified: bool
    feasible: bool
    km: str
    freight: str
    price: str
    net: str
    surplus: str
    tonnes: str
    score: ScoreView
    chips: list[Chip]
    remedies: list[str]
    estimate: bool
    estimate_note: str


def score_view(match: Match, weights: Weights | None = None) -> ScoreView:
    """The five parts with the points each gives, and the sum."""
    weights = weights or Weights()
    whole = sum(getattr(weights, name) for name in PARTS)
    parts = []
    for name in PARTS:
        points = match.parts[name] * getattr(weights, name) / whole * 100
        parts.append(
            PartView(name, str(PART_LABELS[name]), f"{match.parts[name]:.2f}", round(points, 2), f"{points:.1f}")
        )
    return ScoreView(f"{match.score:.0f}", parts)


def partner_views(
    matches: Sequence[Match], rows: Mapping[str, Listing], *, other: str
) -> list[PartnerView]:
    """Views of ranked partners; ``other`` is ``supply`` or ``demand``, the side the partners are on."""
    return [_partner(match, rows[getattr(match, other)], []) for match in matches]


def near_miss_views(
    misses: Sequence[Explanation], rows: Mapping[str, Listing], *, other: str
) -> list[PartnerView]:
    """Views of near misses with what would help."""
    return [
        _partner(
            miss.match, rows[getattr(miss.match, other)], list(map(remedy_text, miss.remedies)), feasible=False
        )
        for miss in misses
    ]


def _partner(match: Match, row: Listing, remedies: list[str], *, feasible: bool = True) -> PartnerView:
    price = row.ask_yuan_per_t if isinstance(row, Supply) else row.bid_yuan_per_t
    return PartnerView(
        code=row.code, title=listing_title(row),
        colour=waste_colour(row.waste_type_id) if isinstance(row, Supply) else "",
        url=listing_url(row),
        explain_url=url_for("matches.explain_pair", supply=match.supply, demand=match.demand),
        enterprise=named(row.enterprise),
        place=named(row.enterprise.region) if row.enterprise.region else "",
        unverified=match.status == "unverified", feasible=feasible,
        km=formatting.number(match.distance_km, 1 if match.distance_km < 10 else 0),
        freight=formatting.yuan(match.freight_yuan_per_t, 1),
        price=_("price open") if price is None else formatting.yuan(price, 1),
        net=formatting.yuan(net_yuan_per_t(match, row), 1),
        surplus=formatting.yuan(match.surplus_yuan_per_t, 1),
        tonnes=formatting.number(match.tonnes_per_month, 1), score=score_view(match),
        chips=_telling(match), remedies=remedies,
        estimate=row.quantity_quality == "estimate", estimate_note=row.note,
    )


def net_yuan_per_t(match: Match, partner: Listing) -> float:
    """Yuan per tonne: what a producer keeps of this demand's price after freight, or what a tonne of this supply
    costs delivered.  A price that is not named counts as 0, as it does for the engine.
    """
    if isinstance(partner, Supply):
        return float(partner.ask_yuan_per_t or 0) + match.freight_yuan_per_t
    return float(partner.bid_yuan_per_t or 0) - match.freight_yuan_per_t


def _telling(match: Match) -> list[Chip]:
    """The reasons worth a chip: all that is not met and, up to three in all, the specs met most narrowly."""
    unmet = [reason for reason in match.reasons if reason.state != "yes"]
    met = [reason for reason in match.reasons if reason.state == "yes" and "value" in reason.values]
    narrow = sorted(met, key=spec_margin)[: max(0, 3 - len(unmet))]
    return [chip(reason) for reason in (*unmet, *narrow)]


def method_text(method: str) -> str:
    """How distance was measured, as a sentence."""
    return _("Distances are measured %(how)s; freight is an estimate.", how=METHOD_WORDS[method])
