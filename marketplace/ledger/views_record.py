"""The forms of what is recorded by hand, and of its correction."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.errors import NotFound, NotPossible
from marketplace.i18n import named
from marketplace.ledger import presenters, queries, queries_sites, rules, service
from marketplace.ledger.forms import CorrectionForm, RecordForm
from marketplace.months import month_after
from marketplace.reasons import refusal_text
from marketplace.security.permissions import require
from marketplace.session import current_actor, db_session, unit_of_work
from models.base import utc_now
from models.catalogue.reference import catalogue
from models.ledger import Account, LedgerEntry
from models.organisations import Site

# How many months back may be chosen.
_BACK = 36
_TITLES: dict[str, LazyString] = {
    "opening": _l("Enter the opening stock"),
    "production": _l("Enter production"),
    "use": _l("Enter use at this site"),
    "disposal": _l("Enter disposal"),
}


def opening(site_id: int) -> ResponseReturnValue:
    return _record_page("opening", site_id, service.open_stock)


def production(site_id: int) -> ResponseReturnValue:
    return _record_page("production", site_id, service.record_production)


def use(site_id: int) -> ResponseReturnValue:
    return _record_page("use", site_id, service.record_use)


def disposal(site_id: int) -> ResponseReturnValue:
    return _record_page("disposal", site_id, service.record_disposal)


def correct(site_id: int, seq: int) -> ResponseReturnValue:
    session, site = db_session(), _own_site(site_id)
    entry = queries_sites.entry_by_seq(session, seq)
    if entry is None or {row.site_id for row in entry.postings} != {site_id}:
        raise NotFound(str(seq))
    waste, month = _subject(entry)
    told = entry.data.get("day")
    form = CorrectionForm(
        submission_key=uuid.uuid4().hex, month=month, day=date.fromisoformat(told) if told else None
    )
    _offer_months(form, site)
    refused: list[str] = []
    if form.validate_on_submit():
        try:
            with unit_of_work() as uow:
                service.correct(
                    uow=uow, actor=current_actor(), site_id=site_id, seq=seq, reason=form.reason.data,
                    instead=form.instead(waste, entry.note),
                )
        except NotPossible as error:
            refused = _beside_fields(form, error)
            entry = queries_sites.entry_by_seq(session, seq)
        else:
            flash(_("Entry %(seq)s is taken back; both entries stay in the ledger.", seq=seq), "done")
            return redirect(url_for("ledger.site", site_id=site_id, _anchor="movements"))
    row = presenters.entry_rows(
        [entry], site, contracts={}, transfers={}, taken_back=queries_sites.taken_back(session, [seq]),
        may_record=True, may_see=(),
    )[0]
    return render_template(
        "ledger/correct.html", site=site, site_name=presenters.site_name(site), form=form, row=row, refused=refused,
    ), 422 if form.errors or refused else 200


def _record_page(kind: str, site_id: int, verb: Callable[..., LedgerEntry]) -> ResponseReturnValue:
    session, site = db_session(), _own_site(site_id)
    form = RecordForm(submission_key=uuid.uuid4().hex)
    _keep_what_is_asked(form, kind)
    _offer(form, kind, site)
    shown, refused = None, []
    if form.validate_on_submit():
        shown = _residues(form, site) if kind == "use" and not form.confirmed.data else None
        if not shown:
            try:
                with unit_of_work() as uow:
                    verb(uow=uow, actor=current_actor(), site_id=site_id, record=form.record())
            except NotPossible as error:
                refused = _beside_fields(form, error)
            else:
                flash(_("Entered in the ledger."), "done")
                return redirect(url_for("ledger.site", site_id=site_id))
    return render_template(
        "ledger/record.html", site=site, site_name=presenters.site_name(site), form=form, kind=kind,
        title=_TITLES[kind], residues=shown or [], refused=refused, there=_there(session, site, kind),
    ), 422 if form.errors or refused else 200


def _own_site(site_id: int) -> Site:
    site = queries_sites.site_by_id(db_session(), site_id)
    if site is None:
        raise NotFound(str(site_id))
    require(current_actor(), "ledger.record", site)
    return site


def _keep_what_is_asked(form: RecordForm, kind: str) -> None:
    if kind != "use":
        del form.demand
    if kind != "disposal":
        del form.method


def _offer(form: RecordForm, kind: str, site: Site) -> None:
    session = db_session()
    known = queries_sites.wastes_of(session, site)
    if kind in ("opening", "production"):
        rest = sorted(set(catalogue().waste_types) - set(known))
        wastes = [*known, *rest]
    else:
        wastes = [waste for waste, _name, _tonnes in _there(session, site, kind)]
    form.waste_type_id.choices = [(waste, presenters.waste_name(waste)) for waste in wastes]
    if form.demand:
        demands = queries_sites.demands_at(session, site)
        form.demand.choices = [("", _("No demand of ours"))] + [
            (one.code, f"{named(one.use)} · {one.code}") for one in demands
        ]
        if not form.is_submitted():
            taken = {one.code: {row.waste_type_id for row in one.accepts} for one in demands}
            form.demand.data = next((code for code, accepts in taken.items() if accepts & set(wastes[:1])), "")
    if form.method:
        form.method.choices = [(key, str(presenters.METHOD_WORDS[key])) for key in rules.DISPOSAL_METHODS]
    _offer_months(form, site)


def _offer_months(form: RecordForm | CorrectionForm, site: Site) -> None:
    last = service.last_month(utc_now(), queries_sites.months_of(db_session(), site.id, promises=False))
    form.month.offer(month_after(last, -_BACK), last)
    form.month.choices.reverse()
    if not form.is_submitted() and not form.month.data:
        form.month.data = last


def _there(session: object, site: Site, kind: str) -> list[tuple[str, str, object]]:
    """What can be used or disposed of: each waste type with what is in stock and received."""
    if kind not in ("use", "disposal"):
        return []
    found: dict[str, object] = {}
    for (_site, waste, account), tonnes in queries.site_balances(db_session(), [site.id]).items():
        if account in (Account.STOCK, Account.RECEIVED) and tonnes:
            found[waste] = found.get(waste, 0) + tonnes
    return [(waste, presenters.waste_name(waste), tonnes) for waste, tonnes in sorted(found.items())]


def _residues(form: RecordForm, site: Site) -> list[tuple[str, object]]:
    """What the use would leave, shown before it is entered; nothing where the demand leaves nothing."""
    demands = queries_sites.demands_at(db_session(), site)
    demand = next((one for one in demands if one.code == form.demand.data), None)
    left = service.residues_of(demand, form.tonnes.data)
    return [(presenters.waste_name(waste), tonnes) for waste, tonnes in left.items()]


def _subject(entry: LedgerEntry) -> tuple[str, str]:
    """The waste type and month an entry by hand is about: not those of its residues."""
    row = next(row for row in entry.postings if row.account != Account.RESIDUE and (
        entry.kind != "used" or row.account == Account.USED
    ))
    return row.waste_type_id, row.month


def _beside_fields(form: RecordForm | CorrectionForm, refused: NotPossible) -> list[str]:
    """Each reason beside its field; those that belong to none are handed back."""
    rest = []
    for reason in refused.reasons:
        field = form._fields.get(reason.field)
        if field is None:
            rest.append(refusal_text(reason))
        else:
            field.errors = [*field.errors, refusal_text(reason)]
    return rest
