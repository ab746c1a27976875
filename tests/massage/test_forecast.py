"""When it will be warm, told from how its temperature has gone so far."""

from datetime import UTC, datetime, timedelta
from math import exp, isfinite, log

from hypothesis import assume, given, strategies as st
import pytest

from massage.forecast import LEAST_SPAN, STEP, WINDOW, Outlook, seconds_until
from massage.heat import MAX_TIME, READY_FROM

NOW = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)

type Points = list[tuple[float, float]]

readings = st.lists(st.tuples(st.floats(0.5, 60), st.floats(-20, 60)), min_size=2, max_size=60).map(
    lambda steps: [(sum(s for s, _ in steps[: i + 1]), c) for i, (_, c) in enumerate(steps)]
)


def curve(start: float, hottest: float, inertia: float, until: float, every: float = 10) -> Points:
    """Return what a pad reads that warms up towards its hottest."""
    moments = [every * i for i in range(int(until / every) + 1)]
    return [(t, hottest + (start - hottest) * exp(-t / inertia)) for t in moments]


@given(
    start=st.floats(10, 30),
    hottest=st.floats(38, 70),
    inertia=st.floats(60, 900),
    until=st.floats(70, 120),
)
def test_a_pad_is_warm_when_it_was_said_to_be(
    start: float, hottest: float, inertia: float, until: float
) -> None:
    points = curve(start, hottest, inertia, until)
    true = inertia * log((hottest - start) / (hottest - READY_FROM)) - points[-1][0]
    assume(0 < true < 600)
    told = seconds_until(READY_FROM, points)
    assert told is not None
    assert abs(told - true) <= 10 + 0.1 * true


@pytest.mark.parametrize(("digits", "within"), [(2, 15), (1, 60)])
def test_a_coarse_thermometer_is_nearly_as_good(digits: int, within: float) -> None:
    points = [(t, round(c, digits)) for t, c in curve(22, 55, 600, 120)]
    true = 600 * log(33 / 20) - 120
    assert seconds_until(READY_FROM, points) == pytest.approx(true, abs=within)


def test_a_steady_rise_is_followed_straight_on() -> None:
    points = [(10.0 * i, 20.0 + i / 2) for i in range(13)]
    assert seconds_until(READY_FROM, points) == pytest.approx(180)


def test_what_has_just_switched_itself_down_does_not_get_there() -> None:
    points = curve(20, 33, 60, 120)
    assert seconds_until(READY_FROM, points) is None


@given(readings)
def test_whatever_is_read_nothing_impossible_is_told(points: Points) -> None:
    told = seconds_until(READY_FROM, points)
    if told is None:
        return
    assert isfinite(told)
    assert 0 <= told <= MAX_TIME.total_seconds()
    assert points[-1][1] >= READY_FROM or points[-1][0] - points[0][0] >= LEAST_SPAN


@given(st.floats(-10, 34), st.integers(3, 40))
def test_what_does_not_rise_is_not_foretold(celsius: float, count: int) -> None:
    assert seconds_until(READY_FROM, [(60.0 * i, celsius) for i in range(count)]) is None


def test_a_minute_of_readings_is_needed() -> None:
    assert seconds_until(READY_FROM, curve(22, 55, 600, 50)) is None
    assert seconds_until(READY_FROM, curve(22, 55, 600, 60)) is not None


def told(points: Points) -> list[tuple[float, datetime | None]]:
    """Return what an outlook tells of these readings, and when."""
    outlook, heard = Outlook(READY_FROM), list[tuple[float, datetime | None]]()
    for seconds, celsius in points:
        outlook.note(seconds, celsius)
        if (news := outlook.news(NOW + timedelta(seconds=seconds))) is not None:
            heard.append((seconds, news[0]))
    return heard


def test_a_pad_that_goes_its_way_is_told_of_once() -> None:
    (first, instant), *more = told(curve(22, 55, 600, 290))
    assert first == LEAST_SPAN
    assert instant is not None
    assert (instant - NOW).total_seconds() == pytest.approx(300, abs=20)
    assert not more


def test_what_stops_rising_is_taken_back_once() -> None:
    points = curve(22, 55, 600, 100)
    points += [(points[-1][0] + 10.0 * i, points[-1][1]) for i in range(1, 40)]
    *_, (last, instant) = heard = told(points)
    assert instant is None
    assert last <= 100 + WINDOW
    assert [news for _, news in heard].count(None) == 1


@given(readings)
def test_what_is_told_is_round_and_news(points: Points) -> None:
    before: datetime | None = None
    for _, instant in told(points):
        assert instant != before
        if instant is not None:
            assert instant.timestamp() % STEP.total_seconds() == 0
            if before is not None:
                assert abs(instant - before) >= STEP / 2
        before = instant


def test_two_readings_at_the_same_moment_are_one() -> None:
    outlook = Outlook(READY_FROM)
    for celsius in (20.0, 21.0):
        outlook.note(5.0, celsius)
    assert outlook.news(NOW) is None


def test_a_rise_that_slows_down_by_next_to_nothing_is_as_good_as_straight() -> None:
    points = [(0.0, 20.0), (60.0, 26.0000001), (120.0, 32.0)]
    assert seconds_until(READY_FROM, points) == pytest.approx(30, abs=0.01)


def test_a_thermometer_that_begins_with_two_words_at_once_is_heard() -> None:
    points = [(0.0, 20.0), (0.0, 20.5), (60.0, 26.5)]
    assert seconds_until(READY_FROM, points) == pytest.approx(82, abs=10)
