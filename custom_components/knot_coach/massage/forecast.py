"""When a compress will be warm, told from how its temperature has gone so far (massage.md §4.8).

A thing that warms up goes fast at first and then ever slower, towards a warmth of its own. Two slopes,
of the earlier and of the later readings, say how much it slows down.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import log
from statistics import linear_regression
from typing import Final

from .heat import MAX_TIME

WINDOW: Final = 120.0
"""Seconds of readings that are looked at; our choice."""
LEAST_SPAN: Final = 60.0
"""Seconds between the first and the last of them below which nobody can tell; our choice."""
LEAST_SLOPE: Final = 0.2 / 60
"""Degrees Celsius a second below which it does not rise: many sensors flicker by 0.1 degrees."""
STEP: Final = timedelta(seconds=30)
"""What an expected instant is rounded to, and what it must move by to be worth a word."""

type Point = tuple[float, float]
"""Seconds on a clock that nobody sets, and degrees Celsius."""


def seconds_until(goal: float, points: Sequence[Point]) -> float | None:
    """Return after how many seconds from the last reading it will be as warm as the goal.

    Args:
        goal: Degrees Celsius.
        points: At least two readings, the oldest first.

    Returns:
        0 where it is warm already; None where it takes longer than any use, or nobody can tell.
    """
    (first, _), (last, latest) = points[0], points[-1]
    if latest >= goal:
        return 0.0
    if last - first < LEAST_SPAN:
        return None
    middle = len(points) // 2
    # Both halves have the one in the middle, so that three readings are enough.
    early, late = _line(points[: middle + 1]), _line(points[middle:])
    slope, _, _ = _line(points)
    if min(slope, late[0]) < LEAST_SLOPE:
        return None
    seconds = _bent(goal, early, late, last)
    if seconds is None:
        seconds = (goal - latest) / slope
    return seconds if seconds <= MAX_TIME.total_seconds() else None


type _Line = tuple[float, float, float]
"""Degrees a second, and the moment and the degrees of its middle."""


def _line(points: Sequence[Point]) -> _Line:
    """Lay a straight line through readings."""
    moments, degrees = [moment for moment, _ in points], [celsius for _, celsius in points]
    middle, level = sum(moments) / len(moments), sum(degrees) / len(degrees)
    if moments[0] == moments[-1]:
        return 0.0, middle, level
    return linear_regression(moments, degrees).slope, middle, level


def _bent(goal: float, early: _Line, late: _Line, last: float) -> float | None:
    """Return the seconds by a curve that flattens out; None where it is as good as straight."""
    (before, then, _), (slope, now, level) = early, late
    if now <= then or not before > slope > 0:
        return None
    rate = log(before / slope) / (now - then)
    share = rate * (goal - level) / slope
    if share >= 1:
        return float("inf")
    if share < 1e-3:  # noqa: PLR2004 - beyond what a float tells from a straight line
        return None
    return max(0.0, now - log(1 - share) / rate - last)


class Outlook:
    """What is expected of one use, by its readings; knows what it has told already."""

    def __init__(self, goal: float) -> None:
        """Expect the goal, in degrees Celsius."""
        self._goal = goal
        self._points: deque[Point] = deque()
        self._told: datetime | None = None

    def note(self, seconds: float, celsius: float) -> None:
        """Take a reading; those of the last `WINDOW` count."""
        if self._points and seconds <= self._points[-1][0]:
            self._points.pop()
        self._points.append((seconds, celsius))
        while seconds - self._points[0][0] > WINDOW:
            self._points.popleft()

    def news(self, now: datetime) -> tuple[datetime | None] | None:
        """Return the instant that is expected, if that is another than was told last.

        Args:
            now: The instant of the last reading, aware.

        Returns:
            None where there is no news; else the instant, rounded to `STEP`, or None in its place
            where nobody can tell any more.
        """
        points = tuple(self._points)
        seconds = seconds_until(self._goal, points) if len(points) > 1 else None
        if seconds is None:
            news, self._told = self._told is not None, None
            return (None,) if news else None
        expected = now + timedelta(seconds=seconds)
        if self._told is not None and abs(expected - self._told) < STEP:
            return None
        rest = timedelta(seconds=expected.timestamp() % STEP.total_seconds())
        self._told = expected - rest + (STEP if 2 * rest >= STEP else timedelta())
        return (self._told,)
