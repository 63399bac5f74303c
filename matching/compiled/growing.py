"""An array that grows without a pause: while one is nearly full its successor is filled piece by piece."""

from __future__ import annotations

import numpy as np

# Room for four times what there is at first: memory that nobody has written to is not taken from the machine.
_GROWTH = 4
_LEAST = 1_024
# Copied with each change.  A row is far smaller, so the copy is done long before the last quarter is used up.
_PIECE_BYTES = 16_384


class Growing:
    """``data``, shape ``(room, *shape)``.  Whoever writes to it says so, for the successor to hold the same.

    ``data`` is another array after a change: nobody keeps it.
    """

    def __init__(self, expected: int, dtype: np.dtype | type, *shape: int, least: int = _LEAST) -> None:
        self.data = np.zeros((max(_GROWTH * expected, least), *shape), dtype)
        self._next: np.ndarray | None = None
        self._copied = 0
        self._piece = max(_PIECE_BYTES // max(self.data[:1].nbytes, 1), 4)

    def make_room(self, end: int) -> None:
        """See that rows up to ``end`` (exclusive) are there to be written to."""
        while end > len(self.data):
            # Only where much is added at once: it cannot wait for pieces.
            self._begin()
            self._copy(len(self.data))
        if self._next is None and 4 * end > 3 * len(self.data):
            self._begin()

    def wrote(self, rows: int | slice | list[int]) -> None:
        """These rows, all that one change wrote to, are new."""
        if self._next is not None:
            self._next[rows] = self.data[rows]
            self._copy(self._piece)

    def _begin(self) -> None:
        if self._next is None:
            self._next = np.zeros((2 * len(self.data), *self.data.shape[1:]), self.data.dtype)
            self._copied = 0

    def _copy(self, rows: int) -> None:
        assert self._next is not None
        end = min(self._copied + rows, len(self.data))
        self._next[self._copied : end] = self.data[self._copied : end]
        self._copied = end
        if end == len(self.data):
            self.data, self._next = self._next, None
