"""The Ordos scenario: reproducible, complete, honest about what is estimated, and loadable."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from matching import MatchParams, match
from matching.catalogue import read_catalogue
from matching.scenario import read_scenario
from scenarios.build_ordos import COLUMNS, DATA, LABORATORY, SOURCE, TARGET, build
from scenarios.compositions import OXIDES
from scenarios.formulas import evaluate, formulas_in, show
from scenarios.tables import Row, by_key, read_table

# These reference rows are towns, city totals and policies: nobody who could offer or want anything.
NOT_ACTORS = {"place", "aggregate", "policy"}
WASTE_TYPES = by_key(read_table(DATA / "waste_types.csv"), "waste_id")
HAZARDOUS = {key for key, row in WASTE_TYPES.items() if row["hazardous"] in ("yes", "to_be_identified")}


@pytest.fixture(scope="module")
def tables() -> dict[str, list[Row]]:
    return {name: read_table(TARGET / f"{name}.csv") for name in COLUMNS}


def test_builder_makes_the_committed_bytes(tmp_path: Path) -> None:
    build(tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in TARGET.iterdir()}
    assert made.keys() == kept.keys()
    differing = [name for name in made if made[name] != kept[name]]
    assert not differing, f"run python -m scenarios.build_ordos and commit: {differing}"


def test_scenario_loads_without_a_fault(tables: dict[str, list[Row]]) -> None:
    problem = read_scenario(TARGET, read_catalogue(DATA))
    assert list(problem.supplies.ids) == sorted(row["id"] for row in tables["supplies"])
    assert list(problem.demands.ids) == sorted(row["id"] for row in tables["demands"])
    assert problem.months[0] == "2027-01" and len(problem.months) == 12
    assert problem.carbon.avoided_kg_per_t


def test_engine_finds_partners_and_unverified_pairs() -> None:
    result = match(read_scenario(TARGET, read_catalogue(DATA)), MatchParams(top_k=0))
    assert result.feasible_count >= 300
    assert result.unverified_count >= 50
    assert len(set(result.pairs.demand[result.feasible])) >= 60


def test_market_is_large_and_varied_enough(tables: dict[str, list[Row]]) -> None:
    assert len(tables["supplies"]) >= 60
    assert len({row["waste_type"] for row in tables["supplies"]}) >= 9
    assert len(tables["demands"]) >= 40
    assert len({row["use"] for row in tables["demands"]}) >= 12


def test_every_actor_of_the_reference_is_there(tables: dict[str, list[Row]]) -> None:
    names = ("parks", "enterprises", "supplies", "demands")
    cited = set(re.findall(r"R\d{3}", " ".join(row["source"] for name in names for row in tables[name])))
    reference = read_table(DATA / "ordos_reference.csv")
    wanted = {row["ref_id"] for row in reference if row["kind"] not in NOT_ACTORS}
    assert wanted <= cited, sorted(wanted - cited)


@pytest.mark.parametrize(
    ("enterprise", "tonnes_per_year"),
    [
        ("E028-buertai-project", 4_759_400),
        ("E029-mengshan", 3_000_000),
        ("E031-huanbao-invest", 3_000_000),
        ("E034-huineng-ash", 780_000),
        ("E035-wulan-brick", 188_400),
        ("E036-jintai-brick", 94_200),
        ("E037-menkeqing-brick", 188_400),
        ("E039-jungar-10mt", 10_000_000),
    ],
)
def test_stated_capacities_are_kept(
    tables: dict[str, list[Row]], enterprise: str, tonnes_per_year: float
) -> None:
    rows = [row for row in tables["demands"] if row["enterprise"] == enterprise]
    assert sum(float(row["t_per_month"]) for row in rows) * 12 == pytest.approx(tonnes_per_year, rel=1e-4)


def test_quantities_say_whether_they_are_stated_and_show_their_formula(tables: dict[str, list[Row]]) -> None:
    for row in tables["supplies"] + tables["demands"]:
        assert row["quantity_quality"] in ("stated", "estimate"), row["id"]
        assert row["source"], row["id"]
        marks = {"estimate": "估算 estimate: ", "stated": "来源所列 stated: "}
        assert row["note"].startswith(marks[row["quantity_quality"]]), row["id"]
        shown = formulas_in(row["note"])
        assert shown and shown[0][1] == float(row["t_per_month"]), row["id"]


def test_formulas_give_what_their_notes_say(tables: dict[str, list[Row]]) -> None:
    for name in ("supplies", "demands", "accepts", "residues"):
        for row in tables[name]:
            for computed, told in formulas_in(row["note"]):
                assert told == pytest.approx(computed, rel=0.01, abs=0.06), row


def test_prices_without_a_formula_are_zero_and_say_so(tables: dict[str, list[Row]]) -> None:
    for name, price in (("supplies", "ask_yuan_per_t"), ("demands", "bid_yuan_per_t")):
        for row in tables[name]:
            priced = re.search(r"(ask|bid) 估算 estimate: ", row["note"])
            assert priced or (float(row[price]) == 0 and "未查到可靠价" in row["note"]), row["id"]


def test_city_total_of_gangue_and_of_all_waste_is_not_exceeded(tables: dict[str, list[Row]]) -> None:
    city = next(row for row in read_table(DATA / "ordos_reference.csv") if row["ref_id"] == "R069")
    total = float(city["capacity_value"]) * 10_000
    regions = {row["id"]: row["region"] for row in tables["enterprises"]}
    per_year: dict[str, float] = defaultdict(float)
    for row in tables["supplies"]:
        if regions[row["enterprise"]] not in ("石拐区", "昆都仑区"):
            per_year[row["waste_type"]] += float(row["t_per_month"]) * 12
    assert sum(per_year.values()) <= total
    assert per_year["gangue"] <= total * 0.609


def test_every_spec_copies_a_limit_of_the_catalogue_with_its_standard(tables: dict[str, list[Row]]) -> None:
    catalogue = by_key(read_table(DATA / "use_specs.csv"), "spec_id")
    properties = by_key(read_table(DATA / "properties.csv"), "property_key")
    for row in tables["specs"]:
        given = catalogue[row["source"].split()[1]]
        assert row["standard"], row
        copied = {"property": given["property_key"], "min": given["min"], "max": given["max"]}
        assert {key: row[key] for key in copied} == copied
        if row["basis"] == "blend":
            assert properties[row["property"]]["blend_rule"] in ("linear_dry", "linear_ar"), row


def test_hazardous_waste_is_offered_and_has_a_licensed_receiver(tables: dict[str, list[Row]]) -> None:
    licences = {row["id"]: set(row["licences"].split(";")) for row in tables["enterprises"]}
    receivers = {row["id"]: row["enterprise"] for row in tables["demands"]}
    offered = {row["waste_type"] for row in tables["supplies"]} & HAZARDOUS
    assert {"crystallised_salt", "coal_tar_residue", "drill_cuttings_ob"} <= offered
    for waste in ("crystallised_salt", "coal_tar_residue", "drill_cuttings_ob"):
        codes = set(re.findall(r"HW\d\d", WASTE_TYPES[waste]["hw_code"])) or {waste}
        takers = [row["demand"] for row in tables["accepts"] if row["waste_type"] == waste]
        assert any(codes & licences[receivers[demand]] for demand in takers), waste


def test_only_hazardous_receivers_hold_licences(tables: dict[str, list[Row]]) -> None:
    assert [row["id"] for row in tables["enterprises"] if row["licences"]] == ["E033-younaite"]


def test_residues_have_a_supply_to_join(tables: dict[str, list[Row]]) -> None:
    sources = {row["id"]: row["enterprise"] for row in tables["demands"]}
    offered = {(row["enterprise"], row["waste_type"]) for row in tables["supplies"]}
    assert len({row["waste_type"] for row in tables["residues"]}) >= 5
    for row in tables["residues"]:
        assert (sources[row["demand"]], row["waste_type"]) in offered, row


def test_assays_are_marked_typical_and_add_up(tables: dict[str, list[Row]]) -> None:
    assays: dict[str, dict[str, float]] = defaultdict(dict)
    for row in tables["assays"]:
        assert row["laboratory"] == LABORATORY
        assert row["method"] and row["date"] and row["note"], row
        assays[row["supply"]][row["property"]] = float(row["value"])
    for supply, values in assays.items():
        assert sum(values.get(key, 0) for key in (*OXIDES, "loi")) <= 100, supply
        assert all(value >= 0 for value in values.values()), supply
        if {"sio2", "al2o3", "fe2o3"} <= values.keys():
            assert values["saf"] == pytest.approx(values["sio2"] + values["al2o3"] + values["fe2o3"], abs=0.2)
    unassayed = {row["id"] for row in tables["supplies"]} - assays.keys()
    assert unassayed, "some supplies are left without an assay, to show unverified pairs"


def test_regions_and_parks_are_known(tables: dict[str, list[Row]]) -> None:
    regions = {"东胜区", "康巴什区", "达拉特旗", "准格尔旗", "鄂托克前旗", "鄂托克旗", "杭锦旗", "乌审旗",
               "伊金霍洛旗", "石拐区", "昆都仑区"}
    parks = {row["id"] for row in tables["parks"]}
    assert len(parks) == 14
    for row in tables["enterprises"]:
        assert row["region"] in regions and row["name_en"], row["id"]
        assert row["park"] in parks | {""}, row["id"]
        assert row["location_quality"] == "approximate"
        if row["id"].startswith("X") and "代表性" in row["name"]:
            assert "not a real enterprise" in row["note"]


def test_source_tables_use_every_set_they_define() -> None:
    given = read_table(SOURCE / "demands.csv")
    used = {row["accept_set"] for row in given} | {"gangue-backfill", "cfb", "carbide-fgd"}
    assert {row["set"] for row in read_table(SOURCE / "accept_sets.csv")} == used
    specified = {row["spec_set"] for row in given} | {"backfill", "cfb", "carbide-fgd"}
    assert specified - {"none"} == {row["set"] for row in read_table(SOURCE / "spec_sets.csv")}


@pytest.mark.parametrize(
    ("formula", "value"), [("12000*15.7/12", 15_700), ("-(5+3+4)", -12), ("(30+9.6-6.4)/0.337", 98.516)]
)
def test_formulas_evaluate_and_read_back(formula: str, value: float) -> None:
    assert evaluate(formula) == pytest.approx(value, rel=1e-4)
    ((computed, _told),) = formulas_in(f"x: {show(formula)} = 1 t")
    assert computed == pytest.approx(value, rel=1e-4)


@pytest.mark.parametrize("formula", ["__import__('os')", "2**9", "x", "'1'", "1 if 1 else 2"])
def test_formulas_are_arithmetic_only(formula: str) -> None:
    with pytest.raises(ValueError, match="arithmetic"):
        evaluate(formula)
