"""How an area feels afterwards: the next day, and when it does not loosen at all (massage.md §4.4)."""

from dataclasses import replace
from datetime import timedelta
import json
from typing import Any

import pytest

from massage.areas import Side
from massage.load import Feeling
from massage.messages import Answer, Answered, Command, Event, Lock, NextDay, Question, Rated, Say
from massage.order import Profile
from massage.outcomes import Outcome
from massage.phases import Length, Phase
from massage.plan import compile_plan
from massage.record import records
from massage.snapshot import restore, save
from massage.states import Asking, Ended, Instructing
from tests.massage.stage import AREAS, BOOK, T0, Person, Stage, attentive, opened, order

HOUR = timedelta(hours=1)


def profile(hours: float | None = 20, **known: Any) -> Profile:  # noqa: ANN401 - fields of a profile
    """Somebody who was worked on so many hours ago, and has not said how it felt."""
    last = None if hours is None else T0 - hours * HOUR
    return replace(Profile(last_session_at=last, ask_next_day=True), **known)


def asked(hours: float | None = 20, **known: Any) -> Stage:  # noqa: ANN401 - fields of a profile
    """A session at its next-day question."""
    stage = opened(profile=profile(hours, **known))
    stage.answer(Answer.NO)
    assert question(stage) is Question.NEXT_DAY
    return stage


def question(stage: Stage) -> Question:
    return stage.state(Asking).question


def noted(stage: Stage) -> list[NextDay]:
    return [effect for _, effect in stage.log if isinstance(effect, NextDay)]


def test_it_is_asked_after_the_health_question_and_names_the_area() -> None:
    stage = asked()
    assert stage.spoken_text(-1) == (
        "How is your forearm today? Normal, a bit sore, very sore, or bruised?"
    )


def test_it_is_not_asked_of_somebody_who_has_answered_or_only_stretches() -> None:
    for stage in (opened(), opened(profile=profile(), stretch_only=True)):
        stage.answer(Answer.NO)
        assert stage.is_in(Instructing)


def test_normal_goes_on_as_ever() -> None:
    stage = asked()
    stage.answer(Answer.NORMAL)
    assert stage.is_in(Instructing)
    assert stage.s.ceiling == 6
    assert noted(stage) == [NextDay(stage.now, "forearm", Side.LEFT, Feeling.NORMAL)]


@pytest.mark.parametrize(
    ("answer", "hours"),
    [
        (Answer.BIT_SORE, 47),
        (Answer.VERY_SORE, 71),
        (Answer.BRUISED, 71),
    ],
)
def test_a_sore_area_rests_longer(answer: Answer, hours: int) -> None:
    stage = asked(hours)
    stage.answer(answer)
    assert stage.s.state == Ended(Outcome.REFUSED)
    assert stage.spoken_text(-1) == (
        "Let your forearm rest a little longer. We can breathe and stretch instead."
    )
    assert [one.feeling for one in noted(stage)] == [Feeling(answer)]
    assert stage.count(Lock) == 0


def test_a_bit_sore_goes_on_when_it_has_rested() -> None:
    stage = asked(48)
    stage.answer(Answer.BIT_SORE)
    assert stage.is_in(Instructing)
    assert stage.s.ceiling == 6
    assert "next_day_look" not in stage.said()


@pytest.mark.parametrize("answer", [Answer.VERY_SORE, Answer.BRUISED])
def test_a_bad_day_is_followed_by_a_lighter_session(answer: Answer) -> None:
    stage = asked(72)
    stage.answer(answer)
    assert stage.is_in(Instructing)
    assert stage.s.ceiling == stage.s.order.ceiling == 5
    assert "next_day_lighter" in stage.said()
    assert "next_day_look" not in stage.said()
    assert records(stage.s, stage.now, "voice")[0]["ceiling"] == 5


def test_one_lighter_is_one_below_what_would_hold_today() -> None:
    stage = asked(80, first_time=True, ceiling=7)
    stage.answer(Answer.BRUISED)
    assert stage.s.ceiling == 4


def test_what_the_area_itself_allows_is_lowered_too() -> None:
    """Seven is set, six is allowed: five is what is left."""
    stage = asked(80, ceiling=7)
    stage.answer(Answer.BRUISED)
    assert stage.s.ceiling == 5


def test_no_ceiling_falls_below_the_lightest_touch() -> None:
    stage = asked(80, ceiling=1)
    stage.answer(Answer.BRUISED)
    assert stage.s.ceiling == 1


@pytest.mark.parametrize("answer", [Answer.BIT_SORE, Answer.VERY_SORE, Answer.BRUISED])
def test_soreness_that_lasts_should_be_looked_at(answer: Answer) -> None:
    stage = asked(73)
    stage.answer(answer)
    assert stage.is_in(Instructing)
    said = [effect.line for _, effect in stage.log if isinstance(effect, Say)]
    assert [line.text for line in said if line.key == "next_day_look"] == [
        "Please have that looked at."
    ]


def test_normal_after_days_needs_no_look() -> None:
    stage = asked(100)
    stage.answer(Answer.NORMAL)
    assert "next_day_look" not in stage.said()


@pytest.mark.parametrize("hours", [20, 100])
def test_silence_is_asked_once_and_goes_on_lighter(hours: int) -> None:
    stage = asked(hours)
    stage.until(lambda s: isinstance(s.state, Instructing))
    assert stage.said().count("next_day") == 1
    assert stage.s.ceiling == 5
    assert not noted(stage)


def test_not_sure_is_as_good_as_silence() -> None:
    stage = asked()
    stage.answer(Answer.UNSURE)
    assert stage.is_in(Instructing)
    assert stage.s.ceiling == 5
    assert not noted(stage)


@pytest.mark.parametrize("answer", [Answer.YES, Answer.NO, Answer.LEFT, Answer.DULL])
def test_what_says_nothing_of_it_is_no_answer(answer: Answer) -> None:
    stage = asked()
    stage.answer(Answer.NORMAL, person=False)
    before = replace(stage.s)
    stage.answer(answer)
    assert stage.s == before


def test_normal_has_to_follow_the_question_and_anything_worse_need_not() -> None:
    stage = asked()
    before = stage.s
    stage.report(Answered(Answer.NORMAL))
    assert stage.s == before
    stage.report(Answered(Answer.BRUISED))
    assert stage.s.state == Ended(Outcome.REFUSED)


def test_without_the_time_of_the_last_session_only_the_ceiling_falls() -> None:
    stage = asked(None)
    stage.answer(Answer.BRUISED)
    assert stage.is_in(Instructing)
    assert stage.s.ceiling == 5
    assert "next_day_look" not in stage.said()


def test_heat_comes_after_it() -> None:
    stage = opened(profile=profile(), heat=timedelta(minutes=10))
    stage.answer(Answer.NO)
    stage.answer(Answer.NORMAL)
    assert question(stage) is Question.HEAT


def test_it_is_asked_again_after_a_restart() -> None:
    stage = asked(
        75,
        lowered=1,
        stubborn=True,
        lasting_pain=True,
        told_not_loosening=True,
        advice="water",
    )
    data = json.loads(json.dumps(save(stage.s, stage.now)))
    back = restore(data, AREAS, BOOK, stage.now)
    assert back.todo == (Question.NEXT_DAY,)
    assert back.order.profile == stage.s.order.profile


def test_each_area_is_asked_about_once() -> None:
    """Both orders of an area become lighter, the other area does not."""
    stage = Stage(
        compile_plan(
            order(profile=profile(80)),
            order("shoulder_blade", profile=profile(None)),
            order(side=Side.RIGHT, profile=profile(100)),
        )
    )
    stage.answer(Answer.NO)
    assert "forearm" in stage.spoken_text(-1)
    stage.answer(Answer.BRUISED)
    assert noted(stage) == [NextDay(stage.now, "forearm", Side.BOTH, Feeling.BRUISED)]
    assert "shoulder blade" in stage.spoken_text(-1)
    stage.answer(Answer.NORMAL)
    assert stage.is_in(Instructing)
    assert [one.ceiling for one in stage.s.plan.orders] == [5, 6, 5]
    assert stage.s.steps == stage.s.plan.steps


def test_areas_that_share_a_load_become_lighter_together() -> None:
    neck = order("upper_traps", profile=profile(80))
    jaw = replace(order(), area=replace(AREAS["forearm"], overlap=neck.area.overlap))
    stage = Stage(compile_plan(neck, order("shoulder_blade"), jaw))
    stage.answer(Answer.NO)
    stage.answer(Answer.BRUISED)
    assert [one.ceiling for one in stage.s.plan.orders] == [5, 6, 5]


def test_the_last_session_of_either_order_counts() -> None:
    stage = Stage(
        compile_plan(
            order(profile=profile(100)),
            order(side=Side.RIGHT, profile=replace(profile(50), ask_next_day=False)),
        )
    )
    stage.answer(Answer.NO)
    stage.answer(Answer.BRUISED)
    assert stage.s.state == Ended(Outcome.REFUSED)


def test_what_was_told_survives_a_restart() -> None:
    stage = ended(5, 5, stubborn=True)
    back = restore(json.loads(json.dumps(save(stage.s, stage.now))), AREAS, BOOK, stage.now)
    assert back.notes.not_loosening


# --- it does not loosen ---------------------------------------------------------------------------


def scoring(before: int | None, after: int | None) -> Person:
    """Somebody who answers everything and gives these scores."""

    def person(stage: Stage, said: Say) -> None:
        if said.line.key not in {"rate", "rate_area"}:
            attentive(stage, said)
            return
        first = stage.s.step is not None and stage.s.step.phase is Phase.CHECK_IN
        score = before if first else after
        if score is not None:
            stage.later(1.5, lambda: stage.report(Rated(score)))

    return person


def ended(before: int | None, after: int | None, **known: Any) -> Stage:  # noqa: ANN401 - fields of a profile
    """A quick session that was played to its end."""
    stage = opened(scoring(before, after), length=Length.QUICK, profile=replace(Profile(), **known))
    stage.run()
    assert stage.s.state == Ended(Outcome.FINISHED)
    return stage


LINE = "This one is not loosening. A massage therapist or physiotherapist can look at it."


@pytest.mark.parametrize(
    ("before", "after", "known", "told"),
    [
        (5, 5, {"stubborn": True}, True),
        (5, 6, {"stubborn": True}, True),
        (5, 4, {"stubborn": True}, False),
        (5, 5, {}, False),
        (5, None, {"stubborn": True}, False),
        (None, 5, {"stubborn": True}, False),
        (5, 5, {"stubborn": True, "told_not_loosening": True}, False),
        (5, 3, {"lasting_pain": True}, True),
        (None, None, {"lasting_pain": True}, True),
        (5, 5, {"lasting_pain": True, "told_not_loosening": True}, False),
    ],
)
def test_an_area_that_does_not_loosen(
    before: int | None,
    after: int | None,
    known: dict[str, bool],
    told: bool,  # noqa: FBT001 - a column of the table
) -> None:
    stage = ended(before, after, **known)
    assert (stage.spoken_text(-1) == LINE) is told
    assert [tell.data["area"] for tell in stage.told(Event.NOT_LOOSENING)] == ["forearm"] * told
    assert records(stage.s, stage.now, "voice")[0]["not_loosening"] is told


def test_it_is_said_at_the_end_and_the_end_is_told_last() -> None:
    stage = ended(5, 5, stubborn=True)
    assert stage.said()[-2:] == ["end", "not_loosening"]
    assert [effect for _, effect in stage.log][-1] == stage.told(Event.FINISHED)[0]


def test_a_session_that_is_broken_off_says_nothing_of_it() -> None:
    stage = opened(attentive, profile=Profile(lasting_pain=True))
    stage.until(lambda s: s.level == 3)
    stage.obey(Command.STOP)
    assert not stage.told(Event.NOT_LOOSENING)
    assert records(stage.s, stage.now, "voice")[0]["not_loosening"] is False


def test_where_there_are_several_the_one_is_named() -> None:
    stage = Stage(
        compile_plan(
            order(length=Length.QUICK, profile=Profile(lasting_pain=True)),
            order("shoulder_blade", length=Length.QUICK),
            order(side=Side.RIGHT, length=Length.QUICK, profile=Profile(lasting_pain=True)),
        ),
        attentive,
    )
    stage.run()
    assert stage.said().count("not_loosening_area") == 1
    assert stage.spoken_text(-1).startswith("Your forearm is not loosening.")
    told = [(tell.data["area"], tell.data["side"]) for tell in stage.told(Event.NOT_LOOSENING)]
    assert told == [("forearm", Side.LEFT), ("forearm", Side.RIGHT)]
    kept = [row["not_loosening"] for row in records(stage.s, stage.now, "voice")]
    assert kept == [True, False, True]
