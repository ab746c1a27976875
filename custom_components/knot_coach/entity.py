"""What all entities of a coach have in common."""

from homeassistant.helpers import area_registry as ar
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .coordinator import Coach


class CoachEntity(CoordinatorEntity[Coach]):
    """An entity on the device of a coach, named by its key."""

    _attr_has_entity_name = True

    def __init__(self, coach: Coach, description: EntityDescription) -> None:
        """Place the entity on the coach's device, in the coach's room."""
        super().__init__(coach)
        self.entity_description = description
        self._attr_translation_key = description.key
        self._attr_unique_id = f"{coach.config_entry.entry_id}_{description.key}"
        room = ar.async_get(coach.hass).async_get_area(coach.settings.room)
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, coach.config_entry.entry_id)},
            name=coach.settings.name,
            entry_type=DeviceEntryType.SERVICE,
            suggested_area=room.name if room else None,
        )
