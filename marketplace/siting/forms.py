"""A siting study, a candidate, and a file of candidates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField
from wtforms.validators import InputRequired, Optional, ValidationError

from marketplace.fields import REQUIRED, NumberField, text_field
from marketplace.symbiosis.presenters import waste_name
from marketplace.what_ifs.forms import Choices, NewPlantForm

MOST_YUAN = 1_000_000_000_000
OBJECTIVE_WORDS = {"net_value": _l("Most net value"), "tonnes": _l("Most tonnes placed")}


class StudyForm(FlaskForm):
    title = text_field(_l("What is to be decided?"), longest=120, required=True)
    objective = SelectField(_l("What is made greatest"), [InputRequired(REQUIRED)], choices=[])
    budget_yuan = NumberField(_l("Budget for opening, over the whole period"), [Optional()], unit=_l("yuan"), minimum=0,
                              maximum=MOST_YUAN, decimals=2)
    most_open = NumberField(_l("At most so many plants"), [Optional()], minimum=0, maximum=1000, decimals=0)
    waste = SelectField(_l("A waste type of which so much must be placed"), choices=[])
    least_t = NumberField(_l("At least, over the whole period"), [Optional()], unit=_l("t"), above_zero=True,
                          maximum=MOST_YUAN, decimals=3)
    note = text_field(_l("Note"), longest=2000, area=True)

    def offer(self, wastes: list[str]) -> None:
        self.objective.choices = [(key, str(words)) for key, words in OBJECTIVE_WORDS.items()]
        named = sorted((waste_name(key), key) for key in wastes)
        self.waste.choices = [("", _("No such condition")), *((key, name) for name, key in named)]

    def validate_waste(self, field: Any) -> None:
        if bool(field.data) != (self.least_t.data is not None):
            raise ValidationError(_("Choose a waste type and say how many tonnes, or neither."))

    def asked(self) -> dict[str, Any]:
        """What every choice must keep, as plain data."""
        return {
            "budget_yuan": None if self.budget_yuan.data is None else float(self.budget_yuan.data),
            "most_open": None if self.most_open.data is None else int(self.most_open.data),
            "at_least": [[self.waste.data, float(self.least_t.data)]] if self.waste.data else [],
        }


def asked_values(asked: dict[str, Any]) -> dict[str, Any]:
    """What :meth:`StudyForm.asked` gave, as the fields show it again."""
    waste, least = (asked.get("at_least") or [["", None]])[0]
    numbers = {"budget_yuan": asked.get("budget_yuan"), "most_open": asked.get("most_open"), "least_t": least}
    return {"waste": waste, **{key: None if one is None else Decimal(str(one)) for key, one in numbers.items()}}


class CandidateForm(NewPlantForm):
    """A new plant with what it costs to have it open."""

    name = text_field(_l("Name of the candidate"), longest=80, required=True)
    open_cost_yuan = NumberField(_l("Cost of opening, over the whole period"), [InputRequired(REQUIRED)],
                                 unit=_l("yuan"), minimum=0, maximum=MOST_YUAN, decimals=2)

    def candidate(self, choices: Choices) -> dict[str, Any]:
        """The candidate as plain data; only after the form has validated."""
        plant = self.change(choices)
        plant.pop("kind")
        return {**plant, "open_cost_yuan": float(self.open_cost_yuan.data)}


class FileForm(FlaskForm):
    file = FileField(_l("CSV file with one candidate a line"), [FileRequired(REQUIRED)])
