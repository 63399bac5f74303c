"""What-ifs: a list, one with its changes and answer, small forms for changes, and several side by side."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace import formatting
from marketplace.errors import NotFound, NotPossible
from marketplace.market import market_revision
from marketplace.reasons import refusal_text
from marketplace.security.permissions import may, require
from marketplace.session import current_actor, db_session, unit_of_work
from marketplace.symbiosis.queries import atlas
from marketplace.urls import Url
from marketplace.what_ifs import answers, choosing, page, presenters, queries, rules, service
from marketplace.what_ifs.forms import FORMS, WhatIfForm
from marketplace.workbooks import excel_answer
from models.whatifs import WhatIf


def what_ifs() -> ResponseReturnValue:
    form = WhatIfForm()
    if form.validate_on_submit():
        with unit_of_work() as uow:
            row = service.create(uow=uow, actor=current_actor(), title=form.title.data, note=form.note.data or "")
        return redirect(url_for("what_ifs.what_if", what_if_id=row.id))
    session = db_session()
    rows = presenters.list_lines(queries.readable(session, current_actor()), current_actor(), market_revision(session))
    page_ = render_template("what_ifs/list.html", form=form, rows=rows, most=rules.MOST_COMPARED)
    return page_, 422 if form.errors else 200


def what_if(what_if_id: int) -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    row = _readable(what_if_id)
    places = atlas(session)
    view = page.answer_view(row.answer, places, actor) if row.answer else None
    return render_template(
        "what_ifs/one.html", row=row, mine=may(actor, "what_if.edit", row), urls=page.urls_of(row.id),
        changes=[presenters.change_text(change, places) for change in row.changes],
        kinds=presenters.kind_links(row),
        view=view, map_data=page.route_map(view) if view else None,
        tables=page.tables(view)[1:] if view else [], gain_note=page.GAIN_NOTE,
        stale=row.answer is not None and row.market_revision != market_revision(session),
    )


def change(what_if_id: int, kind: str) -> ResponseReturnValue:
    session, actor, row = db_session(), current_actor(), _readable(what_if_id)
    require(actor, "what_if.edit", row)
    if kind not in FORMS:
        raise NotFound(kind)
    choices = choosing.choices_for(session, actor)
    form = FORMS[kind](data=choosing.rail_defaults() if kind == "rail_line" else None)
    form.offer(choices)
    if form.validate_on_submit():
        try:
            with unit_of_work() as uow:
                service.add_change(
                    uow=uow, actor=actor, what_if_id=what_if_id, change=form.change(choices),
                    mine=choosing.named_by(uow.session, actor),
                )
            return _answered(what_if_id)
        except NotPossible as refused:
            presenters.beside_fields(form, refused.reasons)
    page_ = render_template(
        "what_ifs/change.html", row=row, form=form, kind=kind, title=presenters.KIND_WORDS[kind],
        note=presenters.KIND_NOTES[kind],
    )
    return page_, 422 if form.errors else 200


def remove(what_if_id: int, at: int) -> ResponseReturnValue:
    with unit_of_work() as uow:
        service.remove_change(uow=uow, actor=current_actor(), what_if_id=what_if_id, at=at)
    return _answered(what_if_id)


def answer(what_if_id: int) -> ResponseReturnValue:
    require(current_actor(), "what_if.edit", _readable(what_if_id))
    return _answered(what_if_id)


def _answered(what_if_id: int) -> ResponseReturnValue:
    """Work the answer out, without holding a transaction meanwhile, keep it, and show it."""
    from matching.whatif import ImpossibleChange

    session, row = db_session(), _readable(what_if_id)
    changes = list(row.changes)
    if changes:
        try:
            found, revision = answers.work_out(session, changes)
        except ImpossibleChange as error:
            # The market has changed since the change was made: a plant may be gone.
            for reason in rules.reasons_of(error.faults):
                flash(refusal_text(reason), "refusal")
            return redirect(url_for("what_ifs.what_if", what_if_id=what_if_id))
        with unit_of_work() as uow:
            service.keep_answer(
                uow=uow, actor=current_actor(), what_if_id=what_if_id, changes=changes, answer=found, revision=revision
            )
    return redirect(url_for("what_ifs.what_if", what_if_id=what_if_id))


def share(what_if_id: int) -> ResponseReturnValue:
    with unit_of_work() as uow:
        row = service.share(
            uow=uow, actor=current_actor(), what_if_id=what_if_id, shared=request.form.get("shared") == "1"
        )
    flash(_("Committees and the regulator can read it now.") if row.shared else _("Only you can read it now."), "done")
    return redirect(url_for("what_ifs.what_if", what_if_id=what_if_id))


def copy(what_if_id: int) -> ResponseReturnValue:
    title = _("%(title)s (copy)", title=_readable(what_if_id).title)[:120]
    with unit_of_work() as uow:
        row = service.copy(uow=uow, actor=current_actor(), what_if_id=what_if_id, title=title)
    return _answered(row.id)


def delete(what_if_id: int) -> ResponseReturnValue:
    with unit_of_work() as uow:
        service.delete(uow=uow, actor=current_actor(), what_if_id=what_if_id)
    flash(_("The what-if is gone."), "done")
    return redirect(url_for("what_ifs.what_ifs"))


def compare() -> ResponseReturnValue:
    wanted = [int(one) for one in request.args.getlist("id") if one.isdigit() and len(one) < 10]
    rows = [row for row in queries.what_ifs_by_id(db_session(), wanted) if may(current_actor(), "what_if.read", row)]
    shown = [row for row in rows if row.answer][: rules.MOST_COMPARED]
    if len(shown) < 2:
        flash(_("Choose at least two what-ifs with an answer."), "refusal")
        return redirect(url_for("what_ifs.what_ifs"))
    if len(rows) > len(shown):
        left = len(rows) - len(shown)
        flash(ngettext("%(num)s is left out.", "%(num)s are left out.", left), "note")
    table = presenters.compared(shown, atlas(db_session()))
    if request.args.get("format") == "xlsx":
        head = [(title, " ".join(texts)) for (title, _url), texts in zip(table.titles, table.changes, strict=True)]
        return excel_answer("what-ifs", head, [presenters.compared_table(table)])
    return render_template(
        "what_ifs/compare.html", rows=shown, table=table,
        excel_url=url_for("what_ifs.compare", id=[row.id for row in shown], format="xlsx"),
    )


def excel(what_if_id: int) -> ResponseReturnValue:
    row = _readable(what_if_id)
    if row.answer is None:
        raise NotFound(str(what_if_id))
    places = atlas(db_session())
    head = [(_("What-if"), row.title), *((_("Change"), presenters.change_text(one, places)) for one in row.changes)]
    head.append((_("Worked out"), formatting.moment(row.answered_at)))
    view = page.answer_view(row.answer, places, current_actor())
    return excel_answer(f"what-if-{row.id}", head, page.tables(view))


def _readable(what_if_id: int) -> WhatIf:
    row = queries.what_if_by_id(db_session(), what_if_id)
    if row is None or not may(current_actor(), "what_if.read", row):
        raise NotFound(str(what_if_id))
    return row


URLS = [
    Url("/what-ifs", what_ifs, "what_if.make", ("GET", "POST")),
    Url("/what-ifs/compare", compare, "what_if.make"),
    Url("/what-ifs/<int:what_if_id>", what_if, "what_if.make"),
    Url("/what-ifs/<int:what_if_id>.xlsx", excel, "what_if.make"),
    Url("/what-ifs/<int:what_if_id>/changes/<kind>", change, "what_if.make", ("GET", "POST")),
    Url("/what-ifs/<int:what_if_id>/changes/<int:at>/remove", remove, "what_if.make", ("POST",)),
    Url("/what-ifs/<int:what_if_id>/answer", answer, "what_if.make", ("POST",)),
    Url("/what-ifs/<int:what_if_id>/share", share, "what_if.make", ("POST",)),
    Url("/what-ifs/<int:what_if_id>/copy", copy, "what_if.make", ("POST",)),
    Url("/what-ifs/<int:what_if_id>/delete", delete, "what_if.make", ("POST",)),
]
