"""Among the plans that are as good as the best one, the one that stays nearest to another plan.

Optima are seldom alone: which of them a solver comes upon is chance, and two plans that differ by chance look as if
something had changed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from matching.allocation.program import Layout, LinearProgram
from matching.allocation.sifting import PRICE_TOLERANCE, Solved

# A price below this share of the largest cost does not hold its row tight.
_PRICED = 1e-7
# What a tight row may lack, in tonnes: less than is told of.
_LOOSE_T = 1e-7


def nearest(layout: Layout, program: LinearProgram, best: Solved, target_t: np.ndarray) -> Solved:
    """``best`` with the optimum that keeps the most of ``target_t``, tonnes over the horizon of each pair ``(pairs,)``.

    By complementary slackness an optimum uses only columns without a reduced cost and fills every row that has a price;
    over those columns sum over pairs of min(tonnes, target) is made greatest.  ``best`` comes back unchanged where that
    brings nothing.  Source: Dantzig, Linear Programming and Extensions (1963), complementary slackness.
    """
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, hstack, vstack

    scale = max(1.0, float(np.abs(program.cost).max(initial=0.0)))
    reduced = program.cost - program.matrix.T @ best.prices
    free = np.flatnonzero((np.abs(reduced) <= PRICE_TOLERANCE * 100 * scale) | (best.x > _LOOSE_T))
    wanted = np.flatnonzero(target_t > 0)
    if not len(wanted) or not len(free):
        return best
    matrix = program.matrix[:, free].tocsr()
    touched = np.flatnonzero(np.diff(matrix.indptr) > 0)
    matrix, upper = matrix[touched], program.upper[touched]
    tight = np.flatnonzero(best.prices[touched] > _PRICED * scale)
    traded = free < layout.trades
    place = np.full(len(layout.pairs), -1)
    place[wanted] = np.arange(len(wanted))
    row = place[layout.pair[free[traded]]]
    column = np.flatnonzero(traded)[row >= 0]
    kept = csr_array((np.ones(len(column)), (row[row >= 0], column)), shape=(len(wanted), len(free)))
    whole = vstack([
        hstack([matrix, csr_array((len(touched), len(wanted)))]),
        hstack([-matrix[tight], csr_array((len(tight), len(wanted)))]),
        hstack([-kept, _identity(len(wanted))]),
    ])
    limits = np.concatenate([upper, _LOOSE_T - upper[tight], np.zeros(len(wanted))])
    gain = np.concatenate([np.zeros(len(free)), -np.ones(len(wanted))])
    most = np.concatenate([np.full(len(free), np.inf), target_t[wanted]])
    bounds = np.stack([np.zeros(len(most)), most], axis=1)
    found = linprog(gain, A_ub=whole.tocsc(), b_ub=limits, bounds=bounds, method="highs-ds")
    if not found.success:
        return best
    x = np.zeros(len(best.x))
    x[free] = np.maximum(found.x[: len(free)], 0.0)
    return replace(best, x=x, objective=float(program.cost @ x))


def _identity(size: int) -> object:
    from scipy.sparse import eye_array

    return eye_array(size, format="csr")
