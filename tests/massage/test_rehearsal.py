"""A session on paper is the session that will be played."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from massage import rehearsal
from massage.areas import Side
from massage.messages import Tell
from massage.order import Order, Profile
from massage.phases import PRESSING, Length, Phase
from massage.plan import Plan, compile_plan
from massage.rehearsal import (
    LONGEST,
    Answers,
    Kind,
    Rehearsal,
    Row,
    minutes_and_seconds,
    rehearse as rehearse_at,
)
from tests.massage.stage import AREAS, BOOK, T0, Stage, attentive, order


def plan_of(*orders: Order) -> Plan:
    return compile_plan(*orders)


WELL = Answers()


def rehearse(plan: Plan, answers: Answers = WELL) -> Rehearsal:
    return rehearse_at(plan, T0, answers)


def texts(played: Rehearsal, kind: Kind) -> list[str]:
    return [row.text for row in played.rows if row.kind is kind]


def rows_of(played: Rehearsal, kind: Kind) -> list[Row]:
    return [row for row in played.rows if row.kind is kind]


@pytest.mark.parametrize("length", Length)
@pytest.mark.parametrize("area", AREAS)
def test_it_is_what_a_session_does(area: str, length: Length) -> None:
    """Played once more by the tests' own stage, whose person answers the same."""
    plan = plan_of(order(area, length=length, side=AREAS[area].sides[0], profile=Profile(gun=True)))
    stage = Stage(plan, attentive)
    stage.run()

    played = rehearse(plan)

    heard = [(begins - T0, said.line.text) for begins, _, said in stage.spoken]
    said = [(timedelta(seconds=row.at), row.text) for row in rows_of(played, Kind.SAY)]
    assert said == heard
    assert played.played == stage.now - T0
    levels = [
        effect.data["pressure"]
        for _, effect in stage.log
        if isinstance(effect, Tell) and "pressure" in effect.data
    ]
    assert [row.pressure for row in rows_of(played, Kind.PRESSURE)] == levels


def test_the_same_again() -> None:
    plan = plan_of(order("forearm", length=Length.DEEP))
    assert rehearse(plan) == rehearse(plan)


@pytest.mark.parametrize("side", [Side.LEFT, Side.BOTH])
def test_rows_are_in_order_and_say_where_they_are(side: Side) -> None:
    played = rehearse(plan_of(order("forearm", side=side)))
    order_of = list(Kind)
    keys = [(row.at, order_of.index(row.kind)) for row in played.rows]
    assert keys == sorted(keys)
    assert played.rows[0].at == 0
    for row in rows_of(played, Kind.CLOCK):
        assert row.phase is not None
        assert row.area == "forearm"
        assert row.side in {Side.LEFT, Side.RIGHT}
    pressed = {row.side for row in played.rows if row.phase is Phase.PRESS}
    assert pressed == ({Side.LEFT, Side.RIGHT} if side is Side.BOTH else {side})
    ends = [row for row in played.rows if row.phase is None]
    assert texts(played, Kind.EVENT) == ["started", "finished"]
    assert {row.pressure for row in ends} == {0}


def test_every_step_has_its_clock_and_its_words() -> None:
    plan = plan_of(order("upper_traps", length=Length.DEEP))
    played = rehearse(plan)
    assert [row.phase for row in rows_of(played, Kind.PHASE)] == [step.phase for step in plan.steps]
    assert texts(played, Kind.PHASE) == [BOOK.word(step.phase) for step in plan.steps]
    assert [row.phase for row in rows_of(played, Kind.CLOCK)] == [step.phase for step in plan.steps]
    spoken = texts(played, Kind.SAY)
    for step in plan.steps:
        assert {line.text for line in step.setup + step.lines} <= set(spoken)
    for row in rows_of(played, Kind.SAY):
        assert row.seconds == pytest.approx(len(row.text.split()) / 2.1 + 0.6)


def test_hands_press_where_a_level_is_shown() -> None:
    """With the hands on, rows of a press carry a level; none of it is above the target."""
    played = rehearse(plan_of(order("forearm", target=4)))
    for row in rows_of(played, Kind.CLOCK):
        assert (row.pressure > 0) == (
            row.phase in PRESSING | {Phase.BROAD, Phase.CROSS_FIBER, Phase.TOOL}
        )
    assert max(row.pressure for row in played.rows) == 4
    for before, after in pairwise(rows_of(played, Kind.PRESSURE)):
        assert after.pressure - before.pressure <= 1 or before.phase is not after.phase
    assert "hands off" in texts(played, Kind.PRESSURE)


def test_how_long_it_takes() -> None:
    plan = plan_of(order("forearm"))
    played = rehearse(plan)
    assert played.plan is plan or played.plan == plan
    assert plan.total < plan.estimated_duration < played.played
    assert played.played < plan.estimated_duration + timedelta(minutes=1)


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT, Side.BOTH])
def test_a_side_that_is_open_is_asked_for(side: Side) -> None:
    played = rehearse(plan_of(order("forearm", side=None)), Answers(side=side))
    assert played.plan.order.side is side
    assert texts(played, Kind.ANSWER)[0] == BOOK.word(side)
    assert played.plan.steps


@pytest.mark.parametrize("area", [key for key, area in AREAS.items() if area.gate is not None])
def test_a_gate_is_opened_as_it_must_be(area: str) -> None:
    gate = AREAS[area].gate
    assert gate is not None
    played = rehearse(plan_of(order(area)))
    assert texts(played, Kind.ANSWER)[:2] == ["yes" if gate.opens_on_yes else "no", "no"]
    assert texts(played, Kind.EVENT)[-1] == "finished"


def test_the_day_after_was_a_good_one() -> None:
    """Somebody who has to be asked how they felt after the last time felt as usual."""
    profile = Profile(ask_next_day=True, last_session_at=T0 - timedelta(days=2))
    played = rehearse(plan_of(order("forearm", profile=profile)))
    assert texts(played, Kind.ANSWER)[:2] == ["no", BOOK.word("normal")]
    assert texts(played, Kind.EVENT) == ["started", "finished"]


def heated(**answers: Any) -> Rehearsal:  # noqa: ANN401 - the fields of Answers
    plan = plan_of(order("forearm", heat=timedelta(minutes=10)))
    return rehearse(plan, Answers(**answers))


def test_heat_is_played_with_its_minutes() -> None:
    played = heated(heat=True)
    events = {row.text: row.at for row in rows_of(played, Kind.EVENT)}
    assert events["heat_off"] - events["heat_on"] == pytest.approx(600, abs=5)
    first_step = next(row for row in played.rows if row.kind is Kind.PHASE)
    assert first_step.at >= events["heat_off"]
    assert texts(played, Kind.ANSWER).count("yes") == 2  # the consent, and one check of the skin
    assert played.played > heated().played + timedelta(minutes=10)


def test_heat_can_be_skipped() -> None:
    played = heated()
    assert texts(played, Kind.EVENT) == ["started", "finished"]
    assert BOOK.line("heat_skipped").text in texts(played, Kind.SAY)


def test_several_areas_follow_each_other() -> None:
    orders = order("forearm", length=Length.QUICK), order("upper_traps", length=Length.QUICK)
    played = rehearse(plan_of(*orders))
    areas = [row.area for row in played.rows if row.area is not None]
    assert list(dict.fromkeys(areas)) == ["forearm", "upper_traps"]
    assert areas == sorted(areas)
    assert texts(played, Kind.ANSWER).count("six") == 2  # each area is asked about on its own
    assert texts(played, Kind.EVENT)[-1] == "finished"


def test_scores_are_those_that_were_given() -> None:
    played = rehearse(plan_of(order("forearm")), Answers(before=5, after=2))
    assert texts(played, Kind.SAY)[-1].endswith("You rated it five, and now two.")


def test_somebody_who_is_too_sore_is_not_pressed() -> None:
    played = rehearse(plan_of(order("forearm")), Answers(before=8))
    assert [row.phase for row in rows_of(played, Kind.PHASE)] == [Phase.CHECK_IN]
    assert texts(played, Kind.EVENT)[-1] == "stopped"


def test_the_longest_session_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is cut from the longest there can be, and whatever is longer is cut."""
    orders = [
        order(area, side=Side.BOTH, length=Length.STANDARD, heat=timedelta(minutes=15))
        for area in ("forearm", "upper_traps", "shoulder_blade")
    ]
    played = rehearse(plan_of(*orders), Answers(heat=True))
    assert timedelta(minutes=44) < played.played < LONGEST
    assert texts(played, Kind.SAY)[-1] == BOOK.line("time_up").text
    monkeypatch.setattr(rehearsal, "LONGEST", timedelta(minutes=1))
    assert rehearse(plan_of(*orders)).played <= timedelta(minutes=1)


def test_a_person_answers_only_what_is_asked() -> None:
    plan = plan_of(order("forearm"))
    asked = [row.text for row in rehearse(plan).rows if row.kind is Kind.ANSWER]
    assert asked == ["no", "six", "easing", "easing", "three"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (9.94, "0:09.9"), (9.96, "0:10"), (60, "1:00"), (754.5, "12:34.5")],
)
def test_minutes_and_seconds(seconds: float, text: str) -> None:
    assert minutes_and_seconds(timedelta(seconds=seconds)) == text
