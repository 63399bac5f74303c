"""The HiGHS backend of siting: one linear program whose bounds, costs and rows change between runs.

Beside `matching/allocation/highs.py`, which grows by columns and gives bounds by weak duality: here all columns are
there from the start, columns are held between bounds, and rows may be lifted.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np

# Up to this many columns the simplex is quick from scratch; beyond, many equal arcs can hold it up for minutes.
_SIMPLEX_COLUMNS = 2_000
FOUND, IMPOSSIBLE, OUT_OF_TIME, NO_ANSWER = "found", "impossible", "out_of_time", "no_answer"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run: ``x`` a best point and its ``objective`` where ``status`` is FOUND, prices (>= 0) of the rows."""

    status: str
    x: np.ndarray
    objective: float
    prices: np.ndarray


class LinearModel:
    """Maximise ``cost . x`` subject to ``matrix x <= upper``, ``0 <= x <= ceiling``; ``matrix`` in scipy's CSC.

    Deterministic: one thread, fixed seed.
    """

    def __init__(
        self, cost: np.ndarray, matrix: object, upper: np.ndarray, ceiling: np.ndarray, *, seed: int
    ) -> None:
        import highspy

        self._highspy, self._model = highspy, highspy.Highs()
        self.version = self._model.version()
        options = {"output_flag": False, "threads": 1, "parallel": "off", "random_seed": seed}
        for name, value in options.items():
            self._model.setOptionValue(name, value)
        rows, columns = matrix.shape  # type: ignore[attr-defined]
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = columns, rows
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = -cost, np.zeros(columns), ceiling
        lp.row_lower_, lp.row_upper_ = np.full(rows, -np.inf), upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.indptr, matrix.indices  # type: ignore[attr-defined]
        lp.a_matrix_.value_ = matrix.data  # type: ignore[attr-defined]
        self._model.passModel(lp)
        self._cold = True

    def set_cost(self, cost: np.ndarray) -> None:
        """Maximise another cost."""
        at = np.arange(len(cost), dtype=np.int32)
        self._model.changeColsCost(len(cost), at, -cost)

    def bound_columns(self, columns: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
        """Put other bounds on ``columns``."""
        at = np.asarray(columns, np.int32)
        self._model.changeColsBounds(len(at), at, np.asarray(lower, float), np.asarray(upper, float))

    def bound_rows(self, rows: np.ndarray, upper: np.ndarray) -> None:
        """Put other right-hand sides on ``rows``; infinity lifts one."""
        at = np.asarray(rows, np.int32)
        self._model.changeRowsBounds(len(at), at, np.full(len(at), -np.inf), np.asarray(upper, float))

    def add_rows(self, matrix: object, upper: np.ndarray) -> int:
        """Append rows ``matrix x <= upper``, ``matrix`` in scipy's CSR; the position of the first."""
        first = int(self._model.getNumRow())
        self._model.addRows(
            len(upper), np.full(len(upper), -np.inf), upper, matrix.nnz,  # type: ignore[attr-defined]
            matrix.indptr[:-1].astype(np.int32), matrix.indices.astype(np.int32), matrix.data,  # type: ignore[attr-defined]
        )
        return first

    def solve(self, deadline: float = math.inf) -> Outcome:
        """Solve from where the last run stood, until ``deadline`` (``time.monotonic`` seconds)."""
        nothing = np.zeros(0)
        left = deadline - time.monotonic()
        if left <= 0:
            return Outcome(OUT_OF_TIME, nothing, -math.inf, nothing)
        interior = self._cold and self._model.getNumCol() > _SIMPLEX_COLUMNS
        self._model.setOptionValue("solver", "ipm" if interior else "choose")
        self._model.setOptionValue("time_limit", math.inf if math.isinf(left) else self._model.getRunTime() + left)
        self._model.run()
        status = self._status()
        if status != FOUND:
            return Outcome(status, nothing, -math.inf, nothing)
        self._cold = False
        solution = self._model.getSolution()
        x = np.maximum(np.asarray(solution.col_value), 0.0)
        return Outcome(
            status, x, -self._model.getInfo().objective_function_value, np.maximum(-np.asarray(solution.row_dual), 0.0)
        )

    def _status(self) -> str:
        found, names = self._model.getModelStatus(), self._highspy.HighsModelStatus
        # Every column is bounded by a row or a bound, so "unbounded or infeasible" is the latter.
        return {
            names.kOptimal: FOUND, names.kModelEmpty: FOUND, names.kInfeasible: IMPOSSIBLE,
            names.kUnboundedOrInfeasible: IMPOSSIBLE, names.kTimeLimit: OUT_OF_TIME,
        }.get(found, NO_ANSWER)  # fmt: skip
