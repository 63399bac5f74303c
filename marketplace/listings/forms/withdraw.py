"""Why a listing is withdrawn."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from marketplace.listings.forms.fields import Needed, PickField, TextLine


class WithdrawForm(FlaskForm):
    """One of the usual reasons, and a word of one's own."""

    reason = PickField(_l("Reason"), [Needed()], choices=[])
    words_of_own = TextLine(_l("In your words"), longest=200)

    def offer(self, reasons: Mapping[str, LazyString]) -> None:
        self.reason.choices = [(key, str(text)) for key, text in reasons.items()]

    def words(self) -> str:
        """The reason as the event keeps it: its key, then the words."""
        own = self.words_of_own.data or ""
        return f"{self.reason.data}: {own}" if own else str(self.reason.data)
