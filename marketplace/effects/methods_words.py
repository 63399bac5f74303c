"""The methods in words: what is counted, how, and what is not known.  Page and workbook show the same sentences."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Section:
    """One method: a heading and its sentences."""

    key: str
    title: LazyString
    sentences: tuple[LazyString, ...]


SECTIONS = (
    Section("carbon", _l("Carbon"), (
        _l("One account only: the deduction for clinker raw meal. A tonne of non-carbonate waste in the raw meal of a "
           "clinker kiln spares the CO₂ that limestone would have given off."),
        _l("Differences of product footprints tell the same saving another way and are never added to it."),
        _l("Avoided = tonnes × factor, at the dry share of the tonne where the process takes dry tonnes; "
           "less lorries = tonnes × kilometres × factor of a 30 t diesel lorry."),
        _l("Which uses and wastes are counted, and at how many kilograms, the market's settings say: the plan's "
           "objective and these pages use the same numbers."),
        _l("Where no source states a factor the saving is not known. It is never counted as zero: the tonnes without "
           "a factor stand beside every sum. The plan, which has to choose, claims nothing for them."),
        _l("A cement works that accounts for its own emissions deducts the same tonnes; the two must not be added."),
    )),
    Section("chains", _l("Chains and double counting"), (
        _l("Every hop counts its own substitution once, at the tonnes consumed at that hop. A residue that flows on "
           "counts only what it replaces itself. The lorries of every hop count."),
        _l("Where a use only sorts a waste and passes part of it on, that part is consumed at the next hop."),
        _l("Chains share hops: the figures of several chains must not be added. The sums of the region are taken "
           "over flows, in which every consignment stands once."),
    )),
    Section("spread", _l("Spread of figures"), (
        _l("Where a factor states a least and a most, figures carry the interval: least with least, most with most, "
           "because one factor errs the same way wherever it is used. It is wider than the likely range."),
        _l("Where a factor states none, the figure says that its spread is not stated; it is not exact."),
    )),
    Section("cost", _l("Freight"), (
        _l("Freight = handling + rate × kilometres, as in the market's settings. The rates are a fit over ten roads "
           "of 7 to 60 km around Ordos in 2015: to be calibrated to present prices, and drawn out beyond 60 km."),
    )),
    Section("tax", _l("Environmental protection tax"), (
        _l("Taxed tonnes = produced − stored in compliance − disposed of in compliance − used in compliance "
           "(implementing regulations, article 5)."),
        _l("A tonne that moves from compliant storage to a use was not taxed before: it avoids no tax. Only a tonne "
           "that would have been discharged does, so the figure is the most, under that condition, and is in no sum "
           "of money."),
        _l("Other solid waste is taxed only where the region has put it on its list (article 2). The list of Inner "
           "Mongolia has not been read: carbide slag, gasification slag and desulphurisation gypsum are conditional."),
        _l("Along a chain the hops' taxes are not added: had the first waste been discharged, its residues would "
           "not exist."),
    )),
    Section("vat", _l("VAT refund"), (
        _l("A hint, never a figure of money: which item the product may fall under, which share of listed waste in "
           "its raw materials the item asks for, and the refund."),
        _l("A share is taken from what is stated for the product, else from the process's usual recipe where its "
           "other raw materials are stated too. A demand's own limits can only prove that a share is missed."),
        _l("The shares are those of the catalogue of 2022: check it and any later one before claiming. Fired solid "
           "brick is excluded. The item on desulphurisation products is not verified and nothing is worked out "
           "from it."),
    )),
)
