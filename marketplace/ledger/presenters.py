"""The ledger in words and figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import url_for
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.i18n import named
from marketplace.ledger.accounts import KEPT, WasteAccounts
from marketplace.ledger.rules import BY_HAND
from marketplace.palette import FALLBACK, WASTE_COLOURS
from marketplace.reasons import declare, declare_names
from models.catalogue.reference import catalogue
from models.contracts import Contract
from models.ledger import COMMITMENTS, Account, LedgerEntry
from models.organisations import Site

ACCOUNT_WORDS: dict[str, LazyString] = {
    Account.OPENING: _l("Opening stock"),
    Account.PRODUCED: _l("Produced"),
    Account.RESIDUE: _l("Residue"),
    Account.STOCK: _l("In stock"),
    Account.IN_TRANSIT: _l("In transit"),
    Account.RECEIVED: _l("Received, to be used"),
    Account.USED: _l("Used here"),
    Account.DISPOSED: _l("Disposed of"),
    Account.DIFFERENCE: _l("Weighing difference"),
    Account.UNCOMMITTED: _l("Not promised"),
    Account.RESERVED: _l("Reserved"),
    Account.CONTRACTED: _l("Contracted"),
    Account.SENT: _l("Sent"),
}
TERM_WORDS: dict[str, LazyString] = {
    "stock_before": _l("In stock before"),
    "received_before": _l("To be used before"),
    "in_transit_before": _l("In transit before"),
    "taken_in": _l("Received from others"),
    "handed_over": _l("Handed over to others"),
}
KIND_WORDS: dict[str, LazyString] = {
    "stock.opened": _l("Opening stock entered"),
    "produced": _l("Production entered"),
    "used": _l("Use entered"),
    "disposed": _l("Disposal entered"),
    "contract.reserved": _l("Reserved by an award"),
    "contract.confirmed": _l("Contract confirmed"),
    "contract.amended": _l("Contract changed"),
    "contract.released": _l("Promise given back"),
    "transfer.loaded": _l("Weighed out"),
    "transfer.received": _l("Weighed in"),
    "transfer.settled": _l("Weight settled"),
    "transfer.returned": _l("Sent back"),
    "corrected": _l("Taken back"),
}
METHOD_WORDS: dict[str, LazyString] = {
    "landfill": _l("Landfill"), "incineration": _l("Incineration"), "other": _l("Another method"),
}
CHECK_WORDS: dict[str, LazyString] = {
    "number": _l("Number of the entry"),
    "hash before": _l("Hash of the entry before"),
    "hash": _l("Hash of the entry"),
    "sum": _l("Sum of the entry"),
    "tonnes": _l("Tonnes finer than a kilogram"),
    "below zero": _l("Account below zero"),
    "posting without its entry": _l("Line without its entry"),
    "entry without postings": _l("Entry without lines"),
    "contract of a posting": _l("Contract of a line"),
    "head": _l("End of the chain"),
    "head's number": _l("Number at the end of the chain"),
    "head's hash": _l("Hash at the end of the chain"),
    "balance": _l("Balance"),
    "balance without postings": _l("Balance without lines"),
    "key of a balance": _l("Name of a balance"),
    "contract": _l("Contract that is gone"),
    "sides of a contract": _l("The two sides of a contract"),
    "oversold": _l("More promised than offered"),
}

declare_names("account", ACCOUNT_WORDS)
declare(
    {
        "ledger:below_zero": _l(
            "The ledger has only %(balance)s t on this account (%(account)s); %(tonnes)s t cannot be taken from it."
        ),
        "ledger:month_ahead": _l("A ledger tells what has happened; the last month that can be entered is %(last)s."),
        "ledger:day_ahead": _l("This day has not come yet."),
        "ledger:day_outside": _l("This day is not in %(month)s. Pick a day of that month, or leave it empty."),
        "ledger:already_opened": _l(
            "The opening stock of this waste type is entered already: %(opened)s t. Correct that entry if it is wrong."
        ),
        "ledger:not_there": _l("There are only %(there)s t here, and you wrote %(tonnes)s t."),
        "ledger:use_does_not_accept": _l("This demand does not accept this waste type."),
        "ledger:not_by_hand": _l(
            "This entry comes from a contract or a transfer and is changed there, or it takes back another."
        ),
        "ledger:already_corrected": _l("This entry was taken back already."),
        "ledger:reason_missing": _l("Say why it is wrong: the reason stays in the record."),
        "ledger:gone_since": _l(
            "Of these %(tonnes)s t only %(there)s t are still there; the rest was moved on since, and cannot be taken"
            " back."
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure under its name."""

    label: str
    tonnes: Decimal


@dataclass(frozen=True, slots=True)
class WasteRow:
    """One waste type of a site: its figures, and the two sides of the equation that have something to say."""

    id: str
    name: str
    colour: str
    cells: list[Cell]
    promises: list[Cell]
    left: list[Cell]
    right: list[Cell]
    total: Decimal
    closes: bool


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry as a row of the movements; ``url`` leads to its contract or transfer."""

    seq: int
    entry: LedgerEntry
    kind: str
    lines: list[tuple[str, str, list[Cell]]]
    month: str
    reference: str
    url: str
    note: str
    taken_back_by: int | None
    correct_url: str


def waste_name(waste_type_id: str) -> str:
    """The name of a waste type in the reader's language."""
    found = catalogue().waste_types.get(waste_type_id)
    return named(found) if found else waste_type_id


def site_name(site: Site) -> str:
    """The site's own name, or where it has none that it is the enterprise's main one."""
    return site.name or (_("Main site") if site.is_main else _("Site %(number)s", number=site.id))


def waste_rows(accounts: Mapping[tuple[int, str], WasteAccounts]) -> list[WasteRow]:
    """The rows of one site, one per waste type."""
    return [_waste_row(waste, one) for (_site, waste), one in accounts.items()]


def _waste_row(waste: str, one: WasteAccounts) -> WasteRow:
    figures = {
        Account.PRODUCED: one.came(Account.PRODUCED), Account.RESIDUE: one.came(Account.RESIDUE),
        "taken_in": one.taken_in, **{account: one.now(account) for account in KEPT}, "handed_over": one.handed_over,
        **{account: one.gained[account] for account in (Account.USED, Account.DISPOSED, Account.DIFFERENCE)},
    }
    promised = (Account.RESERVED, Account.CONTRACTED, Account.SENT)
    return WasteRow(
        id=waste, name=waste_name(waste), colour=WASTE_COLOURS.get(waste, FALLBACK),
        cells=[Cell(_word(name), tonnes) for name, tonnes in figures.items()],
        promises=[Cell(_word(account), one.gained[account]) for account in promised],
        left=[Cell(_word(term.name), term.tonnes) for term in one.sources if term.tonnes],
        right=[Cell(_word(term.name), term.tonnes) for term in one.uses if term.tonnes],
        total=sum((term.tonnes for term in one.sources), Decimal(0)), closes=one.closes,
    )


def entry_rows(
    entries: Sequence[LedgerEntry], site: Site, *, contracts: Mapping[int, Contract], transfers: Mapping[int, str],
    taken_back: Mapping[int, int], may_record: bool, may_see: Iterable[int],
) -> list[EntryRow]:
    """The movements of a site; ``may_see`` are the contracts whose pages the reader may open."""
    seen = set(may_see)
    return [_entry_row(entry, site, contracts, transfers, taken_back, may_record, seen) for entry in entries]


def _entry_row(
    entry: LedgerEntry, site: Site, contracts: Mapping[int, Contract], transfers: Mapping[int, str],
    taken_back: Mapping[int, int], may_record: bool, may_see: set[int],
) -> EntryRow:
    contract = contracts.get(entry.contract_id or 0)
    transfer = transfers.get(entry.transfer_id or 0, "")
    own = [row for row in entry.postings if row.site_id == site.id and row.account != Account.UNCOMMITTED]
    correctable = may_record and entry.kind in BY_HAND and entry.seq not in taken_back
    url = f"/transfers/{transfer}" if transfer else f"/contracts/{contract.code}" if contract else ""
    # Tonnes that exist say when it was; a promise may be of another month, which the contract shows.
    real = [row for row in own if row.account not in COMMITMENTS]
    own = [*real, *(row for row in own if row.account in COMMITMENTS)]
    months = sorted({row.month for row in real or own})
    moved: dict[str, dict[str, Decimal]] = {}
    for row in own:
        # Sources stand below zero; a reader asks how much came.
        sign = -1 if row.account in (Account.OPENING, Account.PRODUCED, Account.RESIDUE) else 1
        of_waste = moved.setdefault(row.waste_type_id, {})
        of_waste[row.account] = of_waste.get(row.account, Decimal(0)) + sign * row.tonnes
    return EntryRow(
        seq=entry.seq, entry=entry, kind=str(KIND_WORDS[entry.kind]),
        lines=[
            (waste_name(waste), WASTE_COLOURS.get(waste, FALLBACK),
             [Cell(_word(account), tonnes) for account, tonnes in accounts.items() if tonnes])
            for waste, accounts in moved.items()
        ],
        month=months[0] if len(months) == 1 else "", reference=transfer or (contract.code if contract else ""),
        url=url if contract is not None and contract.id in may_see else "", note=_note(entry),
        taken_back_by=taken_back.get(entry.seq),
        correct_url=url_for("ledger.correct", site_id=site.id, seq=entry.seq) if correctable else "",
    )


def _note(entry: LedgerEntry) -> str:
    """What was written beside the tonnes: the day, the method, what was inferred, the note."""
    data, parts = entry.data, []
    if data.get("day"):
        parts.append(data["day"])
    if data.get("method") in METHOD_WORDS:
        parts.append(str(METHOD_WORDS[data["method"]]))
    if data.get("demand"):
        parts.append(data["demand"])
    if data.get("inferred_t"):
        parts.append(_("%(tonnes)s t must have been produced before they were loaded", tonnes=data["inferred_t"]))
    if entry.corrects_seq:
        parts.append(_("takes back entry %(seq)s", seq=entry.corrects_seq))
    return " · ".join([*parts, *([entry.note] if entry.note else [])])


def _word(name: str) -> str:
    return str(ACCOUNT_WORDS[name] if name in ACCOUNT_WORDS else TERM_WORDS[name])
