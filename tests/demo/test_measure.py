"""The measurement finds what is wrong with a recorded session, and nothing in a good one."""

from array import array
from collections.abc import Callable
import json
from pathlib import Path
from typing import Any
import wave

import pytest

from dev.house.measure import measure

RATE = 1000
TONE = 5000


def session(phase: str, at: float, state: str = "active") -> dict[str, Any]:
    return {"at": at, "kind": "session", "state": state, "phase": phase, "length": "quick"}


def line(at: float, end: float) -> dict[str, Any]:
    return {"at": at, "kind": "coach", "text": f"at {at}", "end": end}


def hold(at: float, planned: float) -> dict[str, Any]:
    return {"at": at, "kind": "hold", "planned": planned, "ends": at + planned}


def good() -> list[dict[str, Any]]:
    return [
        session("press", 1),
        line(1, 4),
        hold(4.02, 60),
        line(20, 21),
        session("ease_off", 64.02),
        line(64.05, 66),
        hold(66.01, 10),
        session("", 76.01, state="idle"),
    ]


type Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a session; `heard` are the moments of sound, those of the timeline if not given."""

    def write(
        entries: list[dict[str, Any]], heard: list[tuple[float, float]] | None = None
    ) -> Path:
        (tmp_path / "timeline.jsonl").write_text("\n".join(map(json.dumps, entries)))
        tape = array("h", bytes(2 * RATE * 80))
        if heard is None:
            heard = [(e["at"], e["end"]) for e in entries if e["kind"] == "coach"]
        for start, end in heard:
            for at in range(round(start * RATE), round(end * RATE)):
                tape[at] = TONE
        with wave.open(str(tmp_path / "session.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(tape.tobytes())
        return tmp_path

    return write


def test_a_good_session_has_no_problems(write: Write) -> None:
    measured = measure(write(good()))
    assert measured.problems == ()
    assert measured.lines == 3
    press, ease_off = measured.holds
    assert (press.lag, press.kept) == pytest.approx((0.02, 60.02))
    assert (ease_off.lag, ease_off.kept) == pytest.approx((0.01, 10.01))
    assert "2 holds, at most 0.020 s" in measured.summary


def test_a_line_that_was_not_heard_is_found(write: Write) -> None:
    (problem,) = measure(write(good(), [(1, 4), (64.05, 66)])).problems
    assert "nothing is heard of “at 20”" in problem


def test_a_line_that_broke_off_is_found(write: Write) -> None:
    problems = measure(write(good(), [(1, 4), (20, 20.5), (64.05, 66)])).problems
    assert any("ends before its time" in problem for problem in problems)


def test_sound_in_a_hold_is_found(write: Write) -> None:
    (problem,) = measure(write(good(), [(1, 4), (20, 21), (40, 41), (64.05, 66)])).problems
    assert "something is heard between 0:21 and 1:04" in problem


def test_two_lines_at_once_are_found(write: Write) -> None:
    entries = good()
    entries[3] = line(3, 5)
    assert any("begins before" in problem for problem in measure(write(entries)).problems)


@pytest.mark.parametrize("late", [0.2, -0.2])
def test_a_hold_of_the_wrong_length_is_found(write: Write, late: float) -> None:
    entries = good()
    entries[4] = session("ease_off", 64.02 + late)
    entries[5] = line(64.25, 66)
    (problem,) = measure(write(entries)).problems
    assert problem.startswith("press: 60.0 s planned")


def test_a_hold_that_begins_too_long_after_the_words_is_found(write: Write) -> None:
    entries = good()
    entries[2] = hold(4.3, 59.72)
    assert any("0.300 s after" in problem for problem in measure(write(entries)).problems)


def test_a_plan_that_is_not_the_books_is_found(write: Write) -> None:
    entries = good()
    entries[6] = hold(66.01, 12)
    entries[7] = session("", 78.01, state="idle")
    (problem,) = measure(write(entries)).problems
    assert problem == "ease_off: 12.0 s planned, 10 s in the table"


def test_a_hold_may_be_ended_by_what_is_said(write: Write) -> None:
    entries = good()
    entries[4:6] = [
        {"at": 44, "kind": "you", "text": "it released"},
        session("release_hold", 45),
        line(46, 48),
    ]
    entries[7:] = [session("", 76.01, state="idle")]
    entries[6] = session("ease_off", 64)
    measured = measure(write([*entries[:7], line(64.05, 66), hold(66.01, 10), *entries[7:]]))
    assert measured.problems == ()
    assert measured.holds[0].cut


def test_a_session_without_holds_is_no_session(write: Write) -> None:
    assert measure(write([line(1, 2)])).problems == ("no hold was found",)
