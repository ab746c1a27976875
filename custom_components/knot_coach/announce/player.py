"""Speak through a media player."""

import asyncio
from typing import Final, override

from homeassistant.components.media_player.const import (
    ATTR_MEDIA_ANNOUNCE,
    ATTR_MEDIA_CONTENT_ID,
    ATTR_MEDIA_CONTENT_TYPE,
    DOMAIN,
    SERVICE_PLAY_MEDIA,
    MediaPlayerState,
    MediaType,
)
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Context, Event, EventStateChangedData, HomeAssistant, callback

from ..massage.wording import Line
from .outputs import Output
from .speaker import Ending, Speaker
from .synthesis import Clip, Synthesis, Voice, engine_voice

START_SECONDS: Final = 4.0
"""How long a player may take to say that it plays; some never say so (home-assistant-voice.md §4)."""
LAG_SECONDS: Final = 1.0
"""What a player that tells nothing takes to start, beside the length of the clip."""
STUCK_SECONDS: Final = 3.0
"""How long after its expected end a clip may still seem to play, beside `LAG_SECONDS`."""

PLAYING: Final = frozenset({MediaPlayerState.PLAYING, MediaPlayerState.BUFFERING})


class PlayerSpeaker(Speaker):
    """Plays on one media player and works out when it has finished.

    The action returns when playing was asked for, on most players. So the end is the first of: the
    action took as long as the clip; the player stopped playing; the clip's length has passed. The
    volume is left alone.
    """

    def __init__(self, hass: HomeAssistant, output: Output, synthesis: Synthesis) -> None:
        """Get ready, without following the entity yet."""
        super().__init__(hass, output, synthesis)
        self._started, self._ended = asyncio.Event(), asyncio.Event()

    @property
    @override
    def voice(self) -> Voice | None:
        output = self.output
        return engine_voice(self._hass, output.engine, output.language, output.voice)

    @override
    async def async_ready(self, *, urgent: bool) -> None:
        """Return at once: nobody talks to a player."""

    @override
    async def async_speak(self, line: Line, clip: Clip, context: Context) -> Ending:
        data = {
            ATTR_ENTITY_ID: self.output.entity_id,
            ATTR_MEDIA_CONTENT_ID: clip.media_id,
            ATTR_MEDIA_CONTENT_TYPE: MediaType.MUSIC,
            ATTR_MEDIA_ANNOUNCE: True,
        }
        was_playing = self._state in PLAYING
        self._started.clear()
        self._ended.clear()
        began = self._hass.loop.time()
        async with self._bounded(clip.seconds):
            await self._hass.services.async_call(
                DOMAIN, SERVICE_PLAY_MEDIA, data, blocking=True, context=context
            )
            await self._async_end(began, clip, was_playing=was_playing)
        return self._ending(began, clip)

    async def _async_end(self, began: float, clip: Clip, *, was_playing: bool) -> None:
        if self._hass.loop.time() - began >= clip.seconds:
            return
        counted = began + clip.seconds + LAG_SECONDS
        if was_playing:
            # Music that makes room for the line keeps the state at `playing` throughout.
            await self._async_until(asyncio.Event(), counted)
        elif await self._async_until(self._started, max(counted, began + START_SECONDS)):
            playing = self._hass.loop.time()
            await self._async_until(
                self._ended, playing + clip.seconds + LAG_SECONDS + STUCK_SECONDS
            )

    async def _async_until(self, event: asyncio.Event, moment: float) -> bool:
        """Wait for an event until a moment of the loop's time; tell whether it came."""
        try:
            async with asyncio.timeout_at(moment):
                return await event.wait()
        except TimeoutError:
            return False

    @callback
    @override
    def _async_changed(self, event: Event[EventStateChangedData]) -> None:
        super()._async_changed(event)
        if self._state in PLAYING:
            self._started.set()
        elif self._started.is_set():
            self._ended.set()
