"""Weighings by CSV: every bad line is reported at once, and a file with one bad line leaves nothing.

The columns are those of :data:`marketplace.transfers.readings.FIELDS`, named in the first line in any order.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.errors import Forbidden, MarketError, NotFound, NotPossible, Refusal
from marketplace.security.actor import Actor
from marketplace.transfers import parties
from marketplace.transfers.readings import FIELDS, NEEDED, Reading, parse_reading
from marketplace.transfers.weighing import record_weighing
from marketplace.unit_of_work import UnitOfWork
from models.transfers import Source

MOST_LINES = 2000
MOST_BYTES = 2 * 1024 * 1024
# A file saved by Excel as "CSV UTF-8" begins with a mark; saved as plain CSV on Chinese Windows it is GB 18030.
_ENCODINGS = ("utf-8-sig", "gb18030")
BOM = "\ufeff"
EXAMPLE = {
    "transfer": "ZY20270115-00012-001", "gate": "out", "slip_no": "20270115-0031", "gross": "48.62", "tare": "15.38",
    "unit": "t", "weighed_at": "2027-01-15 08:30", "vehicle": "蒙K12345", "driver": "",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell: its line in the file, its column (empty: the whole line), what stands there."""

    line: int
    column: str
    found: str
    reason: Refusal


@dataclass(frozen=True, slots=True)
class Line:
    """One good line: where it stands, which consignment, what was read."""

    number: int
    code: str
    reading: Reading


class FileRefused(MarketError):
    """Nothing was kept; every fault of the file."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def template_text() -> str:
    """The file to fill in: the columns and one example line, with the mark that lets Excel read UTF-8."""
    out = io.StringIO()
    writer = csv.DictWriter(out, FIELDS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerow(EXAMPLE)
    return BOM + out.getvalue()


def read_lines(content: bytes) -> tuple[list[Line], list[Fault]]:
    """The readings of a file and the faults of its cells; :class:`FileRefused` where it is no such file at all."""
    rows = _rows(content)
    lines, faults, unread = [], [], set()
    for number, row in rows:
        reading, reasons = parse_reading(row)
        faults += [Fault(number, one.field, str(row.get(one.field) or "")[:60], one) for one in reasons]
        code = str(row.get("transfer") or "").strip()
        if reading is not None:
            lines.append(Line(number, code, reading))
        else:
            unread.add(code)
    # The file is refused already; what follows from a line that cannot be read says nothing of its own.
    return [line for line in lines if line.code not in unread], faults


def record_lines(
    *, uow: UnitOfWork, actor: Actor, lines: list[Line], faults: list[Fault] | None = None
) -> tuple[int, int]:
    """Record all lines in their order, or raise :class:`FileRefused` with every line that is not possible beside the
    ``faults`` that are known already.  How many slips were new and how many were known.
    """
    parties.lock_all(uow, {line.code for line in lines})
    faults, new, known, wrong = list(faults or []), 0, 0, set()
    for line in lines:
        if line.code in wrong:
            # What follows from a line that is wrong says nothing of its own.
            continue
        try:
            with uow.session.begin_nested():
                found = record_weighing(
                    uow=uow, actor=actor, code=line.code, reading=line.reading, source=Source.CSV
                )
        except NotPossible as refused:
            faults += [Fault(line.number, one.field, _cell(line, one.field), one) for one in refused.reasons]
            wrong.add(line.code)
        except (NotFound, Forbidden):
            faults.append(Fault(line.number, "transfer", line.code, Refusal("csv:no_transfer", field="transfer")))
        else:
            new, known = new + found.first, known + (not found.first)
    if faults:
        raise FileRefused(sorted(faults, key=lambda fault: fault.line))
    return new, known


def _rows(content: bytes) -> list[tuple[int, Mapping[str, str]]]:
    if len(content) > MOST_BYTES:
        raise FileRefused([Fault(0, "", "", Refusal("csv:too_large", {"most": MOST_BYTES // 1024 // 1024}))])
    text = _decoded(content)
    if text is None or "\0" in text:
        raise FileRefused([Fault(0, "", "", Refusal("csv:not_text"))])
    try:
        reader = csv.DictReader(io.StringIO(text), restkey="", strict=True)
        header = [name.strip() for name in reader.fieldnames or []]
        _check_header(header)
        reader.fieldnames = header
        rows = [(reader.line_num, row) for row in reader if any(_filled(value) for value in row.values())]
    except csv.Error as error:
        raise FileRefused([Fault(0, "", str(error)[:60], Refusal("csv:not_csv"))]) from error
    if not rows:
        raise FileRefused([Fault(1, "", "", Refusal("csv:no_lines"))])
    if len(rows) > MOST_LINES:
        raise FileRefused([Fault(0, "", str(len(rows)), Refusal("csv:too_many_lines", {"most": MOST_LINES}))])
    long = [number for number, row in rows if row.get("")]
    if long:
        raise FileRefused([Fault(number, "", "", Refusal("csv:too_many_cells")) for number in long])
    return rows


def _check_header(header: list[str]) -> None:
    faults = [Fault(1, name, "", Refusal("csv:column_missing")) for name in NEEDED if name not in header]
    faults += [Fault(1, name[:40], name[:40], Refusal("csv:column_unknown")) for name in header if name not in FIELDS]
    faults += [
        Fault(1, name, name, Refusal("csv:column_twice")) for name in FIELDS if header.count(name) > 1
    ]
    if faults:
        raise FileRefused(faults)


def _filled(value: object) -> bool:
    return bool(str(value or "").strip()) if not isinstance(value, list) else any(map(_filled, value))


def _decoded(content: bytes) -> str | None:
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _cell(line: Line, column: str) -> str:
    reading = line.reading
    return {
        "transfer": line.code, "gate": reading.gate.value, "slip_no": reading.slip_no,
        "gross": f"{reading.gross_t} t", "tare": f"{reading.tare_t} t", "vehicle": reading.vehicle,
        "weighed_at": reading.weighed_at.isoformat(sep=" ", timespec="minutes"),
    }.get(column, "")
