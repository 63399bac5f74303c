"""Every feasible pair, counted by waste type: what the map of the best-ranked partners alone leaves out.

Counts are of public listings, each of whose pairs anybody may look up; no tonnes are in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from marketplace.market import cached_problem, distance_model, market_revision
from marketplace.market.kept import Kept
from marketplace.symbiosis.queries import database_of

# Supplies x demands: beyond, counting every pair takes longer than a page may.
MOST_PAIRS = 2_000_000


@dataclass(frozen=True, slots=True)
class PartnerCount:
    """Supplies of one waste type, those with a feasible partner, their pairs, demands among them, and the median."""

    waste_type: str
    supplies: int
    with_partner: int
    pairs: int
    demands: int
    median: float


_counts: Kept[tuple[PartnerCount, ...] | None] = Kept(4)


def partner_counts(session: Session) -> tuple[PartnerCount, ...] | None:
    """Counts by waste type, the most pairs first; None where the market is too large to count on a page."""
    return _counts.get((database_of(session), market_revision(session)), lambda: _count(session))


def _count(session: Session) -> tuple[PartnerCount, ...] | None:
    import matching
    from matching.params import MatchParams

    problem = cached_problem(session)
    if len(problem.supplies.ids) * len(problem.demands.ids) > MOST_PAIRS:
        return None
    result = matching.match(problem, MatchParams(top_k=0, distance=distance_model(session)))
    supply, demand = result.pairs.supply[result.feasible], result.pairs.demand[result.feasible]
    partners = np.bincount(supply, minlength=len(problem.supplies.ids))
    rows = []
    for number, waste in enumerate(problem.waste_types):
        own = problem.supplies.waste_type == number
        if own.any():
            pairs = own[supply]
            rows.append(PartnerCount(
                waste, int(own.sum()), int((partners[own] > 0).sum()), int(pairs.sum()),
                len(np.unique(demand[pairs])), float(np.median(partners[own])),
            ))  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (-row.pairs, row.waste_type)))
