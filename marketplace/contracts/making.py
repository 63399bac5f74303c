"""An accepted bid becomes a contract: parties, places, tonnes by month and limits are taken from what was agreed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal

from marketplace.contracts.clauses import POLLUTION, SAMPLING
from marketplace.errors import Refusal, refuse
from marketplace.ledger.posting import Line, move, post
from marketplace.months import SHANGHAI
from marketplace.unit_of_work import UnitOfWork
from models.assays import DemandSpec
from models.bids import Bid
from models.contracts import Contract, ContractMonth, ContractSpec, Side
from models.ledger import Account
from models.organisations import Site

LAPSE_JOB = "contract_lapse"
CONFIRM_WITHIN = timedelta(days=7)


def make_contract(*, uow: UnitOfWork, actor_id: int | None, bid: Bid, months: Mapping[str, Decimal]) -> Contract:
    """The contract of an accepted bid over ``months`` (tonnes of each), its tonnes reserved on both sides.

    The caller has locked the listings and asked the rules.  Raises :class:`NotPossible` where the bidder has no place.
    """
    supply, demand = bid.supply or bid.own_supply, bid.demand or bid.own_demand
    place = _bidder_place(bid)
    refuse([] if place else [Refusal("contract:no_place")])
    on_supply = bid.supply_id is not None
    listing = bid.listing
    ends = (listing.site, place) if on_supply else (place, listing.site)
    parties = (listing.enterprise_id, bid.bidder_enterprise_id)
    producer, taker = parties if on_supply else parties[::-1]
    contract = Contract(
        code=f"HT{uow.now.astimezone(SHANGHAI):%Y%m%d}-{bid.id:05d}", bid_id=bid.id,
        supply_id=supply.id if supply else None, demand_id=demand.id if demand else None,
        producer_id=producer, taker_id=taker, from_site_id=ends[0].id, to_site_id=ends[1].id,
        waste_type_id=bid.waste_type_id, price_yuan_per_t=bid.price_yuan_per_t,
        # A bid on a supply is at the producer's gate, an offer on a demand is delivered.
        freight_payer=Side.TAKER if on_supply else Side.PRODUCER,
        start_month=min(months), end_month=max(months), sampling=SAMPLING, clauses=POLLUTION,
        confirm_by=uow.now + CONFIRM_WITHIN, created_at=uow.now,
        months=[ContractMonth(month=month, planned_t=tonnes) for month, tonnes in sorted(months.items())],
        specs=_limits(bid.waste_type_id, demand.specs if demand else ()),
    )
    uow.session.add(contract)
    uow.session.flush()
    post(
        uow=uow, actor_id=actor_id, kind="contract.reserved", contract_id=contract.id,
        lines=both_sides(contract, months, Account.UNCOMMITTED, Account.RESERVED),
    )
    watch_confirmation(uow, contract)
    return contract


def watch_confirmation(uow: UnitOfWork, contract: Contract) -> None:
    """Leave the worker the moment by which the contract has to be confirmed."""
    if contract.confirm_by is not None:
        uow.enqueue(
            LAPSE_JOB, {"contract_id": contract.id}, f"{LAPSE_JOB}:{contract.id}", run_after=contract.confirm_by
        )


def both_sides(
    contract: Contract, months: Mapping[str, Decimal], off: Account, onto: Account
) -> list[Line]:
    """Lines that move promised tonnes of each month from one account to another, at both sites."""
    return [
        line
        for month, tonnes in months.items() if tonnes
        for site in (contract.from_site_id, contract.to_site_id)
        for line in move(
            tonnes, waste_type_id=contract.waste_type_id, month=month, off=(site, off), onto=(site, onto),
            contract_id=contract.id,
        )
    ]


def _bidder_place(bid: Bid) -> Site | None:
    own = bid.own_demand or bid.own_supply
    return own.site if own is not None else bid.bidder.main_site


def _limits(waste_type_id: str, specs: Iterable[DemandSpec]) -> list[ContractSpec]:
    """The demand's limits for this waste; where two are on one property and basis, the tighter of each bound."""
    found: dict[tuple[str, str], ContractSpec] = {}
    for spec in specs:
        if spec.waste_type_id not in (None, waste_type_id):
            continue
        key = spec.property_id, spec.basis
        row = found.setdefault(key, ContractSpec(
            property_id=spec.property_id, basis=spec.basis, standard=spec.standard,
        ))
        row.minimum = _tighter(max, row.minimum, spec.minimum)
        row.maximum = _tighter(min, row.maximum, spec.maximum)
    return list(found.values())


def _tighter(pick: type[max] | type[min], one: float | None, other: float | None) -> float | None:
    known = [value for value in (one, other) if value is not None]
    return pick(known) if known else None
