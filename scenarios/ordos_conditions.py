"""The conditions of a demand: which wastes it accepts, its acceptance specs and the residue it leaves."""

from __future__ import annotations

from scenarios.formulas import evaluate, number, sentence
from scenarios.ordos_demands import Demand
from scenarios.tables import Row


def accepts_of(item: Demand, table: list[Row]) -> list[Row]:
    """The wastes one demand accepts, with their largest shares.  Raises ``ValueError`` for an empty set."""
    rows = []
    for given in (row for row in table if row["set"] == item.accept_set):
        share, note = "", given["note"]
        if given["max_share_formula"]:
            share = number(min(evaluate(given["max_share_formula"]), 1), 4)
            note = sentence(
                "最大份额 max share",
                note or "该料无上限",
                "see the process flows",
                given["max_share_formula"],
                share,
                "t/t",
            )
        rows.append(
            {"demand": item.row["id"], "waste_type": given["waste_type"], "max_share": share, "note": note}
        )
    if not rows:
        raise ValueError(f"accept set {item.accept_set!r} of {item.row['id']} is empty")
    return rows


def specs_of(wanted: list[Demand], tables: dict[str, list[Row]], catalogue: dict[str, Row]) -> list[Row]:
    """The acceptance specs of every demand, each limit copied from ``use_specs.csv`` with its standard."""
    rows = []
    for item in wanted:
        for choice in (row for row in tables["spec_sets"] if row["set"] == item.spec_set):
            if choice["basis"] not in ("each", "blend"):
                continue
            given = catalogue[choice["spec_id"]]
            grade = f"{given['grade']} " if given["grade"] not in ("", "all") else ""
            note = " | ".join(
                filter(
                    None,
                    (
                        f"{choice['spec_id']} {grade}{given['condition']}".strip(),
                        f"hardness {given['hardness']}",
                        choice["reason"],
                        given["note"],
                    ),
                )
            )
            for waste in choice["waste_types"].split("|"):
                rows.append(
                    {
                        "demand": item.row["id"],
                        "waste_type": waste,
                        "property": given["property_key"],
                        "min": given["min"],
                        "max": given["max"],
                        "basis": choice["basis"],
                        "standard": given["standard"],
                        "clause": given["clause"],
                        "note": note,
                        "source": f"use_specs {choice['spec_id']} ({given['confidence']})",
                    }
                )
    return rows


def residues_of(item: Demand, table: list[Row]) -> list[Row]:
    """What one demand leaves per tonne taken in, by its use."""
    rows = []
    for given in (row for row in table if row["use"] == item.row["use"]):
        share = number(evaluate(given["formula"]), 4)
        rows.append(
            {
                "demand": item.row["id"],
                "waste_type": given["waste_type"],
                "yield_t_per_t": share,
                "note": sentence(
                    "估算 estimate", given["text_zh"], given["text_en"], given["formula"], share, "t/t"
                ),
                "source": f"process_flows {given['use']}",
            }
        )
    return rows
