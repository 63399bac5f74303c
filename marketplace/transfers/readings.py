"""One reading of a weighbridge, and how it is read from what a form, a CSV line or a program says.

All three say it in the same fields, as text: ``transfer``, ``gate``, ``slip_no``, ``gross``, ``tare``, ``unit``,
``weighed_at``, ``vehicle``, ``driver``.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from marketplace.errors import Refusal
from marketplace.fields import parse_number
from marketplace.months import SHANGHAI
from models.base import round_tonnes
from models.transfers import Gate

FIELDS = ("transfer", "gate", "slip_no", "gross", "tare", "unit", "weighed_at", "vehicle", "driver")
NEEDED = ("transfer", "gate", "slip_no", "gross", "tare", "unit", "weighed_at")
LONGEST = {"transfer": 40, "slip_no": 60, "driver": 60, "vehicle": 20}
UNITS = {"t": Decimal(1), "kg": Decimal("0.001"), "吨": Decimal(1), "千克": Decimal("0.001"), "公斤": Decimal("0.001")}
GATES = {"out": Gate.OUT, "in": Gate.IN, "出厂": Gate.OUT, "进厂": Gate.IN}
# The heaviest mining trucks weigh some 700 t loaded; a larger figure is one in kilograms under the wrong unit.
HEAVIEST_T = Decimal(1000)
_PLATE = re.compile(r"[\u4e00-\u9fffA-Z0-9-]{5,12}")
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Reading:
    """One slip: tonnes gross and tare, an aware time, the plate without blanks (empty where not said)."""

    gate: Gate
    slip_no: str
    gross_t: Decimal
    tare_t: Decimal
    weighed_at: dt.datetime
    vehicle: str = ""
    driver: str = ""

    @property
    def net_t(self) -> Decimal:
        return self.gross_t - self.tare_t


def parse_reading(told: Mapping[str, str]) -> tuple[Reading | None, list[Refusal]]:
    """The reading that ``told`` describes, or every reason why it is none, each with its field."""
    text = {name: unicodedata.normalize("NFC", str(told.get(name) or "")).strip() for name in FIELDS}
    faults = [Refusal("reading:missing", field=name) for name in NEEDED if not text[name]]
    faults += [
        Refusal("reading:too_long", {"most": most}, name) for name, most in LONGEST.items() if len(text[name]) > most
    ]
    faults += [Refusal("reading:not_text", field=name) for name in FIELDS if not text[name].isprintable()]
    gate, unit = GATES.get(text["gate"].lower()), UNITS.get(text["unit"].lower())
    shown = {name: {"found": text[name][:_SHOWN]} for name in FIELDS}
    if text["gate"] and gate is None:
        faults.append(Refusal("reading:gate", shown["gate"], "gate"))
    if text["unit"] and unit is None:
        faults.append(Refusal("reading:unit", shown["unit"], "unit"))
    weights = {}
    for name in ("gross", "tare"):
        weights[name], found = _weight(name, text[name], unit)
        faults += found
    at = parse_time(text["weighed_at"])
    if text["weighed_at"] and at is None:
        faults.append(Refusal("reading:time", shown["weighed_at"], "weighed_at"))
    vehicle = plate(text["vehicle"])
    if vehicle and not _PLATE.fullmatch(vehicle):
        faults.append(Refusal("reading:plate", {"found": vehicle[:_SHOWN]}, "vehicle"))
    if faults or gate is None or at is None:
        return None, faults
    return Reading(gate, text["slip_no"], weights["gross"], weights["tare"], at, vehicle, text["driver"]), []


def plate(text: str) -> str:
    """A number plate as it is compared: capitals and digits, no blanks and no dot."""
    return re.sub(r"[\s·.•]", "", unicodedata.normalize("NFKC", text)).upper()


def is_plate(text: str) -> bool:
    """Whether ``text``, as :func:`plate` gives it, can be a number plate or a wagon's number."""
    return bool(_PLATE.fullmatch(text))


def parse_time(text: str) -> dt.datetime | None:
    """``2027-01-15 08:30``, ``2027/1/15 8:30``, ISO 8601; without a zone Beijing time.  None for anything else."""
    plain = text.strip().replace("/", "-").replace("Z", "+00:00")
    plain = re.sub(r"^(\d{4})-(\d{1,2})-(\d{1,2})[T\s]+(\d{1,2}):", _padded, plain)
    try:
        at = dt.datetime.fromisoformat(plain)
        at = at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
        # A time at the very edge of the calendar has no equivalent in another zone.
        at.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
    return at.replace(microsecond=0) if ":" in plain else None


def _padded(found: re.Match[str]) -> str:
    year, month, day, hour = found.groups()
    return f"{year}-{int(month):02d}-{int(day):02d}T{int(hour):02d}:"


def _weight(name: str, typed: str, unit: Decimal | None) -> tuple[Decimal, list[Refusal]]:
    """Tonnes to the kilogram; finer figures are no reading of a weighbridge and are refused rather than rounded."""
    if not typed:
        return Decimal(0), []
    value = parse_number(typed)
    if value is None:
        return Decimal(0), [Refusal("reading:not_a_number", {"found": typed[:_SHOWN]}, name)]
    tonnes = value * (unit if unit is not None else 1)
    found = {"found": typed[:_SHOWN]}
    if tonnes <= 0:
        return tonnes, [Refusal("reading:not_above_zero", found, name)]
    if tonnes > HEAVIEST_T:
        return tonnes, [Refusal("reading:too_heavy", {"found": typed[:_SHOWN], "most": HEAVIEST_T}, name)]
    if round_tonnes(tonnes) != tonnes:
        return tonnes, [Refusal("reading:too_fine", found, name)]
    return round_tonnes(tonnes), []
