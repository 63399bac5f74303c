"""Notices about contracts in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from marketplace.alerts.words import contract_page, declare_notice

for _kind, _words in {
    "contract.made": _l(
        "Contract %(contract)s with %(other)s is drawn up over %(tonnes)s t. Please read it and confirm it."
    ),
    "contract.confirmed": _l("%(who)s has confirmed contract %(contract)s."),
    "contract.active": _l("Contract %(contract)s with %(other)s is confirmed by both sides and in force."),
    "contract.declined": _l("%(who)s has declined contract %(contract)s: %(reason)s"),
    "amendment.proposed": _l("%(who)s proposes a change of contract %(contract)s: %(reason)s"),
    "amendment.agreed": _l("%(who)s has agreed to change %(number)s of contract %(contract)s; it holds from now on."),
    "amendment.refused": _l("%(who)s has refused change %(number)s of contract %(contract)s."),
    "amendment.withdrawn": _l("%(who)s has taken back change %(number)s of contract %(contract)s."),
    "contract.lapsed": _l(
        "Contract %(contract)s with %(other)s was not confirmed in time and has lapsed; %(freed_t)s t are free again."
    ),
    "contract.completed": _l("Contract %(contract)s with %(other)s is completed."),
    "contract.ended": _l("%(who)s has ended contract %(contract)s early: %(reason)s %(freed_t)s t are free again."),
}.items():
    declare_notice(_kind, words=_words, url=contract_page)
