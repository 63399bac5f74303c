"""The demo's supervisor with real processes: ready, stopped by a signal, and told when one of them dies."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading

import pytest

from marketplace.cli.processes import ProcessFailed, Supervisor, port_is_free

SERVER = """
import http.server, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""
SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def test_a_taken_port_is_seen(port):
    assert port_is_free("127.0.0.1", port)
    with socket.create_server(("127.0.0.1", port)):
        assert not port_is_free("127.0.0.1", port)


def test_processes_become_ready_and_all_end_on_a_signal(port):
    commands = {"web server": [sys.executable, "-c", SERVER, str(port)], "worker": SLEEPER}
    with Supervisor(commands, os.environ) as processes:
        assert processes.wait_until_ready("127.0.0.1", port)
        timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM))
        timer.start()
        processes.wait()
        timer.join()
        running = list(processes._running.values())
    assert [process.poll() for process in running] == [-signal.SIGTERM, -signal.SIGTERM]


def test_a_process_that_dies_is_named_and_takes_the_others_along(port):
    commands = {"web server": SLEEPER, "worker": [sys.executable, "-c", "raise SystemExit(3)"]}
    with (
        pytest.raises(ProcessFailed, match="the worker stopped with status 3"),
        Supervisor(commands, os.environ) as processes,
    ):
        web = processes._running["web server"]
        processes.wait_until_ready("127.0.0.1", port)
    assert web.poll() is not None
