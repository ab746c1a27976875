"""Every line that the ear asks for is there to be spoken."""

import ast
import json
from pathlib import Path

from custom_components.knot_coach.content import CATALOGUE, read
from custom_components.knot_coach.massage.wording import slots

PACKAGE = CATALOGUE.parent
SOURCES = (
    *sorted((PACKAGE / "voice").glob("*.py")),
    *(PACKAGE / "hearing.py", PACKAGE / "status.py"),
)
SPOKEN_CALLS = frozenset({"speak", "reply", "line"})


def calls(path: Path) -> list[tuple[str, set[str]]]:
    """Return the lines that a file speaks, with the slots it fills in."""
    return [
        (call.args[0].value, {word.arg or "" for word in call.keywords})
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in SPOKEN_CALLS
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    ]


def strings(path: Path) -> set[str]:
    return {
        node.value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_line_that_is_asked_for_exists() -> None:
    lines = read(CATALOGUE).books["en"].lines
    asked = [(path.name, key, given) for path in SOURCES for key, given in calls(path)]
    assert len(asked) > 12
    for name, key, given in asked:
        assert key in lines, (name, key)
        assert slots(lines[key][0]) <= given, (name, key)
    for path in SOURCES:
        for key in strings(path):
            if key.startswith(("reply.", "not_now.")) and not key.endswith("."):
                assert key in lines, (path.name, key)


def test_every_reply_is_given_by_the_ear_or_is_a_refusal() -> None:
    translations = json.loads((PACKAGE / "translations" / "en.json").read_text("utf-8"))
    known = {f"reply.{key}" for key in translations["exceptions"]}.union(*map(strings, SOURCES))
    for book in read(CATALOGUE).books.values():
        assert {key for key in book.lines if key.startswith("reply.")} <= known
