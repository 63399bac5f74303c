"""The HiGHS backend of whole choices: a program with columns that are 0 or 1, solved by branch and bound."""

from __future__ import annotations

import math
import time

import numpy as np

from matching.allocation.program import LinearProgram
from matching.allocation.result import FAILED, OPTIMAL, TIME_LIMIT

# The whole numbers of the solver may be off by this; lots are tonnes, so the tonnes are off by this share.
WHOLE = 1e-9
OPTIONS = {"output_flag": False, "threads": 1, "parallel": "off", "mip_feasibility_tolerance": WHOLE}


def version() -> str:
    """The solver's version."""
    import highspy

    return str(highspy.Highs().version())


class MixedHighs:
    """One HiGHS model that minimises the negated cost of a program; deterministic: one thread, fixed seed."""

    def __init__(self, program: LinearProgram, cost: np.ndarray, ceiling: np.ndarray, seed: int) -> None:
        import highspy

        self._highspy, self._model = highspy, highspy.Highs()
        for name, value in (OPTIONS | {"random_seed": seed}).items():
            self._model.setOptionValue(name, value)
        rows, columns = program.matrix.shape  # type: ignore[attr-defined]
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = columns, rows
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = -cost, np.zeros(columns), ceiling
        lp.row_lower_, lp.row_upper_ = np.full(rows, -np.inf), program.upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = program.matrix.indptr, program.matrix.indices  # type: ignore[attr-defined]
        lp.a_matrix_.value_ = program.matrix.data  # type: ignore[attr-defined]
        self._model.passModel(lp)
        self.x: np.ndarray | None = None
        self.bound, self.nodes = math.inf, 0
        self.status, self.words = FAILED, "not run"

    def binaries(self, count: int) -> int:
        """Add ``count`` columns that are 0 or 1; the position of the first."""
        first = self._model.getNumCol()
        none = np.zeros(0, np.int32)
        self._model.addCols(
            count, np.zeros(count), np.zeros(count), np.ones(count), 0, np.zeros(count, np.int32), none, np.zeros(0)
        )
        at = np.arange(first, first + count, dtype=np.int32)
        self._model.changeColsIntegrality(count, at, np.array([self._highspy.HighsVarType.kInteger] * count))
        return int(first)

    def row(self, at: np.ndarray, values: np.ndarray, *, lower: float = -np.inf, upper: float = np.inf) -> None:
        """Add ``lower <= values . x[at] <= upper``."""
        self._model.addRow(lower, upper, len(at), np.asarray(at, np.int32), np.asarray(values, float))

    def run(self, deadline: float, *, gap: float | None = None, hint: np.ndarray | None = None) -> None:
        """Solve; ``x`` is the best point found, ``bound`` no plan exceeds, ``nodes`` of branch and bound.

        ``gap`` is counted as plans count it, as a share of the bound.  ``status`` is ``optimal`` (to the gap),
        ``time_limit`` or ``failed``, with the solver's own ``words``.
        """
        left = deadline - time.monotonic()
        if not math.isinf(left):
            self._model.setOptionValue("time_limit", max(left, 0.0))
        if gap is not None:
            # HiGHS counts the share of the objective, which is the larger number where both are negative.
            self._model.setOptionValue("mip_rel_gap", gap / (1.0 + gap))
            solution = self._highspy.HighsSolution()
            solution.col_value = hint.tolist()  # type: ignore[union-attr]
            self._model.setSolution(solution)
        self._model.run()
        info, ended = self._model.getInfo(), self._model.getModelStatus()
        names = self._highspy.HighsModelStatus
        known = {names.kOptimal: OPTIMAL, names.kModelEmpty: OPTIMAL, names.kTimeLimit: TIME_LIMIT}
        self.status, self.words = known.get(ended, FAILED), self._model.modelStatusToString(ended).lower()
        if info.primal_solution_status == self._highspy.SolutionStatus.kSolutionStatusFeasible:
            self.x = np.maximum(np.asarray(self._model.getSolution().col_value), 0.0)
        if gap is not None:
            self.bound, self.nodes = -info.mip_dual_bound, int(info.mip_node_count)
