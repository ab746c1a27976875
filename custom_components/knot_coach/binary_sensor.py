"""Whether the coach has heat on."""

from functools import partial
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import Coach, KnotCoachEntry
from .debts import Debts
from .entity import CoachEntity
from .quench import Outcome

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
        for quench in self._debts.own:
            quench.listeners.add(self._told)
            self.async_on_remove(partial(quench.listeners.discard, self._told))

    @callback
    def _told(self, _: Outcome) -> None:
        self.async_write_ha_state()
