"""Switches: the session itself, and the one that makes a coach show its lines and speak none."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import STATE_ON, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import RestoreEntity

from .coordinator import KnotCoachEntry
from .entity import CoachEntity
from .massage.messages import Command
from .massage.view import Shown
from .ordering import wanted_again
from .starting import async_begin_aloud

PARALLEL_UPDATES = 0

SESSION = SwitchEntityDescription(key="session")
SILENT = SwitchEntityDescription(key="silent", entity_category=EntityCategory.CONFIG)
"""It has a category so that nobody takes the voice away by accident: no assistant is offered it by
itself, and "everything in the bedroom" does not reach it."""


async def async_setup_entry(
    _: HomeAssistant, entry: KnotCoachEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the switches of a coach."""
    coach = entry.runtime_data
    async_add_entities([SessionSwitch(coach, SESSION), SilentSwitch(coach, SILENT)])


class SessionSwitch(CoachEntity, SwitchEntity):
    """On while a session is live; for assistants that know no other word for stop than "off".

    Turned on, it works on what was worked on last, with what is chosen for the next session.
    """

    @property
    @override
    def is_on(self) -> bool:
        return self.coordinator.data.shown is not Shown.IDLE

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        coach = self.coordinator
        if not coach.busy:
            await async_begin_aloud(coach, lambda: wanted_again(coach), self._context)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        # One that is about to begin is called off.
        if self.coordinator.busy:
            self.coordinator.obey(Command.STOP)


class SilentSwitch(CoachEntity, SwitchEntity, RestoreEntity):
    """Whether lines are only shown; it holds from the next line on, and outlives a restart.

    Quiet hours do the same by themselves and leave this switch as it is.
    """

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        state = await self.async_get_last_state()
        if state is not None and state.state == STATE_ON:
            await self.async_turn_on()

    @property
    @override
    def is_on(self) -> bool:
        return self.coordinator.silenced

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        self._set(silenced=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        self._set(silenced=False)

    def _set(self, *, silenced: bool) -> None:
        self.coordinator.silenced = silenced
        self.coordinator.async_update_listeners()
