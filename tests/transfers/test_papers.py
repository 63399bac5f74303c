"""Papers of a consignment: its manifest, its files, its laboratory's results."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.transfers import service
from marketplace.transfers.files import Upload
from marketplace.transfers.weighing import Beside
from models.transfers import TransferFile
from tests.transfers.consignments import Deal, deal, into, out
from tests.transfers.test_verbs import refused

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture
def agreed(session: Session) -> Deal:
    return deal(session)


def test_hazardous_waste_carries_its_manifest(session: Session) -> None:
    hazardous = deal(session, waste="coal_tar_residue")
    assert refused(hazardous.plan) == ["transfer:manifest_missing"]
    assert refused(hazardous.plan, manifest_no="2027150600012") == ["transfer:manifest_digits"]
    assert refused(hazardous.plan, manifest_no="２０２７1506000123") == ["transfer:manifest_digits"]
    assert refused(hazardous.plan, manifest_no="20191506000123") == ["transfer:manifest_year"]
    assert refused(hazardous.plan, manifest_no="20271506000123", vehicle="") == ["transfer:vehicle_missing"]
    code = hazardous.plan(manifest_no="20271506000123")
    assert refused(hazardous.plan, manifest_no="20271506000123") == ["transfer:manifest_known"]
    assert refused(hazardous.weigh, code, out(30, vehicle="蒙A00001")) == ["weighing:manifest_vehicle"]
    with hazardous.uow() as uow:
        service.cancel_transfer(uow=uow, actor=hazardous.producer, code=code, reason="换车")
    # A cancelled consignment gives its manifest free.
    hazardous.plan(manifest_no="20271506000123")


def test_plain_waste_carries_none(agreed: Deal) -> None:
    assert refused(agreed.plan, manifest_no="20271506000123") == ["transfer:manifest_not_needed"]


def test_files_are_judged_by_what_they_are_and_kept_once(agreed: Deal, session: Session) -> None:
    code = agreed.plan()
    for content, reason in ((b"", "file:empty"), (b"<html>", "file:not_picture_or_pdf")):
        beside = Beside(upload=Upload("slip.png", content))
        assert refused(agreed.weigh, code, out(30), beside=beside) == [reason]
    beside = Beside(upload=Upload("../磅单 1.png", PNG))
    agreed.weigh(code, out(30), beside=beside)
    agreed.weigh(code, out(30), beside=beside)
    kept = session.scalars(select(TransferFile)).one()
    assert (kept.name, kept.content_type, kept.size_bytes) == ("磅单 1.png", "image/png", len(PNG))


def test_results_are_kept_for_what_the_contract_limits(session: Session) -> None:
    limited = deal(session, specs=[{"property_id": "loi", "maximum": 8.0}])
    code = limited.loaded()
    limited.weigh(code, into(30), beside=Beside(results={"loi": 6.2, "moisture": 3.0}))
    assert {row.property_id: row.value for row in limited.transfer(code).results} == {"loi": 6.2}
    with limited.uow() as uow:
        service.record_results(uow=uow, actor=limited.taker, code=code, results={"loi": 9.5})
    assert [row.value for row in limited.transfer(code).results] == [9.5]
