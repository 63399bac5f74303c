"""What takes a mail away: a mail server, or a folder where no server is named."""

from __future__ import annotations

import logging
import os
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

_log = logging.getLogger(__name__)
_TIMEOUT_S = 20.0
_TLS = ("starttls", "none")


class NotTaken(Exception):
    """The server surely did not take the mail: it may be tried again at any time."""


class NeverTaken(Exception):
    """The server refuses this address or this mail for good."""


class Carrier(Protocol):
    """Takes one mail to one address, or raises."""

    def hand_over(self, message: EmailMessage) -> None: ...


@dataclass(frozen=True, slots=True)
class Folder:
    """One file per Message-ID: the same mail twice is one file."""

    path: Path

    def hand_over(self, message: EmailMessage) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        target = self.path / f"{message['Message-ID'].strip('<>')}.eml"
        part = target.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(message.as_bytes())
        part.replace(target)
        _log.info("mail to %s: %s (%s)", message["To"], message["Subject"], target)


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server; ``tls`` is ``starttls`` or ``none``, ``wrapped`` means TLS from the first byte."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: str = "starttls"
    wrapped: bool = False

    @classmethod
    def from_url(cls, url: str) -> Server:
        """``smtp://user:pass@host:587?tls=starttls|none`` or ``smtps://…:465``; ``ValueError`` for anything else."""
        parts = urlsplit(url)
        tls = parse_qs(parts.query).get("tls", ["starttls"])[0]
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or tls not in _TLS:
            raise ValueError("GONGSHENG_SMTP_URL must read smtp://user:pass@host:587?tls=starttls|none or smtps://…")
        wrapped = parts.scheme == "smtps"
        return cls(
            parts.hostname, parts.port or (465 if wrapped else 587), unquote(parts.username or ""),
            unquote(parts.password or ""), tls, wrapped,
        )

    def hand_over(self, message: EmailMessage) -> None:
        """Raises :class:`NeverTaken` or :class:`NotTaken`; any other error leaves open whether the mail was taken."""
        try:
            connection = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise NotTaken(_said(error)) from error
        try:
            connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            text = f"{code} {_text(words)}"
            raise (NeverTaken(text) if code >= 500 else NotTaken(text)) from error
        except smtplib.SMTPDataError as error:
            raise (NeverTaken(_said(error)) if error.smtp_code >= 500 else NotTaken(_said(error))) from error
        except smtplib.SMTPResponseException as error:
            raise NotTaken(_said(error)) from error
        finally:
            connection.close()

    def _connect(self) -> smtplib.SMTP:
        safe = ssl.create_default_context()
        if self.wrapped:
            connection = smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT_S, context=safe)
        else:
            connection = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_S)
        try:
            if self.tls == "starttls" and not self.wrapped:
                connection.starttls(context=safe)
            if self.user:
                connection.login(self.user, self.password)
        except BaseException:
            connection.close()
            raise
        return connection


def carrier(smtp_url: str, folder: Path) -> Carrier:
    """The mail server of ``smtp_url``, or ``folder`` where none is named."""
    return Server.from_url(smtp_url) if smtp_url else Folder(folder)


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"
