"""SQLAlchemy models of the market.  ``from models import Supply, Bid, …`` finds every one of them."""

from models.access import ApiKey
from models.accounts import Role, SignInAttempt, User
from models.assays import Assay, AssayKind, Basis, DemandAccept, DemandResidue, DemandSpec
from models.base import Base, utc_now
from models.bids import Bid, BidRound, BidStatus, Party
from models.catalogue.tables import PropertyRow, UseRow, WasteTypeRow
from models.contracts import (
    Amendment,
    AmendmentStatus,
    Contract,
    ContractDocument,
    ContractMonth,
    ContractSpec,
    ContractStatus,
    OffSpec,
    Side,
)
from models.events import EVENT_KINDS, Event
from models.indicators import City, Criterion, ScorecardWeight, ValueAdded
from models.jobs import Job, JobStatus
from models.ledger import Account, LedgerBalance, LedgerEntry, LedgerHead, LedgerPosting
from models.listings import Demand, ListingStatus, QuantityQuality, SaleMode, Supply
from models.market import MarketChange, MarketRevision, MarketSettings
from models.notices import Mail, MailStatus, Notice, NoticeChoice
from models.organisations import Enterprise, Licence, LocationQuality, Park, Region, Site
from models.plans import Plan, PlanFlow
from models.stockpiles import Remediation, Stockpile, StorageClass
from models.tenders import SealedBid, Tender, TenderInvitation, TenderMode, TenderQuestion, TenderStatus
from models.transfers import (
    AcceptanceResult,
    Dispute,
    DisputeStatus,
    Gate,
    Source,
    Transfer,
    TransferFile,
    TransferStatus,
    Weighing,
)
from models.whatifs import WhatIf

__all__ = [
    "EVENT_KINDS", "AcceptanceResult", "Account", "Amendment", "AmendmentStatus", "ApiKey", "Assay",
    "AssayKind", "Base", "Basis", "Bid", "BidRound", "BidStatus", "City", "Contract", "ContractDocument",
    "ContractMonth", "ContractSpec", "ContractStatus", "Criterion", "Demand", "DemandAccept", "DemandResidue",
    "DemandSpec", "Dispute", "DisputeStatus", "Enterprise", "Event", "Gate", "Job", "JobStatus",
    "LedgerBalance", "LedgerEntry", "LedgerHead", "LedgerPosting", "Licence", "ListingStatus",
    "LocationQuality", "Mail", "MailStatus", "MarketChange", "MarketRevision", "MarketSettings", "Notice",
    "NoticeChoice",
    "OffSpec", "Park", "Party", "Plan", "PlanFlow", "PropertyRow", "QuantityQuality", "Region", "Remediation", "Role",
    "SaleMode", "ScorecardWeight", "SealedBid", "Side", "SignInAttempt", "Site", "Source", "Stockpile",
    "StorageClass", "Supply", "Tender",
    "TenderInvitation", "TenderMode", "TenderQuestion", "TenderStatus", "Transfer", "TransferFile",
    "TransferStatus", "UseRow", "User", "ValueAdded", "WasteTypeRow", "Weighing", "WhatIf", "utc_now",
]
