"""Methods and factors: the page and its workbook, for everybody."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.effects.methods_words import SECTIONS
from marketplace.effects.presenters_methods import prose, tables
from marketplace.effects.queries import market_rates
from marketplace.session import db_session
from marketplace.urls import PUBLIC, Url
from marketplace.workbooks import excel_answer


def methods() -> ResponseReturnValue:
    return render_template("effects/methods.html", sections=SECTIONS, tables=tables(market_rates(db_session())))


def methods_excel() -> ResponseReturnValue:
    return excel_answer("methods", (), [prose(), *tables(market_rates(db_session()))])


URLS = [
    Url("/methods", methods, PUBLIC),
    Url("/methods.xlsx", methods_excel, PUBLIC),
]
