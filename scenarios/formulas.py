"""Estimates as formulas: the builder evaluates what the row's note shows, so the two cannot differ."""

from __future__ import annotations

import ast
import operator
import re

_BINARY = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
_SHOWN = str.maketrans({"*": " × ", "/": " ÷ ", "+": " + "})
_NOTE = re.compile(r": (?P<formula>[0-9.()×÷+−\- ]+) = (?P<value>-?[0-9,.]+) ")


def evaluate(formula: str) -> float:
    """Return the value of an arithmetic formula of numbers, ``+ - * /`` and brackets.

    Raises ``ValueError`` for anything else, so that a source table can never run code.
    """
    return _value(ast.parse(formula, mode="eval").body, formula)


def show(formula: str) -> str:
    """Return the formula as people write it: ``6000*15.7/12`` becomes ``6000 × 15.7 ÷ 12``."""
    return re.sub(r"(?<=[0-9)])-", " − ", formula).translate(_SHOWN).strip()


def number(value: float, decimals: int) -> str:
    """Return the shortest text of ``value`` rounded to ``decimals``; never ``-0``."""
    rounded = round(value, decimals) + 0.0
    return f"{rounded:.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{rounded:.0f}"


def sentence(kind: str, zh: str, en: str, formula: str, value: str, unit: str, ref: str = "") -> str:
    """Return one note sentence: what it is, why (zh / en), the formula, its value and its source."""
    tail = f" ({ref})" if ref else ""
    worked = f"{show(formula)} = {value}" if show(formula) != value else value
    return f"{kind}: {zh} / {en}: {worked} {unit}{tail}"


def formulas_in(note: str) -> list[tuple[float, float]]:
    """Return ``(recomputed, shown)`` for every formula in a note, for checking one against the other."""
    found = []
    for hit in _NOTE.finditer(note):
        formula = hit["formula"].replace("×", "*").replace("÷", "/").replace("−", "-").strip()
        found.append((evaluate(formula), float(hit["value"].replace(",", ""))))
    return found


def _value(node: ast.expr, formula: str) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, formula)
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        return _BINARY[type(node.op)](_value(node.left, formula), _value(node.right, formula))
    raise ValueError(f"not a plain arithmetic formula: {formula!r}")
