"""What a kept plan says of rounds and residues sent on, with its listings' codes turned into ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.symbiosis.flows import Cycle, Hop, Part
from marketplace.symbiosis.queries import Atlas, Offer, Want

Summary = dict[str, Any]


def cycles_of(summary: Summary, atlas: Atlas) -> tuple[Cycle, ...]:
    """The rounds of the plan; plans made before rounds were kept have none."""
    ends = _Ends(atlas.offers_by_code(), atlas.wants_by_code())
    rounds = (
        (ends.hops([{**arc, "tonnes": one["tonnes"]} for arc in one["arcs"]]), one["tonnes"])
        for one in summary.get("cycles", ())
    )
    return tuple(Cycle(hops, tonnes) for hops, tonnes in rounds if hops)


def parts_of(summary: Summary, atlas: Atlas) -> tuple[Part, ...]:
    """The consignments of residue; plans made before they were kept have none."""
    offers, wants = atlas.offers_by_code(), atlas.wants_by_code()
    return tuple(
        Part(
            wants[row["origin"]].end,
            wants[row["origin"]].use,
            offers[row["supply"]].end,
            wants[row["demand"]].end,
            offers[row["supply"]].waste_type,
            wants[row["demand"]].use,
            row["tonnes"],
        )
        for row in summary.get("parts", ())
        if row["origin"] in wants and row["supply"] in offers and row["demand"] in wants
    )


@dataclass(frozen=True, slots=True)
class _Ends:
    """Listings by code."""

    offers: Mapping[str, Offer]
    wants: Mapping[str, Want]

    def hops(self, kept: Sequence[dict[str, Any]]) -> tuple[Hop, ...] | None:
        """None where a hop speaks of a listing no longer there."""
        if any(hop["supply"] not in self.offers or hop["demand"] not in self.wants for hop in kept):
            return None
        return tuple(self._hop(self.offers[hop["supply"]], self.wants[hop["demand"]], hop["tonnes"]) for hop in kept)

    @staticmethod
    def _hop(offer: Offer, want: Want, tonnes: float) -> Hop:
        return Hop(offer.end, want.end, offer.waste_type, want.use, tonnes)
