"""A contract as a text: what the page prints and what the PDF holds, section by section, from the rows alone.

A contract is drawn up in Chinese whatever language the pages are read in.  Nothing in it depends on the moment of
printing, so that the same contract gives the same text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.contracts.clauses import CROSS_PROVINCE, HAZARDOUS
from marketplace.months import SHANGHAI
from models.contracts import Amendment, AmendmentStatus, Contract, OffSpec, Side
from models.organisations import Site

SIDES = {Side.PRODUCER: "产废方", Side.TAKER: "接收方"}
OFF_SPEC = {
    OffSpec.RETURN: "超出限值的批次由产废方运回，往返运费由产废方承担，退回的吨数仍按本合同另行补运。",
    OffSpec.PRICE_CUT: "超出限值的批次由双方协商降价接收；协商不成的，由产废方运回。",
    OffSpec.RETEST: "超出限值的批次以留样复检一次，复检合格的接收，复检仍不合格的由产废方运回。",
}
UNCONFIRMED = "（尚未确认）"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under ``head``; columns named in ``numbers`` are set flush right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with paragraphs, then a table where there is one."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """``draft``: not confirmed by both sides yet, and marked so on every page."""

    title: str
    code: str
    draft: bool
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def document_of(contract: Contract) -> Document:
    """The text of ``contract`` as it stands."""
    agreed = [one for one in contract.amendments if one.status == AmendmentStatus.AGREED]
    sections = [
        _tonnes(contract), _price(contract), _quality(contract),
        Section("四、污染防治", tuple(line for line in contract.clauses.splitlines() if line.strip())),
        Section("五、转移与计量", tuple(_moving(contract))),
        Section("六、期限、变更与终止", (
            f"本合同自 {contract.start_month} 至 {contract.end_month} 履行，经双方确认后生效。",
            "变更须经双方同意，作为本合同的补充；提前终止的一方应说明理由，未发运的吨数随即释放。",
        )),
    ]
    if agreed:
        sections.append(_amendments(agreed))
    sections.append(_confirmations(contract))
    return Document(
        title="工业固体废物综合利用合同", code=contract.code,
        draft=not (contract.producer_confirmed_at and contract.taker_confirmed_at),
        facts=tuple(_facts(contract, len(agreed))), sections=tuple(sections),
    )


def _facts(contract: Contract, amended: int) -> Iterable[tuple[str, str]]:
    waste = contract.waste_type
    yield "合同编号", contract.code
    if amended:
        yield "文本版本", f"含第 1 至第 {amended} 次变更" if amended > 1 else "含第 1 次变更"
    yield "产废方", f"{contract.producer.name}（{_place(contract.from_site)}）"
    yield "接收方", f"{contract.taker.name}（{_place(contract.to_site)}）"
    codes = "，".join(code for code in (waste.category_code, waste.hw_code) if code)
    yield "固体废物", f"{waste.name_zh}（{codes}）" if codes else waste.name_zh
    if contract.demand is not None:
        yield "利用途径", contract.demand.use.name_zh


def _tonnes(contract: Contract) -> Section:
    rows = tuple((row.month, _number(row.planned_t)) for row in contract.months)
    total = sum((row.planned_t for row in contract.months), Decimal(0))
    return Section(
        "一、数量",
        (f"合计 {_number(total)} 吨，按月交付；每月实际交付可上下浮动 {_percent(contract.tolerance)}。",),
        Table(("月份", "约定数量，吨"), (*rows, ("合计", _number(total))), frozenset({1})),
    )


def _price(contract: Contract) -> Section:
    price = contract.price_yuan_per_t
    at = "产废方厂内交货价" if contract.freight_payer == Side.TAKER else "送达接收方价"
    pays = "接收方付给产废方" if price >= 0 else "产废方付给接收方"
    said = f"每吨 {_number(abs(price))} 元，由{pays}" if price else "双方互不付价款"
    return Section("二、价格与运费", (
        f"{said}；{at}。", f"运费由{SIDES[Side(contract.freight_payer)]}承担。",
        "结算吨数以双方认可的收货吨数为准，按月对账；金额四舍五入到分。",
    ))


def _quality(contract: Contract) -> Section:
    rows = tuple(
        (
            spec.property.name_zh, _limits(spec.minimum, spec.maximum, spec.property.unit),
            "逐批" if spec.basis == "each" else "当月混合", spec.standard,
        )
        for spec in contract.specs
    )
    words = ["各批次应符合下列限值。" if rows else "本合同未约定指标限值，按产废方检测报告所列性质交付。"]
    words += [f"取样：{contract.sampling}", f"不合格批次：{OFF_SPEC[OffSpec(contract.off_spec)]}"]
    table = Table(("指标", "限值", "考核方式", "依据"), rows) if rows else None
    return Section("三、质量", tuple(words), table)


def _moving(contract: Contract) -> Iterable[str]:
    yield (
        "每车次出厂、进厂各过磅一次；两次净重相差超过出厂净重的"
        f" {_percent(contract.weighing_tolerance)} 的，双方在五个工作日内协商，逾期未达成一致的以进厂净重为准。"
    )
    yield "过磅、收货、检测和处理结果记入双方台账；台账只追加不修改，更正另行记录并指向原记录。"
    yield CROSS_PROVINCE.format(reference=contract.cross_province_ref or "______________")
    if contract.waste_type.hazardous != "no":
        yield from HAZARDOUS


def _amendments(agreed: Sequence[Amendment]) -> Section:
    rows = tuple(
        (str(one.number), one.decided_at.astimezone(SHANGHAI).strftime("%Y-%m-%d") if one.decided_at else "",
         SIDES[Side(one.proposed_by_side)], one.reason)
        for one in agreed
    )
    return Section(
        "七、变更记录", ("以上条款已按下列变更调整。",), Table(("次", "同意日期", "提出方", "理由"), rows)
    )


def _confirmations(contract: Contract) -> Section:
    rows = tuple(
        (side, enterprise.name, at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if at else UNCONFIRMED)
        for side, enterprise, at in (
            ("产废方", contract.producer, contract.producer_confirmed_at),
            ("接收方", contract.taker, contract.taker_confirmed_at),
        )
    )
    return Section("双方确认", (), Table(("", "企业", "确认时间（北京时间）"), rows))


def _place(site: Site) -> str:
    park = site.park.name if site.park else ""
    return "，".join(part for part in (park, site.name, f"{site.lat:.4f}°N {site.lon:.4f}°E") if part)


def _limits(low: float | None, high: float | None, unit: str) -> str:
    ends = [f"{bound:g}" for bound in (low, high) if bound is not None]
    said = "–".join(ends) if len(ends) == 2 else ("≤ " if low is None else "≥ ") + ends[0]
    return said if unit in ("", "-", "1", "cat") else f"{said} {unit}"


def _number(value: Decimal) -> str:
    text = f"{value:,.3f}".rstrip("0")
    return text.rstrip(".")


def _percent(share: Decimal) -> str:
    return f"{_number(share * 100)}%"
