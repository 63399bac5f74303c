"""Two views side by side: both figures of every arc, and their difference where both may be seen.

Nothing is added to what the two views show one by one: a difference is given only where both its figures are, so
that it can give neither away.  An arc that one view does not have counts as none there, as its own page says too.
"""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.symbiosis.flows import Place
from marketplace.symbiosis.selection import Sight, arc_key
from marketplace.symbiosis.totals import Arc, Sum, total


@dataclass(frozen=True, slots=True)
class Compared:
    """One arc in both views; a figure is None where it is hidden."""

    arc: Arc
    one_t: float | None
    other_t: float | None

    @property
    def difference_t(self) -> float | None:
        return None if self.one_t is None or self.other_t is None else self.one_t - self.other_t

    @property
    def ends(self) -> tuple[Place | None, Place | None]:
        return self.arc.source, self.arc.target


def compared(one: Sight, other: Sight) -> list[Compared]:
    """Every arc of either view, those with the largest difference first, those with a hidden figure last by name."""
    left, right = ({arc_key(arc): (arc, shown) for arc, shown in sight.arcs()} for sight in (one, other))
    rows = [
        Compared((left.get(key) or right[key])[0], _tonnes(left.get(key)), _tonnes(right.get(key)))
        for key in left.keys() | right.keys()
    ]
    return sorted(rows, key=_order)


def _tonnes(found: tuple[Arc, bool] | None) -> float | None:
    if found is None:
        return 0.0
    arc, shown = found
    return arc.tonnes if shown else None


def _order(row: Compared) -> tuple[object, ...]:
    difference = row.difference_t
    return difference is None, 0 if difference is None else -abs(difference), arc_key(row.arc)


def whole(one: Sight, other: Sight) -> tuple[Sum | None, Sum | None]:
    """The sums over everything chosen, None where a view's own total is hidden."""
    first, second = (None if sight.hidden_whole else total(sight.flows) for sight in (one, other))
    return first, second
