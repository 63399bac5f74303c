"""The administrator's pages: enterprises are checked, accounts opened and closed, by nobody else."""

from __future__ import annotations

import pytest

from models.accounts import User
from models.events import Event
from models.jobs import Job
from models.market import MarketRevision
from tests import factories as make
from tests.web.bidding import Person, Trade
from tests.web.reading import Page

PAGES = ("/admin", "/admin/enterprises", "/admin/accounts", "/admin/accounts/new")


@pytest.fixture
def admin(trade: Trade) -> Person:
    return trade.browser(make.user(trade.session, role="admin"))


def revision(trade: Trade) -> int:
    trade.session.commit()
    trade.session.expire_all()
    return trade.session.get(MarketRevision, 1).revision


@pytest.mark.parametrize("address", PAGES)
def test_the_pages_are_sound(trade: Trade, admin: Person, address: str) -> None:
    for language in ("zh", "en"):
        admin.client.set_cookie("lang", language)
        assert admin.get(address).faults() == []


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("role", ["staff", "regulator", "committee"])
def test_they_are_the_administrators(trade: Trade, role: str, address: str) -> None:
    values = {"park_id": make.park(trade.session).id} if role == "committee" else {}
    trade.browser(make.user(trade.session, role=role, **values)).get(address, status=403)
    answer = trade.app.test_client().get(address)
    assert (answer.status_code, answer.location) == (302, f"/sign-in?next={address}")


def test_an_enterprise_is_checked_once(trade: Trade, admin: Person) -> None:
    other = trade.person(qualified=False, name="待核实砖厂")
    enterprise = other.user.enterprise
    assert "待核实砖厂" in admin.get("/admin/enterprises?q=待核实").text
    address, before = f"/admin/enterprises/{enterprise.id}/qualified", revision(trade)
    assert other.post(address, qualified="yes").status_code == 403
    for _again in range(2):
        assert admin.post(address, qualified="yes").status_code == 302
    assert revision(trade) == before + 1
    trade.session.refresh(enterprise)
    assert enterprise.qualified
    events = trade.session.query(Event).filter_by(kind="enterprise.qualified", subject_id=str(enterprise.id)).all()
    assert [(event.actor_id, event.data) for event in events] == [(admin.user.id, {"qualified": True})]
    assert trade.session.query(Job).filter_by(kind="refresh_plan", status="queued").count() == 1
    trade.session.commit()
    assert admin.post("/admin/enterprises/999999/qualified", qualified="yes").status_code == 404


@pytest.mark.parametrize("query", ["?page=99999999999999999999", "?page=-3", "?page=x", "?q=" + "字" * 500, "?q=%25_"])
def test_odd_questions_are_answered(admin: Person, query: str) -> None:
    assert admin.get(f"/admin/enterprises{query}").faults() == []


def new_account(admin: Person, **changes: str) -> Page | None:
    form = admin.get("/admin/accounts/new").form()
    sent = {**form, "display_name": "张三", "role": "regulator", "password": "a long enough one", **changes}
    answer = admin.client.post("/admin/accounts/new", data=sent)
    assert answer.status_code in (302, 422)
    return Page(answer) if answer.status_code == 422 else None


def test_an_account_is_opened_and_closed(trade: Trade, admin: Person) -> None:
    enterprise = make.enterprise(trade.session)
    trade.session.commit()
    assert new_account(admin, email="New@Example.org", role="staff", enterprise_id=str(enterprise.id)) is None
    user = trade.session.query(User).filter_by(email="new@example.org").one()
    assert (user.role, user.enterprise_id, user.park_id, user.region_id) == ("staff", enterprise.id, None, None)
    person = trade.browser(user)
    person.get("/desk")
    assert admin.post(f"/admin/accounts/{user.id}/active", active="no").status_code == 302
    assert person.client.get("/desk").status_code == 302
    page = new_account(admin, email="new@example.org")
    assert page is not None and set(page.errors()) == {"email"}
    assert admin.post(f"/admin/accounts/{admin.user.id}/active", active="no").status_code == 409


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "not an address"}, "email"),
        ({"email": ""}, "email"),
        ({"email": "x" * 300 + "@example.org"}, "email"),
        ({"display_name": " "}, "display_name"),
        ({"display_name": "字" * 121}, "display_name"),
        ({"password": "short"}, "password"),
        ({"role": "emperor"}, "role"),
        ({"role": "staff"}, "enterprise_id"),
        ({"role": "committee"}, "park_id"),
        ({"enterprise_id": "999999", "role": "staff"}, "enterprise_id"),
    ],
)
def test_what_an_account_needs(admin: Person, changes: dict[str, str], field: str) -> None:
    page = new_account(admin, **{"email": "another@example.org", **changes})
    assert page is not None and page.faults() == []
    assert set(page.errors()) == {field}
    assert "short" not in page.form().values(), "a password is never sent back"


def test_a_regulator_of_one_banner(trade: Trade, admin: Person) -> None:
    assert new_account(admin, email="banner@example.org", region_id="uxin") is None
    user = trade.session.query(User).filter_by(email="banner@example.org").one()
    assert user.region_id == "uxin" and "乌审旗" in admin.get("/admin/accounts").text
