"""The PDFs of a contract are kept as they were: the one both sides confirmed, and one for each agreed amendment."""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contracts.document import document_of
from marketplace.contracts.document_pdf import pdf_of
from marketplace.unit_of_work import UnitOfWork
from models.contracts import AmendmentStatus, Contract, ContractDocument


def keep_document(uow: UnitOfWork, contract: Contract) -> str:
    """Set the contract as it now stands, keep the PDF and return its SHA-256; its number is the amendments agreed.

    Called behind the contract's lock, once both sides have confirmed and whenever an amendment is agreed after that.
    """
    uow.session.flush()
    content = pdf_of(document_of(contract))
    digest = hashlib.sha256(content).hexdigest()
    number = sum(one.status == AmendmentStatus.AGREED for one in contract.amendments)
    uow.session.add(ContractDocument(
        contract_id=contract.id, number=number, sha256=digest, content=content, made_at=uow.now
    ))
    contract.document_sha256 = digest
    return digest


def kept_document(session: Session, contract: Contract, number: int | None = None) -> ContractDocument | None:
    """The kept PDF of that number, the newest unless told; None for a draft."""
    query = select(ContractDocument).where(ContractDocument.contract_id == contract.id)
    if number is not None:
        query = query.where(ContractDocument.number == number)
    return session.scalar(query.order_by(ContractDocument.number.desc()).limit(1))


def kept_versions(session: Session, contract: Contract) -> list[tuple[int, str]]:
    """Number and SHA-256 of every kept PDF, oldest first, without their contents."""
    rows = session.execute(
        select(ContractDocument.number, ContractDocument.sha256)
        .where(ContractDocument.contract_id == contract.id).order_by(ContractDocument.number)
    )
    return [(number, digest) for number, digest in rows]
