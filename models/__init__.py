"""SQLAlchemy models of the market.  ``from models import Supply, Bid, …`` finds every one of them."""

from models.accounts import Role, SignInAttempt, User
from models.assays import Assay, AssayKind, Basis, DemandAccept, DemandResidue, DemandSpec
from models.base import Base, utc_now
from models.bids import Bid, BidStatus
from models.catalogue.tables import PropertyRow, UseRow, WasteTypeRow
from models.events import EVENT_KINDS, Event
from models.jobs import Job, JobStatus
from models.listings import Demand, ListingStatus, QuantityQuality, Supply
from models.market import MarketRevision, MarketSettings
from models.notices import Notice
from models.organisations import Enterprise, Licence, LocationQuality, Park, Region, Site
from models.plans import Plan, PlanFlow

__all__ = [
    "EVENT_KINDS", "Assay", "AssayKind", "Base", "Basis", "Bid", "BidStatus", "Demand", "DemandAccept",
    "DemandResidue", "DemandSpec", "Enterprise", "Event", "Job", "JobStatus", "Licence", "ListingStatus",
    "LocationQuality", "MarketRevision", "MarketSettings", "Notice", "Park", "Plan", "PlanFlow",
    "PropertyRow", "QuantityQuality", "Region", "Role", "SignInAttempt", "Site", "Supply", "UseRow", "User",
    "WasteTypeRow", "utc_now",
]
