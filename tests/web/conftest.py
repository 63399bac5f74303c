"""The web application on a database of the module's own, and a client that can sign in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.market.kept import forget
from models.accounts import User
from tests.web.bidding import Trade


@pytest.fixture(scope="module")
def app(database_url: str) -> Iterator[Flask]:
    app = create_app(Settings(database_url=database_url, secret_key="only for tests", https=False))
    app.config["TESTING"] = True
    yield app
    app.extensions["gongsheng_engine"].dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that has not signed in and reads Chinese, the default."""
    return app.test_client()


@pytest.fixture
def sign_in(client: FlaskClient) -> Callable[[User], FlaskClient]:
    """``sign_in(user)``: the client acts for that account from now on."""

    def act_for(user: User) -> FlaskClient:
        with client.session_transaction() as browser:
            browser["_user_id"] = f"{user.id}:{user.session_nonce}"
            browser["_fresh"] = True
        return client

    return act_for


@pytest.fixture
def straight_lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Distances by great circle whatever this machine has, and nothing kept from another test."""
    monkeypatch.setenv("GONGSHENG_ROADS", "/nowhere.npz")
    forget()
    yield
    forget()


@pytest.fixture
def trade(app: Flask) -> Iterator[Trade]:
    """A session to lay out a market with, beside the application that serves it."""
    with Session(app.extensions["gongsheng_engine"], expire_on_commit=False) as session:
        yield Trade(app, session)
