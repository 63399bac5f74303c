"""Proves the ledger anew from its rows, by code of its own: what posts the entries is not asked whether it was right.

One walk over all entries in their order: no gap, each hash is that of its row and of the hash before, each entry sums
to zero, no account is ever below zero.  Then the head, the balances beside the entries, and what the listings offered.
Tonnes are counted in whole kilograms, so that no float adds anything up.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from marketplace.ledger.verify_promises import Key, promise_faults
from marketplace.ledger.verify_report import Report, tonnes_text

_ENTRIES = text(
    "SELECT seq, at, kind, actor_id, contract_id, transfer_id, corrects_seq, note, data, previous_hash, hash"
    " FROM ledger_entries ORDER BY seq"
)
_POSTINGS = text(
    "SELECT seq, line, site_id, waste_type_id, account, month, contract_id, tonnes FROM ledger_postings"
    " ORDER BY seq, line"
)
_BALANCES = text(
    "SELECT key, site_id, waste_type_id, account, month, contract_id, tonnes FROM ledger_balances ORDER BY key"
)
_PROMISES = frozenset({"uncommitted", "reserved", "contracted", "sent"})
_MAY_BE_BELOW_ZERO = frozenset({"opening", "produced", "residue", "difference", "uncommitted"})
_AT_A_TIME = 2000


def verify(engine: Engine) -> Report:
    """Read the whole ledger of ``engine`` as it stands at one moment and say everything that is wrong with it."""
    options: dict[str, Any] = {"yield_per": _AT_A_TIME}
    if engine.dialect.name == "postgresql":
        # All reads see one moment, although others go on posting.
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        return _verified(connection)


def _verified(connection: Connection) -> Report:
    walk = _Walk()
    for entry, postings in _entries(connection, walk.report):
        walk.take(entry, postings)
    walk.report.accounts = len(walk.sums)
    _check_head(connection, walk)
    _check_balances(connection, walk)
    walk.report.faults += promise_faults(connection, walk.sums, walk.report)
    return walk.report


def _entries(connection: Connection, report: Report) -> Iterator[tuple[Row, list[Row]]]:
    """Each entry with its postings, both read a few thousand at a time."""
    postings = iter(connection.execute(_POSTINGS))
    waiting = next(postings, None)
    for entry in connection.execute(_ENTRIES):
        own = []
        while waiting is not None and waiting.seq <= entry.seq:
            if waiting.seq == entry.seq:
                own.append(waiting)
            else:
                report.add("posting without its entry", waiting.seq, found=f"line {waiting.line}", expected="none")
            waiting = next(postings, None)
        yield entry, own
    while waiting is not None:
        report.add("posting without its entry", waiting.seq, found=f"line {waiting.line}", expected="none")
        waiting = next(postings, None)


@dataclass
class _Walk:
    """The walk over the entries: the end of the chain so far and the sum of every account so far, in kilograms."""

    report: Report = field(default_factory=Report)
    seq: int = 0
    hash: str = "0" * 64
    sums: dict[Key, int] = field(default_factory=lambda: defaultdict(int))

    def take(self, entry: Row, postings: list[Row]) -> None:
        self.report.entries += 1
        self.report.postings += len(postings)
        if entry.seq != self.seq + 1:
            self.report.add("number", entry.seq, found=entry.seq, expected=self.seq + 1)
        if entry.previous_hash != self.hash:
            self.report.add("hash before", entry.seq, found=entry.previous_hash, expected=self.hash)
        lines = [(row, self._kilograms(row)) for row in postings]
        expected = _hash(entry, lines)
        if entry.hash != expected:
            self.report.add("hash", entry.seq, found=entry.hash, expected=expected)
        self._add_up(entry.seq, lines)
        # What is stored, not what should be: one changed row is one fault, not one for every entry after it.
        self.seq, self.hash = entry.seq, entry.hash

    def _kilograms(self, row: Row) -> int:
        kilograms = round(row.tonnes * 1000)
        exact = kilograms / 1000 if isinstance(row.tonnes, float) else Decimal(kilograms) / 1000
        if exact != row.tonnes:
            self.report.add(
                "tonnes", row.seq, account=_account(row), found=row.tonnes, expected=tonnes_text(kilograms)
            )
        return kilograms

    def _add_up(self, seq: int, lines: list[tuple[Row, int]]) -> None:
        if not lines:
            self.report.add("entry without postings", seq, found=0, expected="2 or more")
        books: dict[tuple[str, bool], int] = defaultdict(int)
        touched: set[Key] = set()
        for row, kilograms in lines:
            promise = row.account in _PROMISES
            if promise != (row.contract_id is not None):
                self.report.add("contract of a posting", seq, account=_account(row), found=row.contract_id,
                                expected="a contract" if promise else "none")
            books[row.waste_type_id, promise] += kilograms
            key = (row.site_id, row.waste_type_id, row.account, row.month if promise else None, row.contract_id)
            self.sums[key] += kilograms
            touched.add(key)
        for (waste, promise), total in books.items():
            if total:
                book = "promises" if promise else "tonnes that exist"
                self.report.add("sum", seq, account=f"{waste}, {book}", found=tonnes_text(total), expected="0.000")
        for key in sorted(touched, key=label):
            if self.sums[key] < 0 and key[2] not in _MAY_BE_BELOW_ZERO:
                self.report.add("below zero", seq, account=label(key), found=tonnes_text(self.sums[key]),
                                expected="0.000 or more")


def _hash(entry: Row, lines: list[tuple[Row, int]]) -> str:
    """The SHA-256 of the text that docs/ledger.md describes, put together here a second time."""
    told = {
        "seq": entry.seq, "at": _moment(entry.at), "kind": entry.kind, "actor": entry.actor_id,
        "contract": entry.contract_id, "transfer": entry.transfer_id, "corrects": entry.corrects_seq,
        "note": entry.note, "data": json.loads(entry.data) if isinstance(entry.data, str) else entry.data,
        "postings": [
            [row.line, row.site_id, row.waste_type_id, row.account, row.month, row.contract_id, tonnes_text(kilograms)]
            for row, kilograms in lines
        ],
        "previous": entry.previous_hash,
    }
    written = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def _moment(at: datetime | str) -> str:
    """``2027-01-15T04:00:00.000000Z``; SQLite keeps the same text with a blank and no Z."""
    return f"{at.replace(' ', 'T')}Z" if isinstance(at, str) else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _check_head(connection: Connection, walk: _Walk) -> None:
    heads = connection.execute(text("SELECT seq, hash FROM ledger_head")).all()
    if len(heads) != 1:
        walk.report.add("head", None, found=f"{len(heads)} rows", expected="1 row")
        return
    for name, found, expected in (("head's number", heads[0].seq, walk.seq), ("head's hash", heads[0].hash, walk.hash)):
        if found != expected:
            walk.report.add(name, None, found=found, expected=expected)


def _check_balances(connection: Connection, walk: _Walk) -> None:
    """Every balance is the sum of its postings, and there is one wherever there is a posting."""
    left = dict(walk.sums)
    for row in connection.execute(_BALANCES):
        key = (row.site_id, row.waste_type_id, row.account, row.month, row.contract_id)
        expected, found = left.pop(key, None), round(row.tonnes * 1000)
        if row.key != label(key):
            walk.report.add("key of a balance", None, account=label(key), found=row.key, expected=label(key))
        if expected is None:
            walk.report.add(
                "balance without postings", None, account=row.key, found=tonnes_text(found), expected="none"
            )
        elif found != expected:
            walk.report.add(
                "balance", None, account=row.key, found=tonnes_text(found), expected=tonnes_text(expected)
            )
    for key, expected in left.items():
        walk.report.add("balance", None, account=label(key), found="none", expected=tonnes_text(expected))


def label(key: Key) -> str:
    """The account as the balances name it: site, waste type, account; for promises month and contract as well."""
    site, waste, account, month, contract = key
    return f"{site}:{waste}:{account}:{month}:{contract}" if contract is not None else f"{site}:{waste}:{account}"


def _account(row: Row) -> str:
    promise = row.account in _PROMISES
    return label((row.site_id, row.waste_type_id, row.account, row.month if promise else None, row.contract_id))
