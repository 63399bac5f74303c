"""From the click to the drawn map: 500 enterprises and 5,000 flows in a real database, server and browser.

``python -m benchmarks.first_draw [--quick]``.  A regulator, who sees every enterprise, opens the pages again and
again; time runs from the start of the navigation to the frame after the picture is drawn, on the browser's own
clock.  The first visit of a server finds nothing kept and is told apart.  A page with the same frame and no picture
is opened in the same run: what the machine is busy with besides slows both.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measuring import Measured, Table

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from sqlalchemy.orm import Session

    from models import Supply

ROOT = Path(__file__).resolve().parents[1]
ENTERPRISES, PAIRS, MONTHS = 500, 5_000, 12
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
EMAIL, PASSWORD = "city@bench.example", "only-for-benchmarks-1"
LIMIT_MS = 1_500
PAGES = (
    ("empty page", "/inbox", ""),
    ("map, parks", "/symbiosis", "market-map:ready"),
    ("map, enterprises", "/symbiosis?level=enterprises", "market-map:ready"),
    ("map, compared", "/symbiosis?compare=trades", "market-map:ready"),
    ("network, enterprises", "/symbiosis/network?level=enterprises", "network:ready"),
)
WATCH = """(() => {
  const note = () => requestAnimationFrame(() => setTimeout(() => {
    document.documentElement.dataset.drawnAt = performance.now();
  }));
  for (const name of ["market-map:ready", "network:ready"]) document.addEventListener(name, note);
})();"""


def fill(url: str) -> None:
    """A market of ``ENTERPRISES`` in ten parks, and a kept plan of ``PAIRS`` consignments in every month."""
    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session

    from marketplace.months import months_between
    from marketplace.security.passwords import hash_password
    from models import MarketSettings, Plan, PlanFlow, Role, User
    from models.catalogue.reference import catalogue, sync_catalogue
    from models.migrate import upgrade

    upgrade(url)
    draw = random.Random(7)
    engine = create_engine(url)
    with Session(engine) as session:
        sync_catalogue(session)
        session.add(MarketSettings(
            id=1, first_month="2027-01", months=MONTHS, handling_yuan_per_t=6, rate_yuan_per_t_km=0.3, carbon={},
        ))  # fmt: skip
        session.add(User(
            email=EMAIL, password_hash=hash_password(PASSWORD), display_name="监管", role=Role.REGULATOR,
        ))  # fmt: skip
        wastes, uses = list(catalogue().waste_types)[:12], [
            use for use, entry in catalogue().uses.items() if not entry.generates
        ][:12]
        supplies, demands = _listings(session, draw, wastes, uses)
        session.flush()
        pairs = {(draw.choice(supplies).id, draw.choice(demands).id) for _ in range(PAIRS * 2)}
        months = months_between("2027-01", "2027-12")[:MONTHS]
        plan = Plan(
            market_revision=0, objective="value", blend=True, status="optimal", tonnes=1.0,
            summary={"months": months, "left_over_by_supply": {one.code: 900.0 for one in supplies}, "chains": []},
        )  # fmt: skip
        session.add(plan)
        session.flush()
        session.bulk_insert_mappings(PlanFlow, [
            {
                "plan_id": plan.id, "supply_id": supply, "demand_id": demand, "month": month,
                "tonnes": draw.lognormvariate(5, 1.2), "value_yuan_per_t": 12.0, "distance_km": 60.0,
            }
            for supply, demand in sorted(pairs)[:PAIRS] for month in months
        ])  # fmt: skip
        session.commit()
    engine.dispose()


def _listings(
    session: Session, draw: random.Random, wastes: list[str], uses: list[str]
) -> tuple[list[Supply], list[object]]:
    """Half of the enterprises offer two wastes each, the other half want two."""
    from models import Demand, DemandAccept, Enterprise, ListingStatus, Park, Site, Supply, utc_now

    parks = [
        Park(
            code=f"park-{at}", name=f"园区{at}", name_en=f"Park {at}", region_id="dalad",
            lat=38 + 2.5 * draw.random(), lon=107 + 4 * draw.random(),
        )
        for at in range(10)
    ]
    session.add_all(parks)
    session.flush()
    supplies, demands = [], []
    for at in range(ENTERPRISES):
        park = draw.choice([*parks, None])
        lat, lon = (park.lat, park.lon) if park else (38 + 2.5 * draw.random(), 107 + 4 * draw.random())
        firm = Enterprise(
            code=f"E{at:04}", name=f"企业{at}", name_en=f"Enterprise {at}", region_id="dongsheng", qualified=True,
            park_id=park.id if park else None,
        )
        site = Site(lat=lat + 0.05 * draw.random(), lon=lon + 0.05 * draw.random(), is_main=True)
        firm.sites.append(site)
        session.add(firm)
        session.flush()
        shared = {
            "enterprise_id": firm.id, "site_id": site.id, "t_per_month": 1_000, "status": ListingStatus.PUBLISHED,
            "start_month": "2027-01", "end_month": "2027-12", "published_at": utc_now(),
        }  # fmt: skip
        for number in (1, 2):
            if at % 2:
                demands.append(Demand(code=f"D{at:04}-{number}", use_id=draw.choice(uses), **shared))
                demands[-1].accepts = [DemandAccept(waste_type_id=waste) for waste in wastes]
            else:
                supplies.append(Supply(code=f"S{at:04}-{number}", waste_type_id=draw.choice(wastes), **shared))
    session.add_all([*supplies, *demands])
    return supplies, demands


@contextmanager
def served(url: str) -> Iterator[str]:
    """The address of a server on the database, one worker, so that what is kept is kept for the next visit."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {
        **os.environ, "DATABASE_URL": url, "SECRET_KEY": "only for benchmarks", "GONGSHENG_HTTPS": "0",
        "HOST": "127.0.0.1", "PORT": str(port), "WEB_CONCURRENCY": "1",
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "marketplace.wsgi:app"]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            for _attempt in range(600):
                try:
                    urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield address
        finally:
            server.terminate()


def visit(page: Page, address: str, path: str, event: str) -> float:
    """Milliseconds from the start of the navigation to the drawn picture, or to the loaded page without one."""
    answer = page.goto(address + path, wait_until="load")
    if answer is None or answer.status != 200:
        raise RuntimeError(f"{path}: {answer and answer.status}")
    if not event:
        return float(page.evaluate("performance.timing.loadEventEnd - performance.timing.navigationStart"))
    page.wait_for_selector("html[data-drawn-at]", state="attached", timeout=60_000)
    return float(page.evaluate("document.documentElement.dataset.drawnAt"))


def main(arguments: list[str]) -> int:
    from playwright.sync_api import sync_playwright

    runs = 3 if "--quick" in arguments else 9
    chromium = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if chromium is None:
        print("no Chromium: install it (apt-get install chromium)", file=sys.stderr)
        return 2
    table = Table("first_draw", f"First draw: {ENTERPRISES} enterprises, {PAIRS:,} flows in {MONTHS} months each")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/market.sqlite3"
        fill(url)
        with served(url) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
            page.add_init_script(WATCH)
            page.goto(address + "/sign-in")
            page.fill("#email", EMAIL)
            page.fill("#password", PASSWORD)
            page.click("form.form button[type=submit]")
            page.wait_for_load_state()
            found = _measured(page, address, runs)
            browser.close()
    empty = found[0]
    for one in found:
        times = f"{one.median / empty.median:.1f} x the empty page" if one is not empty else ""
        table.add(one, say=f"{times}; first visit {one.figures['first_ms']:.0f} ms" if times else "")
    slow = [one.label for one in found if one.median * 1000 > LIMIT_MS]
    table.notes.append(f"Over {LIMIT_MS} ms: {', '.join(slow) or 'none'}.")
    table.show()
    return bool(slow)


def _measured(page: Page, address: str, runs: int) -> list[Measured]:
    """All pages in turn, ``runs`` rounds after a first one; so a busy moment strikes all alike."""
    first = {label: visit(page, address, path, event) for label, path, event in PAGES}
    times: dict[str, list[float]] = {label: [] for label, _path, _event in PAGES}
    for _run in range(runs):
        for label, path, event in PAGES:
            times[label].append(visit(page, address, path, event))
    for label, taken in times.items():
        print(f"{label}: {statistics.median(taken):.0f} ms", flush=True)
    return [
        Measured(label, tuple(one / 1000 for one in taken), {"first_ms": first[label]}, float("nan"))
        for label, taken in times.items()
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
