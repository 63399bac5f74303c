"""Everything about one place and year put together, as the page, the workbook and a printed report show it.

``place_report`` is the way in: it reads once, decides what the reader may see, and hands back figures and tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.indicators import presenters, presenters_detail, queries, queries_entered, queries_records
from marketplace.indicators.facts import Figures
from marketplace.indicators.forecast import Forecast, Offer, ToCome, forecast
from marketplace.indicators.intensity import Intensity, intensities, latest
from marketplace.indicators.places import PARK, Place
from marketplace.indicators.presenters import Measured
from marketplace.indicators.scorecard import Count, Scorecard, scorecard
from marketplace.indicators.sight import Sight
from marketplace.months import month_of
from marketplace.security.actor import Actor
from marketplace.stockpiles.queries import finished_in
from marketplace.tables import Table


@dataclass(frozen=True, slots=True)
class PlaceReport:
    """``full``: the reader sees months, records, forecast and, of a park, the scorecard.

    ``figures`` None: hidden from this reader.  ``tables`` are in the order of the page and keyed by ``Table.key``.
    """

    place: Place
    year: int
    full: bool
    figures: Figures | None
    measured: dict[str, Measured]
    tables: list[Table]
    forecast: Forecast | None = None
    intensities: Sequence[Intensity] = ()
    scorecard: Scorecard | None = None

    def table(self, key: str) -> Table | None:
        return next((one for one in self.tables if one.key == key), None)


def sight_of(session: Session, actor: Actor, year: int) -> Sight:
    """One year of the whole ledger as ``actor`` may see it."""
    return Sight(actor, queries.book(session, year), queries.places(session))


def place_report(session: Session, sight: Sight, place: Place, *, now: datetime) -> PlaceReport:
    """The figures of ``place`` in the year of ``sight`` with every table this reader may see."""
    year, found = sight.book.year, sight.figures(place)
    measured = {} if found is None else _measured(session, sight, place, found)
    tables = [presenters.targets_table(place, measured)]
    if not sight.full(place):
        return PlaceReport(place, year, False, found, measured, [*tables, presenters.other_targets_table(place)])
    to_come = _forecast(session, sight, place, month_of(now))
    told = _intensities(session, sight, place)
    card = park_scorecard(session, sight, place) if place.kind == PARK else None
    tables += [
        presenters.months_table(sight, place), presenters.wastes_table(sight, place),
        presenters_detail.forecast_table(to_come, year), presenters_detail.intensity_table(told, year),
    ]
    if card is not None:
        tables.append(presenters_detail.scorecard_table(card, place, year))
    tables.append(presenters.other_targets_table(place))
    return PlaceReport(place, year, True, found, measured, tables, to_come, told, card)


def park_scorecard(session: Session, sight: Sight, place: Place) -> Scorecard:
    """The scorecard of a park over the year of ``sight``."""
    sites = sites_of(sight, place)
    sent = queries_records.consignments(session, sites, sight.book.year)
    offered = queries_records.supplies(session, sites)
    return scorecard(
        sight.figures(place) or Figures(), queries_records.count_of(sent, "both"),
        queries_records.count_of(offered, "measured"), Count(*finished_in(session, place)),
        queries_entered.weights(session),
    )


def sites_of(sight: Sight, place: Place) -> list[int]:
    """The sites that count for ``place``."""
    return sorted(site for site, spot in sight.book.ground.spots.items() if place.holds(spot))


def _measured(session: Session, sight: Sight, place: Place, found: Figures) -> dict[str, Measured]:
    """The market's figure for each of the documents' indicators; a detail only for whoever sees the place in full."""
    year = str(sight.book.year)
    full = sight.full(place)
    link = presenters.records_url(place, year, "used") if full else None
    measured = {key: Measured(found.use_rate, url=link) for key in ("gis_util", "gis_util_144")}
    measured["new_gangue_util"] = Measured(
        found.gangue_rate, url=presenters.records_url(place, year, "gangue") if full else None
    )
    if full:
        change = sight.kept_change(place)
        measured["storage_reduction"] = Measured(change.reduction if change else None)
        one = latest(_intensities(session, sight, place))
        if one is not None:
            note = one.entered.source_note if one.estimate else ""
            measured["gen_intensity"] = Measured(one.t_per_10k_yuan, note)
        part, whole = finished_in(session, place)
        measured["yard_remediation"] = Measured(Decimal(part) / whole if whole else None)
    return measured


def _intensities(session: Session, sight: Sight, place: Place) -> list[Intensity]:
    entered = queries_entered.value_added_of(session, place, sight.book.year)
    return intensities(entered, presenters.by_month(sight.rows(place)))


def _forecast(session: Session, sight: Sight, place: Place, this_month: str) -> Forecast | None:
    spots, year = sight.book.ground.spots, sight.book.year

    def here(site_id: int) -> bool:
        return place.holds(spots[site_id])

    offers = [
        Offer((row.site_id, row.waste_type_id), row.t_per_month, row.start_month, row.end_month)
        for row in queries.offers(session) if here(row.site_id)
    ]
    contracted = queries.promised(session, f"{year}-01", f"{year}-12")
    road = queries.on_the_road(session)
    return forecast(
        sight.rows(place),
        ToCome(
            offers, {source: months for source, months in contracted.items() if here(source[0])},
            {source: tonnes for source, tonnes in road.items() if here(source[0])},
        ),
        year=year, this_month=this_month,
    )
