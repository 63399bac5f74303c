"""The HiGHS backend: a linear program that grows by columns and rows and is solved again from where it
stood.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from matching.allocation.program import LinearProgram
from matching.allocation.result import FAILED, INFEASIBLE, OPTIMAL, TIME_LIMIT, UNBOUNDED

_OUT_OF_TIME = "the time limit was reached before the plan was proven best"
# HiGHS numbers its simplex methods.
_DUAL_SIMPLEX, _PRIMAL_SIMPLEX = 1, 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run: ``x`` of the active columns (None where no feasible point is known), prices >= 0 of the
    rows.
    """

    status: str
    reason: str
    x: np.ndarray | None
    prices: np.ndarray
    iterations: int


class Highs:
    """A HiGHS model over a subset of the columns of a program; deterministic: one thread, fixed seed."""

    def __init__(self, program: LinearProgram, *, seed: int) -> None:
        import highspy

        self._highspy = highspy
        self._model = highspy.Highs()
        self.version = self._model.version()
        self._rows = len(program.upper)
        options = {"output_flag": False, "threads": 1, "parallel": "off", "random_seed": seed}
        for name, value in options.items():
            self._set(name, value)
        empty = np.zeros(0)
        none = np.zeros(0, dtype=np.int32)
        self._check(
            self._model.addRows(
                self._rows, np.full(self._rows, -np.inf), program.upper, 0,
                np.zeros(self._rows, dtype=np.int32), none, empty,
            ),
            "rows",
        )

    def add_columns(self, program: LinearProgram, columns: np.ndarray, cost: np.ndarray) -> None:
        """Append ``columns`` (indexes into ``program``); HiGHS minimises, so the costs go in negated."""
        part = program.matrix[:, columns]
        count = len(columns)
        self._check(
            self._model.addCols(
                count, -cost[columns], np.zeros(count), np.full(count, np.inf), part.nnz,
                part.indptr[:-1].astype(np.int32), part.indices.astype(np.int32), part.data,
            ),
            "columns",
        )

    def add_row(self, columns: np.ndarray, values: np.ndarray, upper: float) -> None:
        """Append the row ``values . x[columns] <= upper`` over positions of active columns."""
        self._check(
            self._model.addRow(-np.inf, upper, len(columns), columns.astype(np.int32), values), "row"
        )
        self._rows += 1

    def set_upper(self, upper: np.ndarray) -> None:
        """Replace the right-hand sides of all rows."""
        at = np.arange(len(upper), dtype=np.int32)
        self._check(self._model.changeRowsBounds(len(upper), at, np.full(len(upper), -np.inf), upper), "row bounds")

    def set_costs(self, cost: np.ndarray) -> None:
        """Replace the costs of all active columns, in the order they were added."""
        at = np.arange(len(cost), dtype=np.int32)
        self._check(self._model.changeColsCost(len(cost), at, -cost), "costs")

    def solve(self, seconds: float, *, method: str) -> Outcome:
        """Solve for at most ``seconds`` (infinite: no limit).

        ``method`` ``dual`` or ``primal`` is that simplex, from the present basis; ``interior`` is the
        interior point with crossover, from scratch, which is quicker where the basis would have a long way
        to go; ``central`` is the same without crossover, for programs where that takes longer than all else.
        """
        inside = method in ("interior", "central")
        if inside:
            self._check(self._model.clearSolver(), "restart")
        self._set("solver", "ipm" if inside else "simplex")
        self._set("run_crossover", "off" if method == "central" else "on")
        self._set("simplex_strategy", _PRIMAL_SIMPLEX if method == "primal" else _DUAL_SIMPLEX)
        limit = math.inf if math.isinf(seconds) else self._model.getRunTime() + max(seconds, 0.0)
        self._set("time_limit", limit)
        self._model.run()
        status, reason = self._status()
        if self._strays():
            # Optimal in the scaled program and a little outside in the true one: from scratch it ends inside.
            self._check(self._model.clearSolver(), "restart")
            self._model.run()
            status, reason = self._status()
            if self._strays():
                status, reason = FAILED, "the solver could not keep the limits to its tolerance"
        info, solution = self._model.getInfo(), self._model.getSolution()
        feasible = info.primal_solution_status == self._highspy.SolutionStatus.kSolutionStatusFeasible
        prices = -np.asarray(solution.row_dual) if solution.dual_valid else np.zeros(self._rows)
        x = np.asarray(solution.col_value) if feasible else None
        counts = (info.simplex_iteration_count, info.ipm_iteration_count, info.crossover_iteration_count)
        return Outcome(status, reason, x, np.maximum(prices, 0.0), sum(max(count, 0) for count in counts))

    def _strays(self) -> bool:
        """Whether what is called optimal does not keep the limits."""
        if self._model.getModelStatus() != self._highspy.HighsModelStatus.kOptimal:
            return False
        found = self._model.getInfo().primal_solution_status
        return found != self._highspy.SolutionStatus.kSolutionStatusFeasible

    def not_run(self) -> Outcome:
        """The outcome of a run that no time was left for."""
        return Outcome(TIME_LIMIT, _OUT_OF_TIME, None, np.zeros(self._rows), 0)

    def _status(self) -> tuple[str, str]:
        found = self._model.getModelStatus()
        names = self._highspy.HighsModelStatus
        known = {
            names.kOptimal: (OPTIMAL, "the plan is proven to be the best one"),
            names.kModelEmpty: (OPTIMAL, "no pair may trade, so the empty plan is the best one"),
            names.kTimeLimit: (TIME_LIMIT, _OUT_OF_TIME),
            names.kInfeasible: (INFEASIBLE, "no plan keeps all the limits"),
            names.kUnbounded: (UNBOUNDED, "the objective grows without limit: a capacity is missing"),
            names.kUnboundedOrInfeasible: (
                INFEASIBLE, "either no plan keeps all the limits, or the objective grows without limit"
            ),
        }
        text = self._model.modelStatusToString(found)
        return known.get(found, (FAILED, f"the solver stopped without an answer: {text}"))

    def _set(self, option: str, value: object) -> None:
        self._check(self._model.setOptionValue(option, value), f"option {option}")

    def _check(self, status: object, what: str) -> None:
        # A warning is let pass: HiGHS warns of harmless things such as a tiny matrix entry it drops.
        if status == self._highspy.HighsStatus.kError:
            raise RuntimeError(f"HiGHS refused the {what} of the allocation")
