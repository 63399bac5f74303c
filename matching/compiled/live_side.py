"""One side of the live index: a record and a place per slot, the ids, and the buckets that lead to the slots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matching.compiled.buckets import Buckets
from matching.compiled.columns import SPEC
from matching.compiled.growing import Growing

# A table of names that outgrows its room is laid out anew: many small ones never take long over it.
_SHARDS = 1_024
_CHUNK = 4_096


class Names:
    """Slots by id and ids by slot.

    Kept so that the garbage collector has nothing to walk through, however many there are.
    """

    def __init__(self) -> None:
        self._slots: list[dict[str, int]] = [{} for _ in range(_SHARDS)]
        self._codes: list[np.ndarray] = []
        self._free: list[int] = []
        self._end = 0

    def __len__(self) -> int:
        return self._end - len(self._free)

    def slot(self, code: str) -> int | None:
        return self._slots[hash(code) % _SHARDS].get(code)

    def codes(self, slots: Sequence[int]) -> list[str]:
        return [self._codes[slot // _CHUNK][slot % _CHUNK] for slot in slots]

    def add(self, code: str) -> int:
        """A slot for a new id."""
        if self._free:
            slot = self._free.pop()
        else:
            slot, self._end = self._end, self._end + 1
            if slot == len(self._codes) * _CHUNK:
                self._codes.append(np.empty(_CHUNK, object))
        self._codes[slot // _CHUNK][slot % _CHUNK] = code
        self._slots[hash(code) % _SHARDS][code] = slot
        return slot

    def drop(self, code: str) -> None:
        slot = self._slots[hash(code) % _SHARDS].pop(code)
        self._codes[slot // _CHUNK][slot % _CHUNK] = None
        self._free.append(slot)


class Side:
    """``rows`` are records of ``kind``; ``details`` more of each listing, a row of ``width`` numbers.

    Of a supply those are its assays, of a demand what it says of each waste type.
    """

    def __init__(self, kind: np.dtype, expected: int, buckets: int, entries: int, detail: type, width: int) -> None:
        self.rows, self.place = Growing(expected, kind), Growing(expected, np.float64, 2)
        self.details = Growing(expected, detail, width)
        self.names = Names()
        self.buckets = Buckets(buckets, entries)

    def fill(self, ids: Sequence[str], rows: np.ndarray, lat: np.ndarray, lon: np.ndarray, details: np.ndarray) -> None:
        """The listings to begin with, in order of their slots."""
        self.rows.data[: len(ids)], self.details.data[: len(ids)] = rows, details
        self.place.data[: len(ids), 0], self.place.data[: len(ids), 1] = lat, lon
        for code in ids:
            self.names.add(code)

    def add(self, code: str, row: np.void, place: tuple[float, float], details: np.ndarray) -> int:
        """The slot of a new listing, with its record; its entries come after."""
        slot = self.names.add(code)
        for column, values in ((self.rows, row), (self.place, place), (self.details, details)):
            column.make_room(slot + 1)
            column.data[slot] = values
            column.wrote(slot)
        return slot

    @property
    def nbytes(self) -> int:
        row = sum(column.data[:1].nbytes for column in (self.rows, self.place, self.details))
        return len(self.names) * row + self.buckets.nbytes

    def ranked(self, found: np.ndarray, first: np.ndarray, loss: np.ndarray, top_k: int) -> list[str]:
        """Ids by ``first``, ``loss``, then id, all upwards; the first ``top_k`` of them (0: all)."""
        if 0 < top_k < len(found) // 2:
            order = np.lexsort((loss, first))
            last = order[top_k - 1]
            # Whatever equals the last one that is kept may come before it by its id.
            within = (first < first[last]) | ((first == first[last]) & (loss <= loss[last]))
            found, first, loss = found[within], first[within], loss[within]
        keys = sorted(zip(first.tolist(), loss.tolist(), self.names.codes(found.tolist()), strict=True))
        return [key[2] for key in keys[: top_k or None]]


class SpecStore:
    """The specs of all demands, each demand's in a run of a power of two that another takes over."""

    def __init__(self, expected: int) -> None:
        # Runs of a power of two take up to twice the room.
        self.rows = Growing(2 * expected, SPEC)
        self.end = 0
        self._free: dict[int, list[int]] = {}

    def fill(self, wants: np.ndarray, specs: np.ndarray) -> None:
        """Lay the specs out in the order of ``wants``, and tell those where they stand."""
        count = wants["spec_count"].astype(np.int64)
        size = np.where(count > 0, 2 ** np.ceil(np.log2(np.maximum(count, 1))), 0).astype(np.int64)
        moved = np.cumsum(size) - size
        self.end = int(size.sum())
        self.rows.make_room(self.end)
        within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        self.rows.data[np.repeat(moved, count) + within] = specs[np.repeat(wants["spec_start"], count) + within]
        wants["spec_start"] = moved

    @property
    def nbytes(self) -> int:
        return self.end * SPEC.itemsize

    def keep(self, specs: np.ndarray) -> int:
        """Where one demand's specs now begin."""
        if not len(specs):
            return 0
        waiting = self._free.get(_size(len(specs)))
        start = waiting.pop() if waiting else self.end
        if start == self.end:
            self.end += _size(len(specs))
            self.rows.make_room(self.end)
        self.rows.data[start : start + len(specs)] = specs
        self.rows.wrote(slice(start, start + len(specs)))
        return start

    def give_back(self, start: int, count: int) -> None:
        if count:
            self._free.setdefault(_size(count), []).append(start)


def _size(count: int) -> int:
    return 1 << (count - 1).bit_length()
