"""What all entities of a coach have in common."""

from typing import override

from homeassistant.core import callback
from homeassistant.helpers import area_registry as ar, entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .coordinator import Coach


def device_of(coach: Coach) -> DeviceInfo:
    """Describe the device of a coach, in the coach's room."""
    return DeviceInfo(
        identifiers={(DOMAIN, coach.config_entry.entry_id)},
        name=coach.settings.name,
        entry_type=DeviceEntryType.SERVICE,
        suggested_area=room_of(coach),
    )


def room_of(coach: Coach) -> str | None:
    """Return the name of the coach's room; None where that is gone."""
    room = ar.async_get(coach.hass).async_get_area(coach.settings.room)
    return room.name if room else None


@callback
def forget_entity(coach: Coach, platform: str, description: EntityDescription) -> None:
    """Remove what a coach had as long as it had a heater: it would stay as unavailable."""
    registry = er.async_get(coach.hass)
    unique_id = f"{coach.config_entry.entry_id}_{description.key}"
    if (known := registry.async_get_entity_id(platform, DOMAIN, unique_id)) is not None:
        registry.async_remove(known)


class CoachEntity(CoordinatorEntity[Coach]):
    """An entity on the device of a coach, named by its key."""

    _attr_has_entity_name = True

    def __init__(self, coach: Coach, description: EntityDescription) -> None:
        """Place the entity on the coach's device, in the coach's room."""
        super().__init__(coach)
        self.entity_description = description
        self._attr_translation_key = description.key
        self._attr_unique_id = f"{coach.config_entry.entry_id}_{description.key}"
        self._attr_device_info = device_of(coach)

    @property
    @override
    def available(self) -> bool:
        # Nothing is fetched, so nothing can be out of reach. Home Assistant passes over
        # unavailable entities in silence, where a coach refuses and says why.
        return True


class MomentEntity(CoachEntity):
    """An entity whose state is when something last happened, and not how the session stands."""

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Stay as it is."""
