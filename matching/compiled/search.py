"""The one pass: near enough, gates, specs, score, and the best K of each supply, pair by pair in compiled code."""

from __future__ import annotations

import numpy as np
from numba import njit

from matching.compiled.columns import Offers, SpecRows, Terms, Wants
from matching.compiled.grid import Grid, window
from matching.compiled.index import Takers
from matching.compiled.rules import (
    NEAR_LIMIT,
    in_range,
    scored,
    shared_months,
    spec_outcome,
    squared_half_chord,
    travelled_km,
    unassayed,
)

# Entries whose distance is taken in one go; they and their results stay in the first cache.
PIECE = 1024


@njit(cache=True, nogil=True)
def _near(offers: Offers, i, takers: Takers, start, end, entry, squared):
    """Entries from ``start`` to ``end`` that may be in range, into ``entry`` and ``squared``; how many."""
    x, y, z, reach = offers.x[i], offers.y[i], offers.z[i], offers.reach[i]
    found = 0
    for at in range(start, end):
        chord = squared_half_chord(x, y, z, takers.x[at], takers.y[at], takers.z[at])
        entry[found] = at
        squared[found] = chord
        found += chord <= min(reach, takers.reach[at]) * (1.0 + NEAR_LIMIT)
    return found


@njit(cache=True, nogil=True, inline="always")
def _passes(offers: Offers, i, takers: Takers, at, wants: Wants, j, specs: SpecRows):
    """Properties not assayed of a pair in range, -1 where a gate or an `each` spec stops it."""
    if not takers.open[at] or shared_months(offers, i, wants, j) == 0:
        return -1
    common = min(offers.t_per_month[i], wants.t_per_month[j])
    if common < offers.lot_t[i] or common < wants.lot_t[j]:
        return -1
    return unassayed(offers, i, wants, j, specs)


@njit(cache=True, nogil=True, inline="always")
def _score(offers: Offers, i, wants: Wants, j, specs: SpecRows, terms: Terms, squared):
    km = travelled_km(squared, terms.circuity)
    surplus = wants.bid[j] - offers.ask[i] - (terms.handling + terms.rate * km)
    _, _, quality = spec_outcome(offers, i, wants, j, specs)
    common = min(offers.t_per_month[i], wants.t_per_month[j])
    return scored(common, shared_months(offers, i, wants, j), surplus, quality, km, terms)[4]


@njit(cache=True, nogil=True, inline="always")
def _before(missing1, score1, place1, missing2, score2, place2):
    """Whether the first pair ranks before the second: feasible first, then score, then the order of ids."""
    if (missing1 > 0) != (missing2 > 0):
        return missing2 > 0
    if score1 != score2:
        return score1 > score2
    return place1 < place2


@njit(cache=True, nogil=True)
def best_of(
    supplies, lat, lon, angle, grid: Grid, offers: Offers, wants: Wants, specs: SpecRows, terms: Terms,
    takers: Takers, position, kept, demand, missing, score, counts,
):  # fmt: skip
    """The best pairs of each of ``supplies`` (positions), in order of rank.

    ``demand``, ``missing`` and ``score`` of shape ``(all supplies, K)`` receive them and ``kept`` how many;
    ``counts`` of shape ``(3,)`` grows by the pairs in range, feasible and unverified.
    """
    entry, squared = np.empty(PIECE, np.int64), np.empty(PIECE, np.float64)
    room = demand.shape[1]
    for i in supplies:
        starts = takers.starts[offers.waste[i]]
        bottom, top, left, right = window(grid, lat[i], lon[i], angle[i])
        held = 0
        for row in range(bottom, top + 1):
            first = starts[row * grid.columns + left]
            end = starts[row * grid.columns + right + 1]
            for start in range(first, end, PIECE):
                near = _near(offers, i, takers, start, min(start + PIECE, end), entry, squared)
                for n in range(near):
                    at = entry[n]
                    j = takers.demand[at]
                    if not in_range(offers, i, wants, j, squared[n], terms.circuity):
                        continue
                    counts[0] += 1
                    wanting = _passes(offers, i, takers, at, wants, j, specs)
                    if wanting < 0:
                        continue
                    counts[1 if wanting == 0 else 2] += 1
                    if held == room and wanting > 0 and missing[i, room - 1] == 0:
                        continue
                    here = _score(offers, i, wants, j, specs, terms, squared[n])
                    place = position[j]
                    if held == room:
                        last = room - 1
                        if not _before(wanting, here, place, missing[i, last], score[i, last], demand[i, last]):
                            continue
                    else:
                        held += 1
                    slot = held - 1
                    while slot > 0 and _before(
                        wanting, here, place, missing[i, slot - 1], score[i, slot - 1], demand[i, slot - 1]
                    ):
                        missing[i, slot] = missing[i, slot - 1]
                        score[i, slot] = score[i, slot - 1]
                        demand[i, slot] = demand[i, slot - 1]
                        slot -= 1
                    missing[i, slot], score[i, slot], demand[i, slot] = wanting, here, place
        kept[i] = held


@njit(cache=True, nogil=True)
def all_of(
    supplies, lat, lon, angle, grid: Grid, offers: Offers, wants: Wants, specs: SpecRows, terms: Terms,
    takers: Takers, position, supply, demand, counts,
):  # fmt: skip
    """Every pair of ``supplies`` that passes, into ``supply`` and ``demand`` (positions); how many there are.

    What does not fit into the two arrays is counted all the same, so that the caller can come again with room.
    """
    entry, squared = np.empty(PIECE, np.int64), np.empty(PIECE, np.float64)
    found = 0
    for i in supplies:
        starts = takers.starts[offers.waste[i]]
        bottom, top, left, right = window(grid, lat[i], lon[i], angle[i])
        for row in range(bottom, top + 1):
            first = starts[row * grid.columns + left]
            end = starts[row * grid.columns + right + 1]
            for start in range(first, end, PIECE):
                near = _near(offers, i, takers, start, min(start + PIECE, end), entry, squared)
                for n in range(near):
                    j = takers.demand[entry[n]]
                    if not in_range(offers, i, wants, j, squared[n], terms.circuity):
                        continue
                    counts[0] += 1
                    wanting = _passes(offers, i, takers, entry[n], wants, j, specs)
                    if wanting < 0:
                        continue
                    counts[1 if wanting == 0 else 2] += 1
                    if found < len(supply):
                        supply[found], demand[found] = i, position[j]
                    found += 1
    return found


@njit(cache=True, nogil=True)
def fill(
    start, end, supply, demand, sorted_at, offers: Offers, wants: Wants, specs: SpecRows, terms: Terms,
    missing, km, freight, surplus, common, shared, parts, score,
):  # fmt: skip
    """The columns of the passing pairs ``start`` to ``end``, as :class:`matching.pairs.Evaluated` has them.

    ``sorted_at`` gives the place of a demand among the sorted ones.
    """
    for n in range(start, end):
        i, j = supply[n], sorted_at[demand[n]]
        squared = squared_half_chord(
            offers.x[i], offers.y[i], offers.z[i], wants.x[j], wants.y[j], wants.z[j]
        )
        km[n] = travelled_km(squared, terms.circuity)
        freight[n] = terms.handling + terms.rate * km[n]
        surplus[n] = wants.bid[j] - offers.ask[i] - freight[n]
        common[n] = min(offers.t_per_month[i], wants.t_per_month[j])
        shared[n] = shared_months(offers, i, wants, j)
        _, missing[n], quality = spec_outcome(offers, i, wants, j, specs)
        distance, capacity, price, timing, total = scored(common[n], shared[n], surplus[n], quality, km[n], terms)
        parts[0, n], parts[1, n], parts[2, n], parts[3, n], parts[4, n] = distance, quality, capacity, price, timing
        score[n] = total
