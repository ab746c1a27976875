"""Turns on an output: whoever wants to be heard there waits in one queue, whichever coach it is."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..massage.messages import Priority


class Lane:
    """The queue of one output: by priority, then by arrival."""

    def __init__(self) -> None:
        """Begin free."""
        self._waiting: list[tuple[Priority, int, asyncio.Future[None]]] = []
        self._arrivals = 0
        self._taken = False
        self.wanted: Callable[[], None] | None = None
        """Called when somebody waits for it: whoever has it would rather listen than speak."""

    @property
    def waited_for(self) -> bool:
        """Whether somebody waits for it."""
        return any(not place[2].done() for place in self._waiting)

    @property
    def idle(self) -> bool:
        """Whether nobody has it and nobody waits for it."""
        return not self._taken and not self._waiting

    async def async_take(self, priority: Priority) -> None:
        """Return when it is ours; whoever takes it gives it back."""
        if not self._taken:
            self._taken = True
            return
        if self.wanted is not None:
            self.wanted()
        self._arrivals += 1
        turn = asyncio.get_running_loop().create_future()
        place = (priority, self._arrivals, turn)
        self._waiting.append(place)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                # It became ours in the instant we gave up.
                self.give_back()
            elif place in self._waiting:
                self._waiting.remove(place)
            raise

    @callback
    def give_back(self) -> None:
        """Hand it to the next that still waits, or leave it free."""
        self.wanted = None
        self._waiting = [place for place in self._waiting if not place[2].done()]
        if not self._waiting:
            self._taken = False
            return
        place = min(self._waiting, key=lambda waiting: waiting[:2])
        self._waiting.remove(place)
        place[2].set_result(None)


LANES: Final[HassKey[dict[str, Lane]]] = HassKey(f"{DOMAIN}.lanes")


@asynccontextmanager
async def async_turn(
    hass: HomeAssistant,
    entity_id: str,
    priority: Priority,
    *,
    wanted: Callable[[], None] | None = None,
) -> AsyncGenerator[None]:
    """Have an output for oneself; wait for it as long as that takes.

    Whoever lets others go first is told by `wanted` that somebody waits.
    """
    lanes = hass.data.setdefault(LANES, {})
    lane = lanes.setdefault(entity_id, Lane())
    await lane.async_take(priority)
    if wanted is not None:
        lane.wanted = wanted
        if lane.waited_for:
            wanted()
    try:
        yield
    finally:
        lane.give_back()
        if lane.idle and lanes.get(entity_id) is lane:
            del lanes[entity_id]
