"""A plan from within the limits, tidied: traces go, and what their going upsets is set right."""

from __future__ import annotations

import numpy as np

# Rows may be exceeded by this share of what fills them and of their right-hand side, a tenth of what is checked; and by
# this much absolutely.
_SHARE, _LEAST = 1e-7, 1e-9
# After so many passes what still exceeds a row goes altogether where it is less than this (t): a mix that traces made.
_GENTLE, _SMALL_T = 40, 1.0


def tidied(matrix, upper: np.ndarray, x: np.ndarray, keep: np.ndarray) -> np.ndarray | None:
    """``x`` where ``keep``, else 0, within ``matrix x <= upper`` (>= 0); None where that takes more than a little.

    Where a row is exceeded, what fills it shrinks in proportion; in a mix that is what makes it bad.
    """
    used = np.flatnonzero(keep)
    part, tonnes = matrix[:, used], x[used]
    fills = part.maximum(0.0)
    fills.eliminate_zeros()
    row, column = fills.indices, np.repeat(np.arange(len(used)), np.diff(fills.indptr))
    passes = 0
    while True:
        over, filled = part @ tonnes - upper, fills @ tonnes
        beyond = over > _LEAST + _SHARE * np.maximum(filled, upper)
        if not beyond.any():
            break
        # A hair more than needed, or the passes would close in on the limit for ever.
        factor = np.where(beyond, 1.0 - 1.001 * over / np.maximum(filled, _LEAST), 1.0)
        if passes >= _GENTLE:
            if (filled[beyond] > _SMALL_T).any():
                return None
            factor[beyond] = 0.0
        at = np.flatnonzero(beyond[row])
        np.minimum.at(shrink := np.ones(len(used)), column[at], np.maximum(factor, 0.0)[row[at]])
        tonnes = tonnes * shrink
        passes += 1
    whole = np.zeros(len(x))
    whole[used] = tonnes
    return whole
