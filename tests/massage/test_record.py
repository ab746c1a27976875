"""What a session leaves behind (massage.md §6)."""

from datetime import datetime, timedelta
import json

import pytest

from massage.messages import Answer, Command, Eased, HeatOff, HeatOn, HeatReady, Rated
from massage.order import Profile
from massage.phases import Length, Phase
from massage.record import records
from tests.massage.stage import T0, attentive, opened, stage_in


def test_a_session_that_was_played_to_its_end() -> None:
    stage = opened(attentive, length=Length.QUICK)
    stage.until(lambda s: s.level == 4)
    stage.obey(Command.RELEASED)
    stage.run()
    [left] = records(stage.s, stage.now, "voice")
    assert json.loads(json.dumps(left)) == left
    assert datetime.fromisoformat(left["started_at"]) == T0
    assert datetime.fromisoformat(left["ended_at"]) == stage.now
    assert left | {"started_at": "", "ended_at": ""} == {
        "started_at": "",
        "ended_at": "",
        "outcome": "finished",
        "trigger": "voice",
        "area": "forearm",
        "side": "left",
        "length": "quick",
        "first_time": False,
        "target": 5,
        "ceiling": 6,
        "peak": 4,
        "before": 6,
        "after": 3,
        "released": [{"side": "left", "spot": 1, "seconds": 24.4}],
        "pressed": [{"side": "left", "spot": 1, "seconds": pytest.approx(55.6, abs=0.1)}],
        "gun_seconds": 0.0,
        "counts": {"released": 1},
        "missed": 0,
        "heat_seconds": 0.0,
        "not_loosening": False,
    }


def test_the_gun_is_counted() -> None:
    stage = opened(attentive, length=Length.DEEP, profile=Profile(gun=True))
    stage.run()
    assert 60 < records(stage.s, stage.now, "action")[0]["gun_seconds"] <= 120


def test_the_length_is_the_one_that_was_played() -> None:
    stage = opened(length=Length.DEEP, profile=Profile(first_time=True))
    [left] = records(stage.s, stage.now, "button")
    assert (left["length"], left["first_time"]) == ("standard", True)


def test_a_session_in_the_middle_counts_up_to_now() -> None:
    stage = stage_in(Phase.PRESS)
    hands = stage.s.hands_since
    assert hands is not None
    stage.run(30)
    [left] = records(stage.s, stage.now, "voice")
    assert left["outcome"] is None
    (pressed,) = left["pressed"]
    assert pressed["seconds"] == round((stage.now - hands).total_seconds(), 1)


def test_heat_is_counted_while_it_is_on_and_afterwards() -> None:
    stage = opened(heat=timedelta(minutes=10))
    stage.answer(Answer.NO)
    stage.answer(Answer.YES)
    stage.report(HeatOn())
    stage.run(60)
    assert records(stage.s, stage.now, "voice")[0]["heat_seconds"] == 60
    stage.report(HeatReady())
    stage.run(5)
    stage.report(HeatOff())
    stage.run(5)
    assert records(stage.s, stage.now, "voice")[0]["heat_seconds"] == 65


def test_what_was_missed_and_said_is_counted() -> None:
    stage = stage_in(Phase.EASE_OFF)
    stage.obey(Command.LIGHTER)
    stage.obey(Command.LIGHTER)
    stage.report(Rated(5))
    stage.report(Eased(easing=True))
    stage.until(lambda s: s.step is not None and s.step.round == 2)
    stage.until(lambda s: s.step is not None and s.step.phase is Phase.CROSS_FIBER)
    [left] = records(stage.s, stage.now, "voice")
    assert left["counts"] == {"lighter": 2}
    assert left["missed"] == 1
