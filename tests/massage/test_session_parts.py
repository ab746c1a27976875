"""A session of several areas: every rule of one area holds for each of them, and limits are shared."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from massage.areas import Consequence, Gate, Region, Side
from massage.heat_reports import HeatOff, HeatReady
from massage.messages import (
    Answer,
    Answered,
    Command,
    Effect,
    Event,
    Lock,
    NotNow,
    Question,
    Rated,
    Say,
    StartHeat,
    StopWord,
    Tier,
)
from massage.order import Order, OwnStep, Profile
from massage.outcomes import Outcome
from massage.phases import Length, Phase
from massage.plan import compile_plan
from massage.record import records
from massage.states import Asking, Ended, Instructing, Session, Working
from massage.view import view
from tests.massage.stage import AREAS, BOOK, Stage, attentive, order, silent

QUICK = {"length": Length.QUICK}
GATED = replace(
    BOOK,
    areas={key: {**texts, "gate": (f"Is {key} fine?",)} for key, texts in BOOK.areas.items()},
)
CHEST = Gate(opens_on_yes=True, otherwise=Consequence.EMERGENCY)
CALF = Gate(opens_on_yes=False, otherwise=Consequence.LEG)


def two(*orders: Order) -> Stage:
    """A session that has just begun, of the forearm and the shoulder blade if nothing is said."""
    return Stage(compile_plan(*(orders or (order(**QUICK), order("shoulder_blade", **QUICK)))))


def gated(area: str, gate: Gate, **wanted: Any) -> Order:  # noqa: ANN401 - the fields of an order
    plain = order(area, book=GATED, **QUICK | wanted)
    return replace(plain, area=replace(AREAS[area], gate=gate))


def question(stage: Stage) -> Question:
    return stage.state(Asking).question


def answer(stage: Stage, *answers: Answer) -> None:
    for one in answers:
        stage.answer(one)


def working(part: int, phase: Phase) -> Any:  # noqa: ANN401 - a question about a session
    def reached(s: Session) -> bool:
        at = s.step is not None and (s.step.part, s.step.phase) == (part, phase)
        return at and isinstance(s.state, Working)

    return reached


def play(stage: Stage, part: int, phase: Phase) -> Stage:
    """Play, with somebody who answers, until a step of a part is being worked on."""
    stage.person = attentive
    if isinstance(stage.s.state, Asking):
        stage.answer(Answer.NO)
    stage.until(working(part, phase))
    return stage


def effects[EffectT: Effect](stage: Stage, kind: type[EffectT]) -> list[EffectT]:
    return [effect for _, effect in stage.log if isinstance(effect, kind)]


# --- questions ------------------------------------------------------------------------------------


def test_both_gates_come_first_then_both_sides_then_health_once() -> None:
    stage = two(
        gated("forearm", CALF, side=None),
        gated("shoulder_blade", CHEST, side=None),
    )
    asked = []
    for reply in (Answer.NO, Answer.YES, Answer.LEFT, Answer.RIGHT, Answer.NO):
        asked.append((question(stage), stage.spoken_text(-1)))
        stage.answer(reply)
    assert asked == [
        (Question.GATE, "Is forearm fine?"),
        (Question.GATE, "Is shoulder_blade fine?"),
        (Question.SIDE, "Which side of your forearm would you like, left, right, or both?"),
        (Question.SIDE, "Which side of your shoulder blade would you like, left, right, or both?"),
        (
            Question.HEALTH,
            "Any new injury, swelling, fever, numbness, or skin problem in any of those places today?",
        ),
    ]
    assert [one.side for one in stage.s.plan.orders] == [Side.LEFT, Side.RIGHT]
    assert stage.said().count("intro") == 1
    assert stage.is_in(Instructing)


def test_a_gate_is_asked_once_where_an_area_comes_twice() -> None:
    stage = two(gated("forearm", CALF), gated("forearm", CALF, side=Side.RIGHT))
    stage.answer(Answer.NO)
    assert question(stage) is Question.HEALTH


def test_the_answer_to_one_gate_is_none_to_the_next() -> None:
    """The second opens on a yes: one more no that was meant for the first locks nobody out."""
    stage = two(gated("forearm", CALF), gated("shoulder_blade", CHEST))
    assert not view(stage.s, stage.now).gate_opens_on_yes
    stage.answer(Answer.NO)
    assert view(stage.s, stage.now).gate_opens_on_yes
    before = stage.s
    stage.report(Answered(Answer.NO))
    assert stage.s == before
    stage.answer(Answer.YES)
    assert question(stage) is Question.HEALTH
    assert not view(stage.s, stage.now).gate_opens_on_yes


def test_a_later_gate_that_stays_shut_is_told_with_its_own_area() -> None:
    stage = two(order(book=GATED, **QUICK), gated("shoulder_blade", CALF))
    stage.answer(Answer.YES)
    assert stage.s.state == Ended(Outcome.REFUSED)
    (lock,) = effects(stage, Lock)
    assert (lock.area, lock.region, lock.heat) == (None, Region.LEG, True)
    assert stage.told(Event.SAFETY_STOP)[0].data["area"] == "shoulder_blade"
    [left] = records(stage.s, stage.now, "voice")
    assert (left["area"], left["outcome"]) == ("forearm", "refused")


def test_a_later_gate_can_be_an_emergency() -> None:
    stage = two(gated("forearm", CALF), gated("shoulder_blade", CHEST))
    answer(stage, Answer.NO, Answer.UNSURE)
    assert stage.s.state == Ended(Outcome.EMERGENCY)
    assert effects(stage, Lock)[0].tier is Tier.A
    assert stage.told(Event.EMERGENCY_PHRASE)[0].data["area"] == "shoulder_blade"


def test_advice_is_given_once() -> None:
    pregnant = Profile(advice="water")
    stage = two(order(profile=pregnant), order("shoulder_blade", profile=pregnant))
    assert stage.said() == ["intro", "intro_wake", "water", "health_several"]


def test_heat_is_asked_once_and_is_that_of_the_first_area() -> None:
    stage = two(
        order(heat=timedelta(minutes=5), **QUICK),
        order("shoulder_blade", heat=timedelta(minutes=10), **QUICK),
    )
    answer(stage, Answer.NO, Answer.YES)
    (heat,) = effects(stage, StartHeat)
    assert heat.off_at - heat.due == timedelta(minutes=5)
    stage.person = attentive
    stage.report(HeatReady())
    stage.report(HeatOff())
    stage.run()
    assert stage.s.state == Ended(Outcome.FINISHED)
    assert stage.said().count("heat_ask") == 1
    assert len(effects(stage, StartHeat)) == 1


def test_heat_that_only_a_later_area_wants_is_not_asked_about() -> None:
    stage = two(order(**QUICK), order("shoulder_blade", heat=timedelta(minutes=10), **QUICK))
    stage.answer(Answer.NO)
    assert stage.is_in(Instructing)


# --- areas one after the other --------------------------------------------------------------------


def test_each_area_has_its_own_check_in_and_its_own_notes() -> None:
    scores = {0: (7, 4), 1: (5, 2)}

    def person(stage: Stage, said: Say) -> None:
        step = stage.s.step
        if said.line.key in {"rate", "rate_area"} and step is not None:
            score = scores[step.part][step.phase is not Phase.CHECK_IN]
            stage.later(1.5, lambda: stage.report(Rated(score)))
        else:
            attentive(stage, said)

    stage = two()
    stage.answer(Answer.NO)
    stage.person = person
    stage.run()
    assert stage.s.state == Ended(Outcome.FINISHED)
    first, second = records(stage.s, stage.now, "voice")
    assert (first["area"], first["before"], first["after"]) == ("forearm", 7, 4)
    assert (second["area"], second["before"], second["after"]) == ("shoulder_blade", 5, 2)


def test_each_area_has_its_own_ceiling() -> None:
    stage = two(
        order(target=7, profile=Profile(ceiling=7)),
        order("shoulder_blade", target=7, profile=Profile(ceiling=7, first_time=True)),
    )
    play(stage, 0, Phase.PRESS)
    assert stage.s.ceiling == 6
    play(stage, 1, Phase.AFTERCARE)
    assert stage.s.ceiling == 5
    assert [notes.peak for notes in (*stage.s.earlier, stage.s.notes)] == [6, 5]


def test_too_much_holds_for_the_areas_that_follow() -> None:
    stage = play(two(order(), order("shoulder_blade")), 0, Phase.PRESS)
    stage.until(lambda s: s.level == 4)
    stage.obey(Command.TOO_MUCH)
    play(stage, 1, Phase.AFTERCARE)
    assert stage.s.ceiling == 3
    assert stage.s.notes.peak == 3
    assert Phase.CROSS_FIBER not in {tell.data["phase"] for tell in stage.told(Event.PHASE_STARTED)}


def test_the_first_time_holds_for_its_own_area() -> None:
    new = Profile(first_time=True)
    stage = two(
        order("shoulder_blade", profile=new, length=Length.DEEP),
        order(length=Length.DEEP),
    )
    assert [one.played_length for one in stage.s.plan.orders] == [Length.STANDARD, Length.DEEP]
    rounds = [
        [step.round for step in stage.s.steps if (step.part, step.phase) == (part, Phase.PRESS)]
        for part in (0, 1)
    ]
    assert rounds == [[1], [1, 2, 3]]


def test_wrap_up_ends_the_whole_session() -> None:
    stage = play(two(), 0, Phase.PRESS)
    stage.obey(Command.WRAP_UP)
    stage.run()
    assert stage.s.state == Ended(Outcome.FINISHED)
    assert [step.part for step in stage.s.steps[-2:]] == [0, 0]
    assert stage.s.steps[-1].duration == timedelta(seconds=30)
    assert len(records(stage.s, stage.now, "voice")) == 1


def test_nothing_leads_back_to_the_area_before() -> None:
    stage = play(two(), 1, Phase.CHECK_IN)
    with pytest.raises(NotNow, match="no_previous"):
        stage.obey(Command.PREVIOUS)
    stage.until(working(1, Phase.LOCATE))
    stage.obey(Command.PREVIOUS)
    assert stage.s.step is not None
    assert stage.s.step.part == 1


def test_next_leads_on_to_the_area_that_follows() -> None:
    stage = play(two(), 0, Phase.AFTERCARE)
    stage.obey(Command.NEXT)
    assert stage.s.step is not None
    assert (stage.s.step.part, stage.s.step.phase) == (1, Phase.CHECK_IN)
    assert stage.s.part == 1


def test_the_other_side_is_that_of_the_same_area() -> None:
    stage = play(two(order(**QUICK), order("shoulder_blade", side=Side.RIGHT)), 0, Phase.PRESS)
    with pytest.raises(NotNow, match="one_side_only"):
        stage.obey(Command.OTHER_SIDE)


def test_a_stop_locks_the_area_that_is_worked_on() -> None:
    stage = play(two(), 1, Phase.PRESS)
    stage.report(StopWord(Tier.B, certain=True, phrase="numb"))
    (lock,) = effects(stage, Lock)
    assert (lock.area, lock.region, lock.heat) == ("shoulder_blade", None, False)


@pytest.mark.parametrize("answers", [False, True])
def test_who_did_not_answer_is_pressed_no_firmer_in_the_next_area(
    answers: bool,  # noqa: FBT001 - a parameter
) -> None:
    stage = play(two(), 0, Phase.PRESS)
    stage.until(lambda s: s.level == 3)
    stage.obey(Command.LIGHTER)
    stage.until(working(0, Phase.EASE_OFF))
    stage.forget()
    stage.person = attentive if answers else silent
    stage.until(working(1, Phase.PRESS))
    stage.until(working(1, Phase.EASE_OFF))
    assert stage.s.notes.peak == (5 if answers else 2)


# --- limits ---------------------------------------------------------------------------------------


def pressed(s: Session, area: str) -> timedelta:
    return sum((time for (one, *_), time in s.pressed.items() if one == area), timedelta())


def test_the_same_area_twice_shares_its_limits() -> None:
    stage = two(order(), order())
    play(stage, 1, Phase.AFTERCARE)
    assert timedelta(seconds=150) < pressed(stage.s, "forearm") <= timedelta(seconds=180)
    assert stage.s.notes.peak == 0


def spots(stage: Stage, area: str = "forearm") -> list[tuple[Side, int]]:
    return [(side, spot) for one, side, spot in stage.s.pressed if one == area]


THREE = (
    OwnStep(Phase.LOCATE, 30),
    *(OwnStep(Phase.PRESS, 30, spot) for spot in (1, 2, 3)),
    OwnStep(Phase.STRETCH, 30),
)


def test_an_area_is_pressed_on_three_spots_whatever_their_sides() -> None:
    stage = two(order(side=None, own=THREE))
    stage.answer(Answer.BOTH)
    play(stage, 0, Phase.AFTERCARE)
    assert spots(stage) == [(Side.LEFT, 1), (Side.LEFT, 2), (Side.LEFT, 3)]
    right = [step.phase for step in stage.s.steps if step.side is Side.RIGHT]
    assert right.count(Phase.PRESS) == 3
    assert stage.told(Event.PHASE_STARTED)[-2].data["phase"] == "stretch"


def test_no_word_leads_to_a_fourth_spot() -> None:
    """Next leads on, and back leads to what was pressed before."""
    stage = play(two(order(side=Side.BOTH, own=THREE)), 0, Phase.PRESS)
    stage.obey(Command.OTHER_SIDE)
    for _ in range(2):
        stage.until(working(0, Phase.PRESS))
        stage.run(10)
        stage.obey(Command.NEXT)
    play(stage, 0, Phase.STRETCH)
    assert spots(stage) == [(Side.LEFT, 1), (Side.RIGHT, 1), (Side.RIGHT, 2)]
    stage.obey(Command.PREVIOUS)
    play(stage, 0, Phase.AFTERCARE)
    assert len(spots(stage)) == 3


def test_an_area_that_comes_twice_has_three_spots_in_all() -> None:
    stage = two(*(order(side=side, length=Length.DEEP) for side in (Side.LEFT, Side.RIGHT)))
    play(stage, 1, Phase.AFTERCARE)
    assert spots(stage) == [(Side.LEFT, 1), (Side.LEFT, 2), (Side.RIGHT, 1)]


def test_another_area_has_three_spots_of_its_own() -> None:
    stage = play(two(order(own=THREE), order("shoulder_blade", own=THREE)), 1, Phase.AFTERCARE)
    assert len(spots(stage)) == len(spots(stage, "shoulder_blade")) == 3


def test_two_areas_do_not_share_them() -> None:
    stage = two(order(), order("shoulder_blade"))
    play(stage, 1, Phase.AFTERCARE)
    for area in ("forearm", "shoulder_blade"):
        assert pressed(stage.s, area) > timedelta(seconds=150)


def test_all_areas_share_the_day() -> None:
    today = Profile(pressed_in_all=timedelta(seconds=700))
    stage = two(order(profile=today), order("shoulder_blade", profile=today))
    play(stage, 1, Phase.AFTERCARE)
    in_all = pressed(stage.s, "forearm") + pressed(stage.s, "shoulder_blade")
    assert timedelta(seconds=150) < in_all <= timedelta(seconds=200)


def test_the_gun_shares_its_limit_where_an_area_comes_twice() -> None:
    gun = Profile(gun=True)
    stage = two(*(order(length=Length.DEEP, profile=gun) for _ in range(3)))
    stage.answer(Answer.NO)
    stage.person = attentive
    stage.run()
    assert timedelta(seconds=60) < stage.s.gunned["forearm"] <= timedelta(seconds=120)


# --- the neck -------------------------------------------------------------------------------------


def test_the_neck_counts_from_when_it_is_worked_on_to_the_end() -> None:
    stage = two(order(**QUICK), order("upper_traps", **QUICK), order("shoulder_blade", **QUICK))
    for part, neck in enumerate((False, True, True)):
        play(stage, part, Phase.LOCATE)
        assert stage.s.neck is neck
        assert view(stage.s, stage.now).neck is neck


def test_no_neck_in_a_session_that_has_none() -> None:
    assert not two().s.neck


def test_an_area_that_got_worse_leaves_the_next_alone() -> None:
    """massage.md §4.3, tier C: a score that rose ends the pressing, wherever it is told."""
    stage = Stage(compile_plan(order(length=Length.QUICK), order("calf", length=Length.QUICK)))
    stage.person = attentive
    stage.until(lambda s: s.step is not None and s.step.phase is Phase.AFTERCARE)
    stage.report(Rated(9))
    assert stage.said()[-1] == "worse"
    stage.run()
    assert {area for area, _, _ in stage.s.pressed} == {"forearm"}


def test_a_side_that_got_worse_leaves_the_other_unpressed() -> None:
    stage = Stage(compile_plan(order(side=Side.BOTH, length=Length.QUICK)))
    stage.person = attentive
    stage.until(lambda s: s.step is not None and s.step.phase is Phase.STRETCH)
    stage.report(Rated(8))
    stage.run()
    assert {side for _, side, _ in stage.s.pressed} == {Side.LEFT}
