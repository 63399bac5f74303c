"""Contracts in words and figures."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from marketplace.reasons import declare

declare(
    {
        "contract:no_place": _l(
            "The bidder has entered no site yet, so nobody knows where the tonnes go. It can enter one on its"
            " enterprise's page."
        ),
        "contract:no_type": _l(
            "The type for printed contracts is not installed on this server. The administrator installs it by"
            " `make assets`; nothing was changed."
        ),
        "contract:not_proposed": _l("This contract no longer waits for a confirmation."),
        "contract:changed": _l("The contract was changed since you saw it. Please read it again below."),
        "contract:already_confirmed": _l("Your side has confirmed already; the other side has not yet."),
        "contract:amendment_waits": _l("A change is proposed. It is agreed to or refused before anybody confirms."),
        "contract:cannot_become:active": _l("Only a contract that waits for confirmation can become active."),
        "contract:cannot_become:declined": _l("Only a contract that waits for confirmation can be declined."),
        "contract:cannot_become:completed": _l("Only an active contract can be completed."),
        "contract:cannot_become:ended": _l("Only an active contract can be ended early."),
        "contract:reason_missing": _l("Say why: the other side reads it, and it stays in the record."),
    }
)
