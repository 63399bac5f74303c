"""The ledger in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from marketplace.reasons import declare

declare(
    {
        "ledger:below_zero": _l(
            "The ledger has only %(balance)s t on this account (%(account)s); %(tonnes)s t cannot be taken from it."
        ),
    }
)
