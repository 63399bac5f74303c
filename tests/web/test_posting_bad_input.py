"""What goes wrong while posting: told beside the field, in the page's language, with what was typed kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from marketplace.geo.systems import Place, wgs84_to_gcj02
from marketplace.listings import queries_edit
from models import Site, Supply, User
from tests import factories as make
from tests.web.posting import fields_of, send

SITE = Place(39.60, 109.78)


@pytest.fixture
def own(app: Flask, sign_in: Callable[[User], FlaskClient]) -> Iterator[SimpleNamespace]:
    """A person with a draft supply, signed in; and a colleague who can change it meanwhile."""
    with Session(app.extensions["gongsheng_engine"], expire_on_commit=False) as session:
        firm = make.enterprise(session, lat=SITE.lat, lon=SITE.lon)
        person = make.user(session, enterprise_id=firm.id)
        colleague = make.user(session, enterprise_id=firm.id, display_name="李主任")
        supply = make.supply(session, owner=firm, status="draft")
        limits = [{"property_id": "loi", "maximum": 8.0}]
        demand = make.demand(session, owner=firm, status="draft", specs=limits)
        session.commit()
        yield SimpleNamespace(
            client=sign_in(person), firm=firm, colleague=colleague, session=session, supply_row=supply,
            supply=f"/supplies/{supply.code}/edit/", demand=f"/demands/{demand.code}/edit/",
        )


def error_beside(page: TestResponse, field: str) -> str:
    """The message that stands with ``field`` and is tied to it for a screen reader."""
    found = re.search(rf'id="{re.escape(field)}-error"[^>]*>([^<]+)<', page.text)
    assert found, re.findall(r'class="error"[^>]*>([^<]*)', page.text)
    return found[1]


def sites(own: SimpleNamespace) -> list[Site]:
    own.session.commit()
    own.session.expire_all()
    return list(own.session.scalars(select(Site).where(Site.enterprise_id == own.firm.id).order_by(Site.id)))


@pytest.mark.parametrize(
    "typed",
    ["-5", "NaN", "Infinity", "1e999", "１e5", "12,5", "abc", "9" * 400, "1000000000", "1.23456", "--3"],
)
def test_tonnes_that_cannot_be(own: SimpleNamespace, typed: str) -> None:
    for lang in ("zh", "en"):
        own.client.set_cookie("lang", lang)
        page = send(own.client, own.supply + "amount", t_per_month=typed)
        assert page.status_code == 422
        message = error_beside(page, "t_per_month")
        assert bool(re.search("[\u4e00-\u9fff]", message)) == (lang == "zh")
        assert fields_of(page)["t_per_month"] == typed


@pytest.mark.parametrize(
    ("field", "typed"),
    [("start_month", "2027-13"), ("start_month", ""), ("end_month", "2027-00"), ("min_lot_t", "-1"),
     ("max_distance_km", "0"), ("stock_t", "-0.1")],
)
def test_other_numbers_and_months_that_cannot_be(own: SimpleNamespace, field: str, typed: str) -> None:
    page = send(own.client, own.supply + "amount", t_per_month="1000", **{field: typed})
    assert page.status_code == 422
    assert error_beside(page, field)


def test_a_last_month_before_the_first_and_a_lot_too_large(own: SimpleNamespace) -> None:
    months = {"start_month": "2028-03", "end_month": "2028-01"}
    page = send(own.client, own.supply + "amount", t_per_month="1000", **months)
    assert page.status_code == 409 and "早于起始月份" in error_beside(page, "end_month")
    assert fields_of(page)["end_month"] == "2028-01"
    page = send(own.client, own.supply + "amount", t_per_month="1000", min_lot_t="2000")
    assert page.status_code == 409 and "2,000" in error_beside(page, "min_lot_t")


def test_a_lower_limit_above_the_upper_one(own: SimpleNamespace) -> None:
    page = send(own.client, own.demand + "specs", **{"rows-0-minimum": "9"})
    assert page.status_code == 422
    assert "上限 8 小于下限 9" in error_beside(page, "rows-0-maximum")
    assert fields_of(page)["rows-0-minimum"] == "9"


def test_results_that_cannot_be(own: SimpleNamespace) -> None:
    page = send(own.client, own.supply + "assays", **{"rows-0-value": "140"})
    assert page.status_code == 422 and "140" in error_beside(page, "rows-0-value")
    page = send(own.client, own.supply + "assays", sampled_on="2099-01-01")
    assert page.status_code == 422 and error_beside(page, "sampled_on")
    page = send(own.client, own.supply + "assays", sampled_on="2026-02-31")
    assert page.status_code == 422 and error_beside(page, "sampled_on")


def new_place(own: SimpleNamespace, lat: str, lon: str, **typed: str) -> TestResponse:
    typed = {"place_name": "渣场", "note": "保留我", "system": "wgs84", **typed}
    return send(own.client, own.supply + "what", site="new", lat=lat, lon=lon, **typed)


@pytest.mark.parametrize(
    ("lat", "lon", "field", "words"),
    [
        ("139", "109.78", "lat", "−90 到 90"),
        ("39.6", "190", "lon", "−180 到 180"),
        ("47.92", "106.91", "lat", "不在中国境内"),
        ("39.6", "", "lon", "同时填写"),
        ("nan", "109.78", "lat", "不是"),
    ],
)
def test_places_that_cannot_be(own: SimpleNamespace, lat: str, lon: str, field: str, words: str) -> None:
    page = new_place(own, lat, lon)
    assert page.status_code == 422 and words in error_beside(page, field)
    kept = fields_of(page)
    assert (kept["lat"], kept["lon"], kept["note"], kept["place_name"]) == (lat, lon, "保留我", "渣场")
    assert len(sites(own)) == 1


def test_swapped_degrees_are_swapped_by_one_click(own: SimpleNamespace) -> None:
    page = new_place(own, "109.78", "39.7")
    assert page.status_code == 422 and 'value="swap"' in page.text
    assert send(own.client, own.supply + "what", page, place_fix="swap").status_code == 302
    assert (sites(own)[1].lat, sites(own)[1].lon) == (39.7, 109.78)


def test_both_numbers_pasted_into_one_field(own: SimpleNamespace) -> None:
    assert new_place(own, "109.781234，39.701234", "").status_code == 302
    assert (sites(own)[1].lat, sites(own)[1].lon) == (39.701234, 109.781234)


def test_a_stated_map_is_converted(own: SimpleNamespace) -> None:
    true = Place(39.7, 109.9)
    shown = wgs84_to_gcj02(true)
    answer = new_place(own, f"{shown.lat:.6f}", f"{shown.lon:.6f}", system="gcj02")
    assert answer.status_code == 302
    assert "已换算为 WGS-84" in own.client.get(answer.location).text
    assert sites(own)[1].lat == pytest.approx(true.lat, abs=1e-5)
    assert sites(own)[1].lon == pytest.approx(true.lon, abs=1e-5)


def test_a_map_coordinate_offered_as_wgs84_is_converted_by_one_click(own: SimpleNamespace) -> None:
    shown = wgs84_to_gcj02(Place(SITE.lat + 0.0004, SITE.lon + 0.0003))
    lat, lon = f"{shown.lat:.6f}", f"{shown.lon:.6f}"
    page = new_place(own, lat, lon)
    assert page.status_code == 422 and "高德" in error_beside(page, "system")
    assert (fields_of(page)["lat"], fields_of(page)["lon"]) == (lat, lon)
    assert send(own.client, own.supply + "what", page, place_fix="gcj02").status_code == 302
    assert sites(own)[1].lat == pytest.approx(SITE.lat + 0.0004, abs=1e-5)
    page = new_place(own, lat, lon, place_name="真的在那里")
    assert send(own.client, own.supply + "what", page, place_fix="wgs84").status_code == 302
    assert sites(own)[2].lat == float(lat)


def test_coordinates_beside_a_picked_site_are_not_lost_in_silence(own: SimpleNamespace) -> None:
    page = send(own.client, own.supply + "what", lat="39.7", lon="109.9")
    assert page.status_code == 422 and "已有厂址" in error_beside(page, "site")
    assert fields_of(page)["lat"] == "39.7"


def test_somebody_elses_site_is_refused(own: SimpleNamespace) -> None:
    other = make.enterprise(own.session)
    own.session.commit()
    page = send(own.client, own.supply + "what", site=str(other.sites[0].id))
    assert page.status_code == 422 and error_beside(page, "site")


def test_html_is_text(own: SimpleNamespace) -> None:
    nasty = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    assert new_place(own, "39.7", "109.9", place_name=nasty, note=nasty).status_code == 302
    assert sites(own)[1].name == nasty
    review = own.client.get(own.supply.removesuffix("/")).text
    assert "&lt;script&gt;alert(1)" in review and "<script>alert" not in review and "<img src=x" not in review


def test_ten_megabytes_of_text(own: SimpleNamespace) -> None:
    page = send(own.client, own.supply + "what", note="灰" * (10 * 1024 * 1024 // 3))
    assert page.status_code == 422 and "2,000" in error_beside(page, "note")
    assert fields_of(page)["note"] == "灰" * 2000
    assert len(page.data) < 200_000


def test_characters_nobody_types(own: SimpleNamespace) -> None:
    assert send(own.client, own.supply + "what", note="上\x01下\x08").status_code == 302
    own.session.commit()
    own.session.expire_all()
    assert own.session.get(Supply, own.supply_row.id).note == "上下"


def test_the_same_form_twice_makes_one_listing(own: SimpleNamespace) -> None:
    page = own.client.get("/supplies/new")
    first = send(own.client, "/supplies/new", page, waste_type_id="gangue")
    second = send(own.client, "/supplies/new", page, waste_type_id="gangue")
    assert first.status_code == second.status_code == 302 and first.location == second.location
    key = fields_of(page)["submission_key"]
    own.session.commit()
    count = select(func.count()).select_from(Supply).where(Supply.submission_key == key)
    assert own.session.scalar(count) == 1


def test_two_clicks_at_the_same_moment_are_judged_by_the_database(
    own: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = own.client.get("/supplies/new")
    first = send(own.client, "/supplies/new", page, waste_type_id="gangue")
    real, calls = queries_edit.by_submission, []

    def not_yet(*arguments: object) -> object:
        # The second click looks before the first has committed, and only then meets its row.
        calls.append(arguments)
        return None if len(calls) == 1 else real(*arguments)

    monkeypatch.setattr(queries_edit, "by_submission", not_yet)
    second = send(own.client, "/supplies/new", page, waste_type_id="gangue")
    assert second.status_code == 302 and second.location == first.location and len(calls) == 2


def test_a_stale_edit_shows_the_other_change_and_keeps_mine(own: SimpleNamespace, app: Flask) -> None:
    url = own.supply + "amount"
    mine = own.client.get(url)
    other = app.test_client()
    with other.session_transaction() as browser:
        browser["_user_id"], browser["_fresh"] = f"{own.colleague.id}:{own.colleague.session_nonce}", True
    assert send(other, url, t_per_month="7000", start_month="2027-03").status_code == 302
    page = send(own.client, url, mine, t_per_month="3000")
    assert page.status_code == 409
    assert re.search("李主任于 .* 把“每月吨数”由 1,000 改为 7,000", page.text)
    assert fields_of(page)["t_per_month"] == "3000"
    assert send(own.client, url, page).status_code == 302
    own.session.commit()
    own.session.expire_all()
    assert own.session.get(Supply, own.supply_row.id).t_per_month == 3000


def test_a_change_elsewhere_is_no_conflict_and_the_same_twice_is_none_either(
    own: SimpleNamespace, app: Flask
) -> None:
    amount, price = own.client.get(own.supply + "amount"), own.client.get(own.supply + "price")
    assert send(own.client, own.supply + "price", price, side="paid", amount="9").status_code == 302
    assert send(own.client, own.supply + "amount", amount, t_per_month="4000").status_code == 302
    assert send(own.client, own.supply + "amount", amount, t_per_month="4000").status_code == 302
    own.session.commit()
    own.session.expire_all()
    row = own.session.get(Supply, own.supply_row.id)
    assert (row.t_per_month, row.ask_yuan_per_t) == (4000, 9)


def test_rows_and_choices_made_up_by_hand(own: SimpleNamespace) -> None:
    made_up = {"rows-0-waste_type_id": "moon_dust", "rows-0-take": "y"}
    page = send(own.client, own.demand + "accepts", **made_up)
    assert page.status_code == 422
    page = send(own.client, own.demand + "specs", **{"rows-0-property_id": "x' OR 1=1"})
    assert page.status_code == 422
    page = send(own.client, own.demand + "specs", **{"rows-999999999-maximum": "5"})
    assert page.status_code in (302, 422)
    page = send(own.client, own.supply + "what", version="٣", waste_type_id="moon_dust")
    assert page.status_code == 422 and error_beside(page, "waste_type_id")
