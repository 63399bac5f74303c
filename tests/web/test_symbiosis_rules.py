"""What is hidden cannot be worked out again from what is shown: judged by linear algebra, not by a graph."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.security.actor import ADMIN, ANYBODY, COMMITTEE, REGULATOR, STAFF, Actor
from marketplace.symbiosis.flows import PARK, Place
from marketplace.symbiosis.rules import (
    ALL,
    Cell,
    Key,
    sees_everything,
    sees_place,
    suppress_lines,
    suppress_table,
    too_few,
    with_totals,
)

MANY = frozenset({1, 2, 3, 4})


def _cell(tonnes: float, *enterprises: int) -> Cell:
    return Cell(tonnes, frozenset(enterprises))


@pytest.mark.parametrize(("count", "secret"), [(0, False), (1, True), (2, True), (3, False)])
def test_a_figure_of_one_or_two_enterprises_is_secret(count: int, secret: bool) -> None:
    assert too_few(range(count)) is secret


def test_one_secret_line_takes_the_smallest_other_with_it() -> None:
    lines = {"a": _cell(9, 1, 2), "b": _cell(50, 1, 2, 3), "c": _cell(7, 4, 5, 6), "d": _cell(90, 1, 2, 3)}
    assert suppress_lines(lines) == {"a", "c"}


def test_nothing_is_hidden_where_enough_stand_behind_every_line() -> None:
    assert suppress_lines({"a": _cell(9, 1, 2, 3), "b": _cell(5, 4, 5, 6)}) == frozenset()


def test_two_secret_lines_of_the_same_two_enterprises_need_a_third() -> None:
    lines = {"a": _cell(9, 1, 2), "b": _cell(8, 1, 2), "c": _cell(70, 1, 2, 3), "d": _cell(7, 4, 5, 6)}
    assert suppress_lines(lines) == {"a", "b", "d"}


def test_the_total_goes_where_no_line_could_protect_another() -> None:
    assert suppress_lines({"a": _cell(9, 1, 2)}) == {"a", ALL}
    assert suppress_lines({"a": _cell(9, 1, 2, 3)}, forced=["a"]) == {"a", ALL}


def test_a_line_forced_from_another_table_is_hidden_with_a_companion() -> None:
    lines = {"a": _cell(9, *MANY), "b": _cell(8, *MANY), "c": _cell(99, *MANY)}
    assert suppress_lines(lines, forced=["c", "not here"]) == {"b", "c"}


def test_a_secret_cell_is_covered_in_its_row_and_in_its_column() -> None:
    rows, columns = "wxyz", "abcd"
    cells = {(row, column): Cell(10.0, MANY) for row in rows for column in columns}
    cells["w", "a"] = _cell(3, 1, 2)
    hidden = suppress_table(cells)
    assert ("w", "a") in hidden and (ALL, ALL) not in hidden
    assert len([key for key in hidden if key[0] == "w"]) >= 2
    assert len([key for key in hidden if key[1] == "a"]) >= 2
    assert not _known(cells, hidden)


def test_a_table_of_one_secret_figure_is_hidden_whole() -> None:
    assert (ALL, ALL) in suppress_table({("w", "a"): _cell(3, 1, 2)})


def _known(cells: dict[Key, Cell], hidden: frozenset[Key]) -> list[Key]:
    """Secret figures that follow exactly from the shown ones, by the rank of the table's equations."""
    table = with_totals(cells)
    unknown = sorted(hidden, key=str)
    at = {key: index for index, key in enumerate(unknown)}
    equations = []
    for axis in (0, 1):
        for line in {key[axis] for key in table}:
            equation = np.zeros(len(unknown))
            for key in table:
                if key[axis] == line and key in at:
                    equation[at[key]] = -1 if key[1 - axis] is ALL else 1
            equations.append(equation)
    matrix = np.array(equations)
    rank = np.linalg.matrix_rank(matrix)
    unit = np.eye(len(unknown))
    return [
        key for key in unknown
        if too_few(table[key].contributors) and np.linalg.matrix_rank(np.vstack([matrix, unit[at[key]]])) == rank
    ]


_tables = st.dictionaries(
    st.tuples(st.sampled_from("wxyz"), st.sampled_from("abcde")),
    st.builds(Cell, st.floats(0.1, 1000), st.frozensets(st.integers(1, 9), min_size=1, max_size=5)),
    min_size=1,
    max_size=20,
)


@given(_tables)
@settings(max_examples=150, deadline=None)
def test_no_secret_figure_follows_from_the_shown_ones(cells: dict[Key, Cell]) -> None:
    table, hidden = with_totals(cells), suppress_table(cells)
    assert {key for key, cell in table.items() if too_few(cell.contributors)} <= hidden
    assert hidden == suppress_table(dict(reversed(cells.items())))
    if (ALL, ALL) not in hidden:
        assert not _known(cells, hidden)


@given(st.dictionaries(st.sampled_from("abcdef"), st.builds(
    Cell, st.floats(0.1, 1000), st.frozensets(st.integers(1, 9), min_size=1, max_size=5)), min_size=1))
def test_what_a_list_hides_has_three_enterprises_behind_it(lines: dict[str, Cell]) -> None:
    hidden = suppress_lines(lines)
    if ALL not in hidden and hidden:
        assert len(hidden) >= 2
        assert not too_few(frozenset().union(*(lines[line].contributors for line in hidden)))


@pytest.mark.parametrize(
    ("actor", "everything", "own", "other"),
    [
        (ANYBODY, False, False, False),
        (Actor(1, STAFF, enterprise_id=5), False, False, False),
        (Actor(2, COMMITTEE, park_id=7), False, True, False),
        (Actor(3, REGULATOR), True, True, True),
        (Actor(5, REGULATOR, region_id="dalad"), False, True, False),
        (Actor(4, ADMIN), True, True, True),
    ],
)
def test_who_sees_which_place(actor: Actor, everything: bool, own: bool, other: bool) -> None:
    assert sees_everything(actor) is everything
    here, there = (
        Place(PARK, str(park), "", "", 40.0, 110.0, park, region) for park, region in ((7, "dalad"), (8, "jungar"))
    )
    assert sees_place(actor, here) is own
    assert sees_place(actor, there) is other
