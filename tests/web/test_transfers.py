"""Pages of consignments as both sides use them."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import event, select

from models.transfers import TransferFile, TransferStatus, Weighing
from tests.web.bidding import Trade
from tests.web.gates import PLATE, Gates, ago, gates
from tests.web.reading import Page

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30


@pytest.fixture
def agreed(trade: Trade) -> Gates:
    return gates(trade, specs=({"property_id": "loi", "maximum": 8.0},))


def test_from_the_plan_to_the_confirmation(agreed: Gates) -> None:
    producer, taker = agreed.producer, agreed.taker
    assert agreed.contract.code in producer.get("/transfers").text
    code = agreed.plan(driver="王师傅")
    later = agreed.plan("5", planned_for="2027-01-20T08:00", vehicle="蒙A00001")
    assert later in producer.get("/gate").main.all("details")[0].text
    assert PLATE in producer.get("/gate").main.text and code not in taker.get("/gate").main.text
    page = producer.get(f"/gate/{code}")
    assert page.form()["vehicle"] == PLATE and page.form()["weighed_at"]
    answer = agreed.weigh(
        producer, code, slip_no="A1", unit="kg", gross="45,000", tare="15000",
        photo=(io.BytesIO(PNG), "磅单.png"),
    )
    assert answer.status_code == 302
    assert PLATE in taker.get("/gate").main.text and code not in producer.get("/gate").main.text
    answer = agreed.weigh(taker, code, slip_no="B1", gross="44.9", weighed_at=ago(20), result_loi="6.5")
    assert answer.status_code == 302
    for person in (producer, taker):
        page = person.get(f"/transfers/{code}")
        assert page.faults() == []
        assert "29.9" in page.main.text and "−0.1" in page.main.text and "6.5" in page.main.text
        assert "工作日按周一至周五计" in page.main.text or person is producer
    assert not producer.get(f"/transfers/{code}").main.all("form")
    page = taker.get(f"/transfers/{code}")
    answer = taker.client.post(page_action(page, "/accept/"), data=page.form(page_action(page, "/accept/")))
    assert answer.status_code == 302
    assert agreed.transfer(code).status == TransferStatus.ACCEPTED
    told = agreed.trade.told(producer)
    assert told == ["transfer.received", "transfer.accepted"]
    assert agreed.trade.told(taker) == ["transfer.planned", "transfer.planned", "transfer.loaded", *told]
    for address in ("/transfers", "/transfers?status=open&side=taker&month=2027-01", "/gate", "/transfers/import"):
        assert producer.get(address).faults() == []


def page_action(page: Page, part: str) -> str:
    return next(one.attrs["action"] for one in page.main.all("form") if part in one.attrs.get("action", ""))


def test_a_second_click_at_the_gate_ends_where_the_first_did(agreed: Gates) -> None:
    code = agreed.plan()
    form = agreed.producer.get(f"/gate/{code}").form()
    sent = {**form, "unit": "t", "gross": "45", "tare": "15", "slip_no": "A1", "weighed_at": ago(60)}
    first, second = (agreed.producer.client.post(f"/gate/{code}", data=sent) for _click in range(2))
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    assert agreed.kinds(code).count("transfer.loaded") == 1
    conflict = agreed.producer.client.post(f"/gate/{code}", data={**sent, "gross": "46"})
    assert conflict.status_code == 422 and "slip_no" in Page(conflict).errors()
    assert Page(conflict).form()["gross"] == "46", "what was typed is kept"
    assert agreed.kinds(code)[-1] == "slip.conflict"


@pytest.mark.parametrize(("field", "typed"), [
    ("gross", ""), ("gross", "abc"), ("gross", "45000"), ("gross", "45.0001"), ("gross", "-3"), ("tare", "50"),
    ("slip_no", ""), ("slip_no", "x" * 61), ("vehicle", "!!"), ("weighed_at", "gestern"),
    ("weighed_at", "2099-01-01T00:00"), ("unit", "lb"),
])
def test_what_is_mistyped_is_said_beside_its_field(agreed: Gates, field: str, typed: str) -> None:
    code = agreed.plan()
    answer = agreed.weigh(agreed.producer, code, **{"slip_no": f"A-{code}", field: typed})
    assert answer.status_code == 422
    page = Page(answer)
    assert page.faults() == []
    assert page.errors() or page.all("p", class_="error")
    assert agreed.transfer(code).status == TransferStatus.PLANNED


@pytest.mark.parametrize("content", [b"", b"<script>alert(1)</script>", b"GIF89a"], ids=["empty", "html", "gif"])
def test_a_file_that_is_no_picture_is_refused(agreed: Gates, content: bytes) -> None:
    code = agreed.plan()
    answer = agreed.weigh(agreed.producer, code, slip_no="A1", photo=(io.BytesIO(content), "slip.png"))
    assert answer.status_code == 422 and "photo" in Page(answer).errors()
    assert agreed.trade._read(select(Weighing).where(Weighing.transfer_id == agreed.transfer(code).id)) == []


def test_files_are_for_both_sides_and_nobody_else(agreed: Gates, trade: Trade) -> None:
    code = agreed.plan()
    agreed.weigh(agreed.producer, code, slip_no="A1", photo=(io.BytesIO(PNG), "a.png"))
    kept = trade._read(select(TransferFile).where(TransferFile.transfer_id == agreed.transfer(code).id))[0]
    address = f"/transfers/{code}/files/{kept.id}"
    answer = agreed.taker.client.get(address)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, PNG, "image/png")
    stranger = trade.person()
    for private in (address, f"/transfers/{code}", f"/gate/{code}", agreed.plan_address):
        stranger.get(private, status=403)
    other = agreed.plan()
    agreed.producer.get(f"/transfers/{other}/files/{kept.id}", status=404)


def test_a_difference_is_disputed_and_settled_on_the_page(agreed: Gates) -> None:
    code = agreed.received("43")
    page = agreed.producer.get(f"/transfers/{code}")
    assert page.faults() == [] and agreed.transfer(code).status == TransferStatus.DISPUTED
    form = page.form(f"/transfers/{code}/propose")
    bad = agreed.producer.client.post(f"/transfers/{code}/propose", data={**form, "propose-tonnes": "31"})
    assert bad.status_code == 409 and Page(bad).form(f"/transfers/{code}/propose")["propose-tonnes"] == "31"
    answer = agreed.producer.client.post(f"/transfers/{code}/propose", data={**form, "propose-tonnes": "29"})
    assert answer.status_code == 302
    page = agreed.taker.get(f"/transfers/{code}")
    agree = page_action(page, "/agree/")
    assert agreed.taker.client.post(agree, data=page.form(agree)).status_code == 302
    assert agreed.transfer(code).accepted_t == 29
    assert "dispute.settled" in agreed.trade.told(agreed.producer)


def test_deciding_needs_the_right_side_and_a_reason(agreed: Gates) -> None:
    code = agreed.received()
    version = agreed.transfer(code).version
    wrong = agreed.producer.post(f"/transfers/{code}/accept/{version}")
    assert wrong.status_code == 409
    empty = agreed.taker.post(f"/transfers/{code}/reject/{version}", **{"reject-reason": "  "})
    assert empty.status_code == 422
    assert agreed.transfer(code).status == TransferStatus.RECEIVED
    done = agreed.taker.post(f"/transfers/{code}/reject/{version}", **{"reject-reason": "水分 30 %"})
    assert done.status_code == 302
    assert "水分 30 %" in agreed.producer.get(f"/transfers/{code}").main.text


def test_a_slip_is_corrected_on_its_page(agreed: Gates) -> None:
    code = agreed.received("43")
    page = agreed.taker.get(f"/transfers/{code}/correct")
    form = page.form()
    assert form["gross"] == "43"
    refused = agreed.taker.client.post(f"/transfers/{code}/correct", data={**form, "gross": "45"})
    assert refused.status_code == 422 and "reason" in Page(refused).errors()
    kept = agreed.taker.client.post(f"/transfers/{code}/correct", data={**form, "gross": "45", "reason": "看错"})
    assert kept.status_code == 302
    page = agreed.producer.get(f"/transfers/{code}")
    assert page.faults() == [] and agreed.transfer(code).status == TransferStatus.RECEIVED
    assert "看错" in page.main.text


def test_plans_are_refused_beside_their_field(agreed: Gates) -> None:
    form = agreed.producer.get(agreed.plan_address).form()
    for fields, where in (
        ({"planned_t": "105.001"}, "planned_t"), ({"planned_t": "0"}, "planned_t"),
        ({"planned_t": "5", "month": "2031-01"}, "month"), ({"planned_t": "5", "driver_phone": "a"}, "driver_phone"),
        ({"planned_t": "5", "planned_for": "bald"}, "planned_for"),
        ({"planned_t": "5", "manifest_no": "20271506000123"}, "planned_t"),
        ({"planned_t": "5", "vehicle": "?"}, "vehicle"),
    ):
        answer = agreed.producer.client.post(agreed.plan_address, data={**form, **fields})
        assert answer.status_code == 422, fields
        if "manifest_no" not in fields:
            assert where in Page(answer).errors(), fields


def test_the_same_plan_sent_twice_is_one(agreed: Gates) -> None:
    form = agreed.producer.get(agreed.plan_address).form()
    answers = [
        agreed.producer.client.post(agreed.plan_address, data={**form, "planned_t": "5"}) for _click in range(2)
    ]
    assert len({answer.headers["Location"] for answer in answers}) == 1


@pytest.mark.parametrize("address", ["/transfers", "/gate"])
def test_more_consignments_ask_no_more_of_the_database(agreed: Gates, address: str) -> None:
    agreed.plan("1")
    few = queries_of(agreed, address)
    for _vehicle in range(4):
        agreed.plan("1")
    agreed.received()
    assert queries_of(agreed, address) == few <= 14


def queries_of(agreed: Gates, address: str) -> int:
    """How many statements one page takes."""
    engine, seen = agreed.trade.app.extensions["gongsheng_engine"], []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        agreed.producer.get(address)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(seen)
