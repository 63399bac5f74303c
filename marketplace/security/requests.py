"""What no request may carry: characters that no text holds, and row numbers that no table has."""

from __future__ import annotations

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter

LARGEST_ROW_ID = 2**31 - 1


class RowId(IntegerConverter):
    """``<int:...>`` in an address; a number that no row can have is an address that does not exist."""

    def __init__(self, map: object, **arguments: object) -> None:
        super().__init__(map, **{"max": LARGEST_ROW_ID, **arguments})  # type: ignore[arg-type]


def register(app: Flask) -> None:
    app.url_map.converters["int"] = RowId

    @app.before_request
    def refuse_nul() -> None:
        # Nobody types it, and PostgreSQL cannot keep it; what carries it was made by a machine.
        texts = (request.path, *_flat(request.args), *_flat(request.form))
        if any("\0" in text for text in texts):
            abort(400)


def _flat(fields: object) -> list[str]:
    return [text for name, values in fields.lists() for text in (name, *values)]  # type: ignore[attr-defined]
