"""The limits that nothing said and no option extends (massage.md §2.4)."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from .phases import BOUNDS, TIMED, Phase

if TYPE_CHECKING:
    from .plan import Step
    from .states import Session

CONTINUOUS_LIMIT: Final = timedelta(seconds=90)
SPOT_LIMIT: Final = timedelta(seconds=180)
SPOT_LIMIT_FIRST_TIME: Final = timedelta(seconds=120)
SIDE_LIMIT: Final = timedelta(seconds=300)
SIDE_LIMIT_DAY: Final = timedelta(seconds=420)
ALL_LIMIT_DAY: Final = timedelta(seconds=900)
GUN_LIMIT: Final = timedelta(seconds=120)
GUN_LIMIT_DAY: Final = timedelta(seconds=600)
SESSION_LIMIT: Final = timedelta(minutes=30)
"""Continuous press; a spot; a side in a session and in a day; all areas in a day; a massage gun on
an area and in a day; a whole session (massage.md §2.4)."""
MOST_SPOTS: Final = 3
"""Spots of one area in one session, those of both sides together (massage.md §2.4)."""
BREAK: Final = timedelta(seconds=BOUNDS[Phase.EASE_OFF][0])
"""Hands that are off for less than the shortest ease-off have not been off."""


def allowance_of(s: Session, step: Step) -> timedelta:
    """Return how long a step may press, or its gun may run, from when hands went on last.

    A spot that would be one too many of its area gets no time at all.
    """
    if step.phase not in TIMED:
        return SESSION_LIMIT
    order = s.plan.orders[step.part]
    profile, area = order.profile, order.area.key
    if step.phase is Phase.TOOL:
        in_all = sum(s.gunned.values(), timedelta())
        left = GUN_LIMIT - s.gunned.get(area, timedelta())
        return max(timedelta(), min(left, GUN_LIMIT_DAY - profile.gunned_today - in_all))
    spot_limit = SPOT_LIMIT_FIRST_TIME if profile.first_time else SPOT_LIMIT
    this = (area, step.side, step.spot)
    others = sum(where[0] == area and where != this for where in s.pressed)
    if others >= MOST_SPOTS:
        return timedelta()
    spot = s.pressed.get(this, timedelta())
    here = (area, step.side)
    side = sum((time for where, time in s.pressed.items() if where[:2] == here), timedelta())
    in_all = sum(s.pressed.values(), timedelta())
    today = profile.pressed_today.get(step.side, timedelta())
    return max(
        timedelta(),
        min(
            CONTINUOUS_LIMIT - s.contact if step.phase is Phase.PRESS else spot_limit,
            spot_limit - spot,
            SIDE_LIMIT - side,
            SIDE_LIMIT_DAY - today - side,
            ALL_LIMIT_DAY - profile.pressed_in_all - in_all,
        ),
    )
