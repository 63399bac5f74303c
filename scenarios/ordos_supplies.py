"""The supplies of the Ordos scenario: of mines, of power plants and hand-listed, each with its formula."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scenarios.formulas import evaluate, number, sentence
from scenarios.ordos_sources import HOURS, MARK, OWN_SHARE, Sources, join_notes, price_of, tail_of, tonnes_of
from scenarios.tables import Row

# Tonnes per 10 MWh of process_flows: gen_pc_power and cfb_power.
PULVERISED_COAL = (("fly", "0.6"), ("bottom_ash", "0.08"), ("fgd_gypsum", "0.15"))
GANGUE_FIRED = (("fly", "5.0"), ("bottom_ash", "3.5"))


@dataclass(slots=True)
class Supply:
    """One supply row with what its assays need."""

    row: Row
    profile: str
    regions: tuple[str, ...]
    omit: tuple[str, ...]
    derived: frozenset[str]


def supplies(sources: Sources) -> list[Supply]:
    """Return every supply of the scenario."""
    given = [row for mine in sources.tables["mines"] for row in _of_mine(sources, mine)]
    given += [row for plant in sources.tables["power_plants"] for row in _of_plant(plant)]
    return [_supply(sources, row) for row in given + sources.tables["supplies"]]


def _of_mine(sources: Sources, mine: Row) -> Iterator[Row]:
    """Washing gangue, heading gangue of a mine, and slime, in the columns of the hand-listed supplies."""
    slug, coal, rate = mine["enterprise"], mine["raw_coal_wan_t"], mine["gangue_t_per_t"]
    ref = sources.enterprises[slug]["ref"]
    common = {
        "enterprise": slug,
        "quality": "estimate",
        "ref": f"{ref};process_flows gen_coal_wash" if ref else "process_flows gen_coal_wash",
        "regions": mine["regions"],
        "derived": "leach_ph" if mine["leach"] == "yes" else "",
        "note": mine["note"],
    }
    # A washery without a mine has no heading gangue.
    parts = (
        (("wash", "洗矸", "0.7"), ("drive", "掘进矸", "0.3"))
        if mine["drive_level"]
        else (("wash", "洗矸", "1"),)
    )
    for kind, zh, part in parts:
        formula = f"{coal}*10000*{rate}*{part}/12"
        stocked = kind == "wash" and mine["stock_months"]
        yield common | {
            "id": f"S{tail_of(slug)}-gangue-{kind}",
            "waste_type": "gangue",
            "formula": formula,
            "text_zh": f"原煤{coal}万t/a × 矸石{rate} t/t × {zh}占{part} ÷ 12月",
            "text_en": f"raw coal {coal}0 kt/a x {rate} t/t x {kind} share {part}",
            "ask": mine[f"{kind}_level"],
            "profile": kind,
            "stock_formula": f"{formula}*{mine['stock_months']}" if stocked else "",
        }
    if mine["slime"] == "yes":
        yield common | {
            "id": f"S{tail_of(slug)}-slime",
            "waste_type": "coal_slime",
            "formula": f"{coal}*10000*0.05/12",
            "text_zh": f"原煤{coal}万t/a × 煤泥0.05 t/t ÷ 12月",
            "text_en": f"raw coal {coal}0 kt/a x 0.05 t/t",
            "ask": "typ",
        }


def _of_plant(plant: Row) -> Iterator[Row]:
    """Fly ash, bottom ash and gypsum of a power plant, in the columns of the hand-listed supplies."""
    slug, fly = plant["enterprise"], plant["fly_ash"]
    burns_gangue = plant["boiler"] == "cfb"
    for kind, factor in GANGUE_FIRED if burns_gangue else PULVERISED_COAL:
        waste = fly if kind == "fly" else kind
        given = {
            "id": f"S{tail_of(slug)}-{waste.replace('_', '-')}",
            "enterprise": slug,
            "waste_type": waste,
            "quality": "estimate",
            "ask": plant["ash_level"],
            "profile": {fly: plant["ash_profile"], "fgd_gypsum": plant["gypsum_profile"]}.get(waste, ""),
            "regions": "准格尔|鄂尔多斯/蒙西类" if waste == "fly_ash_high_al" else "",
            "omit": plant["ash_omit"] if waste == fly else "",
            "derived": "ira;igamma",
            "note": plant["note"],
        }
        yield given | (_own_fuel(plant, factor) if burns_gangue else _own_production(plant, waste, factor))


def _own_fuel(plant: Row, factor: str) -> Row:
    """The ash of the fuel that does not come through the market; of the rest it is the residue."""
    units, mw = plant["units"], plant["mw"]
    return {
        "formula": f"{units}*{mw}*{HOURS}/10*{factor}*{OWN_SHARE}/12",
        "text_zh": f"{units}×{mw} MW × {HOURS} h(假设) × {factor} t/万kWh × 自有{OWN_SHARE}(假设) ÷ 12月",
        "text_en": f"{units} x {mw} MW x {HOURS} h x {factor} t per 10 MWh x own fuel {OWN_SHARE} assumed",
        "ref": "process_flows cfb_power",
        "note": join_notes([plant["note"], "其余灰渣随市场进料作次生固废计 the rest arises as residue"]),
    }


def _own_production(plant: Row, waste: str, factor: str) -> Row:
    units, mw = plant["units"], plant["mw"]
    share = plant["gypsum_own_share"] if waste == "fgd_gypsum" else "1"
    other_half = "另一半石膏由电石渣脱硫作次生固废计 the other half is the residue of carbide slag"
    return {
        "formula": f"{units}*{mw}*{HOURS}/10*{factor}*{share}/12",
        "text_zh": f"{units}×{mw} MW × {HOURS} h(假设) × {factor} t/万kWh × 份额{share} ÷ 12月",
        "text_en": f"{units} x {mw} MW x {HOURS} h assumed x {factor} t per 10 MWh x share {share}",
        "ref": "process_flows gen_pc_power",
        "note": join_notes([plant["note"], other_half if share == "0.5" else ""]),
    }


def _supply(sources: Sources, given: Row) -> Supply:
    def words(column: str, separator: str) -> tuple[str, ...]:
        return tuple(filter(None, given.get(column, "").split(separator)))

    # A hand-listed ash takes the derived radioactivity too, where its type has no row of its own.
    derived = frozenset(given.get("derived", "ira;igamma").split(";"))
    return Supply(
        _row(sources, given), given.get("profile", ""), words("regions", "|"), words("omit", ";"), derived
    )


def _row(sources: Sources, given: Row) -> Row:
    waste, tonnes = given["waste_type"], tonnes_of(given["formula"])
    ask, ask_note = price_of(sources.tables["asks"], given["ask"], waste, "卖方要价 ask")
    limit, lot, terms_note = _terms(sources.tables["trade_terms"], waste)
    stock, stock_note = _stock(given.get("stock_formula", ""))
    quantity = sentence(
        MARK[given["quality"]],
        given["text_zh"],
        given["text_en"],
        given["formula"],
        tonnes,
        "t/月 t/month",
        given["ref"],
    )
    return {
        "id": given["id"],
        "enterprise": given["enterprise"],
        "waste_type": waste,
        "t_per_month": tonnes,
        "stock_t": stock,
        "start": given.get("start", ""),
        "end": given.get("end", ""),
        "ask_yuan_per_t": ask,
        "min_lot_t": lot,
        "max_distance_km": limit,
        "lat": given.get("lat", ""),
        "lon": given.get("lon", ""),
        "quantity_quality": given["quality"],
        "note": join_notes([quantity, ask_note, stock_note, terms_note, given["note"]]),
        "source": sources.source_of(given["ref"]),
    }


def _stock(formula: str) -> tuple[str, str]:
    if not formula:
        return "", ""
    tonnes = tonnes_of(formula)
    return tonnes, sentence("库存估算 stock estimate", "存量", "stock on the ground", formula, tonnes, "t")


def _terms(table: list[Row], waste: str) -> tuple[str, str, str]:
    """Distance limit and smallest lot of a waste type as text, and their note; blank without a row."""
    row = next((row for row in table if row["waste_type"] == waste), None)
    if row is None:
        return "", "", ""
    formula, lot = row["max_distance_formula"], row["min_lot_t"]
    limit = number(evaluate(formula), 0)
    note = sentence("运距上限估算 distance limit", row["text_zh"], row["text_en"], formula, limit, "km")
    return limit, lot, f"{note} | 起运量{lot} t为假设 minimum lot assumed"
