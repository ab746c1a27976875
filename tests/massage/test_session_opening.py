"""The questions before anything is pressed: silence and yes start nothing (massage.md §4.1, §4.8)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from massage.areas import Consequence, Gate, Region, Side
from massage.messages import (
    Answer,
    Answered,
    Begun,
    Effect,
    Event,
    Lock,
    NoAnswer,
    Question,
    Rated,
    Say,
    SpeechCut,
    Spoken,
    Tier,
)
from massage.order import Profile
from massage.outcomes import Outcome
from massage.phases import Phase
from massage.plan import compile_plan
from massage.states import Asking, Ended, Instructing
from tests.massage.stage import BOOK, Stage, attentive, opened, order, stage_in

GATED = replace(
    BOOK,
    lines={**BOOK.lines, "advice_test": ("Ask your midwife first.",)},
    areas={**BOOK.areas, "forearm": {**BOOK.areas["forearm"], "gate": ("Any swelling there?",)}},
)
CALF = Gate(opens_on_yes=False, otherwise=Consequence.LEG)
CHEST = Gate(opens_on_yes=True, otherwise=Consequence.EMERGENCY)
LOWER_BACK = Gate(opens_on_yes=False, otherwise=Consequence.EMERGENCY)
"""The gates of massage.md §3.11, §3.6 and §3.7."""


def gated(gate: Gate = CALF) -> Stage:
    """A session on an area with a question of its own."""
    plain = order(book=GATED)
    return Stage(compile_plan(replace(plain, area=replace(plain.area, gate=gate))))


def effects[EffectT: Effect](stage: Stage, kind: type[EffectT]) -> list[EffectT]:
    return [effect for _, effect in stage.log if isinstance(effect, kind)]


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


@pytest.mark.parametrize(
    ("gate", "answer"), [(CALF, Answer.NO), (LOWER_BACK, Answer.NO), (CHEST, Answer.YES)]
)
def test_one_answer_opens_a_gate(gate: Gate, answer: Answer) -> None:
    stage = gated(gate)
    stage.answer(answer)
    assert asked(stage) is Question.HEALTH
    assert not effects(stage, Lock)


@pytest.mark.parametrize(
    ("gate", "answer"),
    [
        (CHEST, Answer.NO),
        (CHEST, Answer.UNSURE),
        (LOWER_BACK, Answer.YES),
        (LOWER_BACK, Answer.UNSURE),
    ],
)
def test_a_gate_before_an_emergency(gate: Gate, answer: Answer) -> None:
    stage = gated(gate)
    stage.answer(answer)
    assert outcome(stage) is Outcome.EMERGENCY
    assert stage.said()[-2:] == ["emergency_1", "emergency_2"]
    assert effects(stage, Lock) == [
        Lock(stage.now, Tier.A, stage.now + timedelta(hours=24), heat=True)
    ]
    (told,) = stage.told(Event.EMERGENCY_PHRASE)
    assert (told.data["area"], told.data["phrase"]) == ("forearm", answer)


@pytest.mark.parametrize("answer", [Answer.YES, Answer.UNSURE])
def test_a_bad_leg_closes_every_leg_and_the_heat(answer: Answer) -> None:
    stage = gated()
    stage.answer(answer)
    assert outcome(stage) is Outcome.REFUSED
    assert stage.said()[-2:] == ["gate_leg_1", "gate_leg_2"]
    assert "get medical help today" in stage.spoken_text(-2)
    assert effects(stage, Lock) == [
        Lock(stage.now, Tier.B, stage.now + timedelta(hours=48), region=Region.LEG, heat=True)
    ]
    (told,) = stage.told(Event.SAFETY_STOP)
    assert told.data["outcome"] is Outcome.REFUSED
    assert (told.data["area"], told.data["phrase"]) == ("forearm", answer)


@pytest.mark.parametrize("gate", [CALF, CHEST, LOWER_BACK])
def test_a_gate_that_meets_silence_stays_closed_and_locks_nothing(gate: Gate) -> None:
    stage = gated(gate)
    stage.run()
    assert outcome(stage) is Outcome.UNANSWERED
    assert stage.said().count("forearm.gate.0") == 2
    assert not effects(stage, Lock)


@pytest.mark.parametrize("answer", [Answer.YES, Answer.NO, Answer.UNSURE])
@pytest.mark.parametrize("gate", [CALF, CHEST, LOWER_BACK])
def test_what_was_said_before_a_gate_was_heard_is_no_answer_to_it(
    gate: Gate, answer: Answer
) -> None:
    """Neither does it open, nor is anybody locked out by a word that was meant for something else."""
    stage = gated(gate)
    before = stage.s
    stage.report(Answered(answer))
    assert stage.s == before


def test_silence_after_an_open_gate_starts_nothing() -> None:
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


@pytest.mark.parametrize("answer", [Answer.NO, Answer.YES])
def test_a_machine_answers_no_gate(answer: Answer) -> None:
    stage = gated()
    hear(stage)
    before = stage.s
    stage.answer(answer, person=False)
    assert stage.s == before


def test_advice_is_given_before_anything_is_asked() -> None:
    stage = opened(book=GATED, profile=Profile(advice="advice_test"))
    assert stage.said() == ["intro", "intro_wake", "advice_test", "health"]


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


def test_a_question_that_is_talked_over_is_waited_for_once_more() -> None:
    stage = opened()
    number = stage.state(Asking).awaited
    assert number is not None
    stage.report(Begun(number))
    stage.mute = True
    stage.report(SpeechCut(number))
    stage.run(35)
    assert stage.state(Asking).awaited == number
    stage.report(Spoken(number))
    assert stage.state(Asking).awaited is None
    assert stage.s.deadline == stage.now + timedelta(seconds=12)


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
