"""Siting: which candidate plants to open, why, and where unplaced tonnes concentrate."""

from matching.siting.conflicts import RequirementsConflict
from matching.siting.extending import with_candidates
from matching.siting.faults import SitingFault, SitingInputError
from matching.siting.placing import NotFoundInTime, place_facilities
from matching.siting.problem import (
    AtLeast,
    Candidate,
    CandidateAccept,
    CandidateResidue,
    CandidateSpec,
    SitingProblem,
)
from matching.siting.result import Decision, ForcedOpen, Missed, SitingResult, Taken
from matching.siting.screening import Cell, screening
from matching.siting.verify import verify_siting

__all__ = [
    "AtLeast",
    "Candidate",
    "CandidateAccept",
    "CandidateResidue",
    "CandidateSpec",
    "Cell",
    "Decision",
    "ForcedOpen",
    "Missed",
    "NotFoundInTime",
    "RequirementsConflict",
    "SitingFault",
    "SitingInputError",
    "SitingProblem",
    "SitingResult",
    "Taken",
    "place_facilities",
    "screening",
    "verify_siting",
    "with_candidates",
]
