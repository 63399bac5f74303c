"""The administrator's words."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from marketplace.alerts.matches import MATCH_NOTICES
from marketplace.alerts.outbox import SEND_MAIL
from marketplace.contracts.due import COMPLETE_JOB, LAPSE_JOB
from marketplace.market.changed import REFRESH_PLAN
from marketplace.reasons import declare
from marketplace.tenders.tendering import CLOSE_TENDER
from marketplace.transfers.disputes import DEADLINE_JOB
from marketplace.worker import DEADLINE_ROUND
from models.jobs import JobStatus
from models.notices import MailStatus

declare(
    {
        "account:email_taken": _l("There is an account with this e-mail address already."),
        "account:own": _l("You cannot close your own account; ask another administrator."),
    }
)

JOB_WORDS: dict[str, LazyString] = {
    JobStatus.QUEUED: _l("waiting"),
    JobStatus.RUNNING: _l("running"),
    JobStatus.DONE: _l("done"),
    JobStatus.FAILED: _l("failed"),
}
JOB_KINDS: dict[str, LazyString] = {
    REFRESH_PLAN: _l("Compute the best plan anew"),
    SEND_MAIL: _l("Send a mail"),
    MATCH_NOTICES: _l("Tell of new partners"),
    DEADLINE_ROUND: _l("Look for deadlines near"),
    LAPSE_JOB: _l("Let a contract lapse that nobody confirmed"),
    COMPLETE_JOB: _l("Complete a contract whose months are over"),
    CLOSE_TENDER: _l("Close a tender at its deadline"),
    DEADLINE_JOB: _l("Close a dispute whose deadline has passed"),
}
MAIL_WORDS: dict[str, LazyString] = {
    MailStatus.WAITING: _l("waiting"),
    MailStatus.SENDING: _l("being handed over"),
    MailStatus.SENT: _l("sent"),
    MailStatus.FAILED: _l("given up"),
}
