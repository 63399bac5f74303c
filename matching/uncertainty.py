"""How sure it is that a lot, or a mix of lots, keeps its limits when its assays have a spread.

Model: the value of a property in one lot (one supply's consignments of one month) is normal about its assay, with
the assay's ``sd``; lots are independent of each other.  A spread that is not known is not taken for a guarantee:
the value is then taken as stated, the probability is None, and whoever shows it says so.  Sources: JCGM 100:2008
(GUM), 5.1.2, for spreads that follow from others; Charnes & Cooper, "Chance-constrained programming", Management
Science 6 (1959), for limits that must hold with a probability.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from matching.problem import MatchProblem


def check_confidence(confidence: float | None) -> None:
    """Raise ``ValueError`` for a confidence outside [0.5, 1).

    Below one half a limit would be eased, not tightened; at 1 a normal value can promise nothing.
    """
    if confidence is not None and not 0.5 <= confidence < 1.0:
        raise ValueError(
            f"confidence {confidence!r} is not a probability from 0.5 to below 1; 95 % sure is written 0.95"
        )


def check_spreads(problem: MatchProblem) -> None:
    """Raise ``ValueError`` for the first negative or infinite spread, naming supply and property."""
    spread = problem.supplies.property_sd
    wrong = np.argwhere((spread < 0) | np.isinf(spread))
    if len(wrong):
        supply, key = wrong[0].tolist()
        raise ValueError(
            f"{problem.supplies.ids[supply]}: the spread of {problem.properties[key]} is {spread[supply, key]:g}; "
            "expected 0 or more, or nothing where it is not known"
        )


def lot_probability(value: float, sd: float, low: float, high: float) -> float | None:
    """The probability that one lot lies within ``low``..``high`` (infinite: no limit on that side).

    None where value or spread is NaN: what is not known is not given a probability.
    """
    if math.isnan(value) or math.isnan(sd):
        return None
    if sd == 0:
        return 1.0 if low <= value <= high else 0.0
    return _below((high - value) / sd) - _below((low - value) / sd)


def _below(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def within(value: np.ndarray, sd: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """As :func:`lot_probability` for arrays of one shape, but a spread that is NaN counts as 0: the value as stated.

    NaN where the value is NaN.
    """
    # Imported here: scipy costs a web process its start, and single pairs do without.
    from scipy.special import ndtr

    inside = ((value >= low) & (value <= high)).astype(float)
    spread = np.where(sd > 0, sd, 1.0)
    found = np.where(sd > 0, ndtr((high - value) / spread) - ndtr((low - value) / spread), inside)
    return np.where(np.isnan(value), np.nan, found)


def all_met(probabilities: Sequence[float]) -> tuple[float, float]:
    """The probability that several limits hold together: (if they are independent, at least).

    The second is the lower bound of Fréchet, 1 - sum of (1 - p), which holds however they hang together.
    """
    return math.prod(probabilities), max(0.0, 1.0 - sum(1.0 - p for p in probabilities))


def deviations(confidence: float, *, sides: int) -> float:
    """How many spreads a mean must keep from its limit; with two limits each gets half of what may go wrong."""
    return NormalDist().inv_cdf(1.0 - (1.0 - confidence) / sides)


def percent(probability: float) -> str:
    """``probability`` in percent, rounded down, so that nothing is ever called surer than it is."""
    if probability > 0.9995:
        return "> 99.9"
    if probability < 0.0005:
        return "< 0.1"
    digits = 0 if 0.01 <= probability < 0.99 else 1
    # The tiny addition keeps 0.84 from being read as 83.99999 %.
    step = 10**digits
    return f"{math.floor(probability * 100 * step + 1e-9) / step:.{digits}f}"
