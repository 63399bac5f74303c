"""A disposal fee in steps as a market that allocation understands: every supply cut into the steps of its tonnes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from matching.allocation.result import Pairs
from matching.problem import Closures, MatchProblem, Supplies
from matching.whatif.changes import DisposalFee
from matching.whatif.extras import Extras


@dataclass(frozen=True, slots=True)
class Steps:
    """A market whose supplies are cut in parts: ``owner`` is the supply each part is of and ``fee`` its step's yuan per
    tonne, both ``(parts,)``.
    """

    problem: MatchProblem
    pairs: Pairs
    extras: Extras
    owner: np.ndarray
    fee: np.ndarray


def in_steps(problem: MatchProblem, pairs: Pairs, extras: Extras, fee: DisposalFee) -> Steps:
    """The market with each supply cut by the shares of ``fee``.

    A part holds its share of production and stock, and every tonne it sends spares the fee of its step.  Fees do not
    rise from step to step, so the plan fills the dear ones first of itself.  Lots are not asked again: ``pairs`` have
    kept them already.  Residues join the first part by id, which is made the one of the lowest fee: what is not a
    supply's own production never moves it into a dearer step.
    """
    supplies, steps = problem.supplies, len(fee.steps)
    count = len(supplies.ids)
    shares = np.diff([0.0, *(share for share, _fee in fee.steps)])[::-1]
    fees = np.array([fee for _share, fee in fee.steps])[::-1]
    owner, step = np.repeat(np.arange(count), steps), np.tile(np.arange(steps), count)
    cut = {
        name: (
            tuple(f"{supplies.ids[at]}#{part}" for at, part in zip(owner.tolist(), step.tolist(), strict=True))
            if name == "ids" else getattr(supplies, name)[owner]
        )
        for name in Supplies.__dataclass_fields__
    }
    cut["t_per_month"] = cut["t_per_month"] * shares[step]
    cut["stock_t"] = cut["stock_t"] * shares[step]
    cut["min_lot_t"] = np.zeros(len(owner))
    demands = replace(problem.demands, min_lot_t=np.zeros(len(problem.demands.ids)))
    closed = problem.closures
    parts = replace(
        problem, supplies=Supplies(**cut), demands=demands,
        closures=Closures(closed.supply[owner], closed.demand) if closed else None,
    )
    # Pairs sorted by supply and demand become pairs sorted by part and demand.
    at, which = np.repeat(np.arange(len(pairs)), steps), np.tile(np.arange(steps), len(pairs))
    order = np.lexsort((pairs.demand[at], pairs.supply[at] * steps + which))
    at, which = at[order], which[order]
    wide = pairs.keep(at)
    wide = replace(wide, supply=wide.supply * steps + which)
    more = extras.at(at)
    more = replace(more, transfer=more.transfer + fees[which])
    return Steps(parts, wide, more, owner, fees[step])


def fee_due_yuan(fee: DisposalFee, held_t: np.ndarray, used_t: np.ndarray) -> np.ndarray:
    """The fee of supplies that hold ``held_t`` tonnes in all and send ``used_t`` of them, yuan, ``(supplies,)``.

    The tonnes between two shares that are not used bear the fee of their step.
    """
    due = np.zeros(len(held_t))
    below = 0.0
    for share, yuan in fee.steps:
        from_t, to_t = below * held_t, share * held_t
        due += yuan * np.clip(to_t - np.maximum(used_t, from_t), 0.0, None)
        below = share
    return due
