"""The forms of tenders: putting a listing out, bidding in one, asking, calling off, awarding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, SelectField, SelectMultipleField, TimeField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.fields import REQUIRED, NumberField, text_field
from marketplace.months import SHANGHAI
from marketplace.tenders.forms import HIGHEST_PRICE, MOST_TONNES
from marketplace.tenders.rules_tender import Plan
from models.bids import Bid
from models.organisations import Enterprise
from models.tenders import TenderMode

_EXTENSIONS_MIN = (0, 3, 5, 10, 15)


class PickedDay(DateField):
    """A day of the browser's calendar."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([text for text in valuelist if text.strip()])
        except ValueError:
            raise ValueError(_("This is not a day of the calendar.")) from None


class PickedTime(TimeField):
    """An hour and minute of the browser's clock; seconds may be given and count."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([text for text in valuelist if text.strip()])
        except ValueError:
            raise ValueError(_("This is not a time of the day.")) from None


class TenderForm(FlaskForm):
    """Everything an owner says when putting a listing out to tender."""

    submission_key = HiddenField(validators=[Length(max=64)])
    mode = SelectField(_l("Kind of tender"), [InputRequired(REQUIRED)], choices=[])
    deadline_day = PickedDay(_l("Deadline: day"), [InputRequired(REQUIRED)])
    deadline_time = PickedTime(_l("Deadline: time"), [InputRequired(REQUIRED)], format=["%H:%M", "%H:%M:%S"])
    reserve_yuan_per_t = NumberField(
        _l("Reserve price"), [Optional()], unit=_l("yuan/t"), minimum=-HIGHEST_PRICE, maximum=HIGHEST_PRICE, decimals=2
    )
    step_yuan_per_t = NumberField(
        _l("Smallest step"), [Optional()], unit=_l("yuan/t"), minimum=0, maximum=1000, decimals=2
    )
    extension_min = SelectField(_l("A late bid moves the deadline by"), choices=[], coerce=int, default=5)
    invited_only = BooleanField(_l("Only invited enterprises may bid"))
    invited = SelectMultipleField(
        _l("Invited"), [Optional()], choices=[], coerce=int, widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    others = text_field(_l("Other enterprises, one name or code per line"), longest=4000, area=True)
    terms = text_field(_l("Terms of the tender"), longest=4000, area=True)

    def offer(self, fitting: Sequence[Enterprise], names: Sequence[str]) -> None:
        """Fill the lists to choose from."""
        self.mode.choices = [
            (TenderMode.SEALED.value, _("Sealed: nobody reads a bid before the deadline")),
            (TenderMode.ASCENDING.value, _("Open: bids are seen without names and may only get better")),
        ]
        self.extension_min.choices = [
            (count, _("%(count)s minutes", count=count) if count else _("Not at all")) for count in _EXTENSIONS_MIN
        ]
        self.invited.choices = [(row.id, name) for row, name in zip(fitting, names, strict=True)]

    def written(self) -> list[str]:
        """The names and codes that were written, each once."""
        words = [word.strip() for word in re.split(r"[\n;；]", self.others.data or "")]
        return list(dict.fromkeys(word for word in words if word))

    def plan(self) -> Plan:
        """What was entered; only after the form has validated."""
        ascending = self.mode.data == TenderMode.ASCENDING
        return Plan(
            mode=TenderMode(self.mode.data),
            deadline=datetime.combine(self.deadline_day.data, self.deadline_time.data, SHANGHAI),
            reserve_yuan_per_t=self.reserve_yuan_per_t.data,
            step_yuan_per_t=(self.step_yuan_per_t.data or Decimal(0)) if ascending else Decimal(0),
            extension_s=self.extension_min.data * 60 if ascending else 0,
            invited_only=bool(self.invited_only.data), terms=self.terms.data or "",
        )


class QuestionForm(FlaskForm):
    question = text_field(_l("Your question"), longest=1000, required=True, area=True)


class AnswerForm(FlaskForm):
    answer = text_field(_l("Answer"), longest=2000, required=True, area=True)


class CancelForm(FlaskForm):
    reason = text_field(_l("Why the tender is called off"), longest=1000, required=True, area=True)


def award_form(bids: Sequence[Bid]) -> Any:
    """A form with a field of tonnes for every bid: ``award_<id>``; an empty one gives nothing."""
    fields: dict[str, Any] = {
        f"award_{bid.id}": NumberField(
            _l("Award, t/month"), [Optional()], unit=_l("t/month"), minimum=0, maximum=MOST_TONNES
        )
        for bid in bids
    }
    fields["version"] = HiddenField(validators=[Length(max=12)])
    fields["reason"] = text_field(_l("Why it is awarded like this"), longest=2000, required=True, area=True)
    return type("AwardForm", (FlaskForm,), fields)


def awarded(form: Any, bids: Sequence[Bid]) -> dict[int, Decimal]:
    """Tonnes by bid id as entered; only after the form has validated."""
    return {bid.id: form[f"award_{bid.id}"].data or Decimal(0) for bid in bids}
