"""An array that grows without a pause: while one is nearly full its successor is filled piece by piece.

What a listing is read from stands on large pages, which a question wants; what is yet to come on small ones, since
the system clears a page when it is first written to and a change does not wait for two megabytes.
"""

from __future__ import annotations

import mmap

import numpy as np

# Room for four times what there is at first: memory that nobody has written to is not taken from the machine.
_GROWTH = 4
_LEAST = 1_024
# Copied with each change.  A row is far smaller, so the copy is done long before the last quarter is used up.
_PIECE_BYTES = 16_384
# Given back with each change.
_RETURNED_BYTES = 2**20
_LARGE_PAGE = 2**21


class Growing:
    """``data``, shape ``(room, *shape)``.  Whoever writes to it says so, for the successor to hold the same.

    ``data`` is another array after a change: nobody keeps it.
    """

    def __init__(self, expected: int, dtype: np.dtype | type, *shape: int, least: int = _LEAST) -> None:
        self._dtype, self._shape = np.dtype(dtype), shape
        self._row_bytes = max(self._dtype.itemsize * int(np.prod(shape)), 1)
        self._piece = max(_PIECE_BYTES // self._row_bytes, 4)
        self.data, self._memory = self._laid_out(max(_GROWTH * expected, least), expected)
        self._next: tuple[np.ndarray, mmap.mmap] | None = None
        self._copied = 0
        self._left: list[tuple[mmap.mmap, int]] = []

    def make_room(self, end: int) -> None:
        """See that rows up to ``end`` (exclusive) are there to be written to."""
        while end > len(self.data):
            # Only where much is added at once: it cannot wait for pieces.
            self._begin()
            self._copy(len(self.data))
        if 4 * end > 3 * len(self.data):
            self._begin()

    def wrote(self, rows: int | slice | list[int]) -> None:
        """These rows, all that one change wrote to, are new."""
        if self._next is not None:
            self._next[0][rows] = self.data[rows]
            self._copy(self._piece)
        elif self._left:
            self._give_back()

    def _laid_out(self, rows: int, at_once: int) -> tuple[np.ndarray, mmap.mmap]:
        """Room for ``rows`` rows, all zero, of which the first ``at_once`` are about to be filled in one go."""
        size = rows * self._row_bytes
        memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        large = min(at_once * self._row_bytes, size) // _LARGE_PAGE * _LARGE_PAGE
        if hasattr(mmap, "MADV_NOHUGEPAGE"):
            memory.madvise(mmap.MADV_NOHUGEPAGE)
            if large:
                memory.madvise(mmap.MADV_HUGEPAGE, 0, large)
        return np.ndarray((rows, *self._shape), self._dtype, memory), memory

    def _begin(self) -> None:
        if self._next is None:
            self._next, self._copied = self._laid_out(2 * len(self.data), 0), 0

    def _copy(self, rows: int) -> None:
        assert self._next is not None
        end = min(self._copied + rows, len(self.data))
        self._next[0][self._copied : end] = self.data[self._copied : end]
        self._copied = end
        if end == len(self.data):
            if hasattr(mmap, "MADV_DONTNEED"):
                self._left.append((self._memory, self._row_bytes * len(self.data)))
            (self.data, self._memory), self._next = self._next, None

    def _give_back(self) -> None:
        """Return a piece of what was outgrown: giving back all of it at once takes long too."""
        memory, end = self._left.pop()
        start = max(end - 1, 0) // _RETURNED_BYTES * _RETURNED_BYTES
        if start:
            memory.madvise(mmap.MADV_DONTNEED, start, end - start)
            self._left.append((memory, start))
