"""What the frame of every page needs: the places this role works in, the inbox count, cache-safe asset links."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from marketplace.security.actor import ADMIN, COMMITTEE, REGULATOR, STAFF
from marketplace.security.permissions import may
from marketplace.session import current_actor


@dataclass(frozen=True, slots=True)
class Place:
    endpoint: str
    label: LazyString
    icon: str


BOARD = Place("pages.board", _l("Board"), "board")
SUPPLIES = Place("listings.supplies", _l("Supplies"), "supply")
DEMANDS = Place("listings.demands", _l("Demands"), "demand")
MAP = Place("symbiosis.overview", _l("Symbiosis"), "map")
DESK = Place("pages.desk", _l("My desk"), "desk")
CONTRACTS = Place("contracts.contracts", _l("Contracts"), "contract")
PARK = Place("parks.mine", _l("My park"), "park")
INDICATORS = Place("indicators.overview", _l("Indicators"), "indicator")
ADMINISTRATION = Place("admin.overview", _l("Administration"), "admin")

PLACES: dict[str | None, tuple[Place, ...]] = {
    None: (BOARD, SUPPLIES, DEMANDS, MAP),
    STAFF: (DESK, CONTRACTS, SUPPLIES, DEMANDS, MAP),
    COMMITTEE: (PARK, INDICATORS, MAP, SUPPLIES, DEMANDS),
    REGULATOR: (BOARD, INDICATORS, MAP, SUPPLIES, DEMANDS),
    ADMIN: (ADMINISTRATION, INDICATORS, SUPPLIES, DEMANDS, MAP),
}


ROLE_NAMES = {
    STAFF: _l("Enterprise"),
    COMMITTEE: _l("Park committee"),
    REGULATOR: _l("City regulator"),
    ADMIN: _l("Administrator"),
}


def role_name(role: str | None) -> str:
    return str(ROLE_NAMES[role]) if role else ""


def places() -> list[dict[str, object]]:
    """The top bar of this role; a place is current when the page belongs to it."""
    return [
        {
            "url": url_for(place.endpoint),
            "label": place.label,
            "icon": place.icon,
            "current": _stands_in(url_for(place.endpoint)),
        }
        for place in PLACES[current_actor().role]
        if place.endpoint in current_app.view_functions
    ]


def _stands_in(place: str) -> bool:
    """True on the place itself and on the pages below it, as one listing is below the list."""
    return request.path == place or (place != "/" and request.path.startswith(f"{place}/"))


def asset(path: str) -> str:
    """The URL of a static file with the time of its last change, so that a new version is fetched at once."""
    return url_for("static", filename=path, v=_stamp(str(Path(current_app.static_folder or "") / path)))


@lru_cache(maxsize=256)
def _stamp(path: str) -> str:
    file = Path(path)
    return format(int(file.stat().st_mtime), "x") if file.exists() else "0"


def _context() -> dict[str, object]:
    return {
        "actor": current_actor(),
        "may": lambda permission, subject=None: may(current_actor(), permission, subject),
        "places": places,
        "unread": _unread,
        "settings": current_app.extensions["gongsheng_settings"],
        "endpoints": current_app.view_functions,
        "role_name": role_name,
        "demo_sign_ins": _demo_sign_ins,
    }


def _demo_sign_ins() -> object:
    """The public accounts of the demonstration; only its pages ask for them."""
    from marketplace.demo.accounts import DEMO_SIGN_INS

    return DEMO_SIGN_INS


def _unread() -> int:
    actor = current_actor()
    if not actor.signed_in or "alerts.inbox" not in current_app.view_functions:
        return 0
    from marketplace.alerts.queries import unread_count
    from marketplace.session import db_session

    return unread_count(db_session(), user_id=actor.user_id)


def register(app: Flask) -> None:
    app.context_processor(_context)
    app.jinja_env.globals["asset"] = asset
