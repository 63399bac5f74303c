"""Planning, weighing, deciding: what is typed, kept as typed until it is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from marketplace.fields import REQUIRED, MonthField, NumberField, text_field
from marketplace.transfers.files import Upload
from marketplace.transfers.readings import parse_time, plate
from marketplace.transfers.service import Plan

MOST_TONNES = 10_000
ACCEPTED_FILES = "image/*,application/pdf"
RESULT = "result_"


class PlanForm(FlaskForm):
    """One consignment: tonnes and month first, the vehicle as far as it is known."""

    submission_key = HiddenField(validators=[Length(max=64)])
    month = MonthField(_l("Month of the contract"), [InputRequired(REQUIRED)])
    planned_t = NumberField(
        _l("Planned tonnes"), [InputRequired(REQUIRED)], unit=_l("t"), above_zero=True, maximum=MOST_TONNES
    )
    planned_for = StringField(_l("Planned time of loading"), [Optional(), Length(max=30)])
    vehicle = text_field(_l("Vehicle plate"), longest=20)
    driver = text_field(_l("Driver"), longest=60)
    driver_phone = StringField(
        _l("Driver's phone"), [Optional(), Regexp(r"^[0-9+() -]{6,20}$", message=_l("6 to 20 digits."))],
        render_kw={"inputmode": "tel", "maxlength": 30},
    )
    carrier = text_field(_l("Carrier"), longest=160)
    manifest_no = StringField(
        _l("Manifest number"), [Optional(), Length(max=40)], render_kw={"inputmode": "numeric", "maxlength": 20}
    )

    def plan(self) -> Plan:
        """The plan as entered; only after the form has validated."""
        return Plan(
            month=self.month.data, planned_t=self.planned_t.data, planned_for=parse_time(self.planned_for.data or ""),
            vehicle=plate(self.vehicle.data or ""), driver=self.driver.data or "",
            driver_phone=(self.driver_phone.data or "").strip(), carrier=self.carrier.data or "",
            manifest_no=(self.manifest_no.data or "").strip(), submission_key=self.submission_key.data or None,
        )

    def validate_planned_for(self, field: StringField) -> None:
        if field.data and parse_time(field.data) is None:
            raise ValidationError(_l("This is not a time. Pick one, or write it like 2027-01-15 08:30."))


class WeighForm(FlaskForm):
    """One slip.  Its fields are read by the same reader as a CSV line and a program's reading."""

    slip_no = StringField(_l("Slip number"), render_kw={"maxlength": 60, "autocomplete": "off"})
    gross = StringField(_l("Gross weight"), render_kw={"inputmode": "decimal", "autocomplete": "off"})
    tare = StringField(_l("Tare weight"), render_kw={"inputmode": "decimal", "autocomplete": "off"})
    unit = RadioField(
        _l("Unit"), choices=[SelectChoice("t", _l("t")), SelectChoice("kg", _l("kilograms"))], default="t"
    )
    weighed_at = StringField(_l("Time of weighing"))
    vehicle = StringField(_l("Vehicle plate"), render_kw={"maxlength": 20, "autocomplete": "off"})
    driver = StringField(_l("Driver"), render_kw={"maxlength": 60, "autocomplete": "off"})
    photo = FileField(_l("Photo or scan of the slip"), render_kw={"accept": ACCEPTED_FILES, "capture": "environment"})
    reason = text_field(_l("What was wrong"), longest=500)

    def told(self, transfer: str, gate: str) -> Mapping[str, str]:
        """What the form says, in the fields that every reading has."""
        names = ("slip_no", "gross", "tare", "unit", "weighed_at", "vehicle", "driver")
        return {"transfer": transfer, "gate": gate, **{name: self[name].data or "" for name in names}}

    def upload(self) -> Upload | None:
        """The picture that came with the form; None where none was chosen."""
        chosen = self.photo.data
        if chosen is None or not chosen.filename:
            return None
        # A large file lies in a temporary one until it is closed.
        with closing(chosen):
            return Upload(chosen.filename, chosen.read())

    def results(self) -> dict[str, Decimal | None]:
        """What the laboratory found, by property; only what was typed."""
        return {
            field.short_name.removeprefix(RESULT): field.data
            for field in self if field.short_name.startswith(RESULT) and field.data is not None
        }


class ResultsForm(FlaskForm):
    """The laboratory's results of one consignment; the fields are those that the contract limits."""

    def results(self) -> dict[str, Decimal | None]:
        return {
            field.short_name.removeprefix(RESULT): field.data
            for field in self if field.short_name.startswith(RESULT)
        }


class ReasonForm(FlaskForm):
    """Cancelling, doubting and rejecting say why."""

    reason = text_field(_l("Reason"), longest=1000, required=True, area=True)


class TonnesForm(FlaskForm):
    """A proposal of how many tonnes count."""

    tonnes = NumberField(
        _l("Tonnes that count"), [InputRequired(REQUIRED)], unit=_l("t"), above_zero=True, maximum=MOST_TONNES
    )


def with_results(base: type[FlaskForm], properties: Sequence[tuple[str, str, str]]) -> type[FlaskForm]:
    """``base`` with a number field for each property: its id, its name and its unit."""
    fields: dict[str, Any] = {
        f"{RESULT}{key}": NumberField(name, [Optional()], unit=unit, minimum=-1000, maximum=1_000_000, decimals=6)
        for key, name, unit in properties
    }
    return type(base.__name__, (base,), fields)
