"""The targets of the official documents, as the file lists them; conflicting ones stand beside each other."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from models.catalogue import DATA_FOLDER

BASELINE, TARGET = "baseline", "target"


@dataclass(frozen=True, slots=True)
class Target:
    """One figure of one document.  ``value`` is None where the document speaks in words (``text``) only.

    ``comparator`` is ``=``, ``<``, ``>``, ``>=`` or ``text``; ``kind`` is baseline or target; ``doc`` its number.
    """

    id: str
    region: str
    key: str
    name: str
    year: int
    text: str
    value: Decimal | None
    unit: str
    comparator: str
    kind: str
    doc: str
    source: str
    note: str


@lru_cache(maxsize=1)
def all_targets() -> tuple[Target, ...]:
    """Every row in the order of the file; ``FileNotFoundError`` without it."""
    with (DATA_FOLDER / "targets.csv").open(encoding="utf-8-sig", newline="") as handle:
        return tuple(
            Target(
                row["target_id"], row["region"], row["indicator_key"], row["indicator_zh"], int(row["year"]),
                row["value_text"], Decimal(row["value_num"]) if row["value_num"] else None, row["unit"],
                row["comparator"], row["kind"], row["doc"], row["source"], row["note"],
            )
            for row in csv.DictReader(handle)
        )
