"""The outputs of one coach, and which of them speaks next."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Sequence
import logging
from typing import Any, Final, override

from homeassistant.core import Context, HomeAssistant, callback

from ..massage.wording import Line
from .delivery import Result
from .ear import Ear
from .notify import Texter, TextSpeaker, speaks
from .outputs import Kind, Output, SpeechError
from .player import PlayerSpeaker
from .reports import NoOutputError
from .satellite import SatelliteSpeaker
from .speaker import Ending, Speaker
from .synthesis import Synthesis
from .tiers import Tier

BENCH_SECONDS: Final = 60.0
"""How long an output that failed comes after the others, lest it delay every line; our choice."""
BENCH_FACTOR: Final = 10
"""So many times longer when it fails again after that: for the rest of most sessions; our choice."""
MAX_UNSEEN: Final = 2
"""So many lines in a row that were given up are too many where another can speak; our choice."""

type Start = Callable[[Coroutine[Any, Any, bool], str], asyncio.Task[bool]]

_LOGGER = logging.getLogger(__name__)


class _Reader(TextSpeaker):
    """A notify entity whose device reads out what it is sent."""

    @property
    @override
    def claims(self) -> Tier:
        return Tier.MEASURED


class Voices:
    """Everything a coach speaks or writes through, in the order of preference."""

    def __init__(
        self,
        hass: HomeAssistant,
        outputs: Sequence[Output],
        *,
        tag: str,
        together: bool,
        changed: Callable[[], None],
    ) -> None:
        """Get ready; `changed` is called when an output comes or goes.

        What is written on telephones is known there by the `tag`.
        """
        self._hass, self._together = hass, together
        synthesis = Synthesis(hass)
        self._texters: list[Texter] = []
        self.writing: set[asyncio.Task[bool]] = set()
        """Texts that are being handed over."""
        self._spoken: list[Speaker] = []
        for output in outputs:
            match output.kind:
                case Kind.SATELLITE:
                    self._spoken.append(SatelliteSpeaker(hass, output, synthesis))
                case Kind.PLAYER:
                    self._spoken.append(PlayerSpeaker(hass, output, synthesis))
                case Kind.NOTIFY if speaks(hass, output):
                    self._spoken.append(_Reader(hass, [Texter(hass, output, tag)], synthesis))
                case Kind.NOTIFY:
                    self._texters.append(Texter(hass, output, tag))
        self._text = TextSpeaker(hass, self._texters, synthesis, tag=tag)
        self._captions = TextSpeaker(hass, self._texters, synthesis, tag=tag, shown=True)
        self.ears: Sequence[Ear] = ()
        """The satellites of the room that are no outputs; they are followed."""
        self._changed = changed

    @property
    def all(self) -> Sequence[Speaker]:
        """Every output that can carry a session; where none has a voice, that is the text."""
        return self._spoken or ([self._text] if self._texters else [])

    @property
    def available(self) -> bool:
        """Whether at least one of them can be used now."""
        return any(speaker.available for speaker in self.all)

    @callback
    def start(self) -> None:
        """Begin to follow the entities."""
        for speaker in self.all:
            speaker.changed = self._changed
            speaker.start()

    @callback
    def stop(self) -> None:
        """Stop following them."""
        for speaker in (*self.all, self._captions):
            speaker.stop()
        self._listen(())

    @callback
    def renew(self, ears: Sequence[Ear]) -> None:
        """Begin another session."""
        for speaker in self.all:
            speaker.renew()
        ours = {speaker.output.entity_id for speaker in self.all}
        self._listen([ear for ear in ears if ear.entity_id not in ours])

    def listening(self, speakers: Collection[Speaker]) -> Sequence[Ear]:
        """Return the satellites that somebody may be talking to while these speak."""
        others = (one.ear for one in self.all if one not in speakers)
        return [*self.ears, *(ear for ear in others if ear is not None)]

    @property
    def next_up(self) -> Sequence[Speaker]:
        """Those that would speak a line now."""
        return self.for_line((), silent=False)

    def for_line(self, tried: Collection[str], *, silent: bool) -> Sequence[Speaker]:
        """Return those that speak the next line: one, or all of them; those that failed lately last.

        `silent` leaves the text alone, even where there is nobody to write to: it is shown anyway.
        """
        if silent:
            return [self._captions]
        now = self._hass.loop.time()
        usable = [one for one in self.all if one.available and one.output.entity_id not in tried]
        if not usable:
            return []
        fit = [one for one in usable if one.benched_until <= now]
        return (fit or usable) if self._together else [(fit or usable)[0]]

    def second_best(self, speakers: Sequence[Speaker]) -> bool:
        """Tell whether the output that is preferred is not among those that speak."""
        return bool(self._spoken) and not {self._captions, self._spoken[0]} & set(speakers)

    @callback
    def judge(self, result: Result) -> None:
        """Take from how a line went which outputs are preferred from now on."""
        for speaker, error in result.failed:
            self._bench(speaker, error)
        for speaker in result.spoke:
            speaker.unseen = speaker.unseen + 1 if result.ending is Ending.UNSEEN else 0
            if speaker.unseen >= MAX_UNSEEN:
                self._bench(speaker, SpeechError("nobody knows whether it is heard"))
            else:
                speaker.benched_until, speaker.failures = float("-inf"), 0

    def _bench(self, speaker: Speaker, error: Exception) -> None:
        now = self._hass.loop.time()
        level = logging.DEBUG if speaker.benched_until > now else logging.WARNING
        _LOGGER.log(level, "%s could not speak a line: %r", speaker, error)
        if speaker.benched_until <= now:
            speaker.failures += 1
        speaker.benched_until = now + BENCH_SECONDS * BENCH_FACTOR ** min(speaker.failures - 1, 1)

    def write(self, text: str, context: Context, start: Start) -> None:
        """Send a text beside the voice, without waiting for it; `start` makes tasks."""
        for texter in self._texters:
            task = start(texter.async_send(text, context), "text")
            self.writing.add(task)
            task.add_done_callback(self.writing.discard)

    async def async_check(self, line: Line) -> None:
        """See whether some voice can speak the line, the one that would speak it now first.

        Raises NoOutputError if no output is available, or if none can synthesise it.
        """
        if not self.available:
            raise NoOutputError("no_output")
        for speaker in self._distinct(line.language):
            if await _async_can_prepare(speaker, line):
                return
        raise NoOutputError("speech_failed")

    async def async_warm(self, lines: Sequence[Line]) -> None:
        """Have lines synthesised for every voice; raises as `async_check` does for the first.

        The voice that would speak now comes first, and the others for when it fails.
        """
        await self.async_check(lines[0])
        for speaker in self._distinct(lines[0].language):
            if await _async_can_prepare(speaker, lines[0]):
                for line in lines[1:]:
                    await _async_can_prepare(speaker, line)

    def _distinct(self, language: str) -> Sequence[Speaker]:
        """Return one output for each kind of clip, those that failed lately last."""
        now = self._hass.loop.time()
        usable = [one for one in self.all if one.available]
        usable.sort(key=lambda one: one.benched_until > now)
        found: dict[object, Speaker] = {}
        for one in usable:
            profile = one.output.profile
            voice = one.voice_for(language)
            key = (one.claims is Tier.TEXT, voice, profile.lead_in, profile.tail)
            found.setdefault(key, one)
        return list(found.values())

    def _listen(self, ears: Sequence[Ear]) -> None:
        for ear in self.ears:
            ear.stop()
        self.ears = ears
        for ear in ears:
            ear.start()


async def _async_can_prepare(speaker: Speaker, line: Line) -> bool:
    try:
        await speaker.async_prepare(line)
    except Exception as error:  # noqa: BLE001 - an engine may raise anything
        _LOGGER.debug("Could not synthesise %s for %s: %r", line.key, speaker, error)
        return False
    return True
