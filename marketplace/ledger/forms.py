"""The forms of what is recorded by hand."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, SelectField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.fields import REQUIRED, MonthField, NumberField, text_field
from marketplace.ledger.service import Record

MOST_TONNES = 100_000_000


class RecordForm(FlaskForm):
    """Tonnes of one waste type in a month, with the day where it is known."""

    submission_key = HiddenField(validators=[Length(max=64)])
    confirmed = HiddenField()
    waste_type_id = SelectField(_l("Waste type"), [InputRequired(REQUIRED)], choices=[])
    demand = SelectField(_l("Used in"), [Optional()], choices=[])
    tonnes = NumberField(_l("Tonnes"), [InputRequired(REQUIRED)], unit=_l("t"), above_zero=True, maximum=MOST_TONNES)
    method = SelectField(_l("Method"), [InputRequired(REQUIRED)], choices=[])
    month = MonthField(_l("Month"), [InputRequired(REQUIRED)])
    day = DateField(_l("Day"), [Optional()], render_kw={"type": "date"})
    note = text_field(_l("Note"), longest=500, area=True)

    def record(self) -> Record:
        """What was entered; only after the form has validated."""
        return Record(
            waste_type_id=self.waste_type_id.data, tonnes=self.tonnes.data, month=self.month.data, day=self.day.data,
            note=self.note.data or "", demand=self.demand.data if self.demand else "",
            method=self.method.data if self.method else "", form=self.submission_key.data or "",
        )


class CorrectionForm(FlaskForm):
    """Why an entry is taken back, and what stands in its place."""

    submission_key = HiddenField(validators=[Length(max=64)])
    reason = text_field(_l("Why is it wrong?"), longest=500, required=True, area=True)
    tonnes = NumberField(_l("Right tonnes"), [Optional()], unit=_l("t"), above_zero=True, maximum=MOST_TONNES)
    month = MonthField(_l("Month"), [InputRequired(REQUIRED)])
    day = DateField(_l("Day"), [Optional()], render_kw={"type": "date"})

    def instead(self, waste_type_id: str, note: str) -> Record | None:
        """What is recorded in place of the wrong entry; None where it is only taken back."""
        if self.tonnes.data is None:
            return None
        return Record(
            waste_type_id=waste_type_id, tonnes=self.tonnes.data, month=self.month.data, day=self.day.data,
            note=note, form=self.submission_key.data or "",
        )
