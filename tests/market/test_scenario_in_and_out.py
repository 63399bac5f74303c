"""A scenario goes into the database and comes out as the same market."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.config import ROOT
from marketplace.market import engine_catalogue, load_problem
from marketplace.market.exporting import export_scenario
from marketplace.market.importing import MarketNotEmpty, import_scenario
from marketplace.unit_of_work import UnitOfWork
from matching.scenario import ScenarioError, read_scenario
from models import (
    Assay,
    Demand,
    DemandSpec,
    Enterprise,
    Event,
    MarketRevision,
    MarketSettings,
    Region,
    Supply,
)
from tests.market.compare import differences

ORDOS = ROOT / "scenarios" / "ordos"

SMALL = {
    "parks.csv": "id,name,region\npark-1,西园,无名旗\n",
    "enterprises.csv": (
        "id,name,lat,lon,park,region,qualified,licences\n"
        "e1,甲厂,39.8,110,park-1,无名旗,true,HW08;HW11\n"
        "e2,\"乙厂 \"\"南\"\"\",39.9,110.1,,东胜区,,\n"
    ),
    "supplies.csv": (
        "id,enterprise,waste_type,t_per_month,stock_t,start,end,ask_yuan_per_t,min_lot_t,max_distance_km,lat,lon\n"
        "s1,e1,gangue,1000.5,0.125,,,-17.5,,,,\n"
        "s2,e1,fly_ash_pc,20,,2027-03,2027-05,,5,0,40,110.5\n"
        "s3,e1,fly_ash_pc,20,,2026-03,2026-05,,,,40,110.5\n"
    ),
    "assays.csv": (
        "supply,property,value,sd,laboratory,date\n"
        "s1,loi,8.2,0.5,甲实验室,2026-11-01\ns1,sio2,50,,典型值 typical,去年秋天\n"
    ),
    "demands.csv": "id,enterprise,use,t_per_month,quantity_quality\nd1,e2,fired_brick,500,estimate\n",
    "accepts.csv": "demand,waste_type,max_share\nd1,gangue,0.333333\nd1,fly_ash_pc,\n",
    "specs.csv": (
        "demand,waste_type,property,min,max,basis\n"
        "d1,,loi,,15,each\nd1,,loi,,9,blend\nd1,gangue,ncv_ar,400,,\n"
    ),
    "residues.csv": "demand,waste_type,yield_t_per_t\nd1,bottom_ash,0.05\n",
    "scenario.toml": (
        'title = "小 \\"市场\\""\nfirst_month = "2027-01"\nmonths = 6\ncircuity = 1.2\n'
        "[freight]\nhandling_yuan_per_t = 5\nrate_yuan_per_t_km = 0.5\n"
        "[carbon]\ntransport_kg_per_t_km = 0.1\n"
        '[[carbon.avoided]]\nuse = "fired_brick"\nwaste_type = "gangue"\nkg_per_t = 12.5\nsource = "x"\n'
    ),
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    folder.mkdir()
    for name, text in SMALL.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _import(session: Session, folder: Path) -> None:
    with UnitOfWork(session) as uow:
        import_scenario(uow=uow, folder=folder)


@pytest.mark.parametrize("which", ["small", "ordos"])
def test_the_same_market_comes_out(session: Session, small: Path, tmp_path: Path, which: str) -> None:
    folder = small if which == "small" else ORDOS
    wanted = read_scenario(folder, engine_catalogue())
    _import(session, folder)
    assert differences(wanted, load_problem(session)) == []
    export_scenario(session, tmp_path / "out")
    assert differences(wanted, read_scenario(tmp_path / "out", engine_catalogue())) == []


def test_notes_and_sources_come_out_too(session: Session, tmp_path: Path) -> None:
    _import(session, ORDOS)
    export_scenario(session, tmp_path / "out")
    for file in ("supplies.csv", "demands.csv", "specs.csv", "residues.csv", "accepts.csv", "parks.csv"):
        assert _remarks(ORDOS / file) == _remarks(tmp_path / "out" / file)


def _remarks(path: Path) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return sorted(
            (row.get("note", "").strip(), row.get("source", "").strip()) for row in csv.DictReader(handle)
        )


def test_what_the_rows_hold(session: Session, small: Path) -> None:
    _import(session, small)
    enterprise = session.scalars(select(Enterprise).where(Enterprise.code == "e1")).one()
    assert [licence.code for licence in enterprise.licences] == ["HW08", "HW11"]
    assert len(enterprise.sites) == 2
    assert enterprise.main_site.lat == 39.8
    supply = session.scalars(select(Supply).where(Supply.code == "s1")).one()
    assert (supply.status, supply.quantity_quality) == ("published", "declared")
    assert supply.start_month == "2027-01"
    kinds = {assay.property_id: (assay.kind, assay.note, assay.sampled_on) for assay in supply.assays}
    assert kinds["loi"][0] == "measured"
    assert kinds["sio2"] == ("typical", "去年秋天", None)
    region = session.scalars(select(Region).where(Region.name_zh == "无名旗")).one()
    assert enterprise.region_id == region.id
    assert session.get(MarketSettings, 1).carbon["avoided"][0]["source"] == "x"
    assert session.scalar(select(func.count(DemandSpec.id))) == 3


def test_an_import_is_an_event_and_moves_the_market(session: Session, small: Path) -> None:
    _import(session, small)
    event = session.scalars(select(Event).where(Event.kind == "scenario.imported")).one()
    assert event.data == {"title": '小 "市场"', "supplies": 3, "demands": 1}
    assert session.get(MarketRevision, 1).revision == 1


def test_a_second_import_is_refused(session: Session, small: Path) -> None:
    _import(session, small)
    with pytest.raises(MarketNotEmpty):
        _import(session, small)


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        ("supplies.csv", "1000.5", "many", "supplies.csv:2:4"),
        ("enterprises.csv", "甲厂", "甲" * 500, "enterprises.csv:2:2"),
        ("supplies.csv", "1000.5", "1e12", "supplies.csv:2:4"),
    ],
)
def test_a_bad_scenario_leaves_nothing(
    session: Session, small: Path, file: str, old: str, new: str, place: str
) -> None:
    path = small / file
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ScenarioError, match=place):
        _import(session, small)
    for model in (Enterprise, Supply, Demand, Assay, MarketSettings):
        assert session.scalar(select(func.count(model.id))) == 0


def test_an_export_never_overwrites(session: Session, small: Path, tmp_path: Path) -> None:
    _import(session, small)
    with pytest.raises(FileExistsError):
        export_scenario(session, small)
    empty = tmp_path / "empty"
    empty.mkdir()
    export_scenario(session, empty)
    assert (empty / "supplies.csv").exists()
    assert not list(tmp_path.glob(".empty*"))
    shutil.rmtree(empty)
