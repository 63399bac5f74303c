"""Weighings in a CSV file: the template, the upload, and every bad line in one answer."""

from __future__ import annotations

from contextlib import closing

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.reasons import refusal_text
from marketplace.session import current_actor, unit_of_work
from marketplace.transfers.csv_file import (
    MOST_BYTES,
    MOST_LINES,
    Fault,
    FileRefused,
    Line,
    read_lines,
    record_lines,
    template_text,
)
from marketplace.transfers.presenters import column_words
from marketplace.transfers.weighing import note_refused
from models.transfers import Source


def template() -> ResponseReturnValue:
    """An Excel-friendly file: UTF-8 with its mark, one example line."""
    return Response(template_text(), mimetype="text/csv", headers={
        "Content-Disposition": "attachment; filename=weighings.csv",
    })


def import_weighings() -> ResponseReturnValue:
    faults: list[Fault] = []
    if request.method == "POST":
        content = _content()
        lines: list[Line] = []
        try:
            lines, unreadable = read_lines(content)
            with unit_of_work() as uow:
                new, known = record_lines(uow=uow, actor=current_actor(), lines=lines, faults=unreadable)
        except FileRefused as refused:
            faults = refused.faults
            _remember_conflicts(lines, faults)
        else:
            flash(_("%(new)s slips are kept; %(known)s were known already.", new=new, known=known), "done")
            return redirect(url_for("transfers.transfers"))
    return render_template(
        "transfers/import.html", columns=column_words(), most_lines=MOST_LINES,
        faults=[(fault.line, fault.column, fault.found, refusal_text(fault.reason)) for fault in faults],
    ), 422 if faults else 200


def _content() -> bytes:
    chosen = request.files.get("file")
    if chosen is None:
        return b""
    # A large file lies in a temporary one until it is closed.
    with closing(chosen):
        return chosen.read(MOST_BYTES + 1)


def _remember_conflicts(lines: list[Line], faults: list[Fault]) -> None:
    """A known number with other figures is worth an event, however it came; the file itself has left nothing."""
    reasons = {fault.line: fault.reason for fault in faults if fault.reason.code == "slip:conflict"}
    for line in lines:
        if line.number in reasons:
            with unit_of_work() as uow:
                note_refused(
                    uow=uow, actor=current_actor(), code=line.code, reading=line.reading, source=Source.CSV,
                    reasons=[reasons[line.number]],
                )
