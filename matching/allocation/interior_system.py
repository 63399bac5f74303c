"""The interior point's normal equations over one program: laid out once, factored and solved in every iteration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.allocation.interior_halves import Halves
from matching.allocation.interior_kernel import Elements, absorb, own_backward, own_forward
from matching.allocation.interior_tiles import SIDE, backward, begin_front, eliminate, forward, join, take_in
from matching.allocation.interior_tree import Tree, dissect


@dataclass(frozen=True, slots=True)
class System:
    """``elements`` and ``tree`` over the columns ``column`` (numbers in the program, element by element), the own
    rows ``own_row`` and the shared rows ``shared_row`` (numbers in the program).  From element ``half`` on lies the
    other half of the columns.
    """

    elements: Elements
    tree: Tree
    column: np.ndarray
    own_row: np.ndarray
    shared_row: np.ndarray
    half: int


def lay_system(
    matrix: object, columns: np.ndarray, group: np.ndarray, shared: np.ndarray, where: np.ndarray
) -> System:
    """Lay out ``columns`` of ``matrix`` (scipy CSC).

    ``group`` ``(columns,)`` names the demand's month of each of them, -1 for carried tonnes; ``shared`` ``(rows,)``
    says which rows belong to supplies, ``where`` ``(rows, axes)`` where those lie.
    """
    name, alone = group.copy(), group < 0
    name[alone] = group.max(initial=-1) + 1 + np.arange(int(alone.sum()))
    order = np.argsort(name, kind="stable")
    columns = columns[order]
    _names, element = np.unique(name[order], return_inverse=True)
    count = int(element[-1]) + 1 if len(element) else 0
    part = matrix[:, columns]  # type: ignore[index]
    entry = np.repeat(np.arange(len(columns)), np.diff(part.indptr)), part.indices.astype(np.int64), part.data
    is_shared = shared[entry[1]]
    column = np.searchsorted(element, np.arange(count + 1))
    own_row, own, value_at, value = _own_rows(*(part[~is_shared] for part in entry), element, column, len(shared))
    start, at, weight, shared_row, tree = _shared_rows(*(part[is_shared] for part in entry), element, count, where)
    q, p = np.diff(own), np.diff(tree.start)
    elements = Elements(
        column, own, tree.start, tree.node, value_at, value, start, at, weight,
        np.append(0, np.cumsum(q * q)), np.append(0, np.cumsum(q * p)),
    )
    half = min(int(np.searchsorted(column, len(columns) // 2)), count)
    return System(elements, tree, columns, own_row, shared_row, half)


def _own_rows(
    k: np.ndarray, row: np.ndarray, entry: np.ndarray, element: np.ndarray, column: np.ndarray, rows: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Own rows element by element, where those of each begin, and the columns' entries in all own rows of theirs."""
    e, at_home = element[k], np.full(rows, -1)
    # No row belongs to two elements.
    at_home[row] = e
    own_row = np.flatnonzero(at_home >= 0)
    own_row = own_row[np.argsort(at_home[own_row], kind="stable")]
    own = np.searchsorted(at_home[own_row], np.arange(len(column)))
    which = np.empty(rows, np.int64)
    which[own_row] = np.arange(len(own_row)) - own[at_home[own_row]]
    q = np.diff(own)
    value_at = np.append(0, np.cumsum(q * np.diff(column)))
    value = np.zeros(int(value_at[-1]))
    value[value_at[e] + (k - column[e]) * q[e] + which[row]] = entry
    return own_row, own, value_at, value


def _shared_rows(
    k: np.ndarray, row: np.ndarray, entry: np.ndarray, element: np.ndarray, count: int, where: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, Tree]:
    """Where each column's entries in shared rows begin, which of its element's rows they meet, their values; the shared
    rows' numbers, and the tree over them.
    """
    shared_row, node = np.unique(row, return_inverse=True)
    nodes = max(len(shared_row), 1)
    pair, which = np.unique(element[k] * nodes + node, return_inverse=True)
    tree = dissect(pair // nodes, pair % nodes, count, where[shared_row])
    # The rows of an element stand in the order of the tree.
    placed = np.repeat(np.arange(count), np.diff(tree.start)) * nodes + tree.node
    rank = np.empty(len(pair), np.int64)
    rank[:] = np.argsort(placed, kind="stable")
    at = rank[which] - tree.start[element[k]]
    by_column = np.argsort(k, kind="stable")
    start = np.searchsorted(k[by_column], np.arange(len(element) + 1))
    return start, at[by_column].astype(np.int32), entry[by_column], shared_row, tree


class Factor:
    """A factorisation that is made anew for each pair of weights, in memory that is kept."""

    def __init__(self, system: System, halves: Halves) -> None:
        el, tree = system.elements, system.tree
        self._system, self._halves = system, halves
        self._corners, self._sides = np.empty(int(el.corner[-1])), np.empty(int(el.side[-1]))
        order = np.argsort(tree.front, kind="stable")
        ends = np.searchsorted(tree.front[order], np.arange(len(tree.fronts) + 1))
        self._taken = [order[ends[f] : ends[f + 1]] for f in range(len(tree.fronts))]
        self._parts = _parts(tree)
        self._keep = [np.empty((_triangle(sum(f.tiles)) - _triangle(f.tiles[1]), SIDE, SIDE)) for f in tree.fronts]
        self._rest = _updates(tree, self._parts)
        self._other = np.empty(len(system.shared_row))

    def make(self, theta: np.ndarray, psi_own: np.ndarray, psi_shared: np.ndarray) -> bool:
        """Factor for weights of the columns, own rows and shared rows; False where rounding stands in the way."""
        el, both = self._system.elements, self._halves.both
        work = (theta, psi_own, self._corners, self._sides)
        half, end = self._system.half, len(el.column) - 1
        if not all(both(absorb, (el, 0, half, *work), (el, half, end, *work))):
            return False
        one, two, top = self._parts
        return all(both(self._fronts, (one, theta, psi_shared), (two, theta, psi_shared))) and self._fronts(
            top, theta, psi_shared
        )

    def _fronts(self, numbers: list[int], theta: np.ndarray, psi: np.ndarray) -> bool:
        tree = self._system.tree
        for number in numbers:
            front = tree.fronts[number]
            blocks = (self._keep[number], self._rest[number], *front.tiles)
            begin_front(*blocks, front.own, psi)
            take_in(self._system.elements, self._taken[number], theta, self._sides, tree.place, *blocks)
            for child in front.children:
                below = tree.fronts[child]
                join(self._rest[child], below.tiles[1], below.into, *blocks)
            if not eliminate(*blocks):
                return False
        return True

    def solve(self, own: np.ndarray, shared: np.ndarray) -> None:
        """The answer to one right-hand side, in its place."""
        el, both, other = self._system.elements, self._halves.both, self._other
        half, end = self._system.half, len(el.column) - 1
        work = self._corners, self._sides, own
        other[:] = 0.0
        both(own_forward, (el, 0, half, *work, shared), (el, half, end, *work, other))
        shared += other
        one, two, top = self._parts
        # The second part begins with nothing in the rows of the others: what it leaves there is what it changed.
        other[:] = 0.0
        for number in two:
            rows = self._system.tree.fronts[number].own
            other[rows], shared[rows] = shared[rows], 0.0
        both(self._forward, (one, shared), (two, other))
        shared += other
        self._forward(top, shared)
        self._backward(top, shared)
        both(self._backward, (one, shared), (two, shared))
        both(own_backward, (el, 0, half, *work, shared), (el, half, end, *work, shared))

    def _forward(self, numbers: list[int], right: np.ndarray) -> None:
        for number in numbers:
            front = self._system.tree.fronts[number]
            forward(self._keep[number], *front.tiles, front.own, front.beyond, right)

    def _backward(self, numbers: list[int], right: np.ndarray) -> None:
        for number in reversed(numbers):
            front = self._system.tree.fronts[number]
            backward(self._keep[number], *front.tiles, front.own, front.beyond, right)


def _triangle(across: int) -> int:
    return across * (across + 1) // 2


def _parts(tree: Tree) -> tuple[list[int], list[int], list[int]]:
    """The fronts below the topmost one with two below it, as two halves that know nothing of each other, and the rest.
    """
    top = [len(tree.fronts) - 1] if tree.fronts else []
    while top and len(tree.fronts[top[-1]].children) == 1:
        top.append(tree.fronts[top[-1]].children[0])
    halves = tree.fronts[top[-1]].children if top else ()
    if len(halves) != 2:
        return [], [], list(range(len(tree.fronts)))
    first, second = halves
    return list(range(first + 1)), list(range(first + 1, second + 1)), top[::-1]


def _updates(tree: Tree, parts: tuple[list[int], ...]) -> list[np.ndarray]:
    """Memory for what each front hands up: within a part, fronts of one depth that are the same child of theirs share
    it, for each is taken in before the next one is made.
    """
    part, depth, kind = (np.zeros(len(tree.fronts), np.int64) for _ in range(3))
    for number, members in enumerate(parts):
        part[members] = number
    for number in range(len(tree.fronts) - 1, -1, -1):
        for at, child in enumerate(tree.fronts[number].children):
            depth[child], kind[child] = depth[number] + 1, at
    keys = list(zip(part.tolist(), depth.tolist(), kind.tolist(), strict=True))
    most: dict[tuple[int, ...], int] = {}
    for key, front in zip(keys, tree.fronts, strict=True):
        most[key] = max(most.get(key, 0), _triangle(front.tiles[1]))
    memory = {key: np.empty((size, SIDE, SIDE)) for key, size in most.items()}
    return [
        memory[key][: _triangle(front.tiles[1])] for key, front in zip(keys, tree.fronts, strict=True)
    ]
