"""Rest, load and locks (massage.md §2.4, §4.3, §4.4)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from massage.areas import Area, Gun, Region, Side
from massage.load import (
    Feeling,
    Past,
    StandingLock,
    first_time,
    heat_locked,
    locked,
    lowered,
    pressed_today,
    resting_until,
    room_from,
    sharing,
)
from massage.messages import Tier
from massage.phases import Length

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIGHT = Past(
    area="forearm",
    side=Side.LEFT,
    ended_at=NOW,
    length=Length.QUICK,
    peak=4,
    press_seconds=60,
)


@pytest.mark.parametrize(
    ("past", "hours"),
    [
        (LIGHT, 8),
        (replace(LIGHT, peak=5), 24),
        (replace(LIGHT, length=Length.STANDARD), 24),
        (replace(LIGHT, peak=6), 48),
        (replace(LIGHT, length=Length.DEEP, peak=3), 48),
        (replace(LIGHT, gun=True), 48),
        (replace(LIGHT, safety_stop=True), 48),
        (replace(LIGHT, peak=0, safety_stop=True), 48),
        (replace(LIGHT, next_day=Feeling.NORMAL), 8),
        (replace(LIGHT, next_day=Feeling.BIT_SORE), 48),
        (replace(LIGHT, next_day=Feeling.VERY_SORE), 72),
        (replace(LIGHT, next_day=Feeling.BRUISED), 72),
        (replace(LIGHT, peak=6, next_day=Feeling.NORMAL), 48),
    ],
)
def test_how_long_an_area_rests(past: Past, hours: int) -> None:
    end = NOW + hours * HOUR
    group = {"forearm"}
    assert resting_until([past], group, Side.LEFT, NOW) == end
    assert resting_until([past], group, Side.LEFT, end - timedelta(seconds=1)) == end
    assert resting_until([past], group, Side.LEFT, end) is None


def test_a_session_that_touched_nothing_needs_no_rest() -> None:
    assert resting_until([replace(LIGHT, peak=0)], {"forearm"}, Side.LEFT, NOW) is None
    assert (
        resting_until([replace(LIGHT, peak=0, length=Length.DEEP)], {"forearm"}, Side.LEFT, NOW)
        is None
    )


def test_two_light_sessions_a_day() -> None:
    morning = replace(LIGHT, ended_at=NOW - 9 * HOUR)
    assert resting_until([morning], {"forearm"}, Side.LEFT, NOW) is None
    assert resting_until([LIGHT, morning], {"forearm"}, Side.LEFT, NOW) == NOW + 15 * HOUR
    earlier = replace(LIGHT, ended_at=NOW - 20 * HOUR)
    assert resting_until([earlier, morning], {"forearm"}, Side.LEFT, NOW) == NOW + 4 * HOUR


@pytest.mark.parametrize(
    ("past", "asked", "rests"),
    [
        (Side.LEFT, Side.LEFT, True),
        (Side.LEFT, Side.RIGHT, False),
        (Side.LEFT, Side.BOTH, True),
        (Side.BOTH, Side.RIGHT, True),
        (Side.CENTRE, Side.LEFT, True),
    ],
)
def test_sides(past: Side, asked: Side, rests: bool) -> None:  # noqa: FBT001 - a column of the table
    records = [replace(LIGHT, side=past)]
    assert (resting_until(records, {"forearm"}, asked, NOW) is not None) is rests
    assert pressed_today(records, NOW, "forearm", asked) == (60 if rests else 0)


def area(key: str, overlap: str | None = None, region: Region = Region.TRUNK) -> Area:
    return Area(
        key=key,
        region=region,
        sides=(Side.CENTRE,),
        cap=5,
        cross=0,
        gun=Gun.NO,
        overlap=overlap,
    )


def test_areas_of_a_group_rest_together() -> None:
    neck, jaw = area("upper_traps", "neck"), area("jaw", "neck")
    arm, hand = area("forearm"), area("hand_thumb")
    everything = (neck, jaw, arm, hand)
    assert sharing(neck, everything) == {"upper_traps", "jaw"}
    assert sharing(arm, everything) == {"forearm"}
    worked = [replace(LIGHT, area="jaw")]
    assert resting_until(worked, sharing(neck, everything), Side.LEFT, NOW) == NOW + 8 * HOUR
    assert resting_until(worked, sharing(arm, everything), Side.LEFT, NOW) is None


def test_pressed_today() -> None:
    records = [
        LIGHT,
        replace(LIGHT, side=Side.RIGHT, press_seconds=30),
        replace(LIGHT, area="calf", press_seconds=100, ended_at=NOW - 23 * HOUR),
        replace(LIGHT, ended_at=NOW - 24 * HOUR, press_seconds=500),
    ]
    assert pressed_today(records, NOW) == 190
    assert pressed_today(records, NOW, "forearm") == 90
    assert pressed_today(records, NOW, "forearm", Side.LEFT) == 60
    assert pressed_today([replace(LIGHT, ended_at=NOW + HOUR)], NOW) == 60


def test_first_time() -> None:
    def ago(days: int, peak: int = 4) -> list[Past]:
        return [replace(LIGHT, ended_at=NOW - timedelta(days=days), peak=peak)]

    assert first_time([], "forearm", NOW)
    assert first_time(ago(1), "calf", NOW)
    assert first_time(ago(1, peak=0), "forearm", NOW)
    assert not first_time(ago(60), "forearm", NOW)
    assert first_time(ago(61), "forearm", NOW)


@pytest.mark.parametrize("feeling", [Feeling.VERY_SORE, Feeling.BRUISED])
def test_a_bad_day_after_lowers_the_ceiling_until_a_better_one(feeling: Feeling) -> None:
    def at(hours: int, felt: Feeling | None, **changes: Any) -> Past:  # noqa: ANN401 - fields of a Past
        return replace(LIGHT, ended_at=NOW - hours * HOUR, next_day=felt, **changes)

    group = {"forearm", "hand_thumb"}
    bad = at(100, feeling)
    assert lowered([bad], group, Side.LEFT, NOW) == 1
    assert lowered([bad], group, Side.BOTH, NOW) == 1
    assert lowered([bad], group, Side.RIGHT, NOW) == 0
    assert lowered([bad], {"calf"}, Side.LEFT, NOW) == 0
    assert lowered([bad, at(10, None, peak=0)], group, Side.LEFT, NOW) == 1
    assert lowered([bad, at(10, None)], group, Side.LEFT, NOW) == 0
    assert lowered([at(10, Feeling.BIT_SORE), bad], group, Side.LEFT, NOW) == 0
    assert lowered([at(10, feeling, area="hand_thumb"), bad], group, Side.LEFT, NOW) == 1
    assert lowered([at(24 * 60, feeling)], group, Side.LEFT, NOW) == 1
    assert lowered([at(24 * 60 + 1, feeling)], group, Side.LEFT, NOW) == 0
    assert lowered([], group, Side.LEFT, NOW) == 0


def test_both_sides_of_the_last_session_count() -> None:
    two = [LIGHT, replace(LIGHT, side=Side.RIGHT, next_day=Feeling.BRUISED)]
    assert lowered(two, {"forearm"}, Side.BOTH, NOW) == 1
    assert lowered(two, {"forearm"}, Side.LEFT, NOW) == 0


EMERGENCY = StandingLock(tier=Tier.A, until=NOW + 24 * HOUR, heat=True)
STOP = StandingLock(tier=Tier.B, until=NOW + 48 * HOUR, area="forearm")
LEGS = StandingLock(tier=Tier.B, until=NOW + 48 * HOUR, region=Region.LEG, heat=True)
CALF = replace(STOP, area="calf")


def seen(lock: StandingLock) -> StandingLock:
    return replace(lock, acknowledged=True)


@pytest.mark.parametrize(
    ("locks", "key", "hours", "reason"),
    [
        ([], "calf", 0, None),
        ([EMERGENCY], "calf", 0, "locked_emergency"),
        ([EMERGENCY], "calf", 24, "acknowledge_emergency"),
        ([seen(EMERGENCY)], "calf", 23, "locked_emergency"),
        ([seen(EMERGENCY)], "calf", 24, None),
        ([STOP], "forearm", 0, "locked_area"),
        ([STOP], "forearm", 48, "acknowledge_area"),
        ([seen(STOP)], "forearm", 47, "locked_area"),
        ([seen(STOP)], "forearm", 48, None),
        ([STOP], "calf", 0, None),
        ([STOP, EMERGENCY], "forearm", 0, "locked_emergency"),
        ([STOP, seen(EMERGENCY)], "forearm", 30, "locked_area"),
        ([LEGS], "calf", 0, "locked_region"),
        ([LEGS], "foot_arch", 47, "locked_region"),
        ([LEGS], "foot_arch", 48, "acknowledge_region"),
        ([seen(LEGS)], "foot_arch", 47, "locked_region"),
        ([seen(LEGS)], "foot_arch", 48, None),
        ([LEGS], "forearm", 0, None),
        ([CALF, LEGS], "calf", 0, "locked_region"),
        ([CALF, seen(LEGS)], "calf", 48, "acknowledge_area"),
    ],
)
def test_locks(locks: list[StandingLock], key: str, hours: int, reason: str | None) -> None:
    region = Region.LEG if key in {"calf", "foot_arch"} else Region.ARM
    assert locked(locks, area(key, region=region), NOW + hours * HOUR) == reason


@pytest.mark.parametrize(
    ("locks", "hours", "forbidden"),
    [
        ([], 0, False),
        ([STOP], 0, False),
        ([EMERGENCY], 0, True),
        ([EMERGENCY], 24, True),
        ([seen(EMERGENCY)], 23, True),
        ([seen(EMERGENCY)], 24, False),
        ([STOP, LEGS], 0, True),
        ([seen(LEGS)], 47, True),
        ([LEGS], 48, True),
        ([seen(LEGS)], 48, False),
    ],
)
def test_locks_on_heat(locks: list[StandingLock], hours: int, forbidden: bool) -> None:  # noqa: FBT001 - a column of the table
    assert heat_locked(locks, NOW + hours * HOUR) is forbidden


records = st.builds(
    Past,
    area=st.sampled_from(["forearm", "calf"]),
    side=st.sampled_from(Side),
    ended_at=st.integers(-100, 0).map(lambda hours: NOW + hours * HOUR),
    length=st.sampled_from(Length),
    peak=st.integers(0, 7),
    press_seconds=st.integers(0, 300),
    safety_stop=st.booleans(),
    gun=st.booleans(),
    next_day=st.sampled_from([None, *Feeling]),
)


@given(st.lists(records), records, st.sampled_from(Side))
def test_one_more_session_never_shortens_a_rest(before: list[Past], more: Past, side: Side) -> None:
    one = resting_until(before, {"forearm"}, side, NOW)
    two = resting_until([*before, more], {"forearm"}, side, NOW)
    assert one is None or (two is not None and two >= one)
    assert pressed_today([*before, more], NOW) >= pressed_today(before, NOW)


def test_a_bad_day_after_is_not_forgotten_for_what_was_worked_on_after_it() -> None:
    bruised = replace(LIGHT, ended_at=NOW - 30 * HOUR, next_day=Feeling.BRUISED)
    other = replace(LIGHT, area="jaw", ended_at=NOW - 20 * HOUR)
    later = replace(LIGHT, side=Side.RIGHT, ended_at=NOW - 10 * HOUR)
    group = {LIGHT.area, "jaw"}
    assert lowered([bruised, other, later], group, Side.BOTH, NOW) == 1
    again = replace(LIGHT, side=bruised.side, ended_at=NOW - HOUR)
    assert lowered([bruised, other, later, again], group, Side.BOTH, NOW) == 0


def test_rubbing_alone_makes_an_area_rest_like_a_light_session() -> None:
    rubbed = replace(LIGHT, peak=0, press_seconds=0, stroked=True)
    untouched = replace(rubbed, stroked=False)
    assert (rubbed.rest, untouched.rest) == (8 * HOUR, 0 * HOUR)


def test_there_is_room_again_when_enough_has_dropped_out_of_the_day() -> None:
    one = replace(LIGHT, ended_at=NOW - 20 * HOUR, press_seconds=300)
    other = replace(LIGHT, ended_at=NOW - 5 * HOUR, press_seconds=400)
    most = timedelta(seconds=500)
    assert room_from([one, other], NOW, most) == NOW + 4 * HOUR
    assert room_from([one, other], NOW, timedelta(seconds=300)) == NOW + 19 * HOUR
    assert room_from([one, other], NOW, timedelta(seconds=700)) == NOW
    assert room_from([one, other], NOW, most, "jaw") == NOW
