"""The engine's reasons and remedies as chips and sentences, in the reader's language, with both figures."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace import formatting
from marketplace.i18n import named
from matching.explaining import Remedy
from matching.reasons import Reason
from matching.uncertainty import percent
from models.catalogue.reference import catalogue


@dataclass(frozen=True, slots=True)
class Chip:
    """``state`` is ``yes``, ``no`` or ``unknown``; the page adds ✓, ✕ or ?."""

    state: str
    text: str


def chip(reason: Reason) -> Chip:
    """One reason as a chip."""
    return Chip(reason.state, _reason_text(reason))


def spec_margin(reason: Reason) -> float:
    """How far the value of a met spec lies inside the nearer limit, as a share of that limit."""
    value = float(reason.values["value"])  # type: ignore[arg-type]
    limits = [float(reason.values[end]) for end in ("min", "max") if reason.values[end] is not None]  # type: ignore[arg-type]
    return min((abs(value - limit) / (abs(limit) or 1.0) for limit in limits), default=float("inf"))


def short_name(reason: Reason) -> str:
    """What an unmet rule is about, in a word or two, for counting."""
    kind = reason.code.partition(":")[0]
    if kind in ("spec", "blend", "assay"):
        return named(catalogue().properties[str(reason.values["property"])])
    words = {
        "waste": _("other waste"), "licence": _("no licence"), "qualified": _("receiver not checked"),
        "months": _("no month in common"), "distance": _("too far"), "lot": _("below the smallest lot"),
    }
    return words[kind]


def _reason_text(reason: Reason) -> str:
    values, met = reason.values, reason.state == "yes"
    kind = reason.code.partition(":")[0]
    if kind in ("spec", "blend", "assay"):
        return _spec_text(reason)
    if kind == "waste":
        waste = named(catalogue().waste_types[str(values["waste_type"])])
        return _("Takes %(waste)s", waste=waste) if met else _("Does not take %(waste)s", waste=waste)
    if kind == "licence":
        code = values["wanted"]
        if met:
            return _("Licensed for %(code)s", code=code)
        return _("No licence for %(code)s, holds %(held)s", code=code, held=values["held"])
    if kind == "qualified":
        return _("Receiver checked") if met else _("Receiver not checked yet")
    if kind == "months":
        count = int(_number(values["shared"]) or 0)
        shared = ngettext("%(num)s month in common", "%(num)s months in common", count)
        return shared if met else _("No month in common")
    if kind == "distance":
        return _distance_text(values, met)
    return _lot_text(values, met)


def _distance_text(values: dict[str, object], met: bool) -> str:
    km = _figure(values["km"], 1)
    if "limit_km" not in values:
        return _("%(km)s km", km=km)
    limit = _figure(values["limit_km"], 1)
    if met:
        return _("%(km)s km, limit %(limit)s", km=km, limit=limit)
    return _("%(km)s km, more than the limit of %(limit)s", km=km, limit=limit)


def _lot_text(values: dict[str, object], met: bool) -> str:
    lot, found = _figure(values["lot_t"], 1), _figure(values["tonnes"], 1)
    if met and values["whose"] == "supply":
        return _("The supply's smallest lot of %(lot)s t reached", lot=lot)
    if met:
        return _("The demand's smallest lot of %(lot)s t reached", lot=lot)
    return _("%(tonnes)s t a month, less than the smallest lot of %(lot)s", tonnes=found, lot=lot)


def _spec_text(reason: Reason) -> str:
    values = reason.values
    entry = catalogue().properties[str(values["property"])]
    name = named(entry)
    if values["value"] is None:
        return _("%(name)s not assayed", name=name)
    limit = formatting.limits(_number(values["min"]), _number(values["max"]))
    unit = formatting.unit(entry.unit)
    figures = {"name": name, "value": formatting.measured(_figure(values["value"], 3), unit), "limit": limit}
    sure, spread = _number(values["probability"]), _number(values["sd"])
    if values["blend"] and reason.state != "yes":
        return _("%(name)s %(value)s, mix must be %(limit)s", **figures)
    if sure is None or not spread or reason.state != "yes":
        return _("%(name)s %(value)s, limit %(limit)s", **figures)
    return _(
        "%(name)s %(value)s, limit %(limit)s; holds in %(sure)s of lots (spread %(spread)s)",
        **figures, sure=f"{percent(sure)}%", spread=_figure(spread, 3),
    )


def remedy_text(remedy: Remedy) -> str:
    """What would help, as one sentence."""
    values = remedy.values
    if remedy.code in ("lower_property", "raise_property", "mix_lower", "mix_higher", "test"):
        return _property_remedy(remedy)
    if remedy.code == "raise_distance":
        km = _figure(values["km"], 1)
        if values["whose"] == "supply":
            return _("The supply's distance limit would have to be %(km)s km longer.", km=km)
        return _("The demand's distance limit would have to be %(km)s km longer.", km=km)
    if remedy.code == "lower_lot":
        tonnes = _figure(values["tonnes"], 1)
        return _("A smallest lot of %(tonnes)s t would do.", tonnes=tonnes)
    sentences = {
        "accept_waste": _("The demand would have to take this waste type."),
        "get_licence": _("The receiver needs a licence for %(code)s.", code=values.get("wanted", "")),
        "check_receiver": _("The administrator has to check the receiver's permits and capacity first."),
        "shift_months": _("The months of supply and demand would have to overlap."),
    }
    return sentences[remedy.code]


def _property_remedy(remedy: Remedy) -> str:
    values = remedy.values
    entry = catalogue().properties[str(values["property"])]
    if remedy.code == "test":
        return _("Have %(name)s tested (%(method)s).", name=named(entry), method=entry.test_method)
    figures = {
        "name": named(entry), "gap": _figure(values["gap"], 3),
        "limit": formatting.measured(_figure(values["limit"], 3), formatting.unit(entry.unit)),
    }
    sentences = {
        "lower_property": _("%(name)s must fall by %(gap)s to %(limit)s, or the limit be relaxed.", **figures),
        "raise_property": _("%(name)s must rise by %(gap)s to %(limit)s, or the limit be relaxed.", **figures),
        "mix_lower": _("Mixed with lots whose %(name)s is below %(limit)s it would fit.", **figures),
        "mix_higher": _("Mixed with lots whose %(name)s is above %(limit)s it would fit.", **figures),
    }
    return sentences[remedy.code]


def _number(value: object) -> float | None:
    """A figure of a reason; its values hold words as well, and None for a side without a limit."""
    return float(value) if isinstance(value, Real) else None


def _figure(value: object, digits: int) -> str:
    return formatting.number(_number(value), digits)
