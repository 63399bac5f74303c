"""What is named in one place and used in another: refusals and their words, events and their kinds."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from marketplace.config import Settings
from models.events import EVENT_KINDS
from tests.structure import sources

# A notice or an event of these kinds belongs to features whose pages come later; the table names them already.
PLACEHOLDER = re.compile(r"%\((\w+)\)")


@lru_cache(maxsize=1)
def refusals() -> dict[str, list[ast.Call]]:
    """Refusal codes with the calls that make them; a code put together at run time stands by its beginning."""
    found: dict[str, list[ast.Call]] = {}
    for path in sources.modules("marketplace"):
        for call in sources.calls(path, "Refusal"):
            first = call.args[0]
            if isinstance(first, ast.Constant):
                found.setdefault(first.value, []).append(call)
            elif isinstance(first, ast.JoinedStr) and isinstance(first.values[0], ast.Constant):
                found.setdefault(first.values[0].value, []).append(call)
    return found


@lru_cache(maxsize=1)
def words() -> dict[str, str]:
    """The words of every declared code."""
    from marketplace import reasons
    from marketplace.app import create_app

    app = create_app(Settings(database_url="sqlite://", secret_key="only for tests", https=False))
    with app.test_request_context():
        return {code: str(text) for code, text in reasons._WORDS.items()}


def test_every_refusal_has_its_words() -> None:
    whole = {code for code in refusals() if not code.endswith(":")}
    begun = {code for code in refusals() if code.endswith(":")}
    assert whole - set(words()) == set()
    for beginning in begun:
        assert any(code.startswith(beginning) for code in words()), beginning


def test_no_words_without_a_refusal() -> None:
    begun = tuple(code for code in refusals() if code.endswith(":"))
    unused = {code for code in words() if code not in refusals() and not code.startswith(begun or ("\0",))}
    assert unused == set()


def test_refusals_bring_the_numbers_their_words_need() -> None:
    """Where the values are written at the call, they are those of the sentence."""
    for code, calls in refusals().items():
        needed = set(PLACEHOLDER.findall(words().get(code, "")))
        for call in calls:
            values = call.args[1] if len(call.args) > 1 else None
            if isinstance(values, ast.Dict):
                given = {key.value for key in values.keys if isinstance(key, ast.Constant)}
                assert needed <= given, f"{code} lacks {needed - given}"
            elif values is None and not call.keywords:
                assert not needed, f"{code} lacks {needed}"


def test_events_that_are_recorded_are_declared() -> None:
    recorded = {
        call.args[1].value
        for path in sources.modules("marketplace") for call in sources.calls(path, "record")
        if len(call.args) > 1 and isinstance(call.args[1], ast.Constant)
    }
    assert recorded and recorded <= set(EVENT_KINDS)


def told_kinds() -> set[str]:
    """The kinds of events recorded in a function that notifies, itself or by a helper whose name says ``tell``."""
    found = set()
    for path in sources.modules("marketplace"):
        for function in ast.walk(sources.tree(path)):
            if not isinstance(function, ast.FunctionDef):
                continue
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
            names = {getattr(call.func, "attr", getattr(call.func, "id", "")) for call in calls}
            if not any(name == "notify" or name.lstrip("_").startswith("tell") for name in names):
                continue
            found |= {
                node.value for call in calls for node in (*call.args, *(word.value for word in call.keywords))
                if isinstance(node, ast.Constant) and node.value in EVENT_KINDS
            }
    return found


def test_every_notice_has_its_words() -> None:
    import marketplace.features  # noqa: F401 - importing it declares the words
    from marketplace.alerts.words import declared

    assert told_kinds() - declared() == set()
    assert {"bid.placed", "transfer.disputed", "contract.active"} <= told_kinds()


def test_words_of_notices_are_of_declared_events() -> None:
    import marketplace.features  # noqa: F401 - importing it declares the words
    from marketplace.alerts.words import declared

    assert declared() <= set(EVENT_KINDS)


def test_words_of_notices_use_what_the_event_carries() -> None:
    import marketplace.features  # noqa: F401 - importing it declares the words
    from marketplace.alerts.words import _KINDS

    for kind, one in _KINDS.items():
        if not callable(one.words):
            needed = set(PLACEHOLDER.findall(one.words._args[0])) - {"other", "who"}
            assert needed <= EVENT_KINDS[kind], f"{kind} lacks {needed - EVENT_KINDS[kind]}"


def test_permissions_that_are_asked_for_are_in_the_table() -> None:
    from marketplace.security.permissions import PERMISSIONS, PUBLIC

    asked = {
        node.value
        for path in sources.modules("marketplace")
        for name in ("may", "require", "Url")
        for call in sources.calls(path, name) for node in call.args
        if isinstance(node, ast.Constant) and re.fullmatch(r"[a-z]+\.[a-z_]+", str(node.value))
    }
    asked |= {
        name for path in sources.templates() for name in re.findall(r"may\('([a-z_.]+)'", sources.text(path))
    }
    assert asked - set(PERMISSIONS) == set()
    assert PUBLIC not in PERMISSIONS
