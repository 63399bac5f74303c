"""Notices about consignments in words."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.alerts.words import Told, declare_notice, transfer_page


def _disputed(told: Told) -> str:
    if told.data.get("about") == "weight":
        return _(
            "The two weighings of consignment %(transfer)s differ too much: %(out_t)s t out, %(in_t)s t in. Agree on"
            " the tonnes by %(deadline)s.",
            transfer=told["transfer"], out_t=told["out_t"], in_t=told["in_t"], deadline=told["deadline"],
        )
    return _(
        "The quality of consignment %(transfer)s is disputed. Agree on the tonnes by %(deadline)s.",
        transfer=told["transfer"], deadline=told["deadline"],
    )


def _received(told: Told) -> str:
    values = {name: told[name] for name in ("transfer", "net_t", "out_t", "confirm_by", "taker")}
    if told.mine("taker"):
        return _(
            "Consignment %(transfer)s has arrived: %(out_t)s t out, %(net_t)s t in. Please confirm it by"
            " %(confirm_by)s.", **values,
        )
    return _("Consignment %(transfer)s arrived at %(taker)s: %(out_t)s t out, %(net_t)s t in.", **values)


def _settled(told: Told) -> str:
    values = {name: told[name] for name in ("transfer", "tonnes")}
    if told.data.get("how") == "deadline":
        return _("Nobody agreed over consignment %(transfer)s in time: the in-weight of %(tonnes)s t counts.", **values)
    return _("The dispute over consignment %(transfer)s is settled: %(tonnes)s t count.", **values)


for _kind, _words in {
    "transfer.planned": _l("Consignment %(transfer)s with %(other)s is planned: %(tonnes)s t, %(vehicle)s."),
    "transfer.cancelled": _l("%(who)s has cancelled consignment %(transfer)s: %(reason)s"),
    "transfer.loaded": _l("Consignment %(transfer)s left %(producer)s with %(net_t)s t, %(vehicle)s."),
    "transfer.received": _received,
    "transfer.assayed": _l("%(taker)s has entered what its laboratory found in consignment %(transfer)s."),
    "transfer.accepted": _l("%(taker)s has accepted consignment %(transfer)s: %(tonnes)s t count."),
    "transfer.rejected": _l("%(taker)s has sent back consignment %(transfer)s (%(tonnes)s t): %(reason)s"),
    "transfer.disputed": _disputed,
    "dispute.proposed": _l(
        "%(who)s proposes that %(tonnes)s t of consignment %(transfer)s count. Answer by %(deadline)s."
    ),
    "dispute.settled": _settled,
    "slip.conflict": _l(
        "Slip %(slip_no)s of consignment %(transfer)s came a second time with other figures. The first ones stand."
    ),
    "weighing.refused": _l("A weighing of consignment %(transfer)s was refused; the figures are kept in its record."),
    "weighing.corrected": _l("A weighing of consignment %(transfer)s was corrected: %(reason)s"),
}.items():
    declare_notice(_kind, words=_words, url=transfer_page)
