"""One stockpile: where it lies, what it is, how far its remediation is, and who says so."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, SelectField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from marketplace.fields import REQUIRED, NumberField, text_field
from marketplace.stockpiles.service import Details
from models.stockpiles import Stockpile

MOST_TONNES = 10_000_000_000
_YEARS = (2000, 2100)


class StockpileForm(FlaskForm):
    """Site, park or banner: the narrowest that is given says where the stockpile counts."""

    submission_key = HiddenField(validators=[Length(max=64)])
    version = HiddenField(validators=[Length(max=12)])
    name = text_field(_l("Name of the stockpile"), longest=160, required=True)
    waste_type_id = SelectField(_l("Waste type"), [InputRequired(REQUIRED)], choices=[])
    site_id = SelectField(_l("At a site"), [Optional()], choices=[])
    park_id = SelectField(_l("In a park"), [Optional()], choices=[])
    region_id = SelectField(_l("In a banner or district"), [Optional()], choices=[])
    lat = NumberField(_l("Latitude"), [Optional()], unit="°N", minimum=-90, maximum=90, decimals=6)
    lon = NumberField(_l("Longitude"), [Optional()], unit="°E", minimum=-180, maximum=180, decimals=6)
    tonnes = NumberField(_l("Tonnes"), [Optional()], unit="t", minimum=0, maximum=MOST_TONNES)
    quality = SelectField(_l("The tonnes are"), [InputRequired(REQUIRED)], choices=[])
    storage_class = SelectField(_l("Class after GB 18599"), [Optional()], choices=[])
    remediation = SelectField(_l("State of remediation"), [InputRequired(REQUIRED)], choices=[])
    deadline = DateField(_l("Deadline"), [Optional()], render_kw={"type": "date"})
    responsible = text_field(_l("Responsible"), longest=160)
    source = text_field(_l("Source"), longest=500, required=True)
    note = text_field(_l("Note"), longest=2000, area=True)

    def validate_deadline(self, field: DateField) -> None:
        if field.data is not None and not _YEARS[0] <= field.data.year <= _YEARS[1]:
            raise ValidationError(_("Between the years %(first)s and %(last)s.", first=_YEARS[0], last=_YEARS[1]))

    def validate_lon(self, field: NumberField) -> None:
        if (field.data is None) != (self.lat.data is None):
            raise ValidationError(_("Give latitude and longitude, or neither."))

    def validate_region_id(self, field: SelectField) -> None:
        if self.site_id.data or self.park_id.data:
            return
        if not field.data:
            raise ValidationError(_("Say where it lies: a site, a park, or a banner with coordinates."))
        if self.lat.data is None and "lat" not in self.errors:
            raise ValidationError(_("Outside sites and parks coordinates are needed."))

    def details(self) -> Details:
        """What was entered; only after the form has validated."""
        return Details(
            name=self.name.data, waste_type_id=self.waste_type_id.data,
            site_id=int(self.site_id.data) if self.site_id.data else None,
            park_id=int(self.park_id.data) if self.park_id.data else None,
            region_id=self.region_id.data or None if self.region_id else None,
            lat=None if self.lat.data is None else float(self.lat.data),
            lon=None if self.lon.data is None else float(self.lon.data), tonnes=self.tonnes.data,
            quality=self.quality.data, storage_class=self.storage_class.data or None,
            remediation=self.remediation.data, deadline=self.deadline.data,
            responsible=self.responsible.data or "", source=self.source.data, note=self.note.data or "",
        )


def values_of(row: Stockpile) -> dict[str, object]:
    """A row as the form shows it."""
    shown = {
        name: getattr(row, name) for name in (
            "name", "waste_type_id", "tonnes", "lat", "lon", "quality", "remediation", "deadline", "responsible",
            "source", "note",
        )
    }
    return {
        **shown, "version": str(row.version), "storage_class": row.storage_class or "",
        "site_id": str(row.site_id or ""), "park_id": "" if row.site_id else str(row.park_id or ""),
        "region_id": "" if row.site_id or row.park_id else row.region_id or "",
    }
