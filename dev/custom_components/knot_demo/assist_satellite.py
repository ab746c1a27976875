"""A voice satellite without a microphone or a loudspeaker."""

import asyncio
from collections.abc import AsyncGenerator
import logging
from typing import Any, Final, override

from homeassistant.components.assist_pipeline import PipelineEvent, PipelineEventType
from homeassistant.components.assist_satellite import (
    AssistSatelliteAnnouncement,
    AssistSatelliteConfiguration,
    AssistSatelliteEntity,
    AssistSatelliteEntityFeature,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .room import DemoConfigEntry, async_fetch

_LOGGER = logging.getLogger(__name__)

SECONDS_PER_WORD: Final = 0.35
"""How long the person in the room takes for one word, at an everyday pace."""
CHUNK_SECONDS: Final = 0.1
"""How much sound the microphone sends at once."""
CHUNK: Final = bytes(int(16_000 * CHUNK_SECONDS) * 2)
"""Silence of that length at 16 kHz: the words travel beside the sound."""


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001 - the platform's signature
    entry: DemoConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the satellite."""
    async_add_entities([DemoSatellite(entry)])


class DemoSatellite(AssistSatelliteEntity):
    """Plays into the recording and hears what `async_hear` is told.

    Like a Wyoming satellite it leaves out the chime before an announcement.
    """

    _attr_has_entity_name = True
    _attr_translation_key = "satellite"
    _attr_unique_id = "satellite"
    _attr_supported_features = (
        AssistSatelliteEntityFeature.ANNOUNCE | AssistSatelliteEntityFeature.START_CONVERSATION
    )

    def __init__(self, entry: DemoConfigEntry) -> None:
        self._entry = entry
        self._room = entry.runtime_data
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, "satellite")}, name="Voice", manufacturer="Knot Coach demo"
        )
        self._mouth: asyncio.Future[str] | None = None
        """Waits for the person while the microphone is open after a question."""

    @override
    @callback
    def async_get_configuration(self) -> AssistSatelliteConfiguration:
        return AssistSatelliteConfiguration([], [], 0)

    @override
    async def async_set_configuration(self, config: AssistSatelliteConfiguration) -> None:
        """Refuse: there is no wake word to choose."""
        raise NotImplementedError

    @override
    async def async_announce(self, announcement: AssistSatelliteAnnouncement) -> None:
        await self._play(announcement.media_id)

    @override
    async def async_start_conversation(
        self, start_announcement: AssistSatelliteAnnouncement
    ) -> None:
        await self._play(start_announcement.media_id)
        self._entry.async_create_background_task(self.hass, self._listen(), "demo room listens")

    async def async_hear(self, words: str) -> bool:
        """Say something to the satellite; returns when it has been taken up.

        Without an open microphone this is the wake word and the words. False when the house
        hung up before it had heard everything, as it does for an announcement.
        """
        if self._mouth is not None and not self._mouth.done():
            self._mouth.set_result(words)
            return True
        spoken = self.hass.loop.create_future()
        spoken.set_result(words)
        return await self._run_pipeline(spoken)

    @override
    @callback
    def on_pipeline_event(self, event: PipelineEvent) -> None:
        if event.type is PipelineEventType.TTS_END and event.data:
            self._entry.async_create_background_task(
                self.hass, self._reply(event.data["tts_output"]), "demo room replies"
            )

    async def _listen(self) -> None:
        self._mouth = self.hass.loop.create_future()
        try:
            await self._run_pipeline(self._mouth)
        finally:
            self._mouth = None

    async def _run_pipeline(self, words: asyncio.Future[str]) -> bool:
        try:
            await self.async_accept_pipeline_from_satellite(self._microphone(words))
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # Not this task was cancelled but the pipeline that it waited for.
            return False
        return True

    async def _microphone(self, words: asyncio.Future[str]) -> AsyncGenerator[bytes]:
        while not words.done():
            yield CHUNK
            await asyncio.sleep(CHUNK_SECONDS)
        for _ in range(round(len(words.result().split()) * SECONDS_PER_WORD / CHUNK_SECONDS)):
            yield CHUNK
            await asyncio.sleep(CHUNK_SECONDS)
        self._room.heard = words.result()

    async def _reply(self, tts_output: dict[str, Any]) -> None:
        try:
            await self._play(tts_output["url"])
        finally:
            self.tts_response_finished()

    async def _play(self, media_url: str) -> None:
        """Play to the end; like a real device, stay silent when there is nothing to play."""
        try:
            clip = await async_fetch(self.hass, media_url)
        except HomeAssistantError as err:
            _LOGGER.warning("The satellite stays silent: %s", err)
            return
        self._room.recording.receive(self.entity_id, self._room.recognise(clip), clip)
        await asyncio.sleep(clip.seconds)
