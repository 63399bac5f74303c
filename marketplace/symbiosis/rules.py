"""Who may see which figure, and which the public must not see because too few enterprises stand behind them.

An enterprise contributes to a figure when it sends or takes any of its tonnes.  A figure with one or two
contributors is secret.  Hiding it alone is not enough: where a table has totals, the one hidden figure is the
total less the others.  So further figures are hidden, the smallest first, until

- no secret figure can be worked out exactly from the table and its totals, and
- what remains of any line when the shown figures are taken off its total has three contributors or more.

The first is exact for a table of two dimensions with all its totals: seen as a graph whose vertices are the
lines and whose edges are the hidden figures, a figure can be worked out if and only if its edge is a bridge.

The decision is taken once for the whole period and before anybody filters, and what the public sees is never
split by month: no two pages subtracted from each other show what the whole view hides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from marketplace.security.actor import Actor
from marketplace.security.permissions import may
from marketplace.symbiosis.flows import Place

LEAST_CONTRIBUTORS = 3
# The place of a total: (row, ALL) is the total of a row, (ALL, column) of a column, (ALL, ALL) of everything.
ALL = None
Key = tuple[Hashable, Hashable]
# A line of the table: (0, row) or (1, column).
Vertex = tuple[int, Hashable]
Helps = Callable[[Key], bool]
Line = TypeVar("Line", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure: its tonnes and the enterprises behind it."""

    tonnes: float
    contributors: frozenset[int]


def too_few(contributors: Iterable[int]) -> bool:
    """Whether a figure with these contributors is secret; one with none is an empty figure, not a secret."""
    return 0 < len(frozenset(contributors)) < LEAST_CONTRIBUTORS


def suppress_lines(lines: Mapping[Line, Cell], forced: Iterable[Line] = ()) -> frozenset[Line | None]:
    """Which lines of a list with a total to hide; ``forced`` are hidden for reasons of another table.

    The key ALL among them says that the total must be hidden too: no choice of lines would protect them.
    """
    everybody = frozenset[int]().union(*(cell.contributors for cell in lines.values()))
    hidden = {line for line, cell in lines.items() if too_few(cell.contributors)} | (
        set(forced) & lines.keys()
    )
    spare = sorted(lines.keys() - hidden, key=lambda line: (lines[line].tonnes, str(line)))
    while hidden:
        behind = frozenset[int]().union(*(lines[line].contributors for line in hidden))
        if len(hidden) > 1 and not too_few(behind):
            break
        if not spare:
            return frozenset([*lines, ALL])
        hidden.add(spare.pop(0))
    return frozenset([*lines, ALL] if too_few(everybody) else hidden)


def suppress_table(cells: Mapping[Key, Cell], forced: Iterable[Key] = ()) -> frozenset[Key]:
    """Which figures of a table to hide, totals among them: (row, ALL), (ALL, column), (ALL, ALL).

    ``forced`` are hidden for reasons of another table.  Deterministic: among figures that would do, the one
    with the fewest tonnes is hidden first.
    """
    table = with_totals(cells)
    secret = {key for key, cell in table.items() if too_few(cell.contributors)} | (set(forced) & table.keys())
    hidden = set(secret)
    by_tonnes = sorted(table, key=lambda key: (table[key].tonnes, key == (ALL, ALL), str(key)))
    while True:
        helps = _open_line(table, hidden, secret) or _bridge(hidden, secret)
        if helps is None:
            return frozenset(hidden)
        key = next((key for key in by_tonnes if key not in hidden and helps(key)), None)
        if key is None:
            # Nothing is left that would help: then nothing of the table is shown.
            return frozenset(table)
        hidden.add(key)


def with_totals(cells: Mapping[Key, Cell]) -> dict[Key, Cell]:
    """``cells`` and the totals of every row, every column and everything."""
    members: dict[Key, list[Cell]] = defaultdict(list)
    for (row, column), cell in cells.items():
        for key in ((row, ALL), (ALL, column), (ALL, ALL)):
            members[key].append(cell)
    return {**cells, **{key: _sum(parts) for key, parts in members.items()}}


def _sum(cells: Iterable[Cell]) -> Cell:
    parts = list(cells)
    everybody = frozenset[int]().union(*(cell.contributors for cell in parts))
    return Cell(sum(cell.tonnes for cell in parts), everybody)


def _open_line(table: Mapping[Key, Cell], hidden: set[Key], secret: set[Key]) -> Helps | None:
    """A test for figures that would help a line whose hidden remainder has too few contributors, or None."""
    behind: dict[Vertex, set[int]] = defaultdict(set)
    at_risk: set[Vertex] = set()
    for key in hidden:
        for line in enumerate(key):
            behind[line] |= table[key].contributors
            if key in secret:
                at_risk.add(line)
    for line in sorted(at_risk, key=str):
        axis, name = line
        if too_few(behind[line]) and any(key[axis] == name and key not in hidden for key in table):
            return lambda key, axis=axis, name=name: key[axis] == name
    return None


def _bridge(hidden: set[Key], secret: set[Key]) -> Helps | None:
    """A test for figures that would close a way around a secret one that can be worked out, or None."""
    reach: dict[Vertex, list[Key]] = defaultdict(list)
    for key in hidden:
        for line in enumerate(key):
            reach[line].append(key)
    for key in sorted(secret, key=str):
        side = _reached((0, key[0]), reach, without=key)
        if (1, key[1]) not in side:
            return lambda other, side=side: ((0, other[0]) in side) != ((1, other[1]) in side)
    return None


def _reached(start: Vertex, reach: Mapping[Vertex, list[Key]], *, without: Key) -> set[Vertex]:
    seen, waiting = {start}, [start]
    while waiting:
        for key in reach.get(waiting.pop(), ()):
            if key == without:
                continue
            for line in enumerate(key):
                if line not in seen:
                    seen.add(line)
                    waiting.append(line)
    return seen


def sees_everything(actor: Actor) -> bool:
    """Whether every flow is shown at the level of enterprises: administrators, and regulators of no one banner."""
    return may(actor, "symbiosis.detail", actor)


def sees_somewhere(actor: Actor) -> bool:
    """Whether there is a place whose enterprises ``actor`` sees one by one."""
    narrowed = actor.park_id is not None or actor.region_id is not None
    return sees_everything(actor) or (narrowed and may(actor, "place.view_detail"))


def sees_place(actor: Actor, place: Place) -> bool:
    """Whether ``actor`` sees the enterprises of ``place`` one by one: a committee those of its park, a regulator of one
    banner those in it, outside parks as well.
    """
    return may(actor, "place.view_detail", place)


def sees_enterprises(actor: Actor, place: Place) -> bool:
    """Whether the enterprises of ``place`` are shown one by one."""
    return sees_everything(actor) or sees_place(actor, place)
