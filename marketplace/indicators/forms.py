"""The regulator's forms: value added of a place and period, and the weights of the scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, ValidationError

from marketplace.fields import REQUIRED, NumberField, text_field
from marketplace.indicators.service import Entered
from models.indicators import Criterion

MOST_TEN_THOUSAND_YUAN = 100_000_000_000
_YEARS = (2000, 2100)


class ValueAddedForm(FlaskForm):
    """The period is a year, one of its quarters or one of its months."""

    place = SelectField(_l("Place"), [InputRequired(REQUIRED)], choices=[])
    year = IntegerField(_l("Year"), [InputRequired(REQUIRED)], render_kw={"inputmode": "numeric"})
    part = SelectField(_l("Part of the year"), choices=[])
    amount = NumberField(
        _l("Industrial value added"), [InputRequired(REQUIRED)], unit=_l("10,000 yuan"), above_zero=True,
        maximum=MOST_TEN_THOUSAND_YUAN, decimals=2,
    )
    quality = SelectField(_l("The figure is"), [InputRequired(REQUIRED)], choices=[])
    source_note = text_field(_l("Source"), longest=500, required=True)

    def validate_year(self, field: IntegerField) -> None:
        if field.data is not None and not _YEARS[0] <= field.data <= _YEARS[1]:
            raise ValidationError(_("Between the years %(first)s and %(last)s.", first=_YEARS[0], last=_YEARS[1]))

    @property
    def period(self) -> str:
        return f"{self.year.data}-{self.part.data}" if self.part.data else str(self.year.data)

    def entered(self) -> Entered:
        """What was entered; only after the form has validated."""
        return Entered(self.period, self.amount.data, self.quality.data, self.source_note.data)


def weights_form(words: Mapping[str, LazyString], present: Mapping[str, Decimal]) -> FlaskForm:
    """A form with one number for each criterion, filled with the present weights."""
    fields = {
        str(key): NumberField(words[key], [InputRequired(REQUIRED)], minimum=0, maximum=1000, decimals=2)
        for key in Criterion
    }
    return type("WeightsForm", (FlaskForm,), fields)(data=dict(present))
