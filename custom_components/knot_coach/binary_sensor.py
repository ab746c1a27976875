"""Whether the coach has heat on."""

from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import Coach, KnotCoachEntry
from .debts import Debts
from .entity import CoachEntity
from .quench import SIGNAL_HEAT

PARALLEL_UPDATES = 0

HEAT = BinarySensorEntityDescription(key="heat", device_class=BinarySensorDeviceClass.POWER)


async def async_setup_entry(
    _: HomeAssistant, entry: KnotCoachEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the heat of a coach."""
    async_add_entities([HeatSensor(entry.runtime_data, HEAT)])


class HeatSensor(CoachEntity, BinarySensorEntity):
    """On from the wish for power until off is proved, whatever the heater is called meanwhile."""

    def __init__(self, coach: Coach, description: EntityDescription) -> None:
        """Know what an earlier run of the coach, or its heater under another name, has left on."""
        super().__init__(coach, description)
        self._debts = Debts(coach)

    @property
    @override
    def is_on(self) -> bool:
        return self.coordinator.heat_on or bool(self._debts.own)

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        # No list of quenches: one that is at rest now may find its heater on again.
        self.async_on_remove(
            async_dispatcher_connect(self.hass, SIGNAL_HEAT, self.async_write_ha_state)
        )
