"""The questions before anything is pressed: silence and yes start nothing (massage.md §4.1, §4.8)."""

from dataclasses import replace

import pytest

from massage.areas import Consequence, Gate, Side
from massage.messages import (
    Answer,
    Answered,
    Begun,
    Event,
    NoAnswer,
    Question,
    Rated,
    Say,
    SpeechCut,
    Spoken,
)
from massage.phases import Phase
from massage.plan import compile_plan
from massage.states import Asking, Ended, Instructing, Outcome
from tests.massage.stage import BOOK, Stage, attentive, opened, order, stage_in

GATED = replace(
    BOOK,
    areas={**BOOK.areas, "forearm": {**BOOK.areas["forearm"], "gate": ("Any swelling there?",)}},
)


GATE = Gate(opens_on_yes=False, otherwise=Consequence.LEG)


def gated() -> Stage:
    """A session on an area with a question of its own."""
    plain = order(book=GATED)
    return Stage(compile_plan(replace(plain, area=replace(plain.area, gate=GATE))))


def hear(stage: Stage) -> None:
    """Let the question be spoken to its end."""
    stage.until(lambda s: isinstance(s.state, Asking) and s.state.awaited is None)


def asked(stage: Stage) -> Question:
    return stage.state(Asking).question


def outcome(stage: Stage) -> Outcome:
    assert stage.s.notes.peak == 0
    assert not stage.s.pressed
    return stage.state(Ended).outcome


def test_the_first_words_say_how_long_and_how_to_stop() -> None:
    stage = opened()
    assert stage.said() == ["intro", "intro_wake", "health"]
    assert "eleven minutes" in stage.spoken_text(0)
    assert [tell.event for tell in stage.told(Event.STARTED)] == ["started"]


def test_silence_twice_ends_unstarted() -> None:
    stage = opened()
    stage.run()
    assert outcome(stage) is Outcome.UNANSWERED
    assert stage.said() == ["intro", "intro_wake", "health", "health", "no_answer_end"]


def test_an_ear_that_hears_nothing_counts_as_silence() -> None:
    stage = opened()
    stage.report(NoAnswer())
    assert asked(stage) is Question.HEALTH
    stage.report(NoAnswer())
    assert outcome(stage) is Outcome.UNANSWERED


def test_no_answer_means_nothing_while_nothing_is_asked() -> None:
    stage = stage_in(Phase.BROAD)
    before = stage.s
    stage.report(NoAnswer())
    assert stage.s == before


@pytest.mark.parametrize("answer", [Answer.YES, Answer.UNSURE])
def test_yes_and_not_sure_start_nothing(answer: Answer) -> None:
    stage = opened()
    stage.answer(answer)
    assert outcome(stage) is Outcome.REFUSED
    assert stage.said()[-1] == "refused_health"


def test_no_begins_with_the_check_in() -> None:
    stage = opened()
    stage.answer(Answer.NO)
    assert stage.is_in(Instructing)
    assert stage.s.step is not None
    assert stage.s.step.phase is Phase.CHECK_IN


def test_the_gate_of_the_area_is_asked_first() -> None:
    stage = gated()
    assert asked(stage) is Question.GATE
    assert stage.said()[-1] == "forearm.gate.0"
    stage.answer(Answer.UNSURE)
    assert outcome(stage) is Outcome.REFUSED
    assert stage.said()[-1] == "refused_gate"


def test_a_gate_that_meets_silence_is_closed() -> None:
    stage = gated()
    stage.answer(Answer.NO)
    stage.run()
    assert outcome(stage) is Outcome.UNANSWERED


@pytest.mark.parametrize("answer", [Answer.NO, Answer.YES])
def test_nobody_answers_what_they_have_not_heard(answer: Answer) -> None:
    """What opens a gate needs a question; what closes it is taken at any time."""
    stage = opened()
    stage.report(Answered(answer))
    assert stage.s.live is (answer is Answer.NO)
    if stage.s.live:
        assert asked(stage) is Question.HEALTH
        stage.report(Begun(stage.s.next_id - 1))
        stage.report(Answered(answer))
        assert stage.is_in(Instructing)


def test_a_no_to_one_question_is_none_to_the_next() -> None:
    stage = gated()
    hear(stage)
    stage.report(Answered(Answer.NO))
    stage.report(Answered(Answer.NO))
    assert asked(stage) is Question.HEALTH


def test_a_machine_answers_no_gate() -> None:
    stage = gated()
    hear(stage)
    before = stage.s
    stage.answer(Answer.NO, person=False)
    assert stage.s == before


@pytest.mark.parametrize("answer", [Answer.LEFT, Answer.DULL])
def test_what_is_no_answer_to_it_changes_nothing(answer: Answer) -> None:
    stage = opened()
    hear(stage)
    before = stage.s
    stage.answer(answer)
    assert stage.s == before


def test_an_answer_nobody_asked_for_changes_nothing() -> None:
    stage = stage_in(Phase.BROAD)
    before = stage.s
    stage.answer(Answer.YES)
    assert stage.s == before


@pytest.mark.parametrize(
    ("answer", "side"),
    [(Answer.LEFT, Side.LEFT), (Answer.RIGHT, Side.RIGHT), (Answer.BOTH, Side.BOTH)],
)
def test_the_side_is_asked_first_where_nobody_said_it(answer: Answer, side: Side) -> None:
    stage = opened(side=None)
    assert stage.said() == ["ask_side"]
    stage.answer(answer, person=False)
    assert stage.s.order.side is side
    assert stage.s.plan == compile_plan(order(side=side))
    assert stage.said() == ["ask_side", "intro", "intro_wake", "health"]


def test_no_side_no_session() -> None:
    stage = opened(side=None)
    stage.answer(Answer.YES)
    assert asked(stage) is Question.SIDE
    stage.run()
    assert outcome(stage) is Outcome.UNANSWERED
    assert stage.said() == ["ask_side", "ask_side", "no_answer_end"]


def test_the_time_to_answer_begins_when_the_question_was_heard() -> None:
    stage = opened()
    stage.until(lambda s: isinstance(s.state, Asking) and s.state.awaited is None)
    stage.run(11.9)
    assert stage.said()[-1] == "health"
    assert stage.said().count("health") == 1
    stage.run(0.2)
    assert stage.said().count("health") == 2


def test_a_question_whose_end_was_not_seen_is_given_up_too() -> None:
    stage = opened()
    stage.mute = True
    stage.run()
    assert outcome(stage) is Outcome.UNANSWERED


def test_a_question_that_is_talked_over_was_heard() -> None:
    stage = opened()
    number = stage.state(Asking).awaited
    assert number is not None
    stage.report(SpeechCut(number))
    assert stage.state(Asking).awaited is None


def test_a_score_of_eight_starts_nothing() -> None:
    stage = opened()
    stage.answer(Answer.NO)
    stage.report(Rated(8))
    assert outcome(stage) is Outcome.REFUSED
    assert stage.said()[-1] == "rated_too_high"


def test_a_score_of_seven_may_start() -> None:
    stage = opened()
    stage.answer(Answer.NO)
    stage.report(Rated(7))
    assert stage.s.live
    assert stage.s.notes.before == 7
    assert stage.spoken_text(-1) == "Thank you. I have noted seven out of ten."


def test_a_score_before_anything_was_asked_is_not_one() -> None:
    stage = opened(side=None)
    stage.report(Rated(9))
    assert stage.s.live
    assert stage.s.notes.before is None


def test_ids_go_on_from_the_session_before() -> None:
    first = opened(attentive)
    first.run()
    second = Stage(first.plan, first_id=first.s.next_id)
    said = [effect.id for _, effect in second.log if isinstance(effect, Say)]
    assert said[0] == first.s.next_id
    before = second.s
    second.report(Spoken(said[0] - 1))
    assert second.s == before
