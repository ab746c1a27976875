"""How long each step of an order takes.

Seconds are those of massage.md §2.1; the totals they add up to stand in §3.16.
"""

from typing import Final

from .areas import Timing
from .order import Order
from .phases import Length, Phase

SECONDS: Final[dict[Phase, tuple[int, int, int]]] = {
    Phase.CHECK_IN: (15, 20, 20),
    Phase.WARM_UP: (0, 60, 120),
    Phase.BREATHE: (20, 30, 60),
    Phase.LOCATE: (25, 40, 45),
    Phase.BROAD: (30, 60, 90),
    Phase.PRESS: (60, 60, 60),
    Phase.RELEASE_HOLD: (20, 25, 25),
    Phase.EASE_OFF: (10, 20, 20),
    Phase.CROSS_FIBER: (0, 30, 40),
    Phase.TOOL: (0, 0, 60),
    Phase.STRETCH: (25, 60, 95),
    Phase.AFTERCARE: (30, 40, 60),
}
"""Seconds of one step, quick / standard / deep (massage.md §2.1)."""
ROUNDS: Final = {Length.QUICK: 1, Length.STANDARD: 2, Length.DEEP: 3}
"""Rounds of pressing; the third goes to a second spot (massage.md §2.1)."""
FIRST_SPOT_ROUNDS: Final = 2
SENIOR_STRETCH: Final = 70
"""Two stretches of 30 s with 10 s between them for people over 65 (massage.md F12)."""
SENIOR_HOLD: Final = 30
STRETCH_HOLD: Final = 25
STRETCH_REST: Final = 10
"""Seconds of a stretch and of the rest between two (massage.md §2.1, F12)."""
WRAP_UP_STRETCH: Final = 25
"""The stretch of "wrap up" (massage.md §2.3)."""
BETWEEN_AREAS: Final = 20
"""The aftercare of an area when another one follows: the shortest (massage.md §2.1)."""
STRETCH_ONLY_WARM_UP: Final = 60
"""Movement before a stretch that no pressing has prepared, even when it is quick (massage.md F18)."""


def timing_of(order: Order) -> Timing:
    """Return in what the played length of the area differs from the usual."""
    return order.area.timing.get(order.played_length, Timing())


def seconds_of(order: Order, phase: Phase) -> int:
    """Return the seconds of one step of a phase; 0 where the order has none."""
    if phase in order.left_out:
        return 0
    usual = SECONDS[phase][list(Length).index(order.played_length)]
    if order.stretch_only and phase is Phase.WARM_UP:
        return max(usual, STRETCH_ONLY_WARM_UP)
    own = timing_of(order).seconds.get(phase)
    if phase is Phase.STRETCH and order.profile.senior and own is None:
        return SENIOR_STRETCH
    return usual if own is None else own


def spots_of(order: Order) -> tuple[int, ...]:
    """Return the spot of each round; the first time each spot gets one (massage.md §2.1)."""
    rounds = timing_of(order).rounds or ROUNDS[order.played_length]
    spots = tuple(1 if number < FIRST_SPOT_ROUNDS else 2 for number in range(rounds))
    return tuple(dict.fromkeys(spots)) if order.profile.first_time else spots


def stretch_pace(order: Order, seconds: int) -> tuple[int, int]:
    """Return how many seconds one stretch of a step lasts, and the rest between two."""
    timing = timing_of(order)
    if timing.stretch_hold is not None:
        rest = STRETCH_REST if timing.stretch_rest is None else timing.stretch_rest
        return min(timing.stretch_hold, seconds), rest
    if order.profile.senior and seconds == SENIOR_STRETCH:
        return SENIOR_HOLD, STRETCH_REST
    return min(STRETCH_HOLD, seconds), STRETCH_REST
