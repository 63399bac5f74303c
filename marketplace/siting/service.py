"""The verbs of siting studies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.errors import Refusal, refuse
from marketplace.security.actor import Actor
from marketplace.security.permissions import require
from marketplace.siting.answers import plant_of
from marketplace.siting.csv_file import MOST_ROWS
from marketplace.unit_of_work import UnitOfWork
from marketplace.what_ifs import studies
from marketplace.what_ifs.answers import problem_of
from marketplace.what_ifs.rules import reasons_of
from models.siting import SitingStudy


def create(
    *, uow: UnitOfWork, actor: Actor, title: str, note: str, objective: str, asked: dict[str, Any]
) -> SitingStudy:
    """A study without a candidate yet."""
    require(actor, "siting.make")
    row = SitingStudy(
        author_id=actor.user_id, title=title, note=note, objective=objective, asked=asked, candidates=[],
        created_at=uow.now,
    )
    uow.session.add(row)
    uow.record(actor.user_id, "siting.created", row, title=title)
    return row


def edit(
    *, uow: UnitOfWork, actor: Actor, study_id: int, title: str, note: str, objective: str, asked: dict[str, Any]
) -> SitingStudy:
    """Ask something else of the same candidates."""
    row = studies.own(uow, actor, SitingStudy, study_id)
    row.title, row.note, row.objective, row.asked = title, note, objective, asked
    _changed(uow, actor, row)
    return row


def add_candidates(
    *, uow: UnitOfWork, actor: Actor, study_id: int, candidates: Sequence[dict[str, Any]]
) -> SitingStudy:
    """Put candidates to the others; all of them, or none where one of them cannot be."""
    row = studies.own(uow, actor, SitingStudy, study_id)
    together = [*row.candidates, *candidates]
    if len(together) > MOST_ROWS:
        refuse([Refusal("siting:too_many", {"most": MOST_ROWS})])
    refuse(_impossible(uow, candidates))
    row.candidates = together
    _changed(uow, actor, row)
    return row


def remove_candidate(*, uow: UnitOfWork, actor: Actor, study_id: int, at: int) -> SitingStudy:
    """Take the candidate at position ``at`` out; one that is gone already changes nothing."""
    row = studies.own(uow, actor, SitingStudy, study_id)
    if 0 <= at < len(row.candidates):
        row.candidates = [one for position, one in enumerate(row.candidates) if position != at]
        _changed(uow, actor, row)
    return row


def keep_answer(
    *, uow: UnitOfWork, actor: Actor, study_id: int, version: int, answer: dict[str, Any], revision: int
) -> SitingStudy:
    """Keep what was worked out, unless the study has become another meanwhile."""
    row = studies.own(uow, actor, SitingStudy, study_id)
    if row.version == version:
        row.answer, row.market_revision, row.answered_at = answer, revision, uow.now
        uow.record(actor.user_id, "siting.answered", row, title=row.title, market_revision=revision)
    return row


def share(*, uow: UnitOfWork, actor: Actor, study_id: int, shared: bool) -> SitingStudy:
    """Let everybody who may make studies read it, or no longer."""
    return studies.share(uow, actor, SitingStudy, study_id, shared=shared)


def delete(*, uow: UnitOfWork, actor: Actor, study_id: int) -> None:
    """Take a study away for good; its events stay."""
    studies.delete(uow, actor, SitingStudy, study_id)


def _changed(uow: UnitOfWork, actor: Actor, row: SitingStudy) -> None:
    """The answer is no longer that of this study."""
    row.forget_answer()
    uow.record(actor.user_id, "siting.changed", row, title=row.title, candidates=len(row.candidates))


def _impossible(uow: UnitOfWork, candidates: Sequence[dict[str, Any]]) -> list[Refusal]:
    """Why the market cannot have these plants."""
    from matching.whatif import ImpossibleChange, check_changes
    from matching.whatif.keeping import read_changes

    try:
        check_changes(problem_of(uow.session), read_changes([plant_of(one) for one in candidates]))
    except ImpossibleChange as error:
        return reasons_of(error.faults)
    return []
