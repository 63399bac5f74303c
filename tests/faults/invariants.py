"""What must hold whatever happened, asked of the tables directly: no service and no rule of the market is used here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.faults.client import Tally

Check = Callable[[Session, Tally], list[str]]
_PROMISED = (
    "SELECT {listing}.code, b.month, SUM(b.tonnes) FROM ledger_balances b JOIN contracts c ON c.id = b.contract_id"
    " JOIN {listing} ON {listing}.id = c.{column} WHERE b.site_id = c.{site} AND b.account IN ('reserved',"
    " 'contracted', 'sent') GROUP BY {listing}.code, b.month ORDER BY {listing}.code, b.month"
)


def violations(session: Session, tally: Tally) -> dict[str, list[str]]:
    """Every invariant with what breaks it; an empty list where it holds."""
    return {(check.__doc__ or "").splitlines()[0].rstrip("."): check(session, tally) for check in CHECKS}


def _supplies_not_oversold(session: Session, _tally: Tally) -> list[str]:
    """No supply has promised more than it has made by any month, its stock included."""
    offered = {
        code: (Decimal(str(tonnes)), Decimal(str(stock)), first)
        for code, tonnes, stock, first in session.execute(
            text("SELECT code, t_per_month, stock_t, start_month FROM supplies")
        )
    }
    gone: dict[str, Decimal] = defaultdict(Decimal)
    found = []
    rows = session.execute(text(_PROMISED.format(listing="supplies", column="supply_id", site="from_site_id")))
    for code, month, tonnes in rows:
        per_month, stock, first = offered[code]
        gone[code] += Decimal(str(tonnes))
        made = stock + per_month * (_number(month) - _number(first) + 1)
        if gone[code] > made:
            found.append(f"{code} by {month}: {gone[code]} t promised of {made} t")
    return found


def _demands_not_overfilled(session: Session, _tally: Tally) -> list[str]:
    """No demand has promised to take more than its room in any month."""
    room = dict(session.execute(text("SELECT code, t_per_month FROM demands")).all())
    rows = session.execute(text(_PROMISED.format(listing="demands", column="demand_id", site="to_site_id")))
    return [
        f"{code} in {month}: {tonnes} t of {room[code]} t"
        for code, month, tonnes in rows if Decimal(str(tonnes)) > Decimal(str(room[code]))
    ]


def _no_bid_lost(session: Session, tally: Tally) -> list[str]:
    """Every bid a client was told is placed is there."""
    return sorted(tally.placed - set(_keys(session)))


def _no_bid_doubled(session: Session, tally: Tally) -> list[str]:
    """No bid is there twice, and none that nobody sent."""
    keys = _keys(session)
    return sorted({key for key in keys if keys.count(key) > 1} | (set(keys) - tally.sent_keys))


def _one_contract_per_award(session: Session, _tally: Tally) -> list[str]:
    """Each accepted bid has one contract, and no other bid has one."""
    return _lines(
        session, "SELECT b.id, b.status, COUNT(c.id) FROM bids b LEFT JOIN contracts c ON c.bid_id = b.id GROUP BY"
        " b.id, b.status HAVING (b.status = 'accepted' AND COUNT(c.id) <> 1)"
        " OR (b.status <> 'accepted' AND COUNT(c.id) > 0)"
    )


def _tenders_awarded_once(session: Session, _tally: Tally) -> list[str]:
    """An awarded tender leaves no bid open and was awarded by one event; one not awarded has no contract."""
    return _lines(
        session, "SELECT t.id, t.status FROM tenders t WHERE"
        " (t.status = 'awarded' AND (EXISTS (SELECT 1 FROM bids b WHERE b.tender_id = t.id AND b.status = 'open')"
        " OR 1 <> (SELECT COUNT(*) FROM events e WHERE e.kind = 'tender.awarded'"
        " AND e.subject_id = CAST(t.id AS VARCHAR(20)))))"
        " OR (t.status = 'closed' AND EXISTS (SELECT 1 FROM bids b WHERE b.tender_id = t.id AND b.status <> 'open'))"
    )


def _contracts_equal_the_ledger(session: Session, _tally: Tally) -> list[str]:
    """At both sites the ledger holds of each contract and month what was agreed."""
    found = []
    for site in ("from_site_id", "to_site_id"):
        found += _lines(
            session, "SELECT c.code, m.month, m.planned_t, COALESCE(SUM(b.tonnes), 0) FROM contracts c JOIN"
            f" contract_months m ON m.contract_id = c.id LEFT JOIN ledger_balances b ON b.contract_id = c.id AND"
            f" b.month = m.month AND b.site_id = c.{site} AND b.account IN ('reserved', 'contracted', 'sent')"
            " WHERE c.status IN ('proposed', 'active') GROUP BY c.code, m.month, m.planned_t"
            " HAVING ROUND(CAST(m.planned_t - COALESCE(SUM(b.tonnes), 0) AS NUMERIC), 3) <> 0"
        )
    return found


def _balances_are_sums(session: Session, _tally: Tally) -> list[str]:
    """Every balance is the sum of its postings, and every entry sums to zero."""
    sums: dict[tuple[object, ...], Decimal] = defaultdict(Decimal)
    entries: dict[int, Decimal] = defaultdict(Decimal)
    for seq, *account, month, contract, tonnes in session.execute(text(
        "SELECT seq, site_id, waste_type_id, account, month, contract_id, tonnes FROM ledger_postings"
    )):
        sums[(*account, month if contract else None, contract)] += _kilograms(tonnes)
        entries[seq] += _kilograms(tonnes)
    kept = {
        tuple(account): _kilograms(tonnes) for *account, tonnes in session.execute(text(
            "SELECT site_id, waste_type_id, account, month, contract_id, tonnes FROM ledger_balances"
        ))
    }
    wrong = [f"{key}: {kept.get(key)} is not {total}" for key, total in sums.items() if kept.get(key, 0) != total]
    wrong += [f"{key}: {total} without postings" for key, total in kept.items() if total and key not in sums]
    return wrong + [f"entry {seq}: {total}" for seq, total in entries.items() if total]


def _slips_counted_once(session: Session, tally: Tally) -> list[str]:
    """Each slip is one weighing and one entry of the ledger, and none a client was told of is missing."""
    slips = {slip: transfer for slip, transfer in session.execute(text("SELECT slip_no, transfer_id FROM weighings"))}
    loaded = [row[0] for row in session.execute(
        text("SELECT transfer_id FROM ledger_entries WHERE kind = 'transfer.loaded'")
    )]
    wrong = {slip: loaded.count(transfer) for slip, transfer in slips.items() if loaded.count(transfer) != 1}
    return sorted(tally.slips - set(slips)) + [f"{slip}: {count} entries" for slip, count in wrong.items()]


def _chain_without_gaps(session: Session, _tally: Tally) -> list[str]:
    """The ledger's entries are numbered without a gap, each pointing at the one before."""
    before, expected, found = "0" * 64, 1, []
    rows = session.execute(text("SELECT seq, previous_hash, hash FROM ledger_entries ORDER BY seq"))
    for seq, previous, digest in rows:
        if seq != expected or previous != before:
            found.append(f"entry {seq}")
        before, expected = digest, seq + 1
    return found


def _told_once(session: Session, _tally: Tally) -> list[str]:
    """Nobody is told of one event twice."""
    return _lines(
        session, "SELECT user_id, event_id, COUNT(*) FROM notices GROUP BY user_id, event_id HAVING COUNT(*) > 1"
    )


def _no_job_lost(session: Session, _tally: Tally) -> list[str]:
    """No job is given up or left running."""
    return _lines(session, "SELECT id, kind, status, last_error FROM jobs WHERE status IN ('failed', 'running')")


CHECKS: tuple[Check, ...] = (
    _supplies_not_oversold, _demands_not_overfilled, _no_bid_lost, _no_bid_doubled, _one_contract_per_award,
    _tenders_awarded_once,
    _contracts_equal_the_ledger, _balances_are_sums, _slips_counted_once, _chain_without_gaps, _told_once, _no_job_lost,
)


def _keys(session: Session) -> list[str]:
    return [row[0] for row in session.execute(text("SELECT submission_key FROM bids WHERE submission_key IS NOT NULL"))]


def _lines(session: Session, query: str) -> list[str]:
    return [" ".join(map(str, row)) for row in session.execute(text(query))]


def _kilograms(tonnes: object) -> Decimal:
    return (Decimal(str(tonnes)) * 1000).to_integral_value()


def _number(month: str) -> int:
    year, number = map(int, month.split("-"))
    return year * 12 + number
