"""One listing against the live index, in compiled code: its partners with their scores, and its near misses."""

from __future__ import annotations

import numpy as np
from numba import njit

from matching.compiled.grid import row_window, window
from matching.compiled.rules import (
    NEAR_LIMIT,
    common_tonnes,
    in_range,
    parts_of,
    shared_months,
    spec_outcome,
    squared_half_chord,
    travelled_km,
    weighed,
)
from matching.problem import NO_WASTE


@njit(cache=True, nogil=True, error_model="numpy")
def _score(offer, values, i, want, specs, squared, quality, terms):
    km = travelled_km(squared, terms.circuity)
    surplus = want.price - offer.price - (terms.handling + terms.rate * km)
    distance, capacity, price, timing = parts_of(
        km, common_tonnes(offer, want), surplus, float(shared_months(offer, want)), terms
    )
    return weighed(distance, quality, capacity, price, timing, terms)


@njit(cache=True, nogil=True, error_model="numpy")
def _broken(offer, want, licensed, squared, terms):
    """How many gates the pair fails, distance and licence included, specs not."""
    common = common_tonnes(offer, want)
    broken = 0
    broken += not in_range(offer, want, squared, terms.circuity)
    broken += not licensed
    broken += not want.qualified
    broken += shared_months(offer, want) == 0
    broken += common < offer.lot_t
    broken += common < want.lot_t
    return broken


@njit(cache=True, nogil=True, error_model="numpy")
def _unassayed(offer, values, i, want, specs):
    """How many specs that bind name a property not assayed; -1 where an `each` spec fails."""
    missing = 0
    for row in range(want.spec_start, want.spec_start + want.spec_count):
        spec = specs[row]
        if spec.waste != NO_WASTE and spec.waste != offer.waste:
            continue
        value = values[i, spec.property]
        if spec.each and (value < spec.low or value > spec.high):
            return -1
        missing += value != value
    return missing


@njit(cache=True, nogil=True, error_model="numpy")
def _best_kept(count, feasible, most, found, missing, score):
    """Of ``count`` pairs keep the feasible ones where they are enough for ``most``; how many are kept."""
    if feasible < most:
        return count
    kept = 0
    for n in range(count):
        if missing[n] == 0:
            found[kept], missing[kept], score[kept] = found[n], 0, score[n]
            kept += 1
    return kept


@njit(cache=True, nogil=True, error_model="numpy")
def partners_of_supply(
    offers, values, i, lat, lon, angle, grid, starts, counts, slots, xs, ys, zs, reaches, licensed, wants, specs,
    terms, most, found, missing, score,
):  # fmt: skip
    """Demands that pass for supply ``i``: their slots, properties not assayed, scores; how many there are.

    Unverified ones are left out where ``most`` feasible ones are there.  What does not fit is counted all the same,
    so that the caller can come again with room.
    """
    offer = offers[i]
    x, y, z, reach = offer.x, offer.y, offer.z, offer.reach
    bottom, top, left, right = window(grid, lat, lon, angle)
    base = offer.waste * grid.rows * grid.columns
    count = feasible = 0
    for row in range(bottom, top + 1):
        west, east = row_window(grid, row, lat, lon, angle, left, right)
        for bucket in range(base + row * grid.columns + west, base + row * grid.columns + east + 1):
            for at in range(starts[bucket], starts[bucket] + counts[bucket]):
                squared = squared_half_chord(x, y, z, xs[at], ys[at], zs[at])
                # Most of what is too far is seen here, before the listing itself is read.
                if squared > min(reach, reaches[at]) * (1.0 + NEAR_LIMIT):
                    continue
                want = wants[slots[at]]
                if _broken(offer, want, licensed[at], squared, terms):
                    continue
                wanting = _unassayed(offer, values, i, want, specs)
                if wanting < 0:
                    continue
                if count < len(found):
                    found[count], missing[count], score[count] = slots[at], wanting, squared
                count += 1
                feasible += wanting == 0
    if count > len(found):
        return count
    kept = _best_kept(count, feasible, most, found, missing, score)
    for n in range(kept):
        want = wants[found[n]]
        quality = spec_outcome(offer, values, i, want, specs)[2]
        score[n] = _score(offer, values, i, want, specs, score[n], quality, terms)
    return kept


@njit(cache=True, nogil=True, error_model="numpy")
def partners_of_demand(
    want, wastes, may, lat, lon, angle, grid, starts, counts, slots, xs, ys, zs, reaches, offers, values, specs,
    terms, most, found, missing, score,
):  # fmt: skip
    """As :func:`partners_of_supply`, for a demand that accepts ``wastes``; ``may`` says for which it is licensed."""
    bottom, top, left, right = window(grid, lat, lon, angle)
    count = feasible = 0
    for kind in range(len(wastes)):
        base = wastes[kind] * grid.rows * grid.columns
        for row in range(bottom, top + 1):
            west, east = row_window(grid, row, lat, lon, angle, left, right)
            for bucket in range(base + row * grid.columns + west, base + row * grid.columns + east + 1):
                for at in range(starts[bucket], starts[bucket] + counts[bucket]):
                    squared = squared_half_chord(xs[at], ys[at], zs[at], want.x, want.y, want.z)
                    if squared > min(want.reach, reaches[at]) * (1.0 + NEAR_LIMIT):
                        continue
                    i = slots[at]
                    offer = offers[i]
                    if _broken(offer, want, may[kind], squared, terms):
                        continue
                    wanting = _unassayed(offer, values, i, want, specs)
                    if wanting < 0:
                        continue
                    if count < len(found):
                        found[count], missing[count], score[count] = i, wanting, squared
                    count += 1
                    feasible += wanting == 0
    if count > len(found):
        return count
    kept = _best_kept(count, feasible, most, found, missing, score)
    for n in range(kept):
        i = found[n]
        quality = spec_outcome(offers[i], values, i, want, specs)[2]
        score[n] = _score(offers[i], values, i, want, specs, score[n], quality, terms)
    return kept


@njit(cache=True, nogil=True, error_model="numpy")
def misses_of_supply(
    offers, values, i, first, last, starts, counts, slots, xs, ys, zs, reaches, licensed, wants, specs, terms, found,
    failed, score,
):  # fmt: skip
    """Demands in the buckets ``first`` to ``last`` that accept the waste type and fail some rule; how many."""
    offer = offers[i]
    count = 0
    for bucket in range(first, last):
        for at in range(starts[bucket], starts[bucket] + counts[bucket]):
            squared = squared_half_chord(offer.x, offer.y, offer.z, xs[at], ys[at], zs[at])
            want = wants[slots[at]]
            wrong, _, quality = spec_outcome(offer, values, i, want, specs)
            wrong += _broken(offer, want, licensed[at], squared, terms)
            if wrong:
                if count < len(found):
                    found[count], failed[count] = slots[at], wrong
                    score[count] = _score(offer, values, i, want, specs, squared, quality, terms)
                count += 1
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def misses_of_demand(
    want, may, first, last, starts, counts, slots, xs, ys, zs, reaches, offers, values, specs, terms, found, failed,
    score,
):
    """Supplies in the buckets ``first`` to ``last``, all of an accepted waste type, that fail some rule; how many."""
    count = 0
    for bucket in range(first, last):
        for at in range(starts[bucket], starts[bucket] + counts[bucket]):
            squared = squared_half_chord(xs[at], ys[at], zs[at], want.x, want.y, want.z)
            i = slots[at]
            offer = offers[i]
            wrong, _, quality = spec_outcome(offer, values, i, want, specs)
            wrong += _broken(offer, want, may, squared, terms)
            if wrong:
                if count < len(found):
                    found[count], failed[count] = i, wrong
                    score[count] = _score(offer, values, i, want, specs, squared, quality, terms)
                count += 1
    return count


def room(places: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three arrays for a kernel's answer: slots, counts, scores."""
    return np.empty(places, np.int64), np.empty(places, np.int64), np.empty(places)
