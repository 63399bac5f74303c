"""Settings, read once from the environment; everything has a default that is safe on one machine."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR_FOLDER = ROOT / "var"
DEFAULT_DATABASE = f"sqlite:///{VAR_FOLDER / 'gongsheng.sqlite3'}"
DEFAULT_MAIL_FOLDER = VAR_FOLDER / "mail"
DEFAULT_MAIL_FROM = "gongsheng@localhost"
DEFAULT_URL = "http://127.0.0.1:8000"
# A form may carry this much; a longer text is then refused beside its field with what was typed kept.
MAX_REQUEST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """What a web or worker process needs to know.

    ``https`` decides whether cookies are marked secure: true everywhere but on plain loopback HTTP.  Mail goes to the
    server of ``smtp_url``, or into ``mail_folder`` where none is named; its links begin with ``public_url``.
    """

    database_url: str = DEFAULT_DATABASE
    secret_key: str = ""
    https: bool = True
    demo: bool = False
    smtp_url: str = ""
    mail_from: str = DEFAULT_MAIL_FROM
    mail_folder: Path = DEFAULT_MAIL_FOLDER
    public_url: str = DEFAULT_URL
    # What sealed bids are encrypted with; the secret key where it is not set.
    sealing_key: str = ""

    @property
    def sealing_secret(self) -> str:
        """The secret from which the keys of sealed bids are derived; changed while a tender runs, its bids are lost."""
        return self.sealing_key or self.secret_key

    @classmethod
    def from_environment(cls) -> Settings:
        return cls(
            database_url=os.environ.get("DATABASE_URL", DEFAULT_DATABASE),
            secret_key=os.environ.get("SECRET_KEY") or _kept_secret(),
            https=os.environ.get("GONGSHENG_HTTPS", "1") != "0",
            demo=os.environ.get("GONGSHENG_DEMO", "0") == "1",
            smtp_url=os.environ.get("GONGSHENG_SMTP_URL", ""),
            mail_from=os.environ.get("GONGSHENG_MAIL_FROM", DEFAULT_MAIL_FROM),
            mail_folder=Path(os.environ.get("GONGSHENG_MAIL_FOLDER", DEFAULT_MAIL_FOLDER)),
            public_url=os.environ.get("GONGSHENG_URL", DEFAULT_URL),
            sealing_key=os.environ.get("GONGSHENG_SEALING_KEY", ""),
        )


def _kept_secret() -> str:
    """A secret made once and kept beside the data, so that sessions survive a restart and workers agree."""
    VAR_FOLDER.mkdir(exist_ok=True)
    path = VAR_FOLDER / "secret_key"
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as handle:
        handle.write(secrets.token_hex(32))
    return path.read_text().strip()
