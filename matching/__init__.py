"""The engine of the market: matching, allocation, symbiosis.

Four nouns, :class:`MatchProblem`, :class:`MatchParams`, :class:`Match` and :class:`MatchResult`, and one verb
for each job.  What is slow to import is imported when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matching.allocation import allocate as allocate
    from matching.explaining import explain as explain
    from matching.explaining import near_misses as near_misses
    from matching.explaining import partners as partners
    from matching.params import MatchParams as MatchParams
    from matching.problem import MatchProblem as MatchProblem
    from matching.ranking import match as match
    from matching.result import Match as Match
    from matching.result import MatchResult as MatchResult
    from matching.siting import place_facilities as place_facilities
    from matching.symbiosis import trace_chains as trace_chains

_HOMES = {
    "Match": "matching.result",
    "MatchParams": "matching.params",
    "MatchProblem": "matching.problem",
    "MatchResult": "matching.result",
    "allocate": "matching.allocation",
    "explain": "matching.explaining",
    "match": "matching.ranking",
    "near_misses": "matching.explaining",
    "partners": "matching.explaining",
    "place_facilities": "matching.siting",
    "trace_chains": "matching.symbiosis",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'matching' has no attribute {name!r}")
