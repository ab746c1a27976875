"""The timeline of a session: shown while it happens, written when it is over."""

from collections.abc import Iterator
from dataclasses import dataclass, field
import json
from pathlib import Path
import shutil
import sys
from typing import Final, TextIO

BAR: Final = 24
"""Characters of the progress bar."""
KIND: Final = 9
"""Characters of the second column."""


def clock(seconds: float) -> str:
    """Return minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened.

    `at` is in seconds from the beginning of the recording. `kind` is `you`, `coach`, `phase`,
    `pressure`, `heat`, `state` or `event`; `data` is what a program may want to know about it.
    """

    at: float
    kind: str
    text: str
    data: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Progress:
    """What the bottom line shows; seconds from the beginning of the recording."""

    begin: float | None = None
    end: float | None = None
    phase: str = ""
    pressure: int | None = None
    heat: str = ""

    def line(self, now: float, width: int) -> str:
        """Return the line for this moment, no wider than `width`."""
        parts = [clock(now)]
        if self.begin is not None and self.end is not None and self.end > self.begin:
            done = min(1.0, max(0.0, (now - self.begin) / (self.end - self.begin)))
            filled = round(done * BAR)
            parts.append("━" * filled + "╌" * (BAR - filled))
            parts.append(f"{clock(max(0.0, self.end - now))} left")
        parts.append(self.phase)
        if self.pressure is not None:
            parts.append(f"pressure {self.pressure}")
        parts.append(self.heat)
        return "  ".join(part for part in parts if part)[: width - 1]


class Timeline:
    """Collects entries and shows them; on a terminal with a line of progress below."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self.entries: list[Entry] = []
        self.progress = Progress()
        self._out = out
        self._live = out.isatty()

    def add(self, entry: Entry) -> None:
        """Take an entry up and show it."""
        self.entries.append(entry)
        self.show(_row(entry))

    def show(self, text: str = "") -> None:
        """Show a line that is no part of the timeline."""
        self._write(f"{self._erase()}{text}\n")

    def tick(self, now: float) -> None:
        """Show the progress, where there is a terminal to show it on."""
        if self._live:
            line = self.progress.line(now, shutil.get_terminal_size().columns)
            self._write(f"{self._erase()}{line}")

    def _erase(self) -> str:
        return "\r\x1b[2K" if self._live else ""

    def _write(self, text: str) -> None:
        try:
            self._out.write(text)
            self._out.flush()
        except OSError:
            # The terminal went away; the session and its files do not depend on it.
            self._live = False

    def write(self, folder: Path) -> None:
        """Write `timeline.txt` for people and `timeline.jsonl` for programs."""
        (folder / "timeline.txt").write_text("".join(f"{row}\n" for row in self._rows()))
        (folder / "timeline.jsonl").write_text(
            "".join(f"{line}\n" for line in map(_json, self._sorted()))
        )

    def _rows(self) -> Iterator[str]:
        return (_row(entry) for entry in self._sorted())

    def _sorted(self) -> list[Entry]:
        return sorted(self.entries, key=lambda entry: entry.at)


def _row(entry: Entry) -> str:
    minutes, seconds = divmod(entry.at, 60)
    return f"{int(minutes)}:{seconds:06.3f}  {entry.kind:<{KIND}} {entry.text}"


def _json(entry: Entry) -> str:
    return json.dumps({"at": entry.at, "kind": entry.kind, "text": entry.text} | entry.data)
