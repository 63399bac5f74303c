"""The bid form."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.fields import REQUIRED, MonthField, NumberField, text_field
from marketplace.tenders.rules import Terms

HIGHEST_PRICE = 100_000
MOST_TONNES = 100_000_000


class TermsForm(FlaskForm):
    """Tonnes per month, price, months and a message."""

    t_per_month = NumberField(
        _l("Tonnes per month"), [InputRequired(REQUIRED)], unit=_l("t/month"), above_zero=True, maximum=MOST_TONNES
    )
    price_yuan_per_t = NumberField(
        _l("Price per tonne"), [InputRequired(REQUIRED)], unit=_l("yuan/t"), minimum=-HIGHEST_PRICE,
        maximum=HIGHEST_PRICE, decimals=2,
    )
    start_month = MonthField(_l("First month"), [InputRequired(REQUIRED)])
    end_month = MonthField(_l("Last month"), [InputRequired(REQUIRED)])
    message = text_field(_l("Message to the other side"), longest=1000, area=True)

    def terms(self) -> Terms:
        """The terms as entered; only after the form has validated."""
        return Terms(
            self.t_per_month.data, self.price_yuan_per_t.data, self.start_month.data, self.end_month.data
        )


class BidForm(TermsForm):
    """The terms, and on a demand which of its wastes is offered."""

    submission_key = HiddenField(validators=[Length(max=64)])
    waste_type_id = SelectField(_l("Waste type"), [InputRequired(REQUIRED)], choices=[])
    own_listing = SelectField(_l("For your listing"), [Optional()], choices=[])


class CounterForm(TermsForm):
    """Other terms for a bid; ``version`` is that of the bid they answer."""

    version = HiddenField(validators=[Length(max=12)])
