"""How long a web process that starts cold takes to build its live index from the database.

``python -m benchmarks.cold_start [--quick]``; a file of SQLite's, or the empty, migrated database that ``DATABASE_URL``
names.  Half of the listings are supplies with three assays, half demands with two limits.  The rows alone, read and
counted, are the baseline: no index can be there before them.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from benchmarks.measuring import Table, case_result, measure
from marketplace.market.live import LiveMarket
from models import (
    Assay,
    Demand,
    DemandAccept,
    DemandSpec,
    Enterprise,
    MarketSettings,
    Site,
    Supply,
    migrate,
)
from models.catalogue.reference import sync_catalogue
from models.engine import make_engine

SIZES, QUICK = (100_000, 1_000_000), (4_000,)
WASTES, USE = ("fly_ash_pc", "gangue", "bottom_ash", "fgd_gypsum"), "fly_ash_admixture"
PROPERTIES, LIMITS = ("loi", "so3", "moisture"), ("loi", "so3")
AT_A_TIME = 20_000
NOW = datetime(2027, 1, 1, tzinfo=UTC)
_NAME = "benchmarks.cold_start"


def fill(session: Session, listings: int) -> None:
    """Write the market in bulk: an enterprise with a site for every ten listings."""
    rng = np.random.default_rng(7)
    firms = max(listings // 10, 1)
    session.add(MarketSettings(
        id=1, first_month="2027-01", months=12, handling_yuan_per_t=6, rate_yuan_per_t_km=0.3, carbon={}
    ))
    _write(session, Enterprise, (
        {"id": n + 1, "code": f"E{n}", "name": f"E{n}", "qualified": True} for n in range(firms)
    ))
    lat, lon = 37.5 + 4 * rng.random(firms), 106.5 + 5 * rng.random(firms)
    _write(session, Site, (
        {"id": n + 1, "enterprise_id": n + 1, "is_main": True, "lat": float(lat[n]), "lon": float(lon[n])}
        for n in range(firms)
    ))
    half = listings // 2
    tonnes, value = rng.integers(100, 5_000, half), rng.random((half, len(PROPERTIES))) * 10
    common = {"start_month": "2027-01", "status": "published", "published_at": NOW}
    _write(session, Supply, (
        {"id": n + 1, "code": f"S{n:07}", "enterprise_id": n % firms + 1, "site_id": n % firms + 1,
         "waste_type_id": WASTES[n % 4], "t_per_month": int(tonnes[n]), "stock_t": 0, **common}
        for n in range(half)
    ))
    _write(session, Assay, (
        {"supply_id": n + 1, "property_id": key, "value": float(value[n, at])}
        for n in range(half) for at, key in enumerate(PROPERTIES)
    ))
    _write(session, Demand, (
        {"id": n + 1, "code": f"D{n:07}", "enterprise_id": n % firms + 1, "site_id": n % firms + 1, "use_id": USE,
         "t_per_month": int(tonnes[n]), "max_distance_km": 120.0, **common}
        for n in range(half)
    ))
    _write(session, DemandAccept, (
        {"demand_id": n + 1, "waste_type_id": WASTES[n % 4], "max_share": 1} for n in range(half)
    ))
    _write(session, DemandSpec, (
        {"demand_id": n + 1, "property_id": key, "maximum": 4 + n % 5, "basis": "each"}
        for n in range(half) for key in LIMITS
    ))
    session.commit()


def _write(session: Session, model: type, rows: object) -> None:
    batch: list[dict[str, object]] = []
    for row in rows:  # type: ignore[attr-defined]
        batch.append(row)
        if len(batch) == AT_A_TIME:
            session.execute(insert(model), batch)
            batch = []
    if batch:
        session.execute(insert(model), batch)


def case(listings: int) -> None:
    """Fill a database, then build the index from it as a new process does."""
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("DATABASE_URL") or f"sqlite:///{Path(folder) / 'cold.sqlite3'}"
        migrate.upgrade(url)
        engine = make_engine(url)
        with Session(engine) as session:
            sync_catalogue(session)
            fill(session, listings)
        with Session(engine) as session:
            begun = time.perf_counter()
            tables = (Supply, Demand, Assay, DemandAccept, DemandSpec)
            rows = sum(len(session.execute(select(table.__table__)).all()) for table in tables)
            read = time.perf_counter() - begun
        with Session(engine) as session:
            begun = time.perf_counter()
            market = LiveMarket()
            found = market.ask(session, lambda index: len(index.partners("supply", "S0000000", 20)))
            seconds = time.perf_counter() - begun
            count = session.scalar(select(func.count()).select_from(Supply))
        engine.dispose()
    case_result(seconds, rows_s=read, rows=rows, supplies=count, partners=found)


def main(*, quick: bool = False) -> None:
    table = Table("cold_start", "A live index built from the database by a process that starts")
    for listings in QUICK if quick else SIZES:
        one = measure(_NAME, f"{listings:,} listings", listings, runs=1)
        told = {key: float(one.figures.get(key, "nan")) for key in ("rows", "rows_s")}  # type: ignore[arg-type]
        table.add(one, say=f"{told['rows']:,.0f} rows; reading them alone {told['rows_s']:.1f} s")
    table.show()


if __name__ == "__main__":
    if "--case" in sys.argv:
        case(int(sys.argv[2]))
    else:
        main(quick="--quick" in sys.argv)
