"""The sign-in form and the form of one's own account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length, Optional

from marketplace.i18n import LOCALES

SHORTEST_PASSWORD = 10


class SignInForm(FlaskForm):
    email = StringField(
        _l("E-mail"),
        [InputRequired(_l("Enter your e-mail address.")), Length(max=254, message=_l("At most %(max)d characters."))],
        render_kw={"autocomplete": "username", "type": "email"},
    )
    password = PasswordField(
        _l("Password"),
        [InputRequired(_l("Enter your password.")), Length(max=256, message=_l("At most %(max)d characters."))],
        render_kw={"autocomplete": "current-password"},
    )


class AccountForm(FlaskForm):
    """Language and password; a new password needs the present one."""

    locale = SelectField(
        _l("Language of the pages"), choices=[SelectChoice(code, name) for code, name in LOCALES.items()],
    )
    current_password = PasswordField(
        _l("Present password"), [Optional(), Length(max=256, message=_l("At most %(max)d characters."))],
        render_kw={"autocomplete": "current-password"},
    )
    new_password = PasswordField(
        _l("New password"),
        [
            Optional(), Length(min=SHORTEST_PASSWORD, message=_l("At least %(min)d characters.")),
            Length(max=256, message=_l("At most %(max)d characters.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )
    repeated = PasswordField(
        _l("New password once more"), [EqualTo("new_password", _l("The two new passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )
