"""The files of a scenario and their columns; the one place that says what a cell may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "id",
    "text",
    "number",
    "month",
    "flag",
    "choice",
    "licences",
    "reference",
    "waste_type",
    "property",
    "use",
]


@dataclass(frozen=True, slots=True)
class Column:
    """One column.  Numbers carry their unit and inclusive range.

    ``target`` is the file a reference points into; ``choices`` the words a choice may be.
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    target: str = ""


def number(
    name: str, unit: str, *, required: bool = False, low: float | None = None, high: float | None = None
) -> Column:
    return Column(name, "number", required, unit, low, high)


@dataclass(frozen=True, slots=True)
class Table:
    """One file; ``key`` names the columns that together occur once; ``needed``: it must be there."""

    file: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    needed: bool = False


_LAT = number("lat", "degrees", low=-90, high=90)
_LON = number("lon", "degrees", low=-180, high=180)
_NEEDED_LAT = number("lat", "degrees", required=True, low=-90, high=90)
_NEEDED_LON = number("lon", "degrees", required=True, low=-180, high=180)
_QUALITY = Column("quantity_quality", "choice", choices=("stated", "estimate"))
_REMARKS = (Column("source"), Column("note"))
_WINDOW = (Column("start", "month"), Column("end", "month"))


def _listing(*own: Column, price: str) -> tuple[Column, ...]:
    return (
        Column("id", "id", required=True),
        Column("enterprise", "reference", required=True, target="enterprises.csv"),
        *own,
        number("t_per_month", "t/month", required=True, low=0),
        *_WINDOW,
        number(price, "yuan/t"),
        number("min_lot_t", "t", low=0),
        number("max_distance_km", "km", low=0),
        _LAT,
        _LON,
        _QUALITY,
        *_REMARKS,
    )


TABLES: tuple[Table, ...] = (
    Table(
        "parks.csv",
        (
            Column("id", "id", required=True),
            Column("name", required=True),
            Column("name_en"),
            Column("region"),
            _LAT,
            _LON,
            *_REMARKS,
        ),
        ("id",),
    ),
    Table(
        "enterprises.csv",
        (
            Column("id", "id", required=True),
            Column("name", required=True),
            Column("name_en"),
            _NEEDED_LAT,
            _NEEDED_LON,
            Column("park", "reference", target="parks.csv"),
            Column("region"),
            Column("qualified", "flag"),
            Column("licences", "licences"),
            Column("location_quality", "choice", choices=("surveyed", "approximate")),
            *_REMARKS,
        ),
        ("id",),
        needed=True,
    ),
    Table(
        "supplies.csv",
        _listing(
            Column("waste_type", "waste_type", required=True),
            number("stock_t", "t", low=0),
            price="ask_yuan_per_t",
        ),
        ("id",),
        needed=True,
    ),
    Table(
        "assays.csv",
        (
            Column("supply", "reference", required=True, target="supplies.csv"),
            Column("property", "property", required=True),
            number("value", "the property's unit", required=True),
            number("sd", "the property's unit", low=0),
            Column("method"),
            Column("laboratory"),
            Column("date"),
            *_REMARKS,
        ),
        ("supply", "property"),
    ),
    Table(
        "demands.csv",
        _listing(Column("use", "use", required=True), price="bid_yuan_per_t"),
        ("id",),
        needed=True,
    ),
    Table(
        "accepts.csv",
        (
            Column("demand", "reference", required=True, target="demands.csv"),
            Column("waste_type", "waste_type", required=True),
            number("max_share", "share", low=0, high=1),
            *_REMARKS,
        ),
        ("demand", "waste_type"),
        needed=True,
    ),
    Table(
        "specs.csv",
        (
            Column("demand", "reference", required=True, target="demands.csv"),
            Column("waste_type", "waste_type"),
            Column("property", "property", required=True),
            number("min", "the property's unit"),
            number("max", "the property's unit"),
            Column("basis", "choice", choices=("each", "blend")),
            Column("standard"),
            Column("clause"),
            *_REMARKS,
        ),
        ("demand", "waste_type", "property", "basis"),
    ),
    Table(
        "residues.csv",
        (
            Column("demand", "reference", required=True, target="demands.csv"),
            Column("waste_type", "waste_type", required=True),
            number("yield_t_per_t", "t/t", required=True, low=0),
            *_REMARKS,
        ),
        ("demand", "waste_type"),
    ),
)
