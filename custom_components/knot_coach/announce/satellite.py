"""Speak through an Assist satellite."""

import asyncio
from typing import Any, Final, override

from homeassistant.components.assist_satellite import DOMAIN, SatelliteBusyError
from homeassistant.components.assist_satellite.entity import AssistSatelliteState
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Context, HomeAssistant

from ..massage.wording import Line
from .ear import Ear
from .outputs import BusyError, Output, SpeechError
from .speaker import (
    AT_ONCE_SECONDS,
    CHIME_SECONDS,
    CUT_SHARE,
    GIVE_UP_SECONDS,
    Ending,
    Speaker,
)
from .synthesis import Clip, Synthesis, Voice, satellite_voice
from .tiers import Tier

READY_SECONDS: Final = 20.0
"""How long a line waits for a satellite to be idle (home-assistant-voice.md §7b)."""
LATENCY_SECONDS: Final = 0.3
"""From asking to the first sound, where that was not measured; our choice."""
FLICKER_SECONDS: Final = 1.0
"""A device that hears its wake word stops first, and listens a moment later; our choice."""
NEAR_SECONDS: Final = 0.3
"""So near to its end a line was heard, whoever began to talk then; our choice."""


class SatelliteSpeaker(Speaker):
    """Announces on one satellite, and never while a person talks to it.

    An announcement cancels the pipeline that runs, and what the person said is lost
    (home-assistant-voice.md §3).
    """

    def __init__(self, hass: HomeAssistant, output: Output, synthesis: Synthesis) -> None:
        """Get ready, without following the entity yet."""
        super().__init__(hass, output, synthesis)
        self._ear = Ear(hass, output.entity_id)
        self._ear.news = self._news
        self._taken = False

    @override
    def start(self) -> None:
        self._ear.start()
        super().start()

    @override
    def stop(self) -> None:
        super().stop()
        self._ear.stop()

    @property
    @override
    def ear(self) -> Ear:
        return self._ear

    @property
    @override
    def claims(self) -> Tier:
        return Tier.CONFIRMED

    @property
    @override
    def voice(self) -> Voice | None:
        return satellite_voice(self._hass, self.output.entity_id)

    @property
    @override
    def latency(self) -> float:
        measured = self.output.profile.latency
        return LATENCY_SECONDS if measured is None else measured

    @override
    async def async_ready(self, *, urgent: bool) -> None:
        try:
            async with asyncio.timeout(READY_SECONDS):
                if self._taken:
                    # Its state may say `idle` and not change when the other line ends.
                    self._taken = False
                    await self._news.wait()
                await self._ear.async_quiet()
        except TimeoutError as error:
            machine = self._state == AssistSatelliteState.RESPONDING
            if not (urgent and machine):
                raise SpeechError("it was not idle in time") from error
        if not self.available:
            raise SpeechError("it went away")

    @override
    async def async_speak(self, line: Line, clip: Clip, context: Context) -> Ending:
        data: dict[str, Any] = {
            ATTR_ENTITY_ID: self.output.entity_id,
            "message": line.text,
            # The chime takes two seconds, so that it is for the first line alone.
            "preannounce": self.chime_due,
        }
        if clip.as_media:
            data["media_id"] = clip.media_id
        if self._ear.talking and self._state != AssistSatelliteState.RESPONDING:
            raise BusyError
        if self._ear.opening and self._state == AssistSatelliteState.IDLE:
            self._news.clear()
            self._taken = True
            raise BusyError
        if self._ear.heard:
            self.trust.interrupted()
        self._ear.announce_begins()
        began = self._now
        try:
            async with self._calling(DOMAIN, "announce", data, context) as call:
                ending = await self._async_ending(call, clip, began)
        except SatelliteBusyError as error:
            self._news.clear()
            self._taken = True
            raise BusyError from error
        finally:
            self._ear.announce_ended()
            self.chime_due = False
        self.seen = self.trust.tier
        return ending

    async def _async_ending(self, call: asyncio.Task[Any], clip: Clip, began: float) -> Ending:
        due = began + self.expected(clip)
        if not await self._async_begins(call, due + GIVE_UP_SECONDS):
            raise SpeechError("it did not begin")
        if clip.tail and not await self._async_until(call.done, due):
            self.said()
        measured = self.trust.tier is Tier.MEASURED
        until = due + clip.tail + (0.0 if measured else GIVE_UP_SECONDS)
        if await self._async_until(call.done, until):
            call.result()
            return await self._async_returned(clip, began, due)
        self.trust.demote("an announcement did not return")
        return Ending.UNSEEN

    async def _async_begins(self, call: asyncio.Task[Any], moment: float) -> bool:
        """Wait for the announcement to begin; give way to a person who begins before it."""

        def begun() -> bool:
            return call.done() or self._state == AssistSatelliteState.RESPONDING

        await self._async_until(lambda: begun() or self._ear.heard, moment)
        if self._ear.heard and not begun():
            raise BusyError
        return begun()

    async def _async_returned(self, clip: Clip, began: float, due: float) -> Ending:
        """Judge an announcement that returned: by how long it took, and by who was heard."""
        took = self._now - began - (self.output.profile.latency or 0.0)
        if self.chime_due:
            took -= CHIME_SECONDS
        early = took < clip.seconds * CUT_SHARE
        short = took < clip.seconds - NEAR_SECONDS
        soon = self._now if early else min(due, self._now + FLICKER_SECONDS)
        if short and await self._async_until(lambda: self._ear.heard, soon):
            self.trust.interrupted()
            return Ending.CUT
        if self.trust.tier is Tier.MEASURED:
            return await self._async_measured(clip, due)
        if not early:
            self.trust.kept_word()
            return Ending.SPOKEN
        if not self.trust.broke_off(at_once=took < AT_ONCE_SECONDS):
            return Ending.CUT
        ending = await self._async_measured(clip, due)
        if ending is Ending.SPOKEN:
            self.trust.demote("announcements return before they can be over")
        return ending

    async def _async_measured(self, clip: Clip, due: float) -> Ending:
        """Wait out the length of the clip, unless somebody is heard meanwhile."""
        if await self._async_until(lambda: self._ear.heard, due - NEAR_SECONDS):
            self.trust.interrupted()
            return Ending.CUT
        await self._async_rest(due)
        await self._async_tail(clip)
        return Ending.SPOKEN
