"""Where the tonnes of each consignment come from: own production, or the residue of a demand of the same
firm.

Each supply is a heap that is always well mixed.  Month by month it takes in its stock, its production and
the residues that join it; what leaves in the month is made up like the heap.  So every tonne sent is
attributed in proportion, later residues never appear in earlier consignments, and the parts of an arc add
up to its tonnes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from matching.allocation.program import residue_hosts
from matching.problem import MatchProblem
from matching.symbiosis.flows import HasArcs

OWN = -1
Arc = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Origins:
    """Totals over the horizon, all in tonnes.

    ``arcs[supply, demand]`` is what went that way; ``part[origin, (supply, demand)]`` is the part of it
    that came from ``origin``: ``OWN``, or the demand whose residue it was.  ``intake[demand]`` is all a
    demand took in; ``rate[demand, waste type]`` is the residue it leaves per tonne.
    """

    arcs: dict[Arc, float]
    part: dict[tuple[int, Arc], float]
    intake: dict[int, float]
    rate: dict[tuple[int, int], float]


def trace_origins(problem: MatchProblem, arcs: HasArcs) -> Origins:
    """Attribute every arc's tonnes to their origins."""
    total: dict[Arc, float] = defaultdict(float)
    leaving: dict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
    intake: dict[tuple[int, int], float] = defaultdict(float)
    columns = (arcs.supply, arcs.demand, arcs.month, arcs.tonnes)
    for supply, demand, month, tonnes in zip(*(column.tolist() for column in columns), strict=True):
        total[supply, demand] += tonnes
        leaving[supply, month].append((demand, tonnes))
        intake[demand, month] += tonnes
    joining, rate = _joining(problem, intake)
    part: dict[tuple[int, Arc], float] = defaultdict(float)
    for supply in sorted({supply for supply, _demand in total}):
        _run_heap(problem, supply, leaving, joining, part)
    taken: dict[int, float] = defaultdict(float)
    for (demand, _month), tonnes in intake.items():
        taken[demand] += tonnes
    return Origins(dict(total), dict(part), dict(taken), rate)


def _joining(
    problem: MatchProblem, intake: dict[tuple[int, int], float]
) -> tuple[dict[tuple[int, int], list[tuple[int, float]]], dict[tuple[int, int], float]]:
    """Residues that join each (supply, month), as (demand, tonnes), and the residue rates."""
    host = residue_hosts(problem)
    joining: dict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
    rate: dict[tuple[int, int], float] = defaultdict(float)
    residues = problem.residues
    columns = (residues.demand, residues.waste_type, residues.yield_t_per_t)
    for row, (demand, waste, each) in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        rate[demand, waste] += each
        for month in range(len(problem.months)):
            tonnes = each * intake.get((demand, month), 0.0)
            if tonnes > 0 and host[row, month] >= 0:
                joining[int(host[row, month]), month].append((demand, tonnes))
    return joining, rate


def _run_heap(
    problem: MatchProblem, supply: int, leaving: dict, joining: dict, part: dict[tuple[int, Arc], float]
) -> None:
    supplies = problem.supplies
    heap: dict[int, float] = {OWN: float(supplies.stock_t[supply])}
    for month in range(int(supplies.first_month[supply]), int(supplies.last_month[supply]) + 1):
        heap[OWN] += float(supplies.t_per_month[supply])
        for demand, tonnes in joining.get((supply, month), ()):
            heap[demand] = heap.get(demand, 0.0) + tonnes
        out, held = leaving.get((supply, month), []), sum(heap.values())
        if not out or held <= 0:
            continue
        sent = sum(tonnes for _demand, tonnes in out)
        for origin, tonnes in heap.items():
            for demand, taken in out:
                part[origin, (supply, demand)] += taken * tonnes / held
            heap[origin] = tonnes * max(0.0, 1.0 - sent / held)
