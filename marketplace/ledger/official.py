"""The official ledger forms 1 to 7 of one site, filled as far as the ledger knows; what it does not know stays blank.

Columns come from the catalogue.  Every figure is a sum of postings: what was taken back stands in none of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from marketplace.ledger.official_entries import Movement, movements
from marketplace.months import SHANGHAI, months_between
from models.catalogue.ledger_columns import LedgerForm, ledger_forms
from models.ledger import LedgerEntry
from models.transfers import Gate, Transfer

ZERO = Decimal(0)
Cell = str | Decimal | None
Row = dict[str, Cell]
# Of a form in two parts a row fills one: its part stands under this key.
SIDE = "side"


@dataclass(frozen=True, slots=True)
class Waste:
    """A waste type as the forms name it: its code where one is known, and its Chinese name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Books:
    """Everything the forms of one site and period are made from.

    ``stock_before`` is what lay there when the period began, by waste type; ``people`` are names by user id, ``uses``
    the Chinese names of uses, ``entrusted`` and ``receivers`` the use and the taker of each contract by its id;
    ``within_province`` are the contracts whose both ends are known to lie in one province, ``disposed_elsewhere``
    those whose taker disposes of the waste rather than using it.
    """

    site_id: int
    first: str
    last: str
    entries: Sequence[LedgerEntry]
    transfers: Sequence[Transfer]
    stock_before: Mapping[str, Decimal]
    wastes: Mapping[str, Waste]
    people: Mapping[int, str] = field(default_factory=dict)
    uses: Mapping[str, str] = field(default_factory=dict)
    entrusted: Mapping[int, str] = field(default_factory=dict)
    receivers: Mapping[int, str] = field(default_factory=dict)
    methods: Mapping[str, str] = field(default_factory=dict)
    within_province: frozenset[int] = frozenset()
    disposed_elsewhere: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Filled:
    """A form with its rows; a row maps the keys of columns to what stands there."""

    form: LedgerForm
    rows: list[Row]


def filled_forms(books: Books) -> list[Filled]:
    """The seven forms, each row numbered where the form numbers its records."""
    moved = [one for one in movements(books.entries, books.site_id) if one.waste in books.wastes]
    makers = {1: _list, 2: _summary, 3: _gate, 4: _production, 5: _storage, 6: _own_use, 7: _own_disposal}
    return [Filled(form, makers[form.number](books, moved, form.prefix)) for form in ledger_forms()]


def _named(books: Books, waste: str) -> Row:
    return {"waste_code": books.wastes[waste].code, "waste_name": books.wastes[waste].name}


def _list(books: Books, moved: Sequence[Movement], _prefix: str) -> list[Row]:
    made: dict[str, Decimal] = defaultdict(Decimal)
    for one in moved:
        made[one.waste] += one.made
    return [
        {**_named(books, waste), "gen_coefficient_or_annual": tonnes}
        for waste, tonnes in sorted(made.items()) if tonnes
    ]


def _summary(books: Books, moved: Sequence[Movement], _prefix: str) -> list[Row]:
    """Made + stored before = stored now + entrusted + own use + own disposal, for each month and waste type."""
    by_month: dict[tuple[str, str], list[Movement]] = defaultdict(list)
    for one in moved:
        by_month[one.month, one.waste].append(one)
    stock, rows = dict(books.stock_before), []
    for month in months_between(books.first, books.last):
        for waste in sorted({*stock, *(waste for when, waste in by_month if when == month)} & set(books.wastes)):
            own = by_month.get((month, waste), [])
            before = stock.get(waste, ZERO) + sum((one.opened for one in own), ZERO)
            stock[waste] = stock.get(waste, ZERO) + sum((one.stocked for one in own), ZERO)
            if own or stock[waste]:
                rows.append({"month": month, **_named(books, waste), **_sums(books, own, before, stock[waste])})
    return rows


def _sums(books: Books, own: Sequence[Movement], before: Decimal, now: Decimal) -> Row:
    left: dict[str, list[Movement]] = defaultdict(list)
    for one in own:
        elsewhere = one.way == "entrusted" and one.contract in books.disposed_elsewhere
        left["entrusted_disposal" if elsewhere else one.way].append(one)
    total = {way: sum((one.left for one in ones), ZERO) for way, ones in left.items()}

    def uses_of(way: str) -> str | None:
        return _all(books.entrusted.get(one.contract or 0, "") for one in left[way] if one.left)

    return {
        "gen_qty": sum((one.made for one in own), ZERO), "store_qty": now - before, "store_cum_qty": now,
        "self_use_method": _all(books.uses.get(one.use, "") for one in left["used"] if one.left),
        "self_use_qty": total.get("used", ZERO),
        "ent_use_method": uses_of("entrusted"), "ent_use_qty": total.get("entrusted", ZERO),
        "self_disp_method": _all(books.methods.get(one.method, "") for one in left["disposed"] if one.left),
        "self_disp_qty": total.get("disposed", ZERO),
        "ent_disp_method": uses_of("entrusted_disposal"), "ent_disp_qty": total.get("entrusted_disposal", ZERO),
    }


def _gate(books: Books, _moved: Sequence[Movement], prefix: str) -> list[Row]:
    """One row for each consignment that was weighed out."""
    weighed = [(one, one.weighing(Gate.OUT)) for one in books.transfers if one.contract.waste_type_id in books.wastes]
    slips = sorted(
        ((one, slip) for one, slip in weighed if slip is not None), key=lambda pair: (pair[1].weighed_at, pair[0].id)
    )
    numbers = _numbers(prefix, [_day(slip.weighed_at) for _one, slip in slips])
    return [
        {
            **_named(books, one.contract.waste_type_id), "record_no": number, "out_time": _minute(slip.weighed_at),
            "out_qty": slip.net_t, "handler": books.people.get(slip.recorded_by or 0), "carrier": one.carrier,
            "transport_info": "，".join(
                part for part in (slip.vehicle or one.vehicle, one.driver, one.driver_phone) if part
            ),
            "transport_mode": _mode(slip.vehicle or one.vehicle),
            "receiver": one.contract.taker.name,
            "flow_type": _flow(books, one),
        }
        for (one, slip), number in zip(slips, numbers, strict=True)
    ]


def _mode(vehicle: str) -> str | None:
    """A plate that begins with a province's character is a lorry's; how else a consignment went nobody has said."""
    return "公路" if vehicle and "\u4e00" <= vehicle[0] <= "\u9fff" else None


def _flow(books: Books, one: Transfer) -> str | None:
    if one.contract.cross_province_ref:
        return "跨省转移"
    return "省内转移" if one.contract_id in books.within_province else None


def _production(books: Books, moved: Sequence[Movement], prefix: str) -> list[Row]:
    own = [one for one in moved if one.made]
    return [
        {
            **_named(books, one.waste), "record_no": number, "gen_time": one.told_day, "gen_qty": one.made,
            "gen_handler": books.people.get(one.actor or 0),
        }
        for one, number in zip(own, _numbers(prefix, [one.day for one in own]), strict=True)
    ]


def _storage(books: Books, moved: Sequence[Movement], prefix: str) -> list[Row]:
    """What came into stock and what went out of it, a row each, in the order of the entries."""
    rows, days = [], []
    for one in moved:
        came, went = one.made + one.opened + max(-one.left, ZERO), max(one.left, ZERO)
        common: Row = {**_named(books, one.waste), "store_handler": books.people.get(one.actor or 0)}
        if came:
            rows.append({**common, SIDE: "入库", "in_time": one.told_day, "in_qty": came})
            days.append(one.day)
        if went:
            rows.append({
                **common, SIDE: "出库", "out_time": one.told_day, "out_qty": went,
                "destination": _destination(books, one),
            })
            days.append(one.day)
    return [{"record_no": number, **row} for row, number in zip(rows, _numbers(prefix, days), strict=True)]


def _destination(books: Books, one: Movement) -> str | None:
    if one.way == "entrusted":
        return books.receivers.get(one.contract or 0)
    return {"used": "自行利用", "disposed": "自行处置"}[one.way]


def _own_use(books: Books, moved: Sequence[Movement], prefix: str) -> list[Row]:
    own = [one for one in moved if one.way == "used" and one.left]
    return [
        {
            **_named(books, one.waste), "record_no": number, SIDE: "接收", "recv_time": one.told_day,
            "recv_qty": one.left, "use_handler": books.people.get(one.actor or 0),
        }
        for one, number in zip(own, _numbers(prefix[:2], [one.day for one in own]), strict=True)
    ]


def _own_disposal(books: Books, moved: Sequence[Movement], prefix: str) -> list[Row]:
    own = [one for one in moved if one.way == "disposed" and one.left]
    return [
        {
            **_named(books, one.waste), "record_no": number, "recv_time": one.told_day, "recv_qty": one.left,
            "disp_method": books.methods.get(one.method), "disp_handler": books.people.get(one.actor or 0),
        }
        for one, number in zip(own, _numbers(prefix, [one.day for one in own]), strict=True)
    ]


def _numbers(prefix: str, days: Sequence[date]) -> list[str]:
    """``CC20210731001``: the prefix, the day, and the number of the record on that day."""
    counts: dict[date, int] = defaultdict(int)
    numbers = []
    for day in days:
        counts[day] += 1
        numbers.append(f"{prefix}{day:%Y%m%d}{counts[day]:03d}")
    return numbers


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _all(names: Iterable[str]) -> str | None:
    return "、".join(sorted({name for name in names if name})) or None
