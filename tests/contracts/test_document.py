"""The contract as a text and as a PDF: complete, the same bytes for the same text, kept with its hash."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace import pdf_type
from marketplace.contracts.document import Document, document_of
from marketplace.contracts.document_keeping import kept_document, kept_versions
from marketplace.contracts.document_pdf import pdf_of
from marketplace.contracts.service import confirm_contract
from marketplace.errors import NotPossible
from marketplace.security.actor import STAFF, Actor
from marketplace.unit_of_work import UnitOfWork
from models import Contract, Event
from tests import factories as make


def contract_with_limits(session: Session, **values: Any) -> Contract:
    demand = make.demand(session, specs=[{"property_id": "loi", "maximum": 8, "standard": "GB/T 1596-2017"}])
    bid = make.bid(
        session, supply=make.supply(session), bidder=demand.enterprise, own_demand_id=demand.id, **values
    )
    return make.contract(session, bid)


def words(document: Document) -> str:
    told = [document.title, *(" ".join(fact) for fact in document.facts)]
    for section in document.sections:
        told += [section.heading, *section.paragraphs]
        if section.table:
            told += [*section.table.head, *(cell for row in section.table.rows for cell in row)]
    return "\n".join(told)


def test_everything_agreed_is_in_it(session: Session) -> None:
    contract = contract_with_limits(session, t_per_month=1234, end_month="2027-03")
    told = words(document_of(contract))
    for part in (
        contract.code, contract.producer.name, contract.taker.name, "粉煤灰(煤粉炉)", "2027-03", "1,234", "3,702",
        "每吨 10 元，由接收方付给产废方", "运费由接收方承担", "烧失量", "≤ 8 %", "GB/T 1596-2017", contract.sampling,
        "第490条", "第476条", "尚未确认", "0.5%", "5%",
    ):
        assert part in told, part
    assert "危险废物" not in told and document_of(contract).draft


def test_who_pays_is_said_by_the_sign(session: Session) -> None:
    assert "由产废方付给接收方" in words(document_of(contract_with_limits(session, price_yuan_per_t=-3)))
    assert "双方互不付价款" in words(document_of(contract_with_limits(session, price_yuan_per_t=0)))


def test_hazardous_waste_brings_licence_and_manifest(session: Session) -> None:
    supply = make.supply(session, waste_type_id="coal_tar_residue")
    contract = make.contract(session, make.bid(session, supply=supply, waste_type_id="coal_tar_residue"))
    assert "联单编号 14 位" in words(document_of(contract))


def test_the_same_text_gives_the_same_bytes(session: Session) -> None:
    contract = contract_with_limits(session)
    first = pdf_of(document_of(contract))
    assert first == pdf_of(document_of(contract))
    assert first.startswith(b"%PDF-") and b"/FontFile2" in first
    contract.tolerance = 0
    assert pdf_of(document_of(contract)) != first


def test_without_the_type_nothing_half_made(session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(pdf_type, "FONT_FILE", tmp_path / "none.ttf")
    pdf_type.need_type.cache_clear()
    with pytest.raises(NotPossible, match="pdf:no_type"):
        pdf_of(document_of(contract_with_limits(session)))


def test_the_second_confirmation_keeps_the_pdf_and_its_hash(session: Session) -> None:
    contract = contract_with_limits(session)
    for side in (contract.producer_id, contract.taker_id):
        assert kept_document(session, contract) is None
        person = make.user(session, enterprise_id=side)
        with UnitOfWork(session) as uow:
            confirm_contract(
                uow=uow, actor=Actor(user_id=person.id, role=STAFF, enterprise_id=side), contract_id=contract.id,
                version=contract.version,
            )
    kept = kept_document(session, contract)
    digest = hashlib.sha256(kept.content).hexdigest()
    event = session.scalars(
        select(Event).where(Event.kind == "contract.active", Event.subject_id == str(contract.id))
    ).one()
    assert digest == kept.sha256 == contract.document_sha256 == event.data["document_sha256"]
    assert kept_versions(session, contract) == [(0, digest)]
    assert kept.content == pdf_of(document_of(contract)) and not document_of(contract).draft
