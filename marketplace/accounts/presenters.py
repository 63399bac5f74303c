"""Words of the sign-in."""

from flask_babel import lazy_gettext as _l

from marketplace.reasons import declare

declare(
    {
        "sign_in:wrong": _l("This e-mail address and password do not belong together. Check both and try again."),
        "account:wrong_password": _l("This is not your present password."),
        "sign_in:too_often": _l(
            "There were too many failed attempts. For safety, wait %(minutes)s minutes and try again."
        ),
    }
)
