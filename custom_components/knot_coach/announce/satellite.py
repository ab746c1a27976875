"""Speak through an Assist satellite."""

import asyncio
from contextlib import suppress
from typing import Final, override

from homeassistant.components.assist_satellite import DOMAIN, SatelliteBusyError
from homeassistant.components.assist_satellite.entity import AssistSatelliteState
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Context

from ..massage.wording import Line
from .outputs import BusyError, SpeechError
from .speaker import Ending, Speaker
from .synthesis import Clip, Voice, satellite_voice

SETTLE_SECONDS: Final = 0.3
"""How long `idle` must hold: after a barge-in a satellite says `idle` while its microphone is
already open (home-assistant-voice.md §9)."""
READY_SECONDS: Final = 20.0
"""How long a line waits for a satellite to be idle (home-assistant-voice.md §7b)."""


class SatelliteSpeaker(Speaker):
    """Announces on one satellite, and never while a person talks to it.

    An announcement cancels the pipeline that runs, and what the person said is lost
    (home-assistant-voice.md §3).
    """

    _taken = False

    @property
    @override
    def voice(self) -> Voice | None:
        return satellite_voice(self._hass, self.output.entity_id)

    @override
    async def async_ready(self, *, urgent: bool) -> None:
        try:
            async with asyncio.timeout(READY_SECONDS):
                if self._taken:
                    # Its state may say `idle` and not change when the other line ends.
                    self._taken = False
                    await self._news.wait()
                await self._async_quiet()
        except TimeoutError as error:
            if urgent and self._state == AssistSatelliteState.RESPONDING:
                return
            raise SpeechError("it was not idle in time") from error

    async def _async_quiet(self) -> None:
        loop = self._hass.loop
        while True:
            self._news.clear()
            if not self.available:
                raise SpeechError("it went away")
            left = self._since + SETTLE_SECONDS - loop.time()
            if self._state != AssistSatelliteState.IDLE:
                await self._news.wait()
            elif left > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(left):
                        await self._news.wait()
            else:
                return

    @override
    async def async_speak(self, line: Line, clip: Clip, context: Context) -> Ending:
        data = {
            ATTR_ENTITY_ID: self.output.entity_id,
            "message": line.text,
            # The chime takes two seconds of every line (home-assistant-voice.md §3).
            "preannounce": False,
        }
        began = self._hass.loop.time()
        try:
            async with self._bounded(clip.seconds):
                await self._hass.services.async_call(
                    DOMAIN, "announce", data, blocking=True, context=context
                )
        except SatelliteBusyError as error:
            self._news.clear()
            self._taken = True
            raise BusyError from error
        return self._ending(began, clip)
