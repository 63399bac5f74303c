"""The worker's queue and the mails, for the administrator: what waits, what failed and why, and trying again."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.admin import presenters, queries_queue, service_queue
from marketplace.session import current_actor, db_session, unit_of_work


def queue() -> ResponseReturnValue:
    session = db_session()
    wanted = {"status": request.args.get("status", ""), "kind": request.args.get("kind", "")}
    return render_template(
        "admin/queue.html", wanted=wanted, jobs=queries_queue.jobs(session, **wanted),
        counts=queries_queue.counts(session), kinds=queries_queue.kinds(session), mails=queries_queue.mails(session),
        mail_counts=queries_queue.mail_counts(session), job_words=presenters.JOB_WORDS,
        job_kinds=presenters.JOB_KINDS, mail_words=presenters.MAIL_WORDS, most=queries_queue.MOST,
    )


def retry_job(job_id: int) -> ResponseReturnValue:
    with unit_of_work() as uow:
        done = service_queue.retry_job(uow=uow, actor=current_actor(), job_id=job_id)
    flash(_("The job is queued again.") if done else _("This job no longer stands as failed."), "done")
    return redirect(url_for("admin.queue"))


def retry_mail(mail_id: int) -> ResponseReturnValue:
    with unit_of_work() as uow:
        done = service_queue.retry_mail(uow=uow, actor=current_actor(), mail_id=mail_id)
    flash(_("The mail is queued again.") if done else _("This mail no longer stands as failed."), "done")
    return redirect(url_for("admin.queue"))
