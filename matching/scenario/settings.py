"""``scenario.toml``: the title, the months, how distance becomes freight and carbon."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from matching.catalogue import Catalogue
from matching.problem import Carbon, Freight
from matching.scenario.faults import Fault, nearest, shown

FILE = "scenario.toml"
LONGEST_HORIZON = 120
_MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")
_TEXTS = {"title", "source", "sources", "note", "notes"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a scenario says of itself; the defaults hold where it says nothing."""

    title: str = ""
    first_month: str = "2027-01"
    months: int = 12
    circuity: float = 1.35
    freight: Freight = field(default_factory=Freight)
    carbon: Carbon = field(default_factory=Carbon)

    def month_names(self) -> tuple[str, ...]:
        """The months of the horizon as ``YYYY-MM``."""
        start = month_number(self.first_month)
        return tuple(f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(start, start + self.months))


def month_number(month: str) -> int:
    """``YYYY-MM`` as a count of months, so that months subtract."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def read_settings(folder: Path, catalogue: Catalogue, faults: list[Fault]) -> Settings:
    """Read ``scenario.toml`` in ``folder``; without one every default holds."""
    path = folder / FILE
    if not path.is_file():
        return Settings()
    try:
        data = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = int(match[1]) if (match := re.search(r"line (\d+)", str(error))) else 0
        faults.append(Fault(FILE, line, 0, "", str(error), "TOML in UTF-8"))
        return Settings()
    return _Reading(path, faults, catalogue).settings(data)


class _Reading:
    """Reads one file; a key's line is looked up in the text, because the TOML reader does not keep it."""

    def __init__(self, path: Path, faults: list[Fault], catalogue: Catalogue) -> None:
        self.lines = path.read_text(encoding="utf-8-sig").splitlines()
        self.faults, self.catalogue = faults, catalogue

    def settings(self, data: dict[str, object]) -> Settings:
        self._known(data, "", {"title", "first_month", "months", "circuity", "freight", "carbon"})
        freight = self._section(data, "freight")
        self._known(freight, "freight.", {"handling_yuan_per_t", "rate_yuan_per_t_km"})
        usual = Freight()
        return Settings(
            title=str(data.get("title", "")),
            first_month=self._month(data),
            months=int(self._number(data, "", "months", 12, low=1, high=LONGEST_HORIZON, whole=True)),
            circuity=self._number(data, "", "circuity", 1.35, low=1, high=10),
            freight=Freight(
                self._number(freight, "freight.", "handling_yuan_per_t", usual.handling_yuan_per_t, low=0),
                self._number(freight, "freight.", "rate_yuan_per_t_km", usual.rate_yuan_per_t_km, low=0),
            ),
            carbon=self._carbon(self._section(data, "carbon")),
        )

    def _carbon(self, data: dict[str, object]) -> Carbon:
        self._known(data, "carbon.", {"transport_kg_per_t_km", "avoided"})
        transport = self._number(
            data, "carbon.", "transport_kg_per_t_km", Carbon().transport_kg_per_t_km, low=0
        )
        avoided: dict[tuple[str, str], float] = {}
        rows = data.get("avoided", [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self._fault("carbon.avoided", shown(str(rows)), "a list of tables: [[carbon.avoided]]")
            return Carbon(transport)
        for row in rows:
            self._known(row, "carbon.avoided.", {"use", "waste_type", "kg_per_t"})
            use = self._id(row, "use", self.catalogue.uses, "a use of the catalogue")
            waste = self._id(row, "waste_type", self.catalogue.waste_types, "a waste type of the catalogue")
            value = self._number(row, "carbon.avoided.", "kg_per_t", None)
            if use and waste and value is not None:
                if (use, waste) in avoided:
                    self._fault("carbon.avoided", f"{use} and {waste} again", "each use and waste type once")
                avoided[use, waste] = value
        return Carbon(transport, dict(sorted(avoided.items())))

    def _id(self, row: dict[str, object], key: str, known: object, words: str) -> str | None:
        value = str(row.get(key, ""))
        if value in known:  # type: ignore[operator]
            return value
        self._fault(f"carbon.avoided.{key}", shown(value), f"{words}{nearest(value, known)}")
        return None

    def _month(self, data: dict[str, object]) -> str:
        value = data.get("first_month", "2027-01")
        if isinstance(value, str) and _MONTH.fullmatch(value):
            return value
        self._fault("first_month", shown(str(value)), 'a month in quotes, for example "2027-01"')
        return "2027-01"

    def _number(
        self,
        data: dict[str, object],
        prefix: str,
        key: str,
        usual: float | None,
        *,
        low: float | None = None,
        high: float | None = None,
        whole: bool = False,
    ) -> float:
        value = data.get(key, usual)
        kinds = (int,) if whole else (int, float)
        right = isinstance(value, kinds) and not isinstance(value, bool) and abs(value) < float("inf")
        if right and (low is None or value >= low) and (high is None or value <= high):
            return value
        words = "a whole number" if whole else "a number"
        words += f", {low:g} or more" if low is not None else ""
        words += f" and {high:g} or less" if high is not None else ""
        self._fault(prefix + key, shown("" if value is None else str(value)), words)
        return usual  # type: ignore[return-value]

    def _section(self, data: dict[str, object], key: str) -> dict[str, object]:
        value = data.get(key, {})
        if isinstance(value, dict):
            return value
        self._fault(key, shown(str(value)), f"a table: [{key}]")
        return {}

    def _known(self, data: dict[str, object], prefix: str, keys: set[str]) -> None:
        for key in data:
            remark = key.removesuffix("_source").removesuffix("_note") != key
            if key not in keys and key not in _TEXTS and not remark:
                words = f"one of {', '.join(sorted(keys))}, or source, note{nearest(key, keys)}"
                self._fault(prefix + key, f"unknown key {shown(key)}", words)

    def _fault(self, key: str, found: str, expected: str) -> None:
        name = key.rpartition(".")[2]
        pattern = re.compile(rf"^\s*(\[+\s*([\w.]+\.)?{re.escape(name)}\s*\]+|{re.escape(name)}\s*=)")
        line = next((number for number, text in enumerate(self.lines, 1) if pattern.match(text)), 0)
        self.faults.append(Fault(FILE, line, 1 if line else 0, key, found, expected))
