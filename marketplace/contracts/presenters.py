"""Contracts in words and figures."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from marketplace.reasons import declare
from models.contracts import AmendmentStatus, ContractStatus, OffSpec, Side

STATUS_WORDS = {
    ContractStatus.PROPOSED: _l("Waits for confirmation"),
    ContractStatus.ACTIVE: _l("In force"),
    ContractStatus.COMPLETED: _l("Completed"),
    ContractStatus.ENDED: _l("Ended early"),
    ContractStatus.DECLINED: _l("Declined"),
}
STATUS_MARKS = {ContractStatus.ACTIVE: "yes", ContractStatus.DECLINED: "no", ContractStatus.PROPOSED: "unknown"}
SIDE_WORDS = {Side.PRODUCER: _l("Producer"), Side.TAKER: _l("Taker")}
PAYER_WORDS = {Side.PRODUCER: _l("the producer"), Side.TAKER: _l("the taker")}
OFF_SPEC_WORDS = {
    OffSpec.RETURN: _l("goes back to the producer"),
    OffSpec.PRICE_CUT: _l("is taken at a lower price, or goes back"),
    OffSpec.RETEST: _l("is tested again, and goes back if it fails"),
}
AMENDMENT_WORDS = {
    AmendmentStatus.PROPOSED: _l("Waits for an answer"),
    AmendmentStatus.AGREED: _l("Agreed"),
    AmendmentStatus.REFUSED: _l("Refused"),
    AmendmentStatus.WITHDRAWN: _l("Taken back"),
}

declare(
    {
        "contract:no_place": _l(
            "The bidder has entered no site yet, so nobody knows where the tonnes go. It can enter one on its"
            " enterprise's page."
        ),
        "contract:not_proposed": _l("This contract no longer waits for a confirmation."),
        "contract:changed": _l("The contract was changed since you saw it. Please read it again below."),
        "contract:already_confirmed": _l("Your side has confirmed already; the other side has not yet."),
        "contract:amendment_waits": _l("A change is proposed. It is agreed to or refused before anybody confirms."),
        "contract:cannot_become:active": _l("Only a contract that waits for confirmation can become active."),
        "contract:cannot_become:declined": _l("Only a contract that waits for confirmation can be declined."),
        "contract:cannot_become:completed": _l("Only an active contract can be completed."),
        "contract:cannot_become:ended": _l("Only an active contract can be ended early."),
        "amendment:contract_over": _l("The contract is over, so nothing of it can be changed."),
        "amendment:one_waits": _l("A change waits for an answer already. It is answered or taken back first."),
        "amendment:decided": _l("This change is decided already."),
        "amendment:own": _l("This is your own proposal: the other side agrees to it, you can take it back."),
        "amendment:nothing": _l("Nothing differs from what is agreed now. Change at least one entry."),
        "amendment:no_tonnes": _l("No tonnes would be left in any month. To end the contract, end it early instead."),
        "amendment:below_sent": _l(
            "In %(month)s %(sent)s t are sent already; it cannot be less than that, and %(tonnes)s t was asked for."
        ),
        "amendment:month_outside": _l("%(month)s lies outside the listing, which runs from %(first)s to %(last)s."),
        "amendment:no_room": _l("In %(month)s only %(free)s t are still free; %(tonnes)s t more were asked for."),
        "contract:reason_missing": _l("Say why: the other side reads it, and it stays in the record."),
    }
)
