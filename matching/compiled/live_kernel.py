"""One listing against the live index, in compiled code: its partners with their scores, and its near misses.

``i`` and ``j`` are slots of a supply and of a demand, ``chains`` the buckets of the side that is searched.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from matching.compiled.buckets import LANES, SPECS, asking, unassayed
from matching.compiled.columns import OFFER, SPEC, WANT
from matching.compiled.prefetch import prefetch
from matching.compiled.promise import (
    ASKED,
    FEASIBLE,
    MOST_BROKEN,
    by_promise,
    entries_near,
    gather,
    gather_misses,
    question_of,
)
from matching.compiled.rules import (
    common_tonnes,
    in_range,
    parts_of,
    shared_months,
    spec_outcome,
    squared_half_chord,
    travelled_km,
    weighed,
)

# Beside the score of a near miss: more than any score.
_FAILED = 1000.0
# A listing is fetched from memory while this many are judged.
_AHEAD = 6
_OFFER_BYTES, _WANT_BYTES, _SPEC_BYTES = OFFER.itemsize, WANT.itemsize, SPEC.itemsize
# What a demand says of a waste type.
ACCEPTED, LICENSED = 1, 2


@njit(cache=True, nogil=True, error_model="numpy")
def _score(offer, want, squared, quality, terms):
    km = travelled_km(squared, terms.circuity)
    surplus = want.price - offer.price - (terms.handling + terms.rate * km)
    distance, capacity, price, timing = parts_of(
        km, common_tonnes(offer, want), surplus, float(shared_months(offer, want)), terms
    )
    return weighed(distance, quality, capacity, price, timing, terms)


@njit(cache=True, nogil=True, error_model="numpy")
def _judged(offers, values, i, wants, j, licensed, specs, terms):
    """How many rules the pair fails, how many properties are not assayed, and its score."""
    offer, want = offers[i], wants[j]
    squared = squared_half_chord(offer.x, offer.y, offer.z, want.x, want.y, want.z)
    common = common_tonnes(offer, want)
    broken, missing, quality = spec_outcome(offer, values, i, want, specs)
    broken += not in_range(offer, want, squared, terms.circuity)
    broken += not licensed
    broken += not want.qualified
    broken += shared_months(offer, want) == 0
    broken += common < offer.lot_t
    broken += common < want.lot_t
    return broken, missing, _score(offer, want, squared, quality, terms)


@njit(cache=True, nogil=True, error_model="numpy")
def _push(heap, held, score):
    """Put a score into a heap, the least in front; one that is full loses its least.  How many it then holds."""
    if held == len(heap):
        held = _pop(heap, held)
    at = held
    while at > 0 and heap[(at - 1) // 2] > score:
        heap[at] = heap[(at - 1) // 2]
        at = (at - 1) // 2
    heap[at] = score
    return held + 1


@njit(cache=True, nogil=True, error_model="numpy")
def _pop(heap, held):
    """Take the least out of a heap; how many it then holds."""
    held -= 1
    moved, at = heap[held], 0
    while 2 * at + 1 < held:
        child = 2 * at + 1
        if child + 1 < held and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= moved:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = moved
    return held


@njit(cache=True, nogil=True, error_model="numpy")
def _look_ahead(n, order, slots, supplies, offers, values, wants, specs):
    """Fetch what the listings after the ``n``-th are judged by: first the record, then the specs that it names."""
    if n + 2 * _AHEAD < len(order):
        slot = slots[order[n + 2 * _AHEAD]]
        if supplies:
            prefetch(offers, slot, _OFFER_BYTES)
            prefetch(values, slot, 8 * values.shape[1])
        else:
            prefetch(wants, slot, _WANT_BYTES)
    if not supplies and n + _AHEAD < len(order):
        want = wants[slots[order[n + _AHEAD]]]
        prefetch(specs, want.spec_start, _SPEC_BYTES * want.spec_count)


@njit(cache=True, nogil=True, error_model="numpy")
def _best(own, supplies, offers, values, wants, specs, terms, slots, promise, most):
    """Of what ``gather`` found the ``most`` best (0: all), and what equals the last of them.

    The most promising are judged first, and none that promises less than the last of the best.  ``supplies`` says
    that the listings searched are supplies.  Gives slots, 1 where not all is assayed, and scores below 0.
    """
    count = len(slots)
    order = np.empty(count, np.int32)
    by_promise(promise, order)
    most = min(most, count) if most > 0 else count
    feasible, unverified, held, waiting = np.empty(most), np.empty(most), 0, 0
    found, missing, score = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count)
    kept = 0
    for n in range(count):
        _look_ahead(n, order, slots, supplies, offers, values, wants, specs)
        at = order[n]
        may = promise[at]
        if may < FEASIBLE:
            # All that may be feasible is judged: of the others there is room for what is left.
            while waiting > most - held:
                waiting = _pop(unverified, waiting)
        if held == most:
            least = feasible[0] + FEASIBLE
        elif may < FEASIBLE and waiting == most - held:
            least = unverified[0]
        else:
            least = -1.0
        if may < least:
            if int(may) + 1 < least:
                # Nor does any that comes after: they promise less than the point after this one.
                break
            continue
        slot = np.int64(slots[at])
        i, j = (slot, own) if supplies else (own, slot)
        broken, lacking, here = _judged(offers, values, i, wants, j, True, specs, terms)
        if broken:
            continue
        if lacking == 0:
            if held == most and here < feasible[0]:
                continue
            held = _push(feasible, held, here)
        else:
            if waiting == most and here < unverified[0]:
                continue
            waiting = _push(unverified, waiting, here)
        found[kept], missing[kept], score[kept] = slot, lacking, here
        kept += 1
    return _cut(found[:kept], missing[:kept], score[:kept], feasible[:held], unverified[:waiting], most)


@njit(cache=True, nogil=True, error_model="numpy")
def _cut(found, missing, score, feasible, unverified, most):
    """Leave out what is below the last of the best, and turn the numbers so that what comes first is least."""
    held, waiting = len(feasible), len(unverified)
    while waiting > most - held:
        waiting = _pop(unverified, waiting)
    kept = 0
    for n in range(len(found)):
        if missing[n] == 0:
            within = held < most or score[n] >= feasible[0]
        else:
            within = held < most and (waiting < most - held or score[n] >= unverified[0])
        if within:
            found[kept], missing[kept], score[kept] = found[n], missing[n] > 0, -score[n]
            kept += 1
    return found[:kept], missing[:kept], score[:kept]


@njit(cache=True, nogil=True, error_model="numpy")
def _angle(row):
    return 2.0 * math.asin(math.sqrt(min(row.reach, 1.0)))


@njit(cache=True, nogil=True, error_model="numpy")
def partners_of_supply(
    i, place, grid, heads, after, pool, whole, counts, offers, values, wants, kinds, specs, terms, most
):  # fmt: skip
    """The best demands for supply ``i``, as :func:`_best` gives them."""
    offer = offers[i]
    question = np.empty(ASKED, np.float32)
    question_of(offer, -(offer.price + terms.handling), terms, question)
    angle = _angle(offer)
    room = entries_near(place[i], angle, grid, offer.waste, counts)
    slots, promise = np.empty(room + LANES, np.int32), np.empty(room + LANES, np.float32)
    chains = heads, after, pool, whole
    count = gather(place[i], angle, grid, offer.waste, chains, question, unassayed(values, i), slots, promise, 0)
    return _best(i, False, offers, values, wants, specs, terms, slots[:count], promise[:count], most)


@njit(cache=True, nogil=True, error_model="numpy")
def partners_of_demand(
    j, place, grid, heads, after, pool, whole, counts, offers, values, wants, kinds, specs, terms, most
):  # fmt: skip
    """The best supplies for demand ``j``; ``kinds[j]`` says of each waste type whether it may take it."""
    want = wants[j]
    question = np.empty(ASKED, np.float32)
    question_of(want, want.price - terms.handling, terms, question)
    angle = _angle(want)
    room = 0
    for waste in range(kinds.shape[1]):
        if want.qualified and kinds[j, waste] == LICENSED:
            room += entries_near(place[j], angle, grid, waste, counts)
    slots, promise = np.empty(room + LANES, np.int32), np.empty(room + LANES, np.float32)
    chains = heads, after, pool, whole
    count = 0
    for waste in range(kinds.shape[1]):
        if want.qualified and kinds[j, waste] == LICENSED:
            bound, asked = asking(specs, want.spec_start, want.spec_count, waste)
            question[SPECS] = 1.0 / bound if bound else 0.0
            count = gather(place[j], angle, grid, waste, chains, question, asked, slots, promise, count)
    return _best(j, True, offers, values, wants, specs, terms, slots[:count], promise[:count], most)


@njit(cache=True, nogil=True, error_model="numpy")
def misses_of_supply(
    i, place, grid, heads, after, pool, whole, counts, offers, values, wants, kinds, specs, terms, limit
):  # fmt: skip
    """The ``limit`` best demands that accept the waste type of supply ``i`` and fail some rule, and a few more.

    Gives slots, rules failed and scores below 0, in no order.
    """
    offer = offers[i]
    question = np.empty(ASKED, np.float32)
    question_of(offer, -(offer.price + terms.handling), terms, question)
    cells = grid.rows * grid.columns
    room = counts[offer.waste * cells : (offer.waste + 1) * cells].sum() + LANES
    slots, promise = np.empty(room, np.int32), np.empty(room, np.float32)
    chains = heads, after, pool, whole
    count = gather_misses(offer.waste, grid, chains, question, unassayed(values, i), 0, slots, promise, 0)
    return _nearest(i, False, offers, values, wants, kinds, specs, terms, slots[:count], promise[:count], limit)


@njit(cache=True, nogil=True, error_model="numpy")
def misses_of_demand(
    j, place, grid, heads, after, pool, whole, counts, offers, values, wants, kinds, specs, terms, limit
):  # fmt: skip
    """As :func:`misses_of_supply`, for the supplies of the waste types that demand ``j`` accepts."""
    want = wants[j]
    question = np.empty(ASKED, np.float32)
    question_of(want, want.price - terms.handling, terms, question)
    cells = grid.rows * grid.columns
    room = LANES
    for waste in range(kinds.shape[1]):
        if kinds[j, waste]:
            room += counts[waste * cells : (waste + 1) * cells].sum()
    slots, promise = np.empty(room, np.int32), np.empty(room, np.float32)
    chains = heads, after, pool, whole
    count = 0
    for waste in range(kinds.shape[1]):
        if kinds[j, waste]:
            bound, asked = asking(specs, want.spec_start, want.spec_count, waste)
            question[SPECS] = 1.0 / bound if bound else 0.0
            besides = int(not want.qualified) + int(kinds[j, waste] != LICENSED)
            count = gather_misses(waste, grid, chains, question, asked, besides, slots, promise, count)
    return _nearest(j, True, offers, values, wants, kinds, specs, terms, slots[:count], promise[:count], limit)


@njit(cache=True, nogil=True, error_model="numpy")
def _nearest(own, supplies, offers, values, wants, kinds, specs, terms, slots, promise, limit):
    """Of what ``gather_misses`` found the ``limit`` (0: all) that fail fewest rules and score best, and a few more."""
    count = len(slots)
    order = np.empty(count, np.int32)
    by_promise(promise, order)
    limit = min(limit, count) if limit > 0 else count
    # Failed rules and score in one number: rounding may make unequal pairs equal there, but never turns their order.
    best, held, kept = np.empty(limit), 0, 0
    found, failed, loss = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count)
    for n in range(count):
        at = order[n]
        if held == limit:
            level = MOST_BROKEN - int(promise[at]) // FEASIBLE
            point = int(promise[at]) % FEASIBLE
            if point + 1.0 - _FAILED * level < best[0]:
                break
        _look_ahead(n, order, slots, supplies, offers, values, wants, specs)
        slot = np.int64(slots[at])
        i, j = (slot, own) if supplies else (own, slot)
        licensed = kinds[j, offers[i].waste] == LICENSED
        wrong, _, score = _judged(offers, values, i, wants, j, licensed, specs, terms)
        here = score - _FAILED * wrong
        if wrong == 0 or (held == limit and here < best[0]):
            continue
        held = _push(best, held, here)
        found[kept], failed[kept], loss[kept] = slot, wrong, -score
        kept += 1
    return found[:kept], failed[:kept], loss[:kept]
