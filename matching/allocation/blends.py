"""The mixes of a plan: what each `blend` spec finds in each month, and how sure it is that its limits are kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.allocation.constraints import known_spread, mixing_weights
from matching.allocation.pairs import spec_entries
from matching.allocation.result import AllocationResult
from matching.problem import BLEND, MatchProblem
from matching.uncertainty import within

# What the solver's tolerance may move a mean by, relative to it; only a mix without any spread feels it.
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Blends:
    """One position per `blend` spec and month with tonnes, sorted by (spec, month).

    ``tonnes`` as received and ``lots`` that the spec binds; ``mean`` and ``sd`` of the mix in the property's unit;
    ``probability`` that the mean lies within the limits, lots being independent, NaN where no lot's spread is known;
    ``unknown_t`` the tonnes whose spread is not known and that are taken as stated.
    """

    spec: np.ndarray
    month: np.ndarray
    tonnes: np.ndarray
    lots: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    probability: np.ndarray
    unknown_t: np.ndarray

    def __len__(self) -> int:
        return len(self.spec)


def blends_of(problem: MatchProblem, result: AllocationResult) -> Blends:
    """Every mix of the plan.  Moisture counts as stated: it sets the weights, and its spread is left out."""
    specs, supplies = problem.specs, problem.supplies
    spec, arc = spec_entries(problem, result.supply, result.demand)
    mixed = specs.basis[spec] == BLEND
    spec, arc = spec[mixed], arc[mixed]
    supply, key, tonnes = result.supply[arc], specs.property[spec], result.tonnes[arc]
    months = len(problem.months)
    number, at = np.unique(spec * months + result.month[arc], return_inverse=True)

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(at, values, minlength=len(number))

    dry = tonnes * mixing_weights(problem)[supply, key]
    weight = total(dry)
    # Pure water has no dry tonne, hence no mean; nothing can be wrong with it.
    share = np.divide(dry, weight[at], out=np.zeros(len(dry)), where=weight[at] > 0)
    mean = total(share * supplies.property_value[supply, key])
    sd = np.sqrt(total((share * known_spread(problem)[supply, key]) ** 2))
    row, month = number // months, number % months
    slack = np.where(sd > 0, 0.0, ROUNDING * np.maximum(1.0, np.abs(mean)))
    sure = within(mean, sd, specs.minimum[row] - slack, specs.maximum[row] + slack)
    unmeasured = np.isnan(supplies.property_sd[supply, key])
    unknown, guessed = total(np.where(unmeasured, tonnes, 0.0)), total(~unmeasured) == 0
    return Blends(
        row, month, total(tonnes), total(np.ones(len(tonnes))).astype(np.int64), mean, sd,
        np.where(guessed, np.nan, np.where(weight > 0, sure, 1.0)), unknown,
    )


def lots_of(problem: MatchProblem, result: AllocationResult) -> tuple[float | None, int]:
    """The least probability with which a lot of the plan keeps a spec that every lot must keep, None where none has a
    spread that is known; and how many arcs have such a spec whose spread is not known.
    """
    specs, supplies = problem.specs, problem.supplies
    spec, arc = spec_entries(problem, result.supply, result.demand)
    alone = (specs.basis[spec] != BLEND) | (not result.blend)
    spec, arc = spec[alone], arc[alone]
    supply, key = result.supply[arc], specs.property[spec]
    value, sd = supplies.property_value[supply, key], supplies.property_sd[supply, key]
    sure = within(value, sd, specs.minimum[spec], specs.maximum[spec])[~np.isnan(sd)]
    return float(sure.min()) if len(sure) else None, len(np.unique(arc[np.isnan(sd)]))
