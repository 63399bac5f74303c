"""What the regulator enters: value added by place and period, and the weights of the scorecard."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import formatting
from marketplace.errors import NotPossible
from marketplace.indicators import presenters, presenters_detail, queries, queries_entered, service
from marketplace.indicators.forms import ValueAddedForm, weights_form
from marketplace.months import month_of
from marketplace.reasons import refusal_text
from marketplace.security.permissions import may
from marketplace.session import current_actor, db_session, unit_of_work
from marketplace.tables import Table
from marketplace.workbooks import excel_answer
from models.base import utc_now
from models.indicators import Criterion


def value_added() -> ResponseReturnValue:
    form = ValueAddedForm(place=request.args.get("place", ""), year=int(month_of(utc_now())[:4]))
    form.place.choices = [
        (one.key, f"{presenters.KIND_WORDS[one.kind]} {presenters.place_name(one)}")
        for one in queries.places(db_session()) if may(current_actor(), "value_added.enter", one)
    ]
    form.part.choices = [
        ("", _("The whole year")),
        *((f"Q{quarter}", _("Quarter %(quarter)s", quarter=quarter)) for quarter in range(1, 5)),
        *((f"{month:02}", _("Month %(month)s", month=month)) for month in range(1, 13)),
    ]
    form.quality.choices = [(key, str(word)) for key, word in presenters_detail.QUALITY_WORDS.items()]
    if form.validate_on_submit():
        kind, _sign, code = form.place.data.partition("/")
        try:
            with unit_of_work() as uow:
                service.enter_value_added(
                    uow=uow, actor=current_actor(), kind=kind, code=code, entered=form.entered()
                )
        except NotPossible as error:
            form.year.errors = [*form.year.errors, *map(refusal_text, error.reasons)]
        else:
            flash(_("Entered. What stood there before is in the record of events."), "done")
            return redirect(url_for("indicators.value_added"))
    return render_template("indicators/value_added.html", form=form, table=_entered()), 422 if form.errors else 200


def value_added_excel() -> Response:
    head = [(_("As of"), formatting.moment(utc_now())), (_("Unit"), _("10,000 yuan"))]
    return excel_answer("value-added", head, [_entered()])


def weights() -> ResponseReturnValue:
    form = weights_form(presenters_detail.CRITERION_WORDS, queries_entered.weights(db_session()))
    refused: list[str] = []
    if form.validate_on_submit():
        try:
            with unit_of_work() as uow:
                service.weigh_scorecard(
                    uow=uow, actor=current_actor(), weights={str(key): form[key].data for key in Criterion}
                )
        except NotPossible as error:
            refused = [refusal_text(reason) for reason in error.reasons]
        else:
            flash(_("The weights are set."), "done")
            return redirect(url_for("indicators.weights"))
    fields = [form[key] for key in Criterion]
    whole = sum((field.data or 0 for field in fields), 0)
    return render_template(
        "indicators/weights.html", form=form, refused=refused,
        rows=[(field, formatting.percent(field.data / whole, 1) if whole and field.data is not None else "")
              for field in fields],
    ), 422 if form.errors or refused else 200


def _entered() -> Table:
    """What was entered for places of this regulator."""
    rows = [
        row for row in queries_entered.all_value_added(db_session())
        if current_actor().region_id in (None, row.region_id, row.park.region_id if row.park else None)
    ]
    return presenters_detail.value_added_table(rows)
