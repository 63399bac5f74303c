"""Reading a query string into a :class:`SearchFilter`; every value that cannot be used gives one refusal."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from decimal import Decimal
from typing import Protocol

from marketplace.errors import Refusal
from marketplace.fields import parse_number
from marketplace.listings.filters import (
    DEMAND,
    DISTANCE,
    LONGEST_WORDS,
    MAX_RANGES,
    NEWEST,
    SORTS,
    SUPPLY,
    Asked,
    Bounds,
    Choices,
    PropertyRange,
    SearchFilter,
)
from models.grams import runs

_LARGEST = Decimal(1_000_000_000)
# Half of the Earth's circumference: nothing lies farther.
_FARTHEST_KM = Decimal(20_000)
_SHOWN = 40
_MOST_PAGES = 1_000_000


class Args(Protocol):
    """A query string: werkzeug's MultiDict, or anything like it."""

    def get(self, key: str, default: str = "") -> str: ...

    def getlist(self, key: str) -> list[str]: ...


def read_filter(kind: str, args: Args, choices: Choices) -> Asked:
    """The search that ``args`` ask for among listings of ``kind`` (``supply`` or ``demand``)."""
    reader = _Reader(args)
    near = reader.choice("near", choices.places)
    search = SearchFilter(
        kind=kind,
        q=reader.words(),
        wastes=reader.several("waste", choices.wastes),
        uses=reader.several("use", choices.uses) if kind == DEMAND else (),
        regions=reader.several("region", choices.regions),
        near=near,
        within_km=reader.radius(near),
        tonnes=reader.bounds("t", floor=Decimal(0)),
        price=reader.bounds("price"),
        **reader.months(),
        ranges=reader.ranges(choices.properties) if kind == SUPPLY else (),
        verified=reader.text("verified") in ("1", "on", "true"),
        sort=reader.sort(near),
        page=reader.page(),
    )
    return Asked(search, tuple(reader.problems))


class _Reader:
    """Takes values out of a query string one by one and keeps what was wrong."""

    def __init__(self, args: Args) -> None:
        self.args = args
        self.problems: list[Refusal] = []

    def refuse(self, name: str, code: str, **values: object) -> None:
        self.problems.append(Refusal(f"search:{code}", values, name))

    def text(self, name: str) -> str:
        return _printable(self.args.get(name, ""))

    def words(self) -> str:
        """The words to look for; more than fit are cut, and a text without any word is refused."""
        text = self.text("q")
        if len(text) > LONGEST_WORDS:
            self.problems.append(Refusal("search:words_long", {"most": LONGEST_WORDS}, "q"))
            text = text[:LONGEST_WORDS].strip()
        if text and not runs(text):
            self.refuse("q", "no_words", value=text[:_SHOWN])
            return ""
        return text

    def choice(self, name: str, known: Collection[str]) -> str:
        value = self.text(name)
        if value and value not in known:
            self.refuse(name, "place_unknown" if name == "near" else "unknown", value=value[:_SHOWN])
            return ""
        return value

    def several(self, name: str, known: Collection[str]) -> tuple[str, ...]:
        values = {_printable(value) for value in self.args.getlist(name)} - {""}
        for value in sorted(values - set(known))[:1]:
            self.refuse(name, "unknown", value=value[:_SHOWN])
        return tuple(sorted(values & set(known)))

    def number(self, name: str, floor: Decimal | None = None) -> Decimal | None:
        """A finite number within a billion either way and not below ``floor``, None where there is none."""
        text = self.text(name)
        if not text:
            return None
        value = parse_number(text)
        if value is None:
            self.refuse(name, "not_number", value=text[:_SHOWN])
        elif floor is not None and value < floor:
            self.refuse(name, "below", value=text[:_SHOWN], least=str(floor))
        elif abs(value) > _LARGEST:
            self.refuse(name, "too_large", value=text[:_SHOWN])
        else:
            return round(value, 6).normalize() + 0
        return None

    def bounds(self, name: str, floor: Decimal | None = None) -> Bounds:
        low, high = self.number(f"{name}_min", floor), self.number(f"{name}_max", floor)
        if low is not None and high is not None and low > high:
            self.refuse(
                f"{name}_min", "min_above_max", low=self.text(f"{name}_min"), high=self.text(f"{name}_max")
            )
            return Bounds()
        return Bounds(low, high)

    def radius(self, near: str) -> Decimal | None:
        km = self.number("km")
        if km is None:
            return None
        if km <= 0 or km > _FARTHEST_KM:
            self.refuse("km", "radius", value=self.text("km")[:_SHOWN], most=int(_FARTHEST_KM))
            return None
        if not near:
            if not self.text("near"):
                self.refuse("km", "radius_without_place")
            return None
        return km

    def months(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for key, name in (("first_month", "from"), ("last_month", "to")):
            value = self.text(name)
            if value and not _is_month(value):
                self.refuse(name, "month_unknown", value=value[:_SHOWN])
                value = ""
            found[key] = value
        if found["first_month"] and found["last_month"] and found["first_month"] > found["last_month"]:
            self.refuse("from", "months_turned", first=found["first_month"], last=found["last_month"])
            return {"first_month": "", "last_month": ""}
        return found

    def ranges(self, known: Collection[str]) -> tuple[PropertyRange, ...]:
        found: set[PropertyRange] = set()
        for number in range(1, MAX_RANGES + 1):
            name = f"p{number}"
            property_id, bounds = self.choice(name, known), self.bounds(name)
            if property_id:
                found.add(PropertyRange(property_id, bounds))
            elif bounds and not self.text(name):
                self.refuse(name, "property_missing")
        return tuple(sorted(found, key=_range_order))

    def sort(self, near: str) -> str:
        value = self.choice("sort", SORTS) or NEWEST
        if value == DISTANCE and not near:
            if not self.text("near"):
                self.refuse("sort", "sort_without_place")
            return NEWEST
        return value

    def page(self) -> int:
        text = unicodedata.normalize("NFKC", self.text("page"))
        if not text:
            return 1
        # A page number of a thousand digits would be slow to read and means nothing.
        if not (text.isascii() and text.isdigit()) or len(text) > 7 or not 1 <= int(text) <= _MOST_PAGES:
            self.refuse("page", "page_unknown", value=text[:_SHOWN])
            return 1
        return int(text)


def _range_order(wanted: PropertyRange) -> tuple[str, Decimal, Decimal]:
    low, high = wanted.bounds.low, wanted.bounds.high
    return (wanted.property_id, -_LARGEST if low is None else low, _LARGEST if high is None else high)


def _printable(text: str) -> str:
    # The database takes no NUL, and a control character in an address is never meant.
    return " ".join(
        "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text[:400]).split()
    )


def _is_month(text: str) -> bool:
    year, dash, month = text.partition("-")
    right = (
        year[:2] in ("20", "21")
        and len(year) == 4
        and len(month) == 2
        and dash == "-"
        and (year + month).isascii()
    )
    return right and (year + month).isdigit() and 1 <= int(month) <= 12
