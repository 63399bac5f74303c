"""The market as it runs in production, gunicorn and the job worker as processes of their own, and how to kill them."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from marketplace.config import ROOT
from tests.faults.market import SECRET


class Processes:
    """Web server and worker on ``database_url``; ``port`` is free when this is made."""

    def __init__(self, database_url: str, folder: Path, web_workers: int) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        self._env = {
            **os.environ, "DATABASE_URL": database_url, "SECRET_KEY": SECRET, "GONGSHENG_HTTPS": "0",
            "HOST": "127.0.0.1", "PORT": str(self.port), "WEB_CONCURRENCY": str(web_workers),
            "GONGSHENG_MAIL_FOLDER": str(folder / "mail"),
        }
        self._log = (folder / "processes.log").open("ab")
        self.log = folder / "processes.log"
        self.web = self._start("-m", "gunicorn", "--config", "gunicorn.conf.py", "marketplace.wsgi:app")
        self.worker = self._start_worker()

    def wait_until_ready(self) -> None:
        """Until ``/healthz`` answers 200; ``RuntimeError`` with the log after half a minute."""
        for _ in range(300):
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)) as connection:
                try:
                    connection.request("GET", "/healthz")
                    if connection.getresponse().status == 200:
                        return
                except (OSError, http.client.HTTPException):
                    pass
            time.sleep(0.1)
        raise RuntimeError(self.log.read_text()[-4000:])

    def kill_a_web_worker(self) -> None:
        """kill -9 one of gunicorn's children; gunicorn starts another in its place."""
        children = Path(f"/proc/{self.web.pid}/task/{self.web.pid}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGKILL)

    def kill_the_job_worker(self) -> None:
        """kill -9 the job worker, and start another as a supervisor would."""
        self.worker.kill()
        self.worker.wait()
        self.worker = self._start_worker()

    def stop_the_job_worker(self) -> None:
        self.worker.terminate()
        self.worker.wait(timeout=30)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from marketplace.cli import main; main()", *words], env=self._env, cwd=ROOT,
            capture_output=True, text=True, timeout=120,
        )

    def stop(self) -> None:
        for process in (self.web, self.worker):
            process.terminate()
        for process in (self.web, self.worker):
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._log.close()

    def _start_worker(self) -> subprocess.Popen[bytes]:
        return self._start("-c", "from marketplace.cli import main; main()", "worker")

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *words], env=self._env, cwd=ROOT, stdout=self._log, stderr=self._log
        )
