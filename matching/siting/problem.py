"""The input of `place_facilities`: candidate plants, and what is asked of the choice among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from matching.problem import MatchProblem

# Farther than this from every listing a place is taken for a slip of the pen, not for a place to build.
VOID_KM = 300.0


class CandidateAccept(NamedTuple):
    """A waste type a candidate takes; ``max_share`` (0-1) of a month's intake, None: 1."""

    waste_type: str
    max_share: float | None = None


class CandidateSpec(NamedTuple):
    """An acceptance spec: ``waste_type`` None binds all; limits inclusive, None: none; ``basis`` each or blend."""

    waste_type: str | None
    property: str
    minimum: float | None
    maximum: float | None
    basis: str = "each"


class CandidateResidue(NamedTuple):
    """Residue in tonnes per tonne taken in."""

    waste_type: str
    yield_t_per_t: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plant that could be built at a place: a demand that exists only where it is opened.

    ``open_cost_yuan`` is what being open costs over the whole horizon (annualised capital and fixed cost), on top
    of ``bid_yuan_per_t`` paid per tonne taken.  ``t_per_month`` is its room in every month of the horizon.  Plain
    tuples do for ``accepts``, ``specs`` and ``residues``; nothing is checked before it meets a market.
    """

    id: str
    name: str
    use: str
    lat: float
    lon: float
    t_per_month: float
    open_cost_yuan: float
    accepts: tuple[CandidateAccept, ...]
    specs: tuple[CandidateSpec, ...] = ()
    bid_yuan_per_t: float = 0.0
    max_distance_km: float = float("inf")
    residues: tuple[CandidateResidue, ...] = ()
    min_lot_t: float = 0.0
    park: str = ""
    licences: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        rows = (("accepts", CandidateAccept), ("specs", CandidateSpec), ("residues", CandidateResidue))
        for name, kind in rows:
            object.__setattr__(self, name, tuple(kind(*row) for row in getattr(self, name)))


class AtLeast(NamedTuple):
    """At least ``tonnes`` of ``waste_type`` must find a taker over the horizon, at whatever demand."""

    waste_type: str
    tonnes: float


@dataclass(frozen=True, slots=True)
class SitingProblem:
    """Which of ``candidates`` to open in the market ``problem``.

    ``budget_yuan`` bounds the opening costs together, ``most_open`` the number opened (None: no bound);
    ``at_least`` and ``must_open`` (ids) are requirements every answer keeps.  A candidate farther than ``void_km``
    (great circle) from every listing lies outside the region.  Raises ``SitingInputError`` with every fault.
    """

    problem: MatchProblem
    candidates: tuple[Candidate, ...]
    budget_yuan: float | None = None
    most_open: int | None = None
    at_least: tuple[AtLeast, ...] = ()
    must_open: tuple[str, ...] = ()
    void_km: float = VOID_KM

    def __post_init__(self) -> None:
        # Imported here: the checks name this module's types.
        from matching.siting.faults import SitingInputError, candidate_faults, request_faults

        object.__setattr__(self, "candidates", tuple(sorted(self.candidates, key=lambda one: one.id)))
        object.__setattr__(self, "at_least", tuple(AtLeast(*row) for row in self.at_least))
        object.__setattr__(self, "must_open", tuple(self.must_open))
        faults = candidate_faults(self.problem, self.candidates, void_km=self.void_km) + request_faults(self)
        if faults:
            raise SitingInputError(faults)
