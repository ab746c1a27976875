"""What the entities of the demo room share: one tape, one compress, one pair of lips."""

from dataclasses import dataclass, field
from hashlib import sha256

from homeassistant.components.media_player import async_process_play_media_url
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .audio import Clip, NotWav, from_wav, to_pcm
from .const import DOMAIN
from .recording import Recording
from .thermal import Compress

type DemoConfigEntry = ConfigEntry[Room]


@dataclass
class Room:
    """The hardware of the demo room."""

    recording: Recording
    compress: Compress
    words: dict[bytes, str] = field(default_factory=dict)
    """What the demo voice said in each clip that it made, by the clip's fingerprint."""
    heard: str = ""
    """What was said into the satellite's microphone and waits for the demo ear."""

    def remember(self, clip: Clip, text: str) -> None:
        """Keep what a clip says, so that it can be told from the bytes that an output receives."""
        self.words[_fingerprint(clip)] = text

    def recognise(self, clip: Clip) -> str:
        """Return what a clip says; empty when the demo voice did not make it."""
        return self.words.get(_fingerprint(clip), "")


def _fingerprint(clip: Clip) -> bytes:
    return sha256(to_pcm(clip.samples)).digest()


async def async_fetch(hass: HomeAssistant, media_url: str) -> Clip:
    """Get a sound from Home Assistant the way a device in the house does: by its address.

    Raises `HomeAssistantError` when it is not served or is no WAV.
    """
    url = async_process_play_media_url(hass, media_url)
    async with async_get_clientsession(hass).get(url) as response:
        if not response.ok:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="not_served",
                translation_placeholders={"status": str(response.status), "url": url},
            )
        data = await response.read()
    try:
        return await hass.async_add_executor_job(from_wav, data)
    except NotWav as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="not_wav",
            translation_placeholders={"url": url},
        ) from err
