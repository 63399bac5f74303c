"""What one cell may hold: parsing it, or saying what was expected in its place."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping

from matching.catalogue import Catalogue
from matching.scenario.faults import nearest
from matching.scenario.schema import Column

Parsed = tuple[object, str | None]

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")
_LICENCE = re.compile(r"HW[0-9]{2}")
# Nothing on this market is larger; beyond it sums of tonnes and money would lose their digits.
_LARGEST = 1e12
_SAMPLES = {
    "month": "a month as YYYY-MM, for example 2027-01",
    "flag": "true or false",
    "licences": "codes such as HW08 or ids of waste types, separated by ;",
    "id": "an id in visible characters on one line",
    "waste_type": "a waste type of the catalogue",
    "property": "a property of the catalogue",
    "use": "a use of the catalogue",
}


class Parser:
    """Parses the cells of one column: a call gives ``(value, None)`` or ``(None, what was expected)``."""

    def __init__(self, column: Column, catalogue: Catalogue) -> None:
        self.column, self.catalogue = column, catalogue
        kinds: Mapping[str, Callable[[str], Parsed]] = {
            "id": self._id, "number": self._number, "month": self._month, "flag": self._flag,
            "choice": self._choice, "licences": self._licences, "waste_type": self._known,
            "property": self._known, "use": self._known,
        }  # fmt: skip
        self._parse = kinds.get(column.kind, self._text)
        self.ids: Mapping[str, object] = {
            "waste_type": catalogue.waste_types, "property": catalogue.properties, "use": catalogue.uses,
        }.get(column.kind, {})  # fmt: skip

    def __call__(self, cell: str) -> Parsed:
        return self._parse(cell)

    def expected(self) -> str:
        """What belongs in the column, in words."""
        column = self.column
        if column.kind == "number":
            return self._number_words()
        if column.kind == "choice":
            return " or ".join(column.choices)
        if column.kind == "reference":
            return f"an id of {column.target}"
        return _SAMPLES.get(column.kind, "some text")

    def _text(self, cell: str) -> Parsed:
        return cell, None

    def _id(self, cell: str) -> Parsed:
        return (cell, None) if cell.isprintable() else (None, self.expected())

    def _month(self, cell: str) -> Parsed:
        return (cell, None) if _MONTH.fullmatch(cell) else (None, self.expected())

    def _flag(self, cell: str) -> Parsed:
        word = cell.lower()
        return (word == "true", None) if word in ("true", "false") else (None, self.expected())

    def _choice(self, cell: str) -> Parsed:
        return (cell, None) if cell in self.column.choices else (None, self.expected())

    def _known(self, cell: str) -> Parsed:
        return (cell, None) if cell in self.ids else (None, f"{self.expected()}{nearest(cell, self.ids)}")

    def _licences(self, cell: str) -> Parsed:
        codes = [code.strip() for code in cell.split(";") if code.strip()]
        wrong = [
            code for code in codes if not _LICENCE.fullmatch(code) and code not in self.catalogue.waste_types
        ]
        return (None, f"{self.expected()}; {wrong[0]!r} is neither") if wrong else (";".join(codes), None)

    def _number(self, cell: str) -> Parsed:
        column = self.column
        if not _NUMBER.fullmatch(cell):
            return None, self._number_words() + _plainly(cell)
        # Adding zero turns -0 into 0.
        value = float(cell) + 0.0
        low = -_LARGEST if column.low is None else column.low
        high = _LARGEST if column.high is None else column.high
        if low <= value <= high:
            return value, None
        return None, self._number_words() + ("; this is beyond 1e12" if abs(value) > _LARGEST else "")

    def _number_words(self) -> str:
        column = self.column
        words = f"a number in {column.unit}"
        if column.low is not None and column.high is not None:
            return f"{words} from {column.low:g} to {column.high:g}"
        return words if column.low is None else f"{words}, {column.low:g} or more"


def _plainly(cell: str) -> str:
    """How to write what was probably meant by a cell that is no plain number."""
    text = unicodedata.normalize("NFKC", cell).replace(" ", "").replace("−", "-")
    if re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", text):
        text = text.replace(",", "")
    if text != cell and _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return f"; write {text}"
    return "; write digits and a decimal point only, without unit or separators"
