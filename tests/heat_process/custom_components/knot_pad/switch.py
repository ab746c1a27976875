"""The power of the heater."""

from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.components.switch import SwitchEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_time_interval

from . import PadConfigEntry
from .const import DOMAIN
from .wire import Wire, reached

LOOK_EVERY = timedelta(seconds=1)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PadConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switch."""
    async_add_entities([PadSwitch(entry.runtime_data)], update_before_add=True)


class PadSwitch(SwitchEntity):
    """Asks the heater what it is: after every command, and once a second."""

    _attr_name = "pad"
    _attr_unique_id = "pad"
    _attr_device_info = DeviceInfo(identifiers={(DOMAIN, "pad")}, name="pad")
    # Home Assistant would ask within the call, and the report would never come after it.
    _attr_should_poll = False

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._looking = 0
        """So many reports on commands are still to come."""

    @override
    async def async_added_to_hass(self) -> None:
        async def look(_: datetime) -> None:
            if not self._looking:
                await self.async_update_ha_state(force_refresh=True)

        self.async_on_remove(async_track_time_interval(self.hass, look, LOOK_EVERY))

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self._wire.async_ask("on")
        self._look("on_returned")

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self._wire.async_ask("off")
        self._look("off_returned")

    def _look(self, step: str) -> None:
        """Report apart from the command, as devices do."""

        async def look() -> None:
            await self.async_update()
            reached(step)
            self._looking -= 1
            self.async_write_ha_state()

        self._looking += 1
        self.hass.async_create_background_task(look(), step, eager_start=False)

    async def async_update(self) -> None:
        """Ask the heater itself."""
        self._attr_is_on = (await self._wire.async_ask("tell"))["on"]
