"""May this contract be confirmed, declined, ended: pure functions with reasons."""

from __future__ import annotations

from marketplace.errors import Refusal
from models.contracts import Contract, ContractStatus, Side

# The one table of moves: from which status a contract may go to which.
MOVES: dict[ContractStatus, frozenset[ContractStatus]] = {
    ContractStatus.PROPOSED: frozenset({ContractStatus.ACTIVE, ContractStatus.DECLINED}),
    ContractStatus.ACTIVE: frozenset({ContractStatus.COMPLETED, ContractStatus.ENDED}),
    ContractStatus.COMPLETED: frozenset(),
    ContractStatus.ENDED: frozenset(),
    ContractStatus.DECLINED: frozenset(),
}


def may_confirm(contract: Contract, side: Side, *, version: int, amendment_waits: bool) -> list[Refusal]:
    """Why ``side`` cannot confirm now; what is confirmed is what was seen."""
    if contract.status != ContractStatus.PROPOSED:
        return [Refusal("contract:not_proposed")]
    reasons = []
    if contract.version != version:
        reasons.append(Refusal("contract:changed"))
    if confirmed(contract, side):
        reasons.append(Refusal("contract:already_confirmed"))
    if amendment_waits:
        reasons.append(Refusal("contract:amendment_waits"))
    return reasons


def may_move(contract: Contract, to: ContractStatus) -> list[Refusal]:
    """Why the contract cannot become ``to`` from what it is."""
    return [] if to in MOVES[ContractStatus(contract.status)] else [Refusal(f"contract:cannot_become:{to.value}")]


def needs_reason(reason: str) -> list[Refusal]:
    """Declining and ending say why: the other side and the ledger are owed it."""
    return [] if reason.strip() else [Refusal("contract:reason_missing", field="reason")]


def confirmed(contract: Contract, side: Side) -> bool:
    """Whether ``side`` has confirmed."""
    at = contract.producer_confirmed_at if side == Side.PRODUCER else contract.taker_confirmed_at
    return at is not None
