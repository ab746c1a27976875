"""What Home Assistant keeps of entities to show them again after a restart.

There is no public way to forget it for one entity. Where it is held differs between the two releases the integration is tested
on, and may again; a release that holds it elsewhere forgets after a week by itself.
"""

from collections.abc import Iterable

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, restore_state

# By entity id until 2026.10; from 2026.11 by the id in the registry, and by entity id for what is not registered.
_HELD = ("last_states", "last_states_by_entity_id", "last_states_by_entity_registry_id")


def forget(hass: HomeAssistant, entities: Iterable[er.RegistryEntry]) -> None:
    """Forget what these entities showed last; else it would be kept for a week, a spoken text too."""
    kept = restore_state.async_get(hass)
    held = [by for name in _HELD if isinstance(by := getattr(kept, name, None), dict)]
    for entity in entities:
        for by in held:
            by.pop(entity.entity_id, None)
            by.pop(entity.id, None)
