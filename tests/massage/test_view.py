"""What can be seen of a session."""

from dataclasses import replace
from datetime import timedelta

import pytest

from massage.areas import Side
from massage.heat_reports import HeatReady
from massage.messages import Answer, Command, NotNow, Priority, Question
from massage.phases import Length, Phase
from massage.snapshot import restore, save
from massage.states import ALLOWED, Asking, Instructing, Working
from massage.view import IDLE, Shown, lines_ahead, view
from tests.massage.stage import AREAS, BOOK, Stage, attentive, opened, stage_in


def warming() -> Stage:
    stage = opened(heat=timedelta(minutes=10))
    stage.answer(Answer.NO)
    stage.answer(Answer.YES)
    return stage


def test_nothing_and_something_ended_look_the_same() -> None:
    stage = opened(attentive, length=Length.QUICK)
    stage.run()
    assert view(None, stage.now) == view(stage.s, stage.now) == IDLE
    assert IDLE.shown is Shown.IDLE
    assert IDLE.allowed == frozenset()


def test_a_step_at_work() -> None:
    stage = stage_in(Phase.PRESS)
    stage.run(35)
    seen = view(stage.s, stage.now)
    assert stage.is_in(Working)
    assert seen.shown is Shown.ACTIVE
    assert (seen.area, seen.side, seen.length) == ("forearm", Side.LEFT, Length.STANDARD)
    assert (seen.phase, seen.step, seen.steps) == (Phase.PRESS, 6, 14)
    assert seen.instruction == "Press down with your knuckles and stay. Let the fingers hang loose."
    assert seen.pressure == 5
    assert seen.phase_ends_at == stage.state(Working).ends_at
    assert seen.allowed == ALLOWED[Working]
    assert seen.question is None
    assert seen.heat_ends_at is None


def test_what_remains_is_what_really_comes() -> None:
    """What is promised when the session begins is kept to the tenth of a second, answers apart."""
    stage = stage_in(Phase.STRETCH)
    stage.person = attentive
    promised = view(stage.s, stage.now).session_ends_at
    stage.until(lambda s: not s.live)
    assert promised is not None
    assert abs(stage.now - promised) < timedelta(seconds=0.1)


def test_a_step_that_is_still_explained_has_no_end_yet() -> None:
    stage = stage_in(Phase.BROAD, Instructing)
    seen = view(stage.s, stage.now)
    assert seen.shown is Shown.ACTIVE
    assert seen.phase_ends_at is None
    assert seen.session_ends_at is not None
    assert seen.remaining is not None
    assert seen.session_ends_at == stage.now + seen.remaining


def test_a_pause_holds_the_end_up() -> None:
    stage = stage_in(Phase.BROAD)
    stage.run(20)
    running = view(stage.s, stage.now)
    stage.obey(Command.PAUSE)
    seen = view(stage.s, stage.now)
    assert seen.shown is Shown.PAUSED
    assert seen.session_ends_at is None
    assert seen.instruction is None
    assert seen.pressure is None
    assert running.remaining is not None
    assert stage.s.step is not None
    assert seen.remaining == running.remaining + stage.s.step.speech


def test_a_question() -> None:
    seen = view(opened().s, opened().now)
    assert seen.shown is Shown.ASKING
    assert seen.question is Question.HEALTH
    assert seen.phase is Phase.CHECK_IN
    assert seen.remaining == seen.duration


def test_before_the_side_is_known() -> None:
    stage = opened(side=None)
    seen = view(stage.s, stage.now)
    assert (seen.question, seen.side, seen.step, seen.steps) == (Question.SIDE, None, None, None)
    assert seen.phase is Phase.CHECK_IN


def test_the_heat_says_when_it_ends() -> None:
    stage = warming()
    begun = stage.now
    seen = view(stage.s, stage.now)
    assert seen.shown is Shown.HEATING
    assert seen.heat_ends_at == begun + timedelta(minutes=10)
    stage.until(lambda s: isinstance(s.state, Asking))
    seen = view(stage.s, stage.now)
    assert (seen.shown, seen.question) == (Shown.ASKING, Question.SKIN)
    assert seen.heat_ends_at == begun + timedelta(minutes=10)
    stage.report(HeatReady())
    seen = view(stage.s, stage.now)
    assert (seen.shown, seen.heat_ends_at) == (Shown.HEATING, None)


@pytest.mark.parametrize("target", [5, 6])
def test_the_lines_ahead_hold_what_will_be_said(target: int) -> None:
    stage = stage_in(Phase.BROAD, target=target)
    ahead = lines_ahead(stage.s)
    assert len(set(ahead)) == len(ahead)
    assert ahead[0].key == "forearm.broad.0"
    mark = len(stage.spoken)
    stage.person = attentive
    stage.run()
    said = [say for *_, say in stage.spoken[mark:] if say.priority is not Priority.ANSWER]
    assert [say.line.key for say in said if say.line not in ahead] == ["end"]


@pytest.mark.parametrize("word", [*Command])
def test_the_lines_ahead_hold_what_is_answered_to_a_word(word: Command) -> None:
    """But for when it cannot be done, and what depends on how long it took."""
    stage = stage_in(Phase.PRESS)
    # As they were when the session began.
    ahead = lines_ahead(replace(stage.s, index=0))
    stage.run(20)
    mark = len(stage.spoken)
    try:
        stage.obey(word)
    except NotNow:
        return
    stage.run(40)
    keys = {say.line.key for *_, say in stage.spoken[mark:] if say.line not in ahead}
    assert keys <= {"end", "end_unrated"}


def test_what_ends_a_session_for_safety_is_among_the_lines_ahead() -> None:
    stage = stage_in(Phase.PRESS)
    keys = {line.key for line in lines_ahead(stage.s)}
    assert {"safety_stop_1", "safety_stop_2", "emergency_1", "emergency_2", "stopped"} <= keys


def test_an_interruption() -> None:
    stage = stage_in(Phase.PRESS)
    s = restore(save(stage.s, stage.now), AREAS, BOOK, stage.now)
    seen = view(s, stage.now)
    assert seen.shown is Shown.INTERRUPTED
    assert seen.allowed == {Command.RESUME, Command.REPEAT, Command.STOP, Command.TOO_HOT}
