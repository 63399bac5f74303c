"""The records behind a figure: entries of the ledger, consignments with their weighings, supplies with their assays."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Row, exists, func, select
from sqlalchemy.orm import Session

from marketplace.indicators.facts import HANDED_USE, OWN_USE, Line, measured
from marketplace.indicators.queries import Ground, deals, entry_lines, exact
from marketplace.indicators.scorecard import Count
from models.assays import Assay, AssayKind
from models.catalogue.tables import WasteTypeRow
from models.contracts import Contract
from models.ledger import LedgerEntry, LedgerPosting
from models.listings import ListingStatus, Supply
from models.organisations import Enterprise
from models.transfers import Gate, Transfer, TransferStatus, Weighing

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Record:
    """One entry's part in one measure at one site; ``transfer`` is the consignment's code, blank without one."""

    seq: int
    at: datetime
    site_id: int
    enterprise_id: int
    waste: str
    month: str
    kind: str
    measure: str
    tonnes: Decimal
    transfer: str
    contract_id: int | None


def records(
    session: Session, where: Ground, sites: Collection[int], *, first: str, last: str, measures: Collection[str],
    wastes: Collection[str] = (), within_park: int | None = None,
) -> list[Record]:
    """Every record of the sites that counts for one of ``measures`` in the months, by entry.

    Their tonnes add up to the figure: both are made from the same lines in the same way.  ``within_park`` keeps use
    at the sites themselves and what was handed over to takers in that park.
    """
    lines = entry_lines(first, last, sites).add_columns(
        LedgerPosting.seq, LedgerPosting.tonnes, LedgerEntry.at, Transfer.code.label("transfer")
    ).outerjoin(Transfer, Transfer.id == LedgerEntry.transfer_id)
    if wastes:
        lines = lines.where(LedgerPosting.waste_type_id.in_(wastes))
    found = session.execute(lines.order_by(LedgerPosting.seq, LedgerPosting.line)).all()
    known = deals(session, {row.contract_id for row in found if row.contract_id is not None})
    sums: dict[tuple[int, int, str, str, str], tuple[Row, Decimal]] = {}
    for row in found:
        deal = known.get(row.contract_id or 0)
        for measure, tonnes in measured(Line(row.account, row.happened, exact(row.tonnes)), row.site_id, deal):
            if measure not in measures or (
                within_park is not None and measure == HANDED_USE
                and (deal is None or where.spots[deal.to_site_id].park_id != within_park)
            ):
                continue
            key = (row.seq, row.site_id, row.waste_type_id, row.month, measure)
            sums[key] = (row, sums[key][1] + tonnes if key in sums else tonnes)
    return [
        Record(
            seq, row.at, site, where.owners[site], waste, month, row.happened, measure, tonnes, row.transfer or "",
            row.contract_id,
        )
        for (seq, site, waste, month, measure), (row, tonnes) in sums.items() if tonnes
    ]


WITHIN_MEASURES = (OWN_USE, HANDED_USE)


def consignments(session: Session, sites: Collection[int], year: int) -> list[Row]:
    """Consignments of ``year`` that one of the sites sent or took and that were weighed out, with whether weighed in.

    The year is that of the month the consignment counts for.
    """
    came = exists().where(Weighing.transfer_id == Transfer.id, Weighing.gate == Gate.IN)
    left = exists().where(Weighing.transfer_id == Transfer.id, Weighing.gate == Gate.OUT)
    query = (
        select(
            Transfer.code, Transfer.month, Transfer.status, Contract.waste_type_id, Contract.from_site_id,
            Contract.to_site_id, Contract.producer_id, Contract.taker_id, came.label("both"),
        )
        .join(Contract, Contract.id == Transfer.contract_id)
        .join(WasteTypeRow, WasteTypeRow.id == Contract.waste_type_id)
        .where(
            left, Transfer.status != TransferStatus.CANCELLED, func.substr(Transfer.month, 1, 4) == str(year),
            Contract.from_site_id.in_(sites) | Contract.to_site_id.in_(sites),
        )
        .order_by(Transfer.code)
    )
    return list(session.execute(query))


def supplies(session: Session, sites: Collection[int]) -> list[Row]:
    """Published supplies of the sites, each with whether a laboratory has measured it."""
    measured_there = exists().where(Assay.supply_id == Supply.id, Assay.kind == AssayKind.MEASURED)
    query = select(
        Supply.code, Supply.waste_type_id, Supply.enterprise_id, Supply.t_per_month, measured_there.label("measured")
    ).where(Supply.status == ListingStatus.PUBLISHED, Supply.site_id.in_(sites))
    return list(session.execute(query.order_by(Supply.code)))


def count_of(rows: list[Row], attribute: str) -> Count:
    """How many of ``rows`` have ``attribute``."""
    return Count(sum(1 for row in rows if getattr(row, attribute)), len(rows))


def enterprise_names(session: Session, ids: Collection[int]) -> dict[int, Row]:
    """Code and names of enterprises by id."""
    rows = session.execute(
        select(Enterprise.id, Enterprise.code, Enterprise.name, Enterprise.name_en).where(Enterprise.id.in_(ids))
    )
    return {row.id: row for row in rows}
