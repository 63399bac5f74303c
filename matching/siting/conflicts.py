"""Requirements that cannot be kept together: the smallest set that conflicts, in words."""

from __future__ import annotations

import time
from itertools import combinations

import numpy as np

from matching.siting.program import Requirement, SitingProgram
from matching.siting.search import Choice, Search
from matching.siting.solving import LinearModel

# So many sets are tried in search of a smaller one; beyond, the set found is irreducible but perhaps not smallest.
_MOST_SETS = 300


class RequirementsConflict(ValueError):
    """No choice keeps all requirements.

    ``requirements`` are those that conflict: without any one of them the rest can be kept.  ``smallest`` says
    whether no smaller set of them all conflicts (else there were too many sets to try).  ``reachable_t`` is the
    most tonnes that can be placed of the first `at_least` among them while the others are kept, None without one.
    """

    def __init__(self, requirements: tuple[Requirement, ...], reachable_t: float | None, *, smallest: bool) -> None:
        self.requirements, self.reachable_t, self.smallest = requirements, reachable_t, smallest
        words = "; ".join(one.words for one in requirements)
        if len(requirements) == 1:
            message = f"this cannot be, whatever is opened: {words}"
        else:
            message = f"these {len(requirements)} cannot be kept together, and without any one of them the rest can"
            message += f": {words}"
        placed = next((one for one in requirements if one.kind == "at_least"), None)
        if placed is not None and reachable_t is not None:
            kept = "keeping the rest, " if len(requirements) > 1 else ""
            message += f" ({kept}at most {reachable_t:,.0f} t of {placed.subject} can be placed)"
        super().__init__(message)


def conflict_of(program: SitingProgram, *, seed: int, deadline: float) -> RequirementsConflict:
    """The smallest set of requirements of ``program`` that conflicts; call it where all together do.

    A deletion filter (Chinneck & Dravnieks, *ORSA Journal on Computing* 3, 1991) gives a set of which each is needed;
    then all smaller sets are tried, as far as their number allows.
    """
    asked = _Feasibility(program, seed=seed, deadline=deadline)
    kept = set(range(len(program.requirements)))
    for one in sorted(kept):
        if not asked.possible(kept - {one}):
            kept -= {one}
    smallest, tried = True, 0
    for size in range(1, len(kept)):
        for chosen in combinations(range(len(program.requirements)), size):
            tried += 1
            if tried > _MOST_SETS or time.monotonic() > deadline:
                smallest = False
                break
            if not asked.possible(set(chosen)):
                return _told(program, asked, set(chosen), smallest=True)
    return _told(program, asked, kept, smallest=smallest)


def _told(program: SitingProgram, asked: _Feasibility, kept: set[int], *, smallest: bool) -> RequirementsConflict:
    chosen = tuple(program.requirements[at] for at in sorted(kept))
    placed = next((at for at in sorted(kept) if program.requirements[at].kind == "at_least"), None)
    reachable = None if placed is None else asked.most(placed, kept - {placed})
    return RequirementsConflict(chosen, reachable, smallest=smallest)


class _Feasibility:
    """Asks whether some of the requirements can be kept together; every answer is remembered."""

    def __init__(self, program: SitingProgram, *, seed: int, deadline: float) -> None:
        self._program, self._deadline = program, deadline
        self._model: LinearModel = program.model(seed=seed)
        self._none = np.zeros(len(program.cost))
        self._known: dict[frozenset[int], bool] = {}

    def possible(self, kept: set[int]) -> bool:
        """Whether ``kept`` can be kept; what is not settled in time counts as possible, so nothing is blamed for it."""
        key = frozenset(kept)
        if key not in self._known:
            self._known[key] = not self._search(key, self._none).impossible
        return self._known[key]

    def most(self, placed: int, kept: set[int]) -> float | None:
        """The most tonnes of requirement ``placed`` that can be placed while ``kept`` are kept; None if not settled."""
        one = self._program.requirements[placed]
        cost = self._none.copy()
        cost[one.columns] = -one.values
        found = self._search(frozenset(kept), cost)
        return found.bound if found.ended and found.opened is not None else None

    def _search(self, kept: frozenset[int], cost: np.ndarray) -> Choice:
        rows, every = self._program.requirement_rows, self._program.requirements
        self._model.set_cost(cost)
        self._model.bound_rows(rows, np.array([one.upper if at in kept else np.inf for at, one in enumerate(every)]))
        return Search(self._program, self._model, deadline=self._deadline, gap=1e-6).run()
