"""The page of one consignment put together, and what several views need around it."""

from __future__ import annotations

from flask import render_template, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from marketplace import formatting
from marketplace.alerts.words import page as address_of
from marketplace.errors import NotFound, NotPossible
from marketplace.i18n import named
from marketplace.ledger.queries import contract_months
from marketplace.reasons import refusal_text
from marketplace.security.permissions import may, require
from marketplace.session import current_actor, db_session
from marketplace.transfers import presenters, presenters_page, queries, rules
from marketplace.transfers.forms import RESULT, ReasonForm, ResultsForm, TonnesForm, with_results
from marketplace.transfers.parties import open_dispute_of
from models.contracts import Contract
from models.transfers import Gate, Transfer, TransferStatus

SHOWN_OF_CONTRACT = 20
_PREFIXES = {"cancel": ReasonForm, "reject": ReasonForm, "dispute": ReasonForm, "propose": TonnesForm}


def show(code: str, *, form: FlaskForm | None = None, refused: NotPossible | None = None) -> str:
    """The page; ``form`` is one of its forms as it was sent, ``refused`` why nothing was done."""
    session, actor = db_session(), current_actor()
    transfer = queries.transfer_by_code(session, code)
    if transfer is None:
        raise NotFound(code)
    require(actor, "transfer.view", transfer.contract)
    side, events = transfer.contract.side_of(actor.enterprise_id), queries.events_of(session, transfer)
    turn, whose = presenters.whose_turn(transfer)
    return render_template(
        "transfers/transfer.html", transfer=transfer, contract=transfer.contract, side=side,
        line=presenters.transfer_line(transfer, actor.enterprise_id), turn=turn, mine=side in whose,
        weighings=presenters_page.weighing_views(transfer, events),
        difference=presenters_page.difference_view(transfer),
        bands=presenters_page.result_bands(transfer), files=presenters_page.file_views(transfer, transfer.files),
        steps=presenters_page.steps(events), entries=presenters_page.entry_views(queries.entries_of(session, transfer)),
        dispute=presenters_page.dispute_view(open_dispute_of(transfer), side),
        refused=[refusal_text(reason) for reason in refused.reasons] if refused else [],
        may_decide=side == rules.KEEPER[Gate.IN] and may(actor, "transfer.decide", transfer.contract),
        may_settle=side is not None and may(actor, "transfer.settle", transfer.contract),
        may_cancel=side is not None and not rules.may_move(transfer, TransferStatus.CANCELLED),
        correctable=side is not None and any(
            rules.KEEPER[gate] == side and not rules.may_correct(transfer, gate) for gate in Gate
        ),
        from_place=presenters.place_words(transfer.contract.from_site, transfer.contract.producer),
        to_place=presenters.place_words(transfer.contract.to_site, transfer.contract.taker),
        contract_url=_contract_url(transfer.contract),
        forms=_forms(transfer, form), results_form=_results_form(transfer, form),
    )


def _contract_url(contract: Contract) -> str:
    """Where the contract is read; empty on a site that has no such page."""
    address = address_of("contracts", contract.code)
    return "" if address == url_for("alerts.inbox") else address


def of_contract(contract: Contract) -> dict[str, object]:
    """What the section of consignments on a contract's page shows (``transfers/of_contract.html``)."""
    actor = current_actor()
    rows = queries.of_contract(db_session(), contract.id, limit=SHOWN_OF_CONTRACT + 1)
    return {
        "lines": presenters.transfer_lines(rows[:SHOWN_OF_CONTRACT], actor.enterprise_id),
        "more": len(rows) > SHOWN_OF_CONTRACT, "code": contract.code,
        "may_plan": may(actor, "transfer.plan", contract) and not rules.contract_open(contract),
    }


def _forms(transfer: Transfer, sent: FlaskForm | None) -> dict[str, FlaskForm]:
    """The small forms of the page, the sent one as it came and the others empty."""
    prefix = getattr(sent, "_prefix", "").rstrip("-")
    return {
        name: sent if sent is not None and name == prefix else kind(formdata=None, prefix=f"{name}-")
        for name, kind in _PREFIXES.items()
    }


def _results_form(transfer: Transfer, sent: FlaskForm | None) -> FlaskForm | None:
    if isinstance(sent, ResultsForm):
        return sent
    if rules.undecided(transfer) or not transfer.contract.specs:
        return None
    known = {f"{RESULT}{row.property_id}": row.value for row in transfer.results}
    return with_results(ResultsForm, limited_properties(transfer.contract))(formdata=None, data=known)


def limited_properties(contract: Contract) -> list[tuple[str, str, str]]:
    """Id, name with its limit, and unit of each property that the contract limits, each once."""
    found: dict[str, tuple[str, str, str]] = {}
    for spec in contract.specs:
        unit = formatting.unit(spec.property.unit)
        limit = formatting.measured(formatting.limits(spec.minimum, spec.maximum), unit)
        found.setdefault(spec.property_id, (spec.property_id, f"{named(spec.property)} {limit}", unit))
    return list(found.values())


def beside_fields(form: FlaskForm, refused: NotPossible, otherwise: str) -> None:
    """Each reason beside its field; one without a field of this form beside ``otherwise``."""
    for reason in refused.reasons:
        field = form[reason.field] if reason.field in form else form[otherwise]
        field.errors = [*field.errors, refusal_text(reason)]


def month_rows(contract: Contract) -> list[tuple[str, str, str, str]]:
    """Months of a contract: agreed, sent, and still to be sent, in tonnes."""
    held = contract_months(db_session(), contract)
    rows = []
    for row in contract.months:
        month = held.get(row.month)
        sent, left = (month.sent, month.contracted) if month else (0, 0)
        rows.append((formatting.month(row.month), formatting.number(row.planned_t, 1),
                     formatting.number(sent, 1), formatting.number(left, 1)))
    return rows


def list_choices(session: Session, enterprise_id: int | None) -> tuple[list[tuple[str, str]], list[str]]:
    """The months and contracts that the list can be narrowed to."""
    pairs = queries.months_and_contracts(session, enterprise_id)
    months = sorted({month for month, _code in pairs}, reverse=True)
    return [(month, formatting.month(month)) for month in months], sorted({code for _month, code in pairs})
