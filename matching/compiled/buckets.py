"""Entries by waste type and cell in blocks of sixteen: put in and taken out where they stand, nothing is moved.

A bucket is a chain of blocks; all but its first are full.  A block holds sixteen entries column by column, as small
numbers side by side: a question streams through it, and the processor judges the sixteen at once.  The numbers are
rounded towards promising more, since they only say which listings are worth a look (:mod:`matching.compiled.promise`).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from matching.compiled.growing import Growing
from matching.problem import NO_WASTE

LANES = 16
X, Y, Z, REACH, TONNES, LOT, PRICE, FIRST, LAST, SPECS, MASK, SLOT = range(12)
FIELDS = 12
# Instead of a reach: what may not take this waste type, or none, and no entry at all.
BARRED, NOTHING = -1.0, -2.0
NOBODY = 2**32 - 1
# Properties beyond these have no bit; of such an asking nothing is known before its specs are read.
MASKED = 32


class Buckets:
    """``heads`` (-1: none) and ``counts`` of shape ``(buckets,)``; ``after`` leads from a block to the next."""

    def __init__(self, buckets: int, expected: int) -> None:
        self.heads, self.counts = np.full(buckets, -1, np.int32), np.zeros(buckets, np.int32)
        self.pool = Growing(expected // LANES, np.float32, FIELDS, LANES, least=256)
        self.after = Growing(expected // LANES, np.int32, least=256)
        self._free: list[int] = []
        self._end = 0

    @property
    def chains(self) -> tuple[np.ndarray, ...]:
        """What kernels walk along: heads, the next block of each, the numbers and the same memory as whole numbers."""
        return self.heads, self.after.data, self.pool.data, self.pool.data.view(np.uint32)

    def fill(self, bucket: np.ndarray, entries: np.ndarray) -> None:
        """Put all ``entries`` into the empty buckets at once; ``bucket`` has shape ``(entries,)``."""
        order = np.argsort(bucket, kind="stable")
        count = np.bincount(bucket, minlength=len(self.counts))
        used = np.flatnonzero(count)
        blocks = -(-count[used] // LANES)
        ends = np.cumsum(blocks)
        self._end = int(blocks.sum())
        for column in (self.pool, self.after):
            column.make_room(self._end)
        self.heads[used], self.counts[:] = ends - blocks, count
        self.after.data[: self._end] = np.arange(1, self._end + 1)
        self.after.data[ends - 1] = -1
        # Counted from the bucket's last block, so that its first one is the one not full.
        nth = np.arange(len(order)) - np.repeat(np.cumsum(count[used]) - count[used], count[used])
        place = np.repeat(ends - 1, count[used]) - nth // LANES
        self._clear(slice(self._end))
        for field in range(FIELDS):
            self.pool.data[place, field, nth % LANES] = entries[order, field]

    def put(self, bucket: int, entry: np.ndarray) -> None:
        """Add one entry, shape ``(FIELDS,)``."""
        lane = int(self.counts[bucket]) % LANES
        if lane == 0:
            self._lengthen(bucket)
        block = int(self.heads[bucket])
        self.pool.data[block, :, lane] = entry
        self.pool.wrote(block)
        self.counts[bucket] += 1

    def take(self, bucket: int, slot: int) -> None:
        """Remove the entry of ``slot``: the one that was put in last takes its place."""
        heads, after, pool, whole = self.chains
        block, lane = _find(int(heads[bucket]), after, whole, slot)
        head, last = int(heads[bucket]), (int(self.counts[bucket]) - 1) % LANES
        pool[block, :, lane] = pool[head, :, last]
        pool[head, REACH, last], whole[head, SLOT, last] = NOTHING, NOBODY
        self.counts[bucket] -= 1
        if last == 0:
            heads[bucket] = after[head]
            self._free.append(head)
        self.pool.wrote([block, head])

    def _lengthen(self, bucket: int) -> None:
        if self._free:
            block = self._free.pop()
        else:
            block, self._end = self._end, self._end + 1
            for column in (self.pool, self.after):
                column.make_room(self._end)
        self._clear(block)
        self.after.data[block] = self.heads[bucket]
        self.after.wrote(block)
        self.heads[bucket] = block

    def _clear(self, blocks: int | slice) -> None:
        self.pool.data[blocks, REACH], self.pool.data.view(np.uint32)[blocks, SLOT] = NOTHING, NOBODY

    @property
    def nbytes(self) -> int:
        """Bytes written to, about: the part of the pool in use and the tables of buckets."""
        return self._end * (FIELDS * LANES + 1) * 4 + len(self.counts) * 8


def entries_of(
    slot: np.ndarray, rows: np.ndarray, price: np.ndarray, specs: np.ndarray | int, mask: np.ndarray
) -> np.ndarray:
    """Entries of listings of records ``rows``, shape ``(entries, FIELDS)``.

    ``price`` is the bid or, negative, the ask; ``specs`` how many specs bind, of which the reciprocal is kept;
    ``mask`` has a bit for each property asked for, or not assayed.
    """
    entries = np.empty((len(slot), FIELDS), np.float32)
    names = ("x", "y", "z", "reach", "t_per_month", "lot_t")
    for field, name in zip((X, Y, Z, REACH, TONNES, LOT), names, strict=True):
        entries[:, field] = rows[name]
    entries[:, PRICE] = rounded_up(price)
    entries[:, FIRST], entries[:, LAST] = rows["first"], rows["last"]
    entries[:, SPECS] = np.greater(specs, 0) / np.maximum(specs, 1)
    whole = entries.view(np.uint32)
    whole[:, MASK], whole[:, SLOT] = mask, slot
    return entries


def rounded_up(numbers: np.ndarray) -> np.ndarray:
    """The least float32 that is not below each number."""
    near = numbers.astype(np.float32)
    return np.where(near < numbers, np.nextafter(near, np.float32(np.inf)), near)


@njit(cache=True, nogil=True, error_model="numpy")
def unassayed(values, i):
    """A bit for each of the first properties that supply ``i`` has no assay of."""
    mask = np.uint32(0)
    for key in range(min(values.shape[1], MASKED)):
        if np.isnan(values[i, key]):
            mask |= np.uint32(np.uint32(1) << np.uint32(key))
    return mask


@njit(cache=True, nogil=True, error_model="numpy")
def unassayed_of(values, slots):
    """As :func:`unassayed` for many supplies."""
    mask = np.empty(len(slots), np.uint32)
    for at in range(len(slots)):
        mask[at] = unassayed(values, slots[at])
    return mask


@njit(cache=True, nogil=True, error_model="numpy")
def asking(specs, start, count, waste):
    """How many of the specs bind a waste type, and a bit for each of the first properties that they name."""
    bound, mask = np.int64(0), np.uint32(0)
    for row in range(start, start + count):
        spec = specs[row]
        if spec.waste != NO_WASTE and spec.waste != waste:
            continue
        bound += 1
        if spec.property < MASKED:
            mask |= np.uint32(np.uint32(1) << np.uint32(spec.property))
    return bound, mask


@njit(cache=True, nogil=True, error_model="numpy")
def asking_of(specs, wants, wastes):
    """As :func:`asking` for many entries, of the demands' records ``wants``: two arrays of shape ``(entries,)``."""
    bound, mask = np.empty(len(wastes), np.int64), np.empty(len(wastes), np.uint32)
    for at in range(len(wastes)):
        bound[at], mask[at] = asking(specs, wants[at].spec_start, wants[at].spec_count, wastes[at])
    return bound, mask


@njit(cache=True, nogil=True, error_model="numpy")
def _find(block, after, whole, slot):
    """Block and lane of the entry of ``slot`` in the chain that begins with ``block``."""
    while block >= 0:
        for lane in range(LANES):
            if whole[block, SLOT, lane] == slot:
                return block, lane
        block = after[block]
    return -1, -1
