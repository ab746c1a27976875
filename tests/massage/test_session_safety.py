"""Stop words: stopping is cheap, locking is not (massage.md §4.3, §4.8)."""

from datetime import timedelta

import pytest

from massage.messages import (
    Answer,
    Command,
    Event,
    Hush,
    Lock,
    NoAnswer,
    NotNow,
    Priority,
    Question,
    Say,
    StopWord,
    Tier,
)
from massage.outcomes import Outcome, PauseReason
from massage.phases import Phase
from massage.states import Asking, Ended, Instructing, Paused, Working
from tests.massage.stage import Stage, attentive, opened, stage_in

SURE_A = StopWord(Tier.A, certain=True, phrase="chest pain")
SURE_B = StopWord(Tier.B, certain=True, phrase="gone numb")
UNSURE_A = StopWord(Tier.A, certain=False, phrase="chest pain")
UNSURE_B = StopWord(Tier.B, certain=False, phrase="numb")


def pressed() -> Stage:
    stage = stage_in(Phase.PRESS)
    stage.until(lambda s: s.level == 4)
    return stage


def lock(stage: Stage) -> Lock:
    (found,) = [effect for _, effect in stage.log if isinstance(effect, Lock)]
    return found


def question(stage: Stage) -> Question:
    return stage.state(Asking).question


def test_an_emergency_ends_everything_for_a_day() -> None:
    stage = pressed()
    stage.report(SURE_A)
    assert stage.s.state == Ended(Outcome.EMERGENCY)
    assert stage.s.level == 0
    assert stage.said()[-2:] == ["emergency_1", "emergency_2"]
    assert lock(stage) == Lock(stage.now, Tier.A, stage.now + timedelta(hours=24), heat=True)
    (told,) = stage.told(Event.EMERGENCY_PHRASE)
    assert told.data["phrase"] == "chest pain"


def test_a_stop_closes_the_area_for_two_days() -> None:
    stage = pressed()
    stage.report(SURE_B)
    assert stage.s.state == Ended(Outcome.STOPPED_SAFETY)
    assert stage.said()[-2:] == ["safety_stop_1", "safety_stop_2"]
    assert lock(stage) == Lock(stage.now, Tier.B, stage.now + timedelta(hours=48), area="forearm")
    assert stage.told(Event.SAFETY_STOP)[0].data["phrase"] == "gone numb"


def test_safety_lines_come_first_and_never_go_stale() -> None:
    stage = pressed()
    mark = len(stage.log)
    stage.report(SURE_A)
    said = [effect for _, effect in stage.log[mark:] if isinstance(effect, Say)]
    assert {(one.priority, one.stale) for one in said} == {(Priority.SAFETY, None)}
    assert isinstance(stage.log[mark + 1][1], Hush)


@pytest.mark.parametrize("word", [UNSURE_A, UNSURE_B])
def test_a_word_that_may_mean_nothing_eases_off_and_asks(word: StopWord) -> None:
    stage = pressed()
    stage.report(word)
    assert question(stage) is Question.WRONG
    assert stage.s.level == 0
    assert stage.s.hands_since is None
    before = stage.s
    stage.report(word)
    assert stage.s == before


@pytest.mark.parametrize("answer", [Answer.YES, Answer.UNSURE])
def test_yes_locks_as_a_stop(answer: Answer) -> None:
    stage = pressed()
    stage.report(UNSURE_B)
    stage.answer(answer)
    assert stage.s.state == Ended(Outcome.STOPPED_SAFETY)
    assert lock(stage).tier is Tier.B


@pytest.mark.parametrize("answer", [Answer.YES, Answer.UNSURE])
@pytest.mark.parametrize("words", [(UNSURE_A,), (UNSURE_A, UNSURE_B), (UNSURE_B, UNSURE_A)])
def test_yes_to_words_of_an_emergency_is_one(words: tuple[StopWord, ...], answer: Answer) -> None:
    stage = pressed()
    for word in words:
        stage.report(word)
    stage.answer(answer)
    assert stage.s.state == Ended(Outcome.EMERGENCY)
    assert stage.said()[-2:] == ["emergency_1", "emergency_2"]
    assert lock(stage).tier is Tier.A
    assert stage.told(Event.EMERGENCY_PHRASE)[0].data["phrase"] == "yes"
    assert stage.s.notes.phrase == words[0].phrase


def test_an_emergency_that_was_none_is_no_ground_for_another() -> None:
    stage = pressed()
    stage.report(UNSURE_A)
    stage.answer(Answer.NO)
    stage.report(UNSURE_B)
    stage.answer(Answer.YES)
    assert stage.s.state == Ended(Outcome.STOPPED_SAFETY)


@pytest.mark.parametrize("word", [UNSURE_A, UNSURE_B])
def test_silence_locks_as_a_stop(word: StopWord) -> None:
    stage = pressed()
    stage.report(word)
    stage.run(30)
    assert stage.s.state == Ended(Outcome.STOPPED_SAFETY)
    assert stage.told(Event.SAFETY_STOP)[0].data["phrase"] == "no answer"


def test_no_goes_on_one_level_lighter() -> None:
    stage = pressed()
    stage.report(UNSURE_B)
    stage.answer(Answer.NO)
    assert stage.is_in(Instructing)
    assert stage.s.level == 2
    assert stage.s.goal == 4
    assert "wrong_no" in stage.said()


def test_a_machine_cannot_say_no() -> None:
    stage = pressed()
    stage.report(UNSURE_B)
    stage.answer(Answer.NO, person=False)
    assert question(stage) is Question.WRONG


def test_something_sure_while_it_is_asked() -> None:
    stage = pressed()
    stage.report(UNSURE_B)
    stage.report(SURE_A)
    assert stage.s.state == Ended(Outcome.EMERGENCY)


@pytest.mark.parametrize("answer", [Answer.NO, Answer.YES, Answer.UNSURE])
def test_an_ache_that_is_not_dull_stops(answer: Answer) -> None:
    stage = pressed()
    stage.obey(Command.ACHES_ELSEWHERE)
    stage.answer(answer)
    assert stage.s.state == Ended(Outcome.STOPPED_SAFETY)


def test_an_ache_without_an_answer_stops() -> None:
    stage = pressed()
    stage.obey(Command.ACHES_ELSEWHERE)
    stage.report(NoAnswer())
    assert stage.s.state == Ended(Outcome.STOPPED_SAFETY)


@pytest.mark.parametrize("word", [SURE_A, UNSURE_A])
def test_after_the_end_words_belong_to_the_assistant(word: StopWord) -> None:
    stage = pressed()
    stage.obey(Command.STOP)
    before = stage.s
    stage.report(word)
    assert stage.s == before


def test_a_pause_is_no_way_round_the_question() -> None:
    stage = pressed()
    stage.report(UNSURE_B)
    stage.obey(Command.PAUSE)
    for wish in (Command.NEXT, Command.PREVIOUS, Command.WRAP_UP):
        with pytest.raises(NotNow, match="asking"):
            stage.obey(wish)
    stage.obey(Command.RESUME)
    assert question(stage) is Question.WRONG


def test_a_pause_that_runs_out_over_the_question_is_silence() -> None:
    stage = pressed()
    stage.report(UNSURE_B)
    stage.obey(Command.PAUSE)
    stage.run(301)
    assert stage.s.state == Ended(Outcome.STOPPED_SAFETY)


def test_no_does_not_end_a_pause() -> None:
    stage = pressed()
    stage.obey(Command.PAUSE)
    stage.report(UNSURE_B)
    assert question(stage) is Question.WRONG
    stage.answer(Answer.NO)
    assert stage.state(Paused).reason is PauseReason.ASKED
    stage.obey(Command.RESUME)
    assert stage.s.level == 2


def test_the_same_question_is_not_asked_twice_over() -> None:
    stage = pressed()
    stage.report(UNSURE_B)
    stage.obey(Command.PAUSE)
    stage.report(UNSURE_B)
    stage.answer(Answer.NO)
    stage.obey(Command.RESUME)
    assert stage.is_in(Instructing)


def test_a_word_among_the_first_questions() -> None:
    stage = opened()
    stage.report(UNSURE_B)
    stage.answer(Answer.NO)
    assert question(stage) is Question.HEALTH


def test_a_word_over_another_question() -> None:
    stage = pressed()
    stage.obey(Command.ACHES_ELSEWHERE)
    stage.report(UNSURE_B)
    assert question(stage) is Question.WRONG
    stage.answer(Answer.NO)
    assert question(stage) is Question.ACHE


def test_stop_ends_without_a_lock() -> None:
    stage = pressed()
    stage.obey(Command.STOP)
    assert stage.s.state == Ended(Outcome.STOPPED)
    assert stage.said()[-1] == "stopped"
    assert stage.count(Lock) == 0
    with pytest.raises(NotNow, match="ended"):
        stage.obey(Command.STOP)


def test_the_answer_takes_up_the_step_where_it_was() -> None:
    stage = stage_in(Phase.STRETCH)
    stage.run(20)
    stage.report(UNSURE_B)
    stage.run(5)
    stage.answer(Answer.NO)
    stage.person = attentive
    stage.until(lambda s: isinstance(s.state, Working))
    assert stage.state(Working).ends_at - stage.now == timedelta(seconds=40)
