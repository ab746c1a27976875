"""Sessions that something other than the ear starts: an action, a scene, a switch.

All of them go the same way, and none of them says yes to anything: the coach asks about health and
heat aloud, and only a person answers.
"""

from collections.abc import Callable
from typing import Final

from homeassistant.core import Context

from .admission import Refused, Wanted
from .coordinator import Coach
from .massage.plan import Plan
from .person import is_scripted

UNSAID: Final = frozenset({"already_running", "closing", "no_output", "room_taken", "starting_up"})
"""Reasons that are not spoken: somebody is at work in the room, or the coach has no voice now."""


async def async_begin(coach: Coach, plan: Plan, context: Context) -> None:
    """Begin a session with an admitted plan. Raises Refused."""
    # A script runs by itself, whoever has started it.
    trigger = "schedule" if is_scripted() else "action"
    await coach.async_start(plan, trigger, context)


async def async_begin_aloud(
    coach: Coach, wanted: Callable[[], Wanted], context: Context | None
) -> None:
    """Begin a session, or say in the room why not. Raises Refused then, too.

    Alexa and Google have said "OK" before the reason is known, and Assist has no words for it.
    """
    try:
        plan = coach.admit(wanted())
    except Refused as err:
        if err.key not in UNSAID:
            coach.speech.answer(coach.book.line(f"reply.{err.key}", **err.slots))
        raise
    await async_begin(coach, plan, context or Context())
