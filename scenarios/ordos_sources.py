"""What the supplies and the demands of the Ordos scenario share: their source tables, prices and tonnes."""

from __future__ import annotations

from dataclasses import dataclass, field

from scenarios.formulas import evaluate, number, sentence
from scenarios.tables import Row

# Assumed: full-load hours of a power plant, and the share of its intake that a plant gets outside the market.
HOURS = 5000
OWN_SHARE = "0.2"
MARK = {"estimate": "估算 estimate", "stated": "来源所列 stated"}


@dataclass(slots=True)
class Sources:
    """The source tables the listings are made from, by name."""

    tables: dict[str, list[Row]]
    references: dict[str, Row]
    enterprises: dict[str, Row] = field(default_factory=dict)

    def source_of(self, refs: str) -> str:
        """Turn ``R034;R060`` or ``process_flows aac`` into the words of a ``source`` cell."""
        words = []
        for ref in filter(None, refs.split(";")):
            row = self.references.get(ref)
            words.append(f"ordos_reference {ref}: {row['doc_no'] or row['doc']}" if row else ref)
        return "; ".join(words)


def price_of(table: list[Row], level: str, waste: str, label: str) -> tuple[str, str]:
    """Yuan per tonne as text and its note: the level's row for this very waste type, else the one for all."""
    rows = [row for row in table if row["level"] == level]
    exact = [row for row in rows if row.get("waste_types") == waste]
    row = (exact or [row for row in rows if row.get("waste_types", "*") == "*"])[0]
    value = number(evaluate(row["formula"]), 1)
    if level == "zero":
        return value, f"{label}: {row['text_zh']} / {row['text_en']}"
    return value, sentence(
        f"{label} 估算 estimate", row["text_zh"], row["text_en"], row["formula"], value, "元/t"
    )


def tonnes_of(formula: str) -> str:
    """Tonnes of a formula as text: whole above 100, with one decimal below."""
    value = evaluate(formula)
    return number(value, 0 if value >= 100 else 1)


def tail_of(slug: str) -> str:
    """An enterprise id without the letter of a referenced one, for the ids of its listings."""
    return slug[1:] if slug[0] == "E" else slug


def join_notes(notes: list[str]) -> str:
    """One note cell of several sentences."""
    return " | ".join(note for note in notes if note)
