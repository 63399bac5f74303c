"""In which order the rows of supplies leave the interior point's equations: a tree of fronts by nested dissection.

Two rows meet in the equations where one element (a demand's month, or a carried tonne) joins them, and elements are
small places on the map.  So a line across the map parts the rows into two halves that meet only in the rows whose
elements lie on either side: the separator, which leaves last.  Source: George, "Nested dissection of a regular finite
element mesh", SIAM Journal on Numerical Analysis 10 (1973); Duff & Reid, "The multifrontal solution of indefinite
sparse symmetric linear equations", ACM Transactions on Mathematical Software 9 (1983).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.allocation.interior_tiles import SIDE

# A part of so few rows is eliminated as one dense block; smaller ones cost more in calls than they save.
LEAF = 4 * SIDE
# Where the line may run: at these shares of the part's rows, along each axis.
_CUTS = (0.42, 0.5, 0.58)
# How much a row of imbalance weighs beside a row of the separator.
_IMBALANCE = 0.1
# So many bits of each axis order the rows within a front.
_BITS = 7
# A separator of more than this share of its part parts nothing.
_TOO_WIDE = 0.6


@dataclass(frozen=True, slots=True)
class Front:
    """Rows ``own`` that leave here, and ``beyond``: rows of fronts above that they meet; both in the order of
    leaving.  ``into`` is where the rows beyond stand in the front above, its own rows first and filled up to whole
    tiles; ``children`` are the fronts below.  ``tiles`` counts those of the rows own and beyond.
    """

    own: np.ndarray
    beyond: np.ndarray
    into: np.ndarray
    children: tuple[int, ...]
    tiles: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tree:
    """Fronts, those below before those above; ``front[e]`` takes element e in, and ``place`` is where the element's
    rows stand in it.

    ``start``, ``node`` list the rows of each element in the order of leaving; ``gigaflops`` is what one factorisation
    takes.
    """

    fronts: list[Front]
    front: np.ndarray
    start: np.ndarray
    node: np.ndarray
    place: np.ndarray
    gigaflops: float


def dissect(element: np.ndarray, node: np.ndarray, elements: int, where: np.ndarray, *, leaf: int = LEAF) -> Tree:
    """Order the rows that ``elements`` join.

    ``element`` and ``node``, both ``(incidences,)``, say which rows each element joins, each named once; ``where`` of
    shape ``(nodes, axes)`` says where the rows lie, in any unit.
    """
    cells: list[tuple[np.ndarray, int]] = []
    _part(element, node, _by_neighbourhood(where), where, leaf, cells, 0)
    parents = _parents(cells)
    owner, rank = np.empty(len(where), np.int64), np.empty(len(where), np.int64)
    begun = 0
    for number, (rows, _depth) in enumerate(cells):
        owner[rows], rank[rows] = number, begun + np.arange(len(rows))
        begun += len(rows)
    order = np.lexsort((rank[node], element))
    node = node[order]
    start = np.searchsorted(element[order], np.arange(elements + 1))
    front = np.zeros(elements, np.int64)
    joined = np.flatnonzero(np.diff(start))
    front[joined] = owner[node[start[joined]]]
    fronts, place = _fronts([rows for rows, _depth in cells], parents, rank, front, start, node)
    work = sum(
        len(f.own) ** 3 / 3 + len(f.own) ** 2 * len(f.beyond) + len(f.own) * len(f.beyond) ** 2 for f in fronts
    )
    return Tree(fronts, front, start, node, place, work / 1e9)


def _by_neighbourhood(where: np.ndarray) -> np.ndarray:
    """The rows along Morton's curve: those of an element then stand near each other in a front, hence in memory."""
    key = np.zeros(len(where), np.int64)
    for axis in range(where.shape[1]):
        rank = np.argsort(np.argsort(where[:, axis], kind="stable"), kind="stable")
        cell = rank * 2**_BITS // max(len(where), 1)
        for bit in range(_BITS):
            key |= (cell >> bit & 1) << (bit * where.shape[1] + axis)
    return np.argsort(key, kind="stable")


def _part(
    element: np.ndarray, node: np.ndarray, rows: np.ndarray, where: np.ndarray, leaf: int,
    cells: list[tuple[np.ndarray, int]], depth: int,
) -> None:
    """List the fronts of ``rows``, both halves before their separator, with their depth."""
    cut = _cut(element, node, rows, where) if len(rows) > leaf else None
    if cut is None:
        cells.append((rows, depth))
        return
    left, right, between, goes_right = cut
    outside = np.zeros(len(where), bool)
    outside[between] = True
    for half, mine in ((left, ~goes_right), (right, goes_right)):
        kept = np.flatnonzero(mine & ~outside[node])
        _part(element[kept], node[kept], half, where, leaf, cells, depth + 1)
    cells.append((between, depth))


def _cut(
    element: np.ndarray, node: np.ndarray, rows: np.ndarray, where: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray] | None:
    """The line with the least separator: rows on either side, those between, and which incidences go right."""
    best, found = np.inf, None
    if not len(element):
        return None
    _names, number = np.unique(element, return_inverse=True)
    count = np.bincount(number)
    touched = np.zeros((2, len(where)), bool)
    for axis in range(where.shape[1]):
        along = where[:, axis]
        centre = np.bincount(number, along[node]) / count
        for share in _CUTS:
            goes_right = (centre > np.quantile(along[rows], share))[number]
            touched[:] = False
            touched[0, node[~goes_right]] = touched[1, node[goes_right]] = True
            on_left, on_right = touched[0, rows], touched[1, rows]
            left, right, between = ~on_right, on_right & ~on_left, on_right & on_left
            counts = left.sum(), right.sum(), between.sum()
            if min(counts[:2]) == 0 or counts[2] > _TOO_WIDE * len(rows):
                continue
            cost = counts[2] + _IMBALANCE * abs(int(counts[0]) - int(counts[1]))
            if cost < best:
                best, found = cost, (rows[left], rows[right], rows[between], goes_right)
    return found


def _parents(cells: list[tuple[np.ndarray, int]]) -> list[int]:
    """The front above each: the next one of lesser depth."""
    parents, open_ = [-1] * len(cells), []
    for number in range(len(cells) - 1, -1, -1):
        depth = cells[number][1]
        del open_[depth:]
        parents[number] = open_[-1] if open_ else -1
        open_.append(number)
    return parents


def _fronts(
    own: list[np.ndarray], parents: list[int], rank: np.ndarray, front: np.ndarray, start: np.ndarray, node: np.ndarray
) -> tuple[list[Front], np.ndarray]:
    """What each front meets above, and where the rows of elements stand in their fronts."""
    by_front = np.argsort(front, kind="stable")
    bounds = np.searchsorted(front[by_front], np.arange(len(own) + 1))
    below: list[list[np.ndarray]] = [[] for _ in own]
    beyond: list[np.ndarray] = []
    place = np.empty(len(node), np.int32)
    at = np.full(len(rank), -1, np.int32)
    fronts: list[Front] = []
    for number, rows in enumerate(own):
        mine = by_front[bounds[number] : bounds[number + 1]]
        taken = _ranges(start[mine], start[mine + 1])
        met = np.unique(np.concatenate([node[taken], *below[number]]))
        last = rank[rows[-1]] if len(rows) else -1
        met = met[rank[met] > last]
        met = met[np.argsort(rank[met])]
        beyond.append(met)
        at[rows], at[met] = _filled_up(rows, met)
        place[taken] = at[node[taken]]
        if parents[number] >= 0:
            below[parents[number]].append(met)
    for number, rows in enumerate(own):
        parent = parents[number]
        if parent >= 0:
            at[own[parent]], at[beyond[parent]] = _filled_up(own[parent], beyond[parent])
        below_it = tuple(child for child in range(number) if parents[child] == number)
        tiles = -(-len(rows) // SIDE), -(-len(beyond[number]) // SIDE)
        fronts.append(Front(rows, beyond[number], at[beyond[number]].copy(), below_it, tiles))
    return fronts, place


def _filled_up(own: np.ndarray, beyond: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions in a front: its own rows, filled up to whole tiles, then those beyond."""
    return np.arange(len(own)), -(-len(own) // SIDE) * SIDE + np.arange(len(beyond))


def _ranges(first: np.ndarray, end: np.ndarray) -> np.ndarray:
    """All positions of the ranges ``first`` to ``end``, one after the other."""
    count = end - first
    begun = np.cumsum(count) - count
    return np.repeat(first - begun, count) + np.arange(int(count.sum()))
