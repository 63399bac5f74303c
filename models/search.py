"""Word search over listings that finds two-character Chinese words, on both databases alike.

The pieces of :func:`models.grams.bigrams` find candidates by index (FTS5 on SQLite, GIN on ``text[]`` on
PostgreSQL); a plain comparison of the text then drops those that hold the pieces but not the word.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, event, inspect, literal_column, select, text, true
from sqlalchemy.orm import Session

from models.catalogue.tables import UseRow, WasteTypeRow
from models.grams import bigrams, normalise, query_grams, runs
from models.listings import Demand, Supply
from models.organisations import Enterprise, Park, Region, Site

_MOST_RUNS = 12


def search_filter(model: type[Supply] | type[Demand], query: str, dialect: str) -> ColumnElement[bool]:
    """The condition that a listing of ``model`` holds every word of ``query``; true for no words.

    ``dialect`` is ``session.get_bind().dialect.name``.  Words stand in any order; a Chinese word is found
    anywhere in a text, another one at the beginning of a word.  Words past the twelfth are left out.
    """
    words = runs(query)[:_MOST_RUNS]
    if not words:
        return true()
    exact = [model.search_text.contains(word, autoescape=True) for word in words]
    grams = sorted({gram for word in words for gram in query_grams(word)})
    if dialect == "postgresql":
        return and_(model.search_grams.op("@>")(grams), *exact)
    table = model.__tablename__
    match = " AND ".join(_phrase(word) for word in words)
    found = select(literal_column("rowid")).select_from(text(f"{table}_fts")).where(
        text(f"{table}_fts MATCH :words").bindparams(words=match)
    )
    return and_(model.id.in_(found), *exact)


def _phrase(word: str) -> str:
    return " AND ".join(f'"{gram}"' for gram in query_grams(word))


def index_listing(session: Session, listing: Supply | Demand) -> None:
    """Write what a listing can be found by: its code, note, enterprise, place, and waste types or use."""
    with session.no_autoflush:
        parts = [listing.code, listing.note, *_place_words(session, listing), *_what_words(session, listing)]
    searched = normalise(" ".join(part for part in parts if part))
    grams = bigrams(searched)
    # Set only when different: a save that changes nothing must not raise the version.
    if listing.search_text != searched:
        listing.search_text = searched
    if listing.search_grams != grams:
        listing.search_grams = grams


def _place_words(session: Session, listing: Supply | Demand) -> list[str]:
    words: list[str] = []
    enterprise = _one(session, Enterprise, listing.enterprise, listing.enterprise_id)
    site = _one(session, Site, listing.site, listing.site_id)
    region_id, park_id = None, site.park_id if site is not None else None
    if enterprise is not None:
        words += [enterprise.name, enterprise.name_en]
        region_id, park_id = enterprise.region_id, park_id or enterprise.park_id
    park = _one(session, Park, None, park_id)
    region = _one(session, Region, None, region_id)
    if park is not None:
        words += [park.name, park.name_en]
    if region is not None:
        words += [region.name_zh, region.name_en]
    return words


def _what_words(session: Session, listing: Supply | Demand) -> list[str]:
    if isinstance(listing, Supply):
        wastes = [_one(session, WasteTypeRow, listing.waste_type, listing.waste_type_id)]
        words: list[str] = []
    else:
        use = _one(session, UseRow, listing.use, listing.use_id)
        words = [use.name_zh, use.name_en] if use is not None else []
        wastes = [_one(session, WasteTypeRow, row.waste_type, row.waste_type_id) for row in listing.accepts]
    for waste in wastes:
        if waste is not None:
            words += [waste.name_zh, waste.name_en, waste.aliases, waste.hw_code, waste.category_code]
    return words


def _one(session: Session, model: type[Any], loaded: Any, row_id: Any) -> Any:
    # The id rules: after an edit the loaded relation still shows the row of before.
    if row_id is None:
        return loaded
    return loaded if loaded is not None and loaded.id == row_id else session.get(model, row_id)


@event.listens_for(Session, "before_flush")
def _keep_search_current(session: Session, _context: Any, _instances: Any) -> None:
    changed = [row for row in (*session.new, *session.dirty) if session.is_modified(row)]
    listings = {row for row in changed if isinstance(row, Supply | Demand)}
    with session.no_autoflush:
        for row in changed:
            if isinstance(row, Enterprise) and row.id is not None and _renamed(row):
                for model in (Supply, Demand):
                    listings.update(session.scalars(select(model).where(model.enterprise_id == row.id)))
        for listing in sorted(listings, key=lambda row: row.code):
            index_listing(session, listing)


def _renamed(row: Enterprise) -> bool:
    state = inspect(row)
    return any(
        state.attrs[name].history.has_changes() for name in ("name", "name_en", "region_id", "park_id")
    )
