"""Scores and the best K, in compiled code."""

from __future__ import annotations

import numpy as np
from numba import njit

from matching.compiled.rules import (
    common_tonnes,
    parts_of,
    shared_months,
    spec_outcome,
    squared_half_chord,
    travelled_km,
    weighed,
)

# One bin per point of the score.
_BINS = 101


@njit(cache=True, nogil=True, error_model="numpy")
def _gathered(entry, offer, tonnes, prices, first, last, common, money, shared):
    offered, ask, begins, ends = offer.t_per_month, offer.price, offer.first, offer.last
    for n in range(len(entry)):
        at = entry[n]
        common[n] = min(offered, tonnes[at])
        money[n] = prices[at] - ask
        shared[n] = min(ends, last[at]) - max(begins, first[at]) + 1


@njit(cache=True, nogil=True, error_model="numpy")
def _parts(chord, common, money, shared, terms):
    """The parts of distance, capacity, price and timing, in place of the four arrays' contents.

    A loop without branches: the compiler turns it into vector instructions.
    """
    for n in range(len(chord)):
        km = travelled_km(chord[n], terms.circuity)
        surplus = money[n] - (terms.handling + terms.rate * km)
        chord[n], common[n], money[n], shared[n] = parts_of(km, common[n], surplus, shared[n], terms)


@njit(cache=True, nogil=True, error_model="numpy")
def _ones(word):
    """How many bits of a 64-bit word are set (Warren, *Hacker's Delight*, 5-1)."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


@njit(cache=True, nogil=True, error_model="numpy")
def _promise(parts, entry, filters, i, spec_count, terms, most):
    """The score each pair would have with the best quality it can have: no score is above it, rounding included.

    What is not assayed has a margin of nothing; it is counted where a demand asks for each property once.
    """
    distance, capacity, price, timing = parts
    unknown, asked = filters.unknown[i, 0], filters.asked[0]
    countable = filters.asked.shape[0] == 1 and unknown != 0
    for n in range(len(most)):
        best = 1.0
        if countable:
            wanted = asked[entry[n]]
            count = _ones(wanted)
            if count > 0 and count == spec_count[entry[n]]:
                best = _ones(wanted & ~unknown) / count
        most[n] = weighed(distance[n], best, capacity[n], price[n], timing[n], terms)


@njit(cache=True, nogil=True, error_model="numpy")
def _most_promising_first(most, order):
    """Fill ``order`` with the pairs by whole points of ``most``, highest first: a sort that costs next to nothing."""
    ends = np.zeros(_BINS + 1, np.int64)
    for n in range(len(most)):
        ends[_BINS - int(most[n])] += 1
    for point in range(_BINS):
        ends[point + 1] += ends[point]
    for n in range(len(most)):
        point = _BINS - 1 - int(most[n])
        order[ends[point]] = n
        ends[point] += 1


@njit(cache=True, nogil=True, error_model="numpy")
def select(pairs, count, offer, values, i, wants, takers, filters, specs, terms, position, best):
    """The best of ``count`` pairs of supply ``i``, all of one status, into ``best``; how many it then holds.

    ``pairs`` are entries and squared half chords, which are used up; ``best`` receives the demands' positions
    in the problem, highest score first and equal scores by position.
    """
    if count == 0:
        return 0
    entry, distance, demand = pairs[0][:count], pairs[1][:count], takers.demand
    capacity, price, timing, most = np.empty(count), np.empty(count), np.empty(count), np.empty(count)
    order = np.empty(count, np.int32)
    _gathered(
        entry, offer, takers.t_per_month, takers.price, takers.first, takers.last, capacity, price, timing
    )
    _parts(distance, capacity, price, timing, terms)
    _promise((distance, capacity, price, timing), entry, filters, i, takers.spec_count, terms, most)
    _most_promising_first(most, order)
    room, held = len(best), 0
    score = np.empty(room)
    for n in order:
        if held == room and most[n] < score[room - 1]:
            # Whatever follows promises less than the point after this one.
            if int(most[n]) + 1.0 < score[room - 1]:
                break
            continue
        j = demand[entry[n]]
        quality = spec_outcome(offer, values, i, wants[j], specs)[2]
        here = weighed(distance[n], quality, capacity[n], price[n], timing[n], terms)
        held = _keep(held, here, position[j], score, best)
    return held


@njit(cache=True, nogil=True, error_model="numpy")
def _keep(held, here, place, score, best):
    """Put a pair in its place among the ``held`` best so far; how many there are then."""
    if held == len(best):
        if here < score[held - 1] or (here == score[held - 1] and place > best[held - 1]):
            return held
        held -= 1
    slot = held
    while slot > 0 and (here > score[slot - 1] or (here == score[slot - 1] and place < best[slot - 1])):
        score[slot], best[slot] = score[slot - 1], best[slot - 1]
        slot -= 1
    score[slot], best[slot] = here, place
    return held + 1


@njit(cache=True, nogil=True, error_model="numpy")
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
        distance, capacity, price, timing = parts_of(km[n], common[n], surplus[n], shared[n], terms)
        parts[0, n], parts[1, n], parts[2, n], parts[3, n], parts[4, n] = distance, quality, capacity, price, timing
        score[n] = weighed(distance, quality, capacity, price, timing, terms)
