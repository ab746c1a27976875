"""What each word of massage.md §2.3 does, and the ramp of §2.2 between them."""

from datetime import timedelta
from typing import Any

import pytest

from massage.areas import Side
from massage.messages import (
    Answer,
    Begun,
    Command,
    Eased,
    Event,
    NotNow,
    Question,
    Rated,
    SpeechCut,
    Spoken,
)
from massage.order import Profile
from massage.phases import Length, Phase
from massage.pressure import Ramp
from massage.states import Asking, Instructing, Paused, Session, Working
from tests.massage.stage import AREAS, Stage, attentive, opened, stage_in


def at_level(level: int, **wanted: Any) -> Stage:  # noqa: ANN401 - as `stage_in`
    """A press that has climbed to a level."""
    stage = stage_in(Phase.PRESS, **wanted)
    stage.until(lambda s: s.level == level)
    return stage


def phase(stage: Stage) -> Phase:
    assert stage.s.step is not None
    return stage.s.step.phase


def ramp_of(s: Session) -> Ramp:
    assert isinstance(s.state, Working)
    assert s.state.ramp is not None
    return s.state.ramp


def ends_in(stage: Stage) -> float:
    return round((stage.state(Working).ends_at - stage.now).total_seconds(), 3)


def refuses(stage: Stage, wish: Command) -> str:
    before = stage.s
    with pytest.raises(NotNow) as refusal:
        stage.obey(wish)
    assert stage.s is before
    return refusal.value.reason


# The ramp


def test_the_ramp_climbs_to_the_target_and_holds() -> None:
    stage = stage_in(Phase.PRESS)
    begun = stage.now
    climbs = dict[int, float]()
    while phase(stage) is Phase.PRESS:
        climbs.setdefault(stage.s.level, round((stage.now - begun).total_seconds(), 1))
        stage.play_one()
    assert climbs == {2: 0, 3: 14.4, 4: 24.4, 5: 34.9}
    assert stage.s.level == 5
    assert stage.s.notes.peak == 5


@pytest.mark.parametrize(("target", "peak"), [(1, 1), (3, 3), (4, 4), (6, 6), (7, 6)])
def test_target_and_cap_end_the_climb(target: int, peak: int) -> None:
    stage = opened(attentive, target=target, profile=Profile(ceiling=7))
    stage.run()
    assert stage.s.notes.peak == peak


@pytest.mark.parametrize("area", AREAS)
def test_silence_never_raises_pressure(area: str) -> None:
    """Whoever may hear nothing is never told to go beyond where a step begins."""
    stage = opened(attentive, area=area, target=6, length=Length.DEEP, profile=Profile(gun=True))
    stage.mute = True
    while stage.s.live:
        stage.play_one()
        assert stage.s.level <= 2
    assert stage.s.notes.peak == 2


def test_a_level_that_nobody_heard_is_said_again_and_not_passed() -> None:
    stage = at_level(3)
    stage.mute = True
    stage.run(30)
    assert stage.s.level == 3
    assert stage.said().count("l4") >= 2


def test_a_level_that_was_heard_late_makes_the_next_no_earlier_than_now() -> None:
    stage = stage_in(Phase.PRESS)
    stage.mute = True
    stage.run(20.3)
    mark = len(stage.log)
    stage.report(Spoken(stage.s.next_id - 1))
    assert stage.s.level == 3
    assert stage.said(mark) == ["l4"]
    assert {effect.due for _, effect in stage.log[mark:]} == {stage.now}


def test_an_old_line_raises_nothing() -> None:
    stage = at_level(3)
    before = stage.s
    for number in range(1, stage.s.next_id):
        stage.report(Spoken(number))
        stage.report(Begun(number))
    assert stage.s == before


def test_a_line_that_is_talked_over_freezes_the_ramp() -> None:
    stage = stage_in(Phase.PRESS)
    stage.until(lambda s: ramp_of(s).cue is not None)
    stage.report(SpeechCut(stage.s.next_id - 1))
    stage.run(30)
    assert stage.s.level == 2


def test_a_step_up_that_waits_is_frozen_as_well() -> None:
    """It was heard, but ten seconds since the last are not over when the person talks."""
    stage = stage_in(Phase.PRESS)
    stage.until(lambda s: ramp_of(s).rises_at is not None)
    stage.report(SpeechCut(1))
    stage.run(30)
    assert stage.s.level == 3


def test_an_instruction_that_is_talked_over_is_waited_for_and_does_not_climb() -> None:
    stage = stage_in(Phase.PRESS, Instructing)
    number = stage.state(Instructing).awaited
    stage.report(Begun(number))
    stage.report(SpeechCut(number))
    stage.mute = True
    stage.run(20)
    assert stage.state(Instructing).awaited == number
    stage.report(Begun(number, 1.0))
    stage.report(Spoken(number))
    assert ends_in(stage) == 60
    stage.run(50)
    assert stage.s.level == 2


def test_skipping_all_preparation_caps_at_four() -> None:
    stage = stage_in(Phase.WARM_UP)
    for _ in range(2):
        stage.obey(Command.NEXT)
    stage.obey(Command.FOUND)
    stage.obey(Command.NEXT)
    assert phase(stage) is Phase.PRESS
    assert stage.s.goal == 4


def test_preparing_in_part_does_not() -> None:
    stage = stage_in(Phase.BREATHE)
    stage.obey(Command.NEXT)
    stage.obey(Command.FOUND)
    stage.obey(Command.NEXT)
    assert stage.s.goal == 5


def test_the_other_side_does_not_get_round_that() -> None:
    stage = stage_in(Phase.WARM_UP, side=Side.BOTH)
    stage.obey(Command.OTHER_SIDE)
    stage.obey(Command.FOUND)
    stage.obey(Command.NEXT)
    assert phase(stage) is Phase.PRESS
    assert stage.s.goal == 4


# Lighter, too much, harder


def test_lighter_is_one_less_at_once_and_no_more_climbing() -> None:
    stage = at_level(4)
    stage.obey(Command.LIGHTER)
    assert stage.s.level == 3
    assert stage.spoken_text(-1) == "Back to three. Breathe out slowly."
    stage.run(20)
    assert stage.s.level == 3
    assert phase(stage) is Phase.PRESS


def test_the_next_round_climbs_again() -> None:
    stage = at_level(4)
    stage.obey(Command.LIGHTER)
    stage.person = attentive
    stage.until(lambda s: s.step is not None and s.step.round == 2)
    assert stage.s.goal == 5


def test_lighter_never_goes_below_touch() -> None:
    stage = stage_in(Phase.PRESS)
    for _ in range(3):
        stage.obey(Command.LIGHTER)
    assert stage.s.level == 1


def test_lighter_at_the_lightest_holds_what_was_announced() -> None:
    stage = stage_in(Phase.PRESS)
    stage.obey(Command.LIGHTER)
    stage.run(10)
    stage.obey(Command.HARDER)
    assert stage.said()[-1] == "l2"
    stage.obey(Command.LIGHTER)
    stage.run(20)
    assert stage.s.level == 1


@pytest.mark.parametrize("where", [Phase.STRETCH, Phase.WARM_UP])
def test_lighter_where_nothing_presses_is_just_answered(where: Phase) -> None:
    stage = stage_in(where)
    stage.obey(Command.LIGHTER)
    assert stage.said()[-1] == "lighter_ack"
    assert stage.s.level == 0


def test_lighter_in_the_hold_and_in_strokes() -> None:
    for where, level in ((Phase.RELEASE_HOLD, 4), (Phase.BROAD, 1)):
        stage = stage_in(where)
        stage.obey(Command.LIGHTER)
        assert stage.s.level == level


def test_too_much_is_two_less_and_never_that_firm_again() -> None:
    stage = at_level(5)
    stage.obey(Command.TOO_MUCH)
    assert stage.s.level == 3
    assert stage.s.ceiling == 4
    assert stage.said()[-2:] == ["too_much", "breathe_after_too_much"]
    stage.person = attentive
    stage.run()
    assert stage.s.notes.counts[Command.TOO_MUCH] == 1
    phases = [tell.data["phase"] for tell in stage.told(Event.PHASE_STARTED)]
    assert "cross_fiber" not in phases
    later = [tell.data["pressure"] for tell in stage.told(Event.PRESSURE_CHANGED)]
    assert max(later[later.index(5) + 1 :]) == 4


def test_fifteen_seconds_of_breathing_are_quiet() -> None:
    stage = stage_in(Phase.PRESS)
    stage.run(44)
    stage.obey(Command.TOO_MUCH)
    mark = len(stage.log)
    stage.run(15)
    assert stage.said(mark) == []


@pytest.mark.parametrize(
    ("where", "following"), [(Phase.CROSS_FIBER, Phase.STRETCH), (Phase.TOOL, Phase.STRETCH)]
)
def test_too_much_ends_strokes_and_gun(where: Phase, following: Phase) -> None:
    stage = stage_in(where, length=Length.DEEP, profile=Profile(gun=True))
    stage.obey(Command.TOO_MUCH)
    assert phase(stage) is following


def test_too_much_before_the_press_lowers_what_is_aimed_at() -> None:
    stage = stage_in(Phase.EASE_OFF)
    stage.obey(Command.TOO_MUCH)
    assert stage.s.level == 0
    assert stage.s.ceiling == 4


def test_too_much_does_not_drop_an_instruction_nobody_has_heard() -> None:
    stage = stage_in(Phase.RELEASE_HOLD, Instructing)
    stage.obey(Command.TOO_MUCH)
    stage.until(lambda s: isinstance(s.state, Working))
    assert phase(stage) is Phase.RELEASE_HOLD


def test_harder_is_one_more_once_it_was_heard() -> None:
    stage = at_level(5)
    stage.run(10)
    stage.obey(Command.HARDER)
    assert stage.s.level == 5
    assert stage.said()[-1] == "l6"
    stage.run(8)
    assert stage.s.level == 6


def test_harder_has_to_wait_ten_seconds() -> None:
    stage = at_level(5)
    stage.run(9.9)
    assert refuses(stage, Command.HARDER) == "wait_a_moment"


def test_harder_while_a_step_up_is_announced() -> None:
    stage = stage_in(Phase.PRESS)
    stage.run(11)
    assert refuses(stage, Command.HARDER) == "wait_a_moment"


def test_harder_never_goes_beyond_the_ceiling() -> None:
    stage = at_level(5, profile=Profile(ceiling=5))
    stage.run(10)
    assert refuses(stage, Command.HARDER) == "as_firm"


def test_harder_never_goes_beyond_what_unprepared_muscles_bear() -> None:
    stage = stage_in(Phase.WARM_UP)
    for wish in (Command.NEXT, Command.NEXT, Command.FOUND, Command.NEXT):
        stage.obey(wish)
    stage.until(lambda s: s.level == 4)
    stage.run(10)
    assert refuses(stage, Command.HARDER) == "as_firm"


def test_harder_in_the_last_seconds_of_a_long_round() -> None:
    stage = at_level(5)
    stage.obey(Command.EXTEND)
    stage.run(26)
    assert ends_in(stage) < 20
    assert refuses(stage, Command.HARDER) == "as_firm"


def test_harder_away_from_the_press() -> None:
    assert refuses(stage_in(Phase.RELEASE_HOLD), Command.HARDER) == "not_pressing"


# It released, not yet, more time


def test_released_goes_to_the_hold_and_is_noted() -> None:
    stage = at_level(4)
    stage.obey(Command.RELEASED)
    assert phase(stage) is Phase.RELEASE_HOLD
    assert stage.s.level == 4
    assert stage.spoken_text(-1) == "Good. Keep that same gentle pressure while it settles."
    ((side, spot, seconds),) = stage.s.notes.released
    assert (side, spot, round(seconds, 1)) == (Side.LEFT, 1, 24.4)
    assert stage.told(Event.RELEASED)[0].data["seconds"] == pytest.approx(24.4, abs=0.1)


def test_released_while_the_press_is_still_explained() -> None:
    stage = stage_in(Phase.PRESS, Instructing)
    stage.obey(Command.RELEASED)
    assert phase(stage) is Phase.RELEASE_HOLD
    assert stage.s.notes.released == ((Side.LEFT, 1, 0.0),)


def test_released_again_in_the_hold_is_just_answered() -> None:
    stage = stage_in(Phase.RELEASE_HOLD)
    left = ends_in(stage)
    stage.obey(Command.RELEASED)
    assert ends_in(stage) == left
    assert stage.said()[-1] == "released"


def test_released_elsewhere_makes_no_sense() -> None:
    assert refuses(stage_in(Phase.BROAD), Command.RELEASED) == "not_pressing"


def test_released_after_wrap_up_and_back() -> None:
    """The hold is not in the plan any more."""
    stage = at_level(3)
    stage.obey(Command.WRAP_UP)
    stage.run(15)
    stage.obey(Command.PREVIOUS)
    assert phase(stage) is Phase.PRESS
    stage.obey(Command.RELEASED)
    assert phase(stage) is Phase.STRETCH


def test_not_yet_gives_twenty_seconds_at_the_same_level() -> None:
    stage = at_level(4)
    left = ends_in(stage)
    stage.obey(Command.NOT_YET)
    assert ends_in(stage) == left + 20
    assert stage.said()[-1] == "not_yet"
    stage.run(30)
    assert stage.s.level == 4


def test_not_yet_twice_eases_off() -> None:
    stage = at_level(4)
    stage.obey(Command.NOT_YET)
    stage.obey(Command.NOT_YET)
    assert phase(stage) is Phase.EASE_OFF
    assert stage.s.level == 0
    assert "not_yet_end" in stage.said()


def test_not_yet_where_no_time_is_left_eases_off() -> None:
    stage = at_level(5)
    stage.obey(Command.EXTEND)
    stage.obey(Command.EXTEND)
    stage.obey(Command.NOT_YET)
    assert phase(stage) is Phase.EASE_OFF


def test_not_yet_in_the_hold_makes_no_sense() -> None:
    assert refuses(stage_in(Phase.RELEASE_HOLD), Command.NOT_YET) == "not_pressing"


def test_more_time_twice_and_no_more() -> None:
    stage = stage_in(Phase.BROAD)
    for left in (80, 100):
        stage.obey(Command.EXTEND)
        assert ends_in(stage) == left
        assert stage.said()[-1] == "extend"
    assert refuses(stage, Command.EXTEND) == "no_more_time"


def test_more_time_never_goes_past_the_longest_step() -> None:
    stage = stage_in(Phase.EASE_OFF)
    stage.obey(Command.EXTEND)
    stage.obey(Command.EXTEND)
    assert ends_in(stage) == 45
    assert refuses(stage, Command.EXTEND) == "no_more_time"


def test_more_time_never_goes_past_ninety_seconds_of_press() -> None:
    stage = stage_in(Phase.PRESS)
    hands = stage.s.hands_since
    assert hands is not None
    stage.obey(Command.EXTEND)
    stage.obey(Command.EXTEND)
    assert stage.state(Working).ends_at == hands + timedelta(seconds=90)


def test_a_gun_gets_no_more_time_than_was_planned() -> None:
    """Its blocks of thirty seconds, and what is asked after each, are made for that time."""
    stage = stage_in(Phase.TOOL, length=Length.DEEP, profile=Profile(gun=True))
    left = ends_in(stage)
    assert refuses(stage, Command.EXTEND) == "no_more_time"
    assert ends_in(stage) == left


def test_more_time_counts_out_the_new_end() -> None:
    stage = stage_in(Phase.RELEASE_HOLD)
    stage.until(lambda s: bool(s.state.given) if isinstance(s.state, Working) else False)
    assert stage.said()[-1] == "count"
    stage.obey(Command.EXTEND)
    mark = len(stage.log)
    stage.run(6)
    assert "count" in stage.said(mark)


def test_more_time_in_the_middle_of_a_resumed_step_is_still_twice() -> None:
    stage = stage_in(Phase.BROAD)
    stage.obey(Command.EXTEND)
    stage.obey(Command.PAUSE)
    stage.obey(Command.RESUME)
    stage.until(lambda s: isinstance(s.state, Working))
    stage.obey(Command.EXTEND)
    assert refuses(stage, Command.EXTEND) == "no_more_time"


# Finding the spot


def test_found_goes_on() -> None:
    stage = stage_in(Phase.LOCATE)
    stage.obey(Command.FOUND)
    assert phase(stage) is Phase.BROAD
    assert "found" in stage.said()
    assert refuses(stage, Command.FOUND) == "not_locating"


def test_not_found_gives_twenty_seconds_twice() -> None:
    stage = stage_in(Phase.LOCATE)
    for left in (60, 80):
        stage.obey(Command.NOT_FOUND)
        assert ends_in(stage) == left
        assert stage.s.level == 0
    assert refuses(stage, Command.NOT_FOUND) == "no_more_time"
    stage.run(90)
    assert refuses(stage, Command.NOT_FOUND) == "not_locating"


@pytest.mark.parametrize("where", [Phase.PRESS, Phase.RELEASE_HOLD])
def test_lost_looks_for_it_again_and_the_spot_timer_is_kept(where: Phase) -> None:
    stage = stage_in(where)
    stage.run(10)
    before = stage.s.pressed.get(("forearm", Side.LEFT, 1), timedelta())
    stage.obey(Command.LOST)
    assert phase(stage) is Phase.LOCATE
    assert stage.s.level == 0
    assert stage.s.step is not None
    assert stage.s.step.seconds == 20
    assert stage.spoken_text(-1).startswith("Ease off the spot.")
    assert stage.s.pressed["forearm", Side.LEFT, 1] > before
    stage.until(lambda s: s.step is not None and s.step.phase is Phase.PRESS)
    assert stage.s.level == 2


def test_lost_counts_on_the_spot_that_was_lost() -> None:
    stage = stage_in(Phase.PRESS, number=3, length=Length.DEEP)
    first = stage.s.pressed["forearm", Side.LEFT, 1]
    stage.run(20)
    stage.obey(Command.LOST)
    assert stage.s.pressed["forearm", Side.LEFT, 1] == first
    assert stage.s.pressed["forearm", Side.LEFT, 2] > timedelta(seconds=20)


def test_lost_elsewhere_makes_no_sense() -> None:
    assert refuses(stage_in(Phase.STRETCH), Command.LOST) == "not_pressing"


# It aches somewhere else


def test_a_dull_ache_goes_on_at_three_at_most() -> None:
    stage = at_level(5)
    stage.obey(Command.ACHES_ELSEWHERE)
    assert stage.state(Asking).question is Question.ACHE
    assert stage.s.level == 0
    stage.answer(Answer.DULL)
    assert phase(stage) is Phase.PRESS
    assert stage.s.level == 2
    stage.person = attentive
    stage.run(60)
    assert stage.s.ceiling == 3
    assert stage.s.level <= 3


# Pausing


def test_pause_takes_the_hands_off_and_resume_presses_anew() -> None:
    stage = at_level(5)
    stage.obey(Command.PAUSE)
    assert stage.s.level == 0
    assert stage.said()[-1] == "paused"
    assert stage.told(Event.PAUSED)[0].data["reason"] == "asked"
    pressed = stage.s.pressed["forearm", Side.LEFT, 1]
    stage.run(60)
    assert stage.s.pressed["forearm", Side.LEFT, 1] == pressed
    stage.obey(Command.RESUME)
    assert stage.told(Event.RESUMED)
    assert stage.s.level == 2
    stage.until(lambda s: isinstance(s.state, Working))
    assert ends_in(stage) == 60


@pytest.mark.parametrize("where", [Phase.BROAD, Phase.STRETCH, Phase.WARM_UP])
def test_other_steps_keep_what_was_left(where: Phase) -> None:
    stage = stage_in(where)
    stage.run(13)
    stage.obey(Command.PAUSE)
    stage.run(100)
    mark = len(stage.log)
    stage.obey(Command.RESUME)
    stage.until(lambda s: isinstance(s.state, Working))
    assert ends_in(stage) == 47
    assert "halfway" not in stage.said(mark)


def test_a_pause_in_the_instruction_says_it_again() -> None:
    stage = stage_in(Phase.BROAD, Instructing)
    stage.obey(Command.PAUSE)
    stage.obey(Command.RESUME)
    stage.until(lambda s: isinstance(s.state, Working))
    assert ends_in(stage) == 60


def test_what_is_passed_over_after_a_pause_shortens_nothing() -> None:
    """The spot has had enough meanwhile: the stretch that follows is a whole one."""
    stage = stage_in(Phase.PRESS, number=2, profile=Profile(cross=False))
    stage.run(59)
    stage.obey(Command.PAUSE)
    stage.obey(Command.RESUME)
    assert phase(stage) is Phase.STRETCH
    stage.until(lambda s: isinstance(s.state, Working))
    assert ends_in(stage) == 60


# Moving about


def test_next_and_back() -> None:
    stage = stage_in(Phase.BROAD)
    stage.obey(Command.PREVIOUS)
    assert phase(stage) is Phase.LOCATE
    stage.obey(Command.NEXT)
    assert phase(stage) is Phase.BROAD


def test_the_check_in_cannot_be_skipped_or_gone_back_to() -> None:
    stage = stage_in(Phase.CHECK_IN, side=Side.BOTH)
    for wish in (Command.NEXT, Command.OTHER_SIDE, Command.WRAP_UP):
        assert refuses(stage, wish) == "no_next"
    assert refuses(stage, Command.PREVIOUS) == "no_previous"
    assert refuses(stage_in(Phase.WARM_UP), Command.PREVIOUS) == "no_previous"


def test_going_back_from_the_hold_lets_go_first() -> None:
    """Another press would go on for more than ninety seconds in one go."""
    stage = stage_in(Phase.RELEASE_HOLD)
    stage.obey(Command.PREVIOUS)
    assert phase(stage) is Phase.BROAD


def test_going_back_from_the_hold_presses_again_where_there_is_room() -> None:
    stage = stage_in(Phase.PRESS)
    stage.run(10)
    stage.obey(Command.RELEASED)
    stage.obey(Command.PREVIOUS)
    assert phase(stage) is Phase.PRESS
    assert stage.s.level == 2


def test_next_in_a_pause_goes_on() -> None:
    stage = stage_in(Phase.WARM_UP)
    stage.obey(Command.PAUSE)
    stage.obey(Command.NEXT)
    assert phase(stage) is Phase.BREATHE
    assert stage.told(Event.RESUMED)


def test_the_other_side() -> None:
    stage = stage_in(Phase.PRESS, side=Side.BOTH)
    stage.obey(Command.OTHER_SIDE)
    assert stage.s.step is not None
    assert (stage.s.step.phase, stage.s.step.side) == (Phase.LOCATE, Side.RIGHT)
    assert stage.s.level == 0
    assert refuses(stage, Command.OTHER_SIDE) == "one_side_only"


def test_wrap_up_is_a_stretch_and_the_aftercare() -> None:
    stage = stage_in(Phase.PRESS)
    stage.obey(Command.WRAP_UP)
    assert [(step.phase, step.seconds) for step in stage.s.steps[stage.s.index :]] == [
        (Phase.STRETCH, 25),
        (Phase.AFTERCARE, 40),
    ]


def test_wrap_up_in_the_stretch_is_the_aftercare() -> None:
    stage = stage_in(Phase.STRETCH)
    stage.obey(Command.WRAP_UP)
    assert phase(stage) is Phase.AFTERCARE
    stage.obey(Command.WRAP_UP)
    stage.person = attentive
    stage.run()
    assert not stage.s.live


def test_moving_before_the_side_is_known() -> None:
    stage = opened(side=None)
    stage.obey(Command.PAUSE)
    assert refuses(stage, Command.NEXT) == "asking"
    assert refuses(stage, Command.WRAP_UP) == "asking"
    stage.obey(Command.RESUME)
    assert stage.is_in(Asking)


def test_an_open_question_cannot_be_passed() -> None:
    stage = stage_in(Phase.PRESS)
    stage.obey(Command.ACHES_ELSEWHERE)
    stage.obey(Command.PAUSE)
    for wish in (Command.NEXT, Command.WRAP_UP):
        assert refuses(stage, wish) == "asking"
    stage.obey(Command.RESUME)
    assert stage.state(Asking).question is Question.ACHE


# Repeating


def test_repeat_says_the_instruction_and_waits_for_that_one() -> None:
    stage = stage_in(Phase.BROAD, Instructing)
    old = stage.state(Instructing).awaited
    stage.obey(Command.REPEAT)
    stage.report(Spoken(old))
    stage.report(Spoken(stage.state(Instructing).awaited))
    assert stage.is_in(Working)


def test_going_back_cancels_the_line_that_was_awaited() -> None:
    stage = stage_in(Phase.BROAD, Instructing)
    old = stage.state(Instructing).awaited
    stage.obey(Command.PREVIOUS)
    stage.report(Spoken(old))
    assert stage.is_in(Instructing)


def test_repeat_while_working_only_says_it() -> None:
    stage = stage_in(Phase.STRETCH)
    left = ends_in(stage)
    stage.obey(Command.REPEAT)
    assert stage.said()[-2:] == ["forearm.stretch.0", "stretch"]
    assert ends_in(stage) == left


def test_repeating_a_question_gives_the_whole_time_again() -> None:
    stage = opened()
    stage.until(lambda s: isinstance(s.state, Asking) and s.state.awaited is None)
    stage.run(11)
    stage.obey(Command.REPEAT)
    stage.run(11)
    assert stage.state(Asking).times == 1


def test_repeat_in_a_pause() -> None:
    stage = stage_in(Phase.BROAD)
    stage.obey(Command.PAUSE)
    stage.obey(Command.REPEAT)
    assert stage.said()[-2:] == ["paused", "paused"]
    assert stage.is_in(Paused)


# What is answered at the rest points


def test_the_check_is_answered() -> None:
    for easing, key in ((True, "eased_easing"), (False, "eased_same")):
        stage = stage_in(Phase.EASE_OFF)
        stage.report(Eased(easing))
        assert stage.said()[-1] == key
        before = stage.s
        stage.report(Eased(easing))
        assert stage.s == before


def test_the_score_after_it_is_noted() -> None:
    stage = stage_in(Phase.AFTERCARE)
    stage.report(Rated(2))
    assert stage.s.notes.after == 2
    stage.run()
    assert stage.spoken_text(-1).endswith("You rated it six, and now two.")


def test_without_scores_the_end_says_none() -> None:
    stage = stage_in(Phase.AFTERCARE)
    stage.run()
    assert stage.said()[-1] == "end_unrated"


@pytest.mark.parametrize(
    ("before", "score", "worse"), [(3, 5, True), (3, 4, False), (6, 7, True), (None, 7, True)]
)
def test_a_score_that_rose_ends_the_pressing(
    before: int | None,
    score: int,
    worse: bool,  # noqa: FBT001 - a parameter
) -> None:
    stage = opened()
    stage.answer(Answer.NO)
    if before is not None:
        stage.report(Rated(before))
    stage.until(lambda s: s.step is not None and s.step.phase is Phase.EASE_OFF)
    stage.report(Rated(score))
    assert ("worse" in stage.said()) is worse
    if worse:
        assert phase(stage) is Phase.STRETCH
        stage.obey(Command.PREVIOUS)
        assert stage.s.level == 0
        assert phase(stage) is not Phase.PRESS


def test_a_score_that_rose_is_remembered_in_a_pause() -> None:
    stage = stage_in(Phase.PRESS)
    stage.obey(Command.PAUSE)
    stage.report(Rated(8))
    assert stage.is_in(Paused)
    assert stage.said()[-1] == "worse"
    stage.obey(Command.RESUME)
    assert phase(stage) is Phase.STRETCH
