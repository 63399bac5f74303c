"""The page of one contract put together, and what several of its views need."""

from __future__ import annotations

from flask import render_template
from flask_wtf import FlaskForm

from marketplace.contracts import presenters_page, queries, rules, rules_amendments
from marketplace.contracts.document_keeping import kept_versions
from marketplace.contracts.forms import ReasonForm
from marketplace.contracts.parties import waiting_amendment
from marketplace.contracts.rules_amendments import month_field
from marketplace.errors import NotFound, NotPossible
from marketplace.i18n import named
from marketplace.ledger.queries import contract_months
from marketplace.listings.presenters import listing_title, listing_url
from marketplace.months import month_after, months_between
from marketplace.reasons import refusal_text
from marketplace.security.permissions import may, require
from marketplace.session import current_actor, db_session
from marketplace.tenders.standing import room_of
from marketplace.transfers.page import of_contract
from marketplace.transfers.presenters import place_words
from models.contracts import Contract, ContractStatus

# How many months after its last one a contract may be lengthened by in one change.
MOST_NEW_MONTHS = 6

__all__ = ["amendable_months", "barred_from_amending", "month_field", "readable", "show"]


def readable(code: str) -> Contract:
    """The contract, which the actor may see; :class:`NotFound` or :class:`Forbidden` otherwise."""
    contract = queries.contract_by_code(db_session(), code)
    if contract is None:
        raise NotFound(code)
    require(current_actor(), "contract.view", contract)
    return contract


def show(code: str, *, form: FlaskForm | None = None, refused: NotPossible | None = None) -> str:
    """The page; ``form`` is one of its forms as it was sent, ``refused`` why nothing was done."""
    session, actor = db_session(), current_actor()
    contract = readable(code)
    side, held = contract.side_of(actor.enterprise_id), contract_months(session, contract)
    asked = waiting_amendment(contract)
    confirming = rules.may_confirm(
        contract, side, version=contract.version, amendment_waits=asked is not None
    ) if side else []
    return render_template(
        "contracts/contract.html", contract=contract, side=side,
        line=presenters_page.contract_line(contract, actor.enterprise_id, held),
        months=presenters_page.month_lines(contract, held), terms=presenters_page.terms(contract),
        limits=presenters_page.limits(contract),
        steps=presenters_page.steps(contract, queries.events_of(session, contract, presenters_page.STEP_WORDS)),
        changes=presenters_page.amendment_views(contract, side), shown=of_contract(contract),
        listings=[
            (listing_title(one), listing_url(one)) for one in (contract.supply, contract.demand) if one is not None
        ],
        from_place=place_words(contract.from_site, contract.producer),
        to_place=place_words(contract.to_site, contract.taker), producer=named(contract.producer),
        taker=named(contract.taker), versions=kept_versions(session, contract),
        refused=[refusal_text(reason) for reason in refused.reasons] if refused else [],
        proposed=contract.status == ContractStatus.PROPOSED, active=contract.status == ContractStatus.ACTIVE,
        may_confirm=side is not None and not confirming and may(actor, "contract.confirm", contract),
        confirm_barred=[refusal_text(reason) for reason in confirming],
        may_act=side is not None and may(actor, "contract.end", contract),
        may_amend=side is not None and not barred_from_amending(contract),
        forms={
            name: form if form is not None and getattr(form, "_prefix", "") == f"{name}-"
            else ReasonForm(formdata=None, prefix=f"{name}-")
            for name in ("decline", "end")
        },
    )


def amendable_months(contract: Contract) -> list[str]:
    """The contract's months, and some after them as far as its listings reach."""
    session = db_session()
    last = month_after(contract.end_month, MOST_NEW_MONTHS)
    for listing in (contract.supply, contract.demand):
        if listing is not None:
            last = min(last, max(contract.end_month, room_of(session, listing).last))
    return months_between(contract.start_month, last)


def barred_from_amending(contract: Contract) -> list[str]:
    """Why no change can be proposed now, in words."""
    reasons = rules_amendments.may_propose(
        contract, version=contract.version, waits=waiting_amendment(contract) is not None
    )
    return [refusal_text(reason) for reason in reasons]
