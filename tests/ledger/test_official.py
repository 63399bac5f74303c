"""The official forms say what the ledger says: sums of accounts, no more columns than are known, nothing invented."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.ledger import service
from marketplace.ledger.official import Filled, Row, filled_forms
from marketplace.ledger.official_excel import workbook
from marketplace.ledger.official_tables import TO_CHECK, Told, sheets
from marketplace.ledger.posting import Line, move, post
from marketplace.ledger.queries_official import books_of
from marketplace.ledger.service import Record
from marketplace.security.actor import STAFF, Actor
from marketplace.unit_of_work import UnitOfWork
from models.catalogue.ledger_columns import ledger_forms
from models.catalogue.reference import catalogue
from models.contracts import Contract
from models.ledger import Account, LedgerPosting
from models.organisations import Site
from models.transfers import Gate, Transfer, TransferStatus, Weighing
from tests import factories as make

WASTE = make.WASTE


def staff(uow: UnitOfWork, site: Site) -> Actor:
    user = make.user(uow.session, enterprise_id=site.enterprise_id, display_name="=张三")
    return Actor(user_id=user.id, role=STAFF, enterprise_id=site.enterprise_id)


def load(uow: UnitOfWork, contract: Contract, actor: Actor, tonnes: str, month: str, hour: int) -> Transfer:
    """A consignment weighed out, with its slip and its posting."""
    at = datetime.fromisoformat(f"{month}-10T{hour:02}:05:00+00:00")
    row = Transfer(
        code=f"T{contract.id}-{hour}-{month}", contract_id=contract.id, month="2027-06", planned_t=30,
        vehicle="蒙K12345", driver="李四", driver_phone="13800000000", carrier="鄂运物流",
        status=TransferStatus.LOADED,
        weighings=[Weighing(
            site_id=contract.from_site_id, gate=Gate.OUT, slip_no=f"{contract.id}-{hour}-{month}", tare_t=15,
            gross_t=15 + Decimal(tonnes), weighed_at=at, recorded_by=actor.user_id,
        )],
    )
    uow.session.add(row)
    uow.session.flush()
    site = contract.from_site_id
    lines = move(Decimal(tonnes), waste_type_id=WASTE, month=month, off=(site, Account.STOCK),
                 onto=(site, Account.IN_TRANSIT))
    post(uow=uow, actor_id=actor.user_id, kind="transfer.loaded", lines=lines, contract_id=contract.id,
         transfer_id=row.id)
    return row


@pytest.fixture
def site(uow: UnitOfWork) -> Site:
    """A site with an opening, production, consignments, one that came back, use, disposal and a correction."""
    demand = make.demand(uow.session)
    contract = make.active_contract(uow.session, make.bid(uow.session, demand=demand))
    site = uow.session.get(Site, contract.from_site_id)
    actor = staff(uow, site)
    common = {"uow": uow, "actor": actor, "site_id": site.id}

    def told(tonnes: str, month: str = "2027-01", **more: object) -> Record:
        return Record(**{"waste_type_id": WASTE, "tonnes": Decimal(tonnes), "month": month, **more})

    service.open_stock(record=told("1000", "2026-12"), **common)
    service.record_production(record=told("200", "2026-12"), **common)
    service.record_production(record=told("300.125", day=date(2027, 1, 5)), **common)
    wrong = service.record_production(record=told("999", day=date(2027, 1, 5)), **common)
    service.correct(seq=wrong.seq, reason="重记", instead=told("99"), **common)
    load(uow, contract, actor, "30.5", "2026-12", 1)
    load(uow, contract, actor, "31.25", "2027-01", 3)
    load(uow, contract, actor, "28", "2027-01", 2)
    lines = [
        Line(site.id, WASTE, Account.IN_TRANSIT, "2027-01", Decimal(-28)),
        Line(site.id, WASTE, Account.STOCK, "2027-01", Decimal(28)),
    ]
    post(uow=uow, actor_id=None, kind="transfer.returned", lines=lines, contract_id=contract.id)
    service.record_use(record=told("40"), **common)
    service.record_disposal(record=told("12.5", method="landfill"), **common)
    return site


def forms(session: Session, site: Site, first: str, last: str) -> dict[int, Filled]:
    return {one.form.number: one for one in filled_forms(books_of(session, site, first, last))}


def account(session: Session, site: Site, name: Account, month: str) -> Decimal:
    return session.scalar(
        select(func.coalesce(func.sum(LedgerPosting.tonnes), 0)).where(
            LedgerPosting.site_id == site.id, LedgerPosting.account == name, LedgerPosting.month == month,
            LedgerPosting.waste_type_id == WASTE,
        )
    )


def test_the_summary_balances_and_is_the_sum_of_the_accounts(uow: UnitOfWork, site: Site) -> None:
    december, january = forms(uow.session, site, "2026-12", "2027-01")[2].rows
    assert (december["month"], january["month"]) == ("2026-12", "2027-01")
    assert december["store_cum_qty"] == Decimal("1169.5") and december["ent_use_qty"] == Decimal("30.5")
    before: Decimal = december["store_cum_qty"]
    assert january["gen_qty"] == -account(uow.session, site, Account.PRODUCED, "2027-01") == Decimal("399.125")
    assert january["self_use_qty"] == account(uow.session, site, Account.USED, "2027-01") == 40
    assert january["self_disp_qty"] == account(uow.session, site, Account.DISPOSED, "2027-01") == Decimal("12.5")
    assert january["ent_use_qty"] == account(uow.session, site, Account.IN_TRANSIT, "2027-01") == Decimal("31.25")
    assert january["store_cum_qty"] == before + account(uow.session, site, Account.STOCK, "2027-01")
    for row, earlier in ((december, Decimal(1000)), (january, before)):
        went = row["store_cum_qty"] + row["ent_use_qty"] + row["self_use_qty"] + row["self_disp_qty"]
        assert row["gen_qty"] + earlier == went
    # The month by itself says the same as within the year.
    assert forms(uow.session, site, "2027-01", "2027-01")[2].rows == [january]


def test_what_a_taker_disposes_of_is_entrusted_disposal(uow: UnitOfWork) -> None:
    demand = make.demand(uow.session, use_id="landfill_storage")
    contract = make.active_contract(uow.session, make.bid(uow.session, demand=demand))
    site = uow.session.get(Site, contract.from_site_id)
    actor = staff(uow, site)
    service.open_stock(
        uow=uow, actor=actor, site_id=site.id, record=Record(WASTE, Decimal(50), "2027-01")
    )
    load(uow, contract, actor, "30", "2027-01", 4)
    row = forms(uow.session, site, "2027-01", "2027-01")[2].rows[0]
    assert (row["ent_use_qty"], row["ent_disp_qty"], row["ent_disp_method"]) == (0, 30, "贮存/处置(兜底)")
    assert row["store_cum_qty"] == 20 and row["ent_use_method"] is None


def test_consignments_are_numbered_by_day_and_time(uow: UnitOfWork, site: Site) -> None:
    rows = forms(uow.session, site, "2027-01", "2027-01")[3].rows
    assert [row["record_no"] for row in rows] == ["CC20270110001", "CC20270110002"]
    assert [row["out_qty"] for row in rows] == [28, Decimal("31.25")]
    first = rows[0]
    assert first["out_time"] == "2027-01-10 10:05" and first["handler"] == "=张三"
    assert first["transport_info"] == "蒙K12345，李四，13800000000" and first["flow_type"] == "省内转移"


def test_what_was_made_is_the_same_on_every_form(uow: UnitOfWork, site: Site) -> None:
    whole = forms(uow.session, site, "2026-01", "2027-12")
    made = sum(row["gen_qty"] for row in whole[2].rows)
    assert made == sum(row["gen_qty"] for row in whole[4].rows) == Decimal("599.125")
    assert whole[1].rows == [{"waste_code": "SW02", "waste_name": "粉煤灰(煤粉炉)", "gen_coefficient_or_annual": made}]
    came = sum(row.get("in_qty", Decimal(0)) for row in whole[5].rows)
    went = sum(row.get("out_qty", Decimal(0)) for row in whole[5].rows)
    assert came - went == whole[2].rows[-1]["store_cum_qty"]
    assert [row["recv_qty"] for row in whole[6].rows] == [40]
    assert [(row["recv_qty"], row["disp_method"]) for row in whole[7].rows] == [(Decimal("12.5"), "填埋")]
    assert "CS20270105001" in {row["record_no"] for row in whole[4].rows}


def test_every_key_is_a_column_of_the_catalogue(uow: UnitOfWork, site: Site) -> None:
    for one in forms(uow.session, site, "2026-12", "2027-01").values():
        known = {column.key for column in (*one.form.head, *one.form.columns)} | {"month", "side"}
        for row in one.rows:
            assert set(row) <= known, one.form.name


def test_hazardous_waste_and_strangers_stay_out(uow: UnitOfWork, site: Site) -> None:
    before = forms(uow.session, site, "2026-12", "2027-01")
    other = make.enterprise(uow.session).sites[0]
    hazardous = next(key for key, one in catalogue().waste_types.items() if one.hazardous == "yes")
    for place, waste in ((other, WASTE), (site, hazardous)):
        service.record_production(
            uow=uow, actor=staff(uow, place), site_id=place.id, record=Record(waste, Decimal(7), "2027-01")
        )
    after = forms(uow.session, site, "2026-12", "2027-01")
    assert {key: one.rows for key, one in after.items()} == {key: one.rows for key, one in before.items()}
    assert all(not one.rows for one in forms(uow.session, other, "2020-01", "2020-12").values())


def test_recalled_columns_are_marked_and_unknown_ones_blank(uow: UnitOfWork, site: Site) -> None:
    made = {one.number: one for one in sheets(list(forms(uow.session, site, "2026-12", "2027-01").values()))}
    assert all(name.endswith(TO_CHECK) for name in made[2].columns[1:])
    assert not any(TO_CHECK in name for number in (1, 3, 4, 5, 6, 7) for name in made[number].columns)
    assert made[5].columns[1] == "入库·废物来源" and [len(row) for row in made[5].rows] == [16] * len(made[5].rows)
    assert {row[made[1].columns.index("类别")] for row in made[1].rows} == {None}
    assert [len(ledger_forms()), len(made)] == [7, 7]


def test_the_workbook_holds_the_same_figures_as_text_and_numbers(uow: UnitOfWork, site: Site) -> None:
    from openpyxl import load_workbook

    made = sheets(list(forms(uow.session, site, "2026-12", "2027-01").values()))
    book = load_workbook(BytesIO(workbook(Told("=1+1 企业\x07", "主厂址", "2027"), made)))
    assert book.sheetnames == [f"附表{number}" for number in range(1, 8)]
    page = book["附表2"]
    assert page["A1"].value == "附表2 一般工业固体废物流向汇总表" and page["B2"].value == "=1+1 企业"
    assert page["B2"].data_type == "s"
    lines = [[cell.value for cell in line] for line in page.iter_rows()]
    top = next(number for number, line in enumerate(lines) if line[0] == "月份")
    wanted: list[Row] = made[1].rows
    for line, row in zip(lines[top + 1:], wanted, strict=False):
        assert [None if cell is None else str(cell) for cell in line] == [
            None if cell is None else (str(float(cell)).removesuffix(".0") if isinstance(cell, Decimal) else cell)
            for cell in row
        ]
    assert any("不少于 5 年" in str(line[0]) for line in lines)


def test_a_day_of_many_consignments_goes_past_a_thousand() -> None:
    from marketplace.ledger.official import _numbers

    numbers = _numbers("CC", [date(2027, 1, 1)] * 1001 + [date(2027, 1, 1) + timedelta(days=1)])
    assert len(set(numbers)) == 1002 and numbers[0] == "CC20270101001" and numbers[-1] == "CC20270102001"
