"""Reading what a slip says, counting working days, judging files."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.transfers import files
from marketplace.transfers.readings import FIELDS, parse_reading, parse_time, plate
from marketplace.transfers.rules import MonthLeft, within_tolerance
from marketplace.transfers.working_days import end_of_working_day
from models.transfers import Gate

GOOD = {
    "transfer": "ZY1", "gate": "出厂", "slip_no": " 7 ", "gross": "４８，６２０", "tare": "15,380", "unit": "千克",
    "weighed_at": "2027/1/15 8:30", "vehicle": "蒙k·123 45", "driver": "王",
}


def test_a_reading_as_people_type_it() -> None:
    reading, faults = parse_reading(GOOD)
    assert faults == [] and reading is not None
    assert (reading.gate, reading.slip_no, reading.vehicle) == (Gate.OUT, "7", "蒙K12345")
    assert (reading.gross_t, reading.tare_t, reading.net_t) == (Decimal("48.62"), Decimal("15.38"), Decimal("33.24"))
    assert reading.weighed_at == datetime(2027, 1, 15, 0, 30, tzinfo=UTC)


def test_every_fault_is_named() -> None:
    reading, faults = parse_reading({})
    assert reading is None
    assert {fault.field for fault in faults} == set(FIELDS) - {"vehicle", "driver"}


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, st.text(max_size=80))))
def test_whatever_is_said_is_read_or_refused(told: dict[str, str]) -> None:
    """Never an error of ours: a reading whose figures the database holds, or reasons with their fields."""
    reading, faults = parse_reading({**GOOD, **told})
    assert (reading is None) == bool(faults)
    if reading is not None:
        assert reading.weighed_at.tzinfo is not None and 0 < reading.gross_t <= 1000
        assert reading.slip_no and len(reading.slip_no) <= 60 and reading.slip_no.isprintable()


@pytest.mark.parametrize(("typed", "hour"), [
    ("2027-01-15T08:30", 0), ("2027-01-15 08:30:59", 0), ("2027-01-15T08:30Z", 8), ("2027-01-15T08:30+00:00", 8),
    ("2027-1-5 8:30", 0),
])
def test_times(typed: str, hour: int) -> None:
    found = parse_time(typed)
    assert found is not None and found.astimezone(UTC).hour == hour


@pytest.mark.parametrize("typed", ["", "2027-01-15", "8:30", "2027-02-30 08:00", "0001-01-01 00:00", "x" * 500])
def test_no_times(typed: str) -> None:
    assert parse_time(typed) is None


def test_plates_are_compared_bare() -> None:
    assert plate("蒙K·12345 ") == plate("蒙k12345") == "蒙K12345"


@pytest.mark.parametrize(("day", "hour", "end"), [
    (11, 1, 18), (15, 4, 22), (16, 4, 22), (17, 4, 22),
    # 23:30 in Shanghai is still the same day there, whatever the day in UTC.
    (15, 15, 22), (15, 17, 22),
])
def test_five_working_days(day: int, hour: int, end: int) -> None:
    """15 January 2027 is a Friday; the fifth working day after it, and after the weekend, is Friday the 22nd."""
    found = end_of_working_day(datetime(2027, 1, day, hour, 30, tzinfo=UTC), 5)
    assert found.strftime("%m-%d %H:%M") == f"01-{end} 23:59"


@pytest.mark.parametrize(("content", "kind"), [
    (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"RIFF0000WEBP", "image/webp"),
    (b"\0\0\0\x18ftypheic", "image/heic"), (b"%PDF-1.7", "application/pdf"), (b"RIFF0000WAVE", None),
    (b"<svg onload=alert(1)>", None), (b"PK\x03\x04", None), (b"", None),
])
def test_files_by_their_first_bytes(content: bytes, kind: str | None) -> None:
    assert files.content_type(content) == kind


def test_a_large_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 10)
    assert [one.code for one in files.file_possible(files.Upload("a", b"%PDF-" + b"0" * 6))] == ["file:too_large"]


@pytest.mark.parametrize(("name", "safe"), [
    ("../../etc/passwd", "passwd"), ("C:\\磅单\\1.jpg", "1.jpg"), ('a"b\r\n.png', "a_b__.png"), ("...", "file"),
    ("x" * 300 + ".jpg", "x" * 116 + ".jpg"),
])
def test_names_of_files_lead_nowhere(name: str, safe: str) -> None:
    assert files.Upload(name, b"").safe_name == safe


def test_a_tolerance_is_inclusive_to_the_kilogram() -> None:
    share = Decimal("0.005")
    assert all(within_tolerance(Decimal(30), Decimal(came), share) for came in ("29.85", "30.15"))
    assert not within_tolerance(Decimal(30), Decimal("29.849"), share)


def test_what_may_leave_in_a_month() -> None:
    fresh = MonthLeft(Decimal(100), Decimal(100), Decimal(100), Decimal("0.05"))
    assert (fresh.beyond, fresh.most) == (5, 105)
    used = MonthLeft(Decimal(100), Decimal(0), Decimal(103), Decimal("0.05"))
    assert (used.beyond, used.most) == (2, 2)
    less = MonthLeft(Decimal(100), Decimal(80), Decimal(80), Decimal("0.05"))
    assert less.most == 85
