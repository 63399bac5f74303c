"""Scenario folders: read with every fault at once, written in one step."""

from matching.scenario.faults import Fault, ScenarioError
from matching.scenario.reader import read_scenario

__all__ = ["Fault", "ScenarioError", "read_scenario"]
