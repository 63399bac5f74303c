"""The one pass: near enough, `each` specs, gates, score, and the best K of each supply, in compiled code.

A circle around a supply touches a few straight runs of entries (:mod:`matching.compiled.index`).  Runs are judged in
pieces that stay in the processor's first cache: distance and specs over the whole piece, by loops without branches
that the compiler turns into vector instructions, and pair by pair only what is left.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from matching.compiled.grid import row_window, window
from matching.compiled.rules import NEAR_LIMIT, in_range, squared_half_chord
from matching.compiled.selecting import select

PIECE = 512


@njit(cache=True, nogil=True, error_model="numpy")
def _distances(offer, xs, ys, zs, chord):
    x, y, z = offer.x, offer.y, offer.z
    for n in range(len(xs)):
        chord[n] = squared_half_chord(x, y, z, xs[n], ys[n], zs[n])


@njit(cache=True, nogil=True, error_model="numpy")
def _near(reach, reaches, chord, near):
    """Mark what may be in range; how many there are, and how many are too near their limit to say."""
    found = unclear = 0
    for n in range(len(reaches)):
        limit = min(reach, reaches[n])
        here = chord[n] <= limit * (1.0 + NEAR_LIMIT)
        near[n] = here
        found += here
        unclear += here & (chord[n] >= limit * (1.0 - NEAR_LIMIT))
    return found, unclear


@njit(cache=True, nogil=True, error_model="numpy")
def _gates(offer, opened, tonnes, lots, first, last, passing):
    """Licence and qualification, lots, months: as :mod:`matching.gates`."""
    offered, lot, begins, ends = offer.t_per_month, offer.lot_t, offer.first, offer.last
    for n in range(len(opened)):
        lots_met = (tonnes[n] >= lot) & (offered >= lots[n])
        passing[n] &= opened[n] & lots_met & (min(last[n], ends) >= max(first[n], begins))


@njit(cache=True, nogil=True, error_model="numpy")
def _within(answer, limits, passing):
    for n in range(len(limits)):
        passing[n] &= answer <= limits[n]


@njit(cache=True, nogil=True, error_model="numpy")
def _lacking(unknown, asked, lacking):
    for n in range(len(asked)):
        lacking[n] |= (unknown & asked[n]) != 0


@njit(cache=True, nogil=True, error_model="numpy")
def _judge(
    offer, i, start, end, xs, ys, zs, reaches, taker, wants, limit, answer, circuity, chord, passing,
):  # fmt: skip
    """Judge the entries ``start`` to ``end``, at most ``PIECE`` of them, by range and specs.

    The last two arrays receive squared half chords and what passes.  How many are in range.
    """
    size = end - start
    _distances(offer, xs[start:end], ys[start:end], zs[start:end], chord)
    found, unclear = _near(offer.reach, reaches[start:end], chord, passing)
    if unclear:
        for n in range(size):
            if passing[n] and not in_range(offer, wants[taker[start + n]], chord[n], circuity):
                passing[n] = False
                found -= 1
    if found:
        for column in range(limit.shape[0]):
            if answer[i, column] >= 0:
                _within(answer[i, column], limit[column, start:end], passing)
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _larger(column, room):
    """``column`` with at least ``room`` places."""
    if len(column) >= room:
        return column
    grown = np.empty(2 * room, column.dtype)
    grown[: len(column)] = column
    return grown


@njit(cache=True, nogil=True, error_model="numpy")
def partners_of(
    i, offer, lat, lon, angle, grid, wants, takers, filters, circuity, scratch, feasible, unverified,
):  # fmt: skip
    """Every entry that passes for supply ``i``: feasible and unverified ones apart.

    ``scratch`` are four arrays of ``PIECE`` places; ``feasible`` and ``unverified`` are pairs of arrays (entries,
    squared half chords), handed back enlarged where they had to be.  Also how many each holds, and how many pairs
    are in range.
    """
    chord, passing, lacking, chosen = scratch
    f_entry, f_chord = feasible
    u_entry, u_chord = unverified
    taker, starts = takers.demand, takers.starts[offer.waste]
    xs, ys, zs, reaches, opened = takers.x, takers.y, takers.z, takers.reach, takers.open
    tonnes, lots, begins, ends = takers.t_per_month, takers.lot_t, takers.first, takers.last
    limit, answer, asked, unknown = filters
    can_send = offer.t_per_month >= offer.lot_t
    bottom, top, left, right = window(grid, lat, lon, angle)
    fs = us = in_reach = 0
    for row in range(bottom, top + 1):
        west, east = row_window(grid, row, lat, lon, angle, left, right)
        first = starts[row * grid.columns + west]
        last = starts[row * grid.columns + east + 1]
        for start in range(first, last, PIECE):
            end = min(start + PIECE, last)
            found = _judge(
                offer, i, start, end, xs, ys, zs, reaches, taker, wants, limit, answer, circuity, chord, passing
            )
            in_reach += found
            if found == 0 or not can_send:
                continue
            _gates(
                offer, opened[start:end], tonnes[start:end], lots[start:end], begins[start:end], ends[start:end],
                passing,
            )  # fmt: skip
            lacking[: end - start] = False
            for word in range(asked.shape[0]):
                if unknown[i, word] != 0:
                    _lacking(unknown[i, word], asked[word, start:end], lacking)
            f_entry, f_chord = _larger(f_entry, fs + PIECE), _larger(f_chord, fs + PIECE)
            u_entry, u_chord = _larger(u_entry, us + PIECE), _larger(u_chord, us + PIECE)
            # What is written and not counted is written over: cheaper than a branch that goes either way.
            alive = 0
            for n in range(end - start):
                chosen[alive] = n
                alive += passing[n]
            for at in range(alive):
                n = chosen[at]
                f_entry[fs], f_chord[fs] = start + n, chord[n]
                u_entry[us], u_chord[us] = start + n, chord[n]
                us += lacking[n]
                fs += not lacking[n]
    return (f_entry, f_chord), fs, (u_entry, u_chord), us, in_reach


@njit(cache=True, nogil=True, error_model="numpy")
def _scratch():
    return np.empty(PIECE), np.empty(PIECE, np.bool_), np.empty(PIECE, np.bool_), np.empty(PIECE, np.int64)


@njit(cache=True, nogil=True, error_model="numpy")
def best_of(
    supplies, lat, lon, angle, grid, offers, values, wants, specs, terms, takers, filters, position,
    kept, demand, counts,
):  # fmt: skip
    """The best pairs of each of ``supplies`` (positions), in order of rank.

    ``demand`` of shape ``(all supplies, K)`` receives their demands and ``kept`` how many there are; ``counts`` of
    shape ``(3,)`` grows by the pairs in range, feasible and unverified.
    """
    scratch = _scratch()
    feasible = np.empty(PIECE, np.int32), np.empty(PIECE)
    unverified = np.empty(PIECE, np.int32), np.empty(PIECE)
    room = demand.shape[1]
    for i in supplies:
        offer = offers[i]
        feasible, fs, unverified, us, in_reach = partners_of(
            i, offer, lat[i], lon[i], angle[i], grid, wants, takers, filters, terms.circuity, scratch, feasible,
            unverified,
        )  # fmt: skip
        counts[0] += in_reach
        counts[1] += fs
        counts[2] += us
        # Every feasible pair ranks before every unverified one.
        held = select(feasible, fs, offer, values, i, wants, takers, filters, specs, terms, position, demand[i])
        if held < room:
            held += select(
                unverified, us, offer, values, i, wants, takers, filters, specs, terms, position, demand[i, held:]
            )
        kept[i] = held


@njit(cache=True, nogil=True, error_model="numpy")
def all_of(
    supplies, lat, lon, angle, grid, offers, values, wants, specs, terms, takers, filters, position,
    supply, demand, counts,
):  # fmt: skip
    """Every pair of ``supplies`` that passes, into ``supply`` and ``demand`` (positions); how many there are.

    What does not fit into the two arrays is counted all the same, so that the caller can come again with room.
    """
    scratch = _scratch()
    feasible = np.empty(PIECE, np.int32), np.empty(PIECE)
    unverified = np.empty(PIECE, np.int32), np.empty(PIECE)
    found = 0
    for i in supplies:
        feasible, fs, unverified, us, in_reach = partners_of(
            i, offers[i], lat[i], lon[i], angle[i], grid, wants, takers, filters, terms.circuity, scratch, feasible,
            unverified,
        )  # fmt: skip
        counts[0] += in_reach
        counts[1] += fs
        counts[2] += us
        if found + fs + us <= len(supply):
            for n in range(fs):
                supply[found + n], demand[found + n] = i, position[takers.demand[feasible[0][n]]]
            for n in range(us):
                supply[found + fs + n], demand[found + fs + n] = i, position[takers.demand[unverified[0][n]]]
        found += fs + us
    return found
