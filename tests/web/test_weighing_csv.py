"""Slips in a CSV file: all of it or nothing, and every fault in one answer."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.transfers import csv_file, views_csv
from models.transfers import TransferStatus, Weighing
from tests.web.bidding import Person, Trade
from tests.web.gates import Gates, ago, gates
from tests.web.reading import Page

HEADER = "transfer,gate,slip_no,gross,tare,unit,weighed_at,vehicle,driver"


@pytest.fixture
def agreed(trade: Trade) -> Gates:
    return gates(trade)


def upload(person: Person, text: str | bytes) -> Any:
    content = text.encode("utf-8-sig") if isinstance(text, str) else text
    form = person.get("/transfers/import").form()
    return person.client.post("/transfers/import", data={**form, "file": (io.BytesIO(content), "磅单.csv")})


def faults(answer: Any) -> list[tuple[str, str]]:
    """Line and column of every fault that the page lists."""
    assert answer.status_code == 422
    page = Page(answer)
    assert page.faults() == []
    rows = page.main.all("section", class_="card")[0].all("tbody")[0].all("tr")
    return [(_line(row.all("th")[0].text), row.all("td")[0].text) for row in rows]


def line(code: str, gate: str = "out", slip: str = "", gross: str = "45", at: str = "") -> str:
    return f"{code},{gate},{slip or gate + code},{gross},15,t,{at or ago(60)},,"


def test_a_file_is_kept_and_may_be_sent_twice(agreed: Gates, trade: Trade) -> None:
    codes = [agreed.plan(), agreed.plan()]
    text = "\r\n".join([HEADER, line(codes[0], "出厂"), "", line(codes[1], gross="44"), ""])
    for _time in range(2):
        assert upload(agreed.producer, text).status_code == 302
    assert [agreed.transfer(code).weighings[0].net_t for code in codes] == [30, 29]
    assert agreed.transfer(codes[0]).weighings[0].source == "csv"
    assert agreed.kinds(codes[0]).count("transfer.loaded") == 1
    # Excel on Chinese Windows saves plain CSV in another encoding.
    came = "\n".join([HEADER, line(codes[0], "进厂", at=ago(20))]).encode("gb18030")
    assert upload(agreed.taker, came).status_code == 302
    assert agreed.transfer(codes[0]).status == TransferStatus.RECEIVED


def test_every_fault_at_once_and_nothing_kept(agreed: Gates, trade: Trade) -> None:
    good, bad = agreed.plan(), agreed.plan()
    text = "\n".join([
        HEADER, line(good), f"{bad},aus,,x,15,lb,gestern,,", line(bad, gross="4500"),
    ])
    assert faults(upload(agreed.producer, text)) == [
        ("3", "slip_no"), ("3", "gate"), ("3", "unit"), ("3", "gross"), ("3", "weighed_at"), ("4", "gross"),
    ]
    # What cannot be read and what is not possible come in one answer.
    text = "\n".join([HEADER, line(good, gross="x"), line(good, "in"), line(bad, gross="120.001")])
    assert faults(upload(agreed.producer, text)) == [("2", "gross"), ("4", "gross")]
    # Right in form, wrong in fact: too heavy for the month, not one's own, the other gate.
    text = "\n".join([
        HEADER, line(good), line(bad, gross="120.001"), line("ZY-nothing"), line(good, "in"),
    ])
    assert faults(upload(agreed.producer, text)) == [("3", "gross"), ("4", "transfer"), ("5", "gate")]
    assert agreed.transfer(good).status == TransferStatus.PLANNED
    assert trade._read(select(Weighing).where(Weighing.transfer_id == agreed.transfer(good).id)) == []


def test_a_known_slip_with_other_figures_is_remembered(agreed: Gates) -> None:
    code = agreed.plan()
    assert upload(agreed.producer, "\n".join([HEADER, line(code)])).status_code == 302
    assert faults(upload(agreed.producer, "\n".join([HEADER, line(code, gross="46")]))) == [("2", "slip_no")]
    assert agreed.kinds(code)[-1] == "slip.conflict"
    assert "slip.conflict" in agreed.trade.told(agreed.producer)


@pytest.mark.parametrize("content", [
    b"", b"\x00\x01\x02", b"\xff\xff\xff", HEADER.encode(), b"transfer,gate\nx,out\n", (HEADER + ",more\n1\n").encode(),
    (HEADER + '\n"open,out').encode(), (HEADER + "\n" + ",".join("123456789012")).encode(),
    (HEADER + "," + HEADER + "\n1").encode(),
], ids=range(9))
def test_files_that_are_none(agreed: Gates, content: bytes) -> None:
    assert faults(upload(agreed.producer, content))


def test_large_files_are_refused_unread(agreed: Gates, monkeypatch: pytest.MonkeyPatch) -> None:
    code = agreed.plan()
    monkeypatch.setattr(csv_file, "MOST_LINES", 2)
    assert faults(upload(agreed.producer, "\n".join([HEADER, *[line(code)] * 3]))) == [("—", "—")]
    for module in (csv_file, views_csv):
        monkeypatch.setattr(module, "MOST_BYTES", 50)
    assert faults(upload(agreed.producer, "\n".join([HEADER, line(code)]))) == [("—", "—")]
    assert agreed.transfer(code).status == TransferStatus.PLANNED


def test_the_template_is_what_the_upload_reads(agreed: Gates) -> None:
    answer = agreed.producer.client.get("/transfers/import/template.csv")
    assert answer.mimetype == "text/csv" and answer.data.startswith(b"\xef\xbb\xbf")
    assert faults(upload(agreed.producer, answer.data)) == [("2", "transfer")]


def test_no_file_is_said_kindly(agreed: Gates) -> None:
    form = agreed.producer.get("/transfers/import").form()
    form.pop("file", None)
    assert agreed.producer.client.post("/transfers/import", data=form).status_code == 422


def _line(text: str) -> str:
    """The number in “第 3 行”, a dash where the whole file is meant."""
    return "".join(sign for sign in text if sign.isdigit()) or "—"
