"""What a session makes of lines that went wrong: unseen, cut off, failed, begun anew elsewhere."""

from datetime import timedelta

import pytest

from massage.heat_reports import HeatOn
from massage.messages import (
    Answer,
    Begun,
    Command,
    Question,
    SpeechCut,
    SpeechFailed,
    Spoken,
    StopWord,
    Tier,
)
from massage.outcomes import PauseReason
from massage.phases import Phase
from massage.pressure import Ramp
from massage.states import Asking, Ended, Instructing, Paused, Session, Working
from massage.waits import HELD, WAIT_LIMIT
from tests.massage.stage import Stage, opened, stage_in

MOMENT = timedelta(seconds=1)


def ramp_of(s: Session) -> Ramp:
    assert isinstance(s.state, Working)
    assert s.state.ramp is not None
    return s.state.ramp


def climbing() -> Stage:
    """A press whose next step up has just begun to be spoken."""
    stage = stage_in(Phase.PRESS)
    stage.until(lambda s: ramp_of(s).cue is not None)
    return stage


def asked(question: Question) -> Stage:
    """A session that has just asked, with the question still in the air."""
    stage = opened(heat=timedelta(minutes=10))
    if question is Question.HEALTH:
        return stage
    stage.answer(Answer.NO)
    if question is Question.HEAT:
        return stage
    stage.answer(Answer.YES)
    stage.report(HeatOn())
    stage.until(lambda s: isinstance(s.state, Asking))
    return stage


def in_the_air(stage: Stage) -> int:
    """The id of the question that has not been heard to its end."""
    awaited = stage.state(Asking).awaited
    assert awaited is not None
    return awaited


# A level rises on what was heard


def test_a_step_up_whose_end_nobody_saw_is_dropped() -> None:
    stage = climbing()
    cue = ramp_of(stage.s).cue
    assert cue is not None
    stage.report(Spoken(cue, seen=False))
    assert stage.s.level == 2
    assert ramp_of(stage.s).cue is None
    assert ramp_of(stage.s).rises_at is None


def test_a_step_up_that_was_dropped_is_said_again_and_rises_when_it_is_heard() -> None:
    stage = climbing()
    cue = ramp_of(stage.s).cue
    assert cue is not None
    mark = len(stage.log)
    stage.report(Spoken(cue, seen=False))
    stage.mute = True
    stage.until(lambda s: ramp_of(s).cue is not None)
    assert "l3" in stage.said(mark)
    again = ramp_of(stage.s).cue
    assert again not in (None, cue)
    stage.mute = False
    stage.until(lambda s: s.level == 3)


def test_an_instruction_whose_end_nobody_saw_starts_the_clock_all_the_same() -> None:
    """It may have been heard, and nobody is kept on a spot for longer than was said."""
    stage = stage_in(Phase.PRESS, Instructing)
    stage.report(Spoken(stage.state(Instructing).awaited, seen=False))
    assert stage.state(Working).since == stage.now


# Somebody spoke over it, or its output failed


def test_an_output_that_failed_gives_the_next_time_and_freezes_nothing() -> None:
    stage = stage_in(Phase.PRESS, Instructing)
    awaited = stage.state(Instructing).awaited
    stage.report(Begun(awaited, 4.0))
    goal, before = stage.s.goal, stage.state(Instructing).give_up_at
    stage.report(SpeechCut(awaited, by_person=False))
    assert stage.s.goal == goal > stage.s.level
    assert stage.state(Instructing).awaited == awaited
    assert stage.state(Instructing).give_up_at > max(before, stage.now + HELD + WAIT_LIMIT)
    stage.report(Spoken(awaited))
    stage.until(lambda s: s.level == 3)


def test_an_output_that_failed_in_the_middle_of_the_work_changes_nothing() -> None:
    stage = climbing()
    cue, before = ramp_of(stage.s).cue, stage.s
    assert cue is not None
    stage.report(SpeechCut(cue, by_person=False))
    assert stage.s == before


def test_a_person_who_speaks_over_an_instruction_freezes_the_level() -> None:
    stage = stage_in(Phase.PRESS, Instructing)
    awaited = stage.state(Instructing).awaited
    stage.report(SpeechCut(awaited))
    assert stage.s.goal == stage.s.level
    stage.report(Spoken(awaited))
    stage.run(40)
    assert stage.s.level == 2


@pytest.mark.parametrize("by_person", [True, False])
@pytest.mark.parametrize("question", [Question.HEALTH, Question.HEAT])
def test_a_question_that_is_asked_once_more_is_waited_for(
    question: Question, *, by_person: bool
) -> None:
    stage = asked(question)
    stage.report(Begun(in_the_air(stage)))
    before = stage.state(Asking).give_up_at
    stage.now = before - MOMENT
    stage.report(SpeechCut(in_the_air(stage), by_person=by_person))
    assert stage.state(Asking).give_up_at > stage.now + HELD + WAIT_LIMIT
    assert stage.state(Asking).question is question


def test_a_cut_never_takes_time_away() -> None:
    stage = asked(Question.HEALTH)
    number = in_the_air(stage)
    stage.report(SpeechCut(number))
    later = stage.state(Asking).give_up_at
    stage.now -= timedelta(minutes=1)
    stage.report(SpeechCut(number))
    assert stage.state(Asking).give_up_at == later


def test_a_cut_means_nothing_where_no_line_is_waited_for() -> None:
    stage = stage_in(Phase.PRESS)
    stage.obey(Command.PAUSE)
    before = stage.s
    stage.report(SpeechCut(before.next_id - 1))
    stage.report(Spoken(before.next_id - 1))
    stage.report(Begun(before.next_id - 1))
    assert stage.s == before


# Heat goes on behind a skin check, so that nothing makes it longer


@pytest.mark.parametrize("by_person", [True, False])
def test_a_skin_check_that_was_cut_is_given_no_more_time(*, by_person: bool) -> None:
    stage = asked(Question.SKIN)
    number, before = in_the_air(stage), stage.state(Asking)
    assert before.heating is not None
    stage.now += MOMENT
    stage.report(SpeechCut(number, by_person=by_person))
    assert stage.state(Asking) == before


@pytest.mark.parametrize("seen", [True, False])
@pytest.mark.parametrize("late", [0.0, 5.0, 20.0])
def test_a_skin_check_that_was_heard_late_ends_no_later(late: float, *, seen: bool) -> None:
    stage = asked(Question.SKIN)
    number, before = in_the_air(stage), stage.state(Asking).give_up_at
    stage.now += timedelta(seconds=late)
    stage.report(Spoken(number, seen=seen))
    assert stage.state(Asking).awaited is None
    assert stage.now < stage.state(Asking).give_up_at <= before


def test_any_other_question_is_answered_from_its_last_word_on() -> None:
    stage = asked(Question.HEALTH)
    before = stage.state(Asking).give_up_at
    stage.now = before - MOMENT
    stage.report(Spoken(in_the_air(stage)))
    assert stage.state(Asking).give_up_at > before


# Nobody can be spoken to


def test_whoever_cannot_be_spoken_to_does_not_press() -> None:
    stage = climbing()
    stage.report(SpeechFailed(stage.s.next_id - 1))
    assert stage.state(Paused).reason is PauseReason.SILENT
    assert stage.s.level == 0


def test_a_failure_says_nothing_new_in_a_pause_or_behind_the_end() -> None:
    stage = climbing()
    stage.obey(Command.PAUSE)
    before = stage.s
    stage.report(SpeechFailed(before.next_id - 1))
    assert stage.s == before
    stage.report(StopWord(Tier.A, certain=True, phrase="chest pain"))
    ended = stage.s
    assert isinstance(ended.state, Ended)
    stage.report(SpeechFailed(ended.next_id - 1))
    assert stage.s == ended
