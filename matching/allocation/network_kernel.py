"""A primal network simplex in compiled code, for flows without upper bounds from a star of slack arcs.

Whole numbers throughout (tonnes and prices are scaled by powers of two), so that every comparison is exact: the tree
stays strongly feasible (Cunningham, *Mathematical Programming* 11, 1976), which rules out going round in circles, and
at the end no arc has a negative reduced cost, not merely none beyond a tolerance.

The tree hangs from a root.  ``parent[u]`` is the node above u, ``arc[u]`` the arc that joins them, ``up[u]`` whether
it leads to the parent, ``flow[u]`` what it carries.  ``child``, ``after`` and ``ahead`` link the children of a node.
Arcs ``0 .. m - 1`` are the market's; arc ``m + u`` is the slack of node u: to the root from where tonnes come in, from
the root to where they go.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

NONE = -1


class Tree(NamedTuple):
    """A spanning tree with its flows and potentials, each of shape ``(nodes + 1,)``; the root is the last node."""

    parent: np.ndarray
    arc: np.ndarray
    up: np.ndarray
    flow: np.ndarray
    depth: np.ndarray
    child: np.ndarray
    after: np.ndarray
    ahead: np.ndarray
    potential: np.ndarray


def star(balance: np.ndarray, arcs: int) -> Tree:
    """The tree of all slack arcs, beside ``arcs`` others: nothing is sent, nothing is taken in.

    ``balance`` is what comes in at each node (>= 0) or can be taken in (< 0), whole numbers of shape ``(nodes,)``.
    """
    nodes = len(balance)
    every = np.arange(nodes + 1)
    parent = np.full(nodes + 1, nodes)
    parent[nodes] = NONE
    up = np.append(balance >= 0, False)
    after = np.append(every[1:nodes], [NONE, NONE])[: nodes + 1]
    child = np.full(nodes + 1, NONE)
    if nodes:
        child[nodes] = 0
    depth = np.append(np.ones(nodes, np.int64), 0)
    return Tree(
        parent, np.append(arcs + every[:nodes], NONE), up, np.append(np.abs(balance), 0), depth, child, after,
        np.append([NONE], every[: nodes])[: nodes + 1], np.zeros(nodes + 1, np.int64),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _unhook(u, parent, child, after, ahead):
    """Take ``u`` from among the children of its parent."""
    if ahead[u] == NONE:
        child[parent[u]] = after[u]
    else:
        after[ahead[u]] = after[u]
    if after[u] != NONE:
        ahead[after[u]] = ahead[u]


@njit(cache=True, nogil=True)
def _hang(u, below, parent, child, after, ahead):
    """Make ``u`` the first child of ``below``."""
    parent[u] = below
    after[u], ahead[u] = child[below], NONE
    if child[below] != NONE:
        ahead[child[below]] = u
    child[below] = u


@njit(cache=True, nogil=True)
def _turn(low, top, below, entering, leads_up, amount, tree):
    """Cut the subtree of ``top`` off and hang it from ``below`` by its node ``low``.

    Every arc on the way from ``low`` up to ``top`` turns over; the new arc is ``entering`` with ``amount``.
    """
    parent, arc, up, flow = tree.parent, tree.arc, tree.up, tree.flow
    child, after, ahead = tree.child, tree.after, tree.ahead
    u, new_parent = low, below
    new_arc, new_up, new_flow = entering, leads_up, amount
    while True:
        above, old_arc, old_up, old_flow = parent[u], arc[u], up[u], flow[u]
        _unhook(u, parent, child, after, ahead)
        _hang(u, new_parent, parent, child, after, ahead)
        arc[u], up[u], flow[u] = new_arc, new_up, new_flow
        if u == top:
            return
        new_parent, new_arc, new_up, new_flow = u, old_arc, not old_up, old_flow
        u = above


@njit(cache=True, nogil=True)
def _shift(top, change, tree):
    """Add ``change`` to the potentials of the subtree of ``top`` and count its depths anew."""
    parent, child, after = tree.parent, tree.child, tree.after
    depth, potential = tree.depth, tree.potential
    u = top
    while True:
        potential[u] += change
        depth[u] = depth[parent[u]] + 1
        if child[u] != NONE:
            u = child[u]
            continue
        while u != top and after[u] == NONE:
            u = parent[u]
        if u == top:
            return
        u = after[u]


@njit(cache=True, nogil=True)
def _pivot(p, q, entering, reduced, tree):
    """Bring the arc from ``p`` to ``q`` into the tree; False where nothing bounds what could be sent round."""
    parent, up, flow, depth = tree.parent, tree.up, tree.flow, tree.depth
    # What is sent round runs from p to q, up to where the two ways meet, and down to p again.
    u, v = p, q
    least, leaving, on_first = np.int64(-1), NONE, True
    while u != v:
        if depth[u] >= depth[v]:
            # The last arc in the way, seen from where the ways meet, leaves: the tree stays strongly feasible.
            if up[u] and (least < 0 or flow[u] < least):
                least, leaving, on_first = flow[u], u, True
            u = parent[u]
        else:
            if not up[v] and (least < 0 or flow[v] <= least):
                least, leaving, on_first = flow[v], v, False
            v = parent[v]
    if leaving == NONE:
        return False
    meet = u
    u = p
    while u != meet:
        flow[u] += -least if up[u] else least
        u = parent[u]
    v = q
    while v != meet:
        flow[v] += least if up[v] else -least
        v = parent[v]
    if on_first:
        _turn(p, leaving, q, entering, True, least, tree)
        _shift(p, -reduced, tree)
    else:
        _turn(q, leaving, p, entering, False, least, tree)
        _shift(q, reduced, tree)
    return True


@njit(cache=True, nogil=True)
def optimise(tail, head, cost, tree, most):
    """Pivot until no arc has a negative reduced cost; how many pivots, -1 where the flow has no bound.

    ``tail``, ``head`` and ``cost`` of all arcs, slack arcs last.  Arcs are looked at in blocks, and the best of a
    block enters (block search, Grigoriadis 1986).  Stops after ``most`` pivots with what it has.
    """
    arcs, potential = len(tail), tree.potential
    block = max(int(np.sqrt(arcs)), 20)
    at = pivots = since = 0
    while since < arcs and pivots < most:
        best, chosen = np.int64(0), NONE
        for _ in range(min(block, arcs - since)):
            reduced = cost[at] + potential[tail[at]] - potential[head[at]]
            if reduced < best:
                best, chosen = reduced, at
            at += 1
            if at == arcs:
                at = 0
        since += block
        if chosen == NONE:
            continue
        since = 0
        if not _pivot(tail[chosen], head[chosen], chosen, best, tree):
            return -1
        pivots += 1
    return pivots


@njit(cache=True, nogil=True)
def reprice(cost, tree):
    """Potentials of the tree under another ``cost``: every tree arc gets a reduced cost of nothing."""
    parent, arc, up = tree.parent, tree.arc, tree.up
    child, after, potential = tree.child, tree.after, tree.potential
    root = len(parent) - 1
    u = root
    while True:
        if u != root:
            step = cost[arc[u]]
            potential[u] = potential[parent[u]] + (-step if up[u] else step)
        if child[u] != NONE:
            u = child[u]
            continue
        while u != root and after[u] == NONE:
            u = parent[u]
        if u == root:
            return
        u = after[u]
