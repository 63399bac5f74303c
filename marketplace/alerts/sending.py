"""The worker's side of mail: marked before it is handed over, marked again after.

A worker that dies between the two leaves the mail in ``sending``: its job is taken up again, and the same mail with
the same Message-ID is handed over once more.  docs/notices.md says what that promises.
"""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.alerts.carriers import Carrier, NeverTaken, NotTaken, carrier
from marketplace.alerts.composing import compose
from marketplace.config import Settings
from marketplace.unit_of_work import UnitOfWork
from models.notices import Mail, MailStatus

_ENDED = (MailStatus.SENT, MailStatus.FAILED)


def send_mail(
    session: Session, message_id: str, *, by: Carrier | None = None, settings: Settings | None = None,
    now: datetime | None = None,
) -> bool:
    """Hand one mail over; False where it had been sent or given up before.

    Raises what the carrier raised where another attempt may succeed, so that the job is tried again later.
    """
    settings = settings or Settings.from_environment()
    by = by or carrier(settings.smtp_url, settings.mail_folder)
    message = _begin(session, message_id, settings, now)
    if message is None:
        return False
    try:
        by.hand_over(message)
    except NeverTaken as refused:
        _mark(session, message_id, MailStatus.FAILED, str(refused), now)
        return False
    except NotTaken as failure:
        _mark(session, message_id, MailStatus.WAITING, str(failure), now)
        raise
    except Exception as failure:
        # The line broke after the mail was under way: nobody knows whether it was taken.
        _mark(session, message_id, MailStatus.SENDING, f"{type(failure).__name__}: {failure}", now)
        raise
    _mark(session, message_id, MailStatus.SENT, "", now)
    return True


def _begin(session: Session, message_id: str, settings: Settings, now: datetime | None) -> EmailMessage | None:
    with UnitOfWork(session, now=now) as uow:
        mail = _locked(uow, message_id)
        if mail is None or mail.status in _ENDED:
            return None
        if not mail.notice.user.active:
            mail.status, mail.last_error = MailStatus.FAILED, "the account is closed"
            return None
        mail.status, mail.attempts = MailStatus.SENDING, mail.attempts + 1
        return compose(session, mail, settings)


def _mark(session: Session, message_id: str, status: MailStatus, error: str, now: datetime | None) -> None:
    with UnitOfWork(session, now=now) as uow:
        mail = _locked(uow, message_id)
        if mail is not None and mail.status == MailStatus.SENDING:
            mail.status, mail.last_error = status, error[:4000]
            mail.sent_at = uow.now if status == MailStatus.SENT else None


def _locked(uow: UnitOfWork, message_id: str) -> Mail | None:
    mail_id = uow.session.scalar(select(Mail.id).where(Mail.message_id == message_id))
    return None if mail_id is None else uow.lock(Mail, mail_id)
