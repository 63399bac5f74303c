"""Shortest paths from many sources in compiled code: betweenness and sums of distances.

A network comes as ``starts`` ``(nodes + 1,)`` and ``target`` ``(links,)``: node v's links lead to
``target[starts[v] : starts[v + 1]]``.  Breadth first, so a link is one step long.
"""

from __future__ import annotations

import numpy as np
from numba import njit

UNSEEN = -1


@njit(cache=True, nogil=True)
def _search(source, starts, target, depth, queue):
    """Fill ``depth`` and ``queue`` (nodes in the order they are reached) from ``source``; how many are reached.

    ``depth`` must be ``UNSEEN`` everywhere.
    """
    depth[source] = 0
    queue[0] = source
    head, tail = 0, 1
    while head < tail:
        v = queue[head]
        head += 1
        for at in range(starts[v], starts[v + 1]):
            w = target[at]
            if depth[w] == UNSEEN:
                depth[w] = depth[v] + 1
                queue[tail] = w
                tail += 1
    return tail


@njit(cache=True, nogil=True)
def dependencies(sources, starts, target):
    """Brandes's sum over ``sources`` of the dependency of each source on each node, float64 ``(nodes,)``.

    Predecessors are not kept: on the way back a node's own links lead to its successors, one step deeper.
    """
    nodes = len(starts) - 1
    depth = np.full(nodes, UNSEEN, np.int64)
    queue = np.empty(nodes, np.int64)
    paths = np.zeros(nodes)
    leaning = np.zeros(nodes)
    total = np.zeros(nodes)
    for source in sources:
        reached = _search(source, starts, target, depth, queue)
        paths[source] = 1.0
        for k in range(reached):
            v = queue[k]
            for at in range(starts[v], starts[v + 1]):
                if depth[target[at]] == depth[v] + 1:
                    paths[target[at]] += paths[v]
        for k in range(reached - 1, -1, -1):
            v = queue[k]
            part = 0.0
            for at in range(starts[v], starts[v + 1]):
                w = target[at]
                if depth[w] == depth[v] + 1:
                    part += (1.0 + leaning[w]) / paths[w]
            leaning[v] = part * paths[v]
            if v != source:
                total[v] += leaning[v]
        for k in range(reached):
            v = queue[k]
            depth[v] = UNSEEN
            paths[v] = 0.0
            leaning[v] = 0.0
    return total


@njit(cache=True, nogil=True)
def distances(sources, starts, target):
    """For each node, how many ``sources`` other than itself reach it and the sum of their distances, int64
    ``(2, nodes)``.
    """
    nodes = len(starts) - 1
    depth = np.full(nodes, UNSEEN, np.int64)
    queue = np.empty(nodes, np.int64)
    found = np.zeros((2, nodes), np.int64)
    for source in sources:
        reached = _search(source, starts, target, depth, queue)
        for k in range(reached):
            v = queue[k]
            if v != source:
                found[0, v] += 1
                found[1, v] += depth[v]
            depth[v] = UNSEEN
    return found
