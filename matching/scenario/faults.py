"""What is wrong with a scenario: one fault per place, all of them in one run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault: where (file, line, column position from 1, column name), what was found, what was expected.

    ``line`` and ``position`` are 0 where the fault belongs to the whole file.
    """

    file: str
    line: int
    position: int
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        place = self.file
        if self.line:
            place += f":{self.line}"
            if self.position:
                place += f":{self.position}"
        column = f" {self.column}:" if self.column else ""
        return f"{place}:{column} found {self.found}; expected {self.expected}"


class ScenarioError(ValueError):
    """The scenario cannot be read; ``faults`` holds every reason."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(map(str, self.faults)))


def shown(text: str) -> str:
    """``text`` in quotes as found in a cell, shortened where it is long."""
    if text == "":
        return "nothing"
    return repr(text if len(text) <= 60 else text[:57] + "...")


def nearest(text: str, known: Iterable[str]) -> str:
    """`` (did you mean 'x'?)`` where something known is spelled nearly like ``text``, else nothing."""
    close = get_close_matches(text, list(known), n=1, cutoff=0.6)
    return f" (did you mean {close[0]!r}?)" if close else ""


class Speller:
    """:func:`nearest` for many words against one long list; past ``most`` different words it says nothing
    more.

    Comparing with ten thousand ids takes a moment, and a file that names ten thousand unknown ids has one
    fault.
    """

    def __init__(self, known: Iterable[str], most: int = 50) -> None:
        self._known, self._most = list(known), most
        self._said: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        if text not in self._said:
            if len(self._said) >= self._most:
                return ""
            self._said[text] = nearest(text, self._known)
        return self._said[text]
