"""The supplies of the Ordos scenario: of mines, of power plants and hand-listed, each with its formula."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.formulas import evaluate, number, sentence
from scenarios.ordos_sources import HOURS, MARK, Sources, join_notes, price_of, tail_of, tonnes_of
from scenarios.tables import Row


@dataclass(slots=True)
class Supply:
    """One supply row with what its assays need."""

    row: Row
    profile: str = ""
    regions: tuple[str, ...] = ()
    omit: tuple[str, ...] = ()
    derived: frozenset[str] = frozenset()


def supplies(sources: Sources) -> list[Supply]:
    """Return every supply of the scenario."""
    made = [item for mine in sources.tables["mines"] for item in _mine_supplies(sources, mine)]
    made += [item for plant in sources.tables["power_plants"] for item in _plant_supplies(sources, plant)]
    made += [_listed_supply(sources, row) for row in sources.tables["supplies"]]
    return made


def _mine_supplies(sources: Sources, mine: Row) -> list[Supply]:
    slug, coal, rate = mine["enterprise"], mine["raw_coal_wan_t"], mine["gangue_t_per_t"]
    is_mine = bool(mine["drive_level"])
    leach = frozenset({"leach_ph"} if mine["leach"] == "yes" else ())
    regions = tuple(filter(None, mine["regions"].split("|")))
    share = "0.7" if is_mine else "1"
    made = []
    for kind, part, level in (("wash", share, mine["wash_level"]), ("drive", "0.3", mine["drive_level"])):
        if not level:
            continue
        zh = "洗矸" if kind == "wash" else "掘进矸"
        formula = f"{coal}*10000*{rate}*{part}/12"
        extra = [mine["note"]]
        stock = ""
        if kind == "wash" and mine["stock_months"]:
            stock = f"{formula}*{mine['stock_months']}"
        row = _supply_row(
            sources,
            f"S{tail_of(slug)}-gangue-{kind}",
            slug,
            "gangue",
            "estimate",
            formula,
            f"原煤{coal}万t/a × 矸石{rate} t/t × {zh}占{part} ÷ 12月",
            f"raw coal {coal}0 kt/a x {rate} t/t x {kind} share {part}",
            _coal_ref(sources, slug),
            level,
            extra,
            stock,
        )
        made.append(Supply(row, kind, regions, (), leach))
    if mine["slime"] == "yes":
        row = _supply_row(
            sources,
            f"S{tail_of(slug)}-slime",
            slug,
            "coal_slime",
            "estimate",
            f"{coal}*10000*0.05/12",
            f"原煤{coal}万t/a × 煤泥0.05 t/t ÷ 12月",
            f"raw coal {coal}0 kt/a x 0.05 t/t",
            _coal_ref(sources, slug),
            "typ",
            [mine["note"]],
            "",
        )
        made.append(Supply(row, "", regions))
    return made


def _plant_supplies(sources: Sources, plant: Row) -> list[Supply]:
    slug, units, mw = plant["enterprise"], plant["units"], plant["mw"]
    own = {"fly": "0.6", "bottom_ash": "0.08", "fgd_gypsum": "0.15"}
    fly = plant["fly_ash"]
    profiles = {fly: plant["ash_profile"], "fgd_gypsum": plant["gypsum_profile"]}
    made = []
    for waste, factor in (
        (fly, own["fly"]),
        ("bottom_ash", own["bottom_ash"]),
        ("fgd_gypsum", own["fgd_gypsum"]),
    ):
        energy = f"{units}*{mw}*{HOURS}/10"
        if plant["boiler"] == "cfb":
            if waste == "fgd_gypsum":
                continue
            formula = f"0*{energy}/12"
            zh = "自有产量记0: 只随矸石进炉作次生固废产生"
            en = "own production 0: arises only as the residue of the fuel"
        else:
            share = plant["gypsum_own_share"] if waste == "fgd_gypsum" else "1"
            formula = f"{energy}*{factor}*{share}/12"
            zh = f"{units}×{mw} MW × {HOURS} h(假设) ÷ 10 = 万kWh × {factor} t/万kWh × {share} ÷ 12月"
            en = f"{units} x {mw} MW x {HOURS} h assumed x {factor} t per 10 MWh x share {share}"
        extra = [plant["note"]]
        if waste == "fgd_gypsum" and plant["gypsum_own_share"] == "0.5":
            extra.append("另一半石膏由电石渣脱硫作次生固废计 the other half is the residue of carbide slag")
        row = _supply_row(
            sources,
            f"S{tail_of(slug)}-{waste.replace('_', '-')}",
            slug,
            waste,
            "estimate",
            formula,
            zh,
            en,
            f"process_flows {'cfb_power' if plant['boiler'] == 'cfb' else 'gen_pc_power'}",
            plant["ash_level"],
            extra,
            "",
        )
        omit = tuple(filter(None, plant["ash_omit"].split(";"))) if waste == fly else ()
        regions = ("准格尔", "鄂尔多斯/蒙西类") if waste == "fly_ash_high_al" else ()
        made.append(Supply(row, profiles.get(waste, ""), regions, omit, frozenset({"ira", "igamma"})))
    return made


def _listed_supply(sources: Sources, given: Row) -> Supply:
    row = _supply_row(
        sources,
        given["id"],
        given["enterprise"],
        given["waste_type"],
        given["quality"],
        given["formula"],
        given["text_zh"],
        given["text_en"],
        given["ref"],
        given["ask"],
        [given["note"]],
        given["stock_formula"],
    )
    row.update(start=given["start"], end=given["end"], lat=given["lat"], lon=given["lon"])
    return Supply(
        row,
        given["profile"],
        tuple(filter(None, given["regions"].split("|"))),
        tuple(filter(None, given["omit"].split(";"))),
        frozenset({"ira", "igamma"}),
    )


def _supply_row(
    sources: Sources,
    id_: str,
    enterprise: str,
    waste: str,
    quality: str,
    formula: str,
    zh: str,
    en: str,
    ref: str,
    level: str,
    extra: list[str],
    stock: str,
) -> Row:
    tonnes = tonnes_of(formula)
    ask, ask_note = price_of(sources.tables["asks"], level, waste, "卖方要价 ask")
    notes = [sentence(MARK[quality], zh, en, formula, tonnes, "t/月 t/month", ref), ask_note]
    stock_t = ""
    if stock:
        stock_t = tonnes_of(stock)
        notes.append(sentence("库存估算 stock estimate", "存量", "stock on the ground", stock, stock_t, "t"))
    limit, lot = "", ""
    terms = next((row for row in sources.tables["trade_terms"] if row["waste_type"] == waste), None)
    if terms:
        limit, lot = number(evaluate(terms["max_distance_formula"]), 0), terms["min_lot_t"]
        notes.append(
            sentence(
                "运距上限估算 distance limit",
                terms["text_zh"],
                terms["text_en"],
                terms["max_distance_formula"],
                limit,
                "km",
            )
        )
        notes.append(f"起运量{lot} t为假设 minimum lot assumed")
    return {
        "id": id_,
        "enterprise": enterprise,
        "waste_type": waste,
        "t_per_month": tonnes,
        "stock_t": stock_t,
        "ask_yuan_per_t": ask,
        "min_lot_t": lot,
        "max_distance_km": limit,
        "quantity_quality": quality,
        "note": join_notes([*notes, *extra]),
        "source": sources.source_of(ref),
    }


def _coal_ref(sources: Sources, slug: str) -> str:
    ref = sources.enterprises[slug]["ref"]
    return f"{ref};process_flows gen_coal_wash" if ref else "process_flows gen_coal_wash"
