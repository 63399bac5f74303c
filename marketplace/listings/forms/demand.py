"""The steps of a demand: use and place, amount, accepted wastes, limits, residues and price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField
from wtforms.validators import Length, ValidationError

from marketplace.fields import MonthField, NumberField
from marketplace.listings.changes import AcceptEntry, Changes, ResidueEntry, SpecEntry
from marketplace.listings.defaults import BLEND, EACH, mixes_linearly
from marketplace.listings.forms.assays import measurable
from marketplace.listings.forms.fields import LONGEST_NAME, MOST_TONNES, Needed, PickField, StepForm, TextLine
from marketplace.listings.forms.place import PlaceForm
from marketplace.listings.forms.supply import OPEN, PAID, PAYS, PriceForm, exact, when_and_how
from models.catalogue.reference import catalogue
from models.listings import Demand

MOST_ROWS = 80


class DemandWhatForm(PlaceForm):
    """Step 1: use and site."""

    use_id = PickField(_l("Use"), [Needed()], choices=[])

    def changes(self) -> Changes:
        return Changes(columns={"use_id": self.use_id.data, "note": self.note.data or ""}, site=self.pick())


class DemandAmountForm(StepForm):
    """Step 2: tonnes, months, lot and distance."""

    t_per_month = NumberField(
        _l("Tonnes per month"), [Needed()], unit=_l("t/month"), above_zero=True, maximum=MOST_TONNES
    )
    start_month = MonthField(_l("First month"), [Needed()])
    end_month = MonthField(_l("Last month"), open_label=_l("no end"))
    min_lot_t = NumberField(_l("Smallest lot"), unit=_l("t/month"), minimum=0, maximum=MOST_TONNES)
    max_distance_km = NumberField(_l("Greatest distance"), unit=_l("km"), above_zero=True, maximum=5000)

    def changes(self) -> Changes:
        return Changes(columns={"t_per_month": exact(self.t_per_month.data), **when_and_how(self)})


class AcceptRow(Form):
    """One waste type, taken or not, and the largest share of a month's intake."""

    waste_type_id = HiddenField(validators=[Length(max=60)])
    take = BooleanField(_l("Accepted"))
    max_share_pct = NumberField(_l("Largest share"), unit="%", above_zero=True, maximum=100, decimals=2)

    def validate_waste_type_id(self, field: Any) -> None:
        if self.take.data and field.data not in catalogue().waste_types:
            raise ValidationError(_("Pick one from the list."))


class AcceptsForm(StepForm):
    """Step 3: what the use takes."""

    rows = FieldList(FormField(AcceptRow), label=_l("Accepted wastes"), max_entries=MOST_ROWS)

    def validate(self, extra_validators: object = None) -> bool:
        sound = super().validate(extra_validators)
        taken = [row.waste_type_id.data for row in self.rows if row.take.data]
        if not taken:
            self.rows.errors = [_("Tick at least one waste type.")]
            return False
        if len(set(taken)) != len(taken):
            self.rows.errors = [_("A waste type is ticked twice. Keep one of the two rows.")]
            return False
        return sound

    def changes(self) -> Changes:
        return Changes(accepts=tuple(
            AcceptEntry(row.waste_type_id.data, _share(row.max_share_pct.data))
            for row in self.rows if row.take.data
        ))


class SpecRow(Form):
    """One limit; a row with neither bound is no limit and is left out."""

    property_id = HiddenField(validators=[Length(max=60)])
    waste_type_id = HiddenField(validators=[Length(max=60)])
    minimum = NumberField(_l("At least"), decimals=6, minimum=-1_000_000, maximum=1_000_000_000)
    maximum = NumberField(_l("At most"), decimals=6, minimum=-1_000_000, maximum=1_000_000_000)
    basis = PickField(_l("Judged on"), choices=[], default=EACH)
    standard = TextLine(_l("Standard"), longest=LONGEST_NAME)
    clause = TextLine(_l("Clause"), longest=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.basis.choices = [(EACH, _("every lot"))]
        if not self.property_id.data or mixes_linearly(self.property_id.data):
            self.basis.choices.append((BLEND, _("the month's mix")))

    def bounded(self) -> bool:
        return self.minimum.data is not None or self.maximum.data is not None

    def validate_maximum(self, field: Any) -> None:
        if not self.property_id.data and self.bounded():
            raise ValidationError(_("Pick the property this limit is on."))
        if self.bounded() and not measurable(self.property_id.data):
            raise ValidationError(_("Pick one from the list."))
        if self.minimum.data is not None and field.data is not None and self.minimum.data > field.data:
            raise ValidationError(_(
                "At most %(high)s is less than at least %(low)s. Swap them or mend one.",
                high=field.typed or field.data, low=self.minimum.typed or self.minimum.data,
            ))

    def validate_waste_type_id(self, field: Any) -> None:
        if field.data and field.data not in catalogue().waste_types:
            raise ValidationError(_("Pick one from the list."))

    def validate_basis(self, field: Any) -> None:
        if field.data == BLEND and self.bounded() and not mixes_linearly(self.property_id.data or ""):
            raise ValidationError(_(
                "This property does not mix in proportion: it can only be judged on every lot."
            ))


class SpecsForm(StepForm):
    """Step 4: the limits, of which the catalogue proposes those of the standard."""

    grade = PickField(_l("Grade"), choices=[])
    rows = FieldList(FormField(SpecRow), label=_l("Limits"), max_entries=MOST_ROWS)

    def validate(self, extra_validators: object = None) -> bool:
        sound = super().validate(extra_validators)
        seen: set[tuple[str, ...]] = set()
        for row in self.rows:
            key = (row.property_id.data, row.waste_type_id.data or "", row.basis.data)
            if row.bounded() and key in seen:
                message = _("There is a limit on this in another row already.")
                row.maximum.errors = [*row.maximum.errors, message]
                sound = False
            seen |= {key} if row.bounded() else set()
        return sound

    def changes(self) -> Changes:
        return Changes(specs=tuple(
            SpecEntry(
                row.property_id.data, row.waste_type_id.data or None, _float(row.minimum.data),
                _float(row.maximum.data), row.basis.data, row.standard.data or "", row.clause.data or "",
            )
            for row in self.rows if row.bounded()
        ))


class ResidueRow(Form):
    """Waste the use itself leaves; a row without a yield says nothing and is left out."""

    waste_type_id = HiddenField(validators=[Length(max=60)])
    yield_t_per_t = NumberField(
        _l("Left per tonne taken in"), unit=_l("t/t"), minimum=0, maximum=20, decimals=4
    )

    def validate_waste_type_id(self, field: Any) -> None:
        if self.yield_t_per_t.data and field.data not in catalogue().waste_types:
            raise ValidationError(_("Pick one from the list."))


class DemandPriceForm(PriceForm):
    """Step 5: residues, and what is paid for a tonne delivered."""

    rows = FieldList(FormField(ResidueRow), label=_l("Residues"), max_entries=MOST_ROWS)

    def offer_sides(self) -> None:
        self.side.choices = [
            (PAYS, _("I pay for a tonne delivered")), (PAID, _("I charge a fee for a tonne taken")),
            (OPEN, _("No price stated")),
        ]
        self.offer_modes()

    def read(self, demand: Demand) -> None:
        self.show(demand.bid_yuan_per_t, positive=PAYS)
        self.sale_mode.data = demand.sale_mode

    def validate(self, extra_validators: object = None) -> bool:
        sound = super().validate(extra_validators)
        named = [row.waste_type_id.data for row in self.rows if row.yield_t_per_t.data]
        if len(set(named)) != len(named):
            self.rows.errors = [_("A residue is named twice. Keep one of the two rows.")]
            return False
        return sound

    def changes(self) -> Changes:
        residues = tuple(
            ResidueEntry(row.waste_type_id.data, float(row.yield_t_per_t.data))
            for row in self.rows if row.yield_t_per_t.data
        )
        columns = {"bid_yuan_per_t": self.signed(positive=PAYS), "sale_mode": self.mode()}
        return Changes(columns=columns, residues=residues)


def _share(percent: Decimal | None) -> Decimal:
    return Decimal(1) if percent is None else (percent / 100).quantize(Decimal("0.000001"))


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
