"""What is neither a command nor an answer: "don't go harder", "never mind", "cues only" (§2.3, §4.8)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
import json

from hypothesis import given, strategies as st
import pytest

from massage.areas import Side
from massage.heat import CHECK_EVERY
from massage.heat_reports import HeatOn
from massage.messages import (
    Answer,
    Begun,
    Command,
    Eased,
    Effect,
    Event,
    Hush,
    Lock,
    NoAnswer,
    NotNow,
    Question,
    Rated,
    Say,
    StartHeat,
    StopHeat,
    StopWord,
    Tier,
)
from massage.order import Order, OwnStep, Profile, Talk
from massage.outcomes import Outcome, PauseReason
from massage.phases import PRESSING, TOUCHING, Length, Phase
from massage.plan import Plan, Step, compile_plan
from massage.remarks import NeverMind, NoHarder, TalkWanted, asks
from massage.session import command
from massage.snapshot import restore, save
from massage.states import Asking, Ended, Heating, Instructing, Paused, Session, Working
from tests.massage.stage import (
    AREAS,
    BOOK,
    T0,
    Person,
    Stage,
    attentive,
    opened,
    order,
    silent,
    stage_in,
)

NEVER_MIND = NeverMind()
NO_HARDER = NoHarder()
CUES = TalkWanted(Talk.CUES)


def at_level(level: int, person: Person = silent) -> Stage:
    """A press that has climbed to a level."""
    stage = stage_in(Phase.PRESS)
    stage.person = person
    stage.until(lambda s: s.level == level)
    return stage


def steps_from(stage: Stage, mark: int) -> list[Effect]:
    return [effect for _, effect in stage.log[mark:]]


# No harder


def test_no_harder_stays_for_the_round_and_lowers_nothing() -> None:
    stage = at_level(4)
    ends_at = stage.state(Working).ends_at
    stage.obey(NO_HARDER)
    assert stage.s.level == 4
    assert stage.said()[-1] == "no_harder"
    assert stage.state(Working).ends_at == ends_at
    stage.until(lambda s: s.step is not None and s.step.phase is Phase.RELEASE_HOLD)
    assert stage.s.notes.peak == 4


def test_the_next_round_climbs_again() -> None:
    stage = at_level(3, attentive)
    stage.obey(NO_HARDER)
    stage.until(lambda s: s.step is not None and s.step.round == 2)
    assert stage.s.goal == 5


def test_a_step_up_that_is_being_said_is_not_taken() -> None:
    stage = stage_in(Phase.PRESS)
    stage.until(
        lambda s: (
            isinstance(s.state, Working)
            and s.state.ramp is not None
            and s.state.ramp.cue is not None
        )
    )
    mark = len(stage.log)
    stage.obey(NO_HARDER)
    # If it has not begun, it is not said any more.
    hush, said = steps_from(stage, mark)
    assert isinstance(hush, Hush)
    assert isinstance(said, Say)
    assert said.line.key == "no_harder"
    stage.run(40)
    assert stage.s.level == 2


def test_a_step_up_that_waits_for_its_ten_seconds_is_not_taken() -> None:
    stage = stage_in(Phase.PRESS)
    stage.until(
        lambda s: (
            isinstance(s.state, Working)
            and s.state.ramp is not None
            and s.state.ramp.rises_at is not None
        )
    )
    level = stage.s.level
    mark = len(stage.log)
    stage.obey(NO_HARDER)
    assert not [one for one in steps_from(stage, mark) if isinstance(one, Hush)]
    stage.run(40)
    assert stage.s.level == level


def test_while_the_press_is_explained_it_is_not_to_climb() -> None:
    stage = stage_in(Phase.PRESS, Instructing)
    awaited = stage.state(Instructing).awaited
    mark = len(stage.log)
    stage.obey(NO_HARDER)
    # Its instruction is still to be heard.
    assert not [one for one in steps_from(stage, mark) if isinstance(one, Hush)]
    assert stage.state(Instructing).awaited == awaited
    stage.run(50)
    assert stage.is_in(Working)
    assert stage.s.level == 2


def test_harder_after_it_follows_the_rules_of_harder() -> None:
    stage = at_level(3)
    stage.obey(NO_HARDER)
    with pytest.raises(NotNow, match="wait_a_moment"):
        stage.obey(Command.HARDER)
    stage.run(10)
    stage.obey(Command.HARDER)
    stage.until(lambda s: s.level == 4)
    stage.run(20)
    assert stage.s.level == 4


@pytest.mark.parametrize("where", TOUCHING)
def test_no_harder_wherever_something_is_felt(where: Phase) -> None:
    stage = stage_in(where, length=Length.DEEP, profile=Profile(gun=True))
    level = stage.s.level
    stage.obey(NO_HARDER)
    assert stage.said()[-1] == "no_harder"
    assert stage.s.level == level > 0


@pytest.mark.parametrize("where", sorted(set(Phase) - TOUCHING))
def test_where_nothing_presses_it_is_refused(where: Phase) -> None:
    stage = stage_in(where)
    before = stage.s
    with pytest.raises(NotNow, match="not_pressing"):
        stage.obey(NO_HARDER)
    assert stage.s == before


def test_it_is_refused_where_lighter_is() -> None:
    paused, ended = stage_in(Phase.PRESS), stage_in(Phase.PRESS)
    paused.obey(Command.PAUSE)
    ended.obey(Command.STOP)
    for stage, reason in ((opened(), "asking"), (paused, "paused"), (ended, "ended")):
        with pytest.raises(NotNow, match=f"^{reason}$"):
            command(stage.s, NO_HARDER, stage.now)


def test_it_is_no_answer_to_a_check_in() -> None:
    """Whoever gave none is pressed no firmer than before, and this does not change that."""
    stage = stage_in(Phase.EASE_OFF)
    stage.until(lambda s: s.step is not None and (s.step.phase, s.step.round) == (Phase.PRESS, 2))
    assert stage.s.unanswered == 1
    stage.obey(NO_HARDER)
    assert stage.s.unanswered == 1


# Never mind


def asking(question: Question) -> Stage:
    """A session that has just asked this."""
    match question:
        case Question.SIDE:
            return opened(side=None)
        case Question.GATE:
            return opened(area="calf")
        case Question.ACHE | Question.WRONG:
            stage = at_level(4)
            if question is Question.ACHE:
                stage.obey(Command.ACHES_ELSEWHERE)
            else:
                stage.report(StopWord(Tier.A, certain=False, phrase="chest pain"))
            return stage
        case _:
            profile = Profile(ask_next_day=True, last_session_at=T0 - timedelta(days=3))
            days_later = question is Question.NEXT_DAY
            stage = opened(heat=timedelta(minutes=10), profile=profile if days_later else Profile())
    if question is not Question.HEALTH:
        stage.answer(Answer.NO)
    if question is Question.SKIN:
        stage.answer(Answer.YES)
        stage.report(HeatOn())
        stage.run(CHECK_EVERY.total_seconds())
    return stage


def asked(question: Question) -> Stage:
    """A session with this question open, that has been heard."""
    stage = asking(question)
    state = stage.state(Asking)
    assert state.question is question
    if state.awaited is not None:
        stage.report(Begun(state.awaited))
    return stage


@pytest.mark.parametrize("question", [Question.SIDE, Question.GATE, Question.HEALTH])
def test_before_a_session_it_means_that_none_begins(question: Question) -> None:
    stage = asked(question)
    stage.report(NEVER_MIND)
    assert stage.s.state == Ended(Outcome.UNANSWERED)
    assert stage.said()[-1] == "never_mind_end"
    # A gate stays shut, and nobody is locked out for not answering.
    assert stage.count(Lock) == 0
    assert not stage.told(Event.PHASE_STARTED)


@pytest.mark.parametrize("area", ["chest", "calf", "lower_back"])
def test_no_gate_takes_it_for_its_answer(area: str) -> None:
    stage = opened(area=area)
    assert stage.state(Asking).question is Question.GATE
    stage.report(Begun(stage.s.next_id - 1))
    stage.report(NEVER_MIND)
    assert stage.s.state == Ended(Outcome.UNANSWERED)
    assert stage.count(Lock) == 0


def test_a_consent_that_meets_it_is_a_no() -> None:
    stage = asked(Question.HEAT)
    stage.report(NEVER_MIND)
    assert stage.count(StartHeat) == 0
    assert "heat_skipped" in stage.said()
    assert stage.is_in(Instructing)


def test_a_skin_check_that_meets_it_ends_the_heat() -> None:
    stage = asked(Question.SKIN)
    mark = len(stage.log)
    stage.report(NEVER_MIND)
    assert [one for one in steps_from(stage, mark) if isinstance(one, StopHeat)]
    assert "heat_unanswered" in stage.said(mark)
    assert not stage.is_in(Heating)


def test_the_day_after_it_stays_one_lighter() -> None:
    stage = asked(Question.NEXT_DAY)
    ceiling = stage.s.ceiling
    stage.report(NEVER_MIND)
    assert "next_day_lighter" in stage.said()
    assert stage.s.ceiling == ceiling - 1
    assert stage.state(Asking).question is Question.HEAT


@pytest.mark.parametrize("question", [Question.ACHE, Question.WRONG])
def test_whoever_may_be_hurt_is_not_pressed_on(question: Question) -> None:
    """It is no "no": what silence would lead to happens at once (massage.md §4.8)."""
    stage = asked(question)
    stage.report(NEVER_MIND)
    assert stage.s.state == Ended(Outcome.STOPPED_SAFETY)
    (lock,) = [effect for _, effect in stage.log if isinstance(effect, Lock)]
    assert lock.tier is Tier.B


def test_a_score_is_not_waited_for() -> None:
    stage = stage_in(Phase.CHECK_IN)
    ends_at = stage.state(Working).ends_at
    stage.report(NEVER_MIND)
    assert stage.said()[-1] == "never_mind"
    assert stage.state(Working).ends_at == ends_at
    assert asks(stage.s)
    stage.report(Rated(4))
    assert stage.s.notes.before == 4
    assert not asks(stage.s)


def test_nor_is_one_at_the_end() -> None:
    stage = stage_in(Phase.AFTERCARE)
    assert asks(stage.s)
    stage.report(NEVER_MIND)
    stage.run()
    assert stage.s.state == Ended(Outcome.FINISHED)
    assert stage.s.notes.after is None


def test_a_rest_point_takes_it_for_silence() -> None:
    """The next round is no firmer than the last, and twice in a row is a pause (massage.md §2.2)."""
    stage = stage_in(Phase.EASE_OFF)
    firm = stage.s.round_level
    stage.report(NEVER_MIND)
    assert stage.said()[-1] == "never_mind"
    stage.until(lambda s: s.step is not None and (s.step.phase, s.step.round) == (Phase.PRESS, 2))
    assert (stage.s.goal, stage.s.notes.missed) == (firm, 1)
    stage.until(
        lambda s: s.step is not None and (s.step.phase, s.step.round) == (Phase.EASE_OFF, 2)
    )
    stage.report(NEVER_MIND)
    stage.until(lambda s: isinstance(s.state, Paused))
    assert stage.state(Paused).reason is PauseReason.UNANSWERED


def test_a_rest_point_that_was_answered_asks_nothing() -> None:
    stage = stage_in(Phase.EASE_OFF)
    stage.report(Eased(easing=True))
    assert not asks(stage.s)


def test_what_nobody_has_heard_yet_is_not_dropped() -> None:
    stage = opened()
    before = stage.s
    assert not asks(before)
    stage.report(NEVER_MIND)
    assert stage.s == before


def test_a_question_that_is_about_to_be_asked_again_has_been_heard() -> None:
    stage = asked(Question.HEALTH)
    stage.report(NoAnswer())
    assert not stage.state(Asking).begun
    stage.report(NEVER_MIND)
    assert stage.s.state == Ended(Outcome.UNANSWERED)


@pytest.mark.parametrize(
    "where", sorted(set(Phase) - {Phase.CHECK_IN, Phase.EASE_OFF, Phase.AFTERCARE})
)
def test_where_nothing_is_asked_it_changes_nothing(where: Phase) -> None:
    stage = stage_in(where, length=Length.DEEP, profile=Profile(gun=True))
    before = stage.s
    assert not asks(before)
    stage.report(NEVER_MIND)
    assert stage.s == before


def test_in_a_pause_and_before_the_side_is_known_nothing_is_asked() -> None:
    paused = stage_in(Phase.PRESS)
    paused.obey(Command.PAUSE)
    assert not asks(paused.s)
    ended = stage_in(Phase.PRESS)
    ended.obey(Command.STOP)
    before = ended.s
    ended.report(NEVER_MIND)
    assert ended.s == before


# How much is said


def spoken_as(plan: Plan, number: int) -> str:
    step = plan.steps[number]
    texts = (*step.setup, *step.lines, *(cue.line for cue in step.cues))
    return " ".join(line.text for line in texts)


def test_from_here_on_only_what_to_do() -> None:
    stage = stage_in(Phase.WARM_UP)
    stage.report(CUES)
    assert stage.said()[-1] == "talk_cues"
    wanted = compile_plan(order(talk=Talk.CUES))
    assert stage.s.plan == wanted
    assert stage.s.steps[stage.s.index + 1 :] == wanted.steps[stage.s.index + 1 :]
    mark = len(stage.log)
    stage.person = attentive
    stage.run()
    assert stage.s.state == Ended(Outcome.FINISHED)
    said = stage.said(mark)
    assert "halfway" not in said
    assert "hold_start" not in said
    assert "water" not in said
    assert {"count", "ease_off_brief", "stretch_brief", "ten_seconds"} <= set(said)


def test_and_everything_again() -> None:
    stage = stage_in(Phase.LOCATE, talk=Talk.CUES)
    stage.report(TalkWanted(Talk.FULL))
    assert stage.said()[-1] == "talk_full"
    mark = len(stage.log)
    stage.person = attentive
    stage.run()
    assert {"hold_start", "hold", "stretch_begins", "aftercare", "water"} <= set(stage.said(mark))


def test_what_is_being_said_stays_and_what_is_still_to_come_goes() -> None:
    stage = stage_in(Phase.WARM_UP)
    step = stage.s.step
    assert step is not None
    stage.run(5)
    ends_at = stage.state(Working).ends_at
    stage.report(CUES)
    assert stage.s.step is not None
    assert stage.s.step.lines == step.lines
    assert [cue.line.key for cue in stage.s.step.cues] == ["ten_seconds"]
    assert stage.state(Working).ends_at == ends_at
    mark = len(stage.log)
    stage.run(60)
    assert "halfway" not in stage.said(mark)
    assert stage.said(mark).count("ten_seconds") == 1


def test_what_was_said_is_not_said_again() -> None:
    """A cue that is over is over, in however many words the next would be."""
    stage = stage_in(Phase.BREATHE)
    stage.run(5)
    stage.report(CUES)
    stage.report(TalkWanted(Talk.FULL))
    mark = len(stage.log)
    stage.run(4)
    assert stage.said(mark) == []
    stage.run(2)
    assert stage.said(mark) == ["breath_in"]


def test_an_instruction_in_the_air_is_waited_for() -> None:
    stage = stage_in(Phase.STRETCH, Instructing)
    before = stage.state(Instructing)
    lines = stage.s.steps[stage.s.index].lines
    stage.report(CUES)
    assert stage.state(Instructing) == before
    assert stage.s.steps[stage.s.index].lines == lines


def test_after_a_pause_the_step_is_explained_in_few_words() -> None:
    stage = stage_in(Phase.STRETCH)
    stage.obey(Command.PAUSE)
    stage.report(CUES)
    stage.obey(Command.RESUME)
    keys = [line.key for line in stage.s.steps[stage.s.index].lines]
    assert keys == ["forearm.stretch.0", "stretch_brief"]


def test_words_of_a_detour_stay() -> None:
    stage = stage_in(Phase.PRESS)
    stage.obey(Command.LOST)
    stage.report(CUES)
    assert [line.key for line in stage.s.steps[stage.s.index].lines] == ["lost"]
    assert stage.s.steps[stage.s.index].cues == ()


def test_the_side_can_still_be_chosen() -> None:
    stage = opened(side=None)
    stage.report(CUES)
    stage.answer(Answer.RIGHT)
    assert stage.s.plan == compile_plan(order(side=Side.RIGHT, talk=Talk.CUES))


def test_a_step_up_is_announced_in_as_many_words() -> None:
    stage = stage_in(Phase.PRESS)
    stage.report(CUES)
    stage.until(lambda s: s.level == 3)
    (said,) = [one for one in steps_from(stage, 0) if isinstance(one, Say) and one.line.key == "l3"]
    assert said.line.text == "A little deeper. Three."


def test_it_is_no_word_after_the_end() -> None:
    stage = stage_in(Phase.PRESS)
    stage.obey(Command.STOP)
    before = stage.s
    stage.report(CUES)
    assert stage.s == before


def test_it_survives_a_restart() -> None:
    stage = stage_in(Phase.WARM_UP)
    stage.report(CUES)
    before = stage.s
    data = json.loads(json.dumps(save(stage.s, stage.now)))
    back = restore(data, AREAS, BOOK, stage.now)
    following = slice(before.index + 1, None)
    assert back.steps[following] == before.steps[following]
    assert back.plan.orders == before.plan.orders
    assert back.order.talk is Talk.CUES


# Only words differ

SAFETY = {
    *("tool_gate", "tool_stop_how", "tool_rest", "light_headed", "rate", "rate_area"),
    *("check", "count", "stretch_end", "cross_rest", "press_soften", "press_holds", "tool_on"),
}
"""What is said in every session, however few words are wanted."""


def every_order() -> Iterator[Order]:
    """Every area, side and length, for people of whom different things are known."""
    profiles = [
        Profile(gun=True, gun_reach=True),
        Profile(first_time=True),
        Profile(senior=True, cautious=True, upright=True, short_breath=True, sessions=4),
    ]
    for area, length, profile in product(AREAS.values(), Length, profiles):
        sides = (*area.sides, *((Side.BOTH,) if len(area.sides) > 1 else ()))
        for side in sides:
            yield Order(area=area, side=side, length=length, profile=profile, book=BOOK)
            yield Order(
                area=area, side=side, length=length, profile=profile, stretch_only=True, book=BOOK
            )


def bare(plan: Plan) -> list[Step]:
    """The steps of a plan, without words."""
    return [replace(step, setup=(), lines=(), cues=()) for step in plan.steps]


def kept(plan: Plan) -> list[list[str]]:
    """What of the words of each step keeps people safe."""
    return [
        [
            line.key
            for line in (*step.setup, *step.lines, *(cue.line for cue in step.cues))
            if line.key in SAFETY or ".avoid." in line.key
        ]
        for step in plan.steps
    ]


def test_fewer_words_are_the_same_steps_for_as_long() -> None:
    for one in every_order():
        full = compile_plan(one)
        for talk in Talk:
            other = compile_plan(replace(one, talk=talk))
            assert bare(other) == bare(full)
            assert kept(other) == kept(full)
            assert other.total == full.total


def test_said_at_once_it_is_as_if_it_had_been_chosen() -> None:
    for one in every_order():
        stage = Stage(compile_plan(one))
        for talk in (Talk.CUES, Talk.FULL):
            stage.report(TalkWanted(talk))
            chosen = compile_plan(replace(one, talk=talk))
            assert stage.s.plan == chosen
            assert stage.s.steps == chosen.steps
            assert stage.is_in(Asking)


OWN = (
    OwnStep(Phase.WARM_UP, 60),
    OwnStep(Phase.BREATHE, 40),
    OwnStep(Phase.LOCATE, 30),
    OwnStep(Phase.PRESS, 70),
    OwnStep(Phase.RELEASE_HOLD, 30),
    OwnStep(Phase.PRESS, 60, spot=2),
    OwnStep(Phase.STRETCH, 40),
)
parts = st.sampled_from(list(AREAS.values())).flatmap(
    lambda area: st.builds(
        Order,
        area=st.just(area),
        side=st.sampled_from(area.sides),
        length=st.sampled_from(list(Length)),
        profile=st.builds(Profile, gun=st.booleans(), sessions=st.integers(0, 5)),
        talk=st.sampled_from(list(Talk)),
        own=st.sampled_from([(), OWN]),
        book=st.just(BOOK),
    )
)


def work(stage: Stage) -> list[tuple[object, ...]]:
    """What was done, and for how long each.

    Hands are on a spot while it is explained, so that of a press and its hold the limits of §2.4
    leave more where less is said, and never more than was planned.
    """
    rows = [note for part in (*stage.s.earlier, stage.s.notes) for note in part.steps]
    return [
        (
            *(note.phase, note.side, note.round, note.spot, note.planned),
            note.done <= timedelta(seconds=note.planned) if note.phase in PRESSING else note.done,
        )
        for note in rows
    ]


def levels(stage: Stage) -> list[int]:
    return [tell.data["pressure"] for tell in stage.told(Event.PRESSURE_CHANGED)]


@given(
    wanted=st.one_of(
        st.tuples(parts),
        # Of more, the last words would count against the half hour that a session lasts.
        st.tuples(parts, parts).filter(lambda two: Length.DEEP not in {o.length for o in two}),
    ),
    says=st.lists(st.tuples(st.floats(1, 200), st.sampled_from(list(Talk))), max_size=6),
)
def test_whenever_it_is_said_the_same_is_done_for_as_long(
    wanted: tuple[Order, ...], says: list[tuple[float, Talk]]
) -> None:
    undisturbed = Stage(compile_plan(*wanted), attentive)
    undisturbed.run()
    stage = Stage(compile_plan(*wanted), attentive)
    for seconds, talk in says:
        stage.run(seconds)
        if stage.s.live:
            before = stage.s
            stage.report(TalkWanted(talk))
            assert stage.s.level == before.level
            assert _clock(stage.s) == _clock(before)
    stage.run()
    assert stage.s.state == undisturbed.s.state
    assert work(stage) == work(undisturbed)
    assert max(levels(stage), default=0) <= max(levels(undisturbed), default=0)


def _clock(s: Session) -> tuple[datetime | None, datetime | None]:
    return (s.state.since, s.state.ends_at) if isinstance(s.state, Working) else (None, None)


@given(seconds=st.lists(st.floats(0.5, 90), max_size=12), wanted=parts)
def test_none_of_it_makes_pressing_firmer_or_longer(seconds: list[float], wanted: Order) -> None:
    """Whenever and however often it is said, to whoever answers nothing but the gates."""
    quiet = Stage(compile_plan(wanted), _admitted)
    quiet.run()
    stage = Stage(compile_plan(wanted), _admitted)
    for number, pause in enumerate(seconds):
        stage.run(pause)
        if stage.s.step is None or not stage.s.live:
            continue
        before = stage.s
        if number % 2 and stage.s.notes.before is None:
            stage.report(NEVER_MIND)
        else:
            try:
                stage.obey(NO_HARDER)
            except NotNow:
                assert stage.s.steps == before.steps
        assert stage.s.level <= before.level
        assert stage.s.unanswered >= before.unanswered
        assert stage.s.ceiling <= before.ceiling
        if stage.is_in(Working) and stage.s.index == before.index:
            assert _clock(stage.s) == _clock(before)
    stage.run()
    assert stage.s.notes.peak <= quiet.s.notes.peak
    assert stage.s.pressed.keys() <= quiet.s.pressed.keys()


def _admitted(stage: Stage, said: Say) -> None:
    """Answer what is asked before a session, and nothing after that."""
    if said.question is not None:
        attentive(stage, said)
