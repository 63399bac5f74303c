"""One small form for each kind of change; every one turns into the plain data the engine reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, SelectMultipleField
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.fields import REQUIRED, MonthField, NumberField, text_field
from marketplace.months import month_after

MOST_TONNES = 10_000_000
HIGHEST_PRICE = 100_000


@dataclass(frozen=True, slots=True)
class Choices:
    """What the forms let one pick from: ids with their names, and the months of the market."""

    enterprises: list[tuple[str, str]]
    demands: list[tuple[str, str]]
    uses: list[tuple[str, str]]
    properties: list[tuple[str, str]]
    parks: list[tuple[str, str]]
    places: dict[str, tuple[str, float, float]]
    patterns: dict[str, dict[str, Any]]
    first_month: str
    months: int


class WhatIfForm(FlaskForm):
    title = text_field(_l("What do you want to know?"), longest=120, required=True)
    note = text_field(_l("Note"), longest=2000, area=True)


class ChangeForm(FlaskForm):
    """``names`` maps the fields of the change to those of the form, so that the engine's faults find their place.

    ``change(choices)`` of every form is the change as ``matching.whatif.keeping`` reads it, once it has validated.
    """

    names: ClassVar[dict[str, str]] = {}

    def offer(self, choices: Choices) -> None:
        """Fill the lists to choose from."""


class StopForm(ChangeForm):
    enterprise = SelectField(_l("Which enterprise stands still"), [InputRequired(REQUIRED)], choices=[])
    first_month = MonthField(_l("From"), [InputRequired(REQUIRED)])
    months = NumberField(_l("For how long"), [InputRequired(REQUIRED)], unit=_l("months"), minimum=1, maximum=60,
                         decimals=0)

    def offer(self, choices: Choices) -> None:
        self.enterprise.choices = [("", _("Choose")), *choices.enterprises]
        self.first_month.offer(choices.first_month, month_after(choices.first_month, choices.months - 1))

    def change(self, choices: Choices) -> dict[str, Any]:
        return {
            "kind": "stop", "enterprise": self.enterprise.data, "first_month": self.first_month.data,
            "months": int(self.months.data),
        }


class NewPlantForm(ChangeForm):
    names: ClassVar[dict[str, str]] = {
        "accepts": "pattern", "use": "pattern", "specs": "pattern", "residues": "pattern",
    }

    name = text_field(_l("Name of the new plant"), longest=80, required=True)
    pattern = SelectField(_l("It uses waste like"), [InputRequired(REQUIRED)], choices=[])
    t_per_month = NumberField(_l("Room"), [InputRequired(REQUIRED)], unit=_l("t/month"), above_zero=True,
                              maximum=MOST_TONNES)
    park = SelectField(_l("In the park"), choices=[])
    lat = NumberField(_l("Latitude, where it lies in no park"), [Optional()], unit="°", minimum=-90, maximum=90,
                      decimals=6)
    lon = NumberField(_l("Longitude"), [Optional()], unit="°", minimum=-180, maximum=180, decimals=6)
    bid_yuan_per_t = NumberField(_l("It pays for a tonne delivered"), [Optional()], unit=_l("yuan/t"),
                                 minimum=-HIGHEST_PRICE, maximum=HIGHEST_PRICE, decimals=2)

    def offer(self, choices: Choices) -> None:
        self.pattern.choices = [("", _("Choose")), *choices.demands]
        self.park.choices = [("", _("None of them")), *choices.parks]

    def validate_park(self, field: Any) -> None:
        if not field.data and (self.lat.data is None or self.lon.data is None):
            raise ValidationError(_("Choose a park, or say where the plant would stand."))

    def change(self, choices: Choices) -> dict[str, Any]:
        _name, lat, lon = choices.places.get(self.park.data or "", ("", 0.0, 0.0))
        if self.lat.data is not None and self.lon.data is not None:
            lat, lon = float(self.lat.data), float(self.lon.data)
        pattern = choices.patterns[self.pattern.data]
        paid = pattern["bid_yuan_per_t"] if self.bid_yuan_per_t.data is None else float(self.bid_yuan_per_t.data)
        return {
            "kind": "new_plant", "name": self.name.data, "lat": lat, "lon": lon, "park": self.park.data or "",
            "t_per_month": float(self.t_per_month.data), **pattern, "bid_yuan_per_t": paid,
        }


class NewLimitForm(ChangeForm):
    names: ClassVar[dict[str, str]] = {"demand": "where", "use": "where", "minimum": "minimum", "property": "minimum"}

    where = SelectField(_l("Whose limit"), [InputRequired(REQUIRED)], choices=[])
    property = SelectField(_l("Property"), [InputRequired(REQUIRED)], choices=[])
    minimum = NumberField(_l("At least"), [Optional()], decimals=6)
    maximum = NumberField(_l("At most"), [Optional()], decimals=6)

    def offer(self, choices: Choices) -> None:
        everywhere = [(f"use:{key}", _("Every demand for %(use)s", use=name)) for key, name in choices.uses]
        single = [(f"demand:{key}", name) for key, name in choices.demands]
        self.where.choices = [("", _("Choose")), *everywhere, *single]
        self.property.choices = [("", _("Choose")), *choices.properties]

    def change(self, choices: Choices) -> dict[str, Any]:
        side, key = (self.where.data or ":").split(":", 1)
        low, high = (None if one.data is None else float(one.data) for one in (self.minimum, self.maximum))
        return {
            "kind": "new_limit", "property": self.property.data, "minimum": low, "maximum": high,
            "demand": key if side == "demand" else "", "use": key if side == "use" else "",
        }


class FreightForm(ChangeForm):
    names: ClassVar[dict[str, str]] = {"factor": "percent"}

    percent = NumberField(_l("Freight by road changes by"), [InputRequired(REQUIRED)], unit="%", minimum=-100,
                          maximum=900, decimals=1)

    def change(self, choices: Choices) -> dict[str, Any]:
        return {"kind": "freight_times", "factor": 1.0 + float(self.percent.data) / 100.0}


class RailForm(ChangeForm):
    points = SelectMultipleField(
        _l("Where wagons are loaded and unloaded"), choices=[], widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    rate_yuan_per_t_km = NumberField(_l("Carriage by rail"), [InputRequired(REQUIRED)], unit=_l("yuan/t·km"), minimum=0,
                                     maximum=100, decimals=4)
    handling_yuan_per_t = NumberField(_l("Loading and unloading together"), [InputRequired(REQUIRED)],
                                      unit=_l("yuan/t"), minimum=0, maximum=1000, decimals=2)
    kg_per_t_km = NumberField(_l("Emissions of the railway"), [InputRequired(REQUIRED)], unit=_l("kg CO₂e/t·km"),
                              minimum=0, maximum=1, decimals=4)

    def offer(self, choices: Choices) -> None:
        self.points.choices = choices.parks

    def change(self, choices: Choices) -> dict[str, Any]:
        return {
            "kind": "rail_line", "points": [list(choices.places[key]) for key in self.points.data or []],
            **{
                name: float(self[name].data)
                for name in ("rate_yuan_per_t_km", "handling_yuan_per_t", "kg_per_t_km")
            },
        }


class SubsidyForm(ChangeForm):
    yuan_per_t_km = NumberField(_l("Paid for a tonne carried a kilometre"), [InputRequired(REQUIRED)],
                                unit=_l("yuan/t·km"), minimum=0, maximum=100, decimals=4)
    between = SelectField(_l("For transfers from one to another"), choices=[])
    most_yuan_per_t = NumberField(_l("At most for a tonne"), [Optional()], unit=_l("yuan/t"), above_zero=True,
                                  maximum=HIGHEST_PRICE, decimals=2)

    def offer(self, choices: Choices) -> None:
        self.between.choices = [("region", _("banner or district")), ("park", _("park"))]

    def change(self, choices: Choices) -> dict[str, Any]:
        most = self.most_yuan_per_t.data
        return {
            "kind": "subsidy", "yuan_per_t_km": float(self.yuan_per_t_km.data), "between": self.between.data,
            "most_yuan_per_t": None if most is None else float(most),
        }


class FeeForm(ChangeForm):
    names: ClassVar[dict[str, str]] = {"steps": "fee1"}

    fee1 = NumberField(_l("Fee on what is not used, first step"), [InputRequired(REQUIRED)], unit=_l("yuan/t"),
                       minimum=0, maximum=10_000, decimals=2)
    upto1 = NumberField(_l("First step: up to a use rate of"), [InputRequired(REQUIRED)], unit="%", above_zero=True,
                        maximum=100, decimals=1)
    fee2 = NumberField(_l("Fee of the second step"), [Optional()], unit=_l("yuan/t"), minimum=0, maximum=10_000,
                       decimals=2)
    upto2 = NumberField(_l("Second step: up to a use rate of"), [Optional()], unit="%", above_zero=True, maximum=100,
                        decimals=1)
    fee3 = NumberField(_l("Fee beyond that"), [Optional()], unit=_l("yuan/t"), minimum=0, maximum=10_000, decimals=2)

    def validate_upto1(self, field: Any) -> None:
        # Asked beside a field that is never empty: an empty one is not asked anything.
        if (self.upto2.data is None) != (self.fee2.data is None):
            raise ValidationError(_("Say both the fee of the second step and up to where it goes, or neither."))

    def change(self, choices: Choices) -> dict[str, Any]:
        steps = [[float(self.upto1.data) / 100.0, float(self.fee1.data)]]
        if self.upto2.data is not None and self.fee2.data is not None:
            steps.append([float(self.upto2.data) / 100.0, float(self.fee2.data)])
        if steps[-1][0] < 1:
            steps.append([1.0, float(self.fee3.data or 0)])
        return {"kind": "disposal_fee", "steps": steps}


FORMS: dict[str, Any] = {
    "stop": StopForm, "new_plant": NewPlantForm, "new_limit": NewLimitForm, "freight_times": FreightForm,
    "rail_line": RailForm, "subsidy": SubsidyForm, "disposal_fee": FeeForm,
}
