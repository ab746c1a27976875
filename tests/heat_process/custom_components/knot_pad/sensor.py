"""The warmth of the heater."""

from datetime import timedelta

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorStateClass
from homeassistant.const import UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import PadConfigEntry
from .wire import Wire

SCAN_INTERVAL = timedelta(seconds=1)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PadConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the thermometer."""
    async_add_entities([PadThermometer(entry.runtime_data)], update_before_add=True)


class PadThermometer(SensorEntity):
    """Asks the heater once a second."""

    _attr_name = "pad temperature"
    _attr_unique_id = "pad_temperature"
    _attr_device_class = SensorDeviceClass.TEMPERATURE
    _attr_state_class = SensorStateClass.MEASUREMENT
    _attr_native_unit_of_measurement = UnitOfTemperature.CELSIUS

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def async_update(self) -> None:
        """Ask the heater itself."""
        self._attr_native_value = (await self._wire.async_ask("tell"))["celsius"]
