"""The network in words, and as the script draws it: every mark has a shape, a letter and a name besides its colour."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from marketplace import formatting
from marketplace.symbiosis.flows import PARK, PLAN
from marketplace.symbiosis.network import HEIGHT, WIDTH, Drawing, Link, Mark, Network
from marketplace.symbiosis.presenters import place_name, place_url, short_park_name, waste_name
from marketplace.symbiosis.selection import Wanted

# Okabe and Ito's colours, which stay apart under the common kinds of colour blindness, dark enough for white letters.
COLOURS = ("#0072b2", "#b8560f", "#00795a", "#a5457f", "#6b5b00", "#4b4fa3", "#7a2f2f", "#3f6f7f")
SHAPES = ("circle", "rect", "diamond", "triangle", "roundRect", "hexagon", "octagon", "pentagon")
OTHERS_COLOUR = "#8b8f94"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class MarkLine:
    """One place of the table; ``drawn`` says whether the picture shows it now."""

    name: str
    url: str | None
    community: str
    tonnes: float
    within: float
    drawn: bool


@dataclass(frozen=True, slots=True)
class LinkLine:
    row: str
    source: str
    target: str
    wastes: str
    tonnes: float


def letter(community: int) -> str:
    """A, B … Z, then A2, B2 …: communities by the number of their members."""
    turn, at = divmod(community, len(_LETTERS))
    return _LETTERS[at] + (str(turn + 1) if turn else "")


def mark_lines(whole: Network, drawn: Drawing) -> list[MarkLine]:
    shown = {mark.key for mark in drawn.marks}
    return [
        MarkLine(
            place_name(mark.place), place_url(mark.place), letter(mark.community), mark.tonnes, mark.within_t,
            mark.key in shown,
        )
        for mark in whole.marks
        if mark.place is not None
    ]


def link_lines(drawn: Drawing) -> list[LinkLine]:
    names = {mark.key: _mark_name(mark) for mark in drawn.marks}
    return [
        LinkLine(f"link-{at}", names[link.source], names[link.target], _wastes(link), link.tonnes)
        for at, link in enumerate(drawn.links)
    ]


def _mark_name(mark: Mark) -> str:
    if mark.place is None:
        return _("Others (%(count)s)", count=mark.members)
    return place_name(mark.place)


def _wastes(link: Link) -> str:
    return formatting.listed(sorted(waste_name(one) for one in link.wastes))


def part_url(wanted: Wanted, rank: int | None) -> str | None:
    """Where the marks from ``rank`` on are drawn."""
    if rank is None:
        return None
    return url_for("symbiosis.network", **wanted.query(rank=str(rank) if rank else ""))


def switches(wanted: Wanted) -> dict[str, str]:
    """The way back to the map with the same switches."""
    return wanted.query(view="" if wanted.view == PLAN else wanted.view)


def network_data(drawn: Drawing, others_url: str | None) -> dict[str, object]:
    """What the script draws; a click on a mark goes to its page, on a link to its row."""
    names = {mark.key: _mark_name(mark) for mark in drawn.marks}
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "marks": [_mark(mark, names[mark.key], others_url) for mark in drawn.marks],
        "links": [
            {
                "source": link.source,
                "target": link.target,
                "tonnes": link.tonnes,
                "row": f"link-{at}",
                "name": _("%(source)s → %(target)s", source=names[link.source], target=names[link.target]),
                "text": _("%(waste)s: %(tonnes)s", waste=_wastes(link), tonnes=formatting.tonnes_text(link.tonnes)),
            }
            for at, link in enumerate(drawn.links)
        ],
        "words": {
            "failed": _("The picture cannot be drawn now. The table below holds the same facts."),
            **export_words(),
        },
    }


def _mark(mark: Mark, name: str, others_url: str | None) -> dict[str, object]:
    place = mark.place
    group = mark.community
    text = _("%(tonnes)s in and out", tonnes=formatting.tonnes_text(mark.tonnes))
    if place is not None:
        text = _("%(text)s; community %(letter)s", text=text, letter=letter(group))
    return {
        "id": mark.key,
        "name": name,
        "short": short_park_name(place) if place is not None and place.kind == PARK else name,
        "letter": letter(group) if place is not None else "…",
        "colour": COLOURS[group % len(COLOURS)] if place is not None else OTHERS_COLOUR,
        "shape": SHAPES[group % len(SHAPES)] if place is not None else "roundRect",
        "x": round(mark.x, 1),
        "y": round(mark.y, 1),
        "size": round(mark.size, 1),
        "tonnes": mark.tonnes,
        "text": text if place is not None else _("%(text)s; click to see the next marks", text=text),
        "url": place_url(place) if place is not None else others_url,
    }


def export_words() -> dict[str, str]:
    """What the two quiet buttons beside a picture say."""
    return {
        "save": _("Save the picture"),
        "png": _("Save as PNG"),
        "svg": _("Save as SVG"),
    }
