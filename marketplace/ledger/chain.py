"""The hash that chains an entry to the one before it.

The text that is hashed is JSON with sorted keys and no blanks; tonnes are written with three decimals and times in
UTC with microseconds, so that both databases give the same text.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC

from models.base import round_tonnes
from models.ledger import LedgerEntry

FIRST = "0" * 64


def hash_of(entry: LedgerEntry) -> str:
    """SHA-256 over the entry, its postings in order and the hash before; 64 hexadecimal digits."""
    told = {
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "kind": entry.kind,
        "actor": entry.actor_id,
        "contract": entry.contract_id,
        "transfer": entry.transfer_id,
        "corrects": entry.corrects_seq,
        "note": entry.note,
        "data": entry.data,
        "postings": [
            [row.line, row.site_id, row.waste_type_id, row.account, row.month, row.contract_id,
             f"{round_tonnes(row.tonnes):.3f}"]
            for row in sorted(entry.postings, key=lambda row: row.line)
        ],
        "previous": entry.previous_hash,
    }
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
