"""A loudspeaker that plays one clip at a time into the recording."""

from datetime import datetime
from typing import Any, override

from homeassistant.components import media_source
from homeassistant.components.media_player import (
    MediaPlayerEntity,
    MediaPlayerEntityFeature,
    MediaPlayerState,
    MediaType,
)
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_call_later

from .const import DOMAIN
from .recording import Span
from .room import DemoConfigEntry, Room, async_fetch


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001 - the platform's signature
    entry: DemoConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the speaker."""
    async_add_entities([DemoSpeaker(entry.runtime_data)])


class DemoSpeaker(MediaPlayerEntity):
    """Returns as soon as it plays, and says `playing` until the clip is over.

    A clip that comes before the end of another cuts that one off.
    """

    _attr_has_entity_name = True
    _attr_name = None
    _attr_unique_id = "speaker"
    _attr_should_poll = False
    _attr_state = MediaPlayerState.IDLE
    _attr_volume_level = 0.5
    _attr_supported_features = (
        MediaPlayerEntityFeature.PLAY_MEDIA
        | MediaPlayerEntityFeature.MEDIA_ANNOUNCE
        | MediaPlayerEntityFeature.STOP
        | MediaPlayerEntityFeature.VOLUME_SET
    )

    def __init__(self, room: Room) -> None:
        self._room = room
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, "speaker")}, name="Speaker", manufacturer="Knot Coach demo"
        )
        self._span: Span | None = None
        self._end_timer: CALLBACK_TYPE | None = None

    @override
    async def async_play_media(
        self, media_type: MediaType | str, media_id: str, **kwargs: Any
    ) -> None:
        if media_source.is_media_source_id(media_id):
            media = await media_source.async_resolve_media(self.hass, media_id, self.entity_id)
            media_id = media.url
        clip = await async_fetch(self.hass, media_id)
        self._cut()
        self._span = self._room.recording.receive(self.entity_id, self._room.recognise(clip), clip)
        self._end_timer = async_call_later(
            self.hass,
            clip.seconds,
            HassJob(self._on_end, "demo speaker", cancel_on_shutdown=True),
        )
        self._attr_state = MediaPlayerState.PLAYING
        self.async_write_ha_state()

    @override
    async def async_will_remove_from_hass(self) -> None:
        self._cut()

    @override
    async def async_media_stop(self) -> None:
        self._cut()
        self._fall_silent()

    @override
    async def async_set_volume_level(self, volume: float) -> None:
        self._attr_volume_level = volume
        self.async_write_ha_state()

    @callback
    def _on_end(self, _: datetime) -> None:
        self._end_timer = None
        self._fall_silent()

    def _cut(self) -> None:
        """Silence what is being played; whoever calls this says what comes next."""
        if self._end_timer is not None:
            self._end_timer()
            self._end_timer = None
        if self._span is not None:
            self._room.recording.cut(self._span)

    def _fall_silent(self) -> None:
        self._span = None
        self._attr_state = MediaPlayerState.IDLE
        self.async_write_ha_state()
