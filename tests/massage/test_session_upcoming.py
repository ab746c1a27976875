"""What comes next, told before it comes."""

from datetime import timedelta

from hypothesis import given, strategies as st
import pytest

from massage.areas import Side
from massage.heat_reports import HeatOn, HeatReady
from massage.messages import Answer, Command, Say
from massage.navigation import upcoming
from massage.order import Order, OwnStep, Profile
from massage.phases import Length, Phase
from massage.plan import Step, compile_plan
from massage.snapshot import restore, save
from massage.states import Cooling, Ended, Heating, Instructing, Interrupted, Working
from tests.massage.stage import AREAS, BOOK, Person, Stage, attentive, opened, silent, stage_in


def following(stage: Stage) -> Step | None:
    return upcoming(stage.s, stage.now)


@pytest.mark.parametrize("state", [Instructing, Working])
def test_after_a_rest_the_spot_is_pressed_again(state: type[Working | Instructing]) -> None:
    """When the rest is over, the hands will have been off for long enough."""
    stage = stage_in(Phase.EASE_OFF, state)
    step = following(stage)
    assert step is not None
    assert (step.phase, step.round) == (Phase.PRESS, 2)


def test_what_is_left_out_comes_never() -> None:
    stage = stage_in(Phase.PRESS, number=2)
    stage.obey(Command.TOO_MUCH)
    stage.obey(Command.RELEASED)
    stage.until(lambda s: s.step is not None and s.step.phase is Phase.EASE_OFF)
    step = following(stage)
    assert step is not None
    assert step.phase is Phase.STRETCH


def test_what_has_not_begun_comes_next() -> None:
    """Before the heat, after a pause between two steps, and when a session comes back to one."""
    stage = opened(heat=timedelta(minutes=10))
    stage.answer(Answer.NO)
    stage.answer(Answer.YES)
    assert stage.is_in(Heating)
    assert following(stage) == stage.s.steps[0]
    stage.report(HeatOn())
    stage.report(HeatReady())
    assert stage.is_in(Cooling)
    assert following(stage) == stage.s.steps[0]
    stage.s = restore(save(stage.s, stage.now), AREAS, BOOK, stage.now)
    assert stage.is_in(Interrupted)
    assert following(stage) == stage.s.steps[0]


def test_after_a_pause_comes_what_would_have_come() -> None:
    stage = stage_in(Phase.LOCATE)
    before = following(stage)
    stage.obey(Command.PAUSE)
    stage.run(60)
    assert following(stage) == before


def test_nothing_comes_after_the_last() -> None:
    stage = stage_in(Phase.AFTERCARE)
    assert following(stage) is None


TIRING = (
    OwnStep(Phase.LOCATE, 20),
    OwnStep(Phase.PRESS, 90),
    OwnStep(Phase.RELEASE_HOLD, 30),
    OwnStep(Phase.PRESS, 90),
    OwnStep(Phase.EASE_OFF, 10),
    OwnStep(Phase.PRESS, 60),
    OwnStep(Phase.STRETCH, 30),
)
orders = st.sampled_from(list(AREAS.values())).flatmap(
    lambda area: st.builds(
        Order,
        area=st.just(area),
        side=st.sampled_from((*area.sides, *((Side.BOTH,) if len(area.sides) > 1 else ()))),
        length=st.sampled_from(list(Length)),
        profile=st.builds(
            Profile,
            gun=st.booleans(),
            first_time=st.booleans(),
            pressed_in_all=st.integers(0, 900).map(lambda seconds: timedelta(seconds=seconds)),
        ),
        own=st.sampled_from([(), TIRING]),
        book=st.just(BOOK),
    )
)


@given(
    wanted=st.lists(orders, min_size=1, max_size=2),
    person=st.sampled_from([attentive, silent]),
)
def test_it_comes_as_it_was_told_at_the_end_of_the_step_before(
    wanted: list[Order], person: Person
) -> None:
    stage = Stage(compile_plan(*wanted), _admitted(person))
    while stage.s.live:
        before, told = stage.s, following(stage)
        stage.play_one()
        if isinstance(before.state, Working) and isinstance(stage.s.state, Instructing):
            assert stage.s.step == told
    assert isinstance(stage.s.state, Ended)


def _admitted(person: Person) -> Person:
    """Let everybody answer what is asked before a session."""

    def answers(stage: Stage, said: Say) -> None:
        (attentive if said.question is not None else person)(stage, said)

    return answers
