"""After a change of the tonnes: from the old tree to the new optimum by a dual network simplex, in compiled code.

The old prices stay right, so only flows that the new tonnes make negative have to go.  Each is taken out of the tree
by the arc that costs least among those that cross to the part cut off; only the arcs of that part are looked at, and
it is small as a rule.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from matching.allocation.network_kernel import NONE, _shift, _turn


class Fan(NamedTuple):
    """Arcs grouped by the node at one end: those of node u stand at ``start[u]`` to ``start[u + 1]``.

    ``other`` is the node at the other end, ``cost`` the arc's, ``arc`` its number.
    """

    start: np.ndarray
    other: np.ndarray
    cost: np.ndarray
    arc: np.ndarray


def fan(ends: np.ndarray, others: np.ndarray, cost: np.ndarray, nodes: int) -> Fan:
    """Group the arcs by ``ends``; all four arrays of shape ``(arcs,)``, ``nodes`` without the root."""
    arc = np.argsort(ends, kind="stable")
    start = np.searchsorted(ends[arc], np.arange(nodes + 2))
    return Fan(start, others[arc], cost[arc], arc)


@njit(cache=True, nogil=True)
def _reflow(balance, tree, order):
    """Flows of the tree for another ``balance``; ``order`` receives the nodes, parents before children."""
    parent, up, flow, child, after = tree.parent, tree.up, tree.flow, tree.child, tree.after
    root = len(parent) - 1
    count = 0
    u = root
    while True:
        order[count] = u
        count += 1
        flow[u] = balance[u] if u != root else 0
        if child[u] != NONE:
            u = child[u]
            continue
        while u != root and after[u] == NONE:
            u = parent[u]
        if u == root:
            break
        u = after[u]
    for at in range(count - 1, 0, -1):
        u = order[at]
        net = flow[u]
        flow[parent[u]] += net
        if not up[u]:
            flow[u] = -net
    flow[root] = 0


@njit(cache=True, nogil=True)
def _mark(top, inside, stamp, tree, members):
    """Stamp the nodes of the subtree of ``top``; how many there are, listed in ``members``."""
    parent, child, after = tree.parent, tree.child, tree.after
    count = 0
    u = top
    while True:
        inside[u] = stamp
        members[count] = u
        count += 1
        if child[u] != NONE:
            u = child[u]
            continue
        while u != top and after[u] == NONE:
            u = parent[u]
        if u == top:
            return count
        u = after[u]


@njit(cache=True, nogil=True)
def _cheapest(members, count, inside, stamp, start, other, cost, arc, potential, sign):
    """Among the arcs of a fan that lead from the members to nodes outside, the one of the least reduced cost.

    ``sign`` is 1 where the members are tails and -1 where they are heads; ties go by the arc's number.
    """
    best, chosen = np.int64(2**62), NONE
    for n in range(count):
        u = members[n]
        here = potential[u]
        for at in range(start[u], start[u + 1]):
            reduced = cost[at] + sign * (here - potential[other[at]])
            # Few arcs come this far, so where they lead is asked last.
            if reduced <= best and inside[other[at]] != stamp and (reduced < best or arc[at] < chosen):
                best, chosen = reduced, arc[at]
    return chosen, best


@njit(cache=True, nogil=True)
def reoptimise(tail, head, balance, tree, leaving, coming, most):
    """Make the optimal ``tree`` of another balance optimal for ``balance``; how many pivots.

    ``leaving`` and ``coming`` are the fans of arcs by tail and by head.  -1 where ``most`` pivots do not do or no
    arc can take a flow over: the tree is of no use then, and the caller begins afresh.
    """
    out_start, out_other, out_cost, out_arc = leaving
    in_start, in_other, in_cost, in_arc = coming
    parent, up, flow, depth, potential = tree.parent, tree.up, tree.flow, tree.depth, tree.potential
    nodes = len(parent) - 1
    members, inside = np.empty(nodes + 1, np.int64), np.full(nodes + 1, -1, np.int64)
    _reflow(balance, tree, members)
    pivots = clean = at = 0
    while clean < nodes:
        w = at
        at = at + 1 if at + 1 < nodes else 0
        if flow[w] >= 0:
            clean += 1
            continue
        clean = 0
        if pivots == most:
            return -1
        count = _mark(w, inside, pivots, tree, members)
        if up[w]:
            # More should go out of this part than comes in: the least dear way in makes up for it.
            entering, reduced = _cheapest(
                members, count, inside, pivots, in_start, in_other, in_cost, in_arc, potential, -1
            )
        else:
            entering, reduced = _cheapest(
                members, count, inside, pivots, out_start, out_other, out_cost, out_arc, potential, 1
            )
        if entering == NONE:
            return -1
        amount = -flow[w]
        p, q = tail[entering], head[entering]
        u, v = p, q
        while u != v:
            if depth[u] >= depth[v]:
                flow[u] += -amount if up[u] else amount
                u = parent[u]
            else:
                flow[v] += amount if up[v] else -amount
                v = parent[v]
        if inside[p] == pivots:
            _turn(p, w, q, entering, True, amount, tree)
            _shift(p, -reduced, tree)
        else:
            _turn(q, w, p, entering, False, amount, tree)
            _shift(q, reduced, tree)
        pivots += 1
    return pivots
