"""Speak what a session says: one line at a time, on the first output that works."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN
from ..massage.messages import Priority, Say
from ..massage.wording import Line
from .notify import Texter, TextSpeaker
from .outputs import BusyError, Kind, Output
from .player import PlayerSpeaker
from .queue import Item, Queue
from .satellite import SatelliteSpeaker
from .speaker import Ending, Speaker
from .synthesis import Synthesis

_LOGGER = logging.getLogger(__name__)

HOLD_SECONDS: Final = 8.0
"""How long a person who cut a line off is left in peace (home-assistant-voice.md §3)."""
BENCH_SECONDS: Final = 60.0
"""How long an output that failed comes after the others, lest it delay every line."""
MAX_REFUSALS: Final = 10
"""How often a line may find its output taken before it goes to the next."""
WRITTEN: Final = frozenset({Priority.SAFETY, Priority.ANSWER, Priority.INSTRUCTION})
"""What is also sent as text where there is a voice; a countdown would be late on a screen."""


class NoOutputError(HomeAssistantError):
    """Nothing can be spoken; the translation key is `no_output` or `speech_failed`."""

    def __init__(self, key: str) -> None:
        """Say why: `no_output` is there at all, or `speech_failed` on those that are."""
        super().__init__(translation_domain=DOMAIN, translation_key=key)


class Announcer:
    """The voice of one coach.

    For every line that is accepted exactly one of `spoken`, `cut` and `failed` is called with its
    id, unless it was hushed, came too late, or the announcer was closed: then none is.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        outputs: Sequence[Output],
        *,
        now: Callable[[], datetime],
        begun: Callable[[int], None],
        spoken: Callable[[int], None],
        cut: Callable[[int], None],
        failed: Callable[[int], None],
    ) -> None:
        """Take the outputs in the order of preference.

        `now` is the clock that `Say.stale` is read against. `begun` is called when a line
        is handed to an output, once for each attempt; it promises nothing, not even that a sound
        follows. `spoken` is called at the end of speech, `cut` when the person ended it early,
        `failed` when no output could speak.
        """
        self._hass, self._entry = hass, entry
        self._begun, self._spoken, self._cut, self._failed = begun, spoken, cut, failed
        self._queue = Queue(now)
        synthesis = Synthesis(hass)
        self._texters = [Texter(hass, out) for out in outputs if out.kind is Kind.NOTIFY]
        self._speakers: list[Speaker] = []
        for output in outputs:
            match output.kind:
                case Kind.SATELLITE:
                    self._speakers.append(SatelliteSpeaker(hass, output, synthesis))
                case Kind.PLAYER:
                    self._speakers.append(PlayerSpeaker(hass, output, synthesis))
        if self._texters and not self._speakers:
            self._speakers.append(TextSpeaker(hass, self._texters, synthesis))
            self._texters = []
        self._current: Item | None = None
        self._held_until = float("-inf")
        self._closed = False
        self._texts: set[asyncio.Task[bool]] = set()
        self._worker = self._start(self._async_work(), "announcer")

    @property
    def available(self) -> bool:
        """Whether at least one output can be used now."""
        return any(speaker.available for speaker in self._speakers)

    @callback
    def say(self, say: Say) -> None:
        """Queue a line; how it went is told later, never from within this call."""
        if self._closed:
            _LOGGER.debug("Line %s came after the end", say.id)
            return
        self._queue.add(say)

    @callback
    def hush(self) -> None:
        """Drop every line that has not begun, but those for safety."""
        self._queue.hush()
        if self._current is not None:
            self._current.hushed = True

    async def async_warm(self, lines: Sequence[Line]) -> None:
        """Have lines synthesised ahead, for the output that would speak them now.

        Raises NoOutputError if no output is available, or if none can synthesise the first line. A
        later line that fails is tried again when its time comes.
        """
        if not self.available:
            raise NoOutputError("no_output")
        speaker: Speaker | None = None
        for line in lines:
            if speaker is None:
                speaker = await self._async_first_able(line)
            else:
                await self._async_can_prepare(speaker, line)

    async def async_close(self, *, drain: float | None = None) -> None:
        """End. With `drain`, first wait up to so many seconds for the lines for safety."""
        self._closed = True
        self.hush()
        safety = self._current is not None and self._current.safety
        if drain is not None and (safety or len(self._queue)):
            await asyncio.wait({self._worker, *self._texts}, timeout=drain)
        tasks = [self._worker, *self._texts]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _async_first_able(self, line: Line) -> Speaker:
        for speaker in self._usable():
            if await self._async_can_prepare(speaker, line):
                return speaker
            _LOGGER.warning("%s has no working text-to-speech", speaker)
        raise NoOutputError("speech_failed")

    async def _async_can_prepare(self, speaker: Speaker, line: Line) -> bool:
        try:
            await speaker.async_prepare(line)
        except Exception as error:  # noqa: BLE001 - an engine may raise anything
            _LOGGER.debug("Could not synthesise %s for %s: %r", line.key, speaker, error)
            return False
        return True

    async def _async_work(self) -> None:
        for speaker in self._speakers:
            speaker.start()
        try:
            while not (self._closed and not len(self._queue)):
                await self._async_next()
        finally:
            for speaker in self._speakers:
                speaker.stop()

    async def _async_next(self) -> None:
        """Bring the most urgent line one step further."""
        self._queue.changed.clear()
        if (item := self._queue.top()) is None:
            # The end of the queue may have been the end of work: `_async_work` looks first.
            if not self._closed:
                await self._queue.changed.wait()
            return
        if not item.safety and self._hass.loop.time() < self._held_until:
            await self._async_hold()
            return
        speakers = [s for s in self._usable() if s.output.entity_id not in item.tried]
        if not speakers:
            self._queue.remove(item)
            self._write(item, Context())
            self._tell(self._failed, item)
            return
        await self._async_try(item, speakers[0])

    async def _async_hold(self) -> None:
        try:
            async with asyncio.timeout_at(self._held_until):
                await self._queue.changed.wait()
        except TimeoutError:
            return

    def _usable(self) -> list[Speaker]:
        """Return the outputs that can be used, those that failed lately last."""
        now = self._hass.loop.time()
        usable = [speaker for speaker in self._speakers if speaker.available]
        return sorted(usable, key=lambda speaker: speaker.benched_until > now)

    async def _async_try(self, item: Item, speaker: Speaker) -> None:
        line, context = item.say.line, Context()
        try:
            clip = await speaker.async_prepare(line)
            await speaker.async_ready(urgent=item.safety)
            if self._queue.top() is not item:
                # It was hushed, is too late by now, or a more urgent one came.
                return
            self._queue.remove(item)
            self._current = item
            self._write(item, context)
            self._tell(self._begun, item)
            ending = await speaker.async_speak(line, clip, context)
        except BusyError:
            item.refusals += 1
            if item.refusals >= MAX_REFUSALS:
                item.tried.add(speaker.output.entity_id)
            self._again()
        except Exception as error:  # noqa: BLE001 - outputs raise anything; the voice must not die
            self._bench(speaker, error)
            item.tried.add(speaker.output.entity_id)
            self._again()
        else:
            self._current = None
            speaker.benched_until = float("-inf")
            self._end(item, ending)

    def _again(self) -> None:
        """Queue the line that was being spoken again, unless it was hushed meanwhile."""
        item, self._current = self._current, None
        if item is None:
            return
        if item.hushed and not item.safety:
            _LOGGER.debug("Hushed line %s", item.say.id)
            return
        self._queue.put_back(item)

    def _bench(self, speaker: Speaker, error: Exception) -> None:
        now = self._hass.loop.time()
        level = logging.DEBUG if speaker.benched_until > now else logging.WARNING
        _LOGGER.log(level, "%s could not speak a line: %r", speaker, error)
        speaker.benched_until = now + BENCH_SECONDS

    def _end(self, item: Item, ending: Ending) -> None:
        if ending is Ending.SPOKEN:
            self._tell(self._spoken, item)
            return
        self._held_until = self._hass.loop.time() + HOLD_SECONDS
        self._tell(self._cut, item)

    def _tell(self, report: Callable[[int], None], item: Item) -> None:
        try:
            report(item.say.id)
        except Exception:
            # Whoever listens has a fault of its own; the next line is still to be spoken.
            _LOGGER.exception("A report about line %s was not taken", item.say.id)

    def _write(self, item: Item, context: Context) -> None:
        """Send the text beside the voice, without waiting for it."""
        if item.written or item.say.priority not in WRITTEN:
            return
        item.written = True
        for texter in self._texters:
            task = self._start(texter.async_send(item.say.line.text, context), "text")
            self._texts.add(task)
            task.add_done_callback(self._texts.discard)

    def _start[T](self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        return self._entry.async_create_background_task(
            self._hass, work, f"{DOMAIN} {name} of {self._entry.title}", eager_start=False
        )
