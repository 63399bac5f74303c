"""Mail: one per person and event, in the person's language, whatever the server says and whenever the worker dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from marketplace import worker
from marketplace.alerts.carriers import Folder, NotTaken, Server, carrier
from marketplace.alerts.sending import send_mail
from marketplace.config import ROOT, Settings
from models import Job, Mail, Notice, utc_now
from tests.conftest import NOW
from tests.notices.post_office import PostOffice, post_office, told_by_mail

SETTINGS = Settings(
    database_url="sqlite://", secret_key="only for tests", mail_from="market@example.org",
    public_url="https://market.example.org/",
)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


def _send(sessions: sessionmaker[Session], message_id: str, office: PostOffice) -> bool:
    settings = replace(SETTINGS, smtp_url=office.url)
    with sessions() as session:
        return send_mail(session, message_id, settings=settings, now=NOW)


def _mail(sessions: sessionmaker[Session]) -> Mail:
    with sessions() as session:
        return session.scalars(select(Mail)).one()


def test_a_mail_and_its_job_are_left_with_the_notice(sessions: sessionmaker[Session]) -> None:
    ids = told_by_mail(sessions, people=3)
    with sessions() as session:
        assert len(set(ids)) == session.query(Notice).count() == 3
        assert sorted(job.payload["message_id"] for job in session.query(Job)) == sorted(ids)


def test_the_mail_as_it_is_read(sessions: sessionmaker[Session], office: PostOffice) -> None:
    [message_id] = told_by_mail(sessions)
    assert _send(sessions, message_id, office) is True
    [mail] = office.taken
    assert mail["Message-ID"] == f"<{message_id}>" and mail["From"] == "market@example.org"
    assert mail["Subject"].startswith("合同 · ") and "HT1" in mail["Subject"]
    text = mail.get_content()
    assert text.startswith("王工：") and "第一行 第二行" in text
    assert "https://market.example.org/" in text and "https://market.example.org/account/notices" in text
    assert (_mail(sessions).status, _mail(sessions).attempts, _mail(sessions).sent_at) == ("sent", 1, NOW)


def test_in_the_language_of_the_recipient(sessions: sessionmaker[Session], office: PostOffice) -> None:
    [message_id] = told_by_mail(sessions, locale="en")
    _send(sessions, message_id, office)
    assert office.taken[0]["Subject"].startswith("Contracts · ")


def test_what_was_sent_is_not_sent_again(sessions: sessionmaker[Session], office: PostOffice) -> None:
    [message_id] = told_by_mail(sessions)
    assert [_send(sessions, message_id, office) for _each in range(3)] == [True, False, False]
    assert len(office.taken) == 1


def test_an_address_that_is_refused_for_good_is_given_up(sessions: sessionmaker[Session], office: PostOffice) -> None:
    [message_id] = told_by_mail(sessions)
    office.answer = "550 no such person"
    assert _send(sessions, message_id, office) is False
    assert (_mail(sessions).status, _mail(sessions).last_error) == ("failed", "550 no such person")


def test_a_server_that_is_busy_is_asked_again_by_the_worker(
    sessions: sessionmaker[Session], office: PostOffice
) -> None:
    told_by_mail(sessions)
    office.answer = "450 come back later"
    settings, clock = replace(SETTINGS, smtp_url=office.url), [NOW]
    kinds = {"send_mail": lambda session, payload: send_mail(session, **payload, settings=settings, now=clock[0])}
    assert worker.drain(sessions, kinds=kinds, now=lambda: clock[0]) == 1
    assert (_mail(sessions).status, office.taken) == ("waiting", [])
    office.answer, clock[0] = "", NOW + timedelta(minutes=1)
    assert worker.drain(sessions, kinds=kinds, now=lambda: clock[0]) == 1
    assert (_mail(sessions).status, _mail(sessions).attempts, len(office.taken)) == ("sent", 2, 1)


def test_a_server_that_is_away_was_not_given_the_mail(sessions: sessionmaker[Session], office: PostOffice) -> None:
    [message_id] = told_by_mail(sessions)
    nowhere = replace(SETTINGS, smtp_url="smtp://127.0.0.1:1?tls=none")
    with sessions() as session, pytest.raises(NotTaken):
        send_mail(session, message_id, settings=nowhere, now=NOW)
    assert _mail(sessions).status == "waiting"


def test_a_closed_account_gets_nothing(sessions: sessionmaker[Session], office: PostOffice) -> None:
    [message_id] = told_by_mail(sessions, active=False)
    assert _send(sessions, message_id, office) is False
    assert (_mail(sessions).status, office.taken) == ("failed", [])


def test_the_folder_holds_one_file_per_mail(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    [message_id] = told_by_mail(sessions)
    folder = tmp_path / "mail"
    for _each in range(2):
        with sessions() as session:
            send_mail(session, message_id, by=Folder(folder), settings=SETTINGS, now=NOW)
            session.scalars(select(Mail)).one().status = "sending"
            session.commit()
    assert [path.name for path in folder.iterdir()] == [f"{message_id}.eml"]


# A worker of its own that is killed when the mail has been handed over and is not yet marked.
_DIES = """
import os, sys, time
from pathlib import Path
from marketplace.alerts import sending
from marketplace.alerts.carriers import carrier
from marketplace.worker import work
from models.engine import make_engine, make_sessions

url, smtp, folder = sys.argv[1:]

class Dies:
    def hand_over(self, message):
        carrier(smtp, Path(folder)).hand_over(message)
        print("handed over", flush=True)
        time.sleep(600)

kinds = {"send_mail": lambda session, payload: sending.send_mail(session, **payload, by=Dies())}
work(make_sessions(make_engine(url)), kinds=kinds)
"""


def _killed_after_the_handing_over(url: str, smtp: str, folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _DIES, url, smtp, str(folder)], stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "SECRET_KEY": "only for tests"},
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "handed over\n"
        process.send_signal(signal.SIGKILL)
        process.wait(30)


@pytest.mark.parametrize("by_server", [False, True], ids=["folder", "server"])
def test_a_worker_killed_between_handing_over_and_marking(
    sessions: sessionmaker[Session], fresh_database_url: str, office: PostOffice, tmp_path: Path, by_server: bool
) -> None:
    """The folder ends with one file; a server gets the same Message-ID again, which is all that SMTP allows."""
    [message_id], folder = told_by_mail(sessions), tmp_path / "mail"
    smtp = office.url if by_server else ""
    with sessions() as session:
        # The worker of its own reads the real clock.
        session.scalars(select(Job)).one().run_after = utc_now()
        session.commit()
    _killed_after_the_handing_over(fresh_database_url, smtp, folder)
    with sessions() as session:
        job = session.scalars(select(Job)).one()
        assert (_mail(sessions).status, job.status) == ("sending", "running")
        held_until = job.locked_until
    assert held_until is not None

    settings = replace(SETTINGS, smtp_url=smtp, mail_folder=folder)
    kinds = {"send_mail": lambda session, payload: send_mail(session, **payload, settings=settings, now=NOW)}
    assert worker.drain(sessions, kinds=kinds, now=lambda: held_until - timedelta(seconds=1)) == 0
    assert worker.drain(sessions, kinds=kinds, now=lambda: held_until + timedelta(seconds=1)) == 1
    assert (_mail(sessions).status, _mail(sessions).attempts) == ("sent", 2)
    if by_server:
        assert [mail["Message-ID"] for mail in office.taken] == [f"<{message_id}>"] * 2
    else:
        assert [path.name for path in folder.iterdir()] == [f"{message_id}.eml"]


def test_the_address_of_a_server() -> None:
    assert Server.from_url("smtp://a%40b:p%3Aw@mail.example.org") == Server(
        "mail.example.org", 587, "a@b", "p:w", "starttls"
    )
    assert Server.from_url("smtps://mail.example.org").port == 465
    assert carrier("", Path("x")) == Folder(Path("x"))
    for wrong in ("mail.example.org:25", "http://mail.example.org", "smtp://mail.example.org?tls=maybe"):
        with pytest.raises(ValueError, match="GONGSHENG_SMTP_URL"):
            Server.from_url(wrong)
