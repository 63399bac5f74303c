"""The answer of a listing's page in four figures: how many fit, how near, at what money, and why others do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace import formatting
from marketplace.matches.presenters import net_yuan_per_t
from marketplace.matches.queries import NEAR_MISSES, PARTNERS, Answer
from marketplace.matches.reason_words import short_name
from models.listings import Listing

CAUSES = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with what it counts; ``target`` is the part of the page that tells more, ``note`` a short line."""

    value: str
    label: str
    target: str
    note: str = ""
    estimate: bool = False


def headline(answer: Answer, rows: Mapping[str, Listing], *, other: str) -> list[Figure]:
    """The four figures; ``other`` is the side the partners are on, ``rows`` their listings by code."""
    figures = [_fitting(answer, other)]
    if answer.partners:
        nearest = min(match.distance_km for match in answer.partners)
        figures.append(Figure(formatting.kilometres(nearest), _("to the nearest"), "partners"))
        figures.append(_money(answer, rows, other))
    figures.append(_barred(answer, other))
    return figures


def _fitting(answer: Answer, other: str) -> Figure:
    count = len(answer.partners)
    untested = sum(match.status != "feasible" for match in answer.partners)
    label = (
        ngettext("demand can take it", "demands can take it", count) if other == "demand"
        else ngettext("supply fits", "supplies fit", count)
    )
    note = ngettext("%(num)s of them untested", "%(num)s of them untested", untested) if untested else ""
    return Figure(_capped(count, PARTNERS), label, "partners", note)


def _money(answer: Answer, rows: Mapping[str, Listing], other: str) -> Figure:
    nets = [net_yuan_per_t(match, rows[getattr(match, other)]) for match in answer.partners]
    # A producer looks for the most that is left, a recycler for the least that is paid.
    best = max(nets) if other == "demand" else -min(nets)
    if other == "demand":
        label = _("at most left to the producer after freight") if best >= 0 else _("at least paid by the producer")
    else:
        label = _("at most earned per tonne taken") if best > 0 else _("at least, delivered with freight")
    return Figure(formatting.yuan_per_t(round(abs(best), 1)), label, "partners", estimate=True)


def _barred(answer: Answer, other: str) -> Figure:
    count = len(answer.near_misses)
    causes = Counter(
        short_name(reason)
        for miss in answer.near_misses for reason in miss.match.reasons if reason.state != "yes"
    )
    label = (
        ngettext("more takes this waste but not this lot", "more take this waste but not this lot", count)
        if other == "demand"
        else ngettext("more of this waste does not fit", "more of these wastes do not fit", count)
    )
    note = " · ".join(f"{name} {number}" for name, number in causes.most_common(CAUSES))
    return Figure(_capped(count, NEAR_MISSES), label, "near-misses", note)


def _capped(count: int, most: int) -> str:
    return f"{count}+" if count >= most else str(count)
