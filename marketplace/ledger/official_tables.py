"""The official forms as tables for the page and the workbook: titles, columns with their marks, rows, notes."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.ledger.official import SIDE, Cell, Filled
from models.catalogue.ledger_columns import LedgerColumn

# The forms are Chinese documents whatever language the pages are read in.
TO_CHECK = "[待核]"
KEPT_FOR = "本台账保存期限不少于 5 年（《生态环境法典》第 183、489 条）。"
BLANK = "空白栏为平台未掌握的信息，由企业补填；平台不代填、不推测。"
HAZARDOUS = "危险废物另按 HJ 1259 建立台账，不列入本表。"
BALANCE = (
    "平衡：产生量 + 上期累计贮存量（含本期填报的期初库存）= 累计贮存量 + 自行利用数量 + 委托利用数量 + 自行处置数量"
    " + 委托处置数量。"
    "贮存量为本月净入库，负数表示动用库存。"
)
# What holds of every form; a sheet that is printed alone says it as well.
COMMON_NOTES = (BLANK, HAZARDOUS, KEPT_FOR)
MONTH = "月份"


@dataclass(frozen=True, slots=True)
class Told:
    """Whose forms these are, and of when."""

    enterprise: str
    site: str
    period: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One form ready to be shown: ``head`` are names to be filled in by hand, ``columns`` those of ``rows``."""

    number: int
    title: str
    head: list[str]
    columns: list[str]
    rows: list[list[Cell]]
    notes: list[str]


def sheets(filled: list[Filled]) -> list[Sheet]:
    return [_sheet(one) for one in filled]


def _sheet(filled: Filled) -> Sheet:
    form = filled.form
    numbered = [column for column in form.head if column.key == "record_no"]
    columns = [*numbered, *form.columns]
    # The summary is one form for each month; here the months of a period stand below each other.
    months = [MONTH] if form.number == 2 else []
    sources = dict.fromkeys(column.source for column in columns)
    notes = [BALANCE] if form.number == 2 else []
    notes.append(f"栏目出处：{'；'.join(sources)}。")
    if any(column.recalled for column in columns):
        notes.append(f"标有 {TO_CHECK} 的栏目凭记忆列出，使用前须与原文核对。")
    return Sheet(
        number=form.number, title=f"附表{form.number} {form.name}",
        head=[_name(column) for column in form.head if column.key != "record_no"],
        columns=[*months, *(_name(column) for column in columns)],
        rows=[
            [*([row["month"]] if months else []), *(_cell(row, column) for column in columns)] for row in filled.rows
        ],
        notes=notes,
    )


def _name(column: LedgerColumn) -> str:
    part = "" if column.section in ("表头", "明细") else f"{column.section}·"
    unit = f"（{column.unit}）" if column.unit else ""
    return f"{part}{column.name}{unit}{TO_CHECK if column.recalled else ''}"


def _cell(row: dict[str, Cell], column: LedgerColumn) -> Cell:
    if SIDE in row and column.section not in ("表头", row[SIDE]):
        return None
    return row.get(column.key)
