"""What may be asked of the market, and by whom: pure functions with their reasons."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from marketplace.errors import Refusal

if TYPE_CHECKING:
    from matching.whatif import Fault

MOST_CHANGES = 20
MOST_COMPARED = 4
# A change is of the market as a whole or of one place; these name an enterprise or a demand.
NAMING = {"stop": "enterprise", "new_limit": "demand"}


def may_wait(*, large: bool) -> list[Refusal]:
    """A plan of a large market takes minutes: the command line has them, a page has not."""
    return [Refusal("what_if:market_large")] if large else []


def may_add(changes: Sequence[dict[str, Any]]) -> list[Refusal]:
    """A what-if that nobody can read any more is no use."""
    return [] if len(changes) < MOST_CHANGES else [Refusal("what_if:too_many", {"most": MOST_CHANGES})]


def within_reach(change: dict[str, Any], mine: Collection[str] | None) -> list[Refusal]:
    """``mine`` are the enterprises and demands a committee answers for (None: all).

    What stops when another park's plant stands still would tell that plant's tonnes.
    """
    named = change.get(NAMING.get(str(change.get("kind")), ""), "")
    if mine is None or not named or named in mine:
        return []
    return [Refusal("what_if:not_yours", {}, NAMING[str(change["kind"])])]


def reasons_of(faults: Sequence[Fault]) -> list[Refusal]:
    """The engine's faults as refusals, each with the field it belongs to."""
    return [Refusal(f"what_if:{fault.code}", dict(fault.values), fault.field) for fault in faults]
