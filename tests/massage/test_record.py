"""What a session leaves behind (massage.md §6)."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
import json
from typing import Any

import pytest

from massage.areas import Side, Tool
from massage.heat_reports import HeatOff, HeatOn, HeatReady
from massage.messages import Answer, ClockMoved, Command, Eased, Rated, StopWord, Tier
from massage.notes import Notes
from massage.order import OwnStep, Profile
from massage.phases import PRESSING, Length, Phase
from massage.plan import compile_plan
from massage.record import emptied, is_emptied, records
from massage.session import report
from massage.snapshot import UnreadableSnapshotError, restore, save
from massage.states import Instructing, Paused, Session, Working
from tests.massage.stage import AREAS, BOOK, T0, Stage, attentive, opened, order, silent, stage_in

ELSEWHERE = {"started_at": "", "ended_at": "", "steps": []}


def record(stage: Stage) -> dict[str, Any]:
    """The record of the one area of a session."""
    [left] = records(stage.s, stage.now, "voice")
    assert json.loads(json.dumps(left)) == left
    return left


def rows(left: dict[str, Any]) -> list[tuple[str, int, float]]:
    """What was planned and done of each step."""
    return [(row["phase"], row["planned"], row["done"]) for row in left["steps"]]


def seconds(time: timedelta) -> float:
    return round(time.total_seconds(), 1)


@dataclass
class Bystander:
    """Plays a session with a stopwatch of its own."""

    stage: Stage
    worked: dict[str, timedelta] = field(default_factory=lambda: defaultdict(timedelta))
    """By phase."""
    pressed: timedelta = timedelta()
    felt: timedelta = timedelta()

    def play(self, reached: Callable[[Session], bool] = lambda s: not s.live) -> None:
        """Play until the session is somewhere."""
        while not reached(self.stage.s):
            before, since = self.stage.s, self.stage.now
            self.stage.play_one()
            time = self.stage.now - since
            if before.step is None or not isinstance(before.state, Working | Instructing):
                continue
            if isinstance(before.state, Working):
                self.worked[before.step.phase] += time
            if before.step.phase in PRESSING:
                self.pressed += time
                self.felt += time * before.level

    def agrees(self, left: dict[str, Any]) -> None:
        """Compare with the record."""
        done: dict[str, float] = defaultdict(float)
        for row in left["steps"]:
            done[row["phase"]] += row["done"]
        assert {phase: time for phase, time in done.items() if time} == pytest.approx(
            {phase: time.total_seconds() for phase, time in self.worked.items() if time}, abs=0.3
        )
        assert left["press_seconds"] == pytest.approx(self.pressed.total_seconds(), abs=0.1)
        assert left["mean"] == pytest.approx(self.felt / self.pressed, abs=0.006)


def working(phase: Phase, number: int = 1) -> Callable[[Session], bool]:
    """Whether a session works on a round of a phase."""
    return lambda s: (
        isinstance(s.state, Working)
        and s.step is not None
        and (s.step.phase, s.step.round) == (phase, number)
    )


def test_a_session_that_was_played_to_its_end() -> None:
    stage = opened(attentive, length=Length.QUICK)
    stage.until(lambda s: s.level == 4)
    stage.obey(Command.RELEASED)
    stage.run()
    left = record(stage)
    assert datetime.fromisoformat(left["started_at"]) == T0
    assert datetime.fromisoformat(left["ended_at"]) == stage.now
    assert left | ELSEWHERE == ELSEWHERE | {
        "outcome": "finished",
        "phrase": None,
        "trigger": "voice",
        "routine": None,
        "area": "forearm",
        "side": "left",
        "length": "quick",
        "stretch_only": False,
        "first_time": False,
        "target": 5,
        "ceiling": 6,
        "ceilings": {"person": 6, "area": 6},
        "peak": 4,
        "mean": pytest.approx(3.1, abs=0.1),
        "before": 6,
        "after": 3,
        "next_day": None,
        "released": [{"side": "left", "spot": 1, "released": "yes", "seconds": 24.4}],
        "pressed": [{"side": "left", "spot": 1, "seconds": pytest.approx(55.6, abs=0.1)}],
        "press_seconds": pytest.approx(55.6, abs=0.1),
        "rounds": 1,
        "techniques": {
            "breathe": 20.0,
            "broad": 30.0,
            "press": 24.4,
            "release_hold": 20.0,
            "stretch": 25.0,
        },
        "way": "hands",
        "gun_seconds": 0.0,
        "counts": {"released": 1},
        "missed": 0,
        "heat_seconds": 0.0,
        "heat_troubles": [],
        "not_loosening": False,
    }
    assert rows(left) == [
        ("check_in", 15, 15.0),
        ("breathe", 20, 20.0),
        ("locate", 25, 25.0),
        ("broad", 30, 30.0),
        ("press", 60, 24.4),
        ("release_hold", 20, 20.0),
        ("ease_off", 10, 10.0),
        ("stretch", 25, 25.0),
        ("aftercare", 30, 30.0),
    ]


@pytest.mark.parametrize("side", [Side.LEFT, Side.BOTH])
@pytest.mark.parametrize("length", Length)
def test_what_was_planned_is_the_plan(length: Length, side: Side) -> None:
    stage = opened(side=side, length=length)
    steps = record(stage)["steps"]
    assert [(row["phase"], row["side"], row["planned"], row["done"]) for row in steps] == [
        (step.phase, step.side, step.seconds, 0.0) for step in stage.plan.steps
    ]
    stage.person = attentive
    stage.run()
    for row in record(stage)["steps"]:
        # The limit of a spot ends its last hold before the plan does.
        assert row["done"] == row["planned"] or row["phase"] == "release_hold"
        assert row["planned"] >= row["done"] > 0


def test_before_the_side_is_known_nothing_is_planned() -> None:
    left = record(opened(side=None))
    assert (left["side"], left["steps"], left["outcome"]) == (None, [], None)
    assert (left["mean"], left["way"], left["pressed"]) == (None, None, [])


def test_a_stop_in_the_middle_leaves_the_rest_undone() -> None:
    stage = stage_in(Phase.PRESS)
    stage.run(12)
    stage.obey(Command.STOP)
    left = record(stage)
    assert (left["outcome"], left["rounds"]) == ("stopped", 1)
    assert rows(left)[5] == ("press", 60, 12.0)
    assert {done for _, _, done in rows(left)[6:]} == {0.0}
    assert len(left["steps"]) == len(stage.plan.steps)


def test_a_detour_is_told_from_what_was_planned() -> None:
    stage = stage_in(Phase.PRESS)
    stage.run(10)
    stage.obey(Command.LOST)
    stage.person = attentive
    stage.until(working(Phase.PRESS))
    stage.run(5)
    stage.obey(Command.LOST)
    stage.run()
    left = record(stage)
    assert rows(left)[3:9] == [
        ("locate", 40, 40.0),
        ("broad", 60, 60.0),
        ("press", 60, 75.0),
        ("locate", 0, 20.0),
        ("locate", 0, 20.0),
        ("release_hold", 25, 25.0),
    ]
    assert sum(planned for _, planned, _ in rows(left)) == stage.plan.total.total_seconds()


def test_wrapping_up_is_the_stretch_of_the_plan_cut_short() -> None:
    stage = stage_in(Phase.BROAD)
    stage.run(10)
    stage.obey(Command.WRAP_UP)
    stage.run()
    left = record(stage)
    assert rows(left)[4] == ("broad", 60, 10.0)
    assert rows(left)[-2:] == [("stretch", 60, 25.0), ("aftercare", 40, 40.0)]
    assert len(left["steps"]) == len(stage.plan.steps)


def test_going_back_adds_up() -> None:
    stage = stage_in(Phase.LOCATE)
    stage.run(10)
    stage.obey(Command.PREVIOUS)
    stage.until(working(Phase.BREATHE))
    stage.run(5)
    stage.obey(Command.NEXT)
    stage.until(working(Phase.LOCATE))
    stage.run(7)
    stage.obey(Command.FOUND)
    left = record(stage)
    assert rows(left)[2:4] == [("breathe", 30, 35.0), ("locate", 40, 17.0)]


def test_own_steps_that_look_the_same_are_not_mixed_up() -> None:
    own = (
        OwnStep(Phase.LOCATE, 20),
        OwnStep(Phase.BROAD, 30),
        OwnStep(Phase.BROAD, 40),
        OwnStep(Phase.STRETCH, 25),
    )
    stage = opened(attentive, own=own)
    stage.until(lambda s: s.step is not None and s.step.seconds == 40 and working(Phase.BROAD)(s))
    stage.run(7)
    stage.obey(Command.STOP)
    assert [row for row in rows(record(stage)) if row[0] == "broad"] == [
        ("broad", 30, 30.0),
        ("broad", 40, 7.0),
    ]


def lighter(stage: Stage) -> None:
    stage.obey(Command.LIGHTER)


def lost(stage: Stage) -> None:
    stage.obey(Command.LOST)


def released(stage: Stage) -> None:
    stage.obey(Command.RELEASED)


def paused(stage: Stage) -> None:
    stage.obey(Command.PAUSE)
    stage.run(20)
    stage.obey(Command.RESUME)


def too_much(stage: Stage) -> None:
    stage.obey(Command.TOO_MUCH)


def aching(stage: Stage) -> None:
    stage.obey(Command.ACHES_ELSEWHERE)


def restarted(stage: Stage) -> None:
    data = json.loads(json.dumps(save(stage.s, stage.now)))
    stage.now += timedelta(seconds=30)
    stage.s = restore(data, AREAS, BOOK, stage.now)
    stage.obey(Command.RESUME)


@pytest.mark.parametrize(
    "what", [lighter, lost, released, paused, too_much, aching, restarted, lambda _: None]
)
@pytest.mark.parametrize("level", [2, 3, 5])
def test_times_and_pressure_are_what_a_bystander_sees(
    what: Callable[[Stage], None], level: int
) -> None:
    stage = opened(attentive, length=Length.DEEP, target=6, profile=Profile(gun=True))
    bystander = Bystander(stage)
    bystander.play(lambda s: working(Phase.PRESS)(s) and s.level == level)
    what(stage)
    bystander.play()
    bystander.agrees(record(stage))


def test_what_nobody_watched_was_not_done() -> None:
    stage = stage_in(Phase.PRESS)
    stage.run(8)
    stage.s, _ = report(stage.s, ClockMoved(timedelta(hours=1)), stage.now + timedelta(hours=1))
    assert isinstance(stage.s.state, Paused)
    assert rows(record(stage))[5] == ("press", 60, 60.0)


def test_the_gun_is_counted() -> None:
    stage = opened(attentive, length=Length.DEEP, profile=Profile(gun=True))
    stage.run()
    left = record(stage)
    assert 60 < left["gun_seconds"] <= 120
    assert left["techniques"]["tool"] == 60.0
    assert {one["spot"] for one in left["pressed"]} == {1, 2}


def test_the_way_is_what_it_was_worked_with() -> None:
    area = replace(AREAS["forearm"], ways=(Tool.BALL, Tool.HANDS))
    for tools, way in ((frozenset({Tool.BALL}), "ball"), (frozenset[Tool](), "hands")):
        wanted = replace(order(profile=Profile(tools=tools)), area=area)
        stage = Stage(compile_plan(wanted), attentive)
        assert record(stage)["way"] is None
        stage.until(working(Phase.BROAD))
        stage.run(1)
        assert record(stage)["way"] == way


def test_a_stretch_is_told_from_a_massage() -> None:
    stage = opened(attentive, length=Length.QUICK, stretch_only=True)
    stage.run()
    left = record(stage)
    assert (left["stretch_only"], left["peak"], left["rounds"], left["way"]) == (True, 0, 0, None)
    assert left["techniques"] == {"warm_up": 60.0, "breathe": 20.0, "stretch": 25.0}


def test_the_length_is_the_one_that_was_played() -> None:
    stage = opened(length=Length.DEEP, profile=Profile(first_time=True))
    [left] = records(stage.s, stage.now, "button")
    assert (left["length"], left["first_time"], left["trigger"]) == ("standard", True, "button")


def test_the_ceilings_that_were_in_force() -> None:
    profile = Profile(ceiling=5, first_time=True, cautious=True)
    stage = stage_in(Phase.PRESS, profile=profile)
    assert record(stage)["ceilings"] == {"person": 5, "area": 6, "first_time": 5, "cautious": 4}
    stage.until(lambda s: s.level == 3)
    stage.obey(Command.TOO_MUCH)
    left = record(stage)
    assert (left["ceiling"], left["ceilings"]["words"]) == (2, 2)


def test_a_session_in_the_middle_counts_up_to_now() -> None:
    stage = stage_in(Phase.PRESS)
    hands = stage.s.hands_since
    assert hands is not None
    stage.run(9)
    left = record(stage)
    assert left["outcome"] is None
    (pressed,) = left["pressed"]
    assert pressed["seconds"] == seconds(stage.now - hands)
    assert rows(left)[5] == ("press", 60, 9.0)


def test_heat_is_counted_while_it_is_on_and_afterwards() -> None:
    stage = opened(heat=timedelta(minutes=10))
    stage.answer(Answer.NO)
    stage.answer(Answer.YES)
    stage.report(HeatOn())
    stage.run(60)
    assert record(stage)["heat_seconds"] == 60
    stage.report(HeatReady())
    stage.run(5)
    stage.report(HeatOff())
    stage.run(5)
    assert record(stage)["heat_seconds"] == 65


def test_what_was_missed_and_said_is_counted() -> None:
    stage = stage_in(Phase.EASE_OFF)
    stage.obey(Command.LIGHTER)
    stage.obey(Command.LIGHTER)
    stage.report(Rated(5))
    stage.report(Eased(easing=True))
    stage.until(lambda s: s.step is not None and s.step.round == 2)
    stage.until(lambda s: s.step is not None and s.step.phase is Phase.CROSS_FIBER)
    left = record(stage)
    assert left["counts"] == {"lighter": 2}
    assert left["missed"] == 1


@pytest.mark.parametrize(("easing", "released"), [(True, "partly"), (False, "no")])
def test_what_was_answered_at_a_rest_point(easing: bool, released: str) -> None:  # noqa: FBT001 - a row of the table
    stage = stage_in(Phase.EASE_OFF)
    stage.report(Eased(easing=easing))
    stage.run()
    assert record(stage)["released"] == [
        {"side": "left", "spot": 1, "released": released, "seconds": None}
    ]


def test_each_spot_has_its_own_answer() -> None:
    stage = stage_in(Phase.PRESS, length=Length.DEEP)
    stage.run(20)
    stage.obey(Command.RELEASED)
    stage.until(working(Phase.PRESS, 2))
    stage.run(30)
    stage.obey(Command.RELEASED)
    stage.until(working(Phase.EASE_OFF, 2))
    stage.report(Eased(easing=True))
    stage.until(working(Phase.EASE_OFF, 3))
    stage.report(Eased(easing=False))
    assert record(stage)["released"] == [
        {"side": "left", "spot": 1, "released": "yes", "seconds": 20.0},
        {"side": "left", "spot": 2, "released": "no", "seconds": None},
    ]


def numb(stage: Stage) -> None:
    stage.report(StopWord(Tier.B, certain=False, phrase="numb"))


def test_the_word_that_stopped_it_is_kept_and_nothing_else() -> None:
    stage = stage_in(Phase.PRESS)
    stage.report(StopWord(Tier.B, certain=True, phrase="gone numb"))
    left = record(stage)
    assert (left["outcome"], left["phrase"]) == ("stopped_safety", "gone numb")


def test_a_doubtful_word_is_kept_when_it_was_meant() -> None:
    stage = stage_in(Phase.PRESS)
    numb(stage)
    stage.answer(Answer.YES)
    assert record(stage)["phrase"] == "numb"


def test_a_doubtful_word_is_kept_when_nobody_answers() -> None:
    stage = stage_in(Phase.PRESS)
    numb(stage)
    restarted(stage)
    stage.run()
    left = record(stage)
    assert (left["outcome"], left["phrase"]) == ("stopped_safety", "numb")


def test_a_word_that_was_not_meant_is_not_kept() -> None:
    stage = stage_in(Phase.PRESS)
    numb(stage)
    stage.answer(Answer.NO)
    assert record(stage)["phrase"] is None
    stage.obey(Command.ACHES_ELSEWHERE)
    stage.answer(Answer.UNSURE)
    assert record(stage)["phrase"] == "aches elsewhere"


def two_parts(person: Callable[..., None] = attentive) -> Stage:
    """The same area twice: whatever is counted by area alone would be counted twice."""
    profile = Profile(gun=True)
    left = order(length=Length.DEEP, profile=profile)
    right = order(length=Length.DEEP, side=Side.RIGHT, profile=profile)
    return Stage(compile_plan(left, right), person)


def in_second(s: Session) -> bool:
    return s.part == 1


def test_each_part_has_a_record_of_its_own() -> None:
    stage = two_parts()
    stage.until(in_second)
    turned = stage.now
    stage.until(working(Phase.PRESS))
    stage.until(lambda s: s.level == 4)
    stage.obey(Command.TOO_MUCH)
    stage.run()
    first, second = records(stage.s, stage.now, "schedule")
    assert datetime.fromisoformat(first["started_at"]) == T0
    assert datetime.fromisoformat(first["ended_at"]) == turned
    assert datetime.fromisoformat(second["started_at"]) == turned
    assert datetime.fromisoformat(second["ended_at"]) == stage.now
    assert (first["trigger"], second["trigger"]) == ("schedule", "schedule")
    assert (first["counts"], second["counts"]) == ({}, {"too_much": 1})
    assert (first["ceiling"], second["ceiling"]) == (6, 3)
    assert 60 < first["gun_seconds"] <= 120
    assert second["gun_seconds"] == 0.0
    assert {one["side"] for one in first["pressed"]} == {"left"}
    assert {one["side"] for one in second["pressed"]} == {"right"}
    total = sum((time for time in stage.s.pressed.values()), timedelta())
    assert first["press_seconds"] + second["press_seconds"] == pytest.approx(
        total.total_seconds(), abs=0.2
    )


def test_a_part_that_was_walked_to_its_end_is_finished() -> None:
    stage = two_parts()
    stage.until(in_second)
    stage.obey(Command.STOP)
    assert [left["outcome"] for left in records(stage.s, stage.now, "voice")] == [
        "finished",
        "stopped",
    ]


def test_after_a_safety_stop_all_that_was_worked_on_rests() -> None:
    stage = two_parts()
    stage.until(in_second)
    stage.report(StopWord(Tier.B, certain=True, phrase="dizzy"))
    first, second = records(stage.s, stage.now, "voice")
    assert (first["outcome"], second["outcome"]) == ("stopped_safety", "stopped_safety")
    assert (first["phrase"], second["phrase"]) == (None, "dizzy")


def test_parts_that_were_not_reached_leave_nothing() -> None:
    stage = two_parts(silent)
    assert len(records(stage.s, stage.now, "voice")) == 1
    stage = two_parts()
    stage.until(in_second)
    skipped = replace(stage.s, earlier=(Notes(),))
    assert len(records(skipped, stage.now, "voice")) == 1


def test_the_parts_survive_a_restart() -> None:
    stage = two_parts()
    stage.until(in_second)
    stage.until(working(Phase.PRESS))
    stage.run(12)
    before = records(stage.s, stage.now, "voice")
    data = json.loads(json.dumps(save(stage.s, stage.now)))
    again = restore(data, AREAS, BOOK, stage.now)
    assert records(again, stage.now, "voice") == before


@pytest.mark.parametrize("row", [-1, 99])
def test_notes_about_no_step_cannot_be_read(row: int) -> None:
    stage = stage_in(Phase.PRESS)
    data = json.loads(json.dumps(save(stage.s, stage.now)))
    data["notes"][0]["row"] = row
    with pytest.raises(UnreadableSnapshotError):
        restore(data, AREAS, BOOK, stage.now)


def test_of_an_emptied_record_the_limits_can_be_read_and_nothing_else() -> None:
    stage = opened(attentive, length=Length.QUICK)
    stage.run()
    left = record(stage) | {"next_day": {"feeling": "bruised", "score": 7, "at": "today"}}
    limits = {"area", "side", "length", "outcome", "peak", "pressed", "gun_seconds", "next_day"}
    limits |= {"techniques"}
    times = {"started_at", "ended_at"}
    bare = emptied(left)
    assert {key for key, value in bare.items() if value is not None} == limits | times
    assert bare["next_day"] == {"feeling": "bruised", "score": None, "at": "today"}
    assert {key: bare[key] for key in bare if key in limits - {"next_day"}} == {
        key: left[key] for key in left if key in limits - {"next_day"}
    }
    assert bare.keys() == left.keys()
    assert emptied(record(stage))["next_day"] is None
    assert is_emptied(bare)
    assert not is_emptied(left)
