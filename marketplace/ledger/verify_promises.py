"""No oversell: what contracts hold of a listing never exceeds what it offered; and both sides of a contract agree.

The arithmetic of marketplace/tenders/room.py, written a second time: a supply may have given until the end of each
month its stock and what it has produced since its first month; a demand takes its room each month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection, Row, text

from marketplace.ledger.verify_report import Fault, Report, tonnes_text

# Site, waste type, account, and for promises month and contract.
Key = tuple[int, str, str, str | None, int | None]
_TAKEN = ("reserved", "contracted", "sent")
_SUPPLIES = text("SELECT id, code, t_per_month, stock_t, start_month, end_month FROM supplies ORDER BY id")
_DEMANDS = text("SELECT id, code, t_per_month FROM demands ORDER BY id")
_CONTRACTS = text("SELECT id, code, supply_id, demand_id, from_site_id, to_site_id FROM contracts ORDER BY id")


def promise_faults(connection: Connection, sums: Mapping[Key, int], report: Report) -> list[Fault]:
    """The faults of all contracts and listings, given the kilograms of every account; counts go to ``report``."""
    by_contract: dict[int, dict[Key, int]] = defaultdict(dict)
    for key, kilograms in sums.items():
        if key[4] is not None:
            by_contract[key[4]][key] = kilograms
    supplies: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    demands: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    found = Report()
    for contract in connection.execute(_CONTRACTS):
        own = by_contract.pop(contract.id, {})
        report.contracts += 1
        _sides_agree(contract, own, found)
        for (site, _waste, account, month, _contract), kilograms in own.items():
            if account in _TAKEN and site == contract.from_site_id and contract.supply_id is not None:
                supplies[contract.supply_id][_number(month)] += kilograms
            if account in _TAKEN and site == contract.to_site_id and contract.demand_id is not None:
                demands[contract.demand_id][_number(month)] += kilograms
    for contract_id in by_contract:
        found.add("contract", None, account=f"contract {contract_id}", found="none", expected="its row")
    for row in connection.execute(_SUPPLIES):
        report.listings += 1
        _supply_holds(row, supplies.get(row.id, {}), found)
    for row in connection.execute(_DEMANDS):
        report.listings += 1
        _demand_holds(row, demands.get(row.id, {}), found)
    return found.faults


def _sides_agree(contract: Row, own: Mapping[Key, int], found: Report) -> None:
    """What one site has promised is what the other has, and no third site has anything."""
    by_site: dict[int, dict[tuple[str, str, str | None], int]] = defaultdict(dict)
    for (site, waste, account, month, _contract), kilograms in own.items():
        if kilograms:
            by_site[site][waste, account, month] = kilograms
    sender, taker = by_site.pop(contract.from_site_id, {}), by_site.pop(contract.to_site_id, {})
    for waste, account, month in sorted(sender.keys() | taker.keys()):
        one, other = sender.get((waste, account, month), 0), taker.get((waste, account, month), 0)
        if one != other:
            found.add("sides of a contract", None, account=f"{contract.code} {account} {month}",
                      found=tonnes_text(other), expected=tonnes_text(one))
    for site, amounts in by_site.items():
        found.add("sides of a contract", None, account=contract.code, found=f"{len(amounts)} accounts at site {site}",
                  expected="none")


def _supply_holds(row: Row, taken: Mapping[int, int], found: Report) -> None:
    if not taken:
        return
    first, last = _number(row.start_month), _number(row.end_month) if row.end_month else max(taken)
    gone, each, stock = 0, _kilograms(row.t_per_month), _kilograms(row.stock_t)
    for month in range(min(taken), max(taken) + 1):
        gone += taken.get(month, 0)
        offered = stock + each * max(0, min(month, last) - first + 1)
        if gone > offered and month in taken:
            found.add("oversold", None, account=f"supply {row.code} until {_month(month)}", found=tonnes_text(gone),
                      expected=f"{tonnes_text(offered)} or less")


def _demand_holds(row: Row, taken: Mapping[int, int], found: Report) -> None:
    room = _kilograms(row.t_per_month)
    for month, kilograms in sorted(taken.items()):
        if kilograms > room:
            found.add("oversold", None, account=f"demand {row.code} in {_month(month)}", found=tonnes_text(kilograms),
                      expected=f"{tonnes_text(room)} or less")


def _kilograms(tonnes: object) -> int:
    return round((tonnes or 0) * 1000)  # type: ignore[operator]


def _number(month: str | None) -> int:
    year, number = str(month).split("-")
    return int(year) * 12 + int(number) - 1


def _month(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
