"""How far the two places of a bid lie apart, and what the freight of a tonne costs between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy.orm import Session

from marketplace.market import distance_model, market_settings
from marketplace.tenders.presenters import Journey
from models.bids import Bid
from models.organisations import Site


def journeys(session: Session, bids: Sequence[Bid]) -> dict[int, Journey]:
    """Journeys by bid id; a bid whose bidder has no place yet has none."""
    known = [(bid.id, bid.listing.site, place) for bid in bids if (place := _bidder_place(bid)) is not None]
    if not known:
        return {}
    settings, model = market_settings(session), distance_model(session)
    here, there = [row[1] for row in known], [row[2] for row in known]
    kilometres = model.pairs_km(_lat(here), _lon(here), _lat(there), _lon(there))
    return {
        bid_id: Journey(
            float(km), settings.handling_yuan_per_t + settings.rate_yuan_per_t_km * float(km), model.method
        )
        for (bid_id, _here, _there), km in zip(known, kilometres, strict=True)
    }


def _bidder_place(bid: Bid) -> Site | None:
    """The site of the bidder's own listing where it names one, else its main site."""
    own = bid.own_demand or bid.own_supply
    return own.site if own is not None else bid.bidder.main_site


def _lat(sites: Sequence[Site]) -> np.ndarray:
    return np.array([site.lat for site in sites])


def _lon(sites: Sequence[Site]) -> np.ndarray:
    return np.array([site.lon for site in sites])
