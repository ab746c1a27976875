"""The thermometer of the warm compress."""

from datetime import timedelta
from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorStateClass,
)
from homeassistant.const import UnitOfTemperature
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_time_interval

from .entity import compress_device
from .room import DemoConfigEntry
from .thermal import Compress

REPORTS: Final = timedelta(seconds=5)
"""How often the thermometer reports, also when nothing has changed."""


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001 - the platform's signature
    entry: DemoConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the thermometer."""
    async_add_entities([CompressTemperature(entry.runtime_data.compress)])


class CompressTemperature(SensorEntity):
    """Reports by its own clock, not when the switch is used."""

    _attr_has_entity_name = True
    _attr_translation_key = "temperature"
    _attr_unique_id = "compress_temperature"
    _attr_should_poll = False
    _attr_device_class = SensorDeviceClass.TEMPERATURE
    _attr_state_class = SensorStateClass.MEASUREMENT
    _attr_native_unit_of_measurement = UnitOfTemperature.CELSIUS
    _attr_suggested_display_precision = 1
    _attr_device_info = compress_device()

    def __init__(self, compress: Compress) -> None:
        self._compress = compress

    @property
    @override
    def native_value(self) -> float:
        return round(self._compress.temperature, 1)

    @override
    async def async_added_to_hass(self) -> None:
        @callback
        def report(_: object) -> None:
            self.async_write_ha_state()

        self.async_on_remove(
            async_track_time_interval(self.hass, report, REPORTS, cancel_on_shutdown=True)
        )
