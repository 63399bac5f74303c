"""The accounts of a site close, whatever was posted; and what a person may record and correct."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from marketplace.errors import Forbidden, NotFound, NotPossible
from marketplace.ledger import service
from marketplace.ledger.accounts import WasteAccounts, by_waste
from marketplace.ledger.posting import Line, move, post
from marketplace.ledger.queries import balance
from marketplace.ledger.queries_sites import Sieve, account_sums, entries_of, sites_for
from marketplace.ledger.service import Record
from marketplace.security.actor import COMMITTEE, REGULATOR, STAFF, Actor
from marketplace.security.permissions import may
from marketplace.unit_of_work import UnitOfWork
from models.assays import DemandResidue
from models.contracts import Contract
from models.ledger import Account, LedgerEntry
from models.organisations import Site
from tests import factories as make

WASTE, ASH, MONTH = make.WASTE, "bottom_ash", "2027-01"


@pytest.fixture
def site(uow: UnitOfWork) -> Site:
    return make.enterprise(uow.session).sites[0]


def staff_of(uow: UnitOfWork, site: Site) -> Actor:
    user = make.user(uow.session, enterprise_id=site.enterprise_id)
    return Actor(user_id=user.id, role=STAFF, enterprise_id=site.enterprise_id)


def record(tonnes: str, **more: object) -> Record:
    return Record(**{"waste_type_id": WASTE, "tonnes": Decimal(tonnes), "month": MONTH, **more})


def of(uow: UnitOfWork, site_id: int, waste: str = WASTE, **months: str) -> WasteAccounts:
    return by_waste(account_sums(uow.session, [site_id], **months))[site_id, waste]


def refused(error: pytest.ExceptionInfo[NotPossible]) -> list[str]:
    return [reason.code for reason in error.value.reasons]


def deliver(uow: UnitOfWork, contract: Contract, out: str, weighed_in: str, month: str) -> None:
    """A consignment weighed out and in, as the transfers post it."""
    sender, taker, waste = contract.from_site_id, contract.to_site_id, contract.waste_type_id
    loaded = move(Decimal(out), waste_type_id=waste, month=month, off=(sender, Account.STOCK),
                  onto=(sender, Account.IN_TRANSIT))
    post(uow=uow, actor_id=None, kind="transfer.loaded", lines=loaded, contract_id=contract.id)
    amounts = [
        (sender, Account.IN_TRANSIT, -Decimal(out)), (taker, Account.RECEIVED, Decimal(weighed_in)),
        (sender, Account.DIFFERENCE, Decimal(out) - Decimal(weighed_in)),
    ]
    lines = [Line(place, waste, account, month, tonnes) for place, account, tonnes in amounts]
    post(uow=uow, actor_id=None, kind="transfer.received", lines=lines, contract_id=contract.id)


class TestTheEquation:
    def test_closes_on_both_sides_of_a_delivery(self, uow: UnitOfWork) -> None:
        contract = make.active_contract(uow.session)
        sender, taker = (uow.session.get(Site, one) for one in (contract.from_site_id, contract.to_site_id))
        giver = staff_of(uow, sender)
        service.open_stock(uow=uow, actor=giver, site_id=sender.id, record=record("500", month="2026-12"))
        service.record_production(uow=uow, actor=giver, site_id=sender.id, record=record("100.5"))
        deliver(uow, contract, "30", "29.98", "2027-01")
        deliver(uow, contract, "20", "20.005", "2027-01")
        service.record_use(uow=uow, actor=staff_of(uow, taker), site_id=taker.id, record=record("25"))
        service.record_disposal(
            uow=uow, actor=giver, site_id=sender.id, record=record("50.25", method="landfill")
        )
        sent, taken = of(uow, sender.id), of(uow, taker.id)
        assert sent.closes and taken.closes
        assert (sent.now("stock"), sent.handed_over, sent.gained["difference"]) == (
            Decimal("500.25"), Decimal("49.985"), Decimal("0.015"),
        )
        assert (taken.taken_in, taken.now("received"), taken.gained["used"]) == (
            Decimal("49.985"), Decimal("24.985"), Decimal(25),
        )
        month = of(uow, sender.id, first="2027-01", last="2027-01")
        assert month.closes and month.kept_before["stock"] == 500
        assert of(uow, sender.id, last="2026-12").now("stock") == 500

    def test_what_comes_back_is_no_longer_handed_over(self, uow: UnitOfWork) -> None:
        contract = make.active_contract(uow.session)
        sender = uow.session.get(Site, contract.from_site_id)
        service.open_stock(uow=uow, actor=staff_of(uow, sender), site_id=sender.id, record=record("100"))
        deliver(uow, contract, "30", "30", "2027-01")
        back = move(Decimal(30), waste_type_id=WASTE, month=MONTH, off=(contract.to_site_id, Account.RECEIVED),
                    onto=(sender.id, Account.STOCK))
        post(uow=uow, actor_id=None, kind="transfer.returned", lines=back, contract_id=contract.id)
        one, other = of(uow, sender.id), of(uow, contract.to_site_id)
        assert (one.handed_over, one.now("stock"), other.taken_in) == (0, 100, 0)
        assert one.closes and other.closes


class TestRecording:
    def test_use_takes_what_was_received_first_and_books_its_residue(self, uow: UnitOfWork, site: Site) -> None:
        actor = staff_of(uow, site)
        demand = make.demand(uow.session, owner=site.enterprise)
        demand.residues = [DemandResidue(waste_type_id=ASH, yield_t_per_t=0.3335)]
        contract = make.active_contract(uow.session, make.bid(uow.session, demand=demand))
        giver = uow.session.get(Site, contract.from_site_id)
        service.record_production(uow=uow, actor=staff_of(uow, giver), site_id=giver.id, record=record("40"))
        deliver(uow, contract, "40", "40", MONTH)
        service.open_stock(uow=uow, actor=actor, site_id=site.id, record=record("10"))
        entry = service.record_use(
            uow=uow, actor=actor, site_id=site.id, record=record("45.001", demand=demand.code, day=date(2027, 1, 10))
        )
        assert entry.data == {
            "day": "2027-01-10", "demand": demand.code, "use": demand.use_id, "residues": {ASH: "15.008"},
        }
        kept = {one: balance(uow.session, site.id, WASTE, one) for one in (Account.RECEIVED, Account.STOCK)}
        assert kept == {Account.RECEIVED: 0, Account.STOCK: Decimal("4.999")}
        assert balance(uow.session, site.id, ASH, Account.STOCK) == Decimal("15.008")
        assert of(uow, site.id).closes and of(uow, site.id, ASH).closes

    def test_what_is_refused(self, uow: UnitOfWork, site: Site) -> None:
        actor, place = staff_of(uow, site), {"uow": uow, "site_id": site.id}
        service.open_stock(actor=actor, record=record("10"), **place)
        for verb, wrong, code in (
            (service.open_stock, record("1"), "ledger:already_opened"),
            (service.record_production, record("1", month="2027-02"), "ledger:month_ahead"),
            (service.record_production, record("1", day=date(2027, 1, 16)), "ledger:day_ahead"),
            (service.record_production, record("1", day=date(2026, 12, 31)), "ledger:day_outside"),
            (service.record_use, record("10.001"), "ledger:not_there"),
            (service.record_disposal, record("10.001", method="landfill"), "ledger:not_there"),
        ):
            with pytest.raises(NotPossible) as error:
                verb(actor=actor, record=wrong, **place)
            assert refused(error) == [code]
        demand = make.demand(uow.session, owner=site.enterprise, accepts={make.OTHER_WASTE: 1})
        with pytest.raises(NotPossible) as error:
            service.record_use(actor=actor, record=record("1", demand=demand.code), **place)
        assert refused(error) == ["ledger:use_does_not_accept"]

    def test_somebody_else(self, uow: UnitOfWork, site: Site) -> None:
        other = staff_of(uow, make.enterprise(uow.session).sites[0])
        with pytest.raises(Forbidden):
            service.record_production(uow=uow, actor=other, site_id=site.id, record=record("1"))
        with pytest.raises(NotFound):
            service.record_production(uow=uow, actor=other, site_id=10**6, record=record("1"))

    def test_the_same_form_twice_is_one_entry(self, uow: UnitOfWork, site: Site) -> None:
        actor = staff_of(uow, site)
        one, two = (
            service.record_production(uow=uow, actor=actor, site_id=site.id, record=record("5", form="key"))
            for _ in range(2)
        )
        assert one is two and balance(uow.session, site.id, WASTE, Account.STOCK) == 5


class TestCorrecting:
    def test_the_wrong_and_the_right_figure_both_stay(self, uow: UnitOfWork, site: Site) -> None:
        actor = staff_of(uow, site)
        wrong = service.record_production(uow=uow, actor=actor, site_id=site.id, record=record("500"))
        right = service.correct(
            uow=uow, actor=actor, site_id=site.id, seq=wrong.seq, reason="多写一个零", instead=record("50")
        )
        kinds = [entry.kind for entry in entries_of(uow.session, site.id, Sieve(), 1)[0]]
        assert kinds == ["produced", "corrected", "produced"]
        back = uow.session.get(LedgerEntry, right.seq - 1)
        assert (back.corrects_seq, back.note) == (wrong.seq, "多写一个零")
        assert balance(uow.session, site.id, WASTE, Account.STOCK) == 50

    def test_what_cannot_be_corrected(self, uow: UnitOfWork, site: Site) -> None:
        actor = staff_of(uow, site)
        place = {"uow": uow, "actor": actor, "site_id": site.id, "instead": None}
        made = service.record_production(uow=uow, actor=actor, site_id=site.id, record=record("50"))
        with pytest.raises(NotPossible) as error:
            service.correct(seq=made.seq, reason=" ", **place)
        assert refused(error) == ["ledger:reason_missing"]
        service.record_disposal(uow=uow, actor=actor, site_id=site.id, record=record("20", method="other"))
        with pytest.raises(NotPossible) as error:
            service.correct(seq=made.seq, reason="x", **place)
        assert refused(error) == ["ledger:gone_since"]
        assert error.value.reasons[0].values == {"tonnes": 50, "there": 30}
        again = service.record_production(uow=uow, actor=actor, site_id=site.id, record=record("20"))
        back = service.correct(seq=again.seq, reason="x", **place)
        for seq in (again.seq, back.seq):
            with pytest.raises(NotPossible):
                service.correct(seq=seq, reason="x", **place)
        elsewhere = make.enterprise(uow.session).sites[0]
        with pytest.raises(NotFound):
            service.correct(
                uow=uow, actor=staff_of(uow, elsewhere), site_id=elsewhere.id, seq=made.seq, reason="x", instead=None
            )

    def test_what_a_contract_has_posted(self, uow: UnitOfWork) -> None:
        contract = make.active_contract(uow.session)
        sender = uow.session.get(Site, contract.from_site_id)
        actor = staff_of(uow, sender)
        service.record_production(uow=uow, actor=actor, site_id=sender.id, record=record("50"))
        loaded = post(
            uow=uow, actor_id=actor.user_id, kind="transfer.loaded", contract_id=contract.id, lines=move(
                Decimal(5), waste_type_id=WASTE, month=MONTH, off=(sender.id, Account.STOCK),
                onto=(sender.id, Account.IN_TRANSIT),
            ),
        )
        with pytest.raises(NotPossible) as error:
            service.correct(uow=uow, actor=actor, site_id=sender.id, seq=loaded.seq, reason="x", instead=None)
        assert refused(error) == ["ledger:not_by_hand"]


def test_who_may_read_which_ledger(uow: UnitOfWork) -> None:
    park = make.park(uow.session)
    inside, outside = make.enterprise(uow.session, park_id=park.id).sites[0], make.enterprise(uow.session).sites[0]
    for one in (inside, outside):
        service.record_production(uow=uow, actor=staff_of(uow, one), site_id=one.id, record=record("1"))
    committee = Actor(user_id=1, role=COMMITTEE, park_id=park.id)
    city, owner = Actor(user_id=1, role=REGULATOR), staff_of(uow, outside)
    assert [may(committee, "ledger.view", one) for one in (inside, outside)] == [True, False]
    assert [may(owner, "ledger.view", one) for one in (inside, outside)] == [False, True]
    assert may(city, "ledger.view", inside) and not may(city, "ledger.record", inside)
    assert list(sites_for(uow.session, committee)) == [inside]
    assert list(sites_for(uow.session, owner)) == [outside]
    assert {inside, outside} <= set(sites_for(uow.session, city))
