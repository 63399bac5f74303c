"""The ledgers of sites, what is recorded by hand there, and the proof of the whole."""

from __future__ import annotations

import time

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.errors import NotFound
from marketplace.ledger import presenters, queries_sites
from marketplace.ledger.accounts import by_waste
from marketplace.ledger.verify import verify
from marketplace.ledger.views_official import official, official_excel
from marketplace.ledger.views_record import correct, disposal, opening, production, use
from marketplace.security.permissions import may, require
from marketplace.session import current_actor, db_session
from marketplace.urls import Url
from models.ledger import Account
from models.organisations import Site


def sites() -> ResponseReturnValue:
    session = db_session()
    found = queries_sites.sites_for(session, current_actor())
    accounts = by_waste(queries_sites.account_sums(session, [site.id for site in found]))
    lines = {site.id: [] for site in found}
    for (site_id, waste), one in accounts.items():
        lines[site_id].append((waste, one))
    return render_template(
        "ledger/sites.html", sites=found, lines=lines, waste_name=presenters.waste_name, site_name=presenters.site_name,
    )


def site(site_id: int) -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    place = _readable(site_id)
    months = queries_sites.months_of(session, site_id)
    period = request.args.get("period", "")
    period = period if period in months else ""
    sieve = queries_sites.Sieve(*(request.args.get(name, "")[:60] for name in ("month", "waste", "account")))
    page = max(1, request.args.get("page", 1, type=int))
    entries, count, page = queries_sites.entries_of(session, site_id, sieve, page)
    contracts = queries_sites.contract_codes(session, [entry.contract_id for entry in entries if entry.contract_id])
    accounts = by_waste(queries_sites.account_sums(session, [site_id], first=period or None, last=period or None))
    return render_template(
        "ledger/site.html", site=place, site_name=presenters.site_name(place), months=months, period=period,
        wastes=presenters.waste_rows(accounts), takes=any(one.now(Account.RECEIVED) for one in accounts.values()),
        sieve=sieve, count=count, page=page, pages=max(1, -(-count // queries_sites.PAGE)),
        accounts=[(account, presenters.ACCOUNT_WORDS[account]) for account in SHOWN_ACCOUNTS],
        waste_options=[(key, presenters.waste_name(key)) for key in queries_sites.wastes_of(session, place)],
        may_record=may(actor, "ledger.record", place),
        entries=presenters.entry_rows(
            entries, place, contracts=contracts, may_record=may(actor, "ledger.record", place),
            transfers=queries_sites.transfer_codes(session, [one.transfer_id for one in entries if one.transfer_id]),
            taken_back=queries_sites.taken_back(session, [entry.seq for entry in entries]),
            may_see=[key for key, contract in contracts.items() if may(actor, "contract.view", contract)],
        ),
        page_url=lambda number: url_for(
            "ledger.site", site_id=site_id, page=number, period=period or None, month=sieve.month or None,
            waste=sieve.waste or None, account=sieve.account or None, _anchor="movements",
        ),
    )


def proof() -> ResponseReturnValue:
    session = db_session()
    report, seconds = None, 0.0
    if request.method == "POST":
        engine, started = session.get_bind(), time.perf_counter()
        # The reading of this request is over; the proof reads on a connection of its own, at one moment.
        report = verify(engine)
        seconds = time.perf_counter() - started
    return render_template(
        "ledger/proof.html", head=queries_sites.head(session), report=report, seconds=seconds,
        words=presenters.CHECK_WORDS,
    )


def _readable(site_id: int) -> Site:
    place = queries_sites.site_by_id(db_session(), site_id)
    if place is None:
        raise NotFound(str(site_id))
    require(current_actor(), "ledger.view", place)
    return place


# What a filter of the movements offers: every account but the source of promises, which nobody reads.
SHOWN_ACCOUNTS = tuple(account for account in Account if account != Account.UNCOMMITTED)

URLS = [
    Url("/ledger", sites, "ledger.view"),
    Url("/ledger/<int:site_id>", site, "ledger.view"),
    Url("/ledger/<int:site_id>/opening", opening, "ledger.record", ("GET", "POST")),
    Url("/ledger/<int:site_id>/production", production, "ledger.record", ("GET", "POST")),
    Url("/ledger/<int:site_id>/use", use, "ledger.record", ("GET", "POST")),
    Url("/ledger/<int:site_id>/disposal", disposal, "ledger.record", ("GET", "POST")),
    Url("/ledger/<int:site_id>/entries/<int:seq>/correct", correct, "ledger.record", ("GET", "POST")),
    Url("/ledger/<int:site_id>/forms", official, "ledger.view"),
    Url("/ledger/<int:site_id>/forms.xlsx", official_excel, "ledger.view"),
    Url("/admin/ledger", proof, "ledger.verify", ("GET", "POST")),
]
