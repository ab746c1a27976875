"""Measures a recorded session: speech where the timeline says, silence elsewhere, holds kept.

    python -m dev.house.measure FOLDER

The sound is the witness for when somebody spoke, the session sensor for when a step began and how
long it was planned to be, and the table below for how long it should be.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
import json
from pathlib import Path
import sys
from typing import Any, Final
import wave

from .timeline import clock

TOLERANCE: Final = 0.1
"""Seconds by which a hold may differ from its plan, measured from the end of speech."""
LOUD: Final = 1000
"""A sample that nobody could miss."""
AUDIBLE: Final = 250
"""A sample that still belongs to a word."""
EDGE: Final = 0.002
"""Seconds of rounding where a clip begins and ends."""
PLANNED: Final = {
    "quick": {
        "check_in": 15,
        "breathe": 20,
        "locate": 25,
        "broad": 30,
        "press": 60,
        "release_hold": 20,
        "ease_off": 10,
        "stretch": 25,
        "aftercare": 30,
    },
    "standard": {
        "check_in": 20,
        "warm_up": 60,
        "breathe": 30,
        "locate": 40,
        "broad": 60,
        "press": 60,
        "release_hold": 25,
        "ease_off": 20,
        "cross_fiber": 30,
        "stretch": 60,
        "aftercare": 40,
    },
    "deep": {
        "check_in": 20,
        "warm_up": 120,
        "breathe": 60,
        "locate": 45,
        "broad": 90,
        "press": 60,
        "release_hold": 25,
        "ease_off": 20,
        "cross_fiber": 40,
        "tool": 60,
        "stretch": 95,
        "aftercare": 60,
    },
}
"""Seconds of one round of each phase (massage.md §2.1)."""


@dataclass(frozen=True, slots=True)
class Tape:
    """The recording."""

    samples: array[int]
    rate: int

    def part(self, start: float, end: float) -> array[int]:
        """Return what sounds between two moments."""
        return self.samples[max(0, round(start * self.rate)) : max(0, round(end * self.rate))]

    def end_of_speech(self, start: float, end: float) -> float:
        """Return when the last audible sample between two moments sounds; `start` if none does."""
        part = self.part(start, end)
        for back, sample in enumerate(reversed(part)):
            if abs(sample) > AUDIBLE:
                return start + (len(part) - back) / self.rate
        return start


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold as it was: all in seconds."""

    phase: str
    length: str
    planned: float
    lag: float
    """From the end of speech to the beginning of the hold."""
    kept: float
    """From the end of speech to the next step."""
    cut: bool
    """Something was said that ended it early."""

    @property
    def error(self) -> float:
        """How far the hold was from its plan, counted from the end of speech."""
        return abs(self.lag) if self.cut else max(abs(self.lag), abs(self.kept - self.planned))


@dataclass(frozen=True, slots=True)
class Measured:
    """What a session was found to be."""

    lines: int
    holds: tuple[Hold, ...]
    problems: tuple[str, ...]

    @property
    def summary(self) -> str:
        """One line for a person."""
        worst = max((hold.error for hold in self.holds), default=0.0)
        return (
            f"{self.lines} lines heard where the timeline has them, silence between them; "
            f"{len(self.holds)} holds, at most {worst:.3f} s from their plan"
        )


def measure(folder: Path) -> Measured:
    """Measure the session whose files are in a folder. Raises OSError if they are not there."""
    entries = [json.loads(line) for line in (folder / "timeline.jsonl").read_text().splitlines()]
    with wave.open(str(folder / "session.wav")) as file:
        tape = Tape(array("h", file.readframes(file.getnframes())), file.getframerate())
    spoken = [entry for entry in entries if entry["kind"] == "coach"]
    holds = tuple(_holds(tape, entries, spoken))
    problems = (*_speech(tape, spoken), *_silence(tape, spoken), *_plans(holds))
    if not holds:
        problems += ("no hold was found",)
    return Measured(len(spoken), holds, problems)


def _speech(tape: Tape, spoken: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what the timeline has and nobody could hear."""
    for line in spoken:
        part = tape.part(line["at"], line["end"])
        if max(map(abs, part), default=0) < LOUD:
            yield f"{clock(line['at'])} nothing is heard of “{line['text']}”"
        elif line["end"] - tape.end_of_speech(line["at"], line["end"]) > TOLERANCE:
            yield f"{clock(line['at'])} “{line['text']}” ends before its time"


def _silence(tape: Tape, spoken: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what is heard and the timeline does not have, and what is heard at once."""
    until = 0.0
    for line in [*spoken, {"at": len(tape.samples) / tape.rate, "end": 0.0, "text": "the end"}]:
        if line["at"] < until - EDGE:
            yield f"{clock(line['at'])} “{line['text']}” begins before another line has ended"
        elif any(tape.part(until + EDGE, line["at"] - EDGE)):
            yield f"something is heard between {clock(until)} and {clock(line['at'])}"
        until = max(until, line["end"])


def _holds(
    tape: Tape, entries: list[dict[str, Any]], spoken: list[dict[str, Any]]
) -> Iterator[Hold]:
    step: dict[str, Any] = {}
    for index, entry in enumerate(entries):
        if entry["kind"] == "session":
            step = entry
        if entry["kind"] != "hold" or "planned" not in entry or step.get("state") != "active":
            continue
        began, ends = entry["at"], entry["ends"]
        later = entries[index + 1 :]
        over = next((e["at"] for e in later if e["kind"] == "session"), None)
        before = [line for line in spoken if line["at"] < began]
        if over is None or not before:
            continue
        speech = tape.end_of_speech(before[-1]["at"], before[-1]["end"])
        said = any(e["kind"] == "you" and e["at"] < over for e in later)
        yield Hold(
            phase=step["phase"],
            length=step["length"],
            planned=entry["planned"],
            lag=began - speech,
            kept=over - speech,
            cut=said and over < ends - TOLERANCE,
        )


def _plans(holds: tuple[Hold, ...]) -> Iterator[str]:
    for hold in holds:
        if hold.error > TOLERANCE:
            yield (
                f"{hold.phase}: {hold.planned:.1f} s planned, {hold.kept:.3f} s kept, "
                f"begun {hold.lag:.3f} s after the end of speech"
            )
        should = PLANNED.get(hold.length, {}).get(hold.phase)
        if should is None or abs(hold.planned - should) > TOLERANCE:
            yield f"{hold.phase}: {hold.planned:.1f} s planned, {should} s in the table"


def main() -> int:
    """Print what is found in the folder that is named on the command line."""
    measured = measure(Path(sys.argv[1]))
    for hold in measured.holds:
        note = " (ended by what was said)" if hold.cut else ""
        print(
            f"{hold.phase:<13} planned {hold.planned:7.3f} s  kept {hold.kept:7.3f} s  "
            f"begun {hold.lag:+.3f} s after the end of speech{note}"
        )
    print(measured.summary)
    for problem in measured.problems:
        print(f"Problem: {problem}")
    return 1 if measured.problems else 0


if __name__ == "__main__":
    sys.exit(main())
