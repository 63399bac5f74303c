"""The files that belong to the project: what is generated, fetched or installed is not among them."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The same places as in .gitignore; walked here rather than asked of git, which a bare machine may lack.
_NOT_OURS = {
    ".git", ".venv", "__pycache__", "node_modules", "var", ".pytest_cache", ".hypothesis", ".ruff_cache",
}
_NOT_OURS_UNDER_STATIC = {"vendor", "map"}


@lru_cache(maxsize=1)
def files() -> tuple[Path, ...]:
    """Every file of the project, relative to its root."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        here = Path(folder).relative_to(ROOT)
        folders[:] = sorted(
            name for name in folders
            if name not in _NOT_OURS and not name.endswith(".egg-info")
            and not (here == Path("static") and name in _NOT_OURS_UNDER_STATIC)
        )
        found += [here / name for name in sorted(names) if not name.endswith((".mo", ".pyc"))]
    return tuple(found)


def modules(*folders: str) -> list[Path]:
    """The Python files below some of the project's folders."""
    return [path for path in files() if path.suffix == ".py" and path.parts[0] in folders]


def templates() -> list[Path]:
    return [path for path in files() if path.suffix == ".html" and path.parts[0] == "marketplace"]


@lru_cache(maxsize=1024)
def text(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@lru_cache(maxsize=1024)
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), filename=str(path))


def imports(path: Path) -> Iterator[str]:
    """The dotted names a module imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(path: Path, name: str) -> Iterator[ast.Call]:
    """The calls of ``name(...)`` or ``something.name(...)`` in a module."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called == name:
                yield node
