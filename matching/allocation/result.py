"""What an allocation gives back: the arcs of the plan, what they are worth, and how far the answer can be
trusted.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

# The worth of one more tonne is counted in the unit of the objective that was optimised.
PRICE_UNITS = {"value": "yuan_per_t", "tonnes": "t_per_t", "carbon": "kg_co2e_per_t"}
# The gap (relative) that counts as proven best; what is asked for beyond is said in words.
PROVEN_GAP = 1e-6
# A plan that is not proven best but as near to it as was asked.
WITHIN_GAP = "within_gap"
OPTIMAL, TIME_LIMIT, INFEASIBLE, UNBOUNDED, FAILED = (
    "optimal", "time_limit", "infeasible", "unbounded", "failed",
)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs that may trade, sorted by (supply, demand): indexes ``(n,)``, travelled km and yuan per tonne.

    ``extra_yuan_per_t`` and ``extra_kg_per_t`` are what the caller says a tonne of the pair brings beyond bid - ask -
    freight and beyond the carbon table (a subsidy, a fee spared, a cheaper way than by road); None: nothing.
    """

    supply: np.ndarray
    demand: np.ndarray
    distance_km: np.ndarray
    freight_yuan_per_t: np.ndarray
    extra_yuan_per_t: np.ndarray | None = None
    extra_kg_per_t: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.supply)

    def keep(self, mask: np.ndarray) -> Pairs:
        """The pairs where ``mask`` (bool, ``(n,)``; or positions, in that order) is true."""
        columns = (getattr(self, column.name) for column in fields(self))
        return Pairs(*(None if column is None else column[mask] for column in columns))


@dataclass(frozen=True, slots=True)
class SolveReport:
    """How the solver ended.

    ``status`` is one of ``optimal``, ``within_gap``, ``time_limit``, ``infeasible``, ``unbounded``, ``failed``;
    ``stop_reason`` says in words why it stopped.  No plan can exceed ``bound`` (up to rounding), whatever
    the status: it is computed from the prices by weak duality.  ``gap`` = (bound - objective) / max(1,
    |bound|). For the objective ``tonnes`` these three are in tonnes, and the ``second_*`` pair tells of the
    least freight in yuan that carries those tonnes (None for the other objectives).
    """

    status: str
    stop_reason: str
    objective: float
    bound: float
    gap: float
    second_objective: float | None
    second_bound: float | None
    seed: int
    seconds: float
    iterations: int
    rounds: int
    columns: int
    rows: int
    versions: dict[str, str]

    @property
    def is_optimal(self) -> bool:
        return self.status == OPTIMAL


@dataclass(frozen=True, slots=True)
class UnplacedResidue:
    """Tonnes of residue that a demand leaves over the horizon and that no supply of its enterprise takes
    up.
    """

    demand: int
    waste_type: int
    tonnes: float


@dataclass(frozen=True, slots=True)
class RulePrice:
    """What it would bring to ease a rule that binds: ``family`` is ``share``, ``blend_max`` or
    ``blend_min``.

    ``rule`` is demand x number of waste types + waste type for a share, else the index of the spec.  The
    price is in the objective's unit per unit of the row: per tonne for a share, per tonne and unit of the
    property for a blend.
    """

    family: str
    rule: int
    month: int
    price: float


@dataclass(frozen=True, slots=True)
class AllocationResult:
    """The best plan found.

    ``pairs`` are the pairs that were allowed.  The arcs are parallel arrays of shape ``(arcs,)``, sorted by
    (supply, demand, month), only those with tonnes: ``supply``, ``demand`` and ``month`` are indexes into the
    problem; ``value_yuan_per_t`` = bid - ask - freight; ``carbon_kg_per_t`` is what the use avoids less the
    freight's emissions.  ``supply_price`` ``(supplies, months)`` and ``demand_price`` ``(demands, months)``
    are the worth of one more tonne offered and of one more tonne of room, in ``price_unit``; NaN outside the
    listing's window.  ``left_over_t`` ``(supplies,)`` is what a supply still holds when its window ends;
    ``received_residue_t`` ``(supplies, months)`` is the residue that joined it.  ``confidence`` is the probability with
    which every spec was to hold, None where spreads did not count.
    """

    objective: str
    blend: bool
    distance_method: str
    pairs: Pairs
    supply: np.ndarray
    demand: np.ndarray
    month: np.ndarray
    tonnes: np.ndarray
    distance_km: np.ndarray
    freight_yuan_per_t: np.ndarray
    value_yuan_per_t: np.ndarray
    carbon_kg_per_t: np.ndarray
    supply_price: np.ndarray
    demand_price: np.ndarray
    rule_prices: tuple[RulePrice, ...]
    received_residue_t: np.ndarray
    left_over_t: np.ndarray
    unplaced: tuple[UnplacedResidue, ...]
    report: SolveReport
    confidence: float | None = None

    @property
    def price_unit(self) -> str:
        return PRICE_UNITS[self.objective]

    @property
    def total_t(self) -> float:
        return float(self.tonnes.sum())

    @property
    def total_value_yuan(self) -> float:
        return float(self.tonnes @ self.value_yuan_per_t)

    @property
    def total_freight_yuan(self) -> float:
        return float(self.tonnes @ self.freight_yuan_per_t)

    @property
    def total_carbon_kg(self) -> float:
        """Kilograms CO2e avoided, net of the freight's own emissions."""
        return float(self.tonnes @ self.carbon_kg_per_t)
