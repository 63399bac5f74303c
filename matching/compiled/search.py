"""The one pass: near enough, gates, specs, score, and the best K of each supply, pair by pair in compiled code."""

from __future__ import annotations

import numpy as np
from numba import njit

from matching.compiled.grid import window
from matching.compiled.rules import (
    NEAR_LIMIT,
    common_tonnes,
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
def _near(offer, xs, ys, zs, reaches, start, end, entry, squared):
    """Entries from ``start`` to ``end`` that may be in range, into ``entry`` and ``squared``; how many."""
    x, y, z, reach = offer.x, offer.y, offer.z, offer.reach
    found = 0
    for at in range(start, end):
        chord = squared_half_chord(x, y, z, xs[at], ys[at], zs[at])
        entry[found] = at
        squared[found] = chord
        found += chord <= min(reach, reaches[at]) * (1.0 + NEAR_LIMIT)
    return found


@njit(cache=True, nogil=True)
def _passes(offer, values, i, opened, want, specs):
    """Properties not assayed of a pair in range, -1 where a gate or an `each` spec stops it."""
    if not opened or shared_months(offer, want) == 0:
        return -1
    common = common_tonnes(offer, want)
    if common < offer.lot_t or common < want.lot_t:
        return -1
    return unassayed(offer, values, i, want, specs)


@njit(cache=True, nogil=True)
def _score(offer, values, i, want, specs, terms, squared):
    km = travelled_km(squared, terms.circuity)
    surplus = want.price - offer.price - (terms.handling + terms.rate * km)
    quality = spec_outcome(offer, values, i, want, specs)[2]
    return scored(common_tonnes(offer, want), shared_months(offer, want), surplus, quality, km, terms)[4]


@njit(cache=True, nogil=True)
def before(missing1, score1, place1, missing2, score2, place2):
    """Whether the first pair ranks before the second: feasible first, then score, then the order of ids."""
    if (missing1 > 0) != (missing2 > 0):
        return missing2 > 0
    if score1 != score2:
        return score1 > score2
    return place1 < place2


@njit(cache=True, nogil=True)
def _keep(held, wanting, here, place, missing, score, demand):
    """Put a pair in its place among the ``held`` best so far; how many there are then."""
    if held == len(demand):
        last = held - 1
        if not before(wanting, here, place, missing[last], score[last], demand[last]):
            return held
        held = last
    slot = held
    while slot > 0 and before(wanting, here, place, missing[slot - 1], score[slot - 1], demand[slot - 1]):
        missing[slot], score[slot], demand[slot] = missing[slot - 1], score[slot - 1], demand[slot - 1]
        slot -= 1
    missing[slot], score[slot], demand[slot] = wanting, here, place
    return held + 1


@njit(cache=True, nogil=True)
def best_of(
    supplies, lat, lon, angle, grid, offers, values, wants, specs, terms, takers, position, kept, demand, counts
):
    """The best pairs of each of ``supplies`` (positions), in order of rank.

    ``demand`` of shape ``(all supplies, K)`` receives their demands and ``kept`` how many there are; ``counts`` of
    shape ``(3,)`` grows by the pairs in range, feasible and unverified.
    """
    entry, squared = np.empty(PIECE, np.int64), np.empty(PIECE, np.float64)
    xs, ys, zs, reaches, opened, taker = takers.x, takers.y, takers.z, takers.reach, takers.open, takers.demand
    room = demand.shape[1]
    missing, score, best = np.zeros(room, np.int64), np.zeros(room), np.zeros(room, np.int64)
    in_reach = feasible = unverified = 0
    for i in supplies:
        offer = offers[i]
        starts = takers.starts[offer.waste]
        bottom, top, left, right = window(grid, lat[i], lon[i], angle[i])
        held = 0
        for row in range(bottom, top + 1):
            first = starts[row * grid.columns + left]
            end = starts[row * grid.columns + right + 1]
            for start in range(first, end, PIECE):
                near = _near(offer, xs, ys, zs, reaches, start, min(start + PIECE, end), entry, squared)
                for n in range(near):
                    j = taker[entry[n]]
                    want = wants[j]
                    if not in_range(offer, want, squared[n], terms.circuity):
                        continue
                    in_reach += 1
                    wanting = _passes(offer, values, i, opened[entry[n]], want, specs)
                    if wanting < 0:
                        continue
                    feasible += wanting == 0
                    unverified += wanting > 0
                    if held == room and wanting > 0 and missing[room - 1] == 0:
                        continue
                    here = _score(offer, values, i, want, specs, terms, squared[n])
                    held = _keep(held, wanting, here, position[j], missing, score, best)
        kept[i] = held
        for slot in range(held):
            demand[i, slot] = best[slot]
    counts[0] += in_reach
    counts[1] += feasible
    counts[2] += unverified


@njit(cache=True, nogil=True)
def all_of(
    supplies, lat, lon, angle, grid, offers, values, wants, specs, terms, takers, position, supply, demand, counts
):
    """Every pair of ``supplies`` that passes, into ``supply`` and ``demand`` (positions); how many there are.

    What does not fit into the two arrays is counted all the same, so that the caller can come again with room.
    """
    entry, squared = np.empty(PIECE, np.int64), np.empty(PIECE, np.float64)
    xs, ys, zs, reaches, opened, taker = takers.x, takers.y, takers.z, takers.reach, takers.open, takers.demand
    in_reach = unverified = found = 0
    for i in supplies:
        offer = offers[i]
        starts = takers.starts[offer.waste]
        bottom, top, left, right = window(grid, lat[i], lon[i], angle[i])
        for row in range(bottom, top + 1):
            first = starts[row * grid.columns + left]
            end = starts[row * grid.columns + right + 1]
            for start in range(first, end, PIECE):
                near = _near(offer, xs, ys, zs, reaches, start, min(start + PIECE, end), entry, squared)
                for n in range(near):
                    j = taker[entry[n]]
                    want = wants[j]
                    if not in_range(offer, want, squared[n], terms.circuity):
                        continue
                    in_reach += 1
                    wanting = _passes(offer, values, i, opened[entry[n]], want, specs)
                    if wanting < 0:
                        continue
                    unverified += wanting > 0
                    if found < len(supply):
                        supply[found], demand[found] = i, position[j]
                    found += 1
    counts[0] += in_reach
    counts[1] += found - unverified
    counts[2] += unverified
    return found


@njit(cache=True, nogil=True)
def fill(
    start, end, supply, demand, sorted_at, offers, values, wants, specs, terms,
    missing, km, freight, surplus, common, shared, parts, score,
):  # fmt: skip
    """The columns of the passing pairs ``start`` to ``end``, as :class:`matching.pairs.Evaluated` has them.

    ``sorted_at`` gives the place of a demand among the sorted ones.
    """
    for n in range(start, end):
        i = supply[n]
        offer, want = offers[i], wants[sorted_at[demand[n]]]
        km[n] = travelled_km(squared_half_chord(offer.x, offer.y, offer.z, want.x, want.y, want.z), terms.circuity)
        freight[n] = terms.handling + terms.rate * km[n]
        surplus[n] = want.price - offer.price - freight[n]
        common[n], shared[n] = common_tonnes(offer, want), shared_months(offer, want)
        _, missing[n], quality = spec_outcome(offer, values, i, want, specs)
        distance, capacity, price, timing, total = scored(common[n], shared[n], surplus[n], quality, km[n], terms)
        parts[0, n], parts[1, n], parts[2, n], parts[3, n], parts[4, n] = distance, quality, capacity, price, timing
        score[n] = total
