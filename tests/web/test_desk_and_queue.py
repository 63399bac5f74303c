"""What awaits an enterprise, and the worker's queue for the administrator."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import Amendment, Contract, Dispute, Job, Mail, Role, Tender, Transfer, utc_now
from tests import factories as make
from tests.web.bidding import Person, Trade, new_bid


@pytest.fixture
def owner(trade: Trade) -> Person:
    return trade.person()


@pytest.fixture
def admin(trade: Trade) -> Person:
    return trade.browser(make.user(trade.session, role=Role.ADMIN))


def test_nothing_awaits(trade: Trade, owner: Person) -> None:
    page = owner.get("/desk")
    assert page.faults() == [] and "目前没有待办" in page.text and page.main.all("ul", class_="today-list") == []


def test_everything_that_awaits_by_deadline(trade: Trade, owner: Person) -> None:
    session, now = trade.session, utc_now()
    supply = trade.supply(owner)
    assert trade.person().bid(new_bid(supply)).status_code == 302
    tendered = trade.supply(owner)
    first, second = (
        make.bid(session, supply=make.supply(session, owner=owner.user.enterprise)) for _each in range(2)
    )
    contract = make.active_contract(session, first)
    open_one = make.contract(session, second, confirm_by=now + timedelta(days=2))
    session.add_all([
        Tender(supply_id=tendered.id, mode="sealed", status="closed", opened_at=now - timedelta(days=2),
               deadline=now - timedelta(days=1), closed_at=now),
        Amendment(contract_id=contract.id, number=1, proposed_by_side="taker"),
        Transfer(code="T-out", contract_id=contract.id, month="2027-01", planned_t=30, planned_for=now),
        disputed := Transfer(code="T-dis", contract_id=contract.id, month="2027-01", planned_t=30, status="disputed"),
        Transfer(code="T-later", contract_id=contract.id, month="2027-01", planned_t=30,
                 planned_for=now + timedelta(days=3)),
    ])
    session.flush()
    session.add(Dispute(transfer_id=disputed.id, about="weight", deadline=now + timedelta(days=1)))
    session.commit()
    page = owner.get("/desk")
    assert page.faults() == []
    [lines] = page.main.all("ul", class_="today-list")
    topics = [one.all("span", class_="small")[0].text for one in lines.all("li")]
    assert topics == ["今日出厂", "未了结的争议", "待确认的合同", "待答复的变更", "待定标", "待答复的报价"]
    assert f"/supplies/{supply.code}/bids" in [one.attrs["href"] for one in lines.all("a")]
    assert open_one.code in lines.text and "T-later" not in lines.text
    stranger = trade.person().get("/desk")
    assert stranger.main.all("ul", class_="today-list") == []


def test_the_taker_is_asked_to_confirm_and_to_accept(trade: Trade) -> None:
    session = trade.session
    contract: Contract = make.active_contract(session)
    session.add_all([
        Transfer(code="T-came", contract_id=contract.id, month="2027-01", planned_t=3, status="received",
                 confirm_by=utc_now() - timedelta(hours=1)),
        Transfer(code="T-way", contract_id=contract.id, month="2027-01", planned_t=3, status="loaded"),
    ])
    taker = trade.colleague(contract.taker)
    text = taker.get("/desk").main.all("ul", class_="today-list")[0].text
    assert "T-came" in text and "已过期" in text and "T-way" in text
    assert trade.colleague(contract.producer).get("/desk").main.all("ul", class_="today-list") == []


def test_the_queue_is_seen_and_tried_again(trade: Trade, owner: Person, admin: Person) -> None:
    assert trade.person().bid(new_bid(trade.supply(owner))).status_code == 302
    job = trade.session.scalars(select(Job).order_by(Job.id.desc())).first()
    mail = trade.session.scalars(select(Mail).order_by(Mail.id.desc())).first()
    job.status, job.attempts, job.last_error, job.finished_at = "failed", 6, "OSError: away", utc_now()
    mail.status, mail.last_error = "failed", "550 no such person"
    job_id, mail_id = job.id, mail.id
    trade.session.commit()
    page = admin.get("/admin/queue")
    assert page.faults() == [] and "OSError: away" in page.text and "550 no such person" in page.text
    assert "OSError: away" not in admin.get("/admin/queue?status=done").all("table")[0].text
    for _twice in range(2):
        assert admin.post(f"/admin/queue/{job_id}/retry").location == "/admin/queue"
        assert admin.post(f"/admin/mails/{mail_id}/retry").location == "/admin/queue"
    trade.session.expire_all()
    assert (trade.session.get(Job, job_id).status, trade.session.get(Job, job_id).attempts) == ("queued", 0)
    assert trade.session.get(Mail, mail_id).status == "waiting"
    queued = [one.payload["message_id"] for one in trade.session.scalars(select(Job).where(Job.kind == "send_mail"))]
    assert queued.count(trade.session.get(Mail, mail_id).message_id) == 2
    trade.session.commit()
    assert admin.post("/admin/queue/999999/retry").status_code == 404


def test_the_queue_is_the_administrators(trade: Trade, owner: Person) -> None:
    owner.get("/admin/queue", status=403)
    assert owner.post("/admin/queue/1/retry").status_code == 403
