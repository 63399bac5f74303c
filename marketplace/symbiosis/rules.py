"""Who may see which figure, and which the public must not see because too few enterprises stand behind them.

An enterprise contributes to a figure when it sends or takes any of its tonnes.  A figure with one or two
contributors is hidden.  Hiding it alone is not enough: in a table with a total, the one hidden line is the
total less the lines shown.  So further lines are hidden, the smallest first, until the hidden lines of every
table and month are at least two and together have three contributors; where nothing is left to hide, the
total goes.

Every figure belongs to one tree: all, then waste type, then (apart from each other) arcs and uses.  What is
hidden is decided once for the whole view, and for every month alike, before anybody filters: a page filtered
by waste type or month, or two such pages subtracted from each other, shows nothing that the whole view hides.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Generic, TypeVar

from marketplace.security.actor import Actor
from marketplace.security.permissions import may

LEAST_CONTRIBUTORS = 3
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure: its tonnes, and the enterprises behind it by month (key ``""``: the whole horizon)."""

    tonnes: float
    contributors: Mapping[str, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Hidden(Generic[Key]):
    """The lines of one table that must not be shown, and whether its total must not either."""

    lines: frozenset[Key]
    total: bool


def too_few(contributors: frozenset[int]) -> bool:
    """Whether a figure with these contributors is hidden; one with none is an empty figure, not a secret."""
    return 0 < len(contributors) < LEAST_CONTRIBUTORS


def suppress(cells: Mapping[Key, Cell], forced: frozenset[Key] = frozenset()) -> Hidden[Key]:
    """Which lines of a table with a total to hide; ``forced`` are hidden for reasons of another table.

    Deterministic: among lines that could be hidden besides, the one with the fewest tonnes goes first.
    """
    hidden = {
        key
        for key, cell in cells.items()
        if key in forced or any(too_few(one) for one in cell.contributors.values())
    }
    spare = sorted((key for key in cells if key not in hidden), key=lambda key: (cells[key].tonnes, str(key)))
    total = False
    for scope in sorted({scope for cell in cells.values() for scope in cell.contributors}):
        while _exposed(cells, hidden, scope):
            key = next((key for key in spare if scope in cells[key].contributors and key not in hidden), None)
            if key is None:
                total = True
                break
            hidden.add(key)
    # A line hidden for a later month may be the only hidden one of an earlier one: look again until it holds.
    if any(_exposed(cells, hidden, scope) for scope in _scopes(cells)) and not total:
        return suppress(cells, frozenset(hidden))
    return Hidden(frozenset(hidden), total)


def _scopes(cells: Mapping[Key, Cell]) -> set[str]:
    return {scope for cell in cells.values() for scope in cell.contributors}


def _exposed(cells: Mapping[Key, Cell], hidden: set[Key], scope: str) -> bool:
    behind = [cells[key].contributors[scope] for key in hidden if scope in cells[key].contributors]
    behind = [contributors for contributors in behind if contributors]
    if not behind:
        return False
    return len(behind) == 1 or too_few(frozenset().union(*behind))


def sees_everything(actor: Actor) -> bool:
    """Whether every flow is shown at the level of enterprises: regulators and administrators."""
    return may(actor, "symbiosis.detail") and sees_place(actor, None)


def sees_place(actor: Actor, park_id: int | None) -> bool:
    """Whether ``actor`` sees the enterprises of a park in detail; None stands for places outside parks."""
    return may(actor, "park.view_detail", SimpleNamespace(id=park_id if park_id is not None else 0))
