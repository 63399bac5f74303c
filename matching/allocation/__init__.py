"""The region-wide best plan of tonnes: what goes where, in which month, and what one more tonne would be
worth.
"""

from matching.allocation.plan import allocate
from matching.allocation.result import AllocationResult, Pairs, SolveReport, UnplacedResidue

__all__ = ["AllocationResult", "Pairs", "SolveReport", "UnplacedResidue", "allocate"]
