"""One impatient client: every request is sent again when no answer came, and twice more when one did."""

from __future__ import annotations

import http.client
import json
import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.factories import WASTE
from tests.faults.market import FIRST, LAST, Market, Person

# How often a request without an answer is sent again before it counts as lost.
MOST_TRIES = 60
AGAIN = 2


@dataclass
class Tally:
    """What all clients saw and were told; every number is changed under the lock."""

    answers: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    again: int = 0
    sent_keys: set[str] = field(default_factory=set)
    placed: set[str] = field(default_factory=set)
    slips: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def requests(self) -> int:
        return sum(self.answers.values()) + self.unanswered


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    location: str


class Client:
    """One thread's way to talk to the market as ``person``."""

    def __init__(self, port: int, person: Person, tally: Tally, seed: int, until: float) -> None:
        self.port, self.person, self.tally, self.until = port, person, tally, until
        self.random = random.Random(seed)
        self.name, self.count = f"c{seed}", 0

    def key(self) -> str:
        self.count += 1
        return f"{self.name}-{self.count}"

    @property
    def in_time(self) -> bool:
        return time.monotonic() < self.until

    def get(self, path: str) -> str:
        return self.insist("GET", path, again=0).text

    def post(self, path: str, **fields: str) -> Answer:
        """A form with the session's token."""
        body = urlencode({"csrf_token": self.person.token, **fields})
        return self.insist("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def slip(self, transfer: str, slip_no: str) -> Answer:
        """A weighbridge's slip over 20 t, by the API."""
        body = json.dumps({
            "transfer": transfer, "gate": "out", "slip_no": slip_no, "gross": 35, "tare": 15, "unit": "t",
            "weighed_at": "2026-11-20T08:30:00+08:00", "vehicle": "蒙K12345",
        })
        return self.insist("POST", "/api/v1/weighings", body, {
            "Content-Type": "application/json", "Authorization": f"Bearer {self.person.key}",
        })

    def insist(
        self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None, again: int = AGAIN
    ) -> Answer:
        """The first answer below 500; then the same request ``again`` more times, as a nervous person would."""
        first = None
        for attempt in range(MOST_TRIES):
            answer = self._send(method, path, body, headers or {})
            if answer is not None and answer.status < 500:
                first = answer
                break
            with self.tally.lock:
                self.tally.again += 1
            time.sleep(min(0.5, 0.05 * (attempt + 1)))
        if first is None:
            with self.tally.lock:
                self.tally.faults.append(f"{method} {path}: no answer in {MOST_TRIES} tries")
            return Answer(0, "", "")
        for _ in range(again):
            self._send(method, path, body, headers or {})
            with self.tally.lock:
                self.tally.again += 1
        return first

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer | None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, {"Cookie": self.person.cookie, **headers})
            got = connection.getresponse()
            text = got.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            with self.tally.lock:
                self.tally.unanswered += 1
            return None
        finally:
            connection.close()
        with self.tally.lock:
            self.tally.answers[got.status] += 1
            if got.status == 500:
                self.tally.faults.append(f"{method} {path}: 500")
        return Answer(got.status, text, got.headers.get("Location") or "")


def take(client: Client, market: Market, rounds: int) -> None:
    """A taker: bids on the same few supplies, half the time for its own demand, and confirms what it is awarded."""
    for _ in range(rounds):
        if not client.in_time:
            return
        _bid(client, f"/supplies/{client.random.choice(market.supplies)}/bids/new", client.person.listings[0])
        _answer_bids(client, f"/demands/{client.person.listings[0]}/bids")
        _confirm(client)


def own(client: Client, market: Market, rounds: int) -> None:
    """An owner: awards its tender, accepts bids, offers on demands, confirms, sends lorries over the weighbridge."""
    _award(client)
    for _ in range(rounds):
        if not client.in_time:
            return
        _answer_bids(client, f"/supplies/{client.person.listings[0]}/bids")
        _bid(client, f"/demands/{client.random.choice(market.demands)}/bids/new", client.person.listings[0])
        for contract in _confirm(client)[:2]:
            _send_a_lorry(client, contract)


def _bid(client: Client, path: str, own_listing: str) -> None:
    key = client.key()
    with client.tally.lock:
        client.tally.sent_keys.add(key)
    answer = client.post(
        path, submission_key=key, waste_type_id=WASTE, own_listing=client.random.choice((own_listing, "")),
        t_per_month=str(client.random.randint(40, 220)), price_yuan_per_t=str(client.random.randint(1, 60)),
        start_month=FIRST, end_month=client.random.choice(("2027-03", LAST)), message="",
    )
    if answer.status == 302:
        with client.tally.lock:
            client.tally.placed.add(key)


def _answer_bids(client: Client, path: str) -> None:
    for action in re.findall(r'action="(/bids/\d+/accept/\d+)"', client.get(path))[:3]:
        client.post(action)


def _award(client: Client) -> None:
    """Award the tender to a handful, again and differently where it is refused; others of the firm do the same."""
    for _ in range(3):
        chosen = client.random.sample(client.person.tender_bids, k=min(3, len(client.person.tender_bids)))
        tonnes = {f"award_{bid}": str(client.random.randint(50, 200)) for bid in chosen}
        page = client.get(f"/tenders/{client.person.tender}")
        version = re.search(r'name="version"[^>]*value="(\d+)"', page)
        if not version:
            return
        client.post(f"/tenders/{client.person.tender}/award", version=version[1], reason="按价格和运距", **tonnes)


def _confirm(client: Client) -> list[str]:
    """Confirm what waits for this side; the codes of contracts in force, in no order."""
    codes = list(dict.fromkeys(re.findall(r'href="/contracts/(HT[\d-]+)"', client.get("/contracts"))))
    client.random.shuffle(codes)
    active = []
    for code in codes[:3]:
        page = client.get(f"/contracts/{code}")
        found = re.search(r'action="(/contracts/[^"]+/confirm/\d+)"', page)
        if found:
            client.post(found[1])
        elif f"/transfers/new/{code}" in page:
            active.append(code)
    return active


def _send_a_lorry(client: Client, contract: str) -> None:
    planned = client.post(
        f"/transfers/new/{contract}", submission_key=client.key(), month=FIRST, planned_t="20", vehicle="蒙K12345",
        planned_for="", driver="", driver_phone="", carrier="", manifest_no="",
    )
    if planned.status != 302:
        return
    slip_no = client.key()
    answer = client.slip(planned.location.rsplit("/", 1)[-1], slip_no)
    if answer.status in (200, 201):
        with client.tally.lock:
            client.tally.slips.add(slip_no)
