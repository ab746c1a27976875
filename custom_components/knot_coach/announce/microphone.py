"""Opens the microphone of a satellite without a wake word, for one answer.

`assist_satellite.ask_question` plays a clip, opens the microphone, and returns what was said. The
clip is a soft tone: the question itself has been spoken before, as a line like any other, and is
known to have been heard to its end (docs/adr/0008).

Home Assistant cancels a run at every announcement and has no way to end one otherwise, and an
action that waits for a microphone waits for ever (home-assistant-voice.md §3, §9). So the turn on
the satellite is taken as by a line, and whoever wants to speak there is let through at once, but
for one thing: a person who has begun to speak is heard to the end.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final, cast

from homeassistant.components.assist_satellite import DOMAIN as SATELLITE
from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN
from ..massage.messages import Priority
from .ear import LONGEST_TURN, SETTLE_SECONDS, Ear
from .lanes import async_turn
from .outputs import can_listen
from .padding import keep
from .speaker import LET_GO_SECONDS
from .synthesis import folder_of, satellite_voice, serve
from .tone import tone

OPEN_SECONDS: Final = 5.0
"""From the request to the open microphone; who takes longer does not listen at all; our choice."""
WANTED_SECONDS: Final = 1.0
"""The same, where a line waits that may be for safety; our choice."""

type _Call = asyncio.Task[Any]


class MicrophoneError(Exception):
    """This satellite does not listen when it is asked to."""


class Microphone:
    """The microphone of one satellite, for one answer."""

    def __init__(self, hass: HomeAssistant, ear: Ear) -> None:
        """Get ready; `ear` follows the satellite."""
        self._hass, self._ear = hass, ear
        self._closing = self._wanted = False

    @callback
    def close(self) -> None:
        """Let go: at once, or when whoever has begun to speak has been heard."""
        self._closing = True
        self._ear.news.set()

    @callback
    def _give_way(self) -> None:
        self._wanted = True
        self.close()

    async def async_hear(self, until: float) -> str | None:
        """Open it when nobody talks, and return what was said; None for silence.

        It closes at a moment of the loop's time. Raises MicrophoneError if it does not open.
        """
        try:
            media_id = await self._async_tone()
        except OSError as error:
            raise MicrophoneError("the tone cannot be kept") from error
        name = self._ear.entity_id
        while await self._async_quiet(until):
            turn = async_turn(self._hass, name, Priority.ENCOURAGEMENT, wanted=self._give_way)
            async with turn:
                if self._closing:
                    return None
                if self._ear.quiet_in() <= 0 and not self._ear.opening:
                    return await self._async_ask(media_id, until)
        return None

    async def _async_tone(self) -> str:
        folder = folder_of(self._hass)
        path = await self._hass.async_add_executor_job(lambda: keep(folder, tone(), "wav"))
        if (voice := satellite_voice(self._hass, self._ear.entity_id)) is None:
            raise MicrophoneError("it has no voice")
        return serve(self._hass, voice, path)

    async def _async_quiet(self, until: float) -> bool:
        """Wait until nobody talks or is about to; tell whether that came in time."""
        while (left := self._ear.quiet_in()) > 0 or self._ear.opening:
            if self._closing or self._now >= until:
                return False
            await self._async_news(min(until, self._now + (left or SETTLE_SECONDS)))
        return not self._closing and self._now < until

    async def _async_ask(self, media_id: str, until: float) -> str | None:
        if not can_listen(self._hass, self._ear.entity_id):
            raise MicrophoneError("it cannot listen")
        turns = self._ear.turns
        call = self._call(media_id)
        try:
            if not await self._async_opens(call, turns):
                return None
            await self._async_answered(call, until)
            return _answer_of(call)
        finally:
            if not call.done():
                self._ear.hang_up()
            call.cancel()
            await asyncio.wait({call}, timeout=LET_GO_SECONDS)
            if call.done():
                # Nobody else looks at how it failed.
                _error_of(call)

    def _call(self, media_id: str) -> _Call:
        data = {
            ATTR_ENTITY_ID: self._ear.entity_id,
            "question_media_id": media_id,
            "preannounce": False,
        }
        call = self._hass.async_create_background_task(
            self._hass.services.async_call(
                SATELLITE,
                "ask_question",
                data,
                blocking=True,
                context=Context(),
                return_response=True,
            ),
            f"{DOMAIN} listens on {self._ear.entity_id}",
        )
        call.add_done_callback(lambda _: self._ear.news.set())
        return call

    async def _async_opens(self, call: _Call, turns: int) -> bool:
        """Wait until the microphone is open; tell False where somebody wants to speak before.

        It opens even if it is to close again: a device that was told to listen does so a moment
        later, whatever becomes of the action, and would then be taken for somebody who talks.
        """

        def settled() -> bool:
            return self._ear.turns != turns or call.done() or self._gone

        latest = self._now + OPEN_SECONDS
        await self._async_until(lambda: settled() or self._wanted, latest)
        if self._wanted:
            await self._async_until(settled, min(latest, self._now + WANTED_SECONDS))
        if self._ear.turns != turns:
            return True
        if call.done():
            raise MicrophoneError("it does not listen") from _error_of(call)
        if self._gone or not self._wanted:
            raise MicrophoneError("it went away" if self._gone else "its microphone did not open")
        return False

    async def _async_answered(self, call: _Call, until: float) -> None:
        """Wait for the answer until it is too late, or nobody has spoken and somebody wants to."""
        turn = self._now + LONGEST_TURN
        await self._async_until(lambda: call.done() or self._gone or self._closing, until)
        if self._ear.speaking:
            await self._async_until(lambda: call.done() or self._gone, turn)
        if not call.done():
            self._ear.hang_up()
            await self._async_until(call.done, self._now + LET_GO_SECONDS)

    @property
    def _gone(self) -> bool:
        return self._ear.state in (None, STATE_UNAVAILABLE)

    @property
    def _now(self) -> float:
        return self._hass.loop.time()

    async def _async_until(self, seen: Callable[[], bool], moment: float) -> None:
        while not seen() and self._now < moment:
            await self._async_news(moment)

    async def _async_news(self, moment: float) -> None:
        """Wait until something happens, or for a moment."""
        self._ear.news.clear()
        try:
            async with asyncio.timeout_at(moment):
                await self._ear.news.wait()
        except TimeoutError:
            return


def _error_of(call: _Call) -> BaseException | None:
    """Return why a call failed that is done."""
    # Client libraries cancel what waits for a device that goes away.
    return asyncio.CancelledError() if call.cancelled() else call.exception()


def _answer_of(call: _Call) -> str | None:
    """Return what was said, None for silence. Raises MicrophoneError for anything else."""
    if not call.done():
        return None
    match _error_of(call):
        case None:
            answer = cast("dict[str, Any]", call.result())
            sentence: str = answer["sentence"]
            return sentence.strip() or None
        case HomeAssistantError():
            # Nothing was said, or nothing that was understood.
            return None
        case error:
            raise MicrophoneError("it failed while it listened") from error
