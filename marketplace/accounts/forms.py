"""The sign-in form."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length


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
