"""What changes add to a tonne on each pair, kept apart by its nature so that each is told under its own name."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from matching.allocation.result import AllocationResult, Pairs


@dataclass(frozen=True, slots=True)
class Extras:
    """Parallel arrays ``(pairs,)``: ``transfer`` is paid by or spared from somebody else (a subsidy, a fee), ``rail``
    is what carriage by rail spares in yuan and ``rail_kg`` in kg CO2e.  All per tonne.
    """

    transfer: np.ndarray
    rail: np.ndarray
    rail_kg: np.ndarray

    @classmethod
    def none(cls, pairs: int) -> Extras:
        return cls(*(np.zeros(pairs) for _ in fields(cls)))

    def at(self, rows: np.ndarray) -> Extras:
        """The extras of other pairs: those at ``rows``."""
        return Extras(*(getattr(self, column.name)[rows] for column in fields(self)))

    def of(self, pairs: Pairs) -> Pairs:
        """``pairs`` with these extras."""
        return replace(pairs, extra_yuan_per_t=self.transfer + self.rail, extra_kg_per_t=self.rail_kg)


def rows_of(pairs: Pairs, plan: AllocationResult) -> np.ndarray:
    """Which of ``pairs`` (sorted by supply and demand) each arc of ``plan`` runs on, ``(arcs,)``."""
    width = int(max(pairs.demand.max(initial=0), plan.demand.max(initial=0))) + 1
    return np.searchsorted(pairs.supply * width + pairs.demand, plan.supply * width + plan.demand)
