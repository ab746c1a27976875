"""The power of the warm compress."""

from typing import Any, override

from homeassistant.components.switch import SwitchDeviceClass, SwitchEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import compress_device
from .room import DemoConfigEntry
from .thermal import Compress


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001 - the platform's signature
    entry: DemoConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switch."""
    async_add_entities([CompressSwitch(entry.runtime_data.compress)])


class CompressSwitch(SwitchEntity):
    """An outlet that reports what it does."""

    _attr_has_entity_name = True
    _attr_name = None
    _attr_unique_id = "compress"
    _attr_should_poll = False
    _attr_device_class = SwitchDeviceClass.OUTLET
    _attr_device_info = compress_device()

    def __init__(self, compress: Compress) -> None:
        self._compress = compress

    @property
    @override
    def is_on(self) -> bool:
        return self._compress.is_on

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        self._compress.switch(on=True)
        self.async_write_ha_state()

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        self._compress.switch(on=False)
        self.async_write_ha_state()
