"""The demands of the Ordos scenario: backfilling mines, power plants and hand-listed ones, with formulas."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.formulas import sentence
from scenarios.ordos_sources import HOURS, MARK, Sources, join_notes, price_of, tail_of, tonnes_of
from scenarios.tables import Row


@dataclass(slots=True)
class Demand:
    """One demand row with the names of its spec set and its accept set."""

    row: Row
    spec_set: str
    accept_set: str


def demands(sources: Sources) -> list[Demand]:
    """Return every demand of the scenario."""
    made = [_backfill(sources, mine) for mine in sources.tables["mines"] if mine["backfill_share"]]
    for plant in sources.tables["power_plants"]:
        if plant["boiler"] == "cfb":
            made.append(_gangue_power(sources, plant))
        elif float(plant["gypsum_own_share"]) < 1:
            made.append(_desulphurisation(sources, plant))
    return made + [_listed_demand(sources, row) for row in sources.tables["demands"]]


def _backfill(sources: Sources, mine: Row) -> Demand:
    slug = mine["enterprise"]
    formula = f"{mine['raw_coal_wan_t']}*10000*{mine['gangue_t_per_t']}*{mine['backfill_share']}/12"
    given = {
        "id": f"D{tail_of(slug)}-backfill",
        "enterprise": slug,
        "use": "mine_backfill",
        "quality": "estimate",
        "formula": formula,
        "bid": "zero",
        "spec_set": "backfill",
        "accept_set": "gangue-backfill",
        "text_zh": f"充填规模未给: 假设本矿矸石之{mine['backfill_share']}返井 ÷ 12月",
        "text_en": f"size unknown: {mine['backfill_share']} of the mine's own gangue assumed",
        "ref": sources.enterprises[slug]["ref"],
        "min_lot_t": "500",
        "max_distance_km": "40",
        "note": "绿色开采/井下充填名单矿井 mine on the backfilling list; 充填只收近处料: 运距限40 km(假设)",
    }
    return _listed_demand(sources, given)


def _gangue_power(sources: Sources, plant: Row) -> Demand:
    slug, units, mw = plant["enterprise"], plant["units"], plant["mw"]
    given = {
        "id": f"D{tail_of(slug)}-power",
        "enterprise": slug,
        "use": "cfb_power",
        "quality": "estimate",
        "formula": f"{units}*{mw}*{HOURS}/10*(12+2)*0.8/12",
        "bid": "zero",
        "spec_set": "cfb",
        "accept_set": "cfb",
        "text_zh": f"{units}×{mw} MW × {HOURS} h(假设) × 燃料12+2 t/万kWh × 市场采购占0.8(假设) ÷ 12月",
        "text_en": f"{units} x {mw} MW x {HOURS} h assumed x 14 t per 10 MWh x 0.8 bought in the market",
        "ref": "process_flows cfb_power",
        "min_lot_t": "1000",
        "max_distance_km": "",
        "note": "机组规模取processes典型下限 2×135 MW",
    }
    return _listed_demand(sources, given)


def _desulphurisation(sources: Sources, plant: Row) -> Demand:
    slug, units, mw = plant["enterprise"], plant["units"], plant["mw"]
    given = {
        "id": f"D{tail_of(slug)}-desulphurisation",
        "enterprise": slug,
        "use": "carbide_fgd",
        "quality": "estimate",
        "bid": "zero",
        "spec_set": "carbide-fgd",
        "accept_set": "carbide-fgd",
        "formula": f"{units}*{mw}*{HOURS}/10*0.15/2.7*0.5*1.4/0.64/12",
        "text_zh": "万kWh × 石膏0.15 ÷ 2.7(折SO2) × 一半 × 电石渣1.4 ÷ 0.64(湿基) ÷ 12月",
        "text_en": "energy x gypsum 0.15 / 2.7 as SO2 x one half x carbide slag 1.4 / 0.64 as received",
        "ref": "process_flows carbide_fgd",
        "min_lot_t": "100",
        "max_distance_km": "",
        "note": "",
    }
    return _listed_demand(sources, given)


def _listed_demand(sources: Sources, given: Row) -> Demand:
    tonnes = tonnes_of(given["formula"])
    bid, bid_note = price_of(sources.tables["bids"], given["bid"], "", "买方出价 bid")
    notes = [
        sentence(
            MARK[given["quality"]],
            given["text_zh"],
            given["text_en"],
            given["formula"],
            tonnes,
            "t/月 t/month",
            given["ref"],
        ),
        bid_note,
    ]
    if given["min_lot_t"]:
        notes.append(f"最小接收量{given['min_lot_t']} t为假设 minimum lot assumed")
    unbound = [
        f"{row['spec_id']}: {row['reason']}"
        for row in sources.tables["spec_sets"]
        if row["set"] == given["spec_set"] and row["basis"] in ("omit", "accepts")
    ]
    if unbound:
        notes.append("未作数值指标 not bound as numbers: " + ", ".join(unbound))
    row = {
        "id": given["id"],
        "enterprise": given["enterprise"],
        "use": given["use"],
        "t_per_month": tonnes,
        "start": given.get("start", ""),
        "end": given.get("end", ""),
        "bid_yuan_per_t": bid,
        "min_lot_t": given["min_lot_t"],
        "max_distance_km": given["max_distance_km"],
        "quantity_quality": given["quality"],
        "note": join_notes([*notes, given["note"]]),
        "source": sources.source_of(given["ref"]),
    }
    return Demand(row, given["spec_set"], given["accept_set"])
