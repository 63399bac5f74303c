"""The market as a frozen :class:`MatchProblem`, kept by a process until the market changes."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.market.kept import Kept
from marketplace.market.promised import Promised, promised
from marketplace.market.settings import engine_settings, market_settings
from matching.catalogue import Catalogue, read_catalogue
from models.catalogue import DATA_FOLDER
from models.market import MarketRevision

if TYPE_CHECKING:
    from matching.problem import MatchProblem
    from matching.scenario.tables import Rows

_problems: Kept[MatchProblem] = Kept(1)


@lru_cache(maxsize=1)
def engine_catalogue() -> Catalogue:
    """The catalogue as the engine reads it, once per process."""
    return read_catalogue(DATA_FOLDER)


def market_revision(session: Session) -> int:
    """The number that grows with every change of the market."""
    return session.scalar(select(MarketRevision.revision).where(MarketRevision.id == 1)) or 0


def load_problem(
    session: Session, *, months: int | None = None, first_month: str | None = None, also: str | None = None,
    committed: bool = True, only: Collection[str] | None = None,
) -> MatchProblem:
    """The published market as the engine's input; ids are the listings' and enterprises' codes, sorted.

    ``months`` and ``first_month`` default to the market's settings.  ``also`` adds the one listing of that
    code whatever its status (a draft's preview); ``only`` reads no other published listings than these.  With
    ``committed`` a listing offers what accepted bids have left of its tonnes per month and of its stock, never
    less than zero; without, what it says.
    """
    from dataclasses import replace

    from marketplace.market.rows import Chosen, read_tables
    from matching.scenario.build import build_problem

    settings = engine_settings(market_settings(session))
    settings = replace(
        settings, months=months or settings.months, first_month=first_month or settings.first_month
    )
    chosen = Chosen(also, None if only is None else frozenset(only))
    tables = read_tables(session, chosen)
    if committed:
        asked = None if only is None else {*only, also or ""}
        taken = promised(session, settings.month_names(), asked)
        for file in ("supplies.csv", "demands.csv"):
            _subtract(tables[file], taken)
    return build_problem(settings, tables, engine_catalogue())


def cached_problem(session: Session) -> MatchProblem:
    """:func:`load_problem` with its defaults, kept by this process until the market's revision moves."""
    settings = market_settings(session)
    # The revision is read before the rows: rows newer than their number are read again, never the reverse.
    revision, url = market_revision(session), str(session.get_bind().engine.url)
    key = (url, revision, settings.first_month, settings.months, settings.circuity)
    return _problems.get(key, lambda: load_problem(session))


def _subtract(rows: Rows, taken: dict[str, Promised]) -> None:
    """Lower the tonnes, and a supply's stock, of every listing that accepted bids have promised from."""
    if not taken:
        return
    tonnes, stock = rows.values["t_per_month"], rows.values.get("stock_t")
    for index, code in enumerate(rows.values["id"]):
        promises = taken.get(str(code))
        if promises is None:
            continue
        stated = float(tonnes[index])  # type: ignore[arg-type]
        tonnes[index] = promises.left_per_month(stated)
        if stock is not None:
            stock[index] = promises.left_of_stock(float(stock[index] or 0), stated)  # type: ignore[arg-type]
