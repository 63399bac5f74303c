"""Posting, editing, publishing, withdrawing and copying, step by step, on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Assay, Demand, Event, Job, Licence, MarketRevision, Notice, Supply, User
from tests import factories as make
from tests.web.posting import csrf, fields_of, send

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def posting(app: Flask, sign_in: SignIn) -> Iterator[SimpleNamespace]:
    """A producer's person signed in, with a session to look at what was kept; somebody else's rows beside."""
    with Session(app.extensions["gongsheng_engine"], expire_on_commit=False) as session:
        make.noise(session)
        person = make.user(session, display_name="张工")
        session.commit()
        yield SimpleNamespace(client=sign_in(person), person=person, session=session)


def new_supply(posting: SimpleNamespace, **typed: str) -> str:
    """The code of a draft made by the first step."""
    answer = send(posting.client, "/supplies/new", waste_type_id="fly_ash_pc", **typed)
    assert answer.status_code == 302, answer.text
    return answer.location.split("/")[2]


def new_demand(posting: SimpleNamespace, use: str = "fly_ash_admixture", **typed: str) -> str:
    answer = send(posting.client, "/demands/new", use_id=use, **typed)
    assert answer.status_code == 302, answer.text
    return answer.location.split("/")[2]


def look_again(session: Session) -> None:
    """End the reading transaction, so that what the pages have written since is seen."""
    session.commit()
    session.expire_all()


def kept(posting: SimpleNamespace, code: str) -> Supply | Demand:
    look_again(posting.session)
    model = Supply if code.startswith("S") else Demand
    return posting.session.scalars(select(model).where(model.code == code)).one()


def events(posting: SimpleNamespace, code: str) -> list[str]:
    row = kept(posting, code)
    query = select(Event.kind).where(
        Event.subject_type == type(row).__name__.lower(), Event.subject_id == str(row.id)
    )
    return list(posting.session.scalars(query.order_by(Event.id)))


def publish(posting: SimpleNamespace, code: str) -> object:
    kind = "supplies" if code.startswith("S") else "demands"
    page = posting.client.get(f"/{kind}/{code}/edit")
    version = re.search(r'name="version" value="(\d+)"', page.text)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert version and token
    return posting.client.post(
        f"/{kind}/{code}/publish", data={"version": version[1], "csrf_token": token[1]}
    )


def test_a_supply_is_posted_step_by_step(posting: SimpleNamespace) -> None:
    client, code = posting.client, new_supply(posting, note="雨季停运")
    steps = f"/supplies/{code}/edit/"
    assert send(client, steps + "amount", t_per_month="１２，５００", stock_t="300").status_code == 302
    assert send(client, steps + "price", side="pays", amount="12.5").status_code == 302
    page = client.get(steps + "assays")
    rows = {value: name.removesuffix("-property_id") for name, value in fields_of(page).items()
            if name.endswith("-property_id")}
    answer = send(client, steps + "assays", page, laboratory="市检测中心", sampled_on="2026-11-02",
                  **{rows["loi"] + "-value": "6.2", rows["loi"] + "-sd": "0.4"})
    assert answer.status_code == 302 and answer.location.endswith(f"/supplies/{code}/edit")
    row = kept(posting, code)
    assert (float(row.t_per_month), float(row.stock_t), float(row.ask_yuan_per_t)) == (12500, 300, -12.5)
    assert (row.status, row.note, row.enterprise_id) == ("draft", "雨季停运", posting.person.enterprise_id)
    [assay] = row.assays
    assert (assay.property_id, assay.value, assay.sd, assay.laboratory) == ("loi", 6.2, 0.4, "市检测中心")
    assert assay.method.startswith("GB/T 176-2017") and assay.kind == "measured"


def test_publishing_touches_the_market_and_withdrawing_tells_bidders(posting: SimpleNamespace) -> None:
    client, session, code = posting.client, posting.session, new_supply(posting)
    send(client, f"/supplies/{code}/edit/amount", t_per_month="1000")
    before = session.scalar(select(MarketRevision.revision))
    assert publish(posting, code).status_code == 302
    row = kept(posting, code)
    assert row.status == "published" and row.published_at is not None
    assert session.scalar(select(MarketRevision.revision)) == before + 1
    assert session.scalar(select(func.count()).select_from(Job).where(Job.kind == "refresh_plan")) == 1
    bidder = make.user(session)
    make.bid(session, supply=row, bidder=bidder.enterprise)
    session.commit()
    answer = send(client, f"/supplies/{code}/withdraw", reason="stopped", words_of_own="锅炉检修")
    assert answer.status_code == 302
    assert kept(posting, code).status == "withdrawn"
    assert events(posting, code)[-2:] == ["supply.published", "supply.withdrawn"]
    told = session.scalars(select(Notice).where(Notice.user_id == bidder.id)).one()
    assert (told.kind, told.data["reason"]) == ("supply.withdrawn", "stopped: 锅炉检修")
    assert publish(posting, code).status_code == 302 and kept(posting, code).status == "published"


def test_a_draft_without_tonnes_is_not_published(posting: SimpleNamespace) -> None:
    code = new_supply(posting)
    answer = publish(posting, code)
    assert answer.status_code == 409 and "请填写每月吨数" in answer.text
    assert "disabled" in posting.client.get(f"/supplies/{code}/edit").text
    assert kept(posting, code).status == "draft"


def test_waste_of_unknown_danger_needs_its_identification(posting: SimpleNamespace) -> None:
    client = posting.client
    code = send(client, "/supplies/new", waste_type_id="sludge_industrial").location.split("/")[2]
    send(client, f"/supplies/{code}/edit/amount", t_per_month="50")
    answer = publish(posting, code)
    assert answer.status_code == 409 and "GB 5085.7" in answer.text
    answer = send(client, f"/supplies/{code}/edit/assays", identified="0")
    assert answer.status_code == 422
    report = {"laboratory": "甲", "sampled_on": "2026-10-01"}
    answer = send(client, f"/supplies/{code}/edit/assays", identified="0", **report)
    assert answer.status_code == 302
    assert publish(posting, code).status_code == 302
    send(client, f"/supplies/{code}/edit/assays")
    assert [one.property_id for one in kept(posting, code).assays] == ["hazard_flag"]


def test_a_demand_is_filled_from_the_catalogue(posting: SimpleNamespace) -> None:
    client, code = posting.client, new_demand(posting)
    steps = f"/demands/{code}/edit/"
    assert send(client, steps + "amount", t_per_month="8000").status_code == 302
    assert send(client, steps + "accepts").status_code == 302
    page = client.get(steps + "specs")
    assert "GB/T 1596-2017" in page.text and "C 类" in page.text
    assert send(client, steps + "specs", page).status_code == 302
    assert send(client, steps + "price", side="pays", amount="40").status_code == 302
    row = kept(posting, code)
    assert [(one.waste_type_id, float(one.max_share)) for one in row.accepts] == [("fly_ash_pc", 1.0)]
    limits = {one.property_id: (one.minimum, one.maximum, one.standard, one.clause) for one in row.specs}
    assert limits["loi"] == (None, 8.0, "GB/T 1596-2017", "表1")
    assert limits["saf"][0] == 70.0 and limits["f_cao"][1] == 1.0
    assert [(one.waste_type_id, one.yield_t_per_t) for one in row.residues] == [("fly_ash_pc", 0.098)]
    assert float(row.bid_yuan_per_t) == 40
    assert publish(posting, code).status_code == 302


def test_another_grade_is_filled_in_and_a_default_restored(posting: SimpleNamespace) -> None:
    client, code = posting.client, new_demand(posting)
    url = f"/demands/{code}/edit/specs"
    send(client, f"/demands/{code}/edit/accepts")
    page = send(client, url, grade="Ⅰ", fill="1")
    assert page.status_code == 200 and not kept(posting, code).specs
    fields = fields_of(page)
    loi = next(name for name, value in fields.items() if name.endswith("-property_id") and value == "loi")
    row = loi.removesuffix("-property_id")
    assert fields[row + "-maximum"] == "5"
    page = client.post(url, data={**fields, row + "-maximum": "4", "restore": row.split("-")[1]})
    assert page.status_code == 200 and fields_of(page)[row + "-maximum"] == "5"
    assert send(client, url, page, **{row + "-maximum": "4"}).status_code == 302
    page = client.get(url)
    assert "自定；默认值为 ≤ 5" in page.text and fields_of(page)["grade"] == "Ⅰ"


def test_blending_is_offered_where_the_property_mixes(posting: SimpleNamespace) -> None:
    client, code = posting.client, new_demand(posting, "fired_brick")
    send(client, f"/demands/{code}/edit/accepts")
    url = f"/demands/{code}/edit/specs"
    assert send(client, url).status_code == 302
    limits = {(one.property_id, one.waste_type_id): one for one in kept(posting, code).specs}
    assert limits[("sio2", None)].basis == "blend"
    assert limits[("ncv_ar", "gangue")].basis == "each"
    fields = fields_of(client.get(url))
    ira = next(name for name, value in fields.items() if value == "ira").removesuffix("-property_id")
    answer = client.post(url, data={**fields, ira + "-basis": "blend"})
    assert answer.status_code == 422


def test_hazardous_waste_is_only_wanted_with_a_licence(posting: SimpleNamespace) -> None:
    client, session, code = posting.client, posting.session, new_demand(posting, "coal_tar_p2p")
    send(client, f"/demands/{code}/edit/amount", t_per_month="100")
    send(client, f"/demands/{code}/edit/accepts")
    answer = publish(posting, code)
    assert answer.status_code == 409 and "焦油渣" in answer.text
    session.add(Licence(enterprise_id=posting.person.enterprise_id, code="HW11"))
    session.commit()
    assert publish(posting, code).status_code == 302


def test_a_typical_value_left_alone_stays_typical(posting: SimpleNamespace) -> None:
    session, client = posting.session, posting.client
    row = make.supply(session, owner=posting.person.enterprise, assays={"loi": 6.0, "so3": 1.0})
    for assay in row.assays:
        assay.kind = "typical"
    session.commit()
    url = f"/supplies/{row.code}/edit/assays"
    page = client.get(url)
    so3 = next(name for name, value in fields_of(page).items() if value == "so3").removesuffix("-property_id")
    send(client, url, page, laboratory="乙", **{so3 + "-value": "1.2"})
    look_again(session)
    found = {one.property_id: one for one in session.scalars(select(Assay).where(Assay.supply_id == row.id))}
    assert (found["loi"].kind, found["loi"].laboratory) == ("typical", "")
    assert (found["so3"].kind, found["so3"].value, found["so3"].laboratory) == ("measured", 1.2, "乙")


def test_a_published_listing_must_stay_sound(posting: SimpleNamespace) -> None:
    session, client = posting.session, posting.client
    row = make.supply(session, owner=posting.person.enterprise)
    make.bid(session, supply=row, status="accepted", decided_at=row.created_at, t_per_month=600)
    session.commit()
    answer = send(client, f"/supplies/{row.code}/edit/amount", t_per_month="500")
    assert answer.status_code == 409 and "600" in answer.text and 'value="500"' in answer.text
    answer = send(client, f"/supplies/{row.code}/edit/what", waste_type_id="gangue")
    assert answer.status_code == 409 and "种类不能再改" in answer.text
    assert send(client, f"/supplies/{row.code}/edit/amount", t_per_month="700").status_code == 302
    look_again(session)
    assert float(row.t_per_month) == 700 and row.waste_type_id == "fly_ash_pc"


def test_a_copy_is_a_new_draft_of_the_same_content(posting: SimpleNamespace) -> None:
    session, client = posting.session, posting.client
    row = make.demand(
        session, owner=posting.person.enterprise,
        specs=[{"property_id": "loi", "maximum": 8.0, "standard": "GB/T 1596-2017"}],
    )
    session.commit()
    data = {"csrf_token": csrf(client, f"/demands/{row.code}/edit/what"), "submission_key": "copy-key"}
    first = client.post(f"/demands/{row.code}/copy", data=data)
    second = client.post(f"/demands/{row.code}/copy", data=data)
    assert first.status_code == 302 and first.location == second.location
    made = kept(posting, first.location.split("/")[2])
    assert made.status == "draft" and made.code != row.code and made.t_per_month == row.t_per_month
    assert [(one.property_id, one.maximum) for one in made.specs] == [("loi", 8.0)]


def test_only_the_owner_may_edit_and_drafts_are_hidden(posting: SimpleNamespace, app: Flask) -> None:
    session, client = posting.session, posting.client
    published, draft = make.supply(session), make.supply(session, status="draft")
    session.commit()
    assert client.get(f"/supplies/{published.code}/edit").status_code == 403
    assert client.get(f"/supplies/{published.code}/edit/amount").status_code == 403
    assert client.get(f"/supplies/{draft.code}/edit").status_code == 404
    assert client.get("/supplies/S-NOTHING/edit").status_code == 404
    stranger = app.test_client().get("/supplies/new")
    assert stranger.status_code == 302 and "/sign-in" in stranger.location


def test_the_pages_are_whole(posting: SimpleNamespace) -> None:
    client, supply, demand = posting.client, new_supply(posting), new_demand(posting)
    urls = ["/supplies/new", "/demands/new", f"/supplies/{supply}/edit", f"/demands/{demand}/edit"]
    urls += [f"/supplies/{supply}/edit/{step}" for step in ("what", "amount", "price", "assays")]
    urls += [f"/demands/{demand}/edit/{step}" for step in ("what", "amount", "accepts", "specs", "price")]
    for url in urls:
        for lang in ("zh", "en"):
            client.set_cookie("lang", lang)
            page = client.get(url)
            assert page.status_code == 200, url
            assert page.text.count("<h1") == 1, url
            ids = re.findall(r'\bid="([^"]+)"', page.text)
            assert len(ids) == len(set(ids)), (url, sorted(one for one in ids if ids.count(one) > 1))
            labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', page.text))
            for tag in re.findall(r"<(?:input|select|textarea)\b[^>]*>", page.text):
                name = re.search(r'\bid="([^"]+)"', tag)
                assert 'type="hidden"' in tag or (name and name[1] in labelled), (url, tag)
            assert " style=" not in page.text and "<script>" not in page.text
