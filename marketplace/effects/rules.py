"""What a flow and a chain do: carbon, freight, the most tax avoided, VAT hints.

No tonne's saving is counted twice.  A hop's substitution is counted once, at the tonnes consumed at that hop; a
residue that flows on counts only what it replaces itself; lorries count at every hop.  Where a use only passes the
same waste on (sorting), what is passed on is consumed at the next hop and not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from marketplace.effects.quantities import Quantity, total
from marketplace.effects.rates import FIT_KM, EffectRates
from marketplace.effects.rules_carbon import Carbon, spares_landfill, why_unknown
from marketplace.effects.rules_tax import Tax, tax_of
from marketplace.effects.rules_vat import VatHint, vat_hints


class Moved(Protocol):
    """Tonnes of one waste type on their way to one use: a flow of the symbiosis, or a hop of a chain.

    ``use`` is blank where none is named; ``km`` is None where the distance is not known.
    """

    @property
    def waste_type(self) -> str: ...
    @property
    def use(self) -> str: ...
    @property
    def tonnes(self) -> float: ...
    @property
    def km(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Consignment:
    """Tonnes that are no flow of a book: a pair one looks at, a month of a contract."""

    waste_type: str
    use: str
    tonnes: float
    km: float | None


class Step(Moved, Protocol):
    """A hop of a chain; ``value_yuan_per_t`` is what both sides gain on a tonne, None where not known."""

    @property
    def value_yuan_per_t(self) -> float | None: ...


class Path(Protocol):
    @property
    def hops(self) -> tuple[Step, ...]: ...


@dataclass(frozen=True, slots=True)
class Cost:
    """Yuan: ``handling`` and ``carriage`` with their interval, carriage None where the distance is not known.

    ``beyond_fit``: the distance lies outside the roads that the freight was fitted to.
    """

    handling: Quantity
    carriage: Quantity | None
    beyond_fit: bool = False

    @property
    def freight(self) -> Quantity | None:
        return self.handling.plus(self.carriage) if self.carriage is not None else None


@dataclass(frozen=True, slots=True)
class FlowEffects:
    """The effects of ``tonnes``; ``consumed_t`` of them are consumed by the use and not passed on.

    ``value_yuan`` is what the book of the flow says: the gain of both sides in a plan, the price in a trade.
    """

    waste_type: str
    use: str
    tonnes: float
    consumed_t: float
    km: float | None
    carbon: Carbon
    cost: Cost
    tax: Tax
    vat: tuple[VatHint, ...]
    value_yuan: float | None = None


@dataclass(frozen=True, slots=True)
class ChainEffects:
    """The effects of a chain, hop by hop and in sum.

    ``avoided`` sums the hops whose factor is known, ``unknown_t`` the tonnes consumed at the others; ``transport``,
    ``freight`` and ``value_yuan`` are None where a hop's is not known.  There is no sum of tax: had the first waste
    been discharged, the residues would not exist, so the hops' conditions exclude each other.  Chains share hops:
    the figures of several chains must not be added; those of flows may (``effects_of_flows``).
    """

    hops: tuple[FlowEffects, ...]
    avoided: Quantity
    unknown_t: float
    transport: Quantity | None
    freight: Quantity | None
    value_yuan: float | None

    @property
    def net(self) -> Quantity | None:
        """What is known to be avoided, less the lorries of every hop."""
        return self.avoided.minus(self.transport) if self.transport is not None else None

    @property
    def known(self) -> bool:
        """Whether any hop's saving is known; without one, ``net`` speaks of the lorries alone."""
        return any(hop.carbon.avoided is not None for hop in self.hops)


def effects_of_flow(
    flow: Moved,
    rates: EffectRates,
    *,
    share: float | None = None,
    max_shares: Mapping[str, float] | None = None,
    consumed_t: float | None = None,
    value_yuan: float | None = None,
) -> FlowEffects:
    """What a flow does.  ``share`` and ``max_shares`` as in ``vat_hints``; ``consumed_t`` defaults to all its tonnes.

    ``value_yuan`` is kept as it is given; that of a plan's or a trade's flow stands in the flow.
    """
    consumed = flow.tonnes if consumed_t is None else consumed_t
    return FlowEffects(
        flow.waste_type, flow.use, flow.tonnes, consumed, flow.km,
        carbon_of(flow, rates, consumed), cost_of(flow, rates), tax_of(flow.waste_type, flow.tonnes),
        vat_hints(flow.use, flow.waste_type, share=share, max_shares=max_shares),
        getattr(flow, "value_yuan", None) if value_yuan is None else value_yuan,
    )


def effects_of_chain(chain: Path, rates: EffectRates) -> ChainEffects:
    """What a chain does: each hop's substitution once, at the tonnes consumed there, and each hop's lorries."""
    hops = tuple(
        effects_of_flow(
            hop, rates, consumed_t=consumed,
            value_yuan=None if hop.value_yuan_per_t is None else hop.tonnes * hop.value_yuan_per_t,
        )
        for hop, consumed in zip(chain.hops, consumed_tonnes(chain.hops), strict=True)
    )
    return ChainEffects(
        hops,
        total([hop.carbon.avoided for hop in hops if hop.carbon.avoided is not None]),
        sum(hop.consumed_t for hop in hops if hop.carbon.avoided is None),
        _every([hop.carbon.transport for hop in hops]),
        _every([hop.cost.freight for hop in hops]),
        None if any(hop.value_yuan is None for hop in hops) else sum(hop.value_yuan or 0.0 for hop in hops),
    )


def sum_of_chains(chains: Iterable[ChainEffects]) -> ChainEffects:
    """Threads of one path added up hop by hop, as a path's chains carry different tonnes of each residue.

    Only for chains with the same wastes and uses hop by hop; ``ValueError`` for others, whose hops may be the same
    tonnes seen twice.
    """
    found = list(chains)
    if not found or len({tuple((hop.waste_type, hop.use) for hop in one.hops) for one in found}) != 1:
        raise ValueError("only chains of one path of wastes and uses can be added")
    return ChainEffects(
        tuple(_sum_of_hops([one.hops[at] for one in found]) for at in range(len(found[0].hops))),
        total([one.avoided for one in found]),
        sum(one.unknown_t for one in found),
        _every([one.transport for one in found]),
        _every([one.freight for one in found]),
        None if any(one.value_yuan is None for one in found) else sum(one.value_yuan or 0.0 for one in found),
    )


def _sum_of_hops(hops: list[FlowEffects]) -> FlowEffects:
    first, tonnes = hops[0], sum(hop.tonnes for hop in hops)
    known = all(hop.km is not None for hop in hops) and tonnes > 0
    carbons = [hop.carbon for hop in hops]
    return FlowEffects(
        first.waste_type, first.use, tonnes, sum(hop.consumed_t for hop in hops),
        sum((hop.km or 0.0) * hop.tonnes for hop in hops) / tonnes if known else None,
        Carbon(
            _every([one.avoided for one in carbons]), _every([one.transport for one in carbons]),
            _every([one.landfill for one in carbons]), first.carbon.rate, first.carbon.unknown,
        ),
        Cost(
            total([hop.cost.handling for hop in hops]), _every([hop.cost.carriage for hop in hops]),
            any(hop.cost.beyond_fit for hop in hops),
        ),
        tax_of(first.waste_type, tonnes), first.vat,
        None if any(hop.value_yuan is None for hop in hops) else sum(hop.value_yuan or 0.0 for hop in hops),
    )


def consumed_tonnes(hops: tuple[Step, ...]) -> list[float]:
    """The tonnes consumed at each hop: all of them, less what goes on to the next hop as the same waste."""
    passed = [
        after.tonnes if after.waste_type == hop.waste_type else 0.0 for hop, after in pairwise(hops)
    ]
    return [max(0.0, hop.tonnes - on) for hop, on in zip(hops, [*passed, 0.0], strict=True)]


def carbon_of(flow: Moved, rates: EffectRates, consumed_t: float) -> Carbon:
    """Kilograms of CO2e: the deduction at what is consumed, the lorry at what is carried."""
    rate = rates.avoided.get((flow.use, flow.waste_type))
    return Carbon(
        rate.quantity.times(consumed_t) if rate is not None else None,
        rates.transport.quantity.times(flow.tonnes * flow.km) if flow.km is not None else None,
        rates.landfill.quantity.times(flow.tonnes) if spares_landfill(flow.use, flow.waste_type) else None,
        rate,
        "" if rate is not None else why_unknown(flow.use, flow.waste_type),
    )


def cost_of(flow: Moved, rates: EffectRates) -> Cost:
    """Handling and carriage in yuan, as the market's settings price them."""
    handling = rates.handling.quantity.times(flow.tonnes)
    if flow.km is None:
        return Cost(handling, None)
    beyond = rates.freight_is_fit and not FIT_KM[0] <= flow.km <= FIT_KM[1]
    return Cost(handling, rates.per_km.quantity.times(flow.tonnes * flow.km), beyond)


def _every(parts: list[Quantity | None]) -> Quantity | None:
    """The sum, None where one of them is not known."""
    known = [part for part in parts if part is not None]
    return total(known) if len(known) == len(parts) else None
