"""Until when a line waits for its answer, and which lines do."""

from datetime import datetime, timedelta

import pytest

from massage.areas import Side
from massage.check_ins import ASKS, answer_until
from massage.heat_reports import HeatOn
from massage.messages import Answer, Command, Eased, Question, Rated, Say, StopWord, Tier
from massage.phases import TOUCHING, Length, Phase
from massage.plan import compile_plan
from massage.states import Asking, Heating
from massage.waits import LISTEN
from tests.massage.stage import Person, Stage, attentive, opened, order, silent, stage_in


class Watch:
    """A person who notes until when each line that was spoken waits for an answer."""

    def __init__(self, person: Person = silent) -> None:
        self.person = person
        self.windows: list[tuple[str, timedelta]] = []
        self.last: Say | None = None

    def __call__(self, stage: Stage, said: Say) -> None:
        """Hear a line."""
        if (until := answer_until(stage.s, said)) is not None:
            self.windows.append((said.question or said.line.key, until - stage.now))
            self.last = said
        self.person(stage, said)

    def has_asked(self, key: str) -> bool:
        """Whether the last line that asked something is this one."""
        return self.last is not None and self.last.line.key == key

    def open_until(self, stage: Stage) -> datetime | None:
        """Return until when it waits for its answer now."""
        assert self.last is not None
        return answer_until(stage.s, self.last)


def asked(key: str) -> tuple[Stage, Watch]:
    """A session that has asked something at a rest point, of somebody who falls silent."""
    watch = Watch(attentive)
    stage = opened(watch)
    stage.until(lambda _: watch.has_asked(key))
    stage.forget()
    stage.person = silent
    return stage, watch


def test_the_lines_of_a_session_that_ask() -> None:
    watch = Watch(attentive)
    opened(watch, length=Length.QUICK).run()
    assert watch.last is not None
    # The last one asks four seconds into its step, and the next cue comes fifteen later.
    left = timedelta(seconds=15 - watch.last.line.seconds)
    assert watch.windows == [
        ("health", LISTEN),
        ("rate", timedelta(seconds=15)),
        ("check", timedelta(seconds=10)),
        ("rate", left),
    ]


@pytest.mark.parametrize("question", [Question.SIDE, Question.HEAT, Question.HEALTH])
def test_a_question_waits_until_it_is_answered(question: Question) -> None:
    watch = Watch()
    side = None if question is Question.SIDE else Side.LEFT
    heat = timedelta(minutes=10) if question is Question.HEAT else None
    stage = opened(watch, side=side, heat=heat)
    if question is Question.HEAT:
        stage.answer(Answer.NO)
    stage.until(lambda s: isinstance(s.state, Asking) and s.state.awaited is None)
    assert watch.windows[-1][0] == question
    assert watch.open_until(stage) == stage.state(Asking).give_up_at
    stage.answer(Answer.RIGHT if question is Question.SIDE else Answer.NO)
    assert watch.open_until(stage) is None


def test_a_question_that_is_asked_again_waits_when_it_has_been_heard_again() -> None:
    watch = Watch()
    stage = opened(watch)
    stage.until(lambda s: isinstance(s.state, Asking) and s.state.times == 2)
    assert watch.open_until(stage) is None
    stage.until(lambda s: isinstance(s.state, Asking) and s.state.awaited is None)
    assert watch.open_until(stage) == stage.now + LISTEN


def test_the_skin_is_asked_about_no_longer_than_the_heat_goes_on() -> None:
    watch = Watch()
    stage = opened(watch, heat=timedelta(minutes=5, seconds=10))
    stage.answer(Answer.NO)
    stage.answer(Answer.YES)
    stage.report(HeatOn())
    off_at = stage.state(Heating).off_at
    stage.until(lambda s: isinstance(s.state, Asking) and s.state.awaited is None)
    assert watch.windows[-1][0] == Question.SKIN
    assert watch.open_until(stage) == off_at


@pytest.mark.parametrize(("key", "answer"), [("rate", Rated(4)), ("check", Eased(easing=True))])
def test_a_rest_point_waits_until_it_is_answered(key: str, answer: Rated | Eased) -> None:
    stage, watch = asked(key)
    assert watch.open_until(stage) is not None
    stage.report(answer)
    assert watch.open_until(stage) is None


def test_the_last_score_is_waited_for_until_it_is_given() -> None:
    watch = Watch(attentive)
    stage = opened(watch)
    stage.until(lambda s: s.step is not None and s.step.phase is Phase.AFTERCARE)
    stage.until(lambda _: watch.windows[-1][0] == "rate" and len(watch.windows) > 3)
    stage.forget()
    assert watch.open_until(stage) is not None
    stage.report(Rated(2))
    assert watch.open_until(stage) is None


@pytest.mark.parametrize("wish", [Command.PAUSE, Command.STOP, Command.NEXT])
def test_what_ends_a_rest_point_ends_its_question(wish: Command) -> None:
    stage, watch = asked("check")
    stage.obey(wish)
    assert watch.open_until(stage) is None


def test_a_stop_word_ends_a_question_and_asks_its_own() -> None:
    stage, watch = asked("check")
    stage.report(StopWord(Tier.B, certain=False, phrase="numb"))
    assert watch.open_until(stage) is None
    stage.person = watch
    stage.until(lambda s: isinstance(s.state, Asking) and s.state.awaited is None)
    assert watch.windows[-1] == ("wrong", LISTEN)


@pytest.mark.parametrize("phase", sorted(set(Phase) - set(ASKS) - {Phase.TOOL}))
def test_nobody_is_asked_while_hands_are_on(phase: Phase) -> None:
    stage = stage_in(phase, length=Length.DEEP)
    for key in ("rate", "rate_area", "check"):
        said = Say(stage.now, 1, stage.s.line(key, area="forearm"))
        assert answer_until(stage.s, said) is None
    assert not set(ASKS) & TOUCHING


def test_a_score_of_another_area_is_asked_for_too() -> None:
    watch = Watch(attentive)
    orders = (order(length=Length.QUICK), order("calf", length=Length.QUICK))
    Stage(compile_plan(*orders), watch).run()
    assert [key for key, _ in watch.windows].count("rate_area") == 2
