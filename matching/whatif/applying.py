"""A market with changes made to it: another problem, and what the changes add to a tonne on each pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from matching.allocation.result import Pairs
from matching.params import MatchParams
from matching.problem import BLEND, NO_WASTE, Closures, Freight, MatchProblem, Specs
from matching.siting.extending import with_candidates
from matching.whatif.carriage import by_rail, subsidised
from matching.whatif.changes import Change, DisposalFee, FreightTimes, NewLimit, NewPlant, RailLine, Stop, Subsidy
from matching.whatif.extras import Extras
from matching.whatif.faults import check_changes
from matching.whatif.plants import as_candidates


@dataclass(frozen=True, slots=True)
class Altered:
    """The market after the changes of ``problem``, and those that act on pairs or on the plan."""

    problem: MatchProblem
    rail: RailLine | None
    subsidy: Subsidy | None
    fee: DisposalFee | None

    def extras(self, pairs: Pairs, params: MatchParams) -> Extras:
        """What a railway spares and a subsidy adds on each of ``pairs``."""
        extras = Extras.none(len(pairs))
        if self.rail is not None:
            spared, kg = by_rail(self.problem, pairs, self.rail, params)
            extras = replace(extras, rail=spared, rail_kg=kg)
        if self.subsidy is not None:
            extras = replace(extras, transfer=subsidised(self.problem, pairs, self.subsidy))
        return extras


def alter(problem: MatchProblem, changes: Sequence[Change]) -> Altered:
    """Make ``changes``, in an order of their own: limits, new plants, stops, freight.

    Raises :class:`~matching.whatif.faults.ImpossibleChange` with everything that cannot be.
    """
    check_changes(problem, changes)
    of = {kind: [one for one in changes if isinstance(one, kind)] for kind in (NewLimit, NewPlant, Stop, FreightTimes)}
    for limit in of[NewLimit]:
        problem = _limited(problem, limit)
    if of[NewPlant]:
        problem = with_candidates(problem, as_candidates(of[NewPlant]))
    if of[Stop]:
        problem = stopped(problem, of[Stop])
    for freight in of[FreightTimes]:
        old = problem.freight
        problem = replace(problem, freight=Freight(
            old.handling_yuan_per_t * freight.factor, old.rate_yuan_per_t_km * freight.factor
        ))
    return Altered(problem, _only(changes, RailLine), _only(changes, Subsidy), _only(changes, DisposalFee))


def stopped(problem: MatchProblem, stops: Sequence[Stop]) -> MatchProblem:
    """``problem`` with the enterprises of ``stops`` standing still in their months."""
    months = len(problem.months)
    supply = np.zeros((len(problem.supplies.ids), months), bool)
    demand = np.zeros((len(problem.demands.ids), months), bool)
    if problem.closures is not None:
        supply, demand = supply | problem.closures.supply, demand | problem.closures.demand
    for stop in stops:
        firm, first = problem.enterprises.ids.index(stop.enterprise), problem.months.index(stop.first_month)
        still = slice(first, first + stop.months)
        supply[problem.supplies.enterprise == firm, still] = True
        demand[problem.demands.enterprise == firm, still] = True
    return replace(problem, closures=Closures(supply, demand))


def _limited(problem: MatchProblem, limit: NewLimit) -> MatchProblem:
    """Other limits in the specs of the demands named; one spec is added to a demand that has none on the property."""
    specs, key = problem.specs, problem.properties.index(limit.property)
    if limit.demand:
        named = np.array([problem.demands.ids.index(limit.demand)])
    else:
        named = np.flatnonzero(problem.demands.use == problem.uses.index(limit.use))
    low = -np.inf if limit.minimum is None else limit.minimum
    high = np.inf if limit.maximum is None else limit.maximum
    at = np.flatnonzero(np.isin(specs.demand, named) & (specs.property == key))
    minimum, maximum = specs.minimum.copy(), specs.maximum.copy()
    minimum[at], maximum[at] = low, high
    lacking = np.setdiff1d(named, specs.demand[at])
    if limit.minimum is None and limit.maximum is None:
        # No limit at all: the spec goes, so that a lot without an assay may come as well.
        kept = np.setdiff1d(np.arange(len(specs.demand)), at)
        return replace(problem, specs=_rows(replace(specs, minimum=minimum, maximum=maximum), kept))
    linear = problem.catalogue.properties[limit.property].mixes_linearly
    added = len(lacking)
    columns = {
        "demand": (specs.demand, lacking),
        "waste_type": (specs.waste_type, np.full(added, NO_WASTE)),
        "property": (specs.property, np.full(added, key)),
        "minimum": (minimum, np.full(added, low)),
        "maximum": (maximum, np.full(added, high)),
        "basis": (specs.basis, np.full(added, BLEND if linear else 0)),
    }
    joined = Specs(**{
        name: np.concatenate([old, new.astype(old.dtype)]) for name, (old, new) in columns.items()
    })
    order = np.lexsort((joined.basis, joined.property, joined.waste_type, joined.demand))
    return replace(problem, specs=_rows(joined, order))


def _rows(specs: Specs, at: np.ndarray) -> Specs:
    return Specs(*(getattr(specs, name)[at] for name in Specs.__dataclass_fields__))


def _only(changes: Sequence[Change], kind: type) -> Change | None:
    return next((change for change in changes if isinstance(change, kind)), None)
