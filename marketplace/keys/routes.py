"""The keys of an enterprise: made, shown once, revoked."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from marketplace.errors import NotPossible
from marketplace.fields import text_field
from marketplace.keys import presenters, queries, service
from marketplace.reasons import refusal_text
from marketplace.session import current_actor, db_session, unit_of_work
from marketplace.urls import Url


class KeyForm(FlaskForm):
    """A key has a name, so that one knows later which program carries it."""

    name = text_field(_l("What the key is for"), longest=80, required=True)


def keys() -> ResponseReturnValue:
    form, text = KeyForm(), ""
    if form.validate_on_submit():
        try:
            with unit_of_work() as uow:
                _row, text = service.create_key(uow=uow, actor=current_actor(), name=form.name.data)
        except NotPossible as refused:
            form.name.errors = [refusal_text(reason) for reason in refused.reasons]
    rows = queries.keys_of(db_session(), current_actor().enterprise_id)
    if text:
        form.name.data = ""
    page = render_template("keys/keys.html", form=form, text=text, keys=presenters.key_views(rows))
    answer = make_response(page, 422 if form.errors else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def revoke(key_id: int) -> ResponseReturnValue:
    with unit_of_work() as uow:
        service.revoke_key(uow=uow, actor=current_actor(), key_id=key_id)
    flash(_("The key is revoked and opens nothing any more."), "done")
    return redirect(url_for("keys.keys"))


URLS = [
    Url("/keys", keys, "key.manage", ("GET", "POST")),
    Url("/keys/<int:key_id>/revoke", revoke, "key.manage", ("POST",)),
]
