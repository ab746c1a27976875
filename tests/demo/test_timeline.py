"""The timeline is shown while it grows, and can be read by people and programs."""

import io
import json
from pathlib import Path
from typing import override

from dev.house.timeline import Entry, Progress, Timeline


class Terminal(io.StringIO):
    """A terminal, as far as anybody asks."""

    @override
    def isatty(self) -> bool:
        """Say so."""
        return True


def test_an_entry_is_shown_at_once() -> None:
    out = io.StringIO()
    Timeline(out).add(Entry(83.4567, "coach", "Halfway."))
    assert out.getvalue() == "1:23.457  coach     Halfway.\n"


def test_progress_is_drawn_on_a_terminal_only() -> None:
    terminal, file = Terminal(), io.StringIO()
    for out in (terminal, file):
        Timeline(out).tick(5)
    assert "0:05" in terminal.getvalue()
    assert file.getvalue() == ""


def test_progress_tells_what_is_known() -> None:
    progress = Progress(begin=0, end=120, phase="press", pressure=4, heat="heat off 21.0 °C")
    line = progress.line(60, 200)
    assert line.startswith("1:00  ━━━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌  1:00 left  press  pressure 4  heat off")
    assert len(progress.line(60, 40)) == 39
    assert Progress().line(0, 80) == "0:00"


def test_the_files_are_in_order_of_time(tmp_path: Path) -> None:
    timeline = Timeline(io.StringIO())
    timeline.add(Entry(2, "phase", "press", {"step": 3}))
    timeline.add(Entry(1, "coach", "Halfway.", {"end": 1.5, "output": "sat"}))
    timeline.write(tmp_path)
    assert (tmp_path / "timeline.txt").read_text().splitlines() == [
        "0:01.000  coach     Halfway.",
        "0:02.000  phase     press",
    ]
    first, second = map(json.loads, (tmp_path / "timeline.jsonl").read_text().splitlines())
    assert first == {"at": 1, "kind": "coach", "text": "Halfway.", "end": 1.5, "output": "sat"}
    assert second["step"] == 3


class Unplugged(Terminal):
    """A terminal whose window was closed."""

    @override
    def write(self, _: str) -> int:
        """Fail."""
        raise BrokenPipeError


def test_a_terminal_that_goes_away_stops_nothing() -> None:
    timeline = Timeline(Unplugged())
    timeline.add(Entry(1, "coach", "Halfway."))
    timeline.tick(2)
    assert len(timeline.entries) == 1
