"""What a comparison of models and database leaves out, because one of the two databases does not have it."""

from __future__ import annotations

from typing import Any

_FTS_PARTS = ("_fts", "_fts_data", "_fts_idx", "_fts_docsize", "_fts_config", "_fts_content")


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """False for SQLite's search tables: they belong to FTS5, which the models do not describe."""
    return not (kind == "table" and name is not None and name.endswith(_FTS_PARTS))


def include_object_for(dialect: str) -> Any:
    """A filter that leaves out indexes marked as belonging to another database than ``dialect``."""

    def include_object(item: Any, _name: str | None, _kind: str, _reflected: bool, _other: Any) -> bool:
        return getattr(item, "info", {}).get("only", dialect) == dialect

    return include_object
