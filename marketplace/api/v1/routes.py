"""Weighings in, expected consignments out."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from marketplace.api.v1.answers import failed
from marketplace.errors import NotPossible, Refusal
from marketplace.i18n import named
from marketplace.months import SHANGHAI
from marketplace.session import current_actor, db_session
from marketplace.transfers import queries
from marketplace.transfers.entering import enter
from marketplace.transfers.readings import FIELDS, parse_reading
from marketplace.urls import Url
from models.contracts import Side
from models.transfers import Gate, Source, Transfer, Weighing

MOST_TRANSFERS = 500


def post_weighing() -> ResponseReturnValue:
    """Keep one slip: 201 the first time, 200 with the same body whenever it is sent again."""
    told = _told()
    if told is None:
        return failed(400, "not_json")
    faults = _unreadable(told)
    reading, found = parse_reading({name: _text(told.get(name)) for name in FIELDS})
    if faults or reading is None:
        return failed(422, "invalid", faults + found)
    code = _text(told["transfer"]).strip()
    try:
        recorded = enter(current_actor(), code, reading, Source.API)
    except NotPossible as refused:
        conflict = any(reason.code in ("slip:conflict", "slip:taken") for reason in refused.reasons)
        return failed(409, "slip_conflict" if conflict else "not_possible", refused.reasons)
    return jsonify(weighing=_weighing(recorded.weighing)), 201 if recorded.first else 200


def expected_transfers() -> ResponseReturnValue:
    """The consignments that wait for a weighing at the gates of the key's enterprise."""
    actor = current_actor()
    rows = queries.at_gate(db_session(), actor.enterprise_id, limit=MOST_TRANSFERS)
    return jsonify(transfers=[_transfer(row, actor.enterprise_id) for row in rows])


def _told() -> dict[str, Any] | None:
    """The body as one JSON object; None for anything else.  Numbers are kept as they are written, to the last digit."""
    if not request.is_json:
        return None
    try:
        told = json.loads(request.get_data(), parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _unreadable(told: dict[str, Any]) -> list[Refusal]:
    """Fields that nobody knows, and values that are neither text nor a number."""
    faults = [Refusal("reading:unknown_field", field=str(name)[:40]) for name in told if name not in FIELDS]
    return faults + [
        Refusal("reading:not_text", field=name) for name in FIELDS
        if told.get(name) is not None and not isinstance(told[name], str)
    ]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _weighing(row: Weighing) -> dict[str, object]:
    transfer = row.transfer
    return {
        "transfer": transfer.code, "gate": row.gate, "slip_no": row.slip_no, "gross_t": str(row.gross_t),
        "tare_t": str(row.tare_t), "net_t": str(row.net_t), "weighed_at": _moment(row.weighed_at),
        "vehicle": row.vehicle, "recorded_at": _moment(row.recorded_at),
    }


def _transfer(row: Transfer, enterprise_id: int | None) -> dict[str, object]:
    contract = row.contract
    out = row.weighing(Gate.OUT)
    producing = contract.side_of(enterprise_id) == Side.PRODUCER
    return {
        "transfer": row.code, "gate": (Gate.OUT if producing else Gate.IN).value, "status": row.status,
        "contract": contract.code, "waste_type": contract.waste_type_id, "waste": named(contract.waste_type),
        "other_side": named(contract.taker if producing else contract.producer), "month": row.month,
        "planned_t": str(row.planned_t), "planned_for": _moment(row.planned_for) if row.planned_for else None,
        "vehicle": row.vehicle, "driver": row.driver, "manifest_no": row.manifest_no,
        "out_net_t": str(out.net_t) if out else None,
    }


def _moment(at: dt.datetime) -> str:
    """Always in one zone, so that the same slip is told in the same letters whenever it is asked for."""
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")


URLS = [
    Url("/api/v1/weighings", post_weighing, "transfer.weigh", ("POST",)),
    Url("/api/v1/transfers", expected_transfers, "transfer.list"),
]
