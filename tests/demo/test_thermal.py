"""The compress is a thing of physics: it warms, settles and cools."""

from itertools import pairwise

import pytest

from dev.custom_components.knot_demo.thermal import AMBIENT, HOTTEST, Compress


class Clock:
    """A clock that stands until it is set."""

    seconds = 0.0

    def __call__(self) -> float:
        """Return the time that was set, in seconds."""
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def compress(clock: Clock) -> Compress:
    return Compress(clock)


def temperatures(compress: Compress, clock: Clock, seconds: int) -> list[float]:
    readings = []
    for _ in range(seconds):
        clock.seconds += 1
        readings.append(compress.temperature)
    return readings


def test_it_is_as_cold_as_the_room_until_it_is_used(compress: Compress, clock: Clock) -> None:
    clock.seconds += 3600
    assert compress.temperature == AMBIENT
    assert not compress.is_on


def test_it_warms_steadily_and_is_ready_in_minutes(compress: Compress, clock: Clock) -> None:
    compress.switch(on=True)
    readings = temperatures(compress, clock, 180)
    assert all(later > earlier for earlier, later in pairwise(readings))
    assert readings[59] < 35 < readings[138] < 36.1


def test_it_never_gets_hotter_than_skin_may(compress: Compress, clock: Clock) -> None:
    compress.switch(on=True)
    assert max(temperatures(compress, clock, 3600)) <= HOTTEST < 42


def test_it_cools_from_where_it_was(compress: Compress, clock: Clock) -> None:
    compress.switch(on=True)
    (*_, warm) = temperatures(compress, clock, 180)
    compress.switch(on=False)
    assert compress.temperature == pytest.approx(warm)
    readings = temperatures(compress, clock, 600)
    assert all(later < earlier for earlier, later in pairwise(readings))
    assert readings[-1] == pytest.approx(AMBIENT, abs=0.1)


def test_switching_on_again_does_not_restart_the_warming(compress: Compress, clock: Clock) -> None:
    compress.switch(on=True)
    clock.seconds += 50
    warm = compress.temperature
    compress.switch(on=True)
    assert compress.temperature == pytest.approx(warm)
