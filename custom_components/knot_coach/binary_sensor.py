"""Whether the coach has heat on."""

from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import KnotCoachEntry
from .entity import CoachEntity

PARALLEL_UPDATES = 0

HEAT = BinarySensorEntityDescription(key="heat", device_class=BinarySensorDeviceClass.POWER)


async def async_setup_entry(
    _: HomeAssistant, entry: KnotCoachEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the heat of a coach."""
    async_add_entities([HeatSensor(entry.runtime_data, HEAT)])


class HeatSensor(CoachEntity, BinarySensorEntity):
    """On from the wish for power until off is proved."""

    @property
    @override
    def is_on(self) -> bool:
        return self.coordinator.heat_on
