"""A contract with people of both sides before their browsers, and what they type at the gates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from marketplace.months import SHANGHAI
from models import Contract, ContractSpec, Event
from models.base import utc_now
from models.transfers import Transfer
from tests import factories as make
from tests.web.bidding import Person, Trade

PLATE = "蒙K12345"


@dataclass
class Gates:
    """Both sides of an active contract of 100 t a month in 2027."""

    trade: Trade
    contract: Contract
    producer: Person
    taker: Person

    @property
    def plan_address(self) -> str:
        return f"/transfers/new/{self.contract.code}"

    def plan(self, tonnes: str = "30", **fields: str) -> str:
        """Plan a consignment as the producer and return its code."""
        form = self.producer.get(self.plan_address).form()
        answer = self.producer.client.post(
            self.plan_address, data={**form, "planned_t": tonnes, "vehicle": PLATE, **fields}
        )
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return answer.headers["Location"].rsplit("/", 1)[-1]

    def weigh(self, person: Person, code: str, **fields: Any) -> Any:
        """Fill in the short screen of a gate and send it."""
        form = person.get(f"/gate/{code}").form()
        sent = {**form, "unit": "t", "gross": "45", "tare": "15", "weighed_at": ago(60), "vehicle": PLATE, **fields}
        return person.client.post(f"/gate/{code}", data=sent)

    def received(self, came: str = "45") -> str:
        code = self.plan()
        assert self.weigh(self.producer, code, slip_no=f"A-{code}").status_code == 302
        assert self.weigh(self.taker, code, slip_no=f"B-{code}", gross=came, weighed_at=ago(30)).status_code == 302
        return code

    def transfer(self, code: str) -> Transfer:
        return self.trade._read(select(Transfer).where(Transfer.code == code))[0]

    def kinds(self, code: str) -> list[str]:
        events = self.trade._read(select(Event).order_by(Event.id))
        return [event.kind for event in events if event.data.get("transfer") == code]


def gates(trade: Trade, *, specs: tuple[dict[str, Any], ...] = ()) -> Gates:
    session = trade.session
    session.commit()
    contract = make.active_contract(session)
    contract.specs += [ContractSpec(**{"basis": "each", **spec}) for spec in specs]
    session.flush()
    people = [trade.colleague(side) for side in (contract.producer, contract.taker)]
    return Gates(trade, contract, *people)


def ago(minutes: int) -> str:
    """A time of the near past as a browser sends it."""
    return (utc_now() - timedelta(minutes=minutes)).astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
