"""Coming in and going out, what the browser is told, and one's own account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.accounts.rules import FAILURES_PER_ACCOUNT, FAILURES_PER_ADDRESS, WINDOW, may_try
from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.security.passwords import hash_password
from models.accounts import SignInAttempt, User
from models.events import Event
from tests import factories as make
from tests.web.bidding import Trade
from tests.web.reading import Page

PASSWORD = "a long enough one"
HASH = hash_password(PASSWORD)


@pytest.fixture
def user(trade: Trade) -> Iterator[User]:
    made = make.user(trade.session, password_hash=HASH)
    trade.session.commit()
    yield made
    trade.session.query(SignInAttempt).delete()
    trade.session.commit()


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, query: str = ""):
    form = Page(client.get(f"/sign-in{query}")).form()
    return client.post(f"/sign-in{query}", data={**form, "email": email, "password": password})


def signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


class TestComingIn:
    def test_the_page(self, client: FlaskClient) -> None:
        assert Page(client.get("/sign-in")).faults() == []

    def test_the_right_password(self, client: FlaskClient, trade: Trade, user: User) -> None:
        answer = sign_in(client, f"  {user.email.upper()} ")
        assert (answer.status_code, answer.location) == (302, "/desk")
        assert signed_in(client)
        assert client.get("/sign-in").status_code == 302
        events = trade.session.query(Event).filter_by(kind="user.signed_in", actor_id=user.id)
        assert events.count() == 1

    @pytest.mark.parametrize("email", ["nobody@example.org", "", "not an address", "x" * 300])
    def test_a_wrong_name(self, client: FlaskClient, email: str) -> None:
        answer = sign_in(client, email)
        assert answer.status_code == 422
        page = Page(answer)
        assert page.faults() == [] and page.errors()
        assert not signed_in(client)

    def test_a_wrong_password_sounds_like_a_wrong_name(self, client: FlaskClient, user: User) -> None:
        wrong = Page(sign_in(client, user.email, "wrong"))
        nobody = Page(sign_in(client, "nobody@example.org", "wrong"))
        assert wrong.errors() == nobody.errors()
        assert wrong.form()["email"] == user.email
        assert "wrong" not in wrong.form().values()

    def test_a_closed_account(self, client: FlaskClient, trade: Trade, user: User) -> None:
        user.active = False
        trade.session.commit()
        assert sign_in(client, user.email).status_code == 422

    def test_the_form_needs_its_token(self, client: FlaskClient, user: User) -> None:
        answer = client.post("/sign-in", data={"email": user.email, "password": PASSWORD})
        assert answer.status_code == 400
        assert Page(answer).faults() == []

    @pytest.mark.parametrize(
        ("wanted", "location"),
        [
            ("/supplies?q=%E7%81%B0", "/supplies?q=灰"),
            ("https://elsewhere.example/", "/desk"),
            ("//elsewhere.example", "/desk"),
            ("/\\elsewhere.example", "/desk"),
            ("\\\\elsewhere.example", "/desk"),
            ("javascript:alert(1)", "/desk"),
            ("/\t/elsewhere.example", "/desk"),
            ("", "/desk"),
        ],
    )
    def test_where_one_is_led(self, client: FlaskClient, user: User, wanted: str, location: str) -> None:
        from urllib.parse import quote, unquote

        answer = sign_in(client, user.email, query=f"?next={quote(unquote(wanted))}")
        assert answer.status_code == 302
        assert unquote(answer.location) == location

    @pytest.mark.parametrize(("role", "place"), [("regulator", "/"), ("admin", "/admin"), ("committee", "/my-park")])
    def test_the_first_place_of_a_role(self, client: FlaskClient, trade: Trade, role: str, place: str) -> None:
        park_id = make.park(trade.session).id if role == "committee" else None
        person = make.user(trade.session, role=role, park_id=park_id, password_hash=HASH)
        trade.session.commit()
        assert sign_in(client, person.email).location == place
        assert client.get(place).status_code == 200

    def test_a_session_from_before_is_worth_nothing(self, client: FlaskClient, user: User) -> None:
        with client.session_transaction() as planted:
            planted["planted"] = "yes"
        sign_in(client, user.email)
        with client.session_transaction() as kept:
            assert "planted" not in kept


class TestTooOften:
    def test_an_account(self, client: FlaskClient, trade: Trade, user: User) -> None:
        for _each in range(FAILURES_PER_ACCOUNT):
            assert sign_in(client, user.email, "wrong").status_code == 422
        answer = sign_in(client, user.email)
        assert answer.status_code == 422
        assert "15" in Page(answer).errors()["password"]
        assert not signed_in(client)
        for attempt in trade.session.query(SignInAttempt):
            attempt.at -= WINDOW + dt.timedelta(seconds=1)
        trade.session.commit()
        assert sign_in(client, user.email).status_code == 302

    def test_the_rule(self) -> None:
        assert may_try(account_failures=FAILURES_PER_ACCOUNT - 1, address_failures=FAILURES_PER_ADDRESS - 1) == []
        assert may_try(account_failures=FAILURES_PER_ACCOUNT, address_failures=0)
        assert may_try(account_failures=0, address_failures=FAILURES_PER_ADDRESS)


class TestGoingOut:
    def test_by_the_button(self, client: FlaskClient, user: User) -> None:
        sign_in(client, user.email)
        token = Page(client.get("/desk")).token
        assert client.post("/sign-out").status_code == 400 and signed_in(client)
        assert client.get("/sign-out").status_code == 405
        answer = client.post("/sign-out", data={"csrf_token": token})
        assert (answer.status_code, answer.location) == (302, "/")
        assert not signed_in(client)

    def test_by_a_new_nonce(self, client: FlaskClient, trade: Trade, user: User) -> None:
        sign_in(client, user.email)
        trade.session.refresh(user)
        user.session_nonce = "another"
        trade.session.commit()
        assert not signed_in(client)

    @pytest.mark.parametrize("planted", ["", "x", "0:", "-1:", "²:", "99999999999999999999:", "1:wrong"])
    def test_a_made_up_session(self, client: FlaskClient, planted: str) -> None:
        with client.session_transaction() as kept:
            kept["_user_id"], kept["_fresh"] = planted, True
        assert not signed_in(client)


class TestOwnAccount:
    def change(self, client: FlaskClient, **fields: str):
        form = Page(client.get("/account")).form()
        return client.post("/account", data={**form, **fields})

    def test_a_new_password_ends_other_sessions(self, app: Flask, client: FlaskClient, user: User) -> None:
        elsewhere = app.test_client()
        sign_in(client, user.email), sign_in(elsewhere, user.email)
        new = "another long one"
        answer = self.change(client, current_password=PASSWORD, new_password=new, repeated=new)
        assert answer.status_code == 302
        assert signed_in(client) and not signed_in(elsewhere)
        assert sign_in(elsewhere, user.email).status_code == 422
        assert sign_in(elsewhere, user.email, new).status_code == 302

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"current_password": "wrong", "new_password": "another long one", "repeated": "another long one"},
             "current_password"),
            ({"current_password": PASSWORD, "new_password": "short", "repeated": "short"}, "new_password"),
            ({"current_password": PASSWORD, "new_password": "another long one", "repeated": "a different one"},
             "repeated"),
            ({"locale": "xx"}, "locale"),
        ],
    )
    def test_refused(self, client: FlaskClient, user: User, fields: dict[str, str], field: str) -> None:
        sign_in(client, user.email)
        answer = self.change(client, **fields)
        assert answer.status_code == 422
        page = Page(answer)
        assert set(page.errors()) == {field} and page.faults() == []

    def test_the_language(self, client: FlaskClient, user: User) -> None:
        sign_in(client, user.email)
        assert Page(client.get("/account")).all("html")[0].attrs["lang"] == "zh-CN"
        assert self.change(client, locale="en").status_code == 302
        page = Page(client.get("/account"))
        assert page.all("html")[0].attrs["lang"] == "en" and page.h1 == "My account"


class TestLanguage:
    def test_a_visitor_chooses(self, client: FlaskClient) -> None:
        answer = client.get("/language/en?next=/supplies")
        assert (answer.status_code, answer.location) == (302, "/supplies")
        assert Page(client.get("/")).all("html")[0].attrs["lang"] == "en"
        assert client.get("/language/xx").status_code == 404
        assert client.get("/language/en?next=//elsewhere.example").location == "/"


class TestHeaders:
    def test_what_the_browser_is_told_to_refuse(self, client: FlaskClient) -> None:
        for address in ("/", "/sign-in", "/no-such-page", "/static/css/base.css"):
            with client.get(address) as answer:
                headers = answer.headers
            policy = headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy and "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy and "form-action 'self'" in policy
            assert headers["X-Content-Type-Options"] == "nosniff"
        assert client.get("/").headers["Cache-Control"] == "no-store"

    def test_cookies_over_https(self, database_url: str, trade: Trade, user: User) -> None:
        app = create_app(Settings(database_url=database_url, secret_key="only for tests", https=True))
        client = app.test_client()
        answer = client.get("/sign-in", base_url="https://market.example")
        cookie = answer.headers["Set-Cookie"]
        assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax"))
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
        cookie = client.get("/language/en", base_url="https://market.example").headers["Set-Cookie"]
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
        app.extensions["gongsheng_engine"].dispose()

    @pytest.mark.parametrize("address", ["/?x=%00", "/supplies?q=a%00", "/supplies/%00", "/sign-in?%00=1"])
    def test_what_no_text_holds(self, client: FlaskClient, address: str) -> None:
        answer = client.get(address)
        assert answer.status_code in (400, 404)
        assert Page(answer).faults() == []
        token = Page(client.get("/sign-in")).token
        fields = {"csrf_token": token, "email": "a\0b@example.org", "password": "x"}
        assert client.post("/sign-in", data=fields).status_code == 400

    @pytest.mark.parametrize("address", [
        "/supplies/none", "/demands/none", "/matches/a/b", "/enterprises/x", "/parks/x", "/x",
    ])
    def test_nothing_there(self, client: FlaskClient, address: str) -> None:
        answer = client.get(address)
        assert answer.status_code == 404
        assert Page(answer).faults() == []
