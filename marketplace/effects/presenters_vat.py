"""VAT hints in words: the item, the share it asks for, what is known of the share, and what has to be checked."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace import formatting
from marketplace.effects.presenters_lines import ESTIMATE, UNKNOWN, Chip, Line
from marketplace.effects.presenters_words import CONFIDENCE_WORDS, VAT_WORDS, vat_product
from marketplace.effects.rules_vat import (
    ASK,
    CEILING,
    EXCLUDED,
    GIVEN,
    NOT_LISTED,
    REACHED,
    SHORT,
    UNVERIFIED,
    Share,
    VatHint,
)

_SHORT = {
    "VAT01": _l("wall and concrete products"),
    "VAT02": _l("cement, clinker of 42.5 and above"),
    "VAT03": _l("other cement, clinker"),
    "VAT04": _l("building aggregate"),
    "VAT05": _l("alumina"),
    "VAT06": _l("insulators"),
    "VAT07": _l("calcined kaolin"),
    "VAT08": _l("electricity, heat"),
}
_KINDS = {REACHED: "yes", SHORT: "no", EXCLUDED: "no"}


def vat_lines(hints: tuple[VatHint, ...]) -> list[Line]:
    """A line for each item; none where no item speaks of the product."""
    return [_line(hint) for hint in hints]


def _line(hint: VatHint) -> Line:
    item = hint.item
    told = _share_words(hint.share) if hint.share is not None or hint.status == ASK else ""
    chips = [
        Chip(str(VAT_WORDS[hint.status]), _KINDS.get(hint.status, UNKNOWN)),
        Chip(_("hint: check the catalogue of 2022"), ESTIMATE),
    ]
    if item.confidence != "verified":
        chips.append(Chip(str(CONFIDENCE_WORDS[item.confidence]), ESTIMATE, item.note))
    return Line(
        f"vat-{item.vat_id}",
        _label(hint),
        _text(hint), told, title=_title(hint), chips=tuple(chips),
    )


def _label(hint: VatHint) -> str:
    """The item and its products; a long list of products stands in the title, and only its beginning here."""
    if hint.status == UNVERIFIED:
        return _("VAT refund")
    short = str(_SHORT[hint.item.vat_id])
    return _("VAT refund, item %(item)s: %(product)s", item=hint.item.catalogue_item, product=short)


def _text(hint: VatHint) -> str:
    item = hint.item
    if hint.status == UNVERIFIED:
        return _("Desulphurisation products: item and share are not verified, no figure is given.")
    if hint.status == EXCLUDED:
        return _("Fired solid brick has no refund under this item; hollow and perforated brick may.")
    wanted, refund = (formatting.number(one) for one in (item.waste_content_min_pct, item.refund_pct))
    if hint.status == NOT_LISTED:
        return _(
            "%(refund)s %% refund from %(wanted)s %% listed waste; whether this waste counts has to be read up.",
            refund=refund, wanted=wanted,
        )
    if hint.status == REACHED:
        return _(
            "%(wanted)s %% of the raw materials are reached: %(refund)s %% refund is possible.",
            wanted=wanted, refund=refund,
        )
    if hint.status == SHORT:
        return _(
            "%(wanted)s %% of the raw materials are needed for a refund of %(refund)s %%.",
            wanted=wanted, refund=refund,
        )
    return _(
        "Does listed waste reach %(wanted)s %% of the raw materials? Then %(refund)s %% refund.",
        wanted=wanted, refund=refund,
    )


def _share_words(share: Share | None) -> str:
    if share is None:
        return _("Nobody states the other raw materials of this product.")
    value, low, high = (formatting.percent(one) for one in (share.value, share.low, share.high))
    if share.origin == GIVEN:
        return _("Stated share: %(value)s.", value=value)
    if share.origin == CEILING:
        return _("The demand's own limits allow at most %(value)s.", value=value)
    return _("Usual recipe: %(value)s, from %(low)s to %(high)s.", value=value, low=low, high=high)


def _title(hint: VatHint) -> str:
    item = hint.item
    parts = [
        item.source, vat_product(item), item.extra_conditions, str(CONFIDENCE_WORDS.get(item.confidence, "")),
        item.note,
        _("A hint, not tax advice: check the catalogue of 2022 and any later one before claiming."),
    ]
    return "; ".join(part for part in parts if part)
