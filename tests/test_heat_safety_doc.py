"""docs/heat-safety.md keeps its word: every hazard has tests, and every test of a fault has a hazard."""

import ast
from pathlib import Path
import re

import pytest

ROOT = Path(__file__).parents[1]
DOC = ROOT / "docs" / "heat-safety.md"
HEADER = "| hazard | cause | measure | tests |"
LINK = re.compile(r"`(?P<file>tests/[\w/]+\.py)::(?P<test>test_\w+)(?:\[(?P<case>[^\]`]+)\])?`")
MATRIX, KILL = "tests/test_heat_matrix.py", "tests/test_heat_kill.py"


def rows() -> list[str]:
    """Every line of the hazard tables."""
    found, inside = list[str](), False
    for line in DOC.read_text(encoding="utf-8").splitlines():
        inside = line == HEADER or (inside and line.startswith("|"))
        if inside and line != HEADER and not line.startswith("|---"):
            found.append(line)
    return found


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"), file)


def names_in(file: str) -> set[str]:
    """The tests that a file defines."""
    return {
        node.name
        for node in ast.walk(tree(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    }


def cases() -> set[str]:
    """The names in the table of faults."""
    for node in tree(MATRIX).body:
        match node:
            case ast.Assign(targets=[ast.Name(id="FAULTS")], value=ast.Dict(keys=keys)):
                return {key.value for key in keys if isinstance(key, ast.Constant)}  # type: ignore[misc]
    raise LookupError("FAULTS")


def links() -> list[tuple[str, str, str | None]]:
    return [(link["file"], link["test"], link["case"]) for link in LINK.finditer("\n".join(rows()))]


def test_there_are_hazards() -> None:
    assert len(rows()) > 30


@pytest.mark.parametrize("row", rows(), ids=lambda row: cells(row)[0])
def test_each_hazard_is_measured_against_and_tried(row: str) -> None:
    hazard, cause, measure, tests = cells(row)
    assert hazard
    assert cause
    assert measure
    # Nothing but links, so that none is overlooked for a slip of the pen.
    assert LINK.sub("", tests).replace(",", "").strip() == ""
    found = list(LINK.finditer(tests))
    assert found
    for link in found:
        assert link["test"] in names_in(link["file"])
        assert link["case"] is None or (link["file"] == MATRIX and link["case"] in cases())


@pytest.mark.parametrize("file", [MATRIX, KILL])
def test_each_test_of_a_fault_stands_for_a_hazard(file: str) -> None:
    assert {test for name, test, _ in links() if name == file} == names_in(file)


def test_each_fault_stands_for_a_hazard() -> None:
    assert {case for name, _, case in links() if name == MATRIX} == cases()
