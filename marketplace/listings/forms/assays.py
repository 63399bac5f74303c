"""The laboratory results of a supply: one row per property, the report's laboratory and date stated once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, FieldList, Form, FormField, HiddenField
from wtforms.validators import Length, ValidationError

from marketplace.fields import NumberField
from marketplace.i18n import named
from marketplace.listings.changes import AssayEntry, Changes
from marketplace.listings.forms.fields import LONGEST_NAME, PickField, StepForm, TextLine
from marketplace.listings.rules import IDENTIFICATION
from models.catalogue.reference import catalogue

MOST_ROWS = 80
EXTRA_ROWS = 2
_OLDEST = dt.date(2000, 1, 1)
NOT_HAZARDOUS, HAZARDOUS = "0", "1"


class SampleDate(DateField):
    """A day picked in the browser's calendar; not in the future, not before this century."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([text for text in valuelist if text.strip()])
        except ValueError:
            raise ValueError(_("This is not a day of the calendar.")) from None

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and not _OLDEST <= self.data <= dt.date.today() + dt.timedelta(days=1):
            raise ValidationError(_("The day must lie between 2000 and today."))


class AssayRow(Form):
    """One property; a row without a value says nothing and is left out."""

    property_id = HiddenField(validators=[Length(max=60)])
    value = NumberField(_l("Value"), decimals=6)
    sd = NumberField(_l("Spread"), decimals=6, minimum=0, maximum=1_000_000)
    method = TextLine(_l("Method"), longest=LONGEST_NAME)
    laboratory = TextLine(_l("Laboratory"), longest=LONGEST_NAME)
    sampled_on = SampleDate(_l("Sampled on"))

    def validate_property_id(self, field: Any) -> None:
        if field.data and not measurable(field.data):
            raise ValidationError(_("Pick one from the list."))

    def validate_value(self, field: Any) -> None:
        if field.data is None:
            if self.sd.data is not None:
                raise ValidationError(_("A spread needs a value beside it."))
            return
        if not self.property_id.data:
            raise ValidationError(_("Pick the property this value belongs to."))
        low, high = range_of(self.property_id.data)
        if not low <= float(field.data) <= high:
            raise ValidationError(_("It must lie between %(low)s and %(high)s; you wrote %(found)s.",
                                    low=f"{low:g}", high=f"{high:g}", found=field.typed or f"{field.data}"))


class AssaysForm(StepForm):
    """Step 4: the report and its rows."""

    laboratory = TextLine(_l("Laboratory"))
    sampled_on = SampleDate(_l("Sampled on"))
    identified = PickField(_l("Hazard identification (GB 5085.7)"), choices=[], default="")
    rows = FieldList(FormField(AssayRow), label=_l("Laboratory results"), max_entries=MOST_ROWS)

    # The results the supply has, by property; whoever makes the form says so.
    existing: Mapping[str, AssayEntry] = MappingProxyType({})

    def offer_identification(self) -> None:
        self.identified.choices = [
            ("", _("Not carried out yet")), (NOT_HAZARDOUS, _("Carried out: not hazardous")),
            (HAZARDOUS, _("Carried out: hazardous")),
        ]

    def validate(self, extra_validators: object = None) -> bool:
        sound = super().validate(extra_validators)
        seen: set[str] = set()
        for row in self.rows:
            key = row.property_id.data
            if row.value.data is not None and key in seen:
                row.value.errors = [*row.value.errors, _("This property has a value in another row already.")]
                sound = False
            seen |= {key} if row.value.data is not None else set()
        if self.identified.data and not (self.laboratory.data and self.sampled_on.data):
            field = self.sampled_on if self.laboratory.data else self.laboratory
            message = _("An identification needs the laboratory and the day of its report.")
            field.errors = [*field.errors, message]
            sound = False
        return sound

    def changes(self) -> Changes:
        """Results as entered; a new or altered one has the report's laboratory and day unless it has its own.

        A result left as it was stays exactly as it was: a typical value does not become a measured one.
        """
        entries = [self._entry(row) for row in self.rows if row.value.data is not None]
        identification = self._identification()
        return Changes(assays=(*entries, *([identification] if identification else [])))

    def _entry(self, row: Any) -> AssayEntry:
        typed = AssayEntry(
            row.property_id.data, float(row.value.data), _float(row.sd.data), row.method.data or "",
            row.laboratory.data or "", row.sampled_on.data,
        )
        if typed == self.existing.get(typed.property_id):
            return typed
        return replace(
            typed, laboratory=typed.laboratory or self.laboratory.data or "",
            sampled_on=typed.sampled_on or self.sampled_on.data,
        )

    def _identification(self) -> AssayEntry | None:
        if not self.identified.data:
            return None
        method = catalogue().properties[IDENTIFICATION].test_method[:LONGEST_NAME]
        return AssayEntry(
            IDENTIFICATION, float(self.identified.data), None, method, self.laboratory.data or "",
            self.sampled_on.data,
        )


def measurable(property_id: str) -> bool:
    """Whether the property has a number one can enter."""
    entry = catalogue().properties.get(property_id)
    return entry is not None and entry.unit != "cat"


def range_of(property_id: str) -> tuple[float, float]:
    """The range in which a value of the property can lie at all."""
    entry = catalogue().properties[property_id]
    if property_id in ("ph", "leach_ph"):
        return 0.0, 14.0
    if entry.unit == "%":
        # Indices of strength or water demand compare with a reference and may pass 100 %; shares of mass not.
        share = entry.mixing.startswith(("linear", "derived_linear"))
        return 0.0, 100.0 if share else 1000.0
    return 0.0, 1_000_000.0


def property_choices(without: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Every measurable property by name, for the rows one adds."""
    properties = catalogue().properties.items()
    entries = [entry for key, entry in properties if measurable(key) and key not in without]
    return [("", _("Pick a property …")), *((entry.key, _with_unit(entry)) for entry in entries)]


def _with_unit(entry: Any) -> str:
    return f"{named(entry)} ({entry.unit})" if entry.unit not in ("1", "") else named(entry)


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
