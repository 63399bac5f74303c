"""What a page shows of flows: a Sankey of waste types and uses, and what goes in and out of a park."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from matching.allocation.result import AllocationResult
from matching.problem import MatchProblem
from matching.symbiosis.flows import HasArcs

OTHERS = "others"


@dataclass(frozen=True, slots=True)
class SankeyLink:
    """Tonnes of a waste type that go to a use; either id may be ``others``."""

    waste_type: str
    use: str
    tonnes: float


@dataclass(frozen=True, slots=True)
class ParkBalance:
    """Tonnes over the horizon by waste type id.

    ``arriving`` and ``leaving`` cross the park's border; ``within`` stays inside it; ``left_over`` is what
    the park's supplies still hold at the end.
    """

    park: int
    arriving: dict[str, float]
    leaving: dict[str, float]
    within: dict[str, float]
    left_over: dict[str, float]


def sankey(problem: MatchProblem, arcs: HasArcs, *, most: int = 40) -> tuple[SankeyLink, ...]:
    """At most ``most`` links from waste types to uses, largest first; what is beyond is folded into
    ``others``.

    The smallest links of a waste type lose their use; where there are more waste types than room, the least
    of them lose their name as well.  The links always add up to all tonnes.
    """
    totals: dict[tuple[str, str], float] = defaultdict(float)
    for supply, demand, tonnes in zip(
        arcs.supply.tolist(), arcs.demand.tolist(), arcs.tonnes.tolist(), strict=True
    ):
        waste = problem.waste_types[problem.supplies.waste_type[supply]]
        totals[waste, problem.uses[problem.demands.use[demand]]] += tonnes
    links = _fold(_largest_first(totals), most)
    return tuple(SankeyLink(waste, use, tonnes) for (waste, use), tonnes in links)


def park_balance(problem: MatchProblem, plan: AllocationResult, park: int) -> ParkBalance:
    """What enters, leaves, stays within and is left over in ``park`` (an index; -1: all that lies in no
    park).
    """
    names = ("in", "out", "within", "left")
    tables: dict[str, dict[str, float]] = {name: defaultdict(float) for name in names}
    park_of = problem.enterprises.park
    for supply, demand, tonnes in zip(
        plan.supply.tolist(), plan.demand.tolist(), plan.tonnes.tolist(), strict=True
    ):
        source = int(park_of[problem.supplies.enterprise[supply]])
        target = int(park_of[problem.demands.enterprise[demand]])
        if park not in (source, target):
            continue
        name = "within" if source == target else "out" if source == park else "in"
        tables[name][problem.waste_types[problem.supplies.waste_type[supply]]] += tonnes
    for supply, tonnes in enumerate(plan.left_over_t.tolist()):
        if int(park_of[problem.supplies.enterprise[supply]]) == park and tonnes > 0:
            tables["left"][problem.waste_types[problem.supplies.waste_type[supply]]] += tonnes
    return ParkBalance(park, *(dict(sorted(tables[name].items())) for name in names))


def _fold(links: list[tuple[tuple[str, str], float]], most: int) -> list[tuple[tuple[str, str], float]]:
    """Keep as many of the largest links as leave room for one `others` link per waste type that is cut."""
    for named in range(min(len(links), most), -1, -1):
        cut: dict[tuple[str, str], float] = defaultdict(float)
        for (waste, _use), tonnes in links[named:]:
            cut[waste, OTHERS] += tonnes
        if named + len(cut) <= most:
            return links[:named] + _largest_first(cut)
    folded = _largest_first(cut)
    rest = sum(tonnes for _key, tonnes in folded[most - 1 :])
    return [*folded[: most - 1], ((OTHERS, OTHERS), rest)]


def _largest_first(totals: dict[tuple[str, str], float]) -> list[tuple[tuple[str, str], float]]:
    return sorted(totals.items(), key=lambda item: (-item[1], item[0]))
