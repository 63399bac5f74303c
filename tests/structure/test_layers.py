"""Who may import whom: the engine knows nothing of us, models know no HTTP, services know no framework."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.structure import sources

STDLIB = frozenset(sys.stdlib_module_names)
ENGINE = {
    "numpy", "scipy", "sklearn", "numba", "llvmlite", "networkx", "highspy", "dask", "distributed", "pyarrow", "tqdm",
    "matching",
}
WEB = {"flask", "flask_babel", "flask_login", "flask_wtf", "wtforms", "werkzeug", "jinja2"}
# Presenters turn rows into words and links; that is all of Flask they may know.
WORDS = {"flask_babel", "flask.url_for", "markupsafe.Markup"}


# The unit of work commits; the worker and the plan end transactions of their own between long computations.
COMMITTING = {
    "marketplace/unit_of_work.py", "marketplace/worker.py", "marketplace/market/plan.py",
    "marketplace/market/failures.py",
}


def tops(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in sources.imports(path)}


def belongs(path: Path, kind: str) -> bool:
    """Whether a module is of a kind by its name, or lies in a folder of that name."""
    stem = path.stem
    return path.parts[0] == "marketplace" and (stem == kind or stem.startswith(f"{kind}_"))


def test_the_engine_imports_nothing_of_ours() -> None:
    for path in sources.modules("matching"):
        assert tops(path) - STDLIB <= ENGINE, path


def test_models_import_sqlalchemy_only() -> None:
    for path in sources.modules("models"):
        assert tops(path) - STDLIB <= {"sqlalchemy", "alembic", "models"}, path


@pytest.mark.parametrize("kind", ["service", "rules", "queries", "notifications"])
def test_the_middle_layer_knows_no_framework(kind: str) -> None:
    found = [path for path in sources.modules("marketplace") if belongs(path, kind)]
    assert found or kind == "notifications"
    for path in found:
        assert not tops(path) & WEB, path


def test_rules_know_no_database() -> None:
    for path in sources.modules("marketplace"):
        if belongs(path, "rules"):
            assert "sqlalchemy" not in tops(path), path


def test_presenters_know_words_and_links_only() -> None:
    for path in sources.modules("marketplace"):
        if belongs(path, "presenters"):
            web = {name for name in sources.imports(path) if name.partition(".")[0] in WEB}
            assert {name for name in web if not name.startswith(tuple(WORDS))} == set(), path


def test_services_never_commit() -> None:
    for path in sources.modules("marketplace"):
        if str(path) not in COMMITTING:
            assert not list(sources.calls(path, "commit")), path


def test_routes_hold_no_query() -> None:
    for path in sources.modules("marketplace"):
        if belongs(path, "routes") or belongs(path, "views"):
            assert not [name for name in sources.imports(path) if name.startswith("sqlalchemy")], path


def test_service_verbs_take_keywords_only() -> None:
    """A verb gets its unit of work, and who is asking, by name; who signs in is not an actor yet."""
    for path in sources.modules("marketplace"):
        if path.stem != "service":
            continue
        for node in sources.tree(path).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            positional = {argument.arg for argument in node.args.args}
            named = {argument.arg for argument in node.args.kwonlyargs}
            assert "uow" not in positional, f"{path}: {node.name}"
            assert "uow" not in named or named & {"actor", "email"}, f"{path}: {node.name}"


def test_nothing_imports_from_the_web_folder_but_itself() -> None:
    for path in sources.modules("matching", "models"):
        assert "marketplace" not in tops(path), path


def test_slow_libraries_are_not_imported_by_the_web_at_start() -> None:
    """The solver and the graph library are loaded when they are first needed, so that pages start fast."""
    slow = "{'highspy', 'networkx', 'sklearn', 'scipy.optimize'}"
    program = f"import sys, marketplace.app; print(sorted({slow} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=sources.ROOT)
    assert done.stdout.strip() == "[]", done.stderr
