"""How long, how often and how warm: the limits of heat."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from massage import heat
from massage.heat import Reading, judge, off_at, refuse_heat

NOW = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)

instants = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))


def test_the_limits_are_those_of_the_safety_rules() -> None:
    assert heat.DEFAULT_MINUTES == 10
    assert timedelta(minutes=15) == heat.MAX_TIME
    assert timedelta(hours=2) == heat.GAP
    assert heat.USES_A_DAY == 3
    assert timedelta(hours=24) == heat.DAY
    assert timedelta(minutes=5) == heat.CHECK_EVERY
    assert timedelta(seconds=20) == heat.ANSWER_WITHIN
    assert timedelta(seconds=60) == heat.CONSENT_WITHIN
    assert timedelta(seconds=60) == heat.READING_MAX_AGE
    assert timedelta(seconds=10) == heat.OFF_WITHIN
    assert (heat.READY_FROM, heat.HOT_ABOVE) == (35, 42)


@pytest.mark.parametrize(
    ("hours_ago", "blocked", "reason"),
    [
        ([], False, None),
        ([], True, "heat_blocked"),
        ([1], True, "heat_blocked"),
        ([1.99], False, "heat_gap"),
        ([2], False, None),
        ([3, 6], False, None),
        ([3, 6, 23.99], False, "heat_daily"),
        ([3, 6, 24], False, None),
        ([30, 31, 32, 33], False, None),
        ([-0.1], False, "heat_gap"),
        ([-9000], False, "heat_gap"),
    ],
)
def test_when_heat_is_refused(hours_ago: list[float], blocked: bool, reason: str | None) -> None:  # noqa: FBT001 - a parameter of the table
    uses = [NOW - timedelta(hours=hours) for hours in hours_ago]
    assert refuse_heat(uses, NOW, blocked=blocked) == reason
    assert refuse_heat(uses[::-1], NOW, blocked=blocked) == reason


@given(st.lists(instants, max_size=60), instants)
def test_no_order_of_wishes_gives_a_fourth_use_or_a_short_gap(
    wishes: list[datetime], first: datetime
) -> None:
    uses: list[datetime] = []
    for now in sorted([first, *wishes]):
        if refuse_heat(uses, now, blocked=False) is None:
            uses.append(now)
    assert all(b - a >= heat.GAP for a, b in pairwise(uses))
    assert all(d - a >= heat.DAY for a, d in zip(uses, uses[3:], strict=False))


@given(st.lists(instants, max_size=10), instants)
def test_a_block_outranks_everything(uses: list[datetime], now: datetime) -> None:
    assert refuse_heat(uses, now, blocked=True) == "heat_blocked"


@given(st.floats())
def test_heat_is_off_within_the_cap_whatever_is_asked_for(minutes: float) -> None:
    assert NOW <= off_at(NOW, minutes) <= NOW + heat.MAX_TIME


@given(st.floats(min_value=0, max_value=15))
def test_minutes_within_the_cap_are_kept(minutes: float) -> None:
    assert off_at(NOW, minutes) == NOW + timedelta(minutes=minutes)


def test_no_number_of_minutes_is_no_time() -> None:
    assert off_at(NOW, float("nan")) == NOW


@pytest.mark.parametrize(
    ("celsius", "seconds", "reading"),
    [
        (22.0, 5, Reading.WARMING),
        (34.99, 5, Reading.WARMING),
        (35.0, 5, Reading.READY),
        (42.0, 5, Reading.READY),
        (42.01, 5, Reading.TOO_HOT),
        (float("inf"), 5, Reading.TOO_HOT),
        (36.0, 60, Reading.READY),
        (36.0, 60.01, Reading.STALE),
        (36.0, -61, Reading.STALE),
        (60.0, 61, Reading.STALE),
        (None, 0, Reading.STALE),
        (float("nan"), 0, Reading.STALE),
        (-0.01, 0, Reading.STALE),
        (-127.0, 0, Reading.STALE),
    ],
)
def test_what_a_reading_says(celsius: float | None, seconds: float, reading: Reading) -> None:
    assert judge(celsius, timedelta(seconds=seconds)) is reading


@pytest.mark.parametrize(
    ("celsius", "minutes", "reading"),
    [
        (5.0, 0, Reading.WARMING),
        (21.99, 0, Reading.WARMING),
        (22.0, 0, Reading.READY),
        (22.0, 10, Reading.READY),
        (22.0, 10.01, Reading.STALE),
        (22.0, -10.01, Reading.STALE),
        (42.0, 0, Reading.READY),
        (42.01, 0, Reading.TOO_HOT),
        (-0.01, 0, Reading.STALE),
        (None, 0, Reading.STALE),
    ],
)
def test_what_the_air_of_a_room_says(
    celsius: float | None, minutes: float, reading: Reading
) -> None:
    assert judge(celsius, timedelta(minutes=minutes), heat.HeatKind.ROOM) is reading


@given(st.none() | st.floats(), st.timedeltas())
def test_heat_goes_on_only_with_a_fresh_reading_below_the_cut_off(
    celsius: float | None, age: timedelta
) -> None:
    if judge(celsius, age) in (Reading.WARMING, Reading.READY):
        assert celsius is not None
        assert 0 <= celsius <= heat.HOT_ABOVE
        assert abs(age) <= heat.READING_MAX_AGE


@pytest.mark.parametrize(
    ("start", "celsius", "warms"), [(22.0, 22.9, False), (22.0, 23.0, True), (34.9, 35.0, True)]
)
def test_a_pad_that_has_power_gets_warm(start: float, celsius: float, *, warms: bool) -> None:
    assert heat.rises(start, celsius) is warms


@pytest.mark.parametrize(
    ("at_off", "celsius", "what"),
    [
        (36.0, 39.0, heat.Glow.COLD),
        (36.0, 39.1, heat.Glow.HOT),
        (25.0, 29.0, heat.Glow.UNCLEAR),
        (36.0, 20.0, heat.Glow.COLD),
    ],
)
def test_what_is_off_may_glow_for_a_while(at_off: float, celsius: float, what: heat.Glow) -> None:
    assert heat.glow(at_off, celsius) is what
