"""Measures of the network in words: what each is, and what it tells a park committee."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace import formatting

if TYPE_CHECKING:
    from matching.symbiosis.metric import Metric

Words = tuple[LazyString, LazyString, LazyString]

# Name, definition, what it tells.  A mark is an enterprise, or a park where the page shows parks.
MEASURES: dict[str, Words] = {
    "nodes": (
        _l("Marks"),
        _l("Enterprises or parks that send or take in anything."),
        _l("How many take part."),
    ),
    "links": (
        _l("Links"),
        _l("Ordered pairs of different marks with a flow from the first to the second."),
        _l("How many partnerships there are."),
    ),
    "density": (
        _l("Density"),
        _l("Links / (marks × (marks − 1)): the share of possible links that exist."),
        _l("Low: partners are few, and new ones are worth looking for."),
    ),
    "connectance": (
        _l("Connectance"),
        _l("(Links + marks with use on site) / marks²."),
        _l("As density, with use on site; this is what ecologists compare food webs by."),
    ),
    "linkage_density": (
        _l("Links per mark"),
        _l("Links / marks: partners that a mark sends to on average."),
        _l("Near one: most have a single outlet, and lose it with that partner."),
    ),
    "reciprocity": (
        _l("Reciprocity"),
        _l("Share of the links whose opposite link exists as well."),
        _l("High: partners supply each other, and lorries may carry both ways."),
    ),
    "mean_partners": (
        _l("Mean partners"),
        _l("2 × links / marks: links in and out of a mark on average."),
        _l("How many others one depends on."),
    ),
    "largest_component": (
        _l("Largest joined group"),
        _l("Marks in the largest group that is joined by flows, whichever way they run."),
        _l("Much smaller than all marks: the region falls into islands."),
    ),
    "degree_centralisation": (
        _l("Centralisation by partners"),
        _l("How far links gather on one mark: 0 all alike, 1 a star (Freeman 1978)."),
        _l("High: one mark has most of the partners."),
    ),
    "betweenness_centralisation": (
        _l("Centralisation by ways through"),
        _l("How far the shortest paths of other pairs run through one mark: 0 to 1 (Freeman 1978)."),
        _l("High: one mark is the bridge, and without it chains break."),
    ),
    "closeness_centralisation": (
        _l("Centralisation by nearness"),
        _l("How far one mark is nearer to all others along the flows: 0 to 1 (Freeman 1978)."),
        _l("High: material reaches one mark in few steps, the others in many."),
    ),
    "cyclicity": (
        _l("Cyclicity"),
        _l(
            "Largest eigenvalue of the matrix of links: 0 without rounds, 1 with single rounds, above 1 where rounds"
            " share marks."
        ),
        _l("Above zero: something can come back to where it began."),
    ),
    "rounds_of_two": (
        _l("Rounds of two"),
        _l("Pairs of marks that send to each other."),
        _l("Candidates for contracts both ways."),
    ),
    "rounds_of_three": (
        _l("Rounds of three"),
        _l("Three marks, each sending to the next."),
        _l("The shortest rounds that need somebody in the middle."),
    ),
    "finn_cycling_index": (
        _l("Finn cycling index"),
        _l("Share of the tonnes passing that pass a mark where they may have been before."),
        _l("An upper view: as though all that a mark takes in could leave in what it sends."),
    ),
    "communities": (
        _l("Communities"),
        _l("Groups with more tonnes among themselves than chance would give (Louvain method)."),
        _l("Who already belongs together; look whether they lie in one park."),
    ),
    "modularity": (
        _l("Modularity"),
        _l("Share of the tonnes within communities beyond what chance would give."),
        _l("Above 0.3 the groups are real; near 0 they are not."),
    ),
    "park_assortativity": (
        _l("Links keep to parks"),
        _l("1 where all links stay in their park, 0 where they mix as by chance; only between enterprises in parks."),
        _l("Low: parks need each other, and roads between them matter."),
    ),
    "park_assortativity_t": (
        _l("Tonnes keep to parks"),
        _l("The same by tonnes."),
        _l("Higher than by links: the large flows are the near ones."),
    ),
    "largest_loss": (
        _l("Largest single loss"),
        _l("Share of the tonnes between marks that touch the one with the most."),
        _l("What stands still if that one stops."),
    ),
    "robustness": (
        _l("Robustness"),
        _l("Mean share of the tonnes that still flow as marks go one after another, the largest first."),
        _l("Higher: the network does without any one of them."),
    ),
}
_COUNTS = {"enterprises", "links", "rounds", "communities"}


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """``value`` is a dash where the measure is not defined; ``number`` is what a workbook holds."""

    name: str
    value: str
    definition: str
    tells: str
    number: float | None


def measure_lines(found: Mapping[str, Metric]) -> list[MeasureLine]:
    """Measures in the order of the table above; one without words here is left out."""
    return [
        MeasureLine(str(name), _value(found[key]), str(definition), str(tells), found[key].value)
        for key, (name, definition, tells) in MEASURES.items()
        if key in found
    ]


def _value(one: Metric) -> str:
    if one.value is None:
        return _("not defined")
    return formatting.number(one.value, 0 if one.unit in _COUNTS else 3)
