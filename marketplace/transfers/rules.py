"""May this consignment be planned, weighed, accepted, disputed: pure functions with reasons."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from marketplace.errors import Refusal
from marketplace.transfers.readings import Reading, is_plate
from models.base import round_tonnes
from models.contracts import Contract, ContractStatus, Side
from models.transfers import Dispute, Gate, Transfer, TransferStatus, Weighing

ZERO = Decimal(0)
# Clocks of weighbridges run ahead a little.
CLOCK_SKEW = dt.timedelta(minutes=10)
S = TransferStatus
# The one table of moves: from which status a consignment may go to which.
MOVES: dict[TransferStatus, frozenset[TransferStatus]] = {
    S.PLANNED: frozenset({S.LOADED, S.CANCELLED}),
    S.LOADED: frozenset({S.RECEIVED, S.DISPUTED}),
    S.RECEIVED: frozenset({S.ACCEPTED, S.DISPUTED, S.REJECTED}),
    # A corrected slip may end a dispute over the weight.
    S.DISPUTED: frozenset({S.ACCEPTED, S.REJECTED, S.RECEIVED}),
    S.ACCEPTED: frozenset(),
    S.REJECTED: frozenset(),
    S.CANCELLED: frozenset(),
}
# The status that a weighing at a gate leads to, and the side whose gate it is.
AFTER = {Gate.OUT: S.LOADED, Gate.IN: S.RECEIVED}
KEEPER = {Gate.OUT: Side.PRODUCER, Gate.IN: Side.TAKER}
# A slip may be corrected until both sides count the consignment.
CORRECTABLE = {Gate.OUT: frozenset({S.LOADED, S.RECEIVED, S.DISPUTED}), Gate.IN: frozenset({S.RECEIVED, S.DISPUTED})}


@dataclass(frozen=True, slots=True)
class MonthLeft:
    """A month of a contract in tonnes: agreed, still to be sent, promised in all; ``tolerance`` is a share.

    ``waiting`` is planned in other consignments that have not left yet.
    """

    planned: Decimal
    contracted: Decimal
    promised: Decimal
    tolerance: Decimal
    waiting: Decimal = ZERO

    @property
    def beyond(self) -> Decimal:
        """How many tonnes above what is contracted may still be sent under the contract's tolerance."""
        taken = max(ZERO, self.promised - self.planned)
        return max(ZERO, round_tonnes(self.tolerance * self.planned) - taken)

    @property
    def most(self) -> Decimal:
        """The most one consignment may weigh now."""
        return self.contracted + self.beyond


def may_move(transfer: Transfer, to: TransferStatus) -> list[Refusal]:
    """Why the consignment cannot become ``to`` from what it is."""
    return [] if to in MOVES[S(transfer.status)] else [Refusal(f"transfer:cannot_become:{to.value}")]


def contract_open(contract: Contract) -> list[Refusal]:
    """Nothing leaves under a contract that is not in force."""
    return [] if contract.status == ContractStatus.ACTIVE else [Refusal("transfer:contract_not_active")]


def month_within(contract: Contract, month: str) -> list[Refusal]:
    """The month must be one for which tonnes were agreed."""
    if any(row.month == month and row.planned_t > 0 for row in contract.months):
        return []
    values = {"first": contract.start_month, "last": contract.end_month}
    return [Refusal("transfer:month_outside", values, "month")]


def plan_possible(left: MonthLeft, tonnes: Decimal) -> list[Refusal]:
    """What is planned must not exceed what remains of the month, tolerance included, beside what waits already."""
    remains = max(ZERO, left.most - left.waiting)
    if tonnes <= remains:
        return []
    return [Refusal("transfer:more_than_remains", {"tonnes": tonnes, "remains": remains}, "planned_t")]


def load_possible(left: MonthLeft, tonnes: Decimal, room: Decimal) -> list[Refusal]:
    """What leaves must be contracted, or lie within the tolerance and within ``room``, what both listings have free."""
    excess = tonnes - left.contracted
    if excess <= 0 or (excess <= left.beyond and excess <= room):
        return []
    remains = left.contracted + min(left.beyond, max(room, ZERO))
    return [Refusal("transfer:more_than_remains", {"tonnes": tonnes, "remains": remains}, "gross")]


def manifest_possible(number: str | None, *, hazardous: bool, vehicle: str, year: int) -> list[Refusal]:
    """A hazardous consignment carries its manifest's number (year, province, city, serial) and names its vehicle."""
    if not hazardous:
        return [Refusal("transfer:manifest_not_needed", field="manifest_no")] if number else []
    reasons = [] if vehicle else [Refusal("transfer:vehicle_missing", field="vehicle")]
    if not number:
        return [*reasons, Refusal("transfer:manifest_missing", field="manifest_no")]
    if not re.fullmatch(r"[0-9]{14}", number):
        return [*reasons, Refusal("transfer:manifest_digits", {"found": number[:40]}, "manifest_no")]
    if abs(int(number[:4]) - year) > 1:
        reasons.append(Refusal("transfer:manifest_year", {"found": number[:4], "year": str(year)}, "manifest_no"))
    return reasons


def own_gate(gate: Gate, side: Side) -> list[Refusal]:
    """Each side weighs at its own gate only."""
    return [] if KEEPER[gate] == side else [Refusal(f"transfer:not_your_gate:{gate.value}", field="gate")]


def reading_possible(
    reading: Reading, *, now: dt.datetime, before: Weighing | None, after: Weighing | None = None
) -> list[Refusal]:
    """The figures of one slip by themselves; ``before`` is the weighing at the first gate where this is the second,
    ``after`` the one at the second gate where the first is corrected.
    """
    reasons = []
    if reading.gross_t <= reading.tare_t:
        values = {"gross": reading.gross_t, "tare": reading.tare_t}
        reasons.append(Refusal("weighing:below_tare", values, "gross"))
    if reading.weighed_at > now + CLOCK_SKEW:
        reasons.append(Refusal("weighing:future", field="weighed_at"))
    if before is not None and reading.weighed_at < before.weighed_at.replace(second=0, microsecond=0):
        reasons.append(Refusal("weighing:before_out", field="weighed_at"))
    if after is not None and reading.weighed_at.replace(second=0, microsecond=0) > after.weighed_at:
        reasons.append(Refusal("weighing:before_out", field="weighed_at"))
    other = before or after
    if other is not None and other.vehicle and reading.vehicle and reading.vehicle != other.vehicle:
        values = {"left": other.vehicle, "found": reading.vehicle}
        reasons.append(Refusal("weighing:other_vehicle", values, "vehicle"))
    return reasons


def same_slip(weighing: Weighing, transfer: Transfer, reading: Reading) -> bool:
    """Whether ``reading`` says again what ``weighing`` keeps; times are compared to the minute, as slips print them."""
    def minute(at: dt.datetime) -> dt.datetime:
        return at.astimezone(dt.UTC).replace(second=0, microsecond=0)

    return (
        weighing.transfer_id == transfer.id and weighing.gate == reading.gate
        and (weighing.gross_t, weighing.tare_t) == (reading.gross_t, reading.tare_t)
        and minute(weighing.weighed_at) == minute(reading.weighed_at)
        and reading.vehicle in ("", weighing.vehicle)
    )


def within_tolerance(out_t: Decimal, in_t: Decimal, tolerance: Decimal) -> bool:
    """Whether two weighings agree: by no more than ``tolerance`` of the out-weight, to the kilogram."""
    return abs(out_t - in_t) <= round_tonnes(tolerance * out_t)


def taker_decides(side: Side) -> list[Refusal]:
    """Accepting, rejecting and doubting the quality is the receiver's; nobody confirms for the other."""
    return [] if side == Side.TAKER else [Refusal("transfer:taker_decides")]


def undecided(transfer: Transfer) -> list[Refusal]:
    """Results of the laboratory may be entered from the weighing in until the decision."""
    return [] if transfer.status in CORRECTABLE[Gate.IN] else [Refusal("transfer:not_correctable")]


def undisputed(transfer: Transfer) -> list[Refusal]:
    """What is disputed is settled by both sides, not accepted by one."""
    return [Refusal("transfer:disputed")] if transfer.status == S.DISPUTED else []


def vehicle_possible(vehicle: str) -> list[Refusal]:
    """A plate, where one is given, must be one."""
    if not vehicle or is_plate(vehicle):
        return []
    return [Refusal("reading:plate", {"found": vehicle[:40]}, "vehicle")]


def as_seen(transfer: Transfer, version: int) -> list[Refusal]:
    """What is decided on is what was seen."""
    return [] if transfer.version == version else [Refusal("transfer:changed")]


def says_why(text: str) -> list[Refusal]:
    """Whoever refuses or corrects says why."""
    return [] if text.strip() else [Refusal("transfer:reason_missing", field="reason")]


def may_correct(transfer: Transfer, gate: Gate) -> list[Refusal]:
    """A slip can be corrected while it stands and nobody has decided on it."""
    if transfer.status in CORRECTABLE[gate]:
        return []
    return [Refusal("transfer:not_correctable")]


def still_open(dispute: Dispute | None, now: dt.datetime) -> list[Refusal]:
    """Server time rules: once the deadline has passed the in-weight counts, whenever the worker comes to say so."""
    if dispute is None:
        return [Refusal("dispute:not_open")]
    return [] if now <= dispute.deadline else [Refusal("dispute:deadline_passed")]


def proposal_possible(tonnes: Decimal, *, out_t: Decimal, in_t: Decimal) -> list[Refusal]:
    """A proposal of tonnes lies above nothing and not above the heavier weighing."""
    most = max(out_t, in_t)
    if 0 < tonnes <= most:
        return []
    return [Refusal("dispute:tonnes", {"most": most}, "tonnes")]


def may_agree(dispute: Dispute, side: Side, *, version: int) -> list[Refusal]:
    """The other side agrees to what was proposed, as it was seen."""
    if dispute.proposed_t is None:
        return [Refusal("dispute:nothing_proposed")]
    if dispute.version != version:
        return [Refusal("transfer:changed")]
    return [Refusal("dispute:own_proposal")] if dispute.proposed_by_side == side else []
