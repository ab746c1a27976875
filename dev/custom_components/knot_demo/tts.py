"""The voice of the room."""

from typing import Any, override

from homeassistant.components.tts import (
    ATTR_PREFERRED_FORMAT,
    ATTR_VOICE,
    TextToSpeechEntity,
    TtsAudioType,
    Voice,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .audio import to_wav
from .const import DOMAIN
from .espeak import CALM, VOICES, EspeakError, speak
from .room import DemoConfigEntry, Room

ATTR_RATE = "rate"
"""Option: words a minute."""


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001 - the platform's signature
    entry: DemoConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the voice."""
    async_add_entities([DemoVoice(entry.runtime_data)])


class DemoVoice(TextToSpeechEntity):
    """espeak-ng at a calm pace."""

    _attr_translation_key = "voice"
    _attr_has_entity_name = True
    _attr_unique_id = "voice"
    _attr_default_language = "en"

    def __init__(self, room: Room) -> None:
        # The base class keeps these three as cached properties without saying that they are lists.
        self._attr_supported_languages = ["en"]
        self._attr_supported_options = [ATTR_VOICE, ATTR_RATE, ATTR_PREFERRED_FORMAT]
        self._attr_default_options = {
            ATTR_VOICE: next(iter(VOICES)),
            ATTR_RATE: CALM,
            # Without it Home Assistant would make MP3 of everything, and need ffmpeg for that.
            ATTR_PREFERRED_FORMAT: "wav",
        }
        self._room = room

    @override
    @callback
    def async_get_supported_voices(self, language: str) -> list[Voice]:
        return [Voice(voice_id, name) for voice_id, name in VOICES.items()]

    @override
    def get_tts_audio(self, message: str, language: str, options: dict[str, Any]) -> TtsAudioType:
        try:
            clip = speak(message, str(options[ATTR_VOICE]), int(options[ATTR_RATE]))
        except EspeakError as err:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="no_speech",
                translation_placeholders={"status": str(err.status)},
            ) from err
        self._room.remember(clip, message)
        return "wav", to_wav(clip)
