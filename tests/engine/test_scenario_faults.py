"""Malformed scenarios: each kind of fault is told with file, line, column, what was found and what was expected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from matching.derived import with_derived
from matching.scenario import ScenarioError, read_scenario
from tests.engine.random_markets import catalogue

GOOD = {
    "parks.csv": "id,name\nP1,Park\n",
    "enterprises.csv": "id,name,lat,lon,park,qualified,licences\n"
    "E1,Mine,39.5,110.1,P1,true,\nE2,Works,39.6,110.2,,TRUE,HW08;crystallised_salt\n",
    "supplies.csv": "id,enterprise,waste_type,t_per_month,start,end,lat,lon,max_distance_km\n"
    "S1,E1,gangue,100,,,,,\nS2,E1,fly_ash_pc,200,2027-02,2027-05,39.1,110.0,80\n",
    "assays.csv": "supply,property,value,sd\nS1,loi,8,0.5\n",
    "demands.csv": "id,enterprise,use,t_per_month\nD1,E2,aac,300\n",
    "accepts.csv": "demand,waste_type,max_share\nD1,gangue,0.5\n",
    "specs.csv": "demand,waste_type,property,min,max,basis\nD1,,loi,,9,blend\n",
    "residues.csv": "demand,waste_type,yield_t_per_t\nD1,bottom_ash,0.1\n",
    "scenario.toml": 'title = "t"\nmonths = 12\n[freight]\nhandling_yuan_per_t = 5\n'
    "[carbon]\ntransport_kg_per_t_km = 0.1\n",
}

# file, text to replace, its replacement, and what the fault must say.
FAULTS = [
    ("supplies.csv", "S1,E1,gangue,100", "S1,E1,gangue,-5",
     "supplies.csv:2:4: t_per_month: found '-5'; expected a number"),
    ("supplies.csv", "S1,E1,gangue,100", 'S1,E1,gangue,"1,000"',
     "found '1,000'; expected a number in t/month, 0 or more; write 1000"),
    ("supplies.csv", "S1,E1,gangue,100", "S1,E1,gangue,１２",
     "found '１２'; expected a number in t/month, 0 or more; write 12"),
    ("supplies.csv", "S1,E1,gangue,100", "S1,E1,gangue,nan", "found 'nan'"),
    ("supplies.csv", "S1,E1,gangue,100", "S1,E1,gangue,inf", "found 'inf'"),
    ("supplies.csv", "S1,E1,gangue,100", "S1,E1,gangue,1e999", "found '1e999'"),
    ("supplies.csv", "S1,E1,gangue,100", "S1,E1,gangue,1_000", "found '1_000'"),
    ("supplies.csv", "S1,E1,gangue,100", "S1,E1,gangue,500 t", "without unit"),
    ("supplies.csv", "S1,E1,gangue,100", "S1,E1,gangue,", "supplies.csv:2:4: t_per_month: found nothing"),
    ("supplies.csv", "S2,E1", "S1,E1",
     "supplies.csv:3:1: id: found 'S1' again; expected each id once; see line 2"),
    ("supplies.csv", "S1,E1", "S1,E9",
     "supplies.csv:2:2: enterprise: found 'E9'; expected an id of enterprises.csv"),
    ("supplies.csv", "fly_ash_pc", "fly_ash_pcc",
     "found 'fly_ash_pcc'; expected a waste type of the catalogue (did you mean 'fly_ash_pc'?)"),
    ("supplies.csv", "2027-02", "2027-13",
     "supplies.csv:3:5: start: found '2027-13'; expected a month as YYYY-MM"),
    ("supplies.csv", "2027-02", "Feb-27", "expected a month as YYYY-MM"),
    ("supplies.csv", "2027-05", "2027-01",
     "supplies.csv:3:6: end: found '2027-01'; expected a month not before start, 2027-02"),
    ("supplies.csv", "39.1", "139",
     "supplies.csv:3:7: lat: found '139'; expected a number in degrees from -90 to 90"),
    ("supplies.csv", ",39.1,", ",,", "lat and lon together"),
    ("supplies.csv", ",80\n", ",80,7\n", "supplies.csv:3: found 10 cells; expected 9"),
    ("supplies.csv", ",80\n", "\n", "supplies.csv:3: found 8 cells; expected 9"),
    ("supplies.csv", "t_per_month", "t_per_mnth", "unknown column 't_per_mnth'; expected one of"),
    ("supplies.csv", "t_per_month", "t_per_mnth", "(did you mean 't_per_month'?)"),
    ("supplies.csv", "t_per_month", "t_per_mnth", "t_per_month: found no such column"),
    ("supplies.csv", "max_distance_km", "start", "column 'start' again"),
    ("supplies.csv", "S1,E1", '"S1,E1', "supplies.csv:2: found unexpected end of data"),
    ("enterprises.csv", "39.5", "", "enterprises.csv:2:3: lat: found nothing"),
    ("enterprises.csv", "TRUE", "yes", "enterprises.csv:3:6: qualified: found 'yes'; expected true or false"),
    ("enterprises.csv", "HW08", "HW8", "'HW8' is neither"),
    ("enterprises.csv", ",P1,", ",P7,", "park: found 'P7'; expected an id of parks.csv"),
    ("assays.csv", "loi", "lio",
     "assays.csv:2:2: property: found 'lio'; expected a property of the catalogue (did you mean 'loi'?)"),
    ("assays.csv", "S1,", "S7,", "assays.csv:2:1: supply: found 'S7'"),
    ("assays.csv", "0.5", "-0.5", "assays.csv:2:4: sd: found '-0.5'"),
    ("assays.csv", "S1,loi,8,0.5\n", "S1,loi,8,0.5\nS1,loi,7,\n", "assays.csv:3:1: supply: found 'S1, loi' again"),
    ("demands.csv", "aac", "aacc", "expected a use of the catalogue (did you mean 'aac'?)"),
    ("demands.csv", "300\n", "300\nD2,E2,aac,5\n",
     "demands.csv:3:1: id: found 'D2'; expected at least one row of accepts.csv"),
    ("accepts.csv", "0.5", "1.5",
     "accepts.csv:2:3: max_share: found '1.5'; expected a number in share from 0 to 1"),
    ("accepts.csv", "0.5", "40%", "accepts.csv:2:3: max_share: found '40%'"),
    ("accepts.csv", "0.5\n", "0.5\nD1,gangue,\n", "accepts.csv:3:1: demand: found 'D1, gangue' again"),
    ("specs.csv", ",,9,", ",10,9,", "specs.csv:2:4: min: found 10; expected at most max, 9"),
    ("specs.csv", ",,9,", ",,,", "neither min nor max"),
    ("specs.csv", "blend", "mixed", "specs.csv:2:6: basis: found 'mixed'; expected each or blend"),
    ("specs.csv", "loi", "sai28", "found 'blend'; expected each; sai28 does not mix linearly"),
    ("specs.csv", "loi", "saf", "saf does not mix linearly"),
    ("specs.csv", ",blend\n", ",\nD1,,loi,1,,each\n", "specs.csv:3:1: demand: found 'D1, loi, each' again"),
    ("residues.csv", "0.1", "-0.1", "residues.csv:2:3: yield_t_per_t: found '-0.1'"),
    ("scenario.toml", "months", "month", "scenario.toml:2:1: month: found unknown key 'month'"),
    ("scenario.toml", "months = 12", "months = 1.5",
     "scenario.toml:2:1: months: found '1.5'; expected a whole number"),
    ("scenario.toml", "months = 12", "months = true", "found 'True'; expected a whole number"),
    ("scenario.toml", "months = 12", 'first_month = "2027-00"',
     "first_month: found '2027-00'; expected a month in quotes"),
    ("scenario.toml", "months = 12", "circuity = 0.5", "circuity: found '0.5'; expected a number, 1 or more"),
    ("scenario.toml", "= 5", "= nan", "freight.handling_yuan_per_t: found 'nan'"),
    ("scenario.toml", "[freight]", "[freight", "scenario.toml:3: found"),
    ("scenario.toml", "= 0.1\n", '= 0.1\n[[carbon.avoided]]\nuse = "aacc"\nwaste_type = "gangue"\nkg_per_t = 1\n',
     "did you mean 'aac'?"),
]  # fmt: skip


def _write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


def _faults(folder: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(folder, catalogue())
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(("file", "old", "new", "says"), FAULTS)
def test_a_fault_is_told(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    assert old in GOOD[file]
    faults = _faults(_write(tmp_path, GOOD | {file: GOOD[file].replace(old, new, 1)}))
    assert any(says in fault for fault in faults), faults


def test_all_faults_of_all_files_come_in_one_run(tmp_path: Path) -> None:
    bent = dict(GOOD)
    chosen = {(file, old): (file, old, new, says) for file, old, new, says in FAULTS if file != "scenario.toml"}
    told = []
    for file, old, new, says in (chosen[key] for key in [
        ("supplies.csv", "39.1"), ("enterprises.csv", "TRUE"), ("assays.csv", "loi"), ("demands.csv", "aac"),
        ("accepts.csv", "0.5"), ("specs.csv", "blend"), ("residues.csv", "0.1"),
    ]):  # fmt: skip
        bent[file] = bent[file].replace(old, new, 1)
        told.append(says)
    faults = _faults(_write(tmp_path, bent))
    assert all(any(says in fault for fault in faults) for says in told), faults


@pytest.mark.parametrize("file", ["enterprises.csv", "supplies.csv", "demands.csv", "accepts.csv"])
def test_a_missing_file_is_one_fault_and_blames_no_other(tmp_path: Path, file: str) -> None:
    files = {name: text for name, text in GOOD.items() if name != file}
    assert _faults(_write(tmp_path, files)) == [
        f"{file}: found no such file; expected this file; every scenario has one"
    ]


@pytest.mark.parametrize("file", ["enterprises.csv", "supplies.csv", "demands.csv", "accepts.csv"])
def test_an_empty_file_is_one_fault(tmp_path: Path, file: str) -> None:
    faults = _faults(_write(tmp_path, GOOD | {file: ""}))
    assert faults == [f"{file}:1: found an empty file; expected a header line with the columns' names"]


def test_the_other_files_may_be_missing(tmp_path: Path) -> None:
    files = {name: GOOD[name] for name in ("supplies.csv", "demands.csv", "accepts.csv")}
    files["enterprises.csv"] = GOOD["enterprises.csv"].replace(",P1,", ",,")
    problem = read_scenario(_write(tmp_path, files), catalogue())
    assert problem.months[0] == "2027-01" and len(problem.months) == 12
    assert (problem.freight.handling_yuan_per_t, problem.freight.rate_yuan_per_t_km) == (6.4, 0.337)
    assert (problem.circuity, problem.carbon.transport_kg_per_t_km) == (1.35, 0.078)


def test_a_ragged_row_is_not_missed_by_those_that_name_it(tmp_path: Path) -> None:
    faults = _faults(_write(tmp_path, GOOD | {"supplies.csv": GOOD["supplies.csv"].replace("100,,,,,", "100")}))
    assert len(faults) == 1 and "4 cells" in faults[0]


def test_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    _write(tmp_path, GOOD)
    text = GOOD["enterprises.csv"].replace("Works", "水泥厂")
    (tmp_path / "enterprises.csv").write_bytes(text.encode("gbk"))
    (fault,) = _faults(tmp_path)
    assert fault.startswith("enterprises.csv:3: found byte") and "CSV UTF-8" in fault
    (tmp_path / "enterprises.csv").write_bytes(text.encode("utf-16"))
    (fault,) = _faults(tmp_path)
    assert "UTF-8" in fault


def test_a_misspelt_file_is_named_and_others_may_lie_there(tmp_path: Path) -> None:
    (fault,) = _faults(_write(tmp_path, GOOD | {"assay.csv": "x", "photographs.csv": "x", "README.md": "x"}))
    assert fault.startswith("assay.csv: found unknown file") and "assays.csv" in fault


def test_no_folder_is_a_fault(tmp_path: Path) -> None:
    (fault,) = _faults(tmp_path / "nowhere")
    assert "no such folder" in fault


DRESSES: dict[str, Callable[[str], bytes]] = {
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "no newline at the end": lambda text: text.rstrip("\n").encode(),
    "blank lines and rows of commas": lambda text: (text + "\n,,\n\n").encode(),
    "spaces around cells": lambda text: text.replace(",", " , ").encode(),
    "columns without a name at the end": lambda text: "".join(f"{line},,\n" for line in text.splitlines()).encode(),
}


@pytest.mark.parametrize("dress", DRESSES)
def test_what_spreadsheets_do_to_a_file_is_borne(tmp_path: Path, dress: str) -> None:
    plain = read_scenario(_write(tmp_path / "plain", GOOD), catalogue())
    folder = _write(tmp_path / "dressed", GOOD)
    for name in GOOD:
        if name.endswith(".csv"):
            (folder / name).write_bytes(DRESSES[dress](GOOD[name]))
    dressed = read_scenario(folder, catalogue())
    assert dressed.supplies.ids == plain.supplies.ids
    assert dressed.supplies.t_per_month.tolist() == plain.supplies.t_per_month.tolist()
    assert dressed.specs.maximum.tolist() == plain.specs.maximum.tolist()


def test_lines_are_counted_through_quoted_newlines(tmp_path: Path) -> None:
    text = 'id,name,lat,lon\nE1,"a\nb\nc",39,110\n\nE2,Works,139,110\n'
    faults = _faults(_write(tmp_path, GOOD | {"enterprises.csv": text}))
    assert faults == ["enterprises.csv:6:3: lat: found '139'; expected a number in degrees from -90 to 90"]


def test_windows_are_cut_to_the_horizon_and_may_lie_outside(tmp_path: Path) -> None:
    text = "id,enterprise,waste_type,t_per_month,start,end\nA,E1,gangue,1,2026-05,2027-02\n"
    text += "B,E1,gangue,1,2030-01,\nC,E1,gangue,1,,2025-06\n"
    files = {name: body for name, body in GOOD.items() if name != "assays.csv"} | {"supplies.csv": text}
    supplies = read_scenario(_write(tmp_path, files), catalogue()).supplies
    assert supplies.first_month.tolist() == [0, 0, 0]
    assert supplies.last_month.tolist() == [1, -1, -1]


def test_a_property_is_assayed_only_where_its_own_row_says_so(tmp_path: Path) -> None:
    parts = [("sio2", 50), ("al2o3", 25), ("fe2o3", 5)]
    assays = "supply,property,value\n" + "".join(f"S1,{key},{value}\n" for key, value in parts)
    problem = read_scenario(_write(tmp_path, GOOD | {"assays.csv": assays}), catalogue())
    assert np.isnan(problem.supplies.property_value[0, problem.properties.index("saf")])


def test_what_follows_from_components_is_computed_only_where_all_are_there() -> None:
    properties = ("act_ra", "al2o3", "al_si", "fe2o3", "igamma", "ira", "saf", "sio2")
    nan = float("nan")
    value = np.array([[100, 25, nan, 5, nan, 0.7, nan, 50], [nan, 25, nan, nan, nan, nan, nan, 50]])
    filled = with_derived(value, properties)
    assert filled[0, 6] == 80 and np.isnan(filled[1, 6])
    assert filled[1, 2] == 0.5
    assert filled[0, 5] == 0.7, "an assay of the property itself stands"
    assert np.isnan(filled[0, 4])


def test_ten_thousand_wrong_references_are_told_quickly(tmp_path: Path) -> None:
    rows = "".join(f"S{n},E{n},gangue,1,,,,,\n" for n in range(10, 10_010))
    faults = _faults(_write(tmp_path, GOOD | {"supplies.csv": GOOD["supplies.csv"] + rows}))
    assert len(faults) == 10_000
