"""A session as plain data and back: interrupted, with everything that counts against the limits."""

from collections.abc import Callable
from datetime import timedelta
import json
from typing import Any

import pytest

from massage.areas import Side
from massage.heat_reports import HeatOff, HeatOn, HeatStuck
from massage.messages import (
    Answer,
    Command,
    Event,
    Question,
    Rated,
    Say,
    Spoken,
    StopHeat,
    StopWord,
    Tier,
)
from massage.order import Profile
from massage.outcomes import Outcome, PauseReason
from massage.phases import Length, Phase
from massage.snapshot import UnreadableSnapshotError, restore, save, wake
from massage.states import (
    Asking,
    Cooling,
    Ended,
    Instructing,
    Interrupted,
    Paused,
    Session,
    Working,
)
from tests.massage.stage import AREAS, BOOK, Stage, attentive, opened, stage_in


def data_of(stage: Stage) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(save(stage.s, stage.now)))
    return data


def restart(stage: Stage, after: float = 30.0) -> Session:
    """The house goes down and comes up again; the stage goes on with what was stored."""
    data = data_of(stage)
    stage.now += timedelta(seconds=after)
    stage.s = restore(data, AREAS, BOOK, stage.now)
    return stage.s


def wakes(stage: Stage) -> None:
    stage.s, effects = wake(stage.s, stage.now)
    stage.perform(effects)


def test_what_comes_back_is_interrupted_and_says_so() -> None:
    stage = stage_in(Phase.PRESS)
    stage.run(30)
    before = stage.s
    s = restart(stage)
    assert isinstance(s.state, Interrupted)
    assert s.level == 0
    assert s.hands_since is None
    assert s.deadline == stage.now + timedelta(minutes=10)
    wakes(stage)
    assert stage.spoken_text(-1).startswith("We were interrupted at your left forearm")
    assert stage.told(Event.INTERRUPTED)
    assert (s.index, s.steps[s.index].phase) == (before.index, Phase.PRESS)


def test_it_waits_for_a_word_and_then_presses_lightly() -> None:
    stage = stage_in(Phase.PRESS)
    stage.run(30)
    restart(stage)
    stage.run(60)
    assert stage.is_in(Interrupted)
    stage.obey(Command.RESUME)
    assert stage.is_in(Instructing)
    assert stage.s.level == 2


def test_other_steps_keep_what_was_left() -> None:
    stage = stage_in(Phase.STRETCH)
    stage.run(20)
    restart(stage)
    stage.obey(Command.RESUME)
    stage.until(lambda s: isinstance(s.state, Working))
    assert stage.state(Working).ends_at - stage.now == timedelta(seconds=40)


def test_the_time_on_the_spot_still_counts() -> None:
    stage = stage_in(Phase.PRESS)
    hands = stage.s.hands_since
    assert hands is not None
    stage.run(30)
    on = stage.now - hands
    s = restart(stage)
    assert s.pressed == {("forearm", Side.LEFT, 1): on}
    assert s.contact == on


def test_a_restart_of_no_length_is_no_break() -> None:
    stage = stage_in(Phase.PRESS)
    stage.run(55)
    restart(stage, after=0)
    stage.obey(Command.RESUME)
    assert stage.s.step is not None
    assert stage.s.step.phase is not Phase.PRESS


def test_nobody_answers_after_a_restart() -> None:
    stage = stage_in(Phase.PRESS)
    restart(stage)
    stage.run(601)
    assert stage.s.state == Ended(Outcome.TIMED_OUT)


def test_an_ended_session_stays_ended() -> None:
    stage = opened(attentive, length=Length.QUICK)
    stage.run()
    s = restart(stage)
    assert s.state == Ended(Outcome.FINISHED)
    assert s.deadline is None


def test_everything_survives() -> None:
    stage = stage_in(
        Phase.TOOL,
        length=Length.DEEP,
        target=6,
        profile=Profile(
            gun=True,
            pressed_today={Side.LEFT: timedelta(seconds=10)},
            pressed_in_all=timedelta(seconds=20),
            gunned_today=timedelta(seconds=30),
        ),
    )
    stage.run(10)
    stage.obey(Command.LIGHTER)
    stage.obey(Command.PAUSE)
    before = stage.s
    s = restart(stage)
    kept = [
        "steps",
        "index",
        "started_at",
        "next_id",
        "todo",
        "hot",
        "goal",
        "round_level",
        "ceiling",
        "pressed",
        "contact",
        "gunned",
        "unanswered",
        "skipped",
        "no_cross",
        "worse",
        "active",
        "notes",
        "order",
    ]
    assert {name: getattr(s, name) for name in kept} == {
        name: getattr(before, name) for name in kept
    }


def test_a_detour_survives() -> None:
    stage = stage_in(Phase.PRESS)
    stage.run(20)
    stage.obey(Command.LOST)
    steps = [(step.phase, step.side, step.seconds, step.lines) for step in stage.s.steps]
    s = restart(stage)
    assert [(step.phase, step.side, step.seconds, step.lines) for step in s.steps] == steps


def test_every_line_knows_its_language() -> None:
    """Those that come as they are made, and those that were stored with other words."""
    stage = stage_in(Phase.PRESS)
    data = data_of(stage)
    assert data["steps"][-1]["lines"][0][1]
    data["steps"][-1]["lines"][0][1] = "Other words."
    s = restore(data, AREAS, BOOK, stage.now)
    assert s.steps[-1].lines[0].text == "Other words."
    lines = [line for step in s.steps for line in step.lines + step.setup]
    assert {line.language for line in lines} == {BOOK.language} == {"en"}
    assert {line.language for line in (s.line("stopped"), *s.line("stopped").instead)} == {"en"}


def test_the_questions_are_still_open() -> None:
    stage = opened(side=None)
    s = restart(stage)
    assert s.todo == (Question.SIDE, Question.HEALTH)
    wakes(stage)
    assert "forearm" in stage.spoken_text(-1)
    stage.obey(Command.REPEAT)
    stage.obey(Command.RESUME)
    assert stage.state(Asking).question is Question.SIDE


def test_a_safety_question_is_still_open() -> None:
    stage = stage_in(Phase.PRESS)
    stage.report(StopWord(Tier.B, certain=False, phrase="numb"))
    restart(stage)
    stage.run(601)
    assert stage.s.state == Ended(Outcome.STOPPED_SAFETY)


def test_how_serious_the_words_in_doubt_were_is_not_forgotten() -> None:
    stage = stage_in(Phase.PRESS)
    stage.report(StopWord(Tier.A, certain=False, phrase="chest pain"))
    restart(stage)
    stage.obey(Command.RESUME)
    stage.answer(Answer.YES)
    assert stage.s.state == Ended(Outcome.EMERGENCY)


def test_a_session_of_before_words_in_doubt_were_kept_comes_back() -> None:
    stage = stage_in(Phase.PRESS)
    stage.report(StopWord(Tier.A, certain=False, phrase="chest pain"))
    data = data_of(stage)
    for notes in data["notes"]:
        del notes["doubted"]
    stage.s = restore(data, AREAS, BOOK, stage.now)
    stage.obey(Command.RESUME)
    stage.answer(Answer.YES)
    assert stage.s.state == Ended(Outcome.STOPPED_SAFETY)


def test_a_no_to_a_stop_word_does_not_resume() -> None:
    stage = stage_in(Phase.PRESS)
    restart(stage)
    stage.report(StopWord(Tier.B, certain=False, phrase="numb"))
    stage.answer(Answer.NO)
    assert stage.is_in(Paused)


def test_a_score_means_nothing_before_somebody_is_back() -> None:
    stage = stage_in(Phase.PRESS)
    s = restart(stage)
    stage.report(Rated(9))
    assert stage.s == s


def heated(stage: Stage) -> None:
    stage.answer(Answer.NO)
    stage.answer(Answer.YES)
    stage.report(HeatOn())


def test_heat_is_off_first_and_not_started_again() -> None:
    stage = opened(heat=timedelta(minutes=10))
    heated(stage)
    stage.run(60)
    s = restart(stage)
    assert s.hot
    assert s.notes.heated == timedelta(seconds=60)
    wakes(stage)
    assert stage.count(StopHeat) == 1
    stage.obey(Command.RESUME)
    assert stage.is_in(Cooling)
    assert stage.count(StopHeat) == 2
    stage.report(HeatOff())
    assert stage.is_in(Instructing)


def test_a_consent_is_fresh_or_it_is_none() -> None:
    stage = opened(heat=timedelta(minutes=10))
    stage.answer(Answer.NO)
    assert stage.is_in(Asking)
    restart(stage)
    stage.answer(Answer.YES)
    stage.obey(Command.RESUME)
    assert stage.is_in(Instructing)


def test_a_proof_after_a_restart_does_not_resume() -> None:
    stage = opened(heat=timedelta(minutes=10))
    heated(stage)
    restart(stage)
    stage.report(HeatStuck())
    assert stage.is_in(Paused)
    stage.report(HeatOff())
    assert stage.state(Paused).reason is PauseReason.ASKED


def test_a_later_report_about_an_earlier_life_changes_nothing() -> None:
    stage = stage_in(Phase.PRESS)
    s = restart(stage)
    for number in range(s.next_id + 1):
        stage.report(Spoken(number))
    assert stage.s == s


DAMAGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "newer": lambda data: data.update(version=3),
    "no version": lambda data: data.pop("version"),
    "no order": lambda data: data.pop("orders"),
    "unknown area": lambda data: data["orders"][0].update(area="tail"),
    "unknown side": lambda data: data["orders"][0].update(side="up"),
    "unknown step": lambda data: data["steps"][0].update(phase="hop"),
    "step out of range": lambda data: data.update(index=99),
    "step before the first": lambda data: data.update(index=-1),
    "no number": lambda data: data.update(active="long"),
    "endless": lambda data: data.update(active=float("inf")),
    "no list": lambda data: data.update(steps=None),
    "a part too many": lambda data: data["notes"].append(data["notes"][0]),
    "no outcome": lambda data: data.update(outcome="fun"),
    "unknown profile": lambda data: data["orders"][0]["profile"].update(tall=True),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_cannot_be_read_is_refused(damage: Callable[[dict[str, Any]], object]) -> None:
    stage = stage_in(Phase.PRESS)
    data = data_of(stage)
    damage(data)
    with pytest.raises(UnreadableSnapshotError):
        restore(data, AREAS, BOOK, stage.now)


def test_a_ceiling_never_grows_on_disk() -> None:
    stage = stage_in(Phase.PRESS)
    data = data_of(stage)
    data["ceiling"] = 9
    assert restore(data, AREAS, BOOK, stage.now).ceiling == 6


def test_what_is_said_on_coming_back_names_no_side_where_there_is_none() -> None:
    stage = opened(attentive, area="jaw", side=Side.CENTRE)
    stage.run(60)
    _, effects = wake(restart(stage), stage.now)
    [said] = [effect for effect in effects if isinstance(effect, Say)]
    assert said.line.text.startswith("We were interrupted at your jaw, and heat is off.")
