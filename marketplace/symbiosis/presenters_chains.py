"""Chains in words: path by path, with the tonnes through each hop and what the chain does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from marketplace.effects.presenters import ChainSum, chain_sum
from marketplace.effects.rates import EffectRates
from marketplace.effects.rules import effects_of_chain, sum_of_chains
from marketplace.palette import waste_colour
from marketplace.symbiosis.flows import Chain
from marketplace.symbiosis.presenters import across_parks, place_name, use_name, waste_name
from marketplace.symbiosis.rules import too_few
from marketplace.symbiosis.selection import Sight


@dataclass(frozen=True, slots=True)
class HopLine:
    source: str
    target: str
    waste: str
    colour: str
    use: str
    tonnes: float | None
    bottleneck: bool


@dataclass(frozen=True, slots=True)
class ChainLine:
    """A chain with the tonnes through each hop; ``tonnes`` is the least of them.

    ``effects`` is None where the tonnes of any hop are hidden: value and carbon would give them away.
    """

    hops: list[HopLine]
    tonnes: float | None
    effects: ChainSum | None


def chain_lines(
    sight: Sight, rates: EffectRates, limit: int = 30, chains: Iterable[Chain] | None = None
) -> list[ChainLine]:
    """Chains of one path added up hop by hop, the strongest first; hidden ones last.

    Of all chains across parks, or of ``chains``.
    """
    paths: dict[tuple[object, ...], list[Chain]] = {}
    for chain in across_parks(sight.chains()) if chains is None else chains:
        path = tuple(
            (sight.place_of(hop.sender).key, sight.place_of(hop.taker).key, hop.waste_type, hop.use)
            for hop in chain.hops
        )
        paths.setdefault(path, []).append(chain)
    lines = [
        _chain_line(sight, rates, own)
        for _path, own in sorted(paths.items(), key=lambda item: str(item[0]))
    ]
    return sorted(lines, key=lambda line: -(line.tonnes if line.tonnes is not None else -1))[:limit]


def _chain_line(sight: Sight, rates: EffectRates, chains: list[Chain]) -> ChainLine:
    tonnes: list[float | None] = []
    for at, hop in enumerate(chains[0].hops):
        behind = frozenset(
            end.enterprise_id for chain in chains for end in (chain.hops[at].sender, chain.hops[at].taker)
        )
        known = sight.sees(hop.sender.place) or sight.sees(hop.taker.place)
        key = (hop.sender.place.key, hop.taker.place.key, hop.waste_type)
        hidden = not known and (too_few(behind) or sight.secrets.hides_arc(key))
        tonnes.append(None if hidden else sum(chain.hops[at].tonnes for chain in chains))
    figures_known = [one for one in tonnes if one is not None]
    least = min(figures_known) if len(figures_known) == len(tonnes) else None
    return ChainLine(
        [
            HopLine(
                place_name(sight.place_of(hop.sender)),
                place_name(sight.place_of(hop.taker)),
                waste_name(hop.waste_type),
                waste_colour(hop.waste_type),
                use_name(hop.use),
                one,
                least is not None and one == least,
            )
            for hop, one in zip(chains[0].hops, tonnes, strict=True)
        ],
        least,
        None if least is None else chain_sum(sum_of_chains(effects_of_chain(one, rates) for one in chains), rates),
    )
