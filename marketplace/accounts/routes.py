"""Sign-in, sign-out, the language switch and one's own account."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import abort, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from marketplace.accounts import presenters, service  # noqa: F401  (presenters declare the words of refusals)
from marketplace.accounts.forms import AccountForm, SignInForm
from marketplace.accounts.session import SignedIn
from marketplace.errors import NotPossible
from marketplace.i18n import COOKIE, LOCALES
from marketplace.reasons import refusal_text
from marketplace.security.actor import ADMIN, COMMITTEE, STAFF
from marketplace.session import current_actor, unit_of_work
from marketplace.urls import PUBLIC, Url

YEAR_SECONDS = 365 * 24 * 3600
FIRST_PLACE = {STAFF: "pages.desk", COMMITTEE: "parks.mine", ADMIN: "admin.overview"}


def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if current_actor().signed_in:
        return redirect(_after_sign_in(current_actor().role))
    if form.validate_on_submit():
        with unit_of_work() as uow:
            outcome = service.sign_in(
                uow=uow, email=form.email.data, password=form.password.data, address=request.remote_addr or ""
            )
            signed_in = SignedIn(outcome.user) if outcome.user else None
        if signed_in is not None:
            # A fresh session after the sign-in, so that one planted before it is worth nothing.
            session.clear()
            session.permanent = True
            login_user(signed_in)
            return redirect(_after_sign_in(signed_in.actor.role))
        form.password.errors = [refusal_text(reason) for reason in outcome.reasons]
    status = 422 if form.errors else 200
    return render_template("accounts/sign_in.html", form=form), status


def sign_out() -> ResponseReturnValue:
    logout_user()
    session.clear()
    return redirect(url_for("pages.board"))


def choose_language(code: str) -> ResponseReturnValue:
    if code not in LOCALES:
        abort(404)
    response = make_response(redirect(_local(request.args.get("next")) or url_for("pages.board")))
    response.set_cookie(COOKIE, code, max_age=YEAR_SECONDS, samesite="Lax", httponly=True)
    return response


def account() -> ResponseReturnValue:
    form = AccountForm(locale=current_user.locale)
    if form.validate_on_submit():
        try:
            with unit_of_work() as uow:
                user = service.change_account(
                    uow=uow, actor=current_actor(), locale=form.locale.data,
                    current_password=form.current_password.data or "", new_password=form.new_password.data or "",
                )
                signed_in = SignedIn(user)
        except NotPossible as refused:
            form.current_password.errors = [refusal_text(reason) for reason in refused.reasons]
        else:
            login_user(signed_in)
            flash(_("Saved."), "done")
            response = make_response(redirect(url_for("accounts.account")))
            # The account's language is to be seen now; a choice made earlier on this device would hide it.
            response.delete_cookie(COOKIE)
            return response
    return render_template("accounts/account.html", form=form), 422 if form.errors else 200


def _after_sign_in(role: str | None) -> str:
    wanted = _local(request.args.get("next"))
    return wanted or url_for(FIRST_PLACE.get(role or "", "pages.board"))


def _local(target: str | None) -> str | None:
    """``target`` if it is a path on this site; anything else could lead a person astray."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None


URLS = [
    Url("/sign-in", sign_in, PUBLIC, ("GET", "POST")),
    Url("/sign-out", sign_out, PUBLIC, ("POST",)),
    Url("/account", account, "account.use", ("GET", "POST")),
    Url("/language/<code>", choose_language, PUBLIC),
]
