"""Files and functions that one can read: past these sizes a thing is two things."""

from __future__ import annotations

import ast

from tests.structure import sources

MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 60
# A market laid out row by row may be longer than a thought.
MOST_LINES_OF_A_LAYOUT = 80
PROGRAM = ("marketplace", "matching", "models", "scenarios")
BESIDE = ("benchmarks", "tests")
WRITTEN = (".py", ".html", ".js", ".css")


def test_files_stay_short() -> None:
    written = [path for path in sources.files() if path.suffix in WRITTEN]
    lines = {str(path): len(sources.text(path).splitlines()) for path in written}
    assert {path: count for path, count in lines.items() if count > MOST_LINES} == {}


def test_functions_stay_short() -> None:
    long = {}
    for path in sources.modules(*PROGRAM, *BESIDE):
        most = MOST_LINES_OF_A_LAYOUT if path.parts[0] in BESIDE else MOST_LINES_OF_A_FUNCTION
        if path.parts[:3] == ("models", "migrations", "versions"):
            # A migration is a list of tables, read once and never changed.
            continue
        for node in ast.walk(sources.tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > most:
                    long[f"{path}: {node.name}"] = lines
    assert long == {}


def test_there_is_no_drawer_for_everything() -> None:
    drawers = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py"}
    assert not [path for path in sources.files() if path.name in drawers]


def test_every_module_says_what_it_is() -> None:
    modules = [path for path in sources.modules(*PROGRAM, *BESIDE) if sources.text(path).strip()]
    assert [path for path in modules if not ast.get_docstring(sources.tree(path))] == []
