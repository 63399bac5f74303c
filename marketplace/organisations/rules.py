"""What an enterprise may change of itself."""

from __future__ import annotations

from marketplace.errors import Refusal


def may_rename(*, renamed: bool, checked: bool, administrator: bool) -> list[Refusal]:
    """The permits were checked under one name; another name needs the administrator's eyes again."""
    if renamed and checked and not administrator:
        return [Refusal("enterprise:name_checked", field="name")]
    return []
