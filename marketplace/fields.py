"""Form fields of the market: numbers as people type them, months that are picked, text with a stated limit.

A number may be typed with thousands separators, full-width digits or a true minus; what is not a finite number in
its range is refused in one sentence, and what was typed stays in the field.
"""

from __future__ import annotations

import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError
from wtforms.widgets import TextInput

from marketplace import formatting
from marketplace.months import months_between

REQUIRED = _l("This is needed.")
TOO_LONG = _l("At most %(max)d characters.")
# Longer than any number worth typing; what is longer is refused before it is parsed.
_LONGEST_NUMBER = 40


def parse_number(text: str) -> Decimal | None:
    """``text`` as a finite Decimal, or None: ``１２，５００．５`` is 12500.5, ``1e999`` and ``NaN`` are nothing."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-").replace(" ", "")
    parts = plain.lstrip("+-").split(".")[0].split(",")
    # A comma is a thousands separator only where it stands before three digits; "1,5" is too doubtful to read.
    if len(parts) > 1 and (not parts[0] or len(parts[0]) > 3 or any(len(part) != 3 for part in parts[1:])):
        return None
    plain = plain.replace(",", "")
    if not plain or len(plain) > _LONGEST_NUMBER or not set(plain) <= set("0123456789+-."):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


class NumberField(Field):
    """A Decimal with a unit and an inclusive range; ``data`` is None where the field was left empty."""

    widget = TextInput()

    def __init__(
        self, label: Any = None, validators: Any = (), *, unit: Any = "", minimum: Any = None, maximum: Any = None,
        above_zero: bool = False, decimals: int = 3, **kwargs: Any,
    ) -> None:
        kwargs.setdefault("render_kw", {}).setdefault("inputmode", "decimal")
        kwargs["render_kw"].setdefault("autocomplete", "off")
        super().__init__(label, validators, **kwargs)
        self.unit, self.above_zero, self.decimals = unit, above_zero, decimals
        self.minimum = None if minimum is None else Decimal(str(minimum))
        self.maximum = None if maximum is None else Decimal(str(maximum))
        self.typed: str | None = None

    def _value(self) -> str:
        if self.typed is not None:
            return self.typed
        return "" if self.data is None else formatting.plain_number(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.typed, self.data = valuelist[0], None
        if not self.typed.strip():
            return
        value = parse_number(self.typed)
        if value is None:
            raise ValueError(_("“%(typed)s” is not a number. Write digits only, for example 1200 or 8.5.",
                               typed=self.typed.strip()[:24]))
        self.data = value

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            return
        if self.above_zero and self.data <= 0:
            raise ValidationError(_("It must be more than 0; you wrote %(found)s.", found=self._found()))
        if self.minimum is not None and self.data < self.minimum:
            raise ValidationError(_("At least %(limit)s; you wrote %(found)s.",
                                    limit=formatting.plain_number(self.minimum), found=self._found()))
        if self.maximum is not None and self.data > self.maximum:
            raise ValidationError(_("At most %(limit)s; you wrote %(found)s.",
                                    limit=formatting.plain_number(self.maximum), found=self._found()))
        if -self.data.as_tuple().exponent > self.decimals and self.data != round(self.data, self.decimals):
            raise ValidationError(_("At most %(count)s decimals; you wrote %(found)s.",
                                    count=self.decimals, found=self._found()))

    def _found(self) -> str:
        return (self.typed or "").strip()[:24]


class MonthField(SelectField):
    """A month picked from a list, ``YYYY-MM``; ``open_label`` adds an empty choice, such as "no end"."""

    def __init__(self, label: Any = None, validators: Any = (), *, open_label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, choices=[], **kwargs)
        self.open_label = open_label

    def offer(self, first: str, last: str) -> None:
        """Let the months ``first``..``last`` be chosen; a month already chosen outside them stays on offer."""
        months = months_between(first, last)
        if self.object_data and self.object_data not in months:
            months = sorted({*months, self.object_data})
        self.choices = [(month, formatting.month(month)) for month in months]
        if self.open_label is not None:
            self.choices.insert(0, ("", str(self.open_label)))

    def pre_validate(self, form: Any) -> None:
        if self.data not in {value for value, _label in self.choices}:
            raise ValidationError(_("“%(typed)s” is not one of the months on offer. Pick one from the list.",
                                    typed=str(self.data or "")[:24]))


def text_field(label: Any, *, longest: int, required: bool = False, area: bool = False, **kwargs: Any) -> Any:
    """A text field or area with a stated limit; surrounding blanks are cut."""
    # Not InputRequired, which takes blanks for an entry.
    needed = DataRequired(REQUIRED) if required else Optional()
    kwargs.setdefault("render_kw", {}).setdefault("maxlength", longest)
    if area:
        kwargs["render_kw"].setdefault("rows", 3)
    kind = TextAreaField if area else StringField
    return kind(label, [needed, Length(max=longest, message=TOO_LONG)], filters=[_stripped], **kwargs)


def _stripped(value: str | None) -> str | None:
    return value.strip() if isinstance(value, str) else value
