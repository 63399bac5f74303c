"""A market laid out for one objective, solved, verified, and solved again when its tonnes change."""

from __future__ import annotations

import math
import time
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np

from matching.allocation.checks import check_gap, check_objective
from matching.allocation.model import ceiling_of, competing, define_families, right_hand_sides
from matching.allocation.near import nearest
from matching.allocation.objectives import carbon_kg_per_t, value_yuan_per_t
from matching.allocation.pairs import allocatable
from matching.allocation.program import Layout, assemble, is_network, lay_out, outline
from matching.allocation.report import build_result
from matching.allocation.result import OPTIMAL, PROVEN_GAP, WITHIN_GAP, AllocationResult, Pairs
from matching.allocation.sifting import LARGE_COLUMNS, Sifter, Solved
from matching.allocation.verify import AllocationFault, verify_allocation
from matching.allocation.verify_bound import verify_bound
from matching.params import MatchParams
from matching.problem import Demands, MatchProblem, Supplies
from matching.uncertainty import check_confidence, check_spreads

if TYPE_CHECKING:
    from matching.allocation.network import NetworkPlan

# The second stage of `tonnes` may give up this share of the tonnes (at least a gram), so that rounding in the
# first stage cannot make the second one infeasible.
TONNES_SLACK, LEAST_SLACK_T = 1e-9, 1e-6
# From this many columns on the network simplex is ahead of HiGHS, its start counted in.
NETWORK_COLUMNS = 50_000
# What may differ between two plans of one planner.
_TONNES = ("t_per_month", "stock_t")


class Planner:
    """One market and one objective, laid out, solved, and solved again for other tonnes."""

    def __init__(
        self, problem: MatchProblem, params: MatchParams, pairs: Pairs, *, objective: str, blend: bool,
        network_columns: int = NETWORK_COLUMNS, confidence: float | None = None,
        large_columns: int = LARGE_COLUMNS, relative_gap: float = PROVEN_GAP,
    ) -> None:
        check_objective(objective)
        check_gap(relative_gap)
        check_confidence(confidence)
        check_spreads(problem)
        self._params, self._objective, self._blend = params, objective, blend
        self._large, self._gap = large_columns, relative_gap
        allowed = allocatable(problem, pairs, blend=blend, confidence=confidence)
        self.layout = layout = lay_out(problem, allowed, confidence=confidence)
        self._value, self._carbon = value_yuan_per_t(problem, layout.pairs), carbon_kg_per_t(problem, layout.pairs)
        cost, families = self._cost(), define_families(layout, blend=blend)
        self._by_network = layout.columns >= network_columns and is_network(layout, families)
        self.program = (
            outline(cost, families) if self._by_network else assemble(cost, ceiling_of(layout), families)
        )
        self._solver: Sifter | NetworkPlan | None = None

    def plan(
        self, deadline: float = math.inf, *, started: float | None = None, distance_method: str = "given",
        near: AllocationResult | None = None,
    ) -> AllocationResult:
        """The best plan, verified; ``deadline`` in seconds of ``time.monotonic``.

        Of several best ones the one that keeps most to the routes of ``near``, a plan of the same listings.
        Raises ``AllocationFault`` should the plan not pass the verifier.
        """
        began = time.monotonic() if started is None else started
        main, second, versions = self.solve(deadline)
        if near is not None and main.status == OPTIMAL and second is None and not self._by_network:
            main = nearest(self.layout, self.program, main, _tonnes_of(self.layout.pairs, near))
        result = build_result(
            self.layout, self.program, main, second, value=self._value, carbon=self._carbon,
            objective=self._objective, blend=self._blend, distance_method=distance_method,
            seed=self._params.seed, seconds=time.monotonic() - began, solver=versions,
        )  # fmt: skip
        problem = self.layout.problem
        broken = verify_allocation(problem, result) + verify_bound(problem, result)
        if broken:
            raise AllocationFault(broken)
        return result

    def with_tonnes(self, problem: MatchProblem) -> None:
        """Go on with ``problem``, which may differ in production, stock, room and closures alone; the next plan starts
        from the last one.

        Raises ``ValueError`` where a pair that was not given could trade now, or one that was given no longer can:
        then the pairs are to be found anew.
        """
        check_only_tonnes(self.layout, problem)
        self.layout = replace(self.layout, problem=problem)
        upper = right_hand_sides(self.layout, self.program)
        ceiling = self.program.ceiling if self._by_network else ceiling_of(self.layout)
        self.program = replace(self.program, upper=upper, ceiling=ceiling)
        if isinstance(self._solver, Sifter):
            self._solver.change_upper(self.program.upper, self.program.ceiling)

    def solve(self, deadline: float = math.inf) -> tuple[Solved, Solved | None, dict[str, str]]:
        """The stages as the solver gives them, not verified, with the versions that made them."""
        if self.layout.columns > self._large and not self._by_network and self._objective != "tonnes":
            # Imported here, for it brings the compiler along.
            from matching.allocation.interior import VERSIONS, Interior

            found = Interior(self.layout, self.program, relative_gap=self._gap).maximise(deadline)
            if found is not None:
                return found, None, VERSIONS
        if not self._by_network:
            sifter = self._solver
            if not isinstance(sifter, Sifter):
                sifter = Sifter(
                    self.program, competing(self.layout), seed=self._params.seed, large_columns=self._large,
                    relative_gap=self._gap,
                )
            main, second = _solve(self.layout, sifter, self._objective, deadline, self._large)
            # The stage of the least freight leaves its cost and its row behind: nothing to go on from.
            self._solver = sifter if self._objective != "tonnes" else None
            return main, second, {"highs": sifter.version}
        # Imported here, for it brings the compiler along: a small market never pays that.
        from matching.allocation.network import VERSIONS, NetworkPlan

        if self._solver is None:
            freight = _freight(self.layout) if self._objective == "tonnes" else None
            self._solver = NetworkPlan(self.layout, freight=freight)
        return *self._solver.solve(self.program, deadline, self.layout), VERSIONS

    def _cost(self) -> np.ndarray:
        layout = self.layout
        cost = np.zeros(layout.columns)
        per_pair = {"value": self._value, "carbon": self._carbon, "tonnes": np.ones(len(layout.pairs))}
        cost[: layout.trades] = per_pair[self._objective][layout.pair]
        return cost


def _solve(
    layout: Layout, sifter: Sifter, objective: str, deadline: float, large_columns: int
) -> tuple[Solved, Solved | None]:
    """The main stage, and for ``tonnes`` the stage of the least freight."""
    if objective != "tonnes":
        preference = sifter.program.cost
        if layout.columns > large_columns:
            # Imported here, for it brings the compiler along.
            from matching.allocation.network import beyond_flow_prices

            preference = beyond_flow_prices(layout, sifter.program)
        return sifter.maximise(preference, deadline), None
    freight = -_freight(layout)
    main = sifter.maximise(freight, deadline)
    carried = main.status in (OPTIMAL, WITHIN_GAP)
    return main, _least_freight(sifter, main, freight, deadline) if carried else None


def _least_freight(sifter: Sifter, main: Solved, freight: np.ndarray, deadline: float) -> Solved:
    """Among the plans that carry as many tonnes, the one whose freight costs least."""
    slack = max(LEAST_SLACK_T, TONNES_SLACK * main.objective)
    sifter.add_floor(sifter.program.cost, main.objective - slack)
    sifter.replace_cost(freight)
    return sifter.maximise(freight, deadline)


def _tonnes_of(pairs: Pairs, plan: AllocationResult) -> np.ndarray:
    """What ``plan`` sends over each of ``pairs`` in all, ``(pairs,)``."""
    width = int(max(pairs.demand.max(initial=0), plan.demand.max(initial=0))) + 1
    keys, used = pairs.supply * width + pairs.demand, plan.supply * width + plan.demand
    at = np.searchsorted(keys, used)
    found = (at < len(keys)) & (keys[np.minimum(at, max(len(keys) - 1, 0))] == used) if len(keys) else at < 0
    return np.bincount(at[found], plan.tonnes[found], minlength=len(keys))


def _freight(layout: Layout) -> np.ndarray:
    """Yuan per tonne of each column."""
    freight = np.zeros(layout.columns)
    freight[: layout.trades] = layout.pairs.freight_yuan_per_t[layout.pair]
    return freight


def check_only_tonnes(layout: Layout, problem: MatchProblem) -> None:
    """Raise ``ValueError`` where more than tonnes differs, or where the tonnes change which pairs may trade."""
    old = layout.problem
    for part in fields(MatchProblem):
        same = getattr(old, part.name) is getattr(problem, part.name)
        if part.name not in ("supplies", "demands", "closures") and not same:
            raise ValueError(f"{part.name} differ: only tonnes may change; make a new planner")
    lots = max(float(np.max(side.min_lot_t, initial=0.0)) for side in (old.supplies, old.demands))
    for before, now in ((old.supplies, problem.supplies), (old.demands, problem.demands)):
        _check_listings(before, now, lots)


def _check_listings(before: Supplies | Demands, now: Supplies | Demands, lots: float) -> None:
    kind = type(before).__name__.lower()
    for column in fields(type(before)):
        if column.name not in _TONNES and getattr(before, column.name) is not getattr(now, column.name):
            raise ValueError(f"{kind}: {column.name} differs: only tonnes may change; make a new planner")
    changed = np.flatnonzero(before.t_per_month != now.t_per_month)
    least = np.minimum(before.t_per_month[changed], now.t_per_month[changed])
    short = changed[least < lots]
    if len(short):
        raise ValueError(
            f"{before.ids[short[0]]} went from {before.t_per_month[short[0]]:g} to {now.t_per_month[short[0]]:g} t a "
            f"month, and there are minimum lots up to {lots:g} t: which pairs may trade can change, so match again "
            "and make a new planner"
        )
