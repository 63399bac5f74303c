"""How long ``gongsheng ledger verify`` takes: a ledger of 100,000 entries in a file of SQLite's.

``python -m benchmarks.ledger_verify [--quick]``; ``DATABASE_URL`` names another database, empty and migrated.  The
entries are what the ledger mostly holds: production, and promises that move from one account to the next.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from benchmarks.measuring import Table, case_result, measure, timed
from marketplace.ledger.chain import FIRST, hash_of
from marketplace.ledger.posting import balance_key, move
from marketplace.ledger.verify import verify
from models import Enterprise, Site, migrate
from models.engine import make_engine
from models.ledger import Account, LedgerBalance, LedgerEntry, LedgerHead, LedgerPosting

ENTRIES, QUICK = 100_000, 10_000
SITES, WASTES = 40, ("fly_ash_pc", "gangue", "steel_slag")
AT_A_TIME = 5_000
_NAME = "benchmarks.ledger_verify"


def fill(session: Session, count: int) -> None:
    """Write ``count`` entries in bulk, chained as the program chains them."""
    sites = _sites(session)
    sums: dict[str, Any] = {}
    totals: dict[str, Decimal] = defaultdict(Decimal)
    entries, postings, previous = [], [], FIRST
    for seq in range(1, count + 1):
        entry = _entry(seq, sites, previous)
        entry.hash = previous = hash_of(entry)
        entries.append(_values(entry, LedgerEntry))
        for row in entry.postings:
            row.seq = seq
            postings.append(_values(row, LedgerPosting))
            key = balance_key(row)
            totals[key] += row.tonnes
            sums[key] = {"site_id": row.site_id, "waste_type_id": row.waste_type_id, "account": str(row.account)}
        if seq % AT_A_TIME == 0 or seq == count:
            session.execute(insert(LedgerEntry), entries)
            session.execute(insert(LedgerPosting), postings)
            entries, postings = [], []
    session.execute(insert(LedgerBalance), [{"key": key, "tonnes": totals[key], **row} for key, row in sums.items()])
    session.execute(update(LedgerHead).values(seq=count, hash=previous))
    session.commit()


def _sites(session: Session) -> list[int]:
    rows = [
        Enterprise(code=f"B{n}", name=f"B{n}", sites=[Site(lat=39.8, lon=110.0, is_main=True)]) for n in range(SITES)
    ]
    session.add_all(rows)
    session.flush()
    return [row.sites[0].id for row in rows]


def _entry(seq: int, sites: list[int], previous: str) -> LedgerEntry:
    site, waste, month = sites[seq % len(sites)], WASTES[seq % len(WASTES)], f"2027-{seq % 12 + 1:02d}"
    tonnes = Decimal(seq % 977 + 1) / 8
    lines = move(
        tonnes, waste_type_id=waste, month=month, off=(site, Account.PRODUCED), onto=(site, Account.STOCK)
    ) + move(
        tonnes * 2, waste_type_id=waste, month=month, off=(site, Account.OPENING), onto=(site, Account.DISPOSED)
    )
    return LedgerEntry(
        seq=seq, at=datetime(2027, 1, 1, tzinfo=UTC) + timedelta(seconds=seq), kind="produced", note="一班",
        data={"day": "2027-01-15"}, previous_hash=previous,
        postings=[
            LedgerPosting(line=number, site_id=line.site_id, waste_type_id=line.waste_type_id,
                          account=line.account, month=line.month, tonnes=line.tonnes)
            for number, line in enumerate(lines, start=1)
        ],
    )


def _values(row: Any, table: type[Any]) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in table.__table__.columns}


def case(count: int) -> None:
    """Fill a ledger and verify it, in this process; the clock is of the verifying."""
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("DATABASE_URL") or f"sqlite:///{Path(folder) / 'ledger.sqlite3'}"
        migrate.upgrade(url)
        engine = make_engine(url)
        with Session(engine) as session:
            filled, _ = timed(lambda: fill(session, count))
        seconds, report = timed(lambda: verify(engine))
        engine.dispose()
    if report.faults:  # type: ignore[attr-defined]
        raise RuntimeError(f"{len(report.faults)} faults in a ledger without any: {report.faults[0]}")  # type: ignore[attr-defined]
    case_result(
        seconds, filled=filled, database=engine.dialect.name, entries=report.entries,  # type: ignore[attr-defined]
        postings=report.postings,  # type: ignore[attr-defined]
    )  # fmt: skip


def main(*, quick: bool = False) -> None:
    """One ledger: a database that is named cannot be filled twice."""
    count = QUICK if quick else ENTRIES
    table = Table("ledger_verify", "Verifying a ledger")
    found = measure(_NAME, f"{count:,} entries", count, runs=1)
    figures = found.figures
    say = ""
    if found.seconds:
        say = f"{figures['database']}, {figures['postings']:,} postings, {count / found.median:,.0f} entries/s"
    table.add(found, say=say)
    table.show()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--case"]:
        case(int(sys.argv[2]))
    else:
        main(quick="--quick" in sys.argv[1:])
