"""Where the market's errors become HTTP, once: a page for people, one JSON shape for the API."""

from __future__ import annotations

from flask import Flask, Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from marketplace.errors import Forbidden, MarketError, NotFound, NotPossible, Stale
from marketplace.session import API

RETRY_AFTER_S = 2
# In both languages, since whose language it is stands in the database that is away.
AWAY = (
    '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport"'
    ' content="width=device-width"><title>共生 Gongsheng</title></head><body><h1>请稍后再试</h1>'
    "<p>数据库暂时无法访问，本次请求没有改动任何内容，或已完整保存。请重新载入页面，或重新提交同一表单：重复提交只算一次。</p>"
    '<p lang="en">The database cannot be reached for the moment. The request was kept whole or changed nothing. Reload'
    " the page, or send the same form again: sent twice it counts once.</p></body></html>"
)


def register(app: Flask) -> None:
    app.register_error_handler(MarketError, _market_error)
    app.register_error_handler(StaleDataError, lambda error: _market_error(Stale()))
    app.register_error_handler(HTTPException, _http_error)
    for kind in (OperationalError, InterfaceError):
        app.register_error_handler(kind, _database_away)


def _market_error(error: MarketError) -> ResponseReturnValue:
    if isinstance(error, Forbidden):
        return _answer(403, _("You may not do this"), _("Your account has no right to this page or action."))
    if isinstance(error, NotFound):
        return _answer(404, _("Not found"), _("There is nothing at this address, or it is no longer public."))
    if isinstance(error, Stale):
        return _answer(
            409, _("Somebody was faster"),
            _("This was changed by somebody else meanwhile. Go back, reload the page and try again."),
        )
    if isinstance(error, NotPossible):
        from marketplace.reasons import refusal_text

        return _answer(409, _("This is not possible now"), " ".join(map(refusal_text, error.reasons)))
    raise error


def _http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:
        return error.get_response()
    if isinstance(error, CSRFError):
        return _answer(
            400, _("The form has expired"),
            _("For your safety a form is valid for some hours only. Go back, reload the page and send it again."),
        )
    words = {
        404: (_("Not found"), _("There is nothing at this address, or it is no longer public.")),
        405: (_("Not like this"), _("This address does not answer to this kind of request.")),
        413: (_("Too much at once"), _("What was sent is larger than 16 MB. Shorten the text and send it again.")),
    }
    title, text = words.get(code, (_("Something went wrong"), _("The request could not be answered.")))
    return _answer(code, title, text)


def _database_away(error: OperationalError | InterfaceError) -> ResponseReturnValue:
    """503: the server is away, restarting, or chose this change to end a deadlock; nothing is half-kept."""
    current_app.logger.warning("the database did not answer: %s", error.orig)
    if request.path.startswith(API):
        told = {"code": "database_away", "message": "The database is away. Send it again.", "fields": []}
        answer = jsonify(error=told)
    else:
        answer = Response(AWAY, mimetype="text/html")
    answer.status_code = 503
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def _answer(code: int, title: str, text: str) -> ResponseReturnValue:
    if request.path.startswith(API):
        from marketplace.api.v1.answers import failed

        known = {403: "forbidden", 404: "not_found", 405: "method", 409: "changed", 413: "too_large"}
        return failed(code, known.get(code, "failed"))
    try:
        return render_template("errors/error.html", title=title, text=text, code=code), code
    except (OperationalError, InterfaceError) as error:
        # The page's frame asks the database who is reading; it went away between the refusal and the page.
        return _database_away(error)
