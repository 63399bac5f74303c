"""The contract as a document: to read and print, and as the PDF that was confirmed."""

from __future__ import annotations

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from marketplace.contracts.document import document_of
from marketplace.contracts.document_keeping import kept_document, kept_versions
from marketplace.contracts.document_pdf import pdf_of
from marketplace.contracts.queries import contract_by_code
from marketplace.errors import NotFound
from marketplace.security.permissions import require
from marketplace.session import current_actor, db_session
from marketplace.urls import Url
from models.contracts import Contract


def document(code: str) -> ResponseReturnValue:
    contract = _contract(code)
    return render_template(
        "contracts/document.html", document=document_of(contract), code=code,
        versions=kept_versions(db_session(), contract),
    )


def document_pdf(code: str) -> ResponseReturnValue:
    """The newest kept PDF, or number ``?version=``; a draft is set anew and carries its mark."""
    contract = _contract(code)
    number = request.args.get("version", type=int)
    kept = kept_document(db_session(), contract, number)
    if kept is None and number is not None:
        raise NotFound(f"{code}, {number}")
    content = kept.content if kept else pdf_of(document_of(contract))
    name = f"{code}-{kept.number}.pdf" if kept else f"{code}-draft.pdf"
    return Response(
        content, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


def _contract(code: str) -> Contract:
    contract = contract_by_code(db_session(), code)
    if contract is None:
        raise NotFound(code)
    require(current_actor(), "contract.view", contract)
    return contract


URLS = [
    Url("/contracts/<code>/document", document, "contract.view"),
    Url("/contracts/<code>/document.pdf", document_pdf, "contract.view"),
]
