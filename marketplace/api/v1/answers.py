"""The one shape of an error: ``{"error": {"code", "message", "fields": [{"field", "code", "message"}]}}``."""

from __future__ import annotations

from flask import Response, jsonify
from flask_babel import lazy_gettext as _l

from marketplace.errors import Refusal
from marketplace.reasons import refusal_text

WORDS = {
    "no_key": _l("No valid key. Send it in the header Authorization: Bearer KEY. Keys are made on the page /keys."),
    "forbidden": _l("This key's enterprise has no part in this."),
    "not_found": _l("There is no such thing, or it is not yours."),
    "method": _l("This address does not answer to this kind of request."),
    "too_large": _l("The body is larger than 64 kB."),
    "not_json": _l("The body must be one JSON object, sent as application/json."),
    "invalid": _l("Some fields need mending."),
    "not_possible": _l("This is not possible now."),
    "slip_conflict": _l("This slip number is known with other figures. Nothing was changed."),
    "changed": _l("Somebody else changed this at the same moment. Ask again."),
    "failed": _l("The request could not be answered."),
}


def failed(status: int, code: str, reasons: list[Refusal] | None = None) -> Response:
    """An answer in the error's shape; the message is in the reader's language, the codes never change."""
    fields = [
        {"field": reason.field, "code": reason.code, "message": refusal_text(reason)} for reason in reasons or []
    ]
    answer = jsonify(error={"code": code, "message": str(WORDS[code]), "fields": fields})
    answer.status_code = status
    return answer
