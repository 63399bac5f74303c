"""Arrays that grow while they are written to, against a plain dictionary of what was written."""

from __future__ import annotations

import numpy as np
import pytest

from matching.compiled.growing import Growing


@pytest.mark.parametrize("seed", range(4))
def test_what_was_written_stands_there_however_often_it_grew(seed: int) -> None:
    rng = np.random.default_rng(seed)
    column, written, end = Growing(8, np.int64, 300, least=8), {}, 0
    sizes = set()
    for turn in range(4_000):
        if rng.random() < 0.3 or not end:
            rows = [end]
            end += 1
            column.make_room(end)
        else:
            rows = sorted({int(rng.integers(end)), int(rng.integers(end))})
        column.data[rows] = turn
        column.wrote(rows)
        written.update(dict.fromkeys(rows, turn))
        sizes.add(len(column.data))
    assert len(sizes) > 4
    assert np.array_equal(column.data[:end], np.array([[written[row]] * 300 for row in range(end)]))


def test_much_at_once_finds_room_at_once() -> None:
    column = Growing(1, np.float64, least=8)
    column.data[:] = 1.0
    column.make_room(100)
    assert len(column.data) >= 100
    assert np.array_equal(column.data[:8], np.ones(8))


def test_growing_copies_a_piece_with_each_change() -> None:
    column = Growing(100_000, np.float64, 2)
    before, moved = column.data, 0
    column.make_room(350_000)
    for row in range(350_000, 400_000):
        column.make_room(row + 1)
        column.data[row] = row
        column.wrote(row)
        moved += 1
        if column.data is not before:
            break
    assert 100 < moved < 50_000
    assert column.data[row, 0] == row
