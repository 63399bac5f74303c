"""What changes would do to the region's best plan: what-ifs, single failures, and readable prices."""

from matching.whatif.changes import (
    Change,
    DisposalFee,
    FreightTimes,
    NewLimit,
    NewPlant,
    RailLine,
    Stop,
    Subsidy,
)
from matching.whatif.difference import Difference, difference_of
from matching.whatif.faults import Fault, ImpossibleChange, check_changes
from matching.whatif.outcome import Outcome, outcome_of
from matching.whatif.prices import PlacePrice, place_prices, worth_nothing_anywhere
from matching.whatif.resilience import Failure, single_failures
from matching.whatif.study import Answer, Study

__all__ = [
    "Answer",
    "Change",
    "Difference",
    "DisposalFee",
    "Failure",
    "Fault",
    "FreightTimes",
    "ImpossibleChange",
    "NewLimit",
    "NewPlant",
    "Outcome",
    "PlacePrice",
    "RailLine",
    "Stop",
    "Study",
    "Subsidy",
    "check_changes",
    "difference_of",
    "outcome_of",
    "place_prices",
    "single_failures",
    "worth_nothing_anywhere",
]
