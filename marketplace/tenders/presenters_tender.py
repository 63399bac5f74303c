"""Tenders in words and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from marketplace import formatting
from marketplace.i18n import named
from marketplace.listings.presenters import listing_title, listing_url, month_span
from marketplace.matches.reason_words import Chip, chip
from marketplace.reasons import declare
from marketplace.tenders.presenters import Journey
from marketplace.tenders.recommending import Advice, Recommendation
from models.bids import Bid
from models.listings import kind_of
from models.tenders import Tender, TenderMode, TenderQuestion, TenderStatus

MODE_WORDS = {TenderMode.SEALED: _l("Sealed bids"), TenderMode.ASCENDING: _l("Open bidding")}
STATUS_WORDS = {
    TenderStatus.OPEN: _l("Running"), TenderStatus.CLOSED: _l("Closed, award due"),
    TenderStatus.AWARDED: _l("Awarded"), TenderStatus.CANCELLED: _l("Called off"),
}
WHY = {
    "whole": _l("Gets all it bid for: among the best prices after freight, and every limit is met."),
    "part": _l("Gets what the better bids leave: then the months are full."),
    "price": _l("Its price leaves you less than the bids that get the tonnes."),
    "freight": _l("Without freight it would be ahead; the freight of %(freight)s yuan/t takes the lead away."),
    "infeasible": _l("Does not fit; the marks say which rule is not met."),
    "unverified": _l("Not planned: a limit is set on something that has not been assayed."),
    "room": _l("These months have no room left."),
    "no_place": _l("The bidder has entered no site, so nobody knows where the tonnes would go."),
}
FAULTS = {
    "missing": _l("the event log knows it, the table has lost it"),
    "not_logged": _l("the event log does not know it"),
    "digest": _l("it is not what was sealed"),
    "bidder": _l("its bidder is not the one who sealed it"),
}

declare(
    {
        "tender:runs_already": _l("This listing is out to tender already."),
        "tender:bids_wait": _l("%(count)s open bids on this listing wait for an answer. Accept or decline them first."),
        "tender:deadline_past": _l("The deadline has passed already: it is %(now)s by the server's clock."),
        "tender:deadline_far": _l("The deadline lies more than %(days)s days ahead."),
        "tender:nobody_invited": _l("Only invited enterprises may bid, and nobody is invited. Choose some."),
        "tender:after_deadline": _l(
            "The deadline was %(deadline)s; your bid reached the server at %(now)s. The server's time decides."
        ),
        "tender:not_open": _l("This tender takes no bids any more."),
        "tender:own": _l("This is your own enterprise's tender."),
        "tender:not_invited": _l("Only invited enterprises may bid here, and yours is not among them."),
        "tender:below_reserve": _l("The reserve price is %(reserve)s yuan/t at least; you wrote %(price)s."),
        "tender:above_reserve": _l("The reserve price is %(reserve)s yuan/t at most; you wrote %(price)s."),
        "tender:not_higher": _l("You have bid %(before)s yuan/t; an open bid may only go up. You wrote %(price)s."),
        "tender:not_lower": _l(
            "You have offered %(before)s yuan/t; an open bid may only go down. You wrote %(price)s."
        ),
        "tender:step_too_small": _l("The smallest step is %(step)s yuan/t; yours is %(gain)s."),
        "tender:fewer_tonnes": _l("You have bid for %(before)s t a month; an open bid may not shrink to %(tonnes)s."),
        "tender:fewer_months": _l("Your bid runs from %(first)s to %(last)s; an open bid may not lose months."),
        "tender:other_mode": _l("This tender takes bids of the other kind. Reload the page."),
        "tender:over": _l("This tender is over."),
        "tender:reason_missing": _l("Say why: the bidders read it."),
        "tender:no_more_questions": _l("Questions are asked and answered before the deadline only."),
        "tender:question_missing": _l("Write the question first."),
        "tender:answer_missing": _l("Write the answer first."),
        "tender:too_long_to_seal": _l("The message is too long to be sealed. Shorten it."),
        "tender:still_sealed": _l("The bids stay sealed until %(deadline)s; it is %(now)s by the server's clock."),
        "tender:still_runs": _l("The tender still runs; it is awarded after its deadline."),
        "tender:changed": _l(
            "The tender was changed since you saw it. It is shown again below; please decide once more."
        ),
        "tender:negative_award": _l("%(tonnes)s t a month cannot be awarded."),
        "tender:more_than_bid": _l("The bid is for %(bid)s t a month; you wrote %(tonnes)s."),
        "tender:award_reason_missing": _l("Say why: the record of the tender keeps it."),
    }
)


@dataclass(frozen=True, slots=True)
class TenderView:
    """A tender as a line or a page head."""

    id: int
    url: str
    title: str
    listing_url: str
    listing_code: str
    owner: str
    kind: str
    mode: str
    mode_word: str
    status: str
    status_word: str
    deadline: str
    opened: str
    closed: str
    reserve: str
    step: str
    extension: str
    invited_only: bool
    terms: str
    award_reason: str


def tender_view(tender: Tender) -> TenderView:
    listing = tender.listing
    minutes = tender.extension_s // 60
    return TenderView(
        id=tender.id, url=url_for("tenders.tender_page", tender_id=tender.id), title=listing_title(listing),
        listing_url=listing_url(listing), listing_code=listing.code, owner=named(listing.enterprise),
        kind=kind_of(listing), mode=tender.mode, mode_word=str(MODE_WORDS[TenderMode(tender.mode)]),
        status=tender.status, status_word=str(STATUS_WORDS[TenderStatus(tender.status)]),
        deadline=formatting.exact_moment(tender.deadline), opened=formatting.moment(tender.opened_at),
        closed=formatting.exact_moment(tender.closed_at), reserve=formatting.yuan_per_t(tender.reserve_yuan_per_t),
        step=formatting.yuan_per_t(tender.step_yuan_per_t) if tender.step_yuan_per_t else "",
        extension=ngettext("%(num)s minute", "%(num)s minutes", minutes) if minutes else "",
        invited_only=tender.invited_only, terms=tender.terms, award_reason=tender.award_reason,
    )


@dataclass(frozen=True, slots=True)
class OpenBid:
    """A bid of an open tender as everybody sees it: a number in place of the name."""

    label: str
    mine: bool
    tonnes: str
    price: str
    months: str
    when: str
    provisional: str
    standing: str


def open_bids(
    bids: Sequence[Bid], provisional: Mapping[int, Decimal], enterprise_id: int | None
) -> list[OpenBid]:
    """The bids, best first as ``provisional`` has them; the label tells the order in which they first came."""
    numbers = {bid.id: number for number, bid in enumerate(sorted(bids, key=lambda bid: bid.id), start=1)}
    by_id = {bid.id: bid for bid in bids}
    views = []
    for bid_id, tonnes in provisional.items():
        bid = by_id[bid_id]
        standing = "yes" if tonnes >= bid.t_per_month else "unknown" if tonnes > 0 else "no"
        views.append(OpenBid(
            _("Bidder %(number)s", number=numbers[bid_id]), bid.bidder_enterprise_id == enterprise_id,
            formatting.number(bid.t_per_month, 3), formatting.yuan(bid.price_yuan_per_t, 2),
            month_span(bid.start_month, bid.end_month), formatting.exact_moment(bid.rounds[-1].made_at),
            formatting.number(tonnes, 3), standing,
        ))
    return views


@dataclass(frozen=True, slots=True)
class Compared:
    """One bid on the page where the owner awards."""

    id: int
    field: str
    bidder: str
    bidder_url: str
    tonnes: str
    months: str
    gate: str
    delivered: str
    distance: str
    freight: str
    own_room: str
    chips: tuple[Chip, ...]
    met: str
    message: str
    planned: str
    planned_exact: str
    why: str
    state: str


@dataclass(frozen=True, slots=True)
class PlanView:
    """The engine's plan in one line."""

    tonnes: Decimal
    money: str
    complete: bool


def compared(
    recommendation: Recommendation, journeys: Mapping[int, Journey], own_room: Mapping[int, Decimal]
) -> list[Compared]:
    """Every bid beside what the plan gives it and why."""
    return [_compared(one, journeys.get(one.bid.id), own_room.get(one.bid.id)) for one in recommendation.advice]


def _compared(advice: Advice, journey: Journey | None, own_room: Decimal | None) -> Compared:
    bid = advice.bid
    freight = Decimal(str(journey.freight_yuan_per_t)) if journey else None
    on_supply = bid.supply_id is not None
    other = None if freight is None else bid.price_yuan_per_t + (freight if on_supply else -freight)
    gate, delivered = (bid.price_yuan_per_t, other) if on_supply else (other, bid.price_yuan_per_t)
    reasons = advice.pair.match.reasons if advice.pair is not None else ()
    limits = [one for one in reasons if one.code.partition(":")[0] in ("spec", "blend", "assay")]
    met = sum(one.state == "yes" for one in limits)
    words = str(WHY[advice.why])
    return Compared(
        id=bid.id, field=f"award_{bid.id}", bidder=named(bid.bidder),
        bidder_url=url_for("organisations.enterprise", code=bid.bidder.code),
        tonnes=formatting.number(bid.t_per_month, 3), months=month_span(bid.start_month, bid.end_month),
        gate=formatting.yuan(gate, 2), delivered=formatting.yuan(delivered, 2),
        distance=formatting.kilometres(journey.km) if journey else formatting.MISSING,
        freight=formatting.yuan(freight, 2), own_room=formatting.number(own_room, 1),
        chips=tuple(chip(one) for one in reasons if one.state != "yes"),
        met=_("%(met)s of %(all)s limits met", met=met, all=len(limits)) if limits else _("no limits stated"),
        message=bid.message, planned=formatting.number(advice.tonnes, 3),
        planned_exact=formatting.plain_number(advice.tonnes),
        why=words % {"freight": formatting.yuan(freight, 2)} if "%(" in words else words,
        state="yes" if advice.why == "whole" else "unknown" if advice.why in ("part", "unverified") else "no",
    )


def plan_view(recommendation: Recommendation) -> PlanView:
    return PlanView(
        recommendation.tonnes, formatting.yuan(recommendation.money_yuan, 0), recommendation.status == "optimal"
    )


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question and its answer; who asked is not told."""

    id: int
    question: str
    asked: str
    answer: str
    answered: str


def question_views(questions: Sequence[TenderQuestion]) -> list[QuestionView]:
    return [
        QuestionView(
            row.id, row.question, formatting.moment(row.asked_at), row.answer, formatting.moment(row.answered_at)
        )
        for row in questions
    ]


def fault_words(faults: Sequence[Mapping[str, object]]) -> list[str]:
    """Sealed bids that could not be opened, each with its digest and why."""
    return [
        _("A sealed bid could not be opened: %(why)s (digest %(digest)s…). It is kept as it is.",
          why=FAULTS.get(str(one["why"]), _("it does not decrypt")), digest=str(one["digest"])[:12])
        for one in faults
    ]
