"""The official forms of a site, to print and as a workbook."""

from __future__ import annotations

import re

from flask import render_template, request
from flask.typing import ResponseReturnValue

from marketplace.errors import NotFound
from marketplace.ledger import presenters, queries_sites
from marketplace.ledger.official import filled_forms
from marketplace.ledger.official_excel import workbook
from marketplace.ledger.official_tables import COMMON_NOTES, Sheet, Told, sheets
from marketplace.ledger.queries_official import books_of
from marketplace.months import month_of
from marketplace.security.permissions import require
from marketplace.session import current_actor, db_session
from marketplace.workbooks import file_answer
from models.base import utc_now
from models.organisations import Site

_PERIOD = re.compile(r"[12]\d{3}(-(0[1-9]|1[0-2]))?")


def official(site_id: int) -> ResponseReturnValue:
    site, period = _asked(site_id)
    told, made = _forms(site, period)
    months = queries_sites.months_of(db_session(), site_id, promises=False) or [month_of(utc_now())]
    return render_template(
        "ledger/official.html", site=site, site_name=presenters.site_name(site), told=told, sheets=made,
        period=period, months=months, years=sorted({month[:4] for month in months}, reverse=True),
        common_notes=COMMON_NOTES,
    )


def official_excel(site_id: int) -> ResponseReturnValue:
    site, period = _asked(site_id)
    told, made = _forms(site, period)
    return file_answer(f"ledger-site-{site.id}-{period}", workbook(told, made))


def _asked(site_id: int) -> tuple[Site, str]:
    """The site, and the month or year asked for; its latest month where none is."""
    site = queries_sites.site_by_id(db_session(), site_id)
    if site is None:
        raise NotFound(str(site_id))
    require(current_actor(), "ledger.view", site)
    period = request.args.get("period", "")
    if not _PERIOD.fullmatch(period):
        latest = queries_sites.months_of(db_session(), site_id, promises=False)
        period = latest[0] if latest else month_of(utc_now())
    return site, period


def _forms(site: Site, period: str) -> tuple[Told, list[Sheet]]:
    first, last = (period, period) if "-" in period else (f"{period}-01", f"{period}-12")
    if first != last:
        # A year that is not over has no lines for the months to come.
        moved = queries_sites.months_of(db_session(), site.id, promises=False)
        last = min(last, max([month_of(utc_now()), *moved[:1]]))
    told = Told(site.enterprise.name, site.name or "主厂址", period)
    return told, sheets(filled_forms(books_of(db_session(), site, first, last)))
