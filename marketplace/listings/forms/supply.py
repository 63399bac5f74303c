"""The steps of a supply: what and where, how much and when, price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.fields import MonthField, NumberField
from marketplace.listings.changes import Changes
from marketplace.listings.forms.fields import HIGHEST_PRICE, MOST_TONNES, Needed, PickField, StepForm
from marketplace.listings.forms.place import PlaceForm
from models.listings import SaleMode, Supply

PAID, PAYS, OPEN = "paid", "pays", "open"


class SupplyWhatForm(PlaceForm):
    """Step 1: waste type and site."""

    waste_type_id = PickField(_l("Waste type"), [Needed()], choices=[])

    def changes(self) -> Changes:
        columns = {"waste_type_id": self.waste_type_id.data, "note": self.note.data or ""}
        return Changes(columns=columns, site=self.pick())


class SupplyAmountForm(StepForm):
    """Step 2: tonnes, months, lot and distance."""

    t_per_month = NumberField(
        _l("Tonnes per month"), [Needed()], unit=_l("t/month"), minimum=0, maximum=MOST_TONNES
    )
    stock_t = NumberField(_l("Stock on site today"), unit=_l("t"), minimum=0, maximum=MOST_TONNES)
    start_month = MonthField(_l("First month"), [Needed()])
    end_month = MonthField(_l("Last month"), open_label=_l("no end"))
    min_lot_t = NumberField(_l("Smallest lot"), unit=_l("t/month"), minimum=0, maximum=MOST_TONNES)
    max_distance_km = NumberField(_l("Greatest distance"), unit=_l("km"), above_zero=True, maximum=5000)

    def changes(self) -> Changes:
        return Changes(columns={
            "t_per_month": exact(self.t_per_month.data), "stock_t": exact(self.stock_t.data) or Decimal(0),
            **when_and_how(self),
        })


def exact(value: Decimal | None) -> Decimal | None:
    """The number as the database keeps it, so that the same entry is the same value."""
    return None if value is None else value.quantize(Decimal("0.001"))


def when_and_how(form: Any) -> dict[str, object]:
    """The columns that supply and demand share in their second step."""
    distance = form.max_distance_km.data
    return {
        "start_month": form.start_month.data, "end_month": form.end_month.data or None,
        "min_lot_t": exact(form.min_lot_t.data),
        "max_distance_km": None if distance is None else float(distance),
    }


class PriceForm(StepForm):
    """A price as people speak of it: who pays, and how much; the sign is worked out."""

    side = PickField(_l("Who pays"), [Needed()], choices=[])
    amount = NumberField(_l("Price"), unit=_l("yuan/t"), minimum=0, maximum=HIGHEST_PRICE, decimals=2)
    sale_mode = PickField(_l("How bids are answered"), choices=[], default=SaleMode.NEGOTIABLE.value)

    def offer_modes(self) -> None:
        """The two ways of selling without a tender."""
        self.sale_mode.choices = [
            (SaleMode.NEGOTIABLE.value, _("Negotiable: I answer each bid")),
            (SaleMode.FIRST_COME.value, _("First come, first served")),
        ]

    def validate(self, extra_validators: object = None) -> bool:
        sound = super().validate(extra_validators)
        if self.sale_mode.data == SaleMode.FIRST_COME and self.side.data == OPEN:
            self.sale_mode.errors = [_("First come needs a price that a bid can meet. State one, or pick negotiable.")]
            return False
        if self.side.data in (PAID, PAYS) and self.amount.data is None and not self.amount.errors:
            self.amount.errors = [_("Enter the price, 0 for free, or pick “no price stated”.")]
            return False
        return sound

    def show(self, price: Decimal | None, *, positive: str) -> None:
        """Fill in a stored price; ``positive`` is the side that a positive number means."""
        negative = PAYS if positive == PAID else PAID
        self.side.data = OPEN if price is None else positive if price >= 0 else negative
        self.amount.data = None if price is None else abs(price)

    def mode(self) -> str:
        """How bids are answered; a form without the field leaves it negotiable."""
        return self.sale_mode.data or SaleMode.NEGOTIABLE.value

    def signed(self, *, positive: str) -> Decimal | None:
        """The price with its sign, None where none is stated."""
        if self.side.data == OPEN or self.amount.data is None:
            return None
        price = self.amount.data.quantize(Decimal("0.01"))
        return price if self.side.data == positive or price == 0 else -price


class SupplyPriceForm(PriceForm):
    """Step 3: what a tonne costs at the gate."""

    def offer_sides(self) -> None:
        self.side.choices = [
            (PAID, _("The taker pays me")), (PAYS, _("I pay the taker")), (OPEN, _("No price stated")),
        ]
        self.offer_modes()

    def read(self, supply: Supply) -> None:
        self.show(supply.ask_yuan_per_t, positive=PAID)
        self.sale_mode.data = supply.sale_mode

    def changes(self) -> Changes:
        return Changes(columns={"ask_yuan_per_t": self.signed(positive=PAID), "sale_mode": self.mode()})
