"""Where the lines go: every one is told to the parent."""

from typing import override

from homeassistant.components.notify import NotifyEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import PadConfigEntry
from .wire import tell


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PadConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the page."""
    async_add_entities([Page()])


class Page(NotifyEntity):
    """Takes every line at once."""

    _attr_name = "page"
    _attr_unique_id = "page"

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        tell(line=message)
