"""The administrator's words."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from marketplace.market.changed import REFRESH_PLAN
from marketplace.reasons import declare
from models.jobs import JobStatus

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
JOB_KINDS: dict[str, LazyString] = {REFRESH_PLAN: _l("Compute the best plan anew")}
