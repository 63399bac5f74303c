"""Changing what an enterprise says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.errors import NotFound, Refusal, refuse
from marketplace.organisations import rules
from marketplace.security.actor import ADMIN, Actor
from marketplace.security.permissions import require
from marketplace.unit_of_work import UnitOfWork
from models.organisations import Enterprise


@dataclass(frozen=True, slots=True)
class Profile:
    """The names as entered; ``sites`` gives the name of each site by its id."""

    name: str
    name_en: str
    sites: Mapping[int, str]


def update_profile(
    *, uow: UnitOfWork, actor: Actor, enterprise_id: int, version: int, profile: Profile
) -> Enterprise:
    """Change the names of an enterprise and of its sites; the checked name belongs to the administrator."""
    enterprise = uow.lock(Enterprise, enterprise_id)
    if enterprise is None:
        raise NotFound(str(enterprise_id))
    require(actor, "enterprise.edit", enterprise)
    reasons = rules.may_rename(
        renamed=profile.name != enterprise.name, checked=enterprise.qualified, administrator=actor.role == ADMIN
    )
    if version != enterprise.version:
        reasons.append(Refusal("enterprise:changed"))
    refuse(reasons)
    changed = [
        field for field in ("name", "name_en") if getattr(enterprise, field) != getattr(profile, field)
    ]
    enterprise.name, enterprise.name_en = profile.name, profile.name_en
    for site in enterprise.sites:
        if site.id in profile.sites and site.name != profile.sites[site.id]:
            site.name = profile.sites[site.id]
            changed.append("sites")
    if changed:
        uow.record(actor, "enterprise.updated", enterprise, changed=sorted(set(changed)))
        uow.touch_market()
    return enterprise
