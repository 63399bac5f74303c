"""The pages of the ledger as each role sees them, and what is recorded and corrected on them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from marketplace.ledger.queries import balance
from models.accounts import Role
from models.assays import DemandResidue
from models.ledger import Account
from tests import factories as make
from tests.web.bidding import Person, Trade
from tests.web.reading import Page

WASTE, ASH = make.WASTE, "bottom_ash"


@pytest.fixture
def owner(trade: Trade) -> Person:
    return trade.person()


def site_of(person: Person) -> int:
    return person.user.enterprise.sites[0].id


def enter(person: Person, what: str, **fields: str) -> Page:
    """Fill in one of the forms and send it; the page that answers."""
    address = f"/ledger/{site_of(person)}/{what}"
    form = person.get(address).form()
    return Page(person.client.post(address, data={**form, **fields}, follow_redirects=True))


def stock(trade: Trade, person: Person, waste: str = WASTE, account: Account = Account.STOCK) -> Decimal:
    trade.session.commit()
    return balance(trade.session, site_of(person), waste, account)


def test_from_the_opening_stock_to_a_correction(trade: Trade, owner: Person) -> None:
    empty = owner.get(f"/ledger/{site_of(owner)}")
    assert empty.faults() == [] and "尚未入账" in empty.text
    page = enter(owner, "opening", waste_type_id=WASTE, tonnes="1,000")
    assert page.faults() == [] and "已入账" in page.text
    enter(owner, "production", waste_type_id=WASTE, tonnes="500.5", note="一班")
    page = enter(owner, "disposal", waste_type_id=WASTE, tonnes="0.5", method="landfill")
    assert "两边都是 1,500.5 吨" in page.text and "填埋" in page.text
    link = next(one.attrs["href"] for one in page.all("a") if one.text.startswith("更正") and "/correct" in
                one.attrs["href"] and one.inside("table"))
    wrong = Page(owner.client.post(link, data={**owner.get(link).form(), "reason": ""}))
    assert set(wrong.errors()) == {"reason"} and wrong.faults() == []
    page = Page(owner.client.post(
        link, data={**owner.get(link).form(), "reason": "少记了", "tonnes": "1.5"}, follow_redirects=True
    ))
    assert "少记了" in page.text and page.faults() == []
    assert stock(trade, owner) == Decimal("1499") and stock(trade, owner, account=Account.DISPOSED) == Decimal("1.5")


def test_residues_are_shown_before_they_are_entered(trade: Trade, owner: Person) -> None:
    demand = trade.demand(owner)
    demand.residues = [DemandResidue(waste_type_id=ASH, yield_t_per_t=0.25)]
    trade.session.commit()
    enter(owner, "opening", waste_type_id=WASTE, tonnes="100")
    shown = enter(owner, "use", waste_type_id=WASTE, tonnes="40", demand=demand.code)
    assert "10 t" in shown.text and shown.faults() == [] and stock(trade, owner) == 100
    done = owner.client.post(f"/ledger/{site_of(owner)}/use", data=shown.form())
    assert done.status_code == 302
    assert stock(trade, owner) == 60 and stock(trade, owner, ASH) == 10
    # A second click on the same form finds what the first one made.
    owner.client.post(f"/ledger/{site_of(owner)}/use", data=shown.form())
    assert stock(trade, owner) == 60


def test_more_than_there_is_is_said_beside_the_field(trade: Trade, owner: Person) -> None:
    enter(owner, "opening", waste_type_id=WASTE, tonnes="10")
    page = enter(owner, "disposal", waste_type_id=WASTE, tonnes="10.001", method="other")
    assert page.errors() == {"tonnes": "这里只有 10 吨，您填了 10.001 吨。"}
    again = enter(owner, "opening", waste_type_id=WASTE, tonnes="10")
    assert "期初库存已填" in again.errors()["waste_type_id"]
    for nonsense in ("-1", "0", "1e999", "1.0001", "NaN", ""):
        assert "tonnes" in enter(owner, "production", waste_type_id=WASTE, tonnes=nonsense).errors()
    assert "day" in enter(owner, "production", waste_type_id=WASTE, tonnes="1", day="yesterday").errors()
    assert "day" in enter(owner, "production", waste_type_id=WASTE, tonnes="1", day="2001-01-01").errors()


def test_the_movements_are_sifted(owner: Person) -> None:
    enter(owner, "opening", waste_type_id=WASTE, tonnes="10")
    enter(owner, "production", waste_type_id=make.OTHER_WASTE, tonnes="20")
    site = site_of(owner)
    assert len(owner.get(f"/ledger/{site}").all("table", class_="movements")[0].all("tr")) == 3
    page = owner.get(f"/ledger/{site}?waste={WASTE}&account=opening")
    assert len(page.all("table", class_="movements")[0].all("tr")) == 2
    nothing = owner.get(f"/ledger/{site}?account=used")
    assert "没有这样的分录" in nothing.text and nothing.faults() == []
    month = owner.get(f"/ledger/{site}").all("option")[1].attrs["value"]
    assert owner.get(f"/ledger/{site}?period={month}").faults() == []
    assert owner.get(f"/ledger/{site}?period=x&month=y&page=99").faults() == []


def test_a_contract_shows_its_promises(trade: Trade, owner: Person) -> None:
    supply = trade.supply(owner)
    make.active_contract(trade.session, make.bid(trade.session, supply=supply))
    trade.session.commit()
    page = owner.get(f"/ledger/{site_of(owner)}")
    assert page.faults() == [] and "1,200" in page.text and "合同确认" in page.text


def test_each_role_reads_what_is_its_own(trade: Trade, owner: Person) -> None:
    enter(owner, "opening", waste_type_id=WASTE, tonnes="10")
    site, enterprise = site_of(owner), owner.user.enterprise
    park = make.park(trade.session)
    enterprise.park_id = park.id
    committee, stranger, city, admin = (
        trade.browser(make.user(trade.session, role=role, park_id=where))
        for role, where in (
            (Role.COMMITTEE, park.id), (Role.COMMITTEE, make.park(trade.session).id), (Role.REGULATOR, None),
            (Role.ADMIN, None),
        )
    )
    for reader in (committee, city, admin):
        page = reader.get(f"/ledger/{site}")
        assert page.faults() == [] and not page.all("a", href=f"/ledger/{site}/production")
        assert reader.get("/ledger").faults() == []
        reader.get(f"/ledger/{site}/production", status=403)
    local, elsewhere = (
        trade.browser(make.user(trade.session, role=Role.REGULATOR, region_id=region)) for region in ("dalad", "uxin")
    )
    assert local.get(f"/ledger/{site}").faults() == [] and f"/ledger/{site}" in str(
        [one.attrs["href"] for one in local.get("/ledger").all("a")]
    )
    assert f"/ledger/{site}'" not in str([one.attrs["href"] for one in elsewhere.get("/ledger").all("a")])
    for other in (stranger, elsewhere, trade.person()):
        other.get(f"/ledger/{site}", status=403)
        other.get(f"/ledger/{site}/production", status=403)
    owner.get("/admin/ledger", status=403)
    for nobody in ("999999", "9" * 12, "9" * 40):
        owner.get(f"/ledger/{nobody}", status=404)
        owner.get(f"/ledger/{site}/entries/{nobody}/correct", status=404)


def test_the_proof_on_the_administrators_page(trade: Trade, owner: Person) -> None:
    enter(owner, "opening", waste_type_id=WASTE, tonnes="10")
    admin = trade.browser(make.user(trade.session, role=Role.ADMIN))
    page = admin.get("/admin/ledger")
    assert page.faults() == []
    proved = Page(admin.client.post("/admin/ledger", data=page.form()))
    assert proved.faults() == [] and "哈希链完整" in proved.text


def test_the_official_forms_as_a_page_and_as_a_workbook(trade: Trade, owner: Person) -> None:
    site = site_of(owner)
    assert owner.get(f"/ledger/{site}/forms").faults() == []
    enter(owner, "opening", waste_type_id=WASTE, tonnes="10")
    enter(owner, "production", waste_type_id=WASTE, tonnes="2.5")
    for address in (f"/ledger/{site}/forms", f"/ledger/{site}/forms?period=2026", f"/ledger/{site}/forms?period=x"):
        page = owner.get(address)
        assert page.faults() == [] and "附表7" in page.text
    assert "12.5" in owner.get(f"/ledger/{site}/forms").text
    answer = owner.client.get(f"/ledger/{site}/forms.xlsx")
    assert answer.status_code == 200 and answer.data[:2] == b"PK"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    for address in (f"/ledger/{site}/forms", f"/ledger/{site}/forms.xlsx"):
        trade.person().get(address, status=403)
