"""Methods and factors: the page and its workbook, for everybody."""

from __future__ import annotations

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.effects.excel import workbook
from marketplace.effects.methods_words import SECTIONS
from marketplace.effects.presenters_methods import tables
from marketplace.effects.queries import market_rates
from marketplace.session import db_session
from marketplace.urls import PUBLIC, Url

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def methods() -> ResponseReturnValue:
    return render_template("effects/methods.html", sections=SECTIONS, tables=tables(market_rates(db_session())))


def methods_excel() -> ResponseReturnValue:
    answer = Response(workbook(_("Methods"), SECTIONS, tables(market_rates(db_session()))), mimetype=EXCEL)
    answer.headers["Content-Disposition"] = 'attachment; filename="methods.xlsx"'
    return answer


URLS = [
    Url("/methods", methods, PUBLIC),
    Url("/methods.xlsx", methods_excel, PUBLIC),
]
