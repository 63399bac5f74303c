"""The weighbridge's program: keys, idempotent slips, one shape of errors."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from models import ApiKey, Event, LedgerEntry
from models.transfers import TransferStatus, Weighing
from tests.web.bidding import Person, Trade
from tests.web.gates import PLATE, Gates, ago, gates
from tests.web.reading import Page

ADDRESS = "/api/v1/weighings"


@pytest.fixture
def agreed(trade: Trade) -> Gates:
    return gates(trade)


def key_of(person: Person) -> str:
    """A new key, as the page shows it this once."""
    form = person.get("/keys").form()
    page = Page(person.client.post("/keys", data={**form, "name": "北门地磅"}))
    assert page.faults() == []
    return page.main.all("code", class_="key-text")[0].text


def send(trade: Trade, key: str | None, told: Any, **more: Any) -> TestResponse:
    """What a program sends: no cookie, no token of a form."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"} if key else {}
    body = told if isinstance(told, str | bytes) else json.dumps(told)
    return trade.app.test_client().post(ADDRESS, data=body, headers=headers, **more)


def slip(code: str, **values: Any) -> dict[str, Any]:
    return {
        "transfer": code, "gate": "out", "slip_no": f"A-{code}", "gross": 45000, "tare": 15000, "unit": "kg",
        "weighed_at": ago(60) + ":21+08:00", "vehicle": PLATE, **values,
    }


def test_the_same_slip_again_is_answered_the_same(agreed: Gates, trade: Trade) -> None:
    key, code = key_of(agreed.producer), agreed.plan()
    told = slip(code)
    first, again = send(trade, key, told), send(trade, key, told)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert first.json["weighing"]["net_t"] == "30.000" and first.json["weighing"]["transfer"] == code
    entries = trade._read(select(LedgerEntry).where(LedgerEntry.transfer_id == agreed.transfer(code).id))
    assert [entry.kind for entry in entries] == ["transfer.loaded"]
    other = send(trade, key, {**told, "gross": 45100})
    assert other.status_code == 409 and other.json["error"]["code"] == "slip_conflict"
    assert other.json["error"]["fields"][0]["field"] == "slip_no"
    assert agreed.kinds(code) == ["transfer.planned", "transfer.loaded", "slip.conflict"]
    assert agreed.transfer(code).weighings[0].gross_t == 45
    # What the program has sent is not entered once more by hand.
    typed = agreed.weigh(agreed.producer, code, slip_no=told["slip_no"], weighed_at=told["weighed_at"][:16])
    assert typed.status_code == 302
    assert len(trade._read(select(Weighing).where(Weighing.transfer_id == agreed.transfer(code).id))) == 1


def test_the_same_slip_at_the_same_moment_is_one(agreed: Gates, trade: Trade) -> None:
    key, code = key_of(agreed.producer), agreed.plan()
    told, gate = slip(code), threading.Barrier(6)

    def at_once(_nth: int) -> TestResponse:
        gate.wait(timeout=10)
        return send(trade, key, told)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(at_once, range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({json.dumps(answer.json, sort_keys=True) for answer in answers}) == 1
    assert agreed.kinds(code).count("transfer.loaded") == 1


def test_the_list_of_what_is_expected(agreed: Gates, trade: Trade) -> None:
    keys = [key_of(person) for person in (agreed.producer, agreed.taker)]
    code = agreed.plan()
    lists = [expected(trade, key) for key in keys]
    assert [[row["transfer"] for row in rows] for rows in lists] == [[code], []]
    assert lists[0][0]["gate"] == "out" and lists[0][0]["planned_t"] == "30.000" and lists[0][0]["vehicle"] == PLATE
    assert send(trade, keys[0], slip(code)).status_code == 201
    lists = [expected(trade, key) for key in keys]
    assert [[row["transfer"] for row in rows] for rows in lists] == [[], [code]]
    came = slip(code, gate="in", slip_no=f"B-{code}", weighed_at=ago(20))
    assert send(trade, keys[1], came).status_code == 201
    assert agreed.transfer(code).status == TransferStatus.RECEIVED
    assert agreed.transfer(code).weighings[1].source == "api"


def expected(trade: Trade, key: str) -> list[dict[str, Any]]:
    answer = trade.app.test_client().get("/api/v1/transfers", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    return answer.json["transfers"]


def test_who_may_not_ask(agreed: Gates, trade: Trade) -> None:
    key, code = key_of(agreed.producer), agreed.plan()
    for bad in (None, "", "gsk_wrong", key + "x", "x" * 5000):
        answer = send(trade, bad, slip(code))
        assert answer.status_code == 401 and answer.json["error"]["code"] == "no_key", bad
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    # A cookie of somebody signed in is nothing here: a page elsewhere could make a browser send it.
    assert agreed.producer.client.post(ADDRESS, json=slip(code)).status_code == 401
    assert send(trade, key_of(trade.person()), slip(code)).status_code == 403
    wrong_gate = send(trade, key_of(agreed.taker), slip(code))
    assert wrong_gate.status_code == 409
    assert wrong_gate.json["error"]["fields"][0]["code"] == "transfer:not_your_gate:out"
    assert agreed.kinds(code)[-1] == "weighing.refused"
    assert agreed.transfer(code).status == TransferStatus.PLANNED


def test_a_revoked_key_and_one_whose_maker_left_open_nothing(agreed: Gates, trade: Trade) -> None:
    key, left = key_of(agreed.producer), key_of(agreed.producer)
    row = trade._read(select(ApiKey).where(ApiKey.enterprise_id == agreed.contract.producer_id).order_by(ApiKey.id))[0]
    assert key not in row.digest and row.last_used_at is None
    assert expected(trade, key) == []
    stranger = trade.person()
    assert stranger.post(f"/keys/{row.id}/revoke").status_code == 403
    assert agreed.producer.post(f"/keys/{row.id}/revoke").status_code == 302
    assert send(trade, key, slip("x")).status_code == 401
    assert send(trade, left, slip("x")).status_code == 404
    agreed.producer.user.active = False
    trade.session.merge(agreed.producer.user)
    trade.session.commit()
    assert send(trade, left, slip("x")).status_code == 401
    kinds = trade._read(select(Event.kind).where(Event.subject_type == "apikey", Event.subject_id == str(row.id)))
    assert kinds == ["key.created", "key.revoked"]


@pytest.mark.parametrize(("changes", "field", "reason"), [
    ({"gross": "NaN"}, "gross", "reading:not_a_number"), ({"gross": -1}, "gross", "reading:not_above_zero"),
    ({"gross": 4500000}, "gross", "reading:too_heavy"), ({"gross": 45000.5}, "gross", "reading:too_fine"),
    ({"gross": None}, "gross", "reading:missing"), ({"gross": [1]}, "gross", "reading:not_text"),
    ({"gross": True}, "gross", "reading:not_text"), ({"unit": "lb"}, "unit", "reading:unit"),
    ({"gate": "side"}, "gate", "reading:gate"), ({"weighed_at": "2027-13-01 08:00"}, "weighed_at", "reading:time"),
    ({"weighed_at": "2027-01-01"}, "weighed_at", "reading:time"),
    ({"slip_no": "a\u0000b"}, "slip_no", "reading:not_text"), ({"slip_no": "\ud800"}, "slip_no", "reading:not_text"),
    ({"slip_no": "x" * 61}, "slip_no", "reading:too_long"),
    ({"vehicle": "<b>"}, "vehicle", "reading:plate"), ({"weight": 3}, "weight", "reading:unknown_field"),
])
def test_bad_fields_are_named(agreed: Gates, trade: Trade, changes: dict[str, Any], field: str, reason: str) -> None:
    key, code = key_of(agreed.producer), agreed.plan("1")
    answer = send(trade, key, json.dumps(slip(code) | changes))
    assert answer.status_code == 422 and answer.json["error"]["code"] == "invalid"
    assert {"field": field, "code": reason} in [
        {"field": one["field"], "code": one["code"]} for one in answer.json["error"]["fields"]
    ]
    assert all(one["message"] for one in answer.json["error"]["fields"])


@pytest.mark.parametrize("body", ["", "[]", "3", "null", "{", '{"a":' * 5000, b"\xff\xfe"], ids=range(7))
def test_what_is_no_object_is_refused(agreed: Gates, trade: Trade, body: str) -> None:
    answer = send(trade, key_of(agreed.producer), body)
    assert answer.status_code == 400 and answer.json["error"]["code"] == "not_json"


def test_refusals_by_the_state_of_things(agreed: Gates, trade: Trade) -> None:
    key, code = key_of(agreed.producer), agreed.plan("100")
    for changes, reason in (
        ({"tare": 46000}, "weighing:below_tare"), ({"gross": 120001}, "transfer:more_than_remains"),
        ({"weighed_at": "2099-01-01 00:00"}, "weighing:future"),
    ):
        answer = send(trade, key, slip(code, **changes))
        assert answer.status_code == 409 and answer.json["error"]["fields"][0]["code"] == reason
    assert agreed.kinds(code).count("weighing.refused") == 3
    assert send(trade, key, slip("ZY-nothing")).status_code == 404


def test_every_answer_has_the_one_shape(agreed: Gates, trade: Trade) -> None:
    key = {"Authorization": f"Bearer {key_of(agreed.producer)}"}
    client = trade.app.test_client()
    answers = {
        404: client.get("/api/v1/nothing", headers=key), 405: client.get(ADDRESS, headers=key),
        413: client.post(ADDRESS, data=b" " * 70_000, headers=key, content_type="application/json"),
        401: client.get("/api/v2/x"),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert set(answer.json["error"]) == {"code", "message", "fields"}
