"""The demo room: everything that Knot Coach needs of a house, without any hardware.

For development only; it is linked into the configuration of `scripts/demo` and of the tests.
"""

from homeassistant.components.assist_pipeline import async_get_pipeline, async_update_pipeline
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er

from .const import DOMAIN, ROOM
from .espeak import sample_rate
from .recording import Recording
from .room import DemoConfigEntry, Room
from .thermal import Compress

PLATFORMS = [
    Platform.ASSIST_SATELLITE,
    Platform.MEDIA_PLAYER,
    Platform.SENSOR,
    Platform.STT,
    Platform.SWITCH,
    Platform.TTS,
]


async def async_setup_entry(hass: HomeAssistant, entry: DemoConfigEntry) -> bool:
    """Furnish the room."""
    rate = await hass.async_add_executor_job(sample_rate)

    def clock() -> float:
        # Asked anew each time: tests put a clock of their own into the loop.
        return hass.loop.time()

    entry.runtime_data = Room(Recording(clock, rate), Compress(clock))
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    _move_in(hass, entry)
    await _connect_voice(hass)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: DemoConfigEntry) -> bool:
    """Clear the room."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


def _move_in(hass: HomeAssistant, entry: DemoConfigEntry) -> None:
    """Put what has no area yet into the room."""
    areas = ar.async_get(hass)
    area = areas.async_get_area_by_name(ROOM) or areas.async_create(ROOM, icon="mdi:sofa")
    devices = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(devices, entry.entry_id):
        if device.area_id is None:
            devices.async_update_device(device.id, area_id=area.id)


async def _connect_voice(hass: HomeAssistant) -> None:
    """Let the preferred pipeline hear and speak with the room's engines."""
    entities = er.async_get(hass)
    ear = entities.async_get_entity_id(Platform.STT, DOMAIN, "ear")
    voice = entities.async_get_entity_id(Platform.TTS, DOMAIN, "voice")
    await async_update_pipeline(
        hass,
        async_get_pipeline(hass),
        stt_engine=ear,
        stt_language="en",
        tts_engine=voice,
        tts_language="en",
        tts_voice=None,
    )
