"""Speak through a media player."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, override

from homeassistant.components.assist_satellite import DOMAIN as SATELLITE_DOMAIN
from homeassistant.components.assist_satellite.const import PREANNOUNCE_URL
from homeassistant.components.media_player.const import (
    ATTR_MEDIA_ANNOUNCE,
    ATTR_MEDIA_CONTENT_ID,
    ATTR_MEDIA_CONTENT_TYPE,
    ATTR_MEDIA_EXTRA,
    DOMAIN,
    SERVICE_PLAY_MEDIA,
    MediaPlayerState,
    MediaType,
)
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Context, Event, EventStateChangedData, HomeAssistant, callback

from ..massage.wording import Line
from ..players import PLAYING, native_volume
from .outputs import Output, SpeechError
from .speaker import AT_ONCE_SECONDS, CHIME_SECONDS, CUT_SHARE, GIVE_UP_SECONDS, Ending, Speaker
from .synthesis import Clip, Synthesis, Voice, engine_voice
from .tiers import Tier

START_SECONDS: Final = 4.0
"""How long a player may take to say that it plays; some never say so (home-assistant-voice.md §4)."""
LATENCY_SECONDS: Final = 1.0
"""From asking to the first sound, where neither this player nor a measurement told; our choice."""
LATE_SECONDS: Final = 0.3
"""A state that comes later than this after the end of the clip is worth less than the clip's
length."""


class PlayerSpeaker(Speaker):
    """Plays on one media player and works out when it has finished.

    The action returns when playing was asked for, on most players. So the end is the first of: the
    action took as long as the clip; the player stopped playing; the clip's length has passed.
    """

    def __init__(self, hass: HomeAssistant, output: Output, synthesis: Synthesis) -> None:
        """Get ready, without following the entity yet."""
        super().__init__(hass, output, synthesis)
        self._learned: float | None = None
        self._played_at: float | None = None
        self._ended_at: float | None = None

    @property
    @override
    def claims(self) -> Tier:
        return Tier.OBSERVED

    @property
    @override
    def voice(self) -> Voice | None:
        output = self.output
        return engine_voice(self._hass, output.engine, output.language, output.voice)

    @property
    @override
    def latency(self) -> float:
        measured = self.output.profile.latency
        known = self._learned if measured is None else measured
        return LATENCY_SECONDS if known is None else known

    @override
    async def async_ready(self, *, urgent: bool) -> None:
        """Return at once: nobody talks to a player."""

    @override
    async def async_speak(self, line: Line, clip: Clip, context: Context) -> Ending:
        # Music that makes room for the line keeps the state at `playing` throughout.
        blind = self._state in PLAYING
        if self.chime_due:
            await self._async_chime(context)
        self._played_at = self._ended_at = None
        began = self._now
        async with self._playing(clip.media_id, context) as call:
            if blind:
                self.seen = Tier.MEASURED
                return await self._async_blind(call, clip, began)
            ending = await self._async_ending(call, clip, began)
        self.seen = self.trust.tier
        return ending

    def _playing(
        self, media_id: str, context: Context
    ) -> AbstractAsyncContextManager[asyncio.Task[Any]]:
        data = {
            ATTR_ENTITY_ID: self.output.entity_id,
            ATTR_MEDIA_CONTENT_ID: media_id,
            ATTR_MEDIA_CONTENT_TYPE: MediaType.MUSIC,
            ATTR_MEDIA_ANNOUNCE: True,
            ATTR_MEDIA_EXTRA: native_volume(self._hass, self.output.entity_id, self.volume),
        }
        return self._calling(DOMAIN, SERVICE_PLAY_MEDIA, data, context)

    async def _async_chime(self, context: Context) -> None:
        """Play Home Assistant's own chime, which is served where there can be satellites."""
        self.chime_due = False
        if SATELLITE_DOMAIN in self._hass.config.components:
            async with self._playing(PREANNOUNCE_URL, context):
                await self._async_rest(self._now + self.latency + CHIME_SECONDS)

    async def _async_blind(self, call: asyncio.Task[Any], clip: Clip, began: float) -> Ending:
        """Wait for the length of the clip, and for the action."""
        due = began + self.expected(clip)
        if not await self._async_until(call.done, due + GIVE_UP_SECONDS):
            raise SpeechError("it did not begin")
        call.result()
        if not self._blocked(clip, began):
            await self._async_rest(due)
            await self._async_tail(clip)
        return Ending.SPOKEN

    async def _async_ending(self, call: asyncio.Task[Any], clip: Clip, began: float) -> Ending:
        due = began + self.expected(clip)
        measured = self.trust.tier is Tier.MEASURED

        def told() -> bool:
            if call.done() and (call.cancelled() or call.exception() is not None):
                return True
            return self._played_at is not None or (call.done() and self._blocked(clip, began))

        if not await self._async_until(told, due if measured else max(due, began + START_SECONDS)):
            return await self._async_silent(call, clip, began)
        if call.done():
            call.result()
        if self._played_at is None:
            self.trust.kept_word(Tier.CONFIRMED)
            return Ending.SPOKEN
        return await self._async_seen(clip, began, self._played_at)

    def _blocked(self, clip: Clip, began: float) -> bool:
        """Tell whether the action returned when the clip can be over, and not before."""
        return self._returned_at - began >= clip.seconds

    async def _async_silent(self, call: asyncio.Task[Any], clip: Clip, began: float) -> Ending:
        """Judge a player that has not said that it plays."""
        due = began + self.expected(clip)
        if self._state == MediaPlayerState.BUFFERING:
            await self._async_until(lambda: self._played_at is not None, self._now + START_SECONDS)
            if self._played_at is not None:
                return await self._async_seen(clip, began, self._played_at)
        if not await self._async_until(call.done, due + GIVE_UP_SECONDS):
            raise SpeechError("it did not begin")
        call.result()
        self.trust.demote("it does not say that it plays")
        await self._async_tail(clip)
        return Ending.SPOKEN

    async def _async_seen(self, clip: Clip, began: float, played_at: float) -> Ending:
        """Wait for the end of a clip that is seen to play."""
        due = played_at + clip.seconds
        if self.trust.tier is Tier.MEASURED:
            # Its state may come late, or lie: a stop is believed that a person can have made.
            due = min(due, began + self.expected(clip))
            early = await self._async_until(lambda: self._ended_at is not None, due)
            cut = early and self._cut(clip, played_at) and not self._at_once(played_at)
            return Ending.CUT if cut else await self._async_on(clip, due)
        if clip.tail and not await self._async_until(lambda: self._ended_at is not None, due):
            self.said()
        due += clip.tail
        if not await self._async_until(lambda: self._ended_at is not None, due + GIVE_UP_SECONDS):
            self.trust.demote("it does not stop playing")
            return Ending.UNSEEN
        if self._cut(clip, played_at):
            return await self._async_early(clip, played_at)
        self._learned = played_at - began
        if self._now > due + LATE_SECONDS:
            self.trust.demote("its state comes late")
        else:
            self.trust.kept_word(Tier.OBSERVED)
        return Ending.SPOKEN

    async def _async_on(self, clip: Clip, due: float) -> Ending:
        await self._async_rest(due)
        await self._async_tail(clip)
        return Ending.SPOKEN

    def _cut(self, clip: Clip, played_at: float) -> bool:
        ended_at = self._now if self._ended_at is None else self._ended_at
        return ended_at - played_at < clip.seconds * CUT_SHARE

    def _at_once(self, played_at: float) -> bool:
        ended_at = self._now if self._ended_at is None else self._ended_at
        return ended_at - played_at < AT_ONCE_SECONDS

    async def _async_early(self, clip: Clip, played_at: float) -> Ending:
        """Judge a player that stopped long before the end: by a person, or by its own state."""
        if not self.trust.broke_off(at_once=self._at_once(played_at)):
            return Ending.CUT
        self.trust.demote("it stops playing before it can be over")
        return await self._async_on(clip, played_at + clip.seconds)

    @callback
    @override
    def _async_changed(self, event: Event[EventStateChangedData]) -> None:
        if self._state == MediaPlayerState.PLAYING and self._played_at is None:
            self._played_at = self._now
        elif self._state not in PLAYING and self._played_at is not None and self._ended_at is None:
            self._ended_at = self._now
        super()._async_changed(event)
