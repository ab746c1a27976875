"""The recording holds what was received, when it was received, and nothing else."""

from array import array
from pathlib import Path
import wave

import pytest

from dev.custom_components.knot_demo.audio import Clip
from dev.custom_components.knot_demo.recording import Recording, Span

RATE = 100


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        """Return the time that was set, in seconds."""
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def recording(clock: Clock) -> Recording:
    return Recording(clock, RATE)


def tone(level: int, seconds: float) -> Clip:
    return Clip(array("h", [level] * round(seconds * RATE)), RATE)


def test_a_clip_sounds_from_the_moment_it_was_received(recording: Recording, clock: Clock) -> None:
    clock.seconds += 2
    recording.receive("sat", "words", tone(7, 0.5))
    tape = recording.mix(4)
    assert list(tape[:200]) == [0] * 200
    assert list(tape[200:250]) == [7] * 50
    assert list(tape[250:]) == [0] * 150


def test_two_clips_at_once_are_heard_at_once_and_told(recording: Recording, clock: Clock) -> None:
    first = recording.receive("sat", "one", tone(7, 1))
    clock.seconds += 0.5
    second = recording.receive("speaker", "two", tone(20, 1))
    tape = recording.mix(2)
    assert [tape[25], tape[75], tape[125], tape[175]] == [7, 27, 20, 0]
    assert list(recording.overlaps()) == [(first, second)]


def test_a_clip_right_after_another_does_not_overlap_it(recording: Recording, clock: Clock) -> None:
    recording.receive("sat", "one", tone(7, 1))
    clock.seconds += 1
    recording.receive("sat", "two", tone(20, 1))
    assert not list(recording.overlaps())
    assert list(recording.mix(2)) == [7] * 100 + [20] * 100


def test_a_short_clip_inside_a_long_one_leaves_its_rest(recording: Recording, clock: Clock) -> None:
    recording.receive("sat", "long", tone(7, 3))
    clock.seconds += 1
    recording.receive("speaker", "short", tone(20, 1))
    assert [recording.mix(3)[at] for at in (50, 150, 250)] == [7, 27, 7]


def test_a_sum_too_loud_is_clipped(recording: Recording) -> None:
    recording.receive("sat", "", tone(30_000, 1))
    recording.receive("speaker", "", tone(30_000, 1))
    assert set(recording.mix(1)) == {32_767}


def test_a_clip_that_is_stopped_falls_silent(recording: Recording, clock: Clock) -> None:
    span = recording.receive("speaker", "words", tone(7, 2))
    clock.seconds += 0.5
    recording.cut(span)
    assert (span.end - span.start, len(span.samples)) == (0.5, 50)
    assert list(recording.mix(1)) == [7] * 50 + [0] * 50


def test_stopping_a_clip_that_is_over_changes_nothing(recording: Recording, clock: Clock) -> None:
    span = recording.receive("speaker", "words", tone(7, 1))
    clock.seconds += 5
    recording.cut(span)
    assert len(span.samples) == 100


def test_sound_at_another_rate_takes_as_long_and_sounds_as_high(recording: Recording) -> None:
    rising = Clip(array("h", range(0, 2 * RATE, 2)), RATE * 2)
    span = recording.receive("sat", "", rising)
    assert span.end - span.start == rising.seconds
    assert list(span.samples[:3]) == [0, 4, 8]
    assert len(span.samples) == round(rising.seconds * RATE)
    slow = recording.receive("sat", "", Clip(array("h", [0, 10, 20]), RATE // 2))
    assert list(slow.samples) == [0, 5, 10, 15, 20, 20]
    assert not recording.receive("sat", "", Clip(array("h"), RATE * 2)).samples


def test_whoever_listens_hears_of_each_clip_until_they_stop(recording: Recording) -> None:
    heard: list[Span] = []
    stop = recording.listen(heard.append)
    span = recording.receive("sat", "one", tone(7, 1))
    stop()
    recording.receive("sat", "two", tone(7, 1))
    assert heard == [span]


def test_a_restarted_tape_is_empty_and_begins_now(recording: Recording, clock: Clock) -> None:
    recording.receive("sat", "before", tone(7, 1))
    clock.seconds += 10
    recording.restart()
    assert recording.now == 0
    assert set(recording.mix(1)) == {0}


def test_the_file_is_what_was_mixed(recording: Recording, clock: Clock, tmp_path: Path) -> None:
    clock.seconds += 1
    recording.receive("sat", "words", tone(7, 1))
    recording.write(tmp_path / "session.wav", 3)
    with wave.open(str(tmp_path / "session.wav")) as file:
        assert (file.getframerate(), file.getnframes()) == (RATE, 300)
        assert file.readframes(300) == recording.mix(3).tobytes()
