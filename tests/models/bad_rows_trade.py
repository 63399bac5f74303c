"""Bad rows of tenders, contracts, transfers, the ledger and the mails: one or more for every rule."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models import (
    Amendment,
    ApiKey,
    Base,
    BidRound,
    Contract,
    ContractDocument,
    ContractMonth,
    ContractSpec,
    Dispute,
    Event,
    LedgerBalance,
    LedgerEntry,
    LedgerHead,
    LedgerPosting,
    Mail,
    Notice,
    SealedBid,
    Tender,
    Transfer,
    TransferFile,
    Weighing,
)
from tests import factories as make

Row = Callable[[Session], Any]
NOW = datetime(2027, 1, 15, tzinfo=UTC)
_numbers = itertools.count(1)


def _add(session: Session, *rows: Base) -> Base:
    session.add_all(rows)
    session.flush()
    return rows[0]


def tender(session: Session, **values: Any) -> Tender:
    values = {"mode": "sealed", "opened_at": NOW, "deadline": NOW + timedelta(days=3), **values}
    if "supply_id" not in values and "demand_id" not in values:
        values["supply_id"] = make.supply(session).id
    return _add(session, Tender(**values))


def transfer(session: Session, **values: Any) -> Transfer:
    if "contract_id" not in values:
        values["contract_id"] = make.contract(session).id
    return _add(session, Transfer(**{
        "code": f"ZY-{next(_numbers)}", "month": "2027-01", "planned_t": 30, **values,
    }))


def weighing(session: Session, **values: Any) -> Weighing:
    row = transfer(session)
    return _add(session, Weighing(**{
        "transfer_id": row.id, "site_id": row.contract.from_site_id, "gate": "out", "slip_no": f"P{next(_numbers)}",
        "gross_t": 48, "tare_t": 15, "weighed_at": NOW, **values,
    }))


def dispute(session: Session, **values: Any) -> Dispute:
    row = Dispute(**{"about": "weight", "deadline": NOW, **values})
    row.transfer_id = row.transfer_id or transfer(session).id
    return _add(session, row)


def amendment(session: Session, **values: Any) -> Amendment:
    row = Amendment(**{"number": 1, "proposed_by_side": "taker", "changes": {}, **values})
    row.contract_id = row.contract_id or make.contract(session).id
    return _add(session, row)


def bid_round(session: Session, **values: Any) -> BidRound:
    return _add(session, BidRound(**{
        "bid_id": make.bid(session).id, "number": 7, "by_party": "bidder", "t_per_month": 5, "price_yuan_per_t": 1,
        "start_month": "2027-01", "end_month": "2027-02", **values,
    }))


def spec(session: Session, **values: Any) -> ContractSpec:
    return _add(session, ContractSpec(**{
        "contract_id": make.contract(session).id, "property_id": "loi", "basis": "each", "maximum": 8, **values,
    }))


def entry(session: Session, **values: Any) -> LedgerEntry:
    number = 10_000 + next(_numbers)
    return _add(session, LedgerEntry(**{
        "seq": number, "kind": "produced", "data": {}, "previous_hash": "0" * 64, "hash": f"{number:064}", **values,
    }))


def posting(session: Session, **values: Any) -> LedgerPosting:
    site = make.enterprise(session).sites[0]
    return _add(session, LedgerPosting(**{
        "seq": entry(session).seq, "line": 1, "site_id": site.id, "waste_type_id": make.WASTE, "account": "stock",
        "month": "2027-01", "tonnes": 5, **values,
    }))


def balance(session: Session, **values: Any) -> LedgerBalance:
    site = make.enterprise(session).sites[0]
    return _add(session, LedgerBalance(**{
        "key": f"k{next(_numbers)}", "site_id": site.id, "waste_type_id": make.WASTE, "account": "stock",
        "tonnes": 5, **values,
    }))


def notice(session: Session) -> Notice:
    person = make.user(session)
    event = _add(session, Event(kind="user.created", subject_type="user", subject_id=str(person.id), data={}))
    return _add(session, Notice(user_id=person.id, event_id=event.id, kind="x", data={}))


def mail(session: Session, **values: Any) -> Mail:
    values = {"message_id": f"m{next(_numbers)}", **values}
    return _add(session, Mail(**{"notice_id": values.pop("notice_id", 0) or notice(session).id, **values}))


def key(session: Session, **values: Any) -> ApiKey:
    person = make.user(session)
    return _add(session, ApiKey(**{
        "enterprise_id": person.enterprise_id, "name": "磅房", "digest": f"d{next(_numbers)}",
        "created_by": person.id, **values,
    }))


def with_bad(factory: Callable[..., Any], **bad: Any) -> list[Row]:
    return [lambda session: factory(session, **bad)]


def twice(first: Callable[[Session], Base], *same: str, **other: Any) -> list[Row]:
    """A row, and another with the ``same`` columns and ``other`` values beside them."""

    def add(session: Session) -> None:
        one = first(session)
        copied = {
            column.key: getattr(one, column.key) for column in one.__mapper__.columns
            if column.key not in ("id", "version") and (column.key in same or column.key not in other)
        }
        session.add(type(one)(**{**copied, **other}))

    return [add]


def _contract_twice(**other: Any) -> list[Row]:
    return twice(lambda s: make.contract(s), "code", "bid_id", **other)


def _another_bid(session: Session) -> None:
    one, other = make.contract(session), make.bid(session)
    copied = {c.key: getattr(one, c.key) for c in Contract.__mapper__.columns if c.key not in ("id", "version")}
    session.add(Contract(**{**copied, "bid_id": other.id}))


def _document(**bad: Any) -> list[Row]:
    def add(session: Session) -> None:
        session.add(ContractDocument(**{
            "contract_id": make.contract(session).id, "number": 0, "sha256": "0" * 64, "content": b"x", **bad,
        }))

    return [add]


def _month(**bad: Any) -> list[Row]:
    def add(session: Session) -> None:
        session.add(ContractMonth(**{
            "contract_id": make.contract(session).id, "month": "2029-01", "planned_t": 5, **bad,
        }))

    return [add]


def _file(**bad: Any) -> list[Row]:
    def add(session: Session) -> None:
        session.add(TransferFile(**{
            "transfer_id": transfer(session).id, "gate": "out", "name": "磅单.jpg", "content_type": "image/jpeg",
            "size_bytes": 3, "sha256": "0" * 64, "content": b"abc", **bad,
        }))

    return [add]


def _same_party(session: Session) -> None:
    contract = make.contract(session)
    contract.taker_id = contract.producer_id


def _sealed(session: Session) -> SealedBid:
    return _add(session, SealedBid(tender_id=tender(session).id, bidder_tag="t", sealed=b"x", digest="0" * 64))


BAD: dict[str, list[Row]] = {
    "ck_amendments_decided_at": with_bad(amendment, status="agreed"),
    "ck_amendments_proposed_by_side": with_bad(amendment, proposed_by_side="referee"),
    "ck_amendments_status": with_bad(amendment, status="maybe", decided_at=NOW),
    "uq_amendments_contract_id_number": twice(
        lambda s: amendment(s, status="refused", decided_at=NOW), "contract_id", "number"
    ),
    "uq_amendments_waiting": twice(amendment, "contract_id", number=2),
    "uq_api_keys_digest": twice(key, "digest"),
    "ck_bid_rounds_by_party": with_bad(bid_round, by_party="broker"),
    "ck_bid_rounds_end_month": with_bad(bid_round, end_month="2027-13"),
    "ck_bid_rounds_start_month": with_bad(bid_round, start_month="2027-00"),
    "ck_bid_rounds_months_in_order": with_bad(bid_round, end_month="2026-12"),
    "ck_bid_rounds_number": with_bad(bid_round, number=0),
    "ck_bid_rounds_t_per_month": with_bad(bid_round, t_per_month=0),
    "ck_bids_awaits": with_bad(make.bid, awaits="nobody"),
    "ck_contract_documents_number": _document(number=-1),
    "ck_contract_documents_sha256": _document(sha256="short"),
    "ck_contract_months_month": _month(month="2027-13"),
    "ck_contract_months_planned_t": _month(planned_t=-1),
    "ck_contract_specs_basis": with_bad(spec, basis="often"),
    "ck_contract_specs_min_max": with_bad(spec, minimum=9),
    "ck_contract_specs_some_limit": with_bad(spec, maximum=None),
    "uq_contract_specs_contract_id_property_id_basis": twice(spec, "contract_id", "property_id", "basis"),
    "ck_contracts_confirmed": with_bad(make.contract, status="active"),
    "ck_contracts_end_month": with_bad(make.contract, end_month="2027-13"),
    "ck_contracts_start_month": with_bad(make.contract, start_month="2027-00"),
    "ck_contracts_months_in_order": with_bad(make.contract, end_month="2026-12"),
    "ck_contracts_ended_at": with_bad(make.contract, status="ended"),
    "ck_contracts_freight_payer": with_bad(make.contract, freight_payer="city"),
    "ck_contracts_off_spec": with_bad(make.contract, off_spec="burn"),
    "ck_contracts_on_a_listing": with_bad(make.contract, supply_id=None),
    "ck_contracts_status": with_bad(make.contract, status="lost"),
    "ck_contracts_tolerance": [
        *with_bad(make.contract, tolerance=0.3), *with_bad(make.contract, weighing_tolerance=-0.1),
    ],
    "ck_contracts_two_parties": [_same_party],
    "uq_contracts_bid_id": _contract_twice(code="HT-other"),
    "uq_contracts_code": [_another_bid],
    "ck_supplies_sale_mode": with_bad(make.supply, sale_mode="lottery"),
    "ck_demands_sale_mode": with_bad(make.demand, sale_mode="lottery"),
    "ck_disputes_about": with_bad(dispute, about="colour"),
    "ck_disputes_opened_by_side": with_bad(dispute, opened_by_side="city"),
    "ck_disputes_proposed_by_side": with_bad(dispute, proposed_by_side="city"),
    "ck_disputes_proposed_t": with_bad(dispute, proposed_t=-1),
    "ck_disputes_settled_at": with_bad(dispute, status="settled"),
    "ck_disputes_status": with_bad(dispute, status="lost", settled_at=NOW),
    "uq_disputes_open": twice(dispute, "transfer_id"),
    "ck_ledger_balances_account": with_bad(balance, account="pocket"),
    "ck_ledger_balances_month": with_bad(balance, month="2027-13"),
    "ck_ledger_balances_not_below_zero": with_bad(balance, tonnes=-1),
    "ck_ledger_entries_hash": with_bad(entry, hash="short"),
    "ck_ledger_entries_seq": with_bad(entry, seq=0),
    "uq_ledger_entries_hash": twice(entry, "hash", seq=99_991),
    "uq_ledger_entries_corrects_seq": twice(
        lambda s: entry(s, corrects_seq=entry(s).seq), "corrects_seq", seq=99_992, hash="f" * 64
    ),
    "ck_ledger_head_single_row": [lambda s: s.add(LedgerHead(id=2, seq=0, hash="0" * 64))],
    "ck_ledger_postings_account": with_bad(posting, account="pocket"),
    "ck_ledger_postings_month": with_bad(posting, month="27-01"),
    "ck_ledger_postings_tonnes": with_bad(posting, tonnes=0),
    "ck_mails_attempts": with_bad(mail, attempts=-1),
    "ck_mails_status": with_bad(mail, status="lost"),
    "uq_mails_notice_id": twice(mail, "notice_id", message_id="other"),
    "uq_mails_message_id": [lambda s: [mail(s, message_id="same") for _ in range(2)]],
    "uq_sealed_bids_tender_id_bidder_tag": twice(_sealed, "tender_id", "bidder_tag"),
    "ck_tenders_closed_at": with_bad(tender, status="closed"),
    "ck_tenders_deadline": with_bad(tender, deadline=NOW),
    "ck_tenders_extension": [*with_bad(tender, extension_s=-1), *with_bad(tender, step_yuan_per_t=-1)],
    "ck_tenders_mode": with_bad(tender, mode="shouted"),
    "ck_tenders_on_one_listing": with_bad(tender, supply_id=None),
    "ck_tenders_status": with_bad(tender, status="lost"),
    "uq_tenders_running_on_supply": twice(tender, "supply_id"),
    "uq_tenders_running_on_demand": twice(lambda s: tender(s, demand_id=make.demand(s).id), "demand_id"),
    "uq_tenders_submission_key": [lambda s: [tender(s, submission_key="k") for _ in range(2)]],
    "ck_transfer_files_gate": _file(gate="back"),
    "ck_transfer_files_size_bytes": _file(size_bytes=0),
    "ck_transfers_accepted_t": with_bad(transfer, accepted_t=-1),
    "ck_transfers_manifest_no": with_bad(transfer, manifest_no="123"),
    "ck_transfers_month": with_bad(transfer, month="2027-13"),
    "ck_transfers_planned_t": with_bad(transfer, planned_t=0),
    "ck_transfers_status": with_bad(transfer, status="lost"),
    "uq_transfers_code": twice(transfer, "code"),
    "uq_transfers_manifest_no": [lambda s: [transfer(s, manifest_no="20271506000001") for _ in range(2)]],
    "uq_transfers_submission_key": [lambda s: [transfer(s, submission_key="k") for _ in range(2)]],
    "ck_weighings_gate": with_bad(weighing, gate="back"),
    "ck_weighings_gross_above_tare": [*with_bad(weighing, gross_t=15), *with_bad(weighing, tare_t=0)],
    "ck_weighings_source": with_bad(weighing, source="guess"),
    "uq_weighings_site_id_slip_no": twice(weighing, "site_id", "slip_no", gate="in"),
    "uq_weighings_transfer_id_gate": twice(weighing, "transfer_id", "gate", slip_no="other"),
}
