"""The register of stockpiles: public totals, and the list, map and forms for committees and regulators."""

from __future__ import annotations

import uuid
from datetime import date

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import formatting
from marketplace.errors import NotFound, NotPossible
from marketplace.i18n import named
from marketplace.indicators.presenters_detail import QUALITY_WORDS
from marketplace.months import SHANGHAI
from marketplace.reasons import refusal_text
from marketplace.security.permissions import may, require
from marketplace.session import current_actor, db_session, unit_of_work
from marketplace.stockpiles import presenters, queries, rules, service
from marketplace.stockpiles.forms import StockpileForm, values_of
from marketplace.symbiosis.presenters import waste_name
from marketplace.tables import Table
from marketplace.urls import PUBLIC, Url
from marketplace.workbooks import excel_answer
from models.base import utc_now
from models.catalogue.reference import catalogue
from models.stockpiles import Stockpile


def register() -> ResponseReturnValue:
    sieve, today = _sieve(), _today()
    listed, rows, totals = _tables(sieve, today)
    session, actor = db_session(), current_actor()
    parks = queries.parks_for(session, actor) if listed is not None else []
    return render_template(
        "stockpiles/register.html", listed=listed, totals=totals, sieve=sieve,
        wastes=[(key, waste_name(key)) for key in sorted(catalogue().waste_types)],
        parks=[(park.code, named(park)) for park in parks], states=presenters.STATE_WORDS.items(),
        map_data=presenters.map_of(rows, today) if rows else None, late=sum(1 for row in rows if row.overdue(today)),
        may_add=may(actor, "stockpile.edit"), count=len(rows),
    )


def register_excel() -> Response:
    sieve, today = _sieve(), _today()
    listed, _rows, totals = _tables(sieve, today)
    head = [
        (_("Source"), _("register of stockpiles of the market")), (_("As of"), formatting.moment(utc_now())),
        (_("Unit"), _("tonnes")),
    ]
    return excel_answer(f"stockpiles-{today}", head, [table for table in (listed, totals) if table is not None])


def stockpile(stockpile_id: int) -> ResponseReturnValue:
    row, today = _readable(stockpile_id), _today()
    return render_template(
        "stockpiles/stockpile.html", row=row, overdue=row.overdue(today), words=presenters,
        deadline=presenters.deadline_text(row, today), tonnes=presenters.tonnes_cell(row),
        state=presenters.STATE_WORDS[row.remediation], quality=QUALITY_WORDS[row.quality],
        waste=waste_name(row.waste_type_id), may_edit=may(current_actor(), "stockpile.edit", row),
        story=presenters.story(queries.story_of(db_session(), row)), map_data=presenters.map_of([row], today),
        on_map=presenters.point_of(row) is not None,
    )


def new_stockpile() -> ResponseReturnValue:
    form = StockpileForm(submission_key=uuid.uuid4().hex)
    _offer(form)
    if form.validate_on_submit():
        try:
            with unit_of_work() as uow:
                row = service.add_stockpile(
                    uow=uow, actor=current_actor(), details=form.details(),
                    submission_key=form.submission_key.data or None,
                )
                made = row.id
        except NotPossible as error:
            _beside_fields(form, error)
        else:
            flash(_("Entered in the register."), "done")
            return redirect(url_for("stockpiles.stockpile", stockpile_id=made))
    return _form_page(form, _("Enter a stockpile"), url_for("stockpiles.register"))


def edit_stockpile(stockpile_id: int) -> ResponseReturnValue:
    row = _readable(stockpile_id)
    require(current_actor(), "stockpile.edit", row)
    form = StockpileForm(data=values_of(row))
    _offer(form, row)
    if form.validate_on_submit():
        version = form.version.data or ""
        try:
            with unit_of_work() as uow:
                service.change_stockpile(
                    uow=uow, actor=current_actor(), stockpile_id=stockpile_id, details=form.details(),
                    version=int(version) if version.isdecimal() else 0,
                )
        except NotPossible as error:
            _beside_fields(form, error)
        else:
            flash(_("Changed."), "done")
            return redirect(url_for("stockpiles.stockpile", stockpile_id=stockpile_id))
    return _form_page(form, _("Change a stockpile"), url_for("stockpiles.stockpile", stockpile_id=stockpile_id))


def _form_page(form: StockpileForm, title: str, back: str) -> ResponseReturnValue:
    return render_template("stockpiles/form.html", form=form, title=title, back=back), 422 if form.errors else 200


def _tables(sieve: queries.Sieve, today: date) -> tuple[Table | None, list[Stockpile], Table]:
    """The list of those seen one by one (None for who sees none so), its rows, and everybody's totals."""
    session, actor = db_session(), current_actor()
    rows = list(queries.stockpiles_for(session, actor, sieve, today)) if may(actor, "stockpile.view") else []
    listed = presenters.register_table(rows, today) if may(actor, "stockpile.view") else None
    heaps = [
        rules.Heap(row.waste_type_id, row.tonnes, _owner(row), may(actor, "stockpile.view", row))
        for row in queries.all_stockpiles(session)
    ]
    return listed, rows, presenters.totals_table(*rules.totals(heaps))


def _owner(row: Stockpile) -> str:
    return f"enterprise {row.enterprise_id}" if row.enterprise_id else row.responsible


def _sieve() -> queries.Sieve:
    told = {name: request.args.get(name, "")[:80] for name in ("waste", "park", "region", "state")}
    return queries.Sieve(**told, overdue=bool(request.args.get("overdue")))


def _readable(stockpile_id: int) -> Stockpile:
    row = queries.stockpile_by_id(db_session(), stockpile_id)
    if row is None:
        raise NotFound(str(stockpile_id))
    require(current_actor(), "stockpile.view", row)
    return row


def _offer(form: StockpileForm, row: Stockpile | None = None) -> None:
    """What may be chosen: a committee its park and the sites in it, a regulator what lies in its region."""
    session, actor = db_session(), current_actor()
    parks, own_park = queries.parks_for(session, actor), actor.park_id
    form.waste_type_id.choices = [(key, waste_name(key)) for key in sorted(catalogue().waste_types)]
    form.site_id.choices = [("", _("At no site of an enterprise"))] + [
        (str(site.id), f"{named(site.enterprise)} {site.name}".strip()) for site in queries.sites_for(session, actor)
    ]
    form.park_id.choices = [(str(park.id), named(park)) for park in parks]
    if own_park is None:
        form.park_id.choices.insert(0, ("", _("In no park")))
        form.region_id.choices = [("", _("As site or park say"))] + [
            (one.id, named(one)) for one in queries.regions(session) if actor.region_id in (None, one.id)
        ]
    else:
        del form.region_id
    form.quality.choices = [(key, str(word)) for key, word in QUALITY_WORDS.items()]
    form.storage_class.choices = [("", _("not determined"))] + [
        (key, str(word)) for key, word in presenters.CLASS_WORDS.items()
    ]
    before = row.remediation if row else None
    form.remediation.choices = [
        (key, str(word)) for key, word in presenters.STATE_WORDS.items() if not rules.state_possible(before, key)
    ]


def _beside_fields(form: StockpileForm, refused: NotPossible) -> None:
    for reason in refused.reasons:
        field = form._fields.get(reason.field) or form.name
        field.errors = [*field.errors, refusal_text(reason)]


def _today() -> date:
    return utc_now().astimezone(SHANGHAI).date()


URLS = [
    Url("/stockpiles", register, PUBLIC),
    Url("/stockpiles.xlsx", register_excel, PUBLIC),
    Url("/stockpiles/new", new_stockpile, "stockpile.edit", ("GET", "POST")),
    Url("/stockpiles/<int:stockpile_id>", stockpile, "stockpile.view"),
    Url("/stockpiles/<int:stockpile_id>/edit", edit_stockpile, "stockpile.edit", ("GET", "POST")),
]
