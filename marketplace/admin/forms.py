"""A new account."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Regexp, ValidationError

from marketplace.accounts.forms import SHORTEST_PASSWORD
from marketplace.fields import REQUIRED, TOO_LONG, text_field
from marketplace.frame import ROLE_NAMES
from marketplace.security.actor import COMMITTEE, ROLES, STAFF


class AccountForm(FlaskForm):
    display_name = text_field(_l("Name"), longest=120, required=True)
    email = text_field(_l("E-mail"), longest=254, required=True)
    role = SelectField(
        _l("Role"), [InputRequired(REQUIRED)], choices=[SelectChoice(role, ROLE_NAMES[role]) for role in ROLES]
    )
    enterprise_id = SelectField(_l("Enterprise"), choices=[])
    park_id = SelectField(_l("Park"), choices=[])
    region_id = SelectField(_l("Banner or district"), choices=[])
    password = PasswordField(
        _l("First password"),
        [InputRequired(REQUIRED), Length(min=SHORTEST_PASSWORD, message=_l("At least %(min)d characters.")),
         Length(max=256, message=TOO_LONG)],
        render_kw={"autocomplete": "new-password"},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        shape = Regexp(r"[^@\s]+@[^@\s]+\.[^@\s]+$", message=_("Write it like name@example.com."))
        self.email.validators = [*self.email.validators, shape]

    def validate_enterprise_id(self, field: SelectField) -> None:
        if self.role.data == STAFF and not field.data:
            raise ValidationError(_("Say for which enterprise this person acts."))

    def validate_park_id(self, field: SelectField) -> None:
        if self.role.data == COMMITTEE and not field.data:
            raise ValidationError(_("Say for which park this person acts."))
