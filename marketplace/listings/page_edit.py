"""What the posting pages need besides the form: offers, warnings, and the views of a table's rows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import Session

from marketplace.i18n import named
from marketplace.listings import presenters_edit, presenters_rows, queries_edit, rules, steps
from marketplace.listings.forms.assays import property_choices
from marketplace.listings.steps import Market
from marketplace.months import month_of
from matching.catalogue import Catalogue
from models.catalogue.reference import catalogue as reference
from models.listings import Listing, Supply
from models.organisations import Site

_HAN = re.compile("[\u4e00-\u9fff]")
# What each remedy for a doubtful point is called on its button.
REMEDIES = {
    "swap": _l("Swap the two"),
    "gcj02": _l("Convert from GCJ-02 and go on"),
    "bd09": _l("Convert from BD-09 and go on"),
    "wgs84": _l("It is WGS-84: keep it as typed"),
}


def market(session: Session, enterprise_id: int | None, now: dt.datetime) -> Market:
    """Sites to choose from, and the first month on offer, which is the present one."""
    found = queries_edit.sites_of(session, enterprise_id) if enterprise_id is not None else []
    return Market(found, [presenters_edit.site_name(site) for site in found], month_of(now))


def sites(session: Session, listing: Listing) -> Sequence[Site]:
    return queries_edit.sites_of(session, listing.enterprise_id)


def detail_url(kind: str, listing: Listing) -> str | None:
    """The public page of the listing."""
    endpoint = f"listings.{kind}"
    return url_for(endpoint, code=listing.code) if endpoint in current_app.view_functions else None


def only_redraws(form: Any, listing: Listing, sent: Mapping[str, str]) -> bool:
    """Whether a button asked for another look at the form, not for saving; applies a restored default."""
    if "fill" in sent:
        return True
    wanted = sent.get("restore", "")
    if not hasattr(form, "grade") or not (wanted.isascii() and wanted.isdigit()):
        return False
    rows = list(form.rows)
    if int(wanted) < len(rows):
        _restore(rows[int(wanted)], listing, form.grade.data or "")
    return True


def _restore(row: Any, listing: Any, grade: str) -> None:
    for limit in steps.default_specs(listing, grade):
        if (limit.property_id, limit.waste_type_id or "") != (
            row.property_id.data, row.waste_type_id.data or ""
        ):
            continue
        for name, value in steps.spec_row(limit).items():
            field = row[name]
            field.data, field.process_errors = value, []
            if hasattr(field, "typed"):
                field.typed = None


def rows_of(step: str, form: Any, listing: Any) -> dict[str, Any]:
    """The words beside each row of the step's table."""
    if step in (steps.ASSAYS, steps.SPECS):
        words = {"lang_zh": lang_zh, "source_text": presenters_rows.source_text}
        return {**words, **_quality_rows(step, form, listing)}
    if step in (steps.ACCEPTS, steps.PRICE) and hasattr(form, "rows"):
        return _waste_rows(step, form, listing)
    return {}


def lang_zh(text: str | None) -> Markup:
    """The attribute that says a text is Chinese, for words of a standard that stay so on an English page."""
    return Markup('lang="zh-CN"') if text and _HAN.search(text) else Markup("")


def _quality_rows(step: str, form: Any, listing: Any) -> dict[str, Any]:
    if step == steps.ASSAYS:
        known = reference().properties
        views = [
            presenters_rows.property_view(row.property_id.data, listing)
            if row.property_id.data in known else None
            for row in form.rows
        ]
        return {
            "views": views, "shown_at_once": presenters_rows.SHOWN_AT_ONCE,
            "choices": property_choices([row.property_id.data for row in form.rows if row.property_id.data]),
            "asks_identification": listing.waste_type.hazardous == rules.TO_BE_IDENTIFIED,
        }
    grade = form.grade.data or ""
    form.grade.choices = [(key, presenters_edit.grade_name(key)) for key, _label in form.grade.choices]
    return {
        "views": presenters_rows.spec_views(form, listing, grade), "choices": property_choices(),
        "wastes": [(row.waste_type_id, named(row.waste_type)) for row in listing.accepts],
        "rules": presenters_rows.rule_views(listing, grade), "proposed": not listing.specs,
    }


def _waste_rows(step: str, form: Any, listing: Any) -> dict[str, Any]:
    wastes = reference().waste_types
    hint = presenters_rows.accept_hint if step == steps.ACCEPTS else presenters_rows.residue_hint
    keys = [row.waste_type_id.data for row in form.rows]
    return {
        "names": [named(wastes[key]) if key in wastes else "" for key in keys],
        "hints": [hint(listing.use_id, key) if key in wastes else "" for key in keys],
        "hazards": [wastes[key].hazardous if key in wastes else "no" for key in keys],
        "choices": presenters_rows.waste_choices([key for key in keys if key]),
    }


def review_steps(kind: str, listing: Listing) -> list[presenters_edit.StepView]:
    """The steps with everything they hold, where the summary only counts."""
    fuller = {
        steps.ASSAYS: presenters_rows.assay_lines, steps.SPECS: presenters_rows.spec_lines,
        steps.ACCEPTS: presenters_rows.accept_lines,
    }
    return [
        replace(one, lines=tuple(fuller[one.key](listing))) if one.key in fuller else one
        for one in presenters_edit.step_views(kind, listing, steps.REVIEW)
    ]


def warnings(listing: Listing, catalogue: Catalogue) -> list[str]:
    """What does not forbid publishing but keeps the listing from being matched."""
    found = []
    if isinstance(listing, Supply):
        if not listing.assays:
            found.append(_(
                "There are no laboratory results yet: matches will be shown as “to be tested” and are not "
                "planned."
            ))
        waste = catalogue.waste_types[listing.waste_type_id]
        if waste.hazardous:
            found.append(_(
                "This is hazardous waste: it is only matched with enterprises licensed for %(codes)s, and "
                "every load needs a transfer manifest.", codes=", ".join(waste.hw_codes) or named(waste),
            ))
        return found
    if not listing.enterprise.qualified:
        found.append(_(
            "The permits of your enterprise have not been checked yet: until then no supply is matched with "
            "this."
        ))
    if not listing.specs:
        found.append(_("There are no limits: any quality of the accepted wastes would match."))
    return found
