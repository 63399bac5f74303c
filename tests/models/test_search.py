"""Word search finds two-character Chinese words on both databases, and nothing that only looks alike."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Demand, Supply
from models.grams import bigrams, query_grams, runs
from models.search import search_filter
from tests import factories as make


def _found(session: Session, model: type[Supply] | type[Demand], query: str) -> set[str]:
    dialect = session.get_bind().dialect.name
    return set(session.scalars(select(model.code).where(search_filter(model, query, dialect))))


def test_pieces() -> None:
    assert runs("煤矸石 Coal-Gangue（ＳＷ０４）") == ["煤矸石", "coal", "gangue", "sw04"]
    assert bigrams("煤矸石 cao") == sorted(["煤", "矸", "石", "煤矸", "矸石", "c", "ca", "cao"])
    assert query_grams("煤矸石") == ["煤矸", "矸石"]
    assert query_grams("石") == ["石"]


@pytest.mark.parametrize(
    "query",
    ["煤矸石", "矸石", "矸", "gangue", "GANG", "煤矸石 神山", "神山 gangue", "神山矿业", "Shenshan",
     "ＳＷ０４", "东胜", "dongsheng", "露天堆存", "S-77"],
)
def test_finds(session: Session, query: str) -> None:
    make.noise(session)
    owner = make.enterprise(session, name="神山矿业", name_en="Shenshan Mining")
    make.supply(session, code="S-77", owner=owner, waste_type_id="gangue", note="露天堆存")
    make.supply(session, waste_type_id="fgd_gypsum", owner=make.enterprise(session, region_id="uxin"))
    assert "S-77" in _found(session, Supply, query)


@pytest.mark.parametrize(
    "query", ["石煤", "煤石", "angue", "矿山神", "石膏 煤矸石", '"', "矸石%", "x' OR 1"]
)
def test_does_not_find(session: Session, query: str) -> None:
    owner = make.enterprise(session, name="神山矿业", name_en="Shenshan Mining")
    make.supply(session, code="S-77", owner=owner, waste_type_id="gangue")
    expected = {"S-77"} if not runs(query) or runs(query) == ["矸石"] else set()
    assert _found(session, Supply, query) & {"S-77"} == expected


def test_pieces_without_the_word_do_not_suffice(session: Session) -> None:
    make.supply(session, code="S-1", note="甲乙 乙丙")
    make.supply(session, code="S-2", note="甲乙丙")
    assert _found(session, Supply, "甲乙丙") == {"S-2"}


def test_a_demand_is_found_by_use_and_by_what_it_accepts(session: Session) -> None:
    make.demand(session, code="D-1", use_id="plasterboard", accepts={"fgd_gypsum": 1})
    make.demand(session, code="D-2")
    assert _found(session, Demand, "石膏") == {"D-1"}
    assert _found(session, Demand, "plasterboard") == {"D-1"}
    assert _found(session, Demand, "脱硫") == {"D-1"}


def test_an_edit_a_new_name_and_a_deletion_are_followed(session: Session) -> None:
    owner = make.enterprise(session, name="旧名公司")
    supply = make.supply(session, code="S-1", owner=owner, note="堆场")
    assert _found(session, Supply, "堆场") == {"S-1"}
    supply.note = "料仓"
    owner.name = "新名公司"
    session.flush()
    assert _found(session, Supply, "堆场") == _found(session, Supply, "旧名") == set()
    assert _found(session, Supply, "料仓") == _found(session, Supply, "新名") == {"S-1"}
    session.delete(supply)
    session.flush()
    assert _found(session, Supply, "新名") == set()


def test_no_words_find_everything(session: Session) -> None:
    make.supply(session, code="S-1")
    assert "S-1" in _found(session, Supply, "  ，。 ")


def test_a_very_long_query_is_answered(session: Session) -> None:
    assert _found(session, Supply, "煤矸石 " * 5000) == set()
