"""How sure a plan is to keep its specs: the rows of ``blends.csv``, the summary's keys, the lines on the screen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from matching.allocation import AllocationResult
from matching.allocation.blends import Blends, lots_of
from matching.problem import MatchProblem
from matching.uncertainty import percent

BLENDS_HEADER = (
    "demand", "month", "waste_type", "property", "min", "max", "tonnes", "lots", "mean", "sd", "probability",
    "spread_unknown_t",
)  # fmt: skip


def blend_rows(problem: MatchProblem, blends: Blends) -> Iterator[tuple[object, ...]]:
    """One row per mix; blank where there is no limit or the spec binds every waste type."""
    specs = problem.specs
    columns = zip(
        blends.spec.tolist(), blends.month.tolist(), blends.tonnes.tolist(), blends.lots.tolist(),
        blends.mean.tolist(), blends.sd.tolist(), blends.probability.tolist(), blends.unknown_t.tolist(), strict=True,
    )
    for spec, month, tonnes, lots, mean, sd, probability, unknown in columns:
        waste, low, high = int(specs.waste_type[spec]), float(specs.minimum[spec]), float(specs.maximum[spec])
        yield (
            problem.demands.ids[specs.demand[spec]], problem.months[month],
            problem.waste_types[waste] if waste >= 0 else "", problem.properties[specs.property[spec]],
            low if np.isfinite(low) else "", high if np.isfinite(high) else "", round(tonnes, 6), lots,
            round(mean, 9), round(sd, 9), round(probability, 9) if np.isfinite(probability) else "",
            round(unknown, 6),
        )  # fmt: skip


def surety(problem: MatchProblem, plan: AllocationResult, blends: Blends) -> dict[str, object]:
    """The keys that ``summary.json`` has for it; null where there is nothing to be sure of."""
    known = blends.probability[~np.isnan(blends.probability)]
    least_lot, unknown_lots = lots_of(problem, plan)
    return {
        "confidence": plan.confidence,
        "blends": len(blends),
        "blend_probability_least": float(known.min()) if len(known) else None,
        "blends_spread_unknown": int((blends.unknown_t > 0).sum()),
        "lot_probability_least": least_lot,
        "arcs_spread_unknown": unknown_lots,
    }


def surety_lines(problem: MatchProblem, plan: AllocationResult, blends: Blends) -> list[str]:
    """What a person is told where a confidence was asked for."""
    if plan.confidence is None:
        return []
    found = surety(problem, plan, blends)
    lines = []
    for key, what in (("lot_probability_least", "lot"), ("blend_probability_least", "mix")):
        least = found[key]
        if isinstance(least, float):
            lines.append(f"least sure {what}: {percent(least)} % (asked for {100 * plan.confidence:g} %)")
    for key, whole, what in (
        ("arcs_spread_unknown", len(plan.tonnes), "arcs have a spec"),
        ("blends_spread_unknown", len(blends), "mixes hold tonnes"),
    ):
        if found[key]:
            lines.append(f"{found[key]} of {whole} {what} whose spread is unknown: taken as stated, not promised")
    return lines
