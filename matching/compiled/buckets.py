"""Entries by waste type and cell in pooled arrays: put in and taken out where they stand, nothing is rebuilt.

A bucket is a run of the pool with some room to grow; when it is full it moves to a run twice as long, and the old
run waits for another bucket.  Arrays are laid out for four times what they begin with: memory that nobody has
written to is not taken from the machine, so growing costs nothing until then.
"""

from __future__ import annotations

import numpy as np

_GROWTH = 4
_LEAST = 4


class Buckets:
    """``starts``, ``counts`` of shape ``(buckets,)`` into the pool's columns, one entry per place."""

    def __init__(self, buckets: int, expected: int) -> None:
        self.starts, self.counts = np.zeros(buckets, np.int64), np.zeros(buckets, np.int32)
        self._rooms = np.zeros(buckets, np.int32)
        self._free: dict[int, list[int]] = {}
        self._end = 0
        self.slots = np.empty(0, np.int32)
        self.x, self.y, self.z, self.reach = (np.empty(0) for _ in range(4))
        self.licensed = np.empty(0, np.bool_)
        self._reserve(max(_GROWTH * 2 * expected, 4_096))

    def fill(
        self, bucket: np.ndarray, slot: np.ndarray, rows: np.ndarray, licensed: np.ndarray
    ) -> None:
        """Put all entries into the empty buckets at once; all arrays of shape ``(entries,)``.

        ``rows`` are the listings' records, of which the place and the reach are kept beside the slot.
        """
        order = np.argsort(bucket, kind="stable")
        count = np.bincount(bucket, minlength=len(self.counts))
        used = np.flatnonzero(count)
        # A quarter more than there is, and at least a few: most buckets then never move.
        rooms = np.maximum(_LEAST, 2 ** np.ceil(np.log2(count[used] * 1.25)).astype(np.int64))
        starts = np.cumsum(rooms) - rooms
        self._end = int(rooms.sum())
        self._reserve(_GROWTH * self._end)
        self.starts[used], self.counts[used], self._rooms[used] = starts, count[used], rooms
        first = np.cumsum(count[used]) - count[used]
        place = np.repeat(starts - first, count[used]) + np.arange(len(order))
        places = (rows[name] for name in ("x", "y", "z", "reach"))
        for column, values in zip(self._columns(), (slot, *places, licensed), strict=True):
            column[place] = values[order]

    def put(self, bucket: int, slot: int, row: np.void, licensed: bool) -> None:
        """Add one entry for the listing of record ``row``."""
        count = int(self.counts[bucket])
        if count == self._rooms[bucket]:
            self._move(bucket, count)
        at = int(self.starts[bucket]) + count
        self.slots[at], self.licensed[at] = slot, licensed
        self.x[at], self.y[at], self.z[at], self.reach[at] = row["x"], row["y"], row["z"], row["reach"]
        self.counts[bucket] = count + 1

    def take(self, bucket: int, slot: int) -> None:
        """Remove the entry of ``slot``: the bucket's last one takes its place."""
        start, count = int(self.starts[bucket]), int(self.counts[bucket])
        at = start + int(np.flatnonzero(self.slots[start : start + count] == slot)[0])
        last = start + count - 1
        for column in self._columns():
            column[at] = column[last]
        self.counts[bucket] = count - 1

    def _columns(self) -> tuple[np.ndarray, ...]:
        return self.slots, self.x, self.y, self.z, self.reach, self.licensed

    def _move(self, bucket: int, count: int) -> None:
        room = max(_LEAST, 2 * count)
        waiting = self._free.get(room)
        if waiting:
            start = waiting.pop()
        else:
            start, self._end = self._end, self._end + room
            if self._end > len(self.slots):
                self._reserve(2 * self._end)
        old = int(self.starts[bucket])
        for column in self._columns():
            column[start : start + count] = column[old : old + count]
        if count:
            self._free.setdefault(int(self._rooms[bucket]), []).append(old)
        self.starts[bucket], self._rooms[bucket] = start, room

    def _reserve(self, places: int) -> None:
        if places <= len(self.slots):
            return
        for name in ("slots", "x", "y", "z", "reach", "licensed"):
            column = getattr(self, name)
            grown = np.empty(places, column.dtype)
            grown[: len(column)] = column
            setattr(self, name, grown)

    @property
    def nbytes(self) -> int:
        """Bytes written to, about: the part of the pool in use and the tables of buckets."""
        return self._end * (4 + 32 + 1) + len(self.counts) * 16
