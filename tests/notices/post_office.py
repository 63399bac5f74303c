"""A mail server of a test's own on the loopback address, and people who are told something."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy.orm import Session as Db
from sqlalchemy.orm import sessionmaker

from marketplace.unit_of_work import UnitOfWork
from models import Mail, Role, User
from tests import factories as make
from tests.conftest import NOW


@dataclass
class PostOffice:
    """What the server took, oldest first; ``answer`` is what it says to the next recipient."""

    url: str = ""
    answer: str = ""
    taken: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.answer:
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


class _AnyPort(Controller):
    """On whichever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def post_office() -> Iterator[PostOffice]:
    office = PostOffice()
    controller = _AnyPort(office, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        office.url = f"smtp://127.0.0.1:{controller.port}?tls=none"
        yield office
    finally:
        controller.stop()


def told_by_mail(sessions: sessionmaker[Db], *, locale: str = "zh", active: bool = True, people: int = 1) -> list[str]:
    """Tell new people of one event; the Message-IDs of their mails."""
    with sessions() as session:
        rows = [
            make.user(session, role=Role.ADMIN, locale=locale, active=active, display_name="王工")
            for _each in range(people)
        ]
        ids = [row.id for row in rows]
        session.commit()
        with UnitOfWork(session, now=NOW) as uow:
            subject = session.get(User, ids[0])
            event = uow.record(
                None, "contract.declined", subject, contract="HT1", producer=1, taker=2, side="taker",
                reason="第一行\n第二行",
            )
            uow.notify(ids, event)
        return [row.message_id for row in session.query(Mail).order_by(Mail.id)]
