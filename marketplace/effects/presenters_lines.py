"""The parts every effect is shown with: a line, its chips, and figures with their interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _

from marketplace import formatting
from marketplace.effects.presenters_words import spread_note
from marketplace.effects.quantities import Quantity

UNKNOWN, ESTIMATE, PLAIN = "unknown", "estimate", ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition or a doubt beside a figure; ``kind`` is the class of the chip."""

    text: str
    kind: str = PLAIN
    title: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what a flow does.  ``interval`` is empty where nothing in the figure has a stated spread; of a
    VAT hint it says what is known of the share.

    ``title`` is the source, ``exact`` the figure in its plain unit; ``sums`` marks a line made of those above it.
    """

    key: str
    label: str
    text: str
    interval: str = ""
    exact: str = ""
    title: str = ""
    chips: tuple[Chip, ...] = ()
    sums: bool = False


def carbon_text(kg: float) -> str:
    """Kilograms of CO2e as tonnes, with a true minus."""
    return formatting.carbon_text(kg).replace("-", "−")


def carbon_exact(kg: float) -> str:
    return _("%(number)s kg CO₂e", number=formatting.number(kg)).replace("-", "−")


def yuan_exact(yuan: float) -> str:
    return _("%(number)s yuan", number=formatting.yuan(yuan))


def interval_text(quantity: Quantity, words: Callable[[float], str]) -> str:
    """``288 t CO₂e to 461 t CO₂e``; empty where no part of the figure has a stated spread."""
    if not quantity.spread_stated:
        return ""
    return _("%(low)s to %(high)s", low=words(quantity.low), high=words(quantity.high))


def figure(
    key: str, label: str, quantity: Quantity, words: Callable[[float], str], exact: Callable[[float], str],
    *, title: str = "", chips: tuple[Chip, ...] = (), sums: bool = False,
) -> Line:
    """A line of a known figure; where it has no interval, a chip says that no spread is stated."""
    note = spread_note(quantity)
    if note and not quantity.spread_stated:
        chips = (*chips, Chip(_("spread not stated"), ESTIMATE, note))
    elif note:
        chips = (*chips, Chip(_("spread stated in part"), ESTIMATE, note))
    return Line(
        key, label, words(quantity.value), interval_text(quantity, words), exact(quantity.value), title, chips, sums
    )


def not_known(key: str, label: str, why: str) -> Line:
    """A line without a figure: not known is never shown as zero."""
    return Line(key, label, _("not known"), chips=(Chip(why, UNKNOWN),))
