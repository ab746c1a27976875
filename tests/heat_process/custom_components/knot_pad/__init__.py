"""The heater of a process of its own, as a switch and a thermometer; and a place for lines of text.

For tests alone: it is linked into the configuration folder of a real Home Assistant.
"""

import os

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant

from .const import SOCKET
from .wire import Wire

PLATFORMS = [Platform.NOTIFY, Platform.SENSOR, Platform.SWITCH]

type PadConfigEntry = ConfigEntry[Wire]


async def async_setup_entry(hass: HomeAssistant, entry: PadConfigEntry) -> bool:
    """Call the heater."""
    entry.runtime_data = Wire(os.environ[SOCKET])
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: PadConfigEntry) -> bool:
    """Hang up."""
    await entry.runtime_data.async_close()
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
