"""The person behind a request, as services see them: plain values, no session and no framework."""

from __future__ import annotations

from dataclasses import dataclass

STAFF, COMMITTEE, REGULATOR, ADMIN = "staff", "committee", "regulator", "admin"
ROLES = (STAFF, COMMITTEE, REGULATOR, ADMIN)


@dataclass(frozen=True, slots=True)
class Actor:
    """``role`` is None for somebody who has not signed in; a regulator without a region is responsible for all."""

    user_id: int | None = None
    role: str | None = None
    enterprise_id: int | None = None
    park_id: int | None = None
    name: str = ""
    region_id: str | None = None

    @property
    def signed_in(self) -> bool:
        return self.user_id is not None


ANYBODY = Actor()
