"""The switch that makes a coach show its lines and speak none."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import RestoreEntity

from .coordinator import KnotCoachEntry
from .entity import CoachEntity

PARALLEL_UPDATES = 0

SILENT = SwitchEntityDescription(key="silent")


async def async_setup_entry(
    _: HomeAssistant, entry: KnotCoachEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the switches of a coach."""
    async_add_entities([SilentSwitch(entry.runtime_data, SILENT)])


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
