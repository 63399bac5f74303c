"""Posting, changing, publishing and withdrawing listings; they change here and nowhere else."""

from __future__ import annotations

import secrets
from dataclasses import replace

from sqlalchemy.exc import IntegrityError

from marketplace.alerts.matches import MATCH_NOTICES
from marketplace.errors import NotFound, NotPossible, Refusal, refuse
from marketplace.ledger.queries import promised_by_month
from marketplace.listings import notifications, queries_edit, rules, writing
from marketplace.listings.changes import DEMAND, SUPPLY, Changes, DoubleSubmission, StaleEdit
from marketplace.listings.queries_edit import MODELS
from marketplace.market.changed import market_changed
from marketplace.months import month_of
from marketplace.security.actor import Actor
from marketplace.security.permissions import may, require
from marketplace.unit_of_work import UnitOfWork
from matching.catalogue import Catalogue
from models.constraints import refused_by
from models.listings import Demand, Listing, ListingStatus, Supply

# Letters and digits that are not mistaken for each other when a code is read out over the telephone.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_AMOUNTS = frozenset({"t_per_month", "stock_t", "start_month", "end_month", "min_lot_t"})


def create_supply(*, uow: UnitOfWork, actor: Actor, changes: Changes, submission_key: str) -> Supply:
    """A new draft supply; the same ``submission_key`` again returns the one it made the first time.

    Raises :class:`DoubleSubmission` where another click was faster by a moment: look it up afterwards.
    """
    return _create(uow, actor, SUPPLY, changes, submission_key)


def create_demand(*, uow: UnitOfWork, actor: Actor, changes: Changes, submission_key: str) -> Demand:
    """A new draft demand; see :func:`create_supply`."""
    return _create(uow, actor, DEMAND, changes, submission_key)


def edit_supply(
    *, uow: UnitOfWork, actor: Actor, code: str, version: int, changes: Changes, catalogue: Catalogue
) -> Supply:
    """Change a supply that was read at ``version``.

    Raises :class:`StaleEdit` where somebody else changed the same parts meanwhile to something different.  A
    published listing must stay fit to be published.
    """
    return _edit(uow, actor, SUPPLY, code, version, changes, catalogue)


def edit_demand(
    *, uow: UnitOfWork, actor: Actor, code: str, version: int, changes: Changes, catalogue: Catalogue
) -> Demand:
    """Change a demand that was read at ``version``; see :func:`edit_supply`."""
    return _edit(uow, actor, DEMAND, code, version, changes, catalogue)


def publish(
    *, uow: UnitOfWork, actor: Actor, kind: str, code: str, version: int, catalogue: Catalogue
) -> Listing:
    """Show a draft or withdrawn listing to everybody; one that is published already stays as it is."""
    listing = _locked(uow, actor, kind, code)
    require(actor, "listing.edit", listing)
    if listing.status == ListingStatus.PUBLISHED:
        return listing
    if listing.version != version:
        raise NotPossible([Refusal("listing:changed_meanwhile")])
    refuse(publishable(listing, catalogue, month_of(uow.now)))
    listing.status, listing.published_at = ListingStatus.PUBLISHED, uow.now
    uow.record(actor, f"{kind}.published", listing, code=listing.code)
    market_changed(uow, listing)
    uow.enqueue(MATCH_NOTICES, {"kind": kind, "code": code}, dedupe_key=f"{MATCH_NOTICES}:{code}")
    return listing


def withdraw(*, uow: UnitOfWork, actor: Actor, kind: str, code: str, reason: str) -> Listing:
    """Take a published listing off the market, with the reason; who has an open bid on it is told."""
    listing = _locked(uow, actor, kind, code)
    require(actor, "listing.edit", listing)
    if listing.status == ListingStatus.WITHDRAWN:
        return listing
    refuse(rules.may_withdraw(status=listing.status))
    listing.status = ListingStatus.WITHDRAWN
    event = uow.record(actor, f"{kind}.withdrawn", listing, code=listing.code, reason=reason)
    notifications.tell_of_withdrawal(uow, listing, event)
    market_changed(uow, listing)
    return listing


def copy(*, uow: UnitOfWork, actor: Actor, kind: str, code: str, submission_key: str) -> Listing:
    """A new draft of the actor's enterprise with the content of a listing it may see as its own."""
    listing = _locked(uow, actor, kind, code)
    require(actor, "listing.edit", listing)
    changes = writing.content_of(listing)
    if str(changes.columns["start_month"]) < month_of(uow.now):
        columns = {**changes.columns, "start_month": month_of(uow.now), "end_month": None}
        changes = replace(changes, columns=columns)
    return _create(uow, actor, kind, changes, submission_key)


def publishable(listing: Listing, catalogue: Catalogue, month: str) -> list[Refusal]:
    """Why the listing, as it stands in ``month``, may not be published; the page's button asks the same."""
    draft = draft_of(listing, month)
    if isinstance(listing, Supply):
        assayed = {assay.property_id for assay in listing.assays}
        return rules.may_publish_supply(draft, hazardous=listing.waste_type.hazardous, assayed=assayed)
    accepted = {row.waste_type_id: catalogue.waste_types[row.waste_type_id] for row in listing.accepts}
    licences = [licence.code for licence in listing.enterprise.licences]
    return rules.may_publish_demand(draft, accepted=accepted, licences=licences)


def draft_of(listing: Listing, month: str) -> rules.Draft:
    """What the rules look at; ``month`` is the present one."""
    stock = listing.stock_t if isinstance(listing, Supply) else 0
    return rules.Draft(
        listing.t_per_month, stock, listing.start_month, listing.end_month, listing.min_lot_t, month
    )


def _create(uow: UnitOfWork, actor: Actor, kind: str, changes: Changes, key: str) -> Listing:
    require(actor, "listing.create")
    if earlier := queries_edit.by_submission(uow.session, kind, key):
        require(actor, "listing.edit", earlier)
        return earlier
    listing = MODELS[kind](
        code=_new_code(kind), enterprise_id=actor.enterprise_id, created_by=actor.user_id, submission_key=key,
        created_at=uow.now, t_per_month=0, start_month=month_of(uow.now),
    )
    listing.site_id = writing.chosen_site(uow, actor, actor.enterprise_id, changes.site).id
    writing.write(uow, listing, replace(changes, site=None))
    uow.session.add(listing)
    try:
        uow.session.flush()
    except IntegrityError as error:
        # The guard is the unique submission key; the second of two clicks that came together ends here.
        if refused_by(error) != f"uq_{listing.__tablename__}_submission_key":
            raise
        raise DoubleSubmission(key) from error
    uow.record(actor, f"{kind}.created", listing, code=listing.code)
    return listing


def _edit(
    uow: UnitOfWork, actor: Actor, kind: str, code: str, version: int, changes: Changes, catalogue: Catalogue
) -> Listing:
    listing = _locked(uow, actor, kind, code)
    require(actor, "listing.edit", listing)
    if changes.site is not None:
        site = writing.chosen_site(uow, actor, listing.enterprise_id, changes.site)
        changes = replace(changes, site=None, columns={**changes.columns, "site_id": site.id})
    differing = writing.differences(listing, changes)
    if not differing:
        return listing
    if listing.version != version:
        earlier = queries_edit.changes_since(uow.session, listing, version)
        if any(set(one.values) & changes.touched() for one in earlier):
            raise StaleEdit(listing.version, earlier)
    type_column = "waste_type_id" if kind == SUPPLY else "use_id"
    refuse(rules.may_change_type(
        changes_type=type_column in differing, has_bids=queries_edit.has_bids(uow.session, listing),
        field=type_column,
    ))
    if _AMOUNTS & set(differing):
        # Before the row is written: the database would refuse some of it too, but not in words.
        refuse(rules.amount_possible(_draft_after(listing, changes, month_of(uow.now))))
    before = listing.version
    writing.write(uow, listing, changes)
    listing.updated_at = uow.now
    uow.session.flush()
    uow.session.refresh(listing)
    refuse(_still_sound(uow, listing, catalogue))
    uow.record(
        actor, f"{kind}.updated", listing, changed={**differing, "version": [before, listing.version]}
    )
    if listing.status == ListingStatus.PUBLISHED:
        market_changed(uow, listing)
    return listing


def _draft_after(listing: Listing, changes: Changes, month: str) -> rules.Draft:
    wanted = {name: changes.columns[name] for name in _AMOUNTS if name in changes.columns}
    return replace(draft_of(listing, month), **wanted)


def _still_sound(uow: UnitOfWork, listing: Listing, catalogue: Catalogue) -> list[Refusal]:
    # A withdrawn listing takes no more bids, and its contracts hold as before.
    promises = rules.covers_promises(
        t_per_month=listing.t_per_month, stock_t=listing.stock_t if isinstance(listing, Supply) else None,
        start_month=listing.start_month, end_month=listing.end_month,
        promised=promised_by_month(uow.session, listing),
    )
    if listing.status != ListingStatus.PUBLISHED:
        return promises
    return [*publishable(listing, catalogue, month_of(uow.now)), *promises]


def _locked(uow: UnitOfWork, actor: Actor, kind: str, code: str) -> Listing:
    found = queries_edit.listing_id(uow.session, kind, code)
    listing = uow.lock(MODELS[kind], found) if found is not None else None
    if listing is None:
        raise NotFound(code)
    if listing.status == ListingStatus.DRAFT and not may(actor, "listing.view_draft", listing):
        # Others may not even know that there is a draft.
        raise NotFound(code)
    return listing


def _new_code(kind: str) -> str:
    return ("S-" if kind == SUPPLY else "D-") + "".join(secrets.choice(_ALPHABET) for _place in range(6))
