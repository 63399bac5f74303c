"""Forms of a contract: why one declines or ends it, and what one wants changed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from marketplace import formatting
from marketplace.contracts.presenters import OFF_SPEC_WORDS, PAYER_WORDS
from marketplace.contracts.rules_amendments import month_field
from marketplace.fields import REQUIRED, NumberField, text_field
from models.contracts import Contract

HIGHEST_PRICE = 100_000
MOST_TONNES = 100_000_000
PERCENT = Decimal(100)


class ReasonForm(FlaskForm):
    """Declining and ending say why."""

    reason = text_field(_l("Reason"), longest=1000, required=True, area=True)


class AmendForm(FlaskForm):
    """Everything that may be changed, as it stands now; tonnes by month are added by :func:`amend_form`."""

    version = HiddenField()
    reason = text_field(_l("Why it should change"), longest=1000, required=True, area=True)
    price_yuan_per_t = NumberField(
        _l("Price per tonne"), [InputRequired(REQUIRED)], unit=_l("yuan/t"), minimum=-HIGHEST_PRICE,
        maximum=HIGHEST_PRICE, decimals=2,
    )
    freight_payer = SelectField(
        _l("Freight is paid by"), choices=[SelectChoice(side.value, words) for side, words in PAYER_WORDS.items()]
    )
    tolerance = NumberField(
        _l("A month may be over or under by"), [InputRequired(REQUIRED)], unit="%", minimum=0, maximum=20, decimals=2
    )
    weighing_tolerance = NumberField(
        _l("The two weighings may differ by"), [InputRequired(REQUIRED)], unit="%", minimum=0, maximum=20, decimals=2
    )
    off_spec = SelectField(
        _l("A lot outside the limits"),
        choices=[SelectChoice(rule.value, words) for rule, words in OFF_SPEC_WORDS.items()],
    )
    sampling = text_field(_l("Sampling"), longest=2000, area=True)
    clauses = text_field(_l("Pollution prevention"), longest=6000, area=True)
    cross_province_ref = text_field(_l("Number of the cross-province report"), longest=120)

    def changes(self, months: Sequence[str]) -> dict[str, Any]:
        """What was entered, by the contract's column names; only after the form has validated."""
        return {
            "months": {month: self[month_field(month)].data for month in months},
            "price_yuan_per_t": self.price_yuan_per_t.data, "freight_payer": self.freight_payer.data,
            "tolerance": self.tolerance.data / PERCENT, "weighing_tolerance": self.weighing_tolerance.data / PERCENT,
            "off_spec": self.off_spec.data, "sampling": _lines(self.sampling.data),
            "clauses": _lines(self.clauses.data),
            "cross_province_ref": self.cross_province_ref.data or "",
        }


def amend_form(contract: Contract, months: Sequence[str], **values: Any) -> AmendForm:
    """The form with a field for each month, filled with what is agreed now."""
    fields = {
        month_field(month): NumberField(
            formatting.month(month), [InputRequired(REQUIRED)], unit=_l("t"), minimum=0, maximum=MOST_TONNES
        )
        for month in months
    }
    planned = {row.month: row.planned_t for row in contract.months}
    now = {
        "version": str(contract.version), "price_yuan_per_t": contract.price_yuan_per_t,
        "freight_payer": contract.freight_payer, "tolerance": contract.tolerance * PERCENT,
        "weighing_tolerance": contract.weighing_tolerance * PERCENT, "off_spec": contract.off_spec,
        "sampling": contract.sampling, "clauses": contract.clauses, "cross_province_ref": contract.cross_province_ref,
        **{month_field(month): planned.get(month, Decimal(0)) for month in months},
    }
    return type("AmendForm", (AmendForm,), fields)(data={**now, **values})


def _lines(text: str | None) -> str:
    # Browsers send line ends as CR LF; what was not touched must not look changed.
    return (text or "").replace("\r\n", "\n").strip()
