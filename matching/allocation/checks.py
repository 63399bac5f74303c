"""What may be asked of a plan; each check raises ``ValueError`` with what was found and what is possible."""

from __future__ import annotations

from matching.allocation.objectives import OBJECTIVES


def check_objective(objective: str) -> None:
    """Raise where ``objective`` is unknown."""
    if objective not in OBJECTIVES:
        raise ValueError(f"objective {objective!r} is unknown; choose one of {', '.join(OBJECTIVES)}")


def check_gap(relative_gap: float) -> None:
    """Raise where ``relative_gap`` is no share."""
    if not 0 <= relative_gap < 1:
        raise ValueError(f"gap {relative_gap} is not a share from 0 up to 1; 0.0001 is one part in ten thousand")


def check_time_limit(time_limit_s: float | None) -> None:
    """Raise where ``time_limit_s`` is negative or no number; None is no limit."""
    if time_limit_s is not None and not time_limit_s >= 0:
        raise ValueError(f"time limit {time_limit_s} s is not a number of seconds >= 0")


def check_call(objective: str, relative_gap: float, time_limit_s: float | None) -> None:
    """All of them, before the pairs are looked for, which may take minutes."""
    check_objective(objective)
    check_gap(relative_gap)
    check_time_limit(time_limit_s)
