"""How numbers, money, months and times look; the only place where a number becomes words.

In Chinese, tonnes from 10,000 up are shown in 万吨; in English in kt and Mt.  The exact figure is in the title.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from flask import Flask
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.i18n import language
from marketplace.months import SHANGHAI

Number = int | float | Decimal
MISSING = "—"


def number(value: Number | None, digits: int = 0) -> str:
    """``value`` with thousands separated and at most ``digits`` decimals, a dash where it is missing."""
    if value is None:
        return MISSING
    text = f"{float(value):,.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def plain_number(value: Number) -> str:
    """``value`` as it is typed into a field: all its decimals, no separators, no exponent."""
    text = format(Decimal(str(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def tonnes_text(value: Number | None) -> str:
    """Tonnes with their unit, scaled for the language: ``3.2 万吨`` or ``32 kt``."""
    if value is None:
        return MISSING
    size = abs(float(value))
    if language() == "zh":
        if size >= 1e8:
            return f"{number(float(value) / 1e8, 2)} 亿吨"
        return f"{number(float(value) / 1e4, 2)} 万吨" if size >= 1e4 else f"{number(value, 1)} 吨"
    if size >= 1e6:
        return f"{number(float(value) / 1e6, 2)} Mt"
    return f"{number(float(value) / 1e3, 1)} kt" if size >= 1e4 else f"{number(value, 1)} t"


def tonnes(value: Number | None) -> Markup:
    """:func:`tonnes_text` with the exact tonnes on hover."""
    exact = _("%(tonnes)s tonnes", tonnes=number(value, 3)) if value is not None else ""
    return Markup('<span class="num" title="{}">{}</span>').format(exact, tonnes_text(value))


def yuan(value: Number | None, digits: int = 0) -> str:
    """Yuan with a sign that is a true minus; cents only where asked."""
    return number(value, digits).replace("-", "−")


def money_text(value: Number | None) -> str:
    """Yuan in the larger units of the language: 万元 and 亿元, or million yuan."""
    if value is None:
        return MISSING
    amount = float(value)
    size = abs(amount)
    if language() == "zh":
        if size >= 1e8:
            return f"{yuan(amount / 1e8, 2)} 亿元"
        return f"{yuan(amount / 1e4, 1)} 万元" if size >= 1e4 else f"{yuan(amount)} 元"
    if size >= 1e6:
        return _("%(number)s million yuan", number=yuan(amount / 1e6, 1))
    return _("%(number)s yuan", number=yuan(amount))


def carbon_text(kilograms: Number) -> str:
    return _("%(tonnes)s CO₂e", tonnes=tonnes_text(float(kilograms) / 1000))


def yuan_per_t(value: Number | None) -> str:
    return _("%(price)s yuan/t", price=yuan(value, 2)) if value is not None else MISSING


def kilometres(value: Number | None) -> str:
    if value is None:
        return MISSING
    return _("%(km)s km", km=number(value, 1 if float(value) < 10 else 0))


def percent(share: Number | None, digits: int = 0) -> str:
    return f"{number(float(share) * 100, digits)} %" if share is not None else MISSING


def month(value: str | None) -> str:
    """``2027-01`` as it is written in the language: ``2027 年 1 月`` or ``Jan 2027``."""
    if not value:
        return MISSING
    year, number_of_month = value.split("-")
    if language() == "zh":
        return f"{year} 年 {int(number_of_month)} 月"
    return dt.date(int(year), int(number_of_month), 1).strftime("%b %Y")


RAISED = {"m2/kg": "m²/kg", "g/cm3": "g/cm³", "t/m3": "t/m³"}


def unit(word: str) -> str:
    """A unit as it stands behind a figure; a pure number, a class or a word has none."""
    return "" if word in ("", "-", "1", "cat") else RAISED.get(word, word)


def measured(figure: str, word: str) -> str:
    """A figure with its unit behind it; without a space where there is none."""
    return f"{figure} {word}".rstrip()


def limits(low: Number | None, high: Number | None) -> str:
    """``≤ 8``, ``≥ 40`` or ``6–9``; every decimal of a stated limit counts."""
    if low is None:
        return f"≤ {number(high, 6)}" if high is not None else ""
    if high is None:
        return f"≥ {number(low, 6)}"
    return f"{number(low, 6)}–{number(high, 6)}"


def listed(names: Iterable[str]) -> str:
    """Names one after another with the language's own separator."""
    return ("、" if language() == "zh" else ", ").join(names)


def day(value: dt.datetime | dt.date | None) -> str:
    """``2026-11-23``, in Shanghai time."""
    if value is None:
        return MISSING
    if isinstance(value, dt.datetime):
        value = value.astimezone(SHANGHAI)
    return value.strftime("%Y-%m-%d")


def moment(value: dt.datetime | None) -> str:
    """``2026-11-23 14:05``, in Shanghai time."""
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if value else MISSING


def exact_moment(value: dt.datetime | None) -> str:
    """``2026-11-23 14:05:09``, in Shanghai time, where the second counts."""
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if value else MISSING


def register(app: Flask) -> None:
    for function in (
        number, tonnes, tonnes_text, yuan, yuan_per_t, kilometres, percent, month, day, moment, exact_moment,
    ):
        app.jinja_env.filters[function.__name__] = function
