"""Time, silence and limits: who cannot be heard or watched is not pressed (massage.md §2.4)."""

from datetime import timedelta

import pytest

from massage.areas import Side
from massage.messages import (
    Begun,
    ClockMoved,
    Command,
    Event,
    Leaving,
    NotNow,
    SpeechFailed,
    Spoken,
)
from massage.order import Profile
from massage.outcomes import Outcome, PauseReason
from massage.phases import Length, Phase
from massage.session import advance, report
from massage.states import Asking, Ended, Instructing, Paused, Working
from tests.massage.stage import Stage, attentive, opened, silent, stage_in


def seconds(time: timedelta) -> float:
    return round(time.total_seconds(), 3)


def pause_reason(stage: Stage) -> PauseReason:
    return stage.state(Paused).reason


def ended(stage: Stage) -> Outcome:
    return stage.state(Ended).outcome


# The end of speech starts the clock


def test_a_hold_begins_when_its_instruction_was_heard() -> None:
    stage = stage_in(Phase.RELEASE_HOLD, Instructing)
    stage.s, _ = report(
        stage.s, Spoken(stage.state(Instructing).awaited), stage.now + timedelta(seconds=7)
    )
    assert stage.state(Working).since == stage.now + timedelta(seconds=7)
    assert seconds(stage.state(Working).ends_at - stage.state(Working).since) == 25


def test_it_begins_anyway_when_the_end_is_never_seen() -> None:
    """Whoever speaks tells after three seconds; should even that fail, the session does not wait."""
    stage = stage_in(Phase.STRETCH, Instructing)
    number = stage.state(Instructing).awaited
    begins = stage.now + timedelta(seconds=4)
    stage.s, _ = report(stage.s, Begun(number), begins)
    length = timedelta(seconds=stage.s.step.lines[-1].seconds + 3 + 5) if stage.s.step else None
    assert length is not None
    assert stage.s.deadline == begins + length
    before, _ = advance(stage.s, begins + length - timedelta(microseconds=1))
    assert isinstance(before.state, Instructing)
    after, _ = advance(stage.s, begins + length)
    assert isinstance(after.state, Working)


def test_a_line_that_never_begins_is_given_up_as_well() -> None:
    stage = stage_in(Phase.STRETCH, Instructing)
    after, _ = advance(stage.s, stage.state(Instructing).give_up_at)
    assert isinstance(after.state, Working)
    assert stage.state(Instructing).give_up_at > stage.now + timedelta(seconds=28)


def test_a_whole_session_that_never_hears_of_its_speech() -> None:
    stage = opened(attentive)
    stage.mute = True
    stage.run()
    assert ended(stage) is Outcome.FINISHED


# Nobody can be heard, nobody has watched


@pytest.mark.parametrize("phase", [Phase.PRESS, Phase.BROAD, Phase.STRETCH])
def test_a_speaker_that_fails_pauses(phase: Phase) -> None:
    stage = stage_in(phase)
    stage.report(SpeechFailed(stage.s.next_id - 1))
    assert pause_reason(stage) is PauseReason.SILENT
    assert stage.s.level == 0
    assert stage.said()[-1] == "paused_silent"
    before = stage.s
    stage.report(SpeechFailed(stage.s.next_id - 1))
    assert stage.s == before


def test_a_clock_that_moved_pauses_and_makes_up_for_nothing() -> None:
    stage = stage_in(Phase.PRESS)
    stage.run(25)
    stage.now += timedelta(seconds=40)
    mark = len(stage.log)
    stage.report(ClockMoved(timedelta(seconds=40)))
    assert pause_reason(stage) is PauseReason.CLOCK
    assert stage.s.level == 0
    assert stage.said(mark) == ["paused_clock"]
    assert stage.s.pressed["forearm", Side.LEFT, 1] > timedelta(seconds=65)


def test_whoever_leaves_takes_the_hands_off() -> None:
    stage = stage_in(Phase.PRESS)
    stage.report(Leaving())
    assert pause_reason(stage) is PauseReason.LEAVING
    assert stage.s.level == 0
    assert stage.said()[-1] == "paused_leaving"
    before = stage.s
    stage.report(Leaving())
    assert stage.s == before


def test_a_clock_that_moved_in_a_pause_only_lets_time_pass() -> None:
    stage = stage_in(Phase.PRESS)
    stage.obey(Command.PAUSE)
    before = stage.s
    stage.now += timedelta(seconds=60)
    stage.report(ClockMoved(timedelta(seconds=60)))
    assert stage.s == before
    stage.now += timedelta(seconds=600)
    stage.report(ClockMoved(timedelta(seconds=600)))
    assert ended(stage) is Outcome.TIMED_OUT


def test_a_pause_ends_by_itself_after_five_minutes() -> None:
    stage = stage_in(Phase.PRESS)
    stage.obey(Command.PAUSE)
    stage.run(299.9)
    assert stage.is_in(Paused)
    stage.run(0.2)
    assert ended(stage) is Outcome.TIMED_OUT
    assert stage.said()[-1] == "stopped_timeout"


# Two checks that nobody answers


def test_two_unanswered_checks_pause_and_a_minute_later_stop() -> None:
    stage = stage_in(Phase.EASE_OFF)
    stage.until(lambda s: isinstance(s.state, Paused))
    assert pause_reason(stage) is PauseReason.UNANSWERED
    assert stage.said()[-1] == "paused_unanswered"
    assert stage.s.notes.missed == 2
    stage.run(59.9)
    assert stage.is_in(Paused)
    stage.run(0.2)
    assert ended(stage) is Outcome.TIMED_OUT


def test_after_that_it_goes_on_with_the_next_step() -> None:
    stage = stage_in(Phase.EASE_OFF)
    stage.until(lambda s: isinstance(s.state, Paused))
    stage.obey(Command.RESUME)
    assert stage.s.step is not None
    assert stage.s.step.phase is Phase.CROSS_FIBER
    assert stage.s.unanswered == 0


def test_any_word_is_a_sign_of_life() -> None:
    stage = stage_in(Phase.PRESS, number=2)
    stage.person = silent
    stage.until(lambda s: s.step is not None and s.step.phase is Phase.CROSS_FIBER)
    assert stage.s.unanswered == 1


def test_one_unanswered_check_never_makes_it_firmer() -> None:
    stage = stage_in(Phase.PRESS)
    stage.obey(Command.LIGHTER)
    stage.person = silent
    stage.until(lambda s: s.step is not None and s.step.round == 2)
    assert stage.s.unanswered == 1
    assert stage.s.goal <= 2


# The limits, whatever is said


def test_ninety_seconds_of_press_and_no_more() -> None:
    stage = stage_in(Phase.PRESS)
    hands = stage.s.hands_since
    assert hands is not None
    stage.obey(Command.EXTEND)
    stage.obey(Command.EXTEND)
    stage.until(lambda s: s.step is not None and s.step.phase is not Phase.PRESS)
    assert stage.now == hands + timedelta(seconds=90)
    assert stage.s.level == 0
    assert stage.s.step is not None
    assert stage.s.step.phase is Phase.EASE_OFF


def test_an_instruction_that_is_repeated_for_ever_presses_for_ninety_seconds() -> None:
    stage = stage_in(Phase.PRESS, Instructing)
    hands = stage.s.hands_since
    assert hands is not None
    stage.mute = True
    while stage.s.step is not None and stage.s.step.phase is Phase.PRESS:
        stage.obey(Command.REPEAT)
        stage.run(2)
    assert seconds(stage.s.pressed["forearm", Side.LEFT, 1]) == 90


@pytest.mark.parametrize(("profile", "limit"), [(Profile(), 180), (Profile(first_time=True), 120)])
def test_a_spot_has_enough(profile: Profile, limit: int) -> None:
    stage = stage_in(Phase.PRESS, profile=profile)
    stage.person = attentive
    for _ in range(20):
        stage.run(20)
        if stage.s.step is None or stage.s.step.phase is not Phase.PRESS:
            break
        stage.obey(Command.LOST)
        stage.until(lambda s: s.step is None or s.step.phase is not Phase.LOCATE)
    pressed = stage.s.pressed["forearm", Side.LEFT, 1]
    assert limit - 45 < seconds(pressed) <= limit


def test_pausing_and_resuming_wins_no_time() -> None:
    stage = stage_in(Phase.PRESS)
    while stage.s.step is not None and stage.s.step.phase is Phase.PRESS:
        stage.run(30)
        stage.obey(Command.PAUSE)
        stage.obey(Command.RESUME)
    assert timedelta(seconds=60) < stage.s.pressed["forearm", Side.LEFT, 1] <= timedelta(seconds=90)


def test_a_pause_of_ten_seconds_is_a_break() -> None:
    stage = stage_in(Phase.PRESS)
    stage.run(50)
    stage.obey(Command.PAUSE)
    stage.run(10)
    stage.obey(Command.RESUME)
    assert stage.s.step is not None
    assert stage.s.step.phase is Phase.PRESS
    assert stage.s.contact == timedelta()


@pytest.mark.parametrize(
    "profile",
    [
        Profile(pressed_today={Side.LEFT: timedelta(seconds=400)}),
        Profile(pressed_in_all=timedelta(seconds=880)),
        Profile(pressed_in_all=timedelta(seconds=2000)),
    ],
)
def test_enough_for_today_is_enough(profile: Profile) -> None:
    stage = opened(attentive, profile=profile)
    stage.run()
    assert ended(stage) is Outcome.FINISHED
    assert stage.s.notes.peak == 0
    assert not stage.s.pressed


def test_what_was_pressed_today_counts_on_its_own_side() -> None:
    stage = opened(
        attentive,
        side=Side.BOTH,
        length=Length.QUICK,
        profile=Profile(pressed_today={Side.LEFT: timedelta(seconds=420)}),
    )
    stage.run()
    assert {side for _, side, _ in stage.s.pressed} == {Side.RIGHT}


def test_a_spot_that_has_enough_leaves_the_other_its_round() -> None:
    stage = stage_in(Phase.PRESS, length=Length.DEEP)
    stage.obey(Command.EXTEND)
    stage.obey(Command.EXTEND)
    stage.person = attentive
    stage.run(95)
    stage.until(lambda s: s.step is not None and s.step.spot == 2)
    stage.run()
    spots = {spot: seconds(time) for (_, _, spot), time in stage.s.pressed.items()}
    assert spots[1] <= 180
    assert spots[2] > 80
    assert [one.data["step"] for one in stage.told(Event.PHASE_STARTED)][5:8] == [6, 8, 9]


def test_a_side_has_enough_after_five_minutes() -> None:
    """Both spots of a deep session are pressed for as long as they may be, with rests between."""
    stage = stage_in(Phase.PRESS, length=Length.DEEP)
    stage.person = attentive
    while stage.s.live:
        stage.until(lambda s: s.step is None or s.step.phase is not Phase.PRESS or not s.live)
        if stage.s.step is not None and stage.s.step.phase is Phase.RELEASE_HOLD:
            stage.obey(Command.LOST)
            stage.run(15)
        stage.until(lambda s: not s.live or (s.step is not None and s.step.phase is Phase.PRESS))
    assert stage.s.pressed["forearm", Side.LEFT, 1] <= timedelta(seconds=180)
    assert 290 < seconds(sum(stage.s.pressed.values(), timedelta())) <= 300


def test_the_gun_has_a_clock_of_its_own() -> None:
    stage = stage_in(Phase.TOOL, length=Length.DEEP, profile=Profile(gun=True))
    stage.person = attentive
    for _ in range(12):
        if stage.s.step is None or stage.s.step.phase is not Phase.TOOL:
            break
        stage.run(20)
        stage.obey(Command.PAUSE)
        stage.obey(Command.RESUME)
    assert stage.s.step is not None
    assert stage.s.step.phase is Phase.STRETCH
    assert timedelta(seconds=70) < stage.s.gunned["forearm"] <= timedelta(seconds=120)


def test_the_gun_stops_at_two_minutes() -> None:
    """It does so on one side and the other, and gets no more time than was planned."""
    stage = stage_in(Phase.TOOL, length=Length.DEEP, profile=Profile(gun=True))
    with pytest.raises(NotNow, match="no_more_time"):
        stage.obey(Command.EXTEND)
    for _ in range(3):
        stage.obey(Command.REPEAT)
        stage.run(50)
        if stage.s.step is not None and stage.s.step.phase is Phase.TOOL:
            stage.obey(Command.PAUSE)
            stage.obey(Command.RESUME)
    stage.until(lambda s: s.step is not None and s.step.phase is Phase.STRETCH)
    assert 60 <= seconds(stage.s.gunned["forearm"]) <= 120


def test_the_gun_has_had_enough_today() -> None:
    stage = opened(
        attentive,
        length=Length.DEEP,
        profile=Profile(gun=True, gunned_today=timedelta(seconds=590)),
    )
    stage.run()
    assert stage.s.gunned == {}


def test_half_an_hour_is_all() -> None:
    stage = stage_in(Phase.BROAD)
    while stage.s.live:
        stage.obey(Command.PREVIOUS)
        stage.run(30)
        if stage.s.live:
            stage.obey(Command.NEXT)
            stage.run(15)
    assert ended(stage) is Outcome.FINISHED
    assert "time_up" in stage.said()
    assert seconds(stage.s.active) == 1800


def test_a_gap_of_hours_uses_up_the_half_hour() -> None:
    stage = stage_in(Phase.STRETCH)
    stage.now += timedelta(hours=3)
    stage.report(ClockMoved(timedelta(hours=3)))
    mark = len(stage.log)
    stage.obey(Command.RESUME)
    assert ended(stage) is Outcome.FINISHED
    assert {effect.due for _, effect in stage.log[mark:]} == {stage.now}
    assert stage.said()[-1] == "time_up"


def test_a_cue_that_has_no_room_any_more_is_dropped() -> None:
    """The limit of the spot shortens the round under a cue that was planned for its end."""
    today = Profile(pressed_today={Side.LEFT: timedelta(seconds=420 - 50)})
    stage = stage_in(Phase.PRESS, profile=today)
    stage.person = attentive
    stage.until(lambda s: s.step is not None and s.step.phase is not Phase.PRESS)
    assert "hold" not in stage.said()


def test_a_session_tells_what_it_does() -> None:
    stage = opened(attentive, length=Length.QUICK)
    stage.run()
    phases = [(one.data["step"], one.data["phase"]) for one in stage.told(Event.PHASE_STARTED)]
    assert phases == [(n + 1, step.phase) for n, step in enumerate(stage.plan.steps)]
    (told,) = stage.told(Event.FINISHED)
    assert told.data["outcome"] == "finished"
    assert (told.data["area"], told.data["side"], told.data["length"]) == (
        "forearm",
        "left",
        "quick",
    )


def test_a_question_is_not_a_state_to_stay_in() -> None:
    stage = opened()
    assert stage.is_in(Asking)
    assert stage.s.deadline is not None
