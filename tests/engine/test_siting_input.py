"""What siting is given: candidates in a market or impossible ones, requirements that conflict, and the command."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from marketplace.cli import main
from matching.problem import MatchProblem
from matching.scenario import ScenarioError, read_scenario
from matching.scenario.candidates import read_candidates
from matching.siting import (
    Candidate,
    RequirementsConflict,
    SitingInputError,
    SitingProblem,
    place_facilities,
    with_candidates,
)
from tests.engine.random_markets import catalogue, random_problem
from tests.engine.siting_markets import TINY, best_with_tonnes, random_candidates
from tests.structure import sources

ORDOS, CANDIDATES = sources.ROOT / "scenarios" / "ordos", sources.ROOT / "scenarios" / "ordos_candidates"
GOOD = Candidate("N", "new", "fired_brick", 39.5, 109.8, 100.0, 1_000.0, (("gangue",),))


@pytest.fixture
def problem(tmp_path: Path) -> MatchProblem:
    return random_problem(tmp_path, 3, TINY)


def by_id(problem: MatchProblem) -> dict[str, tuple[object, ...]]:
    """Everything said of every demand, by its id: enterprise, place, shares, specs, residues."""
    demands, told = problem.demands, {}
    for at, key in enumerate(demands.ids):
        specs = [
            tuple(float(column[row]) for column in (s.waste_type, s.property, s.minimum, s.maximum, s.basis))
            for s in [problem.specs] for row in np.flatnonzero(s.demand == at).tolist()
        ]
        residues = [
            (int(problem.residues.waste_type[row]), float(problem.residues.yield_t_per_t[row]))
            for row in np.flatnonzero(problem.residues.demand == at).tolist()
        ]
        told[key] = (
            problem.enterprises.ids[demands.enterprise[at]], float(demands.lat[at]), float(demands.t_per_month[at]),
            str(demands.max_share[at].tolist()), specs, residues,
        )  # fmt: skip
    return told


def test_with_candidates_changes_nothing_that_was_there(problem: MatchProblem) -> None:
    candidates = (*random_candidates(3, 3), replace(GOOD, id="A-first"), replace(GOOD, id="zz-last"))
    extended = with_candidates(problem, candidates)
    assert list(extended.demands.ids) == sorted(extended.demands.ids)
    assert list(extended.enterprises.ids) == sorted(extended.enterprises.ids)
    before, after = by_id(problem), by_id(extended)
    assert {key: after[key] for key in before} == before
    firms = [extended.enterprises.ids[at] for at in extended.supplies.enterprise]
    assert firms == [problem.enterprises.ids[at] for at in problem.supplies.enterprise]
    rows = extended.specs
    order = np.lexsort((rows.basis, rows.property, rows.waste_type, rows.demand))
    assert np.array_equal(order, np.arange(len(order)))


def test_with_candidates_carries_what_was_given(problem: MatchProblem) -> None:
    given = Candidate(
        "N", "new", "aac", 39.6, 109.9, 250.0, 9.0, (("gangue", 0.4), ("bottom_ash", None)),
        ((None, "loi", None, 8.0, "blend"), ("gangue", "sio2", 40.0, 60.0, "each")), -3.0, 90.0, (("bottom_ash", 0.2),),
        20.0, "", frozenset({"HW08"}),
    )  # fmt: skip
    extended = with_candidates(problem, (given,))
    at, firm = extended.demands.ids.index("N"), extended.enterprises.ids.index("N")
    assert extended.enterprises.qualified[firm] and extended.enterprises.licences[firm] == {"HW08"}
    assert extended.demands.enterprise[at] == firm
    share = dict(zip(extended.waste_types, extended.demands.max_share[at].tolist(), strict=True))
    assert {key: value for key, value in share.items() if value == value} == {"gangue": 0.4, "bottom_ash": 1.0}
    assert (extended.demands.first_month[at], extended.demands.last_month[at]) == (0, len(problem.months) - 1)
    enterprise, *_, specs, residues = by_id(extended)["N"]
    assert enterprise == "N" and len(specs) == 2
    assert residues == [(extended.waste_types.index("bottom_ash"), 0.2)]
    with pytest.raises(ValueError, match="read-only"):
        extended.demands.t_per_month[at] = 1.0
    assert with_candidates(problem, ()) is problem


BAD = {
    "lat: found 99; expected degrees from -90 to 90": {"lat": 99.0},
    "km from the nearest listing; expected a place in the region, at most 300 km": {"lat": 31.2, "lon": 121.5},
    "t_per_month: found -1; expected a number in t/month, 0 or more": {"t_per_month": -1.0},
    "open_cost_yuan: found nan": {"open_cost_yuan": float("nan")},
    "use: found 'fired_brik'; expected a use of the market (did you mean 'fired_brick'?)": {"use": "fired_brik"},
    "accepts row 1: waste_type: found 'gange'; expected a waste type (did you mean 'gangue'?)": {
        "accepts": (("gange",),)
    },
    "at least one waste type": {"accepts": ()},
    "max_share: found 1.5; expected a share from 0 to 1": {"accepts": (("gangue", 1.5),)},
    "specs row 1: min: found 9; expected at most max, 8": {"specs": ((None, "loi", 9.0, 8.0, "each"),)},
    "property: found 'l0i'": {"specs": ((None, "l0i", None, 8.0, "each"),)},
    "basis: found 'blend'; expected each; ph does not mix linearly": {"specs": ((None, "ph", None, 8.0, "blend"),)},
    "neither min nor max": {"specs": ((None, "loi", None, None, "each"),)},
    "yield_t_per_t: found -0.1": {"residues": (("gangue", -0.1),)},
    "park: found 'nowhere'": {"park": "nowhere"},
    "max_distance_km: found -5": {"max_distance_km": -5.0},
}


@pytest.mark.parametrize("words", BAD)
def test_each_fault_of_a_candidate_is_told_in_words(problem: MatchProblem, words: str) -> None:
    with pytest.raises(SitingInputError) as caught:
        with_candidates(problem, (replace(GOOD, **BAD[words]),))
    assert words in str(caught.value)
    assert len(caught.value.faults) == 1


def test_all_faults_are_told_at_once(problem: MatchProblem) -> None:
    taken = problem.demands.ids[0]
    wrong = (replace(GOOD, t_per_month=-1.0, use="x"), replace(GOOD, id=taken), GOOD)
    with pytest.raises(SitingInputError) as caught:
        SitingProblem(
            problem, wrong, budget_yuan=-1.0, most_open=-2, must_open=("M",), at_least=(("gange", 1), ("gangue", -1))
        )
    assert sorted(fault.column for fault in caught.value.faults) == [
        "at_least", "at_least", "budget_yuan", "id", "id", "most_open", "must_open", "t_per_month", "use",
    ]
    assert "the request: must_open: found 'M'; expected an id of a candidate" in str(caught.value)


def test_a_wider_region_takes_a_far_candidate_in(problem: MatchProblem) -> None:
    far = replace(GOOD, lat=43.8, lon=109.8)
    with pytest.raises(SitingInputError, match="km from the nearest listing"):
        SitingProblem(problem, (far,))
    assert SitingProblem(problem, (far,), void_km=600.0).candidates == (far,)


def test_one_requirement_that_cannot_be(problem: MatchProblem) -> None:
    with pytest.raises(RequirementsConflict) as caught:
        place_facilities(SitingProblem(problem, (GOOD,), at_least=(("gangue", 1e9),), budget_yuan=5_000.0))
    assert [one.kind for one in caught.value.requirements] == ["at_least"]
    assert "this cannot be, whatever is opened: at least 1,000,000,000 t of gangue placed (at most" in str(caught.value)


def test_a_budget_against_what_must_open(problem: MatchProblem) -> None:
    candidates = (replace(GOOD, id="N1"), replace(GOOD, id="N2"), replace(GOOD, id="N3", open_cost_yuan=1.0))
    with pytest.raises(RequirementsConflict) as caught:
        place_facilities(SitingProblem(problem, candidates, budget_yuan=1_500.0, must_open=("N1", "N2", "N3")))
    assert [(one.kind, one.subject) for one in caught.value.requirements] == [
        ("budget", ""), ("must_open", "N1"), ("must_open", "N2"),
    ]
    assert "these 3 cannot be kept together" in str(caught.value)
    assert "opening costs of at most 1,500 yuan" in str(caught.value)


@pytest.mark.parametrize("seed", range(12))
def test_conflicts_are_smallest_and_each_is_needed(tmp_path: Path, seed: int) -> None:
    """Every subset of the requirements, each tried by every set of openings."""
    market = random_problem(tmp_path, seed, TINY)
    candidates = random_candidates(seed, 3)
    free = SitingProblem(market, candidates)
    must, rows = ("C0", "C2"), {"gangue": 4_000.0, "fly_ash_pc": 900.0}
    single = [("budget_yuan", 9_000.0), ("most_open", 1), *(("must_open", key) for key in must),
              *(("at_least", row) for row in rows.items())]  # fmt: skip

    def possible(chosen: tuple[tuple[str, object], ...]) -> bool:
        some = {name: value for name, value in chosen if name in ("budget_yuan", "most_open")}
        many = {name: tuple(value for key, value in chosen if key == name) for name in ("must_open", "at_least")}
        return best_with_tonnes(replace(free, **some, **many)) is not None

    size = next(
        (n for n in range(1, len(single) + 1) if any(not possible(chosen) for chosen in combinations(single, n))), None
    )
    # Two that must open and one that may are always too much.
    assert size is not None
    siting = replace(free, budget_yuan=9_000.0, most_open=1, must_open=must, at_least=tuple(rows.items()))
    with pytest.raises(RequirementsConflict) as caught:
        place_facilities(siting)
    found = caught.value
    assert found.smallest and len(found.requirements) == size
    kinds = {"budget": "budget_yuan"}
    values = {"budget": 9_000.0, "most_open": 1}
    named = tuple(
        (
            kinds.get(one.kind, one.kind),
            (one.subject, rows[one.subject]) if one.kind == "at_least" else values.get(one.kind, one.subject),
        )
        for one in found.requirements
    )
    assert not possible(named)
    assert all(possible(tuple(other for other in named if other != one)) for one in named)


def test_the_candidates_of_ordos_can_be_read() -> None:
    problem = read_scenario(ORDOS, catalogue())
    candidates = read_candidates(CANDIDATES, problem)
    assert 5 <= len(candidates) <= 8
    with (CANDIDATES / "candidates.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            assert "假设 assumption" in row["note"] and row["open_cost_yuan"] in row["note"], row["id"]


def spoiled(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_bad_cell_is_told_by_file_line_and_column(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(CANDIDATES, tmp_path / "candidates"))
    spoiled(folder, "candidates.csv", "gravel_ceramsite,39.86,111.24", "gravel_ceramsit,39.86,111.24")
    spoiled(folder, "candidates.csv", "gravel_ceramsite,39.36,110.0", "gravel_ceramsite,31.2,121.5")
    spoiled(folder, "candidates.csv", "jiangsu,15700,", "jiangsu,-15700,")
    spoiled(folder, "candidate_accepts.csv", "C2-shengyuan-ceramsite,gangue", "C9-nobody,gangue")
    spoiled(folder, "candidate_specs.csv", "al2o3,10,25,blend", "al2o3,26,25,blend")
    (folder / "candidate_spec.csv").write_text("candidate\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_candidates(folder, read_scenario(ORDOS, catalogue()))
    told = {(fault.file, fault.line, fault.column) for fault in caught.value.faults}
    assert told == {
        ("candidates.csv", 2, "use"), ("candidates.csv", 3, "lat"), ("candidates.csv", 4, "t_per_month"),
        ("candidate_accepts.csv", 4, "candidate"), ("candidate_specs.csv", 2, "min"), ("candidate_spec.csv", 0, ""),
    }  # fmt: skip
    assert "did you mean 'gravel_ceramsite'?" in str(caught.value)
    assert "km from the nearest listing" in str(caught.value)


def run(out: Path, *arguments: object) -> Result:
    given = ("siting", ORDOS, "--distance", "great-circle", "--candidates", CANDIDATES, "--out", out, *arguments)
    return CliRunner().invoke(main, [str(argument) for argument in given])


def test_the_command_writes_choice_plan_screening_and_summary(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended = run(out, "--most-open", 2, "--explain", 2)
    assert ended.exit_code == 0, ended.output
    assert sorted(path.name for path in out.iterdir()) == [
        "screening.csv", "siting.csv", "siting_allocation.csv", "siting_taken.csv", "summary.json",
    ]
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    with (out / "siting.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    opened = [row["candidate"] for row in rows if row["opened"] == "true"]
    assert (summary["status"], summary["opened"], len(rows)) == ("optimal", opened, summary["candidates"])
    assert len(opened) == 2 and summary["gain_yuan"] > 0
    assert sum(row["tried_open"] in ("true", "impossible") for row in rows) == 2
    with (out / "siting_allocation.csv").open(encoding="utf-8", newline="") as handle:
        takers = {row["demand"] for row in csv.DictReader(handle)}
    assert takers & {row["candidate"] for row in rows} == set(opened)


def test_the_command_ends_in_words(tmp_path: Path) -> None:
    out = tmp_path / "out"
    late = run(out, "--time-limit", 0)
    assert late.exit_code == 1 and "not proven best: the time limit" in late.output
    shutil.rmtree(out)
    conflict = run(out, "--at-least", "gangue=1e9")
    assert conflict.exit_code == 2 and "this cannot be, whatever is opened" in conflict.output
    unknown = run(out, "--must-open", "C1-jungar-ceramsit", "--budget", "-1")
    assert unknown.exit_code == 2
    assert "did you mean 'C1-jungar-ceramsite'?" in unknown.output and "2 faults" in unknown.output
    assert run(out, "--at-least", "gangue").exit_code == 2
    assert not out.exists()
