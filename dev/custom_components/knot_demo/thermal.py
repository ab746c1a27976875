"""The warm compress as a thing of physics: it heats and cools by its own clock."""

from collections.abc import Callable
from math import exp
from typing import Final

AMBIENT: Final = 21.0
"""°C of the room."""
HOTTEST: Final = 41.0
"""°C that the compress settles at while it is on; below the 42 °C of massage.md §4.5."""
TIME_CONSTANT: Final = 100.0
"""Seconds to cover 63 % of the way; brisk for a pad, so that a demonstration need not wait ten
minutes: from the room's temperature it is at 36 °C after 139 s."""


class Compress:
    """A pad that follows Newton's law of heating and cooling.

    `clock` returns seconds and never runs backwards.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since = clock()
        self._then = AMBIENT
        self._on = False

    @property
    def is_on(self) -> bool:
        """Whether it draws power."""
        return self._on

    @property
    def temperature(self) -> float:
        """Temperature of its surface now, in °C."""
        goal = HOTTEST if self._on else AMBIENT
        elapsed = self._clock() - self._since
        return goal + (self._then - goal) * exp(-elapsed / TIME_CONSTANT)

    def switch(self, *, on: bool) -> None:
        """Switch the power."""
        self._then, self._since, self._on = self.temperature, self._clock(), on
