"""The region-wide best plan: what goes where, in which month, and what one more tonne would be worth."""

from matching.allocation.plan import allocate
from matching.allocation.result import AllocationResult, Pairs, SolveReport, UnplacedResidue
from matching.allocation.verify import AllocationFault, Violation, verify_allocation
from matching.allocation.verify_bound import verify_bound

__all__ = [
    "AllocationFault",
    "AllocationResult",
    "Pairs",
    "SolveReport",
    "UnplacedResidue",
    "Violation",
    "allocate",
    "verify_allocation",
    "verify_bound",
]
