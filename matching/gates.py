"""The gates that need no laboratory: acceptance, licence, qualification, months, distance, lots.

Every function takes supply and demand positions of ``n`` pairs and gives one boolean (or number) per pair.
"""

from __future__ import annotations

import numpy as np

from matching.problem import MatchProblem


def accepted(problem: MatchProblem, supply: np.ndarray, demand: np.ndarray) -> np.ndarray:
    """The demand accepts the supply's waste type."""
    return ~np.isnan(problem.demands.max_share[demand, problem.supplies.waste_type[supply]])


def licence_table(problem: MatchProblem) -> np.ndarray:
    """Shape ``(enterprises, waste types)``: may the enterprise receive the type, as far as licences go?

    A hazardous type needs a licence for one of its HW codes; one whose code the catalogue does not know needs
    the type's own id among the licences, because an unknown code cannot be covered by guesswork.
    """
    table = np.ones((len(problem.enterprises.ids), len(problem.waste_types)), dtype=bool)
    for column, key in enumerate(problem.waste_types):
        entry = problem.catalogue.waste_types[key]
        if entry.hazardous:
            wanted = {*entry.hw_codes, key}
            table[:, column] = [bool(wanted & held) for held in problem.enterprises.licences]
    return table


def licensed(problem: MatchProblem, table: np.ndarray, supply: np.ndarray, demand: np.ndarray) -> np.ndarray:
    """The receiver is licensed for the waste type; ``table`` from :func:`licence_table`."""
    return table[problem.demands.enterprise[demand], problem.supplies.waste_type[supply]]


def qualified(problem: MatchProblem, demand: np.ndarray) -> np.ndarray:
    """The receiver's permits and technical capacity have been checked."""
    return problem.enterprises.qualified[problem.demands.enterprise[demand]]


def shared_months(problem: MatchProblem, supply: np.ndarray, demand: np.ndarray) -> np.ndarray:
    """How many months both windows hold; 0 where none."""
    first = np.maximum(problem.supplies.first_month[supply], problem.demands.first_month[demand])
    last = np.minimum(problem.supplies.last_month[supply], problem.demands.last_month[demand])
    return np.maximum(last - first + 1, 0)


def distance_limit_km(problem: MatchProblem, supply: np.ndarray, demand: np.ndarray) -> np.ndarray:
    """The smaller of the two limits, infinite where neither sets one."""
    return np.minimum(problem.supplies.max_distance_km[supply], problem.demands.max_distance_km[demand])


def common_tonnes(problem: MatchProblem, supply: np.ndarray, demand: np.ndarray) -> np.ndarray:
    """Tonnes per month that both could move: the smaller of what is offered and what is wanted."""
    return np.minimum(problem.supplies.t_per_month[supply], problem.demands.t_per_month[demand])
