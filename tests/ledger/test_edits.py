"""An edit of a listing may not take away what contracts hold: the rule agrees with the proof of the ledger."""

from __future__ import annotations

from decimal import Decimal

import pytest

from marketplace.listings.rules import covers_promises

HELD = {"2027-02": Decimal(300), "2027-03": Decimal(100), "2027-05": Decimal(200)}


def codes(t_per_month: str, stock: str | None, start: str = "2027-01", end: str | None = None) -> list[str]:
    return [reason.code for reason in covers_promises(
        t_per_month=Decimal(t_per_month), stock_t=None if stock is None else Decimal(stock), start_month=start,
        end_month=end, promised=HELD,
    )]


@pytest.mark.parametrize(
    ("t_per_month", "stock", "start", "end", "refused"),
    [
        ("300", None, "2027-01", None, False), ("299.999", None, "2027-01", None, True),
        # 300 until February of two months' production, 600 until May of five.
        ("150", "0", "2027-01", None, False), ("149.999", "0", "2027-01", None, True),
        ("100", "100", "2027-01", None, False), ("100", "99.999", "2027-01", None, True),
        # The greatest month alone would pass; what is promised after it does not.
        ("1", "300", "2027-01", None, True),
        # Production that begins later or ends earlier is not there.
        ("150", "0", "2027-02", None, True), ("150", "0", "2027-01", "2027-03", True),
        ("0", "600", "2027-06", None, False),
    ],
)
def test_what_an_edit_may_leave(
    t_per_month: str, stock: str | None, start: str, end: str | None, refused: bool
) -> None:
    code = "listing:promised" if stock is None else "listing:promised_until"
    assert codes(t_per_month, stock, start, end) == ([code] if refused else [])


def test_nothing_held_nothing_asked() -> None:
    for stock in (None, Decimal(0)):
        assert covers_promises(
            t_per_month=Decimal(0), stock_t=stock, start_month="2027-01", end_month=None, promised={}
        ) == []
