"""What the announcer asks of every output with a voice."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from enum import Enum, auto
from typing import Final, override

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import (
    CALLBACK_TYPE,
    Context,
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_state_report_event,
)

from ..massage.wording import Line
from .outputs import Output, SpeechError, refusal
from .synthesis import Clip, Synthesis, Voice

WATCHDOG_FACTOR: Final = 2.0
"""A line may take this many times its expected length …"""
WATCHDOG_SECONDS: Final = 8.0
"""… and so many seconds more. Home Assistant's own bound is 300 s (home-assistant-voice.md §3)."""
CUT_SHARE: Final = 0.5
"""A line that ended before this share of its length was cut off (home-assistant-voice.md §3)."""


class Ending(Enum):
    """How a line that was spoken ended."""

    SPOKEN = auto()
    CUT = auto()


class Speaker(ABC):
    """One output with a voice.

    `start` and `stop` bracket its life: in between it follows the entity's state, so that it
    knows since when that has been what it is, in the loop's time.
    """

    def __init__(self, hass: HomeAssistant, output: Output, synthesis: Synthesis) -> None:
        """Get ready, without following the entity yet."""
        self.output = output
        self.benched_until = float("-inf")
        """Loop time before which other outputs are preferred, because this one failed."""
        self._hass = hass
        self._synthesis = synthesis
        self._news = asyncio.Event()
        self._since = hass.loop.time()
        self._watchdogs: list[asyncio.Timeout] = []
        self._unsubscribe: list[CALLBACK_TYPE] = []

    def start(self) -> None:
        """Begin to follow the entity."""
        entity_id = self.output.entity_id
        self._since = self._hass.loop.time()
        self._unsubscribe = [
            async_track_state_change_event(self._hass, entity_id, self._async_changed),
            async_track_state_report_event(self._hass, entity_id, self._async_reported),
        ]

    def stop(self) -> None:
        """Stop following the entity."""
        while self._unsubscribe:
            self._unsubscribe.pop()()

    @property
    def available(self) -> bool:
        """Whether it can speak now."""
        return refusal(self._hass, self.output) is None

    @property
    @abstractmethod
    def voice(self) -> Voice | None:
        """The voice it would speak with now, None if it has none."""

    async def async_prepare(self, line: Line) -> Clip:
        """Have the line synthesised, or find it synthesised.

        Raises SpeechError if there is no voice or it takes too long, and whatever the engine raises.
        """
        if (voice := self.voice) is None:
            raise SpeechError("it has no voice")
        async with self._bounded(line.seconds):
            return await self._synthesis.async_clip(voice, line.text)

    @abstractmethod
    async def async_ready(self, *, urgent: bool) -> None:
        """Return when a line may begin; raise SpeechError when that takes too long.

        `urgent` speaks over a machine that does not end, never over a person.
        """

    @abstractmethod
    async def async_speak(self, line: Line, clip: Clip, context: Context) -> Ending:
        """Speak, and return at the end of speech.

        Raises BusyError if the output turned out to be taken, and anything else if it failed.
        """

    @property
    def _state(self) -> str | None:
        state = self._hass.states.get(self.output.entity_id)
        return None if state is None else state.state

    def _ending(self, began: float, clip: Clip) -> Ending:
        if not self.available:
            raise SpeechError("it was lost while it spoke")
        cut = self._hass.loop.time() - began < clip.seconds * CUT_SHARE
        return Ending.CUT if cut else Ending.SPOKEN

    @asynccontextmanager
    async def _bounded(self, seconds: float) -> AsyncGenerator[None]:
        """Give up on what takes far too long, or on an entity that goes away meanwhile."""
        watchdog = asyncio.timeout(WATCHDOG_FACTOR * seconds + WATCHDOG_SECONDS)
        self._watchdogs.append(watchdog)
        try:
            async with watchdog:
                yield
        except TimeoutError as error:
            raise SpeechError("it did not come to an end") from error
        finally:
            self._watchdogs.remove(watchdog)

    @callback
    def _async_changed(self, event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        state = None if new is None else new.state
        if old is None or old.state != state:
            self._since = self._hass.loop.time()
        if state in (None, STATE_UNAVAILABLE):
            for watchdog in self._watchdogs:
                if not watchdog.expired():
                    watchdog.reschedule(self._hass.loop.time())
        self._news.set()

    @callback
    def _async_reported(self, _: Event[EventStateReportedData]) -> None:
        self._news.set()

    @override
    def __repr__(self) -> str:
        return self.output.entity_id
