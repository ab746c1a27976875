"""What the announcer asks of every output with a voice."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from enum import Enum, auto
from typing import Any, Final, override

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import (
    CALLBACK_TYPE,
    Context,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event

from ..const import DOMAIN
from ..massage.wording import Line
from .ear import Ear
from .outputs import Output, SpeechError, refusal
from .synthesis import Clip, Synthesis, Voice, speaks, voice_in
from .tiers import Tier, Trust

SYNTHESIS_FACTOR: Final = 2.0
"""A line may take this many times its expected length to be synthesised …"""
SYNTHESIS_SECONDS: Final = 8.0
"""… and so many seconds more; our choice."""
GIVE_UP_SECONDS: Final = 3.0
"""What a line gets beyond its expected length until its end counts as unseen (DESIGN.md §5). Home
Assistant's own bound is 300 s (home-assistant-voice.md §3)."""
CUT_SHARE: Final = 0.5
"""A line that ended before this share of its length was cut off (home-assistant-voice.md §3)."""
AT_ONCE_SECONDS: Final = 0.5
"""No person can cut a line off so soon after its beginning: a wake word takes longer."""
CHIME_SECONDS: Final = 2.1
"""Length of Home Assistant's chime (home-assistant-voice.md §3)."""
LET_GO_SECONDS: Final = 1.0
"""How long a call that was cancelled may take to notice; our choice."""


def nothing() -> None:
    """Do nothing: nobody wants to be told."""


class Ending(Enum):
    """How a line that was handed over ended."""

    SPOKEN = auto()
    CUT = auto()
    """The person ended it early."""
    UNSEEN = auto()
    """It was begun, and nothing showed its end in time."""


class Speaker(ABC):
    """One output with a voice.

    `start` and `stop` bracket its life: in between it follows the entity's state.
    """

    def __init__(self, hass: HomeAssistant, output: Output, synthesis: Synthesis) -> None:
        """Get ready, without following the entity yet."""
        self.output = output
        self.trust = Trust(output.entity_id, output.profile.tier or self.claims)
        self.benched_until = float("-inf")
        """Loop time before which other outputs are preferred, because this one failed."""
        self.failures = 0
        """How often it failed without having spoken in between."""
        self.unseen = 0
        """How many lines in a row were given up: it may have been silent for as long."""
        self.chime_due = False
        """The chime comes before the next line."""
        self.volume = output.profile.volume
        """Level of its lines, 0 to 1, where they bring one along."""
        self.seen = self.trust.tier
        """How the end of the last line was known."""
        self.said: Callable[[], None] = nothing
        """Called at the last word of a line that silence follows."""
        self.changed: Callable[[], None] | None = None
        """Called when the entity comes or goes."""
        self._hass = hass
        self._synthesis = synthesis
        self._news = asyncio.Event()
        self._returned_at = float("-inf")
        self._unsubscribe: list[CALLBACK_TYPE] = []

    def start(self) -> None:
        """Begin to follow the entity."""
        self._unsubscribe = [
            async_track_state_change_event(self._hass, self.output.entity_id, self._async_changed)
        ]

    def stop(self) -> None:
        """Stop following the entity."""
        while self._unsubscribe:
            self._unsubscribe.pop()()

    @callback
    def renew(self) -> None:
        """Begin another session: what went wrong in the last one is forgotten."""
        self.trust.renew()
        self.chime_due = self.output.profile.chime

    @property
    def ear(self) -> Ear | None:
        """What hears people there; None where nobody can talk to it."""
        return None

    @property
    @abstractmethod
    def claims(self) -> Tier:
        """How the end of speech should be known on outputs of this kind."""

    @property
    def available(self) -> bool:
        """Whether it can speak now."""
        return refusal(self._hass, self.output) is None

    @property
    @abstractmethod
    def voice(self) -> Voice | None:
        """The voice it would speak with now, None if it has none."""

    def voice_for(self, language: str) -> Voice | None:
        """Return the voice for lines in a language.

        That is its own, unless nobody chose the language of that voice and its engine has one that
        speaks the wanted language.
        """
        voice = self.voice
        if voice is None or self.output.language is not None:
            return voice
        return voice_in(self._hass, voice, language)

    def speaks(self, language: str) -> bool:
        """Tell whether lines in a language are spoken by a voice of that language."""
        voice = self.voice_for(language)
        return voice is None or speaks(self._hass, voice, language)

    @property
    @abstractmethod
    def latency(self) -> float:
        """Seconds from asking for a line to its first sound, as far as that is known."""

    def expected(self, clip: Clip) -> float:
        """Return the seconds from asking for a clip to its last word."""
        return self.latency + clip.seconds + (CHIME_SECONDS if self.chime_due else 0.0)

    async def async_prepare(self, line: Line) -> Clip:
        """Have the line synthesised, or find it synthesised.

        Raises SpeechError if there is no voice or it takes too long, and whatever the engine raises.
        """
        if (voice := self.voice_for(line.language)) is None:
            raise SpeechError("it has no voice")
        profile = self.output.profile
        try:
            async with asyncio.timeout(SYNTHESIS_FACTOR * line.seconds + SYNTHESIS_SECONDS):
                clip = await self._synthesis.async_clip(
                    voice, line.text, lead_in=profile.lead_in, tail=profile.tail
                )
        except TimeoutError as error:
            raise SpeechError("its voice did not come to an end") from error
        return clip if voice == self.voice else replace(clip, other_voice=True)

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

    @property
    def _now(self) -> float:
        return self._hass.loop.time()

    @asynccontextmanager
    async def _calling(
        self, domain: str, action: str, data: Mapping[str, Any], context: Context
    ) -> AsyncGenerator[asyncio.Task[Any]]:
        """Call an action beside what is to be seen of it; whatever hangs is let go at the end."""

        def returned(_: object) -> None:
            self._returned_at = self._now
            self._news.set()

        self._returned_at = float("-inf")
        call = self._hass.async_create_background_task(
            self._hass.services.async_call(
                domain, action, dict(data), blocking=True, context=context
            ),
            f"{DOMAIN} {action} {self.output.entity_id}",
        )
        call.add_done_callback(returned)
        try:
            yield call
        finally:
            call.cancel()
            await asyncio.wait({call}, timeout=LET_GO_SECONDS)
            if call.done() and not call.cancelled():
                call.exception()

    async def _async_until(self, seen: Callable[[], bool], moment: float) -> bool:
        """Wait until something is seen, or until a moment of the loop's time; tell which.

        Raises SpeechError when the entity goes away.
        """
        while True:
            if not self.available:
                raise SpeechError("it was lost while it spoke")
            if seen():
                return True
            self._news.clear()
            try:
                async with asyncio.timeout_at(moment):
                    await self._news.wait()
            except TimeoutError:
                return seen()

    async def _async_rest(self, moment: float) -> None:
        """Wait for a moment, whatever is seen. Raises SpeechError when the entity goes away."""
        await self._async_until(lambda: self._now >= moment, moment)

    async def _async_tail(self, clip: Clip) -> None:
        """Tell that the last word has been spoken, and wait for the silence after it."""
        if clip.tail:
            self.said()
            await self._async_rest(self._now + clip.tail)

    @callback
    def _async_changed(self, event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        gone = (None, STATE_UNAVAILABLE)
        was_gone = old is None or old.state in gone
        is_gone = new is None or new.state in gone
        if was_gone is not is_gone and self.changed is not None:
            self.changed()
        self._news.set()

    @override
    def __repr__(self) -> str:
        return self.output.entity_id
