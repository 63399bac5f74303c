"""The constraint families of the allocation, one function each, with the inequality in words and in units."""

from __future__ import annotations

import numpy as np

from matching.allocation.pairs import join, spec_entries
from matching.allocation.program import Layout, Rows, RuleRows, window_rows
from matching.catalogue import LINEAR_DRY
from matching.problem import BLEND, Demands, MatchProblem, Supplies
from matching.uncertainty import deviations

MOISTURE = "moisture"


def define_supply_balance(layout: Layout) -> Rows:
    """Tonnes, for each supply and month of its window.

    sent + carried into the next month - carried in from the month before - residue that joins <= production
    (+ the stock, in the first month).  Nothing is carried out of the last month: outside its window a listing
    cannot trade.
    """
    problem, trades = layout.problem, layout.trades
    supplies = problem.supplies
    base = window_rows(supplies.first_month, supplies.last_month)
    residue, column = join(problem.residues.demand, layout.demand)
    host = layout.host[residue, layout.month[column]]
    placed = host >= 0
    carry = trades + np.arange(len(layout.carry_supply))
    carry_row = base[layout.carry_supply] + layout.carry_month
    row = [
        base[layout.supply] + layout.month,
        carry_row,
        carry_row + 1,
        base[host[placed]] + layout.month[column[placed]],
    ]
    columns = [np.arange(trades), carry, carry, column[placed]]
    value = [
        np.ones(trades), np.ones(len(carry)), -np.ones(len(carry)),
        -problem.residues.yield_t_per_t[residue[placed]],
    ]
    return Rows("supply", np.concatenate(row), np.concatenate(columns), np.concatenate(value), supply_upper(problem))


def supply_upper(problem: MatchProblem) -> np.ndarray:
    """What comes in at each supply in each month of its window, in tonnes: production, and stock in the first."""
    supplies = problem.supplies
    base = window_rows(supplies.first_month, supplies.last_month)
    length = supplies.last_month - supplies.first_month + 1
    upper = in_windows(production(problem), supplies)
    # A window outside the horizon has no row: its stock must not land on the next supply's.
    opens = length > 0
    upper[(base + supplies.first_month)[opens]] += supplies.stock_t[opens]
    return upper


def define_demand_capacity(layout: Layout) -> Rows:
    """Tonnes, for each demand and month of its window: taken in <= its room in a month."""
    demands = layout.problem.demands
    base = window_rows(demands.first_month, demands.last_month)
    return Rows(
        "demand", base[layout.demand] + layout.month, np.arange(layout.trades), np.ones(layout.trades),
        demand_upper(layout.problem),
    )


def demand_upper(problem: MatchProblem) -> np.ndarray:
    """The room of each demand in each month of its window, in tonnes."""
    return in_windows(room(problem), problem.demands)


def production(problem: MatchProblem) -> np.ndarray:
    """Tonnes that each supply produces in each month, ``(supplies, months)``: nothing outside its window or while it
    is closed.
    """
    return _by_month(problem, problem.supplies, problem.closures.supply if problem.closures else None)


def room(problem: MatchProblem) -> np.ndarray:
    """Tonnes that each demand can take in in each month, ``(demands, months)``, likewise."""
    return _by_month(problem, problem.demands, problem.closures.demand if problem.closures else None)


def _by_month(problem: MatchProblem, listings: Supplies | Demands, closed: np.ndarray | None) -> np.ndarray:
    works = windows(listings, len(problem.months))
    return np.where(works if closed is None else works & ~closed, listings.t_per_month[:, np.newaxis], 0.0)


def in_windows(table: np.ndarray, listings: Supplies | Demands) -> np.ndarray:
    """The months of each listing's window one after another, from a table ``(listings, months)``."""
    return table[windows(listings, table.shape[1])]


def windows(listings: Supplies | Demands, months: int) -> np.ndarray:
    """Whether each month lies in each listing's window, bool ``(listings, months)``."""
    month = np.arange(months)
    return (month >= listings.first_month[:, np.newaxis]) & (month <= listings.last_month[:, np.newaxis])


def define_max_share(layout: Layout) -> RuleRows:
    """Tonnes, for each demand, month and waste type with a share below 1.

    tonnes of the type - share x the whole intake of the month <= 0.  The rule's number is
    demand x number of waste types + waste type.
    """
    demands = layout.problem.demands
    demand, waste = np.nonzero(demands.max_share < 1.0)
    rule, column = join(demand, layout.demand)
    share = demands.max_share[demand[rule], waste[rule]]
    value = (layout.waste[column] == waste[rule]) - share
    number = demand * demands.max_share.shape[1] + waste
    return _rules_by_month("share", layout, number[rule], column, value)


def define_blend_maximum(layout: Layout) -> RuleRows:
    """For each `blend` spec with a maximum, and month: sum of weight x (property - maximum) x tonnes <= 0.

    With a confidence, property + deviations x spread stands for property.  That is on the safe side of the mean's
    own spread, since the root of a sum of squares is at most the sum.
    """
    return _blend("blend_max", layout, layout.problem.specs.maximum, 1.0)


def define_blend_minimum(layout: Layout) -> RuleRows:
    """For each `blend` spec with a minimum, and month: sum of weight x (minimum - property) x tonnes <= 0.

    With a confidence, property - deviations x spread stands for property.
    """
    return _blend("blend_min", layout, layout.problem.specs.minimum, -1.0)


def mixing_weights(problem: MatchProblem) -> np.ndarray:
    """Weight of a tonne in a mix, ``(supplies, properties)``: its dry tonnes for `linear_dry`, else 1.

    Moisture that was not assayed counts as 0, so that such a tonne weighs in full.
    """
    weights = np.ones((len(problem.supplies.ids), len(problem.properties)))
    if MOISTURE in problem.properties:
        moisture = problem.supplies.property_value[:, problem.properties.index(MOISTURE)]
        dry = 1.0 - np.where(np.isnan(moisture), 0.0, moisture) / 100.0
        is_dry = [problem.catalogue.properties[key].mixing == LINEAR_DRY for key in problem.properties]
        weights[:, is_dry] = dry[:, np.newaxis]
    return weights


def _blend(name: str, layout: Layout, limit: np.ndarray, sign: float) -> RuleRows:
    specs, values = layout.problem.specs, layout.problem.supplies.property_value
    spec, column = spec_entries(layout.problem, layout.supply, layout.demand)
    bound = (specs.basis[spec] == BLEND) & np.isfinite(limit[spec])
    spec, column = spec[bound], column[bound]
    supply, key = layout.supply[column], specs.property[spec]
    weight = mixing_weights(layout.problem)[supply, key]
    over = sign * (values[supply, key] - limit[spec])
    if layout.confidence is not None:
        over += _kept_off(layout.problem, layout.confidence)[spec] * known_spread(layout.problem)[supply, key]
    return _rules_by_month(name, layout, spec, column, weight * over)


def known_spread(problem: MatchProblem) -> np.ndarray:
    """``property_sd`` with 0 where it is not known: the value is taken as stated."""
    return np.nan_to_num(problem.supplies.property_sd, nan=0.0)


def _kept_off(problem: MatchProblem, confidence: float) -> np.ndarray:
    """How many spreads the mean must keep from each spec's limits, ``(specs,)``."""
    two_sided = np.isfinite(problem.specs.minimum) & np.isfinite(problem.specs.maximum)
    return np.where(two_sided, deviations(confidence, sides=2), deviations(confidence, sides=1))


def _rules_by_month(
    name: str, layout: Layout, rule: np.ndarray, column: np.ndarray, value: np.ndarray
) -> RuleRows:
    """One row `value . x <= 0` per rule and month; rows that no entry could ever break are left out."""
    months = len(layout.problem.months)
    key = rule * months + layout.month[column]
    breakable = np.unique(key[value > 0])
    kept = np.isin(key, breakable) & (value != 0)
    row = np.searchsorted(breakable, key[kept])
    # A property in thousands (heat value) beside one in hundredths would spoil the solver's tolerances: each
    # row is divided by its own largest entry, which changes nothing where the right-hand side is zero.
    scale = np.zeros(len(breakable))
    np.maximum.at(scale, row, np.abs(value[kept]))
    scaled = value[kept] / scale[row]
    nothing = np.zeros(len(breakable))
    return RuleRows(
        name, row, column[kept], scaled, nothing, breakable // months, breakable % months, scale
    )
