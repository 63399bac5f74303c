"""The allocation as a pure network: where no share, mix or residue couples arcs, a network simplex solves it.

Nodes are the rows of the linear program: a supply in a month, a demand in a month.  Arcs are its columns: a trade
leads from a supply's month to a demand's, carried tonnes from a supply's month to its next.  All arcs are free above,
so nothing but the rows' right-hand sides bounds the flow.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numba
import numpy as np

from matching.allocation.model import ceiling_of, competing
from matching.allocation.network_dual import Fan, fan, reoptimise
from matching.allocation.network_kernel import NONE, Tree, optimise, reprice, star
from matching.allocation.program import Layout, LinearProgram, window_rows
from matching.allocation.result import OPTIMAL, TIME_LIMIT, UNBOUNDED
from matching.allocation.sifting import Solved, beyond_prices
from matching.ranking import versions

# Whole numbers stay below this, sums along any way through the tree included.
_LARGEST = 2.0**60
VERSIONS = {"network_simplex": versions()["gongsheng"], "numba": numba.__version__}
# A cost that no way through the tree can outweigh.
_NEVER = np.int64(2**61)
# Between looks at the clock; far more than most markets need in all.
_PIVOTS_AT_ONCE = 1_000_000
_BEST = "the plan is proven to be the best one"


@dataclass(frozen=True, slots=True)
class Network:
    """``tail`` and ``head`` of all arcs, one slack arc per node last; ``arcs`` of them stand for columns.

    ``column[a]`` is the column of arc a.  ``balance`` counts tonnes times ``scale``: what comes in at a supply's
    node, minus the room at a demand's.
    """

    tail: np.ndarray
    head: np.ndarray
    column: np.ndarray
    balance: np.ndarray
    scale: float
    supplies: int

    @property
    def arcs(self) -> int:
        return len(self.column)

    @property
    def nodes(self) -> int:
        return len(self.balance)

    def with_upper(self, upper: np.ndarray) -> Network | None:
        """The same arcs with other right-hand sides, in the same scale; None where the scale is too fine for them."""
        if not float(upper.sum()) * self.scale <= _LARGEST:
            return None
        return replace(self, balance=_balance(upper, self.scale, self.supplies))

    def same_nodes(self, other: Network) -> bool:
        """Whether tonnes come in and go out at the same nodes: what slack arcs, and arcs left out, depend on."""
        return bool(np.array_equal(self.balance >= 0, other.balance >= 0))

    def costs(self, worth: np.ndarray) -> tuple[np.ndarray, float]:
        """Whole-number costs of all arcs for ``worth`` per tonne of each column, and the scale they are in."""
        here = worth[self.column]
        largest = float(np.abs(here).max(initial=0.0)) or 1.0
        scale = _power_of_two(_LARGEST / (largest * (self.nodes + 2)))
        return np.append(np.rint(-here * scale).astype(np.int64), np.zeros(self.nodes, np.int64)), scale


def _power_of_two(limit: float) -> float:
    """The largest power of two up to ``limit``, at most 2 ** 40: scaling by it loses nothing."""
    return float(2.0 ** min(np.floor(np.log2(limit)), 40.0))


def _balance(upper: np.ndarray, scale: float, supplies: int) -> np.ndarray:
    """Whole numbers never above what the rows allow."""
    balance = np.floor(upper * scale).astype(np.int64)
    balance[supplies:] *= -1
    return balance


def lay_network(layout: Layout, program: LinearProgram, worth: np.ndarray) -> Network:
    """The network of a program that has supply and demand rows only.

    Columns whose ``worth`` is not positive, and demands without room, are left out: no best plan uses them.
    """
    supplies, demands = layout.problem.supplies, layout.problem.demands
    rows = program.families["demand"].start
    supply_base = window_rows(supplies.first_month, supplies.last_month)
    demand_base = window_rows(demands.first_month, demands.last_month) + rows
    scale = _power_of_two(_LARGEST / max(float(program.upper.sum()), 1.0))
    balance = _balance(program.upper, scale, rows)
    trades = layout.trades
    head = demand_base[layout.demand] + layout.month
    used = np.flatnonzero((worth[:trades] > 0) & (balance[head] < 0))
    carry = supply_base[layout.carry_supply] + layout.carry_month
    node, root = np.arange(len(balance)), len(balance)
    comes = balance >= 0
    tail = (supply_base[layout.supply] + layout.month)[used]
    return Network(
        np.concatenate([tail, carry, np.where(comes, node, root)]).astype(np.int32),
        np.concatenate([head[used], carry + 1, np.where(comes, root, node)]).astype(np.int32),
        np.concatenate([used, trades + np.arange(len(carry))]), balance, scale, rows,
    )  # fmt: skip


class NetworkPlan:
    """The best flow of one program, kept with its tree, so that other tonnes cost only the difference.

    ``freight`` (yuan per tonne of each column) asks for the least freight among the plans that are as good.
    """

    def __init__(self, layout: Layout, *, freight: np.ndarray | None = None) -> None:
        self._layout, self._freight = layout, freight
        self._network: Network | None = None
        self._tree: Tree | None = None
        self._fans: tuple[Fan, Fan] | None = None

    def solve(self, program: LinearProgram, deadline: float, layout: Layout) -> tuple[Solved, Solved | None]:
        """The plan, and with ``freight`` the second stage, for the right-hand sides of ``program`` over ``layout``.

        Its columns and costs are those of the first program.  ``deadline`` is in seconds of ``time.monotonic``.
        """
        self._layout = layout
        main = self._warm(program) if self._tree is not None else None
        if main is None:
            network = self._network = lay_network(self._layout, program, program.cost)
            self._costs, self._scale = network.costs(program.cost)
            self._tree, self._fans = star(network.balance, network.arcs), None
            main = _stage(network, self._tree, self._costs, deadline)
        found = self._first(program, main)
        if main[0] != OPTIMAL:
            self._tree = None
        if self._freight is None or main[0] != OPTIMAL:
            return found, None
        return found, self._least_freight(program, deadline)

    def _warm(self, program: LinearProgram) -> tuple[str, str, int] | None:
        """Go on from the last tree; None where it is of no use for these right-hand sides."""
        network = self._network.with_upper(program.upper)
        if network is None or not network.same_nodes(self._network):
            return None
        self._network = network
        if self._fans is None:
            ends = (network.tail, network.head)
            self._fans = tuple(fan(one, other, self._costs, network.nodes) for one, other in (ends, ends[::-1]))
        pivots = reoptimise(network.tail, network.head, network.balance, self._tree, *self._fans, network.nodes)
        return None if pivots == NONE else (OPTIMAL, _BEST, pivots)

    def _first(self, program: LinearProgram, main: tuple[str, str, int]) -> Solved:
        prices = np.maximum(_signed(self._network, self._tree, self._scale), 0.0)
        bound = float(prices @ program.upper)
        if main[0] != OPTIMAL:
            # Before the optimum the prices bound the plan all the same, by weak duality; at the optimum no column
            # brings more than its prices.
            reduced = program.cost - _priced(self._layout, program, prices)
            bound += beyond_prices(reduced, ceiling_of(self._layout), competing(self._layout)[-1])
        return _solved(self._network, self._tree, main, program.cost, prices, bound)

    def _least_freight(self, program: LinearProgram, deadline: float) -> Solved:
        """The least freight over the arcs whose price the first stage meets exactly: it gives up nothing of it."""
        network, tree = self._network, Tree(*(part.copy() for part in self._tree))
        met = self._costs + tree.potential[network.tail] - tree.potential[network.head] == 0
        least, scale = network.costs(-self._freight)
        least[~met] = _NEVER
        reprice(least, tree)
        ended = _stage(network, tree, least, deadline)
        # These prices may have any sign where the first stage left nothing over: they serve the bound alone.
        bound = float(_signed(network, tree, scale) @ program.upper) if ended[0] == OPTIMAL else 0.0
        return _solved(network, tree, ended, -self._freight, np.zeros(network.nodes), bound)


def _stage(network: Network, tree: Tree, costs: np.ndarray, deadline: float) -> tuple[str, str, int]:
    """Improve ``tree`` to the best one; how that ended, in words, and after how many pivots."""
    done = 0
    while time.monotonic() < deadline:
        pivots = optimise(network.tail, network.head, costs, tree, _PIVOTS_AT_ONCE)
        if pivots == NONE:
            return UNBOUNDED, "the objective grows without limit: a capacity is missing", done
        done += pivots
        if pivots < _PIVOTS_AT_ONCE:
            return OPTIMAL, _BEST, done
    return TIME_LIMIT, "the time limit was reached before the plan was proven best", done


def _solved(
    network: Network, tree: Tree, ended: tuple[str, str, int], worth: np.ndarray, prices: np.ndarray, bound: float
) -> Solved:
    status, reason, pivots = ended
    carrying = (tree.arc >= 0) & (tree.arc < network.arcs)
    column, tonnes = network.column[tree.arc[carrying]], tree.flow[carrying] / network.scale
    x = np.zeros(len(worth))
    x[column] = tonnes
    objective = float(worth[column] @ tonnes)
    return Solved(status, reason, x, prices, objective, max(bound, objective), pivots, 1)


def _signed(network: Network, tree: Tree, scale: float) -> np.ndarray:
    """The worth of one more tonne at each node, of whatever sign the tree gives it."""
    prices = tree.potential[:-1] / scale
    prices[network.supplies :] *= -1
    return prices


def _priced(layout: Layout, program: LinearProgram, prices: np.ndarray) -> np.ndarray:
    """What each column costs at ``prices``: the rows of a trade, and for carried tonnes what waiting brings."""
    supplies, demands = layout.problem.supplies, layout.problem.demands
    supply, demand = prices[program.families["supply"]], prices[program.families["demand"]]
    supply_base = window_rows(supplies.first_month, supplies.last_month)
    demand_base = window_rows(demands.first_month, demands.last_month)
    carry = supply_base[layout.carry_supply] + layout.carry_month
    trades = supply[supply_base[layout.supply] + layout.month] + demand[demand_base[layout.demand] + layout.month]
    return np.concatenate([trades, supply[carry] - supply[carry + 1]])


def flow_prices(layout: Layout, program: LinearProgram) -> np.ndarray:
    """The prices of the pure flow, shape ``(rows,)``: it passes over shares, mixes and residues, whose price is 0."""
    rows = program.families["demand"].stop
    network = lay_network(layout, replace(program, upper=program.upper[:rows]), program.cost)
    tree = star(network.balance, network.arcs)
    costs, scale = network.costs(program.cost)
    optimise(network.tail, network.head, costs, tree, np.iinfo(np.int64).max)
    prices = np.zeros(len(program.upper))
    prices[:rows] = np.maximum(_signed(network, tree, scale), 0.0)
    return prices


def beyond_flow_prices(layout: Layout, program: LinearProgram) -> np.ndarray:
    """What each column brings beyond the prices of the pure flow, shape ``(columns,)``: which arcs a plan with shares,
    mixes and residues may want.
    """
    return program.cost - _priced(layout, program, flow_prices(layout, program))
