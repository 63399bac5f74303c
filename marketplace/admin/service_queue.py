"""Trying again what the worker gave up."""

from __future__ import annotations

from marketplace.alerts.outbox import SEND_MAIL
from marketplace.errors import NotFound
from marketplace.security.actor import Actor
from marketplace.security.permissions import require
from marketplace.unit_of_work import UnitOfWork
from models.jobs import Job, JobStatus
from models.notices import Mail, MailStatus


def retry_job(*, uow: UnitOfWork, actor: Actor, job_id: int) -> bool:
    """Queue a failed job anew; False where it no longer stands as failed, as after a second click."""
    require(actor, "admin.queue")
    job = uow.lock(Job, job_id)
    if job is None:
        raise NotFound(str(job_id))
    if job.status != JobStatus.FAILED:
        return False
    # Its key stays given up: a newer job may be queued under it.
    job.status, job.attempts, job.run_after, job.dedupe_key = JobStatus.QUEUED, 0, uow.now, None
    job.finished_at = None
    return True


def retry_mail(*, uow: UnitOfWork, actor: Actor, mail_id: int) -> bool:
    """Queue a mail that was given up anew, under the same Message-ID."""
    require(actor, "admin.queue")
    mail = uow.lock(Mail, mail_id)
    if mail is None:
        raise NotFound(str(mail_id))
    if mail.status != MailStatus.FAILED:
        return False
    mail.status = MailStatus.WAITING
    uow.enqueue(SEND_MAIL, {"message_id": mail.message_id})
    return True
