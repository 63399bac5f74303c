"""The records behind a figure: which entries, consignments or supplies it was made from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import formatting
from marketplace.errors import NotFound
from marketplace.indicators import presenters, presenters_detail, queries, queries_records, rules
from marketplace.indicators.facts import DISPOSED, GANGUE, HANDED_USE, MEASURES, OWN_USE, PRODUCED, STORED
from marketplace.indicators.places import Place
from marketplace.ledger.queries_sites import sites_for
from marketplace.months import month_of
from marketplace.security.permissions import require
from marketplace.session import current_actor, db_session
from marketplace.symbiosis.presenters import waste_name
from marketplace.tables import Table
from marketplace.workbooks import excel_answer
from models.base import utc_now
from models.catalogue.reference import catalogue

_PERIOD = re.compile(r"2\d{3}(-(0[1-9]|1[0-2]))?")
# Which measures of the ledger stand behind which figure; consignments and supplies are no entries.
_MEASURES: dict[str, tuple[str, ...]] = {
    "all": MEASURES, "produced": (PRODUCED,), "used": (OWN_USE, HANDED_USE), "gangue": (OWN_USE, HANDED_USE),
    "within": (OWN_USE, HANDED_USE), "kept": (STORED, DISPOSED), "stored": (STORED,), "disposed": (DISPOSED,),
}
_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """A place, a year or month, a kind of figure and a waste type (blank: all)."""

    place: Place
    period: str
    what: str
    waste: str

    @property
    def title(self) -> str:
        when = presenters_detail.period_text(self.period)
        return _(
            "%(what)s: %(place)s, %(when)s", what=presenters_detail.WHAT_WORDS[self.what],
            place=presenters.place_name(self.place), when=when,
        )


def records(kind: str, code: str) -> ResponseReturnValue:
    asked = _asked(kind, code)
    table = _table(asked)
    total = None
    if asked.what in _MEASURES and asked.what != "all":
        total = sum((row[-1].value for row in table.rows), 0)  # type: ignore[misc]
    count = len(table.rows)
    del table.rows[_SHOWN:]
    return render_template(
        "indicators/records.html", asked=asked, table=table, total=total, count=count, shown=_SHOWN,
        name=presenters.place_name(asked.place), back=presenters.place_url(asked.place, int(asked.period[:4])),
        whats=presenters_detail.WHAT_WORDS.items(), is_park=asked.place.park_id is not None,
        wastes=[(key, waste_name(key)) for key in sorted(set(catalogue().waste_types) - set(queries.hazardous()))],
        periods=_periods(asked.period),
    )


def records_excel(kind: str, code: str) -> Response:
    asked = _asked(kind, code)
    head = [
        (_("Subject"), presenters.place_name(asked.place)), (_("Period"), presenters_detail.period_text(asked.period)),
        (_("As of"), formatting.moment(utc_now())), (_("Unit"), _("tonnes")),
    ]
    return excel_answer(f"records-{asked.what}-{asked.period}", head, [_table(asked)])


def _asked(kind: str, code: str) -> Asked:
    """What was asked for, once it is sure that the actor may see the place in full."""
    place = queries.place_by_key(db_session(), kind, code)
    if place is None:
        raise NotFound(f"{kind}/{code}")
    require(current_actor(), "indicator.view_detail", place)
    period, what = request.args.get("period", ""), request.args.get("what", "all")
    waste = request.args.get("waste", "")
    return Asked(
        place, period if _PERIOD.fullmatch(period) else month_of(utc_now())[:4],
        what if what in presenters_detail.WHAT_WORDS else "all", waste if waste in catalogue().waste_types else "",
    )


def _table(asked: Asked) -> Table:
    session, where = db_session(), queries.ground(db_session())
    sites = [site for site, spot in where.spots.items() if asked.place.holds(spot)]
    if asked.what == "weighed":
        sent = queries_records.consignments(session, sites, int(asked.period[:4]))
        names = queries_records.enterprise_names(
            session, {one for row in sent for one in (row.producer_id, row.taker_id)}
        )
        return presenters_detail.consignments_table(sent, names, asked.title)
    if asked.what == "assayed":
        offered = queries_records.supplies(session, sites)
        names = queries_records.enterprise_names(session, {row.enterprise_id for row in offered})
        return presenters_detail.supplies_table(offered, names, asked.title)
    months = rules.months_of_period(asked.period)
    wastes = {GANGUE} if asked.what == "gangue" else {asked.waste} - {""}
    found = queries_records.records(
        session, where, sites, first=months[0], last=months[-1], measures=_MEASURES[asked.what], wastes=wastes,
        within_park=asked.place.park_id if asked.what == "within" else None,
    )
    names = queries_records.enterprise_names(session, {one.enterprise_id for one in found})
    ledgers = {site.id for site in sites_for(session, current_actor())}
    return presenters_detail.records_table(found, names, ledgers, asked.title)


def _periods(period: str) -> list[tuple[str, str]]:
    year = period[:4]
    return [(one, presenters_detail.period_text(one)) for one in (year, *rules.months_of_period(year))]
