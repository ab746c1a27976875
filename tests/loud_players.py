"""Media players whose volume has a will of its own, and which play music, for tests of loudness."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.media_player.const import (
    MediaPlayerEntityFeature,
    MediaPlayerState,
    MediaType,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from tests.voice_speakers import FakePlayer, FakeSatellite

SONG: Final = "http://radio.local/song.mp3"


class LoudPlayer(FakePlayer):
    """A player with a volume, a mute and music; all of them misbehave when told to."""

    def __init__(self, key: str = "kitchen", *, announces: bool = True, mutes: bool = True) -> None:
        super().__init__(key, announces=announces)
        if mutes:
            self._attr_supported_features |= MediaPlayerEntityFeature.VOLUME_MUTE
            self._attr_is_volume_muted = False
        self.step: float | None = None
        """The volume is one of these steps; what is asked for is rounded down."""
        self.delay = 0.0
        """Seconds after which a new volume is shown; the call returns at once."""
        self.refuses = False
        """A new volume is an error."""
        self.refusals = 0
        """So many new volumes are an error."""
        self.ignores = False
        """A new volume changes nothing."""
        self.hangs = False
        """A new volume, or mute, takes for ever, and comes to nothing."""
        self.lifts_mute = False
        """A new volume lifts the mute."""
        self.before_volume: Callable[[], None] = lambda: None
        self.before_music: Callable[[], None] = lambda: None
        self.mutes: list[bool] = []
        self.seeks: list[float] = []
        self.played: list[str] = []
        """What it was told to play that is not spoken."""
        self.refuses_music = False
        self.starts = True
        """Says that it plays music."""

    def beside(self, satellite: FakeSatellite) -> LoudPlayer:
        """Put it into the device of a satellite."""
        self._attr_device_info = satellite.device_info
        return self

    def seeking(self) -> LoudPlayer:
        """Let it seek."""
        self._attr_supported_features |= MediaPlayerEntityFeature.SEEK
        return self

    def without(self, feature: MediaPlayerEntityFeature) -> LoudPlayer:
        """Let it not support something."""
        self._attr_supported_features &= ~feature
        return self

    def play_music(
        self,
        media_id: str | None = SONG,
        *,
        position: float | None = None,
        since: datetime | None = None,
        length: int | None = None,
    ) -> None:
        """Let it play something of its own."""
        self._attr_media_content_id = media_id
        self._attr_media_content_type = MediaType.MUSIC
        self._attr_media_position = None if position is None else int(position)
        self._attr_media_position_updated_at = since or dt_util.utcnow()
        self._attr_media_duration = length
        self.set_state(MediaPlayerState.PLAYING)

    def join(self, *others: LoudPlayer) -> None:
        """Let it play as one with others."""
        self._attr_supported_features |= MediaPlayerEntityFeature.GROUPING
        self._attr_group_members = [self.entity_id, *(other.entity_id for other in others)]
        self.async_write_ha_state()

    def turn_knob(self, volume: float) -> None:
        """Let a person set the volume on the device."""
        self._attr_volume_level = volume
        self.async_write_ha_state()

    def turn_mute(self, *, muted: bool) -> None:
        """Let a person mute the device."""
        self._attr_is_volume_muted = muted
        self.async_write_ha_state()

    @override
    async def async_set_volume_level(self, volume: float) -> None:
        self.before_volume()
        self.volumes.append(volume)
        if self.hangs:
            await self.hass.loop.create_future()
        if self.refusals:
            self.refusals -= 1
            raise HomeAssistantError("Not yet")
        if self.refuses:
            raise HomeAssistantError("Not now")
        if self.ignores:
            return
        self._attr_volume_level = self._rounded(volume)
        if self.lifts_mute:
            self._attr_is_volume_muted = False
        if self.delay:
            self._begin(self._show_late(), "volume")
        else:
            self.async_write_ha_state()

    def _rounded(self, volume: float) -> float:
        if self.step is None:
            return volume
        return round(int(volume / self.step + 1e-9) * self.step, 6)

    async def _show_late(self) -> None:
        await asyncio.sleep(self.delay)
        self.async_write_ha_state()

    @override
    async def async_mute_volume(self, mute: bool) -> None:
        self.mutes.append(mute)
        if self.hangs:
            await self.hass.loop.create_future()
        self.turn_mute(muted=mute)

    @override
    async def async_media_seek(self, position: float) -> None:
        self.seeks.append(position)

    @override
    async def async_play_media(
        self, media_type: MediaType | str, media_id: str, **kwargs: Any
    ) -> None:
        mixes = MediaPlayerEntityFeature.MEDIA_ANNOUNCE in self.supported_features
        if kwargs.get("announce") and mixes:
            await super().async_play_media(media_type, media_id, **kwargs)
            return
        if self.refuses_music and not kwargs.get("announce"):
            raise HomeAssistantError("Not that")
        self._attr_media_content_id = media_id
        self._attr_media_content_type = str(media_type)
        self._attr_media_position = self._attr_media_duration = None
        if kwargs.get("announce"):
            # What played is over.
            self.set_state(MediaPlayerState.IDLE)
            await super().async_play_media(media_type, media_id, **kwargs)
            return
        self.before_music()
        self.played.append(media_id)
        if self.starts:
            self.set_state(MediaPlayerState.PLAYING)
