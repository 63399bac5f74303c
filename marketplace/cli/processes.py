"""Running the web server and the worker side by side: start, wait until ready, pass on signals, stop both."""

from __future__ import annotations

import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from types import FrameType

from marketplace.config import ROOT

READY_SECONDS = 60.0
STOP_SECONDS = 12.0
_POLL_SECONDS = 0.1
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ProcessFailed(RuntimeError):
    """A process ended by itself or did not become ready; the message says which."""


def commands() -> dict[str, list[str]]:
    """What runs, by name; the same interpreter as this one, so the same installed versions."""
    python, own = sys.executable, "from marketplace.cli import main; main()"
    return {
        "web server": [python, "-m", "gunicorn", "--config", "gunicorn.conf.py", "marketplace.wsgi:app"],
        "worker": [python, "-c", own, "worker"],
    }


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now; ``OSError`` where ``host`` is no address of this machine."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        # A port whose last connections are still draining counts as free, as it does for the server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


class Supervisor:
    """Processes that live and die together.  Use as a context manager: leaving it stops them all."""

    def __init__(self, commands: Mapping[str, list[str]], environment: Mapping[str, str]) -> None:
        self._commands, self._environment = commands, environment
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._asked_to_stop = False
        self._handlers: dict[int, object] = {}

    def __enter__(self) -> Supervisor:
        for number in _STOPPING:
            self._handlers[number] = signal.signal(number, self._ask_to_stop)
        for name, command in self._commands.items():
            # In a session of their own, Ctrl-C reaches them once: from here, and not from the terminal too.
            self._running[name] = subprocess.Popen(
                command, cwd=ROOT, env=dict(self._environment), start_new_session=True
            )
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def wait_until_ready(self, host: str, port: int, path: str = "/healthz") -> bool:
        """Wait for ``path`` to answer 200; False where a signal came first; raises :class:`ProcessFailed`."""
        deadline = time.monotonic() + READY_SECONDS
        while not self._asked_to_stop:
            self._check()
            if _answers(host, port, path):
                return True
            if time.monotonic() > deadline:
                raise ProcessFailed(f"the web server did not answer {path} within {READY_SECONDS:.0f} s")
            time.sleep(_POLL_SECONDS)
        return False

    def wait(self) -> None:
        """Wait for a signal to stop.  Raises :class:`ProcessFailed` where a process ends before that."""
        while not self._asked_to_stop:
            self._check()
            time.sleep(_POLL_SECONDS)

    def _check(self) -> None:
        for name, process in self._running.items():
            status = process.poll()
            if status is not None:
                raise ProcessFailed(f"the {name} stopped with status {status}; what it said stands above")

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = True


def _answers(host: str, port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
