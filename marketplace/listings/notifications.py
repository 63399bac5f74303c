"""Who is told when a listing changes."""

from __future__ import annotations

from marketplace.accounts.queries import staff_of
from marketplace.listings.queries_edit import open_bidders
from marketplace.unit_of_work import UnitOfWork
from models.events import Event
from models.listings import Listing, kind_of


def tell_of_withdrawal(uow: UnitOfWork, listing: Listing, event: Event) -> None:
    """Tell the people of every enterprise with an open bid that the listing has been withdrawn."""
    bidders = open_bidders(uow.session, listing)
    if not bidders:
        return
    uow.notify(
        staff_of(uow.session, bidders), event, listing=kind_of(listing), listing_code=listing.code,
        owner=listing.enterprise_id,
    )
