"""Somebody says on a screen that they are well again after a safety stop (massage.md §4.3)."""

from homeassistant.core import Context

from .admission import Refused
from .coordinator import Coach
from .person import async_is_person


async def async_acknowledge(coach: Coach, context: Context | None) -> None:
    """Take down what waits for it; what still has to rest goes on resting.

    Raises Refused where it is not a signed-in person who says so, or nothing waits.
    """
    if not await async_is_person(coach.hass, context):
        raise Refused("person_needed")
    if not await coach.memory.async_acknowledge(coach.now()):
        raise Refused("nothing_to_acknowledge")
