"""A real market to walk through: gunicorn on the Ordos scenario, and a real Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from marketplace.demo import load
from models.migrate import upgrade
from tests.browser.walk import Walk

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Chromium must neither call home nor need rights that a container does not have.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--no-first-run", "--disable-sync", "--disable-quic",
]


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served market that holds the Ordos scenario, its plan and its demo accounts."""
    folder = tmp_path_factory.mktemp("market")
    url = f"sqlite:///{folder / 'market.sqlite3'}"
    upgrade(url)
    load(url, ROOT / "scenarios" / "ordos")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {
        **os.environ, "DATABASE_URL": url, "SECRET_KEY": "only for tests", "GONGSHENG_HTTPS": "0",
        "GONGSHENG_DEMO": "1", "HOST": "127.0.0.1", "PORT": str(port), "WEB_CONCURRENCY": "2",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "marketplace.wsgi:app"]
    with (folder / "server.log").open("wb") as log, subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=log, stderr=log
    ) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            _wait(address, server, folder / "server.log")
            yield address
        finally:
            server.terminate()


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _attempt in range(300):
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                return
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.1)
    raise RuntimeError(f"the server did not become ready:\n{log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("no Chromium: install it (apt-get install chromium fonts-noto-cjk) and run the tests again")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(params=[1440, 390], ids=["desk", "phone"])
def walk(request: pytest.FixtureRequest, browser: Browser, market: str) -> Iterator[Walk]:
    """Somebody at a screen of that width; the journey fails on any fault that a page showed on the way."""
    context = browser.new_context(viewport={"width": request.param, "height": 900}, locale="zh-CN")
    walking = Walk(context, market)
    yield walking
    context.close()
    assert walking.faults == []
