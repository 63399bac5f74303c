"""Siting: studies, one with its candidates and the choice, and the map of what lies unplaced."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import formatting
from marketplace.errors import NotFound, NotPossible
from marketplace.market import market_revision
from marketplace.reasons import refusal_text
from marketplace.security.permissions import may, require
from marketplace.session import current_actor, db_session, unit_of_work
from marketplace.siting import answers, csv_file, presenters, queries, service
from marketplace.siting.forms import CandidateForm, FileForm, StudyForm, asked_values
from marketplace.symbiosis.queries import atlas
from marketplace.symbiosis.rules import sees_everything
from marketplace.urls import Url
from marketplace.what_ifs import choosing
from marketplace.what_ifs.presenters import beside_fields
from marketplace.what_ifs.rules import reasons_of
from marketplace.workbooks import excel_answer
from models.siting import SitingStudy


def studies() -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    form = StudyForm()
    form.offer(_wastes())
    if form.validate_on_submit():
        with unit_of_work() as uow:
            row = service.create(
                uow=uow, actor=actor, title=form.title.data, note=form.note.data or "", objective=form.objective.data,
                asked=form.asked(),
            )
        return redirect(url_for("siting.study", study_id=row.id))
    table, map_data = None, None
    if sees_everything(actor):
        table, map_data = presenters.unplaced_view(answers.unplaced(session), atlas(session))
        if request.args.get("format") == "xlsx":
            return excel_answer("unplaced", [], [table])
    rows = presenters.study_lines(queries.readable(session, actor), market_revision(session))
    page = render_template("siting/list.html", form=form, rows=rows, unplaced=table, map_data=map_data)
    return page, 422 if form.errors else 200


def study(study_id: int) -> ResponseReturnValue:
    session, row = db_session(), _readable(study_id)
    return render_template(
        "siting/one.html", row=row, mine=may(current_actor(), "siting.edit", row),
        asked=presenters.asked_lines(row), table=presenters.candidate_table(row, atlas(session)),
        view=presenters.answer_view(row.answer) if row.answer else None,
        stale=row.answer is not None and row.market_revision != market_revision(session),
    )


def ask(study_id: int) -> ResponseReturnValue:
    row = _readable(study_id)
    require(current_actor(), "siting.edit", row)
    form = StudyForm(data={
        "title": row.title, "note": row.note, "objective": row.objective, **asked_values(row.asked),
    })
    form.offer(_wastes())
    if form.validate_on_submit():
        with unit_of_work() as uow:
            service.edit(
                uow=uow, actor=current_actor(), study_id=study_id, title=form.title.data, note=form.note.data or "",
                objective=form.objective.data, asked=form.asked(),
            )
        return _answered(study_id)
    return render_template("siting/ask.html", row=row, form=form), 422 if form.errors else 200


def candidate(study_id: int) -> ResponseReturnValue:
    session, actor, row = db_session(), current_actor(), _readable(study_id)
    require(actor, "siting.edit", row)
    choices = choosing.choices_for(session, actor)
    form, file_form = CandidateForm(), FileForm()
    form.offer(choices)
    sent_file = request.method == "POST" and "file" in request.files
    if not sent_file and form.validate_on_submit():
        try:
            with unit_of_work() as uow:
                service.add_candidates(uow=uow, actor=actor, study_id=study_id, candidates=[form.candidate(choices)])
            return redirect(url_for("siting.study", study_id=study_id))
        except NotPossible as refused:
            beside_fields(form, refused.reasons)
    if sent_file and file_form.validate_on_submit():
        found, faults = csv_file.read_candidates(file_form.file.data.read(csv_file.MOST_BYTES + 1), choices)
        if not faults:
            try:
                with unit_of_work() as uow:
                    service.add_candidates(uow=uow, actor=actor, study_id=study_id, candidates=found)
                return redirect(url_for("siting.study", study_id=study_id))
            except NotPossible as refused:
                faults = refused.reasons
        file_form.file.errors = [refusal_text(reason) for reason in faults]
    wrong = form.errors if not sent_file else file_form.errors
    page = render_template("siting/candidate.html", row=row, form=form, file_form=file_form, columns=csv_file.COLUMNS)
    return page, 422 if wrong else 200


def remove(study_id: int, at: int) -> ResponseReturnValue:
    with unit_of_work() as uow:
        service.remove_candidate(uow=uow, actor=current_actor(), study_id=study_id, at=at)
    return redirect(url_for("siting.study", study_id=study_id))


def choose(study_id: int) -> ResponseReturnValue:
    require(current_actor(), "siting.edit", _readable(study_id))
    return _answered(study_id)


def _answered(study_id: int) -> ResponseReturnValue:
    """Work the choice out, without holding a transaction meanwhile, keep it, and show it; or say why there is none."""
    from matching.siting import NotFoundInTime, RequirementsConflict
    from matching.whatif import ImpossibleChange

    session, row = db_session(), _readable(study_id)
    back = redirect(url_for("siting.study", study_id=study_id))
    if not row.candidates:
        return back
    version = row.version
    try:
        found, revision = answers.work_out(session, row.objective, row.asked, row.candidates)
    except RequirementsConflict as conflict:
        flash(presenters.conflict_text(conflict), "refusal")
        return back
    except NotFoundInTime:
        flash(_("No choice that keeps all of this was found in the time allowed. Loosen something."), "refusal")
        return back
    except ImpossibleChange as error:
        for reason in reasons_of(error.faults):
            flash(refusal_text(reason), "refusal")
        return back
    with unit_of_work() as uow:
        service.keep_answer(
            uow=uow, actor=current_actor(), study_id=study_id, version=version, answer=found, revision=revision
        )
    return back


def share(study_id: int) -> ResponseReturnValue:
    with unit_of_work() as uow:
        row = service.share(
            uow=uow, actor=current_actor(), study_id=study_id, shared=request.form.get("shared") == "1"
        )
    flash(_("Committees and the regulator can read it now.") if row.shared else _("Only you can read it now."), "done")
    return redirect(url_for("siting.study", study_id=study_id))


def delete(study_id: int) -> ResponseReturnValue:
    with unit_of_work() as uow:
        service.delete(uow=uow, actor=current_actor(), study_id=study_id)
    flash(_("The study is gone."), "done")
    return redirect(url_for("siting.studies"))


def excel(study_id: int) -> ResponseReturnValue:
    row = _readable(study_id)
    tables = [presenters.candidate_table(row, atlas(db_session()))]
    head = [(_("Siting"), row.title), *presenters.asked_lines(row)]
    if row.answer:
        tables.append(presenters.answer_view(row.answer).gained)
        head.append((_("Worked out"), formatting.moment(row.answered_at)))
    return excel_answer(f"siting-{row.id}", head, tables)


def template() -> ResponseReturnValue:
    """The headings of the file, and one line that says what belongs there."""
    text = ",".join(csv_file.COLUMNS) + "\r\n"
    return Response("\ufeff" + text, mimetype="text/csv", headers={
        "Content-Disposition": 'attachment; filename="candidates.csv"',
    })


def _wastes() -> list[str]:
    problem = answers.problem_of(db_session())
    return sorted({problem.waste_types[at] for at in problem.supplies.waste_type.tolist()})


def _readable(study_id: int) -> SitingStudy:
    row = queries.study_by_id(db_session(), study_id)
    if row is None or not may(current_actor(), "siting.read", row):
        raise NotFound(str(study_id))
    return row


URLS = [
    Url("/siting", studies, "siting.make", ("GET", "POST")),
    Url("/siting/candidates.csv", template, "siting.make"),
    Url("/siting/<int:study_id>", study, "siting.make"),
    Url("/siting/<int:study_id>.xlsx", excel, "siting.make"),
    Url("/siting/<int:study_id>/ask", ask, "siting.make", ("GET", "POST")),
    Url("/siting/<int:study_id>/candidates", candidate, "siting.make", ("GET", "POST")),
    Url("/siting/<int:study_id>/candidates/<int:at>/remove", remove, "siting.make", ("POST",)),
    Url("/siting/<int:study_id>/choose", choose, "siting.make", ("POST",)),
    Url("/siting/<int:study_id>/share", share, "siting.make", ("POST",)),
    Url("/siting/<int:study_id>/delete", delete, "siting.make", ("POST",)),
]
