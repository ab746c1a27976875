"""Measurements that tests make, printed as tables at the end of a run.

    def test_a_hold(figures: Figures) -> None:
        figures.row("Holds", output="satellite", late=0.01)

Works with several workers too: what was measured travels with the report of its test. Needs no Home
Assistant.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pytest

NAME: Final = "figures"

type Row = Mapping[str, Any]


class Figures:
    """Takes what one test measures."""

    def __init__(self, node: pytest.Item) -> None:
        """Measure for this test."""
        self._node = node

    def row(self, table: str, **columns: str | float) -> None:
        """Add a row to a table; the first row of a table says in which order its columns come."""
        plain = {name: _plain(value) for name, value in columns.items()}
        self._node.user_properties.append((NAME, {"table": table, "columns": plain}))


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """Print what this test measures at the end of the run."""
    return Figures(request.node)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables."""
    tables: dict[str, list[Row]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) != "call":
                continue
            for name, value in report.user_properties:
                if name == NAME:
                    tables.setdefault(value["table"], []).append(value["columns"])
    for title, rows in tables.items():
        terminalreporter.write_sep("-", title)
        for line in table(sorted(rows, key=lambda row: str(next(iter(row.values()))))):
            terminalreporter.write_line(line)


def table(rows: Iterable[Row]) -> list[str]:
    """Set rows in columns, words to the left and numbers to the right."""
    rows = list(rows)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    texts = [[_text(row.get(name, "")) for name in columns] for row in rows]
    right = [all(isinstance(row.get(name, 0.0), int | float) for row in rows) for name in columns]
    widths = [max(map(len, column)) for column in zip(columns, *texts, strict=True)]
    return [
        "  ".join(
            text.rjust(width) if is_right else text.ljust(width)
            for text, width, is_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in [columns, *texts]
    ]


def _plain(value: str | float) -> str | float:
    """Return a value without a type of its own: only such ones travel from one process to another."""
    match value:
        case str():
            return str(value)
        case int():
            return int(value)
        case _:
            return float(value)


def _text(value: str | float) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
