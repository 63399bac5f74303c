"""The page of methods, its workbook, and what pages say of flows and chains."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from marketplace.effects.presenters import chain_sum, flow_lines, total_lines, unknown_words
from marketplace.effects.presenters_lines import Line
from marketplace.effects.rules import effects_of_chain, effects_of_flow
from marketplace.effects.rules_totals import effects_of_flows
from marketplace.market.kept import forget
from marketplace.symbiosis.flows import TRADES
from models import MarketSettings
from models.catalogue.factors import factors, tax_rates, vat_items
from tests import factories as make
from tests.effects.ordos import ASH, CARBIDE, POWER, Chain, Hop, rates, scenario
from tests.web.reading import Page


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("GONGSHENG_ROADS", "/nowhere.npz")
    forget()
    yield
    forget()


@pytest.fixture
def market(app: Flask) -> Iterator[SimpleNamespace]:
    """The scenario's settings, a supply of carbide slag and a kiln that takes it."""
    with Session(app.extensions["gongsheng_engine"], expire_on_commit=False) as session:
        if session.get(MarketSettings, 1) is None:
            said = scenario()
            session.add(MarketSettings(
                id=1, first_month="2027-01", months=12, handling_yuan_per_t=said["freight"]["handling_yuan_per_t"],
                rate_yuan_per_t_km=said["freight"]["rate_yuan_per_t_km"], carbon=said["carbon"],
                freight_source=said["freight"]["source"],
            ))
        supply = make.supply(session, waste_type_id="carbide_slag")
        demand = make.demand(session, use_id="cement_clinker_carbide", accepts={"carbide_slag": 1})
        session.commit()
        yield SimpleNamespace(supply=supply, demand=demand)


def _english(client: FlaskClient, url: str) -> Page:
    client.set_cookie("lang", "en")
    answer = client.get(url)
    assert answer.status_code == 200
    return Page(answer)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_is_public_and_sound(client: FlaskClient, market: SimpleNamespace, language: str) -> None:
    client.set_cookie("lang", language)
    page = Page(client.get("/methods"))
    assert page.faults() == []


def test_every_factor_item_and_rate_stands_on_the_page(client: FlaskClient, market: SimpleNamespace) -> None:
    page = _english(client, "/methods")
    ids = {one.attrs["id"] for one in page.all("tr") if "id" in one.attrs}
    assert {f"factor-{one}" for one in factors()} <= ids
    assert {f"vat-{one}" for one in vat_items()} <= ids and {f"tax-{one}" for one in tax_rates()} <= ids
    fit = next(one for one in page.all("tr") if one.attrs.get("id") == "factor-F014")
    for told in ("6.4", "5", "8", "2015", "order of magnitude", "yuan/t"):
        assert told in fit.text


def test_what_nobody_has_found_is_blank_and_named(client: FlaskClient, market: SimpleNamespace) -> None:
    page = _english(client, "/methods")
    (blank,) = [one for one in page.all("section") if one.attrs.get("id") == "blank"]
    assert "F063" in blank.text and "—" in blank.text and "F078" not in blank.text


def test_a_market_that_counts_nothing_says_so(client: FlaskClient, app: Flask, market: SimpleNamespace) -> None:
    with Session(app.extensions["gongsheng_engine"]) as session:
        kept = session.get(MarketSettings, 1).carbon
        session.get(MarketSettings, 1).carbon = {}
        session.commit()
        try:
            assert "no carbon is counted as avoided" in _english(client, "/methods").text
        finally:
            session.get(MarketSettings, 1).carbon = kept
            session.commit()


def test_the_workbook_holds_the_same_facts(client: FlaskClient, market: SimpleNamespace) -> None:
    client.set_cookie("lang", "en")
    answer = client.get("/methods.xlsx")
    assert answer.status_code == 200 and "methods.xlsx" in answer.headers["Content-Disposition"]
    book = load_workbook(BytesIO(answer.data))
    assert book.sheetnames[0] == "Methods" and len(book.sheetnames) == 7
    rows = {row[0]: row for sheet in book.worksheets[1:] for row in sheet.iter_rows(values_only=True)}
    assert rows["F014"][2:5] == (6.4, 5, 8) and rows["F055"][2] == 0.48 and rows["F055"][3] is None
    assert rows["F063"][2] is None
    assert set(factors()) <= set(rows)


def test_chinese_workbook(client: FlaskClient, market: SimpleNamespace) -> None:
    book = load_workbook(BytesIO(client.get("/methods.xlsx").data))
    assert book.sheetnames[:3] == ["方法", "本市场计入的避免量", "所用因子"]


def test_a_pair_s_page_says_what_a_month_would_do(client: FlaskClient, market: SimpleNamespace) -> None:
    page = _english(client, f"/matches/{market.supply.code}/{market.demand.code}")
    assert page.faults() == []
    (section,) = [one for one in page.all("section") if one.attrs.get("id") == "effects"]
    for told in ("Emissions avoided by substitution", "at most", "only if otherwise discharged",
                 "only if the region has listed it", "prices of 2015, to be calibrated", "VAT refund, item 2.2",
                 "hint: check the catalogue of 2022"):
        assert told in section.text


def _lines(app: Flask, make_lines: object) -> dict[str, Line]:
    with app.test_request_context("/", headers={"Cookie": "lang=en"}):
        return {line.key: line for line in make_lines()}  # type: ignore[operator]


def test_lines_of_a_flow(app: Flask) -> None:
    effects = effects_of_flow(Hop(*CARBIDE, 1000.0, 100.0), rates(), value_yuan=-2_000.0)
    lines = _lines(app, lambda: flow_lines(effects, rates(), TRADES))
    assert lines["avoided"].text == "307.2 t CO₂e" and lines["avoided"].interval == "288 t CO₂e to 460.8 t CO₂e"
    assert "F055" in lines["avoided"].title and [chip.text for chip in lines["avoided"].chips] == [
        "spread stated in part"
    ]
    assert lines["transport"].interval == "" and [chip.text for chip in lines["transport"].chips] == [
        "spread not stated"
    ]
    assert lines["net"].text == "299.4 t CO₂e" and lines["net"].sums
    assert lines["freight"].interval == "30,000 yuan to 53,000 yuan"
    assert [chip.text for chip in lines["freight"].chips] == ["prices of 2015, to be calibrated", "outside 7 to 60 km"]
    assert (lines["value"].label, lines["value"].text) == ("Paid by the taker", "−2,000 yuan")
    assert lines["tax"].text == "at most 25,000 yuan" and len(lines["tax"].chips) == 2
    assert lines["vat-VAT02"].chips[0].text == "share to be stated"


def test_a_flow_without_a_factor_is_not_known(app: Flask) -> None:
    lines = _lines(app, lambda: flow_lines(effects_of_flow(Hop(*POWER, 1000.0, None), rates()), rates()))
    assert lines["avoided"].text == lines["transport"].text == lines["carriage"].text == "not known"
    assert "net" not in lines and "freight" not in lines
    assert "to be checked" in lines["vat-VAT08"].chips[-1].text


def test_lines_of_many_flows_tell_the_tonnes_without_a_factor(app: Flask) -> None:
    effects = effects_of_flows([Hop(*CARBIDE, 100.0), Hop(*POWER, 300.0), Hop("coal_slime", "cfb_power", 7.0)], rates())
    lines = _lines(app, lambda: total_lines(effects, rates()))
    assert lines["unknown"].text == "not known" and "307 t" in lines["unknown"].label
    assert "7 t" in lines["tax-none"].label and lines["tax-certain"].text == "at most 1,500 yuan"
    with app.test_request_context("/", headers={"Cookie": "lang=en"}):
        assert unknown_words(effects)[0].endswith("300 t")


def test_figures_of_a_chain(app: Flask) -> None:
    known = effects_of_chain(Chain((Hop(*POWER, 1000.0, 20.0), Hop(*ASH, 400.0, 30.0))), rates())
    unknown = effects_of_chain(Chain((Hop(*POWER, 1000.0, 20.0), Hop("bottom_ash", "road_base", 300.0))), rates())
    gone = effects_of_chain(Chain((Hop(*POWER, 1.0, None, None), Hop(*ASH, 1.0))), rates())
    with app.test_request_context("/", headers={"Cookie": "lang=en"}):
        one, other, third = (chain_sum(effects, rates()) for effects in (known, unknown, gone))
    assert one.carbon.text == "19.5 t CO₂e" and one.carbon.chips[-1].text == "1,000 t without a factor"
    assert one.value.text == "7,000 yuan" and one.freight.interval and len(one.hops) == 2
    assert other.carbon.text == "not known" and "1.8 t CO₂e" in other.carbon.chips[0].text
    assert {third.carbon.text, third.value.text, third.freight.text} == {"not known"}
