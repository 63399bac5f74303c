"""Indicators by place, the records behind them, and what the regulator enters."""

from __future__ import annotations

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import formatting
from marketplace.errors import NotFound
from marketplace.indicators import presenters, presenters_detail, queries, report
from marketplace.indicators.places import CITY, PARK, Place
from marketplace.indicators.presenters import Measured
from marketplace.indicators.sight import Sight
from marketplace.indicators.views_entering import value_added, value_added_excel, weights
from marketplace.indicators.views_records import records, records_excel
from marketplace.months import month_of
from marketplace.security.permissions import may
from marketplace.session import current_actor, db_session
from marketplace.tables import Table
from marketplace.urls import PUBLIC, Url
from marketplace.workbooks import excel_answer
from models.base import utc_now
from models.indicators import City


def overview() -> ResponseReturnValue:
    sight = _sight()
    tables = _overview_tables(sight)
    cities = [one for one in sight.places if one.kind == CITY and presenters.chosen_targets(one)]
    return render_template(
        "indicators/overview.html", year=sight.book.year, years=_years(sight), tables=tables,
        cards=[(presenters.place_name(city), presenters.rate_cards(city, sight.figures(city))) for city in cities],
        definitions=presenters_detail.definitions(), may_enter=may(current_actor(), "value_added.enter"),
        may_weigh=may(current_actor(), "scorecard.weigh"),
    )


def overview_excel() -> Response:
    sight = _sight()
    return excel_answer(f"indicators-{sight.book.year}", head(sight, _("All places")), _overview_tables(sight))


def place(kind: str, code: str) -> ResponseReturnValue:
    sight, found = _asked(kind, code)
    told = report.place_report(db_session(), sight, found, now=utc_now())
    return render_template(
        "indicators/place.html", place=found, name=presenters.place_name(found), told=told, year=told.year,
        kind_word=presenters.KIND_WORDS[found.kind], years=_years(sight),
        cards=presenters.rate_cards(found, told.figures), facts=presenters.fact_cards(sight, found, told.figures),
        above=[(presenters.place_name(one), presenters.place_url(one, told.year)) for one in _around(sight, found)],
        definitions=presenters_detail.definitions(), park_page=found.kind == PARK,
        may_enter=may(current_actor(), "value_added.enter", found),
        may_weigh=may(current_actor(), "scorecard.weigh", found),
    )


def place_excel(kind: str, code: str) -> Response:
    sight, found = _asked(kind, code)
    told = report.place_report(db_session(), sight, found, now=utc_now())
    summary = presenters.places_table(sight, [found])
    name = f"indicators-{found.kind}-{found.code}-{told.year}"
    # A header holds plain letters only; codes of parks may be anything.
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return excel_answer(plain, head(sight, presenters.place_name(found)), [summary, *told.tables])


def head(sight: Sight, subject: str) -> list[tuple[str, str]]:
    """What stands above every table of a workbook."""
    return [
        (_("Subject"), subject), (_("Year"), str(sight.book.year)), (_("As of"), formatting.moment(utc_now())),
        (_("Source"), _("ledger of the market; hazardous waste is left out")),
        (_("Units"), _("tonnes; shares in percent")),
    ]


def _overview_tables(sight: Sight) -> list[Table]:
    return [presenters.places_table(sight, sight.places)] + [
        presenters.targets_table(city, _public_figures(sight, city))
        for city in sight.places if city.kind == CITY and city.code == City.ORDOS
    ]


def _public_figures(sight: Sight, city: Place) -> dict[str, Measured]:
    found = sight.figures(city)
    if found is None:
        return {}
    return {
        "gis_util": Measured(found.use_rate), "gis_util_144": Measured(found.use_rate),
        "new_gangue_util": Measured(found.gangue_rate),
    }


def _sight() -> Sight:
    """The year asked for; else the latest with records, else the present one."""
    known = queries.years(db_session())
    asked = request.args.get("year", 0, type=int)
    now = int(month_of(utc_now())[:4])
    # The ledger cannot tell of years before the market, nor of those to come.
    year = asked if 2000 <= asked <= now + 1 else next((one for one in known if one <= now), now)
    return report.sight_of(db_session(), current_actor(), year)


def _years(sight: Sight) -> list[int]:
    return sorted({*queries.years(db_session()), sight.book.year}, reverse=True)


def _asked(kind: str, code: str) -> tuple[Sight, Place]:
    sight = _sight()
    found = next((one for one in sight.places if (one.kind, one.code) == (kind, code)), None)
    if found is None:
        raise NotFound(f"{kind}/{code}")
    return sight, found


def _around(sight: Sight, found: Place) -> list[Place]:
    """The places that hold this one, the largest first."""
    above = []
    for one in sight.places:
        city = one.kind == CITY and found.kind != CITY and one.code == found.city
        banner = one.kind == "region" and found.kind == PARK and one.region_id == found.region_id
        if city or banner:
            above.append(one)
    return above


URLS = [
    Url("/indicators", overview, PUBLIC),
    Url("/indicators.xlsx", overview_excel, PUBLIC),
    Url("/indicators/value-added", value_added, "value_added.enter", ("GET", "POST")),
    Url("/indicators/value-added.xlsx", value_added_excel, "value_added.enter"),
    Url("/indicators/weights", weights, "scorecard.weigh", ("GET", "POST")),
    Url("/indicators/<kind>/<code>", place, PUBLIC),
    Url("/indicators/<kind>/<code>.xlsx", place_excel, PUBLIC),
    Url("/indicators/<kind>/<code>/records", records, "indicator.view_detail"),
    Url("/indicators/<kind>/<code>/records.xlsx", records_excel, "indicator.view_detail"),
]
