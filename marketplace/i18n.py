"""Chinese first, English second: the choice is a cookie, then the account's language, then Chinese."""

from __future__ import annotations

from flask import Flask, request
from flask_babel import Babel
from flask_babel import get_locale as babel_locale
from flask_login import current_user

from marketplace.months import SHANGHAI

LOCALES = {"zh": "中文", "en": "English"}
COOKIE = "lang"
HTML_LANG = {"zh": "zh-CN", "en": "en"}


def choose_locale() -> str:
    wanted = request.cookies.get(COOKIE) if request else None
    if wanted in LOCALES:
        return wanted
    if current_user and current_user.is_authenticated and current_user.locale in LOCALES:
        return current_user.locale
    return "zh"


def language() -> str:
    """The language of this request: ``zh`` or ``en``."""
    return babel_locale().language


def named(row: object) -> str:
    """The name of a row that has ``name`` or ``name_zh`` and ``name_en``, in this request's language."""
    chinese = getattr(row, "name_zh", None) or getattr(row, "name", "")
    if language() == "zh":
        return chinese
    return getattr(row, "name_en", None) or chinese


def register(app: Flask) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = "zh"
    app.config["BABEL_DEFAULT_TIMEZONE"] = SHANGHAI.key
    Babel(app, locale_selector=choose_locale)
    app.jinja_env.globals.update(LOCALES=LOCALES, html_lang=lambda: HTML_LANG[language()], language=language)
    app.jinja_env.filters["named"] = named
