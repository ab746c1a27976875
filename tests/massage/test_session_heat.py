"""Heat before a session: consent, checks, off, proof (massage.md §4.5, §4.8)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from massage.areas import Side
from massage.heat import HeatKind, Warmth
from massage.heat_reports import (
    HeatConfirmed,
    HeatForecast,
    HeatLost,
    HeatOff,
    HeatOn,
    HeatReady,
    HeatStuck,
)
from massage.heating import LOST, SWITCHED_ON
from massage.messages import (
    Answer,
    Answered,
    ClockMoved,
    Command,
    Event,
    NotNow,
    Question,
    Rated,
    Report,
    SpeechFailed,
    StartHeat,
    StopHeat,
    StopWord,
    Tier,
)
from massage.outcomes import Outcome, PauseReason
from massage.phases import Phase
from massage.record import records
from massage.remarks import NoHarder
from massage.states import Asking, Cooling, Ended, Heating, Instructing, Paused, Working
from massage.view import view
from tests.massage.stage import Stage, opened, order, stage_in

TEN = timedelta(minutes=10)


def consenting(minutes: float = 10) -> Stage:
    """The health question is answered; the one about heat has just been asked."""
    stage = opened(heat=timedelta(minutes=minutes))
    stage.answer(Answer.NO)
    stage.until(lambda s: isinstance(s.state, Asking) and s.state.awaited is None)
    return stage


def warming(minutes: float = 10) -> Stage:
    stage = consenting(minutes)
    stage.answer(Answer.YES)
    stage.report(HeatOn())
    return stage


def checking(minutes: float = 10) -> Stage:
    """The skin check has been spoken."""
    stage = warming(minutes)
    stage.until(lambda s: isinstance(s.state, Asking) and s.state.awaited is None)
    return stage


def cooling() -> Stage:
    stage = warming()
    stage.report(HeatReady())
    return stage


def stuck() -> Stage:
    """The coach has said that the heater has to be unplugged."""
    stage = cooling()
    stage.report(HeatStuck())
    stage.until(lambda s: isinstance(s.state, Paused) and s.state.awaited is None)
    return stage


def stops(stage: Stage) -> int:
    return stage.count(StopHeat)


def pause_reason(stage: Stage) -> PauseReason:
    return stage.state(Paused).reason


def test_heat_is_asked_for_and_not_just_started() -> None:
    stage = consenting()
    assert stage.said()[-1] == "heat_ask"
    assert "ten minutes" in stage.spoken_text(-1)
    assert stage.count(StartHeat) == 0


def test_yes_switches_on_for_the_time_that_was_said() -> None:
    stage = warming()
    start = next(effect for _, effect in stage.log if isinstance(effect, StartHeat))
    assert start.off_at - start.due == TEN
    assert stage.said()[-1] == "heat_on"
    assert [one.event for one in stage.told(Event.HEAT_ON)] == ["heat_on"]


def test_an_hour_becomes_a_quarter() -> None:
    stage = consenting(60)
    assert "fifteen minutes" in stage.spoken_text(-1)
    stage.answer(Answer.YES)
    start = next(effect for _, effect in stage.log if isinstance(effect, StartHeat))
    assert start.off_at - start.due == timedelta(minutes=15)


@pytest.mark.parametrize("answer", [Answer.NO, Answer.UNSURE])
def test_anything_but_yes_goes_on_without(answer: Answer) -> None:
    stage = consenting()
    stage.answer(answer)
    assert stage.count(StartHeat) == 0
    assert "heat_skipped" in stage.said()
    assert stage.is_in(Instructing)


def test_silence_for_a_minute_is_a_no() -> None:
    stage = consenting()
    stage.run(59.9)
    assert stage.is_in(Asking)
    stage.run(0.2)
    assert stage.count(StartHeat) == 0
    assert stage.is_in(Instructing)


def test_nobody_consents_to_what_they_have_not_heard() -> None:
    stage = opened(heat=TEN)
    stage.answer(Answer.NO)
    stage.report(Answered(Answer.YES))
    assert stage.count(StartHeat) == 0
    assert stage.is_in(Asking)


def test_a_machine_cannot_consent() -> None:
    stage = consenting()
    before = stage.s
    stage.answer(Answer.YES, person=False)
    assert stage.s == before


def test_the_skin_is_checked_after_five_minutes() -> None:
    stage = warming()
    stage.run(299.9)
    assert "skin_check" not in stage.said()
    stage.run(0.2)
    assert stage.said()[-1] == "skin_check"


def test_yes_goes_on_and_is_asked_again() -> None:
    stage = checking(15)
    stage.answer(Answer.YES)
    assert stage.is_in(Heating)
    assert stops(stage) == 0
    stage.until(lambda s: isinstance(s.state, Asking))
    assert stage.said().count("skin_check") == 2


@pytest.mark.parametrize("answer", [Answer.NO, Answer.UNSURE])
def test_anything_but_yes_to_the_skin_check_is_off(answer: Answer) -> None:
    stage = checking()
    stage.answer(answer)
    assert stops(stage) == 1
    assert stage.said()[-1] == "too_hot_reply"


def test_twenty_seconds_of_silence_are_off() -> None:
    stage = checking()
    stage.run(19.9)
    assert stops(stage) == 0
    stage.run(0.2)
    assert stops(stage) == 1
    assert stage.said()[-1] == "heat_unanswered"


def test_asking_what_was_said_wins_no_time() -> None:
    stage = checking()
    stage.run(15)
    stage.obey(Command.REPEAT)
    assert stage.said()[-1] == "skin_check"
    stage.run(5.1)
    assert stops(stage) == 1


def test_a_check_that_cannot_be_heard_is_off_as_well() -> None:
    stage = warming()
    stage.mute = True
    stage.until(lambda s: isinstance(s.state, Asking))
    stage.run(26)
    assert stops(stage) == 1


def test_the_time_is_over() -> None:
    stage = checking()
    stage.answer(Answer.YES)
    stage.until(lambda s: isinstance(s.state, Cooling))
    assert stops(stage) == 1
    assert stage.said()[-1] == "heat_done"


def test_the_time_is_over_while_the_skin_is_asked_about() -> None:
    stage = checking(5.05)
    stage.run(1)
    assert stage.is_in(Cooling)
    assert stops(stage) == 1


def test_warm_enough_ends_it_early() -> None:
    stage = cooling()
    assert stage.is_in(Cooling)
    assert stops(stage) == 1
    assert stage.said()[-1] == "heat_ready"


def test_warm_enough_while_the_skin_is_asked_about() -> None:
    stage = checking()
    stage.report(HeatReady())
    assert stage.is_in(Cooling)


def test_nothing_begins_before_off_is_proved() -> None:
    stage = cooling()
    stage.run(20)
    assert stage.is_in(Cooling)
    stage.report(HeatOff())
    assert stage.is_in(Instructing)
    assert [one.event for one in stage.told(Event.HEAT_OFF)] == ["heat_off"]
    assert stage.s.notes.heated > timedelta()


def test_no_heat_after_all() -> None:
    stage = warming()
    stage.obey(Command.NEXT)
    assert stage.is_in(Cooling)
    assert stage.said()[-1] == "heat_skipped"


@pytest.mark.parametrize("start", [warming, checking])
def test_too_hot_is_off_at_once(start: object) -> None:
    assert callable(start)
    stage = start()
    stage.obey(Command.TOO_HOT)
    assert stops(stage) == 1
    assert stage.is_in(Cooling)


@pytest.mark.parametrize("word", [Command.TOO_MUCH, Command.LIGHTER])
@pytest.mark.parametrize("start", [warming, checking])
def test_pain_under_a_heater_is_heat(start: object, word: Command) -> None:
    assert callable(start)
    stage = start()
    stage.obey(word)
    assert stops(stage) == 1
    assert stage.said()[-1] == "too_hot_reply"
    assert stage.is_in(Cooling)


def test_no_harder_is_no_matter_of_heat() -> None:
    with pytest.raises(NotNow, match="warming"):
        warming().obey(NoHarder())


def test_too_hot_without_heat_makes_no_sense() -> None:
    with pytest.raises(NotNow, match="not_warming"):
        opened().obey(Command.TOO_HOT)


def test_too_hot_while_it_cools_switches_off_once_more() -> None:
    stage = cooling()
    stage.obey(Command.TOO_HOT)
    assert stops(stage) == 2


def test_waiting_can_be_asked_about() -> None:
    stage = warming()
    stage.obey(Command.REPEAT)
    assert stage.said()[-1] == "heat_waiting"


def test_a_heater_that_is_lost_is_switched_off_and_done_without() -> None:
    stage = warming()
    stage.report(HeatLost("unavailable"))
    assert stops(stage) == 1
    assert stage.said()[-1] == "heat_lost_unavailable"
    assert [one.data["reason"] for one in stage.told(Event.HEAT_FAILED)] == ["unavailable"]
    stage.report(HeatOff())
    assert stage.is_in(Instructing)


def test_a_heater_that_is_lost_while_it_cools_is_told_again() -> None:
    stage = cooling()
    stage.report(HeatLost("unavailable"))
    assert stops(stage) == 2
    assert stage.is_in(Cooling)


def test_a_heater_that_goes_off_by_itself_is_switched_off_too() -> None:
    stage = warming()
    stage.report(HeatOff())
    assert stops(stage) == 1
    assert stage.is_in(Instructing)


def test_a_heater_that_goes_off_while_the_skin_is_asked_about() -> None:
    stage = checking()
    stage.report(HeatOff())
    assert stage.is_in(Instructing)


@pytest.mark.parametrize("late", [False, True])
def test_off_that_is_not_proved_holds_everything_up(late: bool) -> None:  # noqa: FBT001 - a parameter
    stage = cooling()
    if late:
        stage.run(30.1)
    else:
        stage.report(HeatStuck())
    assert pause_reason(stage) is PauseReason.HEAT
    assert stage.said()[-1] == "heat_stuck"
    assert [one.data["reason"] for one in stage.told(Event.HEAT_FAILED)] == ["stuck"]
    for wish in (Command.RESUME, Command.NEXT, Command.WRAP_UP):
        with pytest.raises(NotNow):
            stage.obey(wish)


@pytest.mark.parametrize("fact", [Answered(Answer.YES), HeatConfirmed(), HeatOff()])
def test_unplugged_or_proved_goes_on(fact: Report) -> None:
    stage = stuck()
    stage.report(fact)
    assert stage.is_in(Instructing)
    assert not stage.s.hot


@pytest.mark.parametrize("answer", [Answered(Answer.YES), Answered(Answer.NO)])
def test_nobody_has_unplugged_what_they_have_not_heard_of(answer: Answered) -> None:
    stage = cooling()
    stage.mute = True
    stage.report(HeatStuck())
    stage.report(answer)
    assert pause_reason(stage) is PauseReason.HEAT
    stage.report(SpeechFailed(stage.state(Paused).awaited or 0))
    stage.report(answer)
    assert stage.is_in(Instructing) is (answer == Answered(Answer.YES))


def test_a_pause_while_the_heater_is_seen_to_outlasts_it() -> None:
    stage = stuck()
    stage.obey(Command.PAUSE)
    assert stage.said()[-1] == "heat_stuck"
    with pytest.raises(NotNow, match="already_paused"):
        stage.obey(Command.PAUSE)
    stage.report(HeatOff())
    assert pause_reason(stage) is PauseReason.ASKED
    stage.obey(Command.RESUME)
    assert stage.is_in(Instructing)


@pytest.mark.parametrize(
    "answer", [Answered(Answer.NO), Answered(Answer.UNSURE), Answered(Answer.YES, person=False)]
)
def test_nothing_less_than_a_persons_yes_is_unplugged(answer: Answered) -> None:
    stage = stuck()
    stage.report(answer)
    assert pause_reason(stage) is PauseReason.HEAT


def test_too_hot_while_it_has_to_be_unplugged_says_so_again() -> None:
    stage = stuck()
    before = stops(stage)
    stage.obey(Command.TOO_HOT)
    assert stops(stage) == before + 1
    assert stage.said()[-1] == "heat_stuck"
    assert pause_reason(stage) is PauseReason.HEAT


def test_nobody_unplugs_it() -> None:
    stage = cooling()
    stage.report(HeatStuck())
    stage.obey(Command.REPEAT)
    assert stage.said()[-1] == "heat_stuck"
    stage.run(301)
    assert stage.s.state == Ended(Outcome.TIMED_OUT)
    assert stops(stage) >= 2


def test_unplugged_while_it_warms_is_switched_off_as_well() -> None:
    stage = warming()
    stage.report(HeatConfirmed())
    assert stops(stage) == 1
    assert stage.told(Event.HEAT_OFF) == []
    assert stage.is_in(Instructing)


def test_a_pause_switches_off_and_heat_does_not_come_back() -> None:
    stage = warming()
    stage.obey(Command.PAUSE)
    assert stops(stage) == 1
    stage.obey(Command.RESUME)
    assert stage.is_in(Cooling)
    assert stops(stage) == 2
    stage.report(HeatOff())
    assert stage.is_in(Instructing)
    assert stage.count(StartHeat) == 1


def test_a_pause_that_was_wished_outlasts_the_proof() -> None:
    stage = warming()
    stage.obey(Command.PAUSE)
    stage.report(HeatStuck())
    assert pause_reason(stage) is PauseReason.HEAT
    stage.report(HeatOff())
    assert pause_reason(stage) is PauseReason.ASKED
    stage.obey(Command.RESUME)
    assert stage.is_in(Instructing)


@pytest.mark.parametrize("fact", [ClockMoved(timedelta(seconds=9)), SpeechFailed(1)])
def test_nobody_watches_or_hears(fact: Report) -> None:
    stage = warming()
    stage.report(fact)
    assert stage.is_in(Paused)
    assert stops(stage) == 1


def test_a_stop_word_switches_off() -> None:
    stage = warming()
    stage.report(StopWord(Tier.B, certain=False, phrase="burning"))
    assert stops(stage) == 1
    stage.answer(Answer.NO)
    assert stage.is_in(Cooling)
    stage.report(HeatOff())
    assert stage.is_in(Instructing)


def test_off_may_be_proved_while_something_is_asked() -> None:
    stage = warming()
    stage.report(StopWord(Tier.B, certain=False, phrase="burning"))
    stage.report(HeatOff())
    assert stage.state(Asking).question is Question.WRONG
    stage.answer(Answer.NO)
    assert stage.is_in(Instructing)


def test_the_end_switches_off() -> None:
    stage = warming()
    stage.obey(Command.STOP)
    assert stops(stage) == 1
    stage.report(HeatOff())
    assert [one.event for one in stage.told(Event.HEAT_OFF)] == ["heat_off"]


def test_after_the_end_a_stuck_heater_is_still_said() -> None:
    stage = warming()
    stage.obey(Command.STOP)
    stage.report(HeatStuck())
    assert stage.said()[-1] == "heat_stuck"
    assert stage.s.state == Ended(Outcome.STOPPED)


def test_on_after_the_end_is_switched_off() -> None:
    stage = warming()
    stage.obey(Command.STOP)
    stage.report(HeatOn())
    assert stops(stage) == 2


@pytest.mark.parametrize("state", [Working, Instructing])
def test_on_while_somebody_is_pressed_takes_the_hands_off(
    state: type[Working | Instructing],
) -> None:
    stage = stage_in(Phase.PRESS, state)
    stage.run(1)
    stage.report(HeatOn())
    assert stops(stage) == 1
    assert stage.s.level == 0
    assert stage.is_in(Cooling)
    assert stage.said()[-1] == "too_hot_reply"
    stage.report(HeatOff())
    assert stage.s.step is not None
    assert stage.s.step.phase is Phase.PRESS
    assert stage.s.level == 2


def test_on_in_a_pause_is_switched_off_and_has_to_be_proved() -> None:
    stage = stage_in(Phase.STRETCH)
    stage.run(10)
    stage.obey(Command.PAUSE)
    stage.report(HeatOn())
    assert stops(stage) == 1
    stage.obey(Command.RESUME)
    assert stage.is_in(Cooling)
    stage.report(HeatOff())
    assert stage.state(Instructing).left == timedelta(seconds=50)


def test_nobody_moves_on_before_off_is_proved() -> None:
    stage = stage_in(Phase.STRETCH)
    stage.obey(Command.PAUSE)
    stage.report(HeatOn())
    with pytest.raises(NotNow, match="unplug_first"):
        stage.obey(Command.NEXT)


def test_a_heater_that_came_on_unasked_gets_no_yes() -> None:
    stage = consenting()
    stage.report(HeatOn())
    stage.answer(Answer.YES)
    assert stage.count(StartHeat) == 0
    assert stage.is_in(Cooling)


def test_stuck_while_somebody_is_pressed_takes_the_hands_off() -> None:
    stage = stage_in(Phase.PRESS)
    stage.report(HeatStuck())
    assert pause_reason(stage) is PauseReason.HEAT
    assert stage.s.level == 0
    stage.report(HeatConfirmed())
    assert stage.is_in(Instructing)


def test_late_news_of_no_consequence() -> None:
    stage = stage_in(Phase.BROAD)
    before = stage.s
    for fact in (HeatOff(), HeatReady(), HeatConfirmed()):
        stage.report(fact)
    assert stage.s == before
    stage.report(HeatLost("gone"))
    assert replace(stage.s, notes=before.notes) == before
    assert stage.s.notes.heat_troubles == ("gone",)
    assert stops(stage) == 0


def test_a_score_while_it_warms_changes_nothing() -> None:
    stage = warming()
    before = stage.s
    stage.report(Rated(9))
    assert stage.s == before


# What goes wrong, in words and on record


@pytest.mark.parametrize(("reason", "line"), [*LOST.items(), ("failed", "heat_failed")])
def test_what_goes_wrong_is_said_and_recorded(reason: str, line: str) -> None:
    stage = warming()
    stage.report(HeatLost(reason))
    assert stops(stage) == 1
    assert stage.said()[-1] == line
    assert [one.data["reason"] for one in stage.told(Event.HEAT_FAILED)] == [reason]
    stage.report(HeatLost(reason))
    stage.report(HeatStuck())
    (record,) = records(stage.s, stage.now, "voice")
    assert record["heat_troubles"] == [reason, "stuck"]


@pytest.mark.parametrize("phase", [Phase.PRESS, Phase.STRETCH])
def test_heat_that_somebody_else_switches_on_ends_the_pressing(phase: Phase) -> None:
    stage = stage_in(phase)
    stage.report(HeatLost(SWITCHED_ON))
    assert stage.said()[-1] == "heat_lost_switched_on"
    assert stage.is_in(Cooling)
    assert stage.s.level == 0
    assert stops(stage) == 1
    stage.report(HeatStuck())
    assert pause_reason(stage) is PauseReason.HEAT
    stage.report(HeatOff())
    assert stage.s.step is not None
    assert stage.s.step.phase is phase


def test_heat_that_somebody_else_switches_on_in_a_pause_is_waited_out() -> None:
    stage = stage_in(Phase.PRESS)
    stage.obey(Command.PAUSE)
    stage.report(HeatLost(SWITCHED_ON))
    assert stage.said()[-1] == "heat_lost_switched_on"
    assert pause_reason(stage) is PauseReason.ASKED
    stage.obey(Command.RESUME)
    assert stage.is_in(Cooling)
    stage.report(HeatOff())
    assert stage.is_in(Instructing)


# How long it will take


def ends_at(stage: Stage) -> datetime | None:
    return view(stage.s, stage.now).heat_ends_at


def test_when_it_will_be_warm_is_shown_and_never_later_than_off() -> None:
    stage = warming()
    off_at = stage.state(Heating).off_at
    assert ends_at(stage) == off_at
    assert view(stage.s, stage.now).counts_to == off_at
    soon = stage.now + timedelta(minutes=3)
    stage.report(HeatForecast(soon))
    assert ends_at(stage) == soon
    stage.until(lambda s: isinstance(s.state, Asking))
    stage.report(HeatForecast(soon))
    assert ends_at(stage) == soon
    stage.report(HeatForecast(off_at + TEN))
    assert ends_at(stage) == off_at
    stage.report(HeatForecast(None))
    assert ends_at(stage) == off_at


def test_a_forecast_after_the_heat_changes_nothing() -> None:
    stage = cooling()
    before = stage.s
    stage.report(HeatForecast(stage.now))
    assert stage.s == before


# A pad that nothing else guards; a room


def test_a_pad_that_only_guards_itself_is_said_to_be_so_each_time() -> None:
    stage = opened(heat=TEN, warmth=Warmth(guarded=False))
    stage.answer(Answer.NO)
    stage.until(lambda s: isinstance(s.state, Asking) and s.state.awaited is None)
    assert stage.said()[-2:] == ["heat_unguarded", "heat_ask"]


def in_a_room(*, unasked: bool = False) -> Stage:
    warmth = Warmth(kind=HeatKind.ROOM, unasked=unasked, guarded=False)
    stage = opened(heat=TEN, warmth=warmth)
    stage.answer(Answer.NO)
    return stage


def test_a_room_is_asked_about_and_no_skin_is_checked() -> None:
    stage = in_a_room()
    stage.until(lambda s: isinstance(s.state, Asking) and s.state.awaited is None)
    assert stage.said()[-1] == "heat_ask_room"
    stage.answer(Answer.YES)
    assert stage.said()[-1] == "heat_on_room"
    stage.report(HeatOn())
    stage.until(lambda s: not isinstance(s.state, Heating))
    assert stage.is_in(Cooling)
    assert stage.said()[-1] == "heat_done_room"
    assert {"skin_check", "heat_unguarded"}.isdisjoint(stage.said())


def test_a_room_may_be_warmed_unasked_and_only_after_the_health_question() -> None:
    stage = opened(heat=TEN, warmth=Warmth(kind=HeatKind.ROOM, unasked=True))
    assert stage.count(StartHeat) == 0
    stage.answer(Answer.NO)
    assert stage.count(StartHeat) == 1
    assert stage.is_in(Heating)
    stage.obey(Command.TOO_HOT)
    assert stage.said()[-1] == "too_hot_room"


def test_a_heater_that_is_on_already_is_not_started_unasked() -> None:
    stage = opened(heat=TEN, warmth=Warmth(kind=HeatKind.ROOM, unasked=True))
    stage.report(HeatOn())
    stage.answer(Answer.NO)
    assert stage.count(StartHeat) == 0


@pytest.mark.parametrize("kind", HeatKind)
def test_no_pad_goes_on_a_jaw_and_a_room_may_be_warm_for_it(kind: HeatKind) -> None:
    jaw = order("jaw", side=Side.BOTH, warmth=Warmth(kind=kind))
    assert jaw.may_be_warmed is (kind is HeatKind.ROOM)


def test_nothing_warms_a_body_unasked() -> None:
    with pytest.raises(ValueError, match="needs a yes"):
        Warmth(unasked=True)
