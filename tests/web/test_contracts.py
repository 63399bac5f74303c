"""A contract from both sides: confirmed, declined, changed, ended; what is refused, and what the ledger then holds."""

from __future__ import annotations

from decimal import Decimal

import pytest

from marketplace.contracts.rules_amendments import month_field
from marketplace.ledger.queries import contract_months, promised_by_month
from models.contracts import Contract, ContractStatus
from models.listings import Supply
from tests import factories as make
from tests.web.bidding import Person, Trade, new_bid
from tests.web.reading import Page

MONTHS = ("2027-02", "2027-03", "2027-04")


@pytest.fixture
def owner(trade: Trade) -> Person:
    return trade.person(name="大路电厂", name_en="Dalu Power")


@pytest.fixture
def taker(trade: Trade) -> Person:
    return trade.person(name="准格尔水泥", name_en="Jungar Cement", locale="en")


@pytest.fixture
def supply(trade: Trade, owner: Person) -> Supply:
    return trade.supply(owner)


@pytest.fixture
def contract(trade: Trade, owner: Person, taker: Person, supply: Supply) -> Contract:
    """Over 100 t in each of ``MONTHS``, waiting for both sides."""
    assert taker.bid(new_bid(supply)).status_code == 302
    row = make.contract(trade.session, trade.bids(supply)[0])
    trade.session.commit()
    return row


@pytest.fixture
def active(trade: Trade, contract: Contract, owner: Person, taker: Person) -> Contract:
    for person in (owner, taker):
        assert confirm(person, now(trade, contract)).status_code == 302
    return now(trade, contract)


def now(trade: Trade, contract: Contract) -> Contract:
    trade.session.commit()
    trade.session.expire_all()
    return trade.session.get(Contract, contract.id)


def confirm(person: Person, contract: Contract, version: int | None = None) -> object:
    return person.post(f"/contracts/{contract.code}/confirm/{version or contract.version}")


def promised(trade: Trade, supply: Supply) -> dict[str, Decimal]:
    trade.session.commit()
    found = promised_by_month(trade.session, trade.session.get(Supply, supply.id))
    trade.session.commit()
    return found


def propose(person: Person, contract: Contract, **changes: str) -> object:
    address = f"/contracts/{contract.code}/changes/new"
    return person.client.post(address, data={**person.get(address).form(), "reason": "产量变化", **changes})


def months(**tonnes: str) -> dict[str, str]:
    return {month_field(key.replace("m", "2027-")): value for key, value in tonnes.items()}


def answer(person: Person, contract: Contract, what: str, number: int = 1) -> object:
    return person.post(f"/contracts/{contract.code}/changes/{number}/{what}")


def test_both_sides_confirm_and_the_page_tells_it(
    trade: Trade, contract: Contract, owner: Person, taker: Person
) -> None:
    page = owner.get(f"/contracts/{contract.code}")
    assert page.faults() == [] and "确认合同" in page.main.text and "烧失量" not in page.main.text
    assert owner.get("/contracts").main.all("p", class_="waits")
    assert confirm(owner, contract).status_code == 302
    assert "确认合同" not in owner.get(f"/contracts/{contract.code}").main.text
    assert now(trade, contract).status == ContractStatus.PROPOSED
    assert confirm(taker, now(trade, contract)).status_code == 302
    row = now(trade, contract)
    held = contract_months(trade.session, row)
    assert row.status == ContractStatus.ACTIVE and [held[month].contracted for month in MONTHS] == [100, 100, 100]
    page = taker.get(f"/contracts/{contract.code}")
    assert page.faults() == [] and "In force" in page.main.text and row.document_sha256 in page.main.text
    assert trade.told(taker)[-1] == "contract.active"
    pdf = taker.client.get(f"/contracts/{contract.code}/document.pdf")
    assert pdf.mimetype == "application/pdf" and pdf.data.startswith(b"%PDF-")
    assert taker.get(f"/contracts/{contract.code}/document").faults() == []


def test_who_may_not(trade: Trade, contract: Contract, owner: Person) -> None:
    stranger = trade.person()
    for address in ("", "/document", "/document.pdf", "/changes/new"):
        assert stranger.client.get(f"/contracts/{contract.code}{address}").status_code == 403
    assert confirm(stranger, contract).status_code == 403
    assert stranger.client.get("/contracts/HT-none").status_code == 404
    assert contract.code not in stranger.get("/contracts").text
    assert trade.app.test_client().get(f"/contracts/{contract.code}").status_code == 302


def test_twice_and_unseen_are_refused_with_the_reason(trade: Trade, contract: Contract, owner: Person) -> None:
    assert confirm(owner, contract).status_code == 302
    again = confirm(owner, now(trade, contract))
    assert again.status_code == 409 and "本方已确认" in again.text
    unseen = confirm(trade.person(), contract, version=contract.version + 7)
    assert unseen.status_code == 403


def test_a_taker_that_is_no_longer_checked_gets_no_contract(
    trade: Trade, contract: Contract, owner: Person, taker: Person
) -> None:
    """The law wants the receiver checked before the contract, not only before the bid."""
    now(trade, contract).taker.qualified = False
    trade.session.commit()
    refused = confirm(owner, now(trade, contract))
    assert refused.status_code == 409 and "资质" in refused.text
    assert now(trade, contract).producer_confirmed_at is None
    trade.session.get(Contract, contract.id).taker.qualified = True
    trade.session.commit()
    assert confirm(owner, now(trade, contract)).status_code == 302


def test_declining_says_why_and_frees_the_tonnes(
    trade: Trade, contract: Contract, supply: Supply, taker: Person, owner: Person
) -> None:
    assert promised(trade, supply) == dict.fromkeys(MONTHS, Decimal(100))
    silent = taker.post(f"/contracts/{contract.code}/decline", **{"decline-reason": "  "})
    assert silent.status_code == 422 and promised(trade, supply)
    assert taker.post(f"/contracts/{contract.code}/decline", **{"decline-reason": "kiln stops"}).status_code == 302
    assert now(trade, contract).status == ContractStatus.DECLINED and promised(trade, supply) == {}
    assert "kiln stops" in owner.get(f"/contracts/{contract.code}").main.text
    late = confirm(owner, now(trade, contract))
    assert late.status_code == 409 and "不在待确认状态" in late.text


def test_ending_early_frees_the_rest(
    trade: Trade, active: Contract, supply: Supply, owner: Person, taker: Person
) -> None:
    address = f"/contracts/{active.code}/end"
    assert owner.post(address, **{"end-reason": ""}).status_code == 422
    assert owner.post(address, **{"end-reason": "锅炉检修"}).status_code == 302
    assert now(trade, active).status == ContractStatus.ENDED and promised(trade, supply) == {}
    assert owner.post(address, **{"end-reason": "再次"}).status_code == 409
    assert trade.told(taker)[-1] == "contract.ended"


def test_tonnes_change_by_consent(trade: Trade, active: Contract, supply: Supply, owner: Person, taker: Person) -> None:
    first = active.document_sha256
    assert propose(owner, active, price_yuan_per_t="11", **months(m02="50", m03="400")).status_code == 302
    assert promised(trade, supply) == dict.fromkeys(MONTHS, Decimal(100))
    page = taker.get(f"/contracts/{active.code}")
    assert page.faults() == [] and "产量变化" in page.main.text and "Agree" in page.main.text
    own = answer(owner, active, "agree")
    assert own.status_code == 409 and now(trade, active).price_yuan_per_t == Decimal("12.5")
    assert answer(taker, active, "agree").status_code == 302
    row = now(trade, active)
    assert promised(trade, supply) == {"2027-02": 50, "2027-03": 400, "2027-04": 100}
    assert row.price_yuan_per_t == 11 and row.status == ContractStatus.ACTIVE
    assert row.document_sha256 not in ("", first)
    assert "第 1 次变更" in owner.get(f"/contracts/{active.code}").main.text
    assert answer(taker, active, "agree").status_code == 409


def test_a_refused_or_withdrawn_change_changes_nothing(
    trade: Trade, active: Contract, owner: Person, taker: Person
) -> None:
    assert propose(owner, active, tolerance="9").status_code == 302
    waiting = propose(taker, active, tolerance="3")
    assert waiting.status_code == 422 and "waits for an answer" in waiting.text
    assert answer(taker, active, "refuse").status_code == 302
    assert propose(owner, active, tolerance="8").status_code == 302
    assert answer(owner, active, "refuse", 2).status_code == 302
    row = now(trade, active)
    assert row.tolerance == Decimal("0.05") and [one.status for one in row.amendments] == ["refused", "withdrawn"]
    assert answer(owner, active, "agree", 9).status_code == 404


def test_more_than_there_is_is_refused_beside_its_month(
    trade: Trade, active: Contract, supply: Supply, owner: Person
) -> None:
    # The supply gives 1,000 t a month from 2027-01 and keeps what is not sent: 2,000 t by the end of February.
    refused = propose(owner, active, **months(m02="2100"))
    page = Page(refused)
    assert refused.status_code == 422 and list(page.errors()) == [month_field("2027-02")]
    assert page.form()[month_field("2027-02")] == "2100"
    assert promised(trade, supply) == dict.fromkeys(MONTHS, Decimal(100))


@pytest.mark.parametrize(("changes", "field"), [
    ({"tolerance": "40"}, "tolerance"), ({"price_yuan_per_t": "abc"}, "price_yuan_per_t"), ({"reason": ""}, "reason"),
    ({}, "reason"), (months(m02="0", m03="0", m04="0"), "reason"), (months(m02="-5"), month_field("2027-02")),
])
def test_what_cannot_be_is_said_beside_its_field(active: Contract, owner: Person, changes: dict, field: str) -> None:
    refused = propose(owner, active, **changes)
    assert refused.status_code == 422 and field in Page(refused).errors()


def test_a_draft_that_is_changed_is_confirmed_anew(
    trade: Trade, contract: Contract, owner: Person, taker: Person
) -> None:
    assert confirm(owner, contract).status_code == 302
    seen = now(trade, contract).version
    assert propose(taker, contract, **months(m04="70")).status_code == 302
    waiting = confirm(taker, now(trade, contract))
    assert waiting.status_code == 409 and "A change is proposed" in waiting.text
    assert answer(owner, contract, "agree").status_code == 302
    row = now(trade, contract)
    assert row.producer_confirmed_at is None and contract_months(trade.session, row)["2027-04"].reserved == 70
    assert confirm(taker, row, version=seen).status_code == 409
    for person in (taker, owner):
        assert confirm(person, now(trade, contract)).status_code == 302
    assert now(trade, contract).status == ContractStatus.ACTIVE
