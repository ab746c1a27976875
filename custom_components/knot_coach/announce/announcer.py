"""Speak what a session says: one line at a time, and never without it being known how it went."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant, callback

from ..const import DOMAIN
from ..massage.messages import Priority, Say
from ..massage.waits import HELD
from ..massage.wording import Line
from .delivery import OvertakenError, Result, async_deliver
from .ear import Ear
from .journal import End, Journal
from .outputs import Output
from .phone import tag_of
from .queue import Item, Queue
from .reports import Reports
from .speaker import LET_GO_SECONDS, Ending, Speaker
from .tiers import Tier
from .voices import Voices

_LOGGER = logging.getLogger(__name__)

MAX_REFUSALS: Final = 10
"""How often a line may find its output taken before it goes to the next."""
OWED_AGAIN_SECONDS: Final = 10.0
"""How long after one attempt what is owed is tried again; our choice."""
MAX_CUTS: Final = 3
"""Whoever cuts a line off so often does not want to hear it; our choice."""
WRITTEN: Final = frozenset({Priority.SAFETY, Priority.ANSWER, Priority.INSTRUCTION})
"""What is also sent as text where there is a voice; a countdown would be late on a screen."""
NOBODYS_ID: Final = 0
"""The id of a line that no session waits for."""


class Announcer:
    """The voice of one coach."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        outputs: Sequence[Output],
        reports: Reports,
        *,
        now: Callable[[], datetime],
        silent: Callable[[Say], bool] = lambda _: False,
        together: bool = False,
        notice: Callable[[], Line] | None = None,
    ) -> None:
        """Take the outputs in the order of preference.

        `now` is the clock that `Say.stale` is read against. A line that is `silent` is shown, not
        spoken. With `together` every output speaks. `notice` is said once when not the first does.
        """
        self._hass, self._entry, self._reports = hass, entry, reports
        self._silent, self._notice = silent, notice
        self.journal = Journal(now)
        self._queue = Queue(self.journal)
        self.voices = Voices(
            hass, outputs, tag=tag_of(entry), together=together, changed=self._changed
        )
        self._current: Item | None = None
        self._held_until = float("-inf")
        self._noticed = self._opens = False
        self._closed = False
        self._changes = False
        """An output has come or gone."""
        self._idle = asyncio.Event()
        self._worker = self._start(self._async_work(), "announcer")

    @property
    def available(self) -> bool:
        """Whether at least one output can be used now."""
        return self.voices.available

    @callback
    def renew(self, ears: Sequence[Ear] = ()) -> None:
        """Begin another session: what went wrong in the last one is forgotten.

        `ears` are the satellites of the room beside the outputs: nobody who talks to one is
        talked over.
        """
        self._noticed = False
        self._opens = True
        self._queue.forget()
        self.voices.renew(ears)

    @callback
    def open(self) -> None:
        """Have the house made ready before the next line."""
        self._opens = True

    @callback
    def say(self, say: Say) -> None:
        """Queue a line; how it went is told later, never from within this call."""
        if self._worker.done() or (self._closed and say.priority is not Priority.SAFETY):
            _LOGGER.debug("Line %s came after the end", say.id)
            return
        self._idle.clear()
        self._queue.add(say)

    @callback
    def hush(self) -> None:
        """Drop every line that has not begun, but those for safety."""
        self._queue.hush()
        if self._current is not None:
            self._current.hushed = True

    async def async_check(self, line: Line) -> None:
        """Raise NoOutputError if no output is available, or if none can synthesise the line."""
        await self.voices.async_check(line)

    async def async_warm(self, lines: Sequence[Line]) -> None:
        """Have lines synthesised ahead, for every voice that may come to speak them.

        Raises NoOutputError as `async_check` does for the first line. A later line that fails is
        tried again when its time comes.
        """
        await self.voices.async_warm(lines)

    async def async_idle(self) -> None:
        """Return when everything has been said."""
        await self._idle.wait()

    async def async_close(self, *, drain: float | None = None) -> None:
        """End. With `drain`, first wait up to so many seconds for the lines for safety."""
        self._closed = True
        self.hush()
        safety = self._current is not None and self._current.safety
        if drain is not None and (safety or len(self._queue)):
            await asyncio.wait({self._worker, *self.voices.writing}, timeout=drain)
        tasks = [self._worker, *self.voices.writing]
        for task in tasks:
            task.cancel()
        # What was called may ignore that it is cancelled.
        await asyncio.wait(tasks, timeout=LET_GO_SECONDS)
        if self._current is not None:
            self.journal.close(self._current.entry, End.CLOSED)
        self._queue.clear()

    async def _async_work(self) -> None:
        self.voices.start()
        try:
            while not (self._closed and not len(self._queue)):
                try:
                    await self._async_next()
                except Exception:
                    # The voice must not die of a fault of ours: the line fails, the next is spoken.
                    if (lost := self._current or self._queue.top()) is None:
                        raise
                    _LOGGER.exception("A line could not be brought to its end")
                    self._fail(lost)
        finally:
            self.voices.stop()

    async def _async_next(self) -> None:
        """Bring the most urgent line one step further."""
        self._queue.changed.clear()
        if self._changes and self.available:
            self._queue.pay()
        self._changes = False
        if (item := self._queue.top()) is None:
            self._idle.set()
            if not self._closed:  # Else that was the end of work: `_async_work` looks first.
                owing = self._queue.owing
                again = self._hass.loop.time() + OWED_AGAIN_SECONDS if owing else None
                await self._queue.async_change(again)
                self._changes |= owing
            return
        self._idle.clear()
        if item.patient and self._hass.loop.time() < self._held_until:
            await self._queue.async_change(self._held_until)
            return
        if self._opens:
            await self._async_open()
            return
        speakers = self.voices.for_line(item.tried, silent=self._silent(item.say))
        if not speakers:
            self._fail(item)
        elif not self._notices(item, speakers):
            await self._async_try(item, speakers)

    async def _async_open(self) -> None:
        self._opens = False
        try:
            await self._reports.async_open()
        except Exception:
            # A session is not kept from beginning by what makes it nicer.
            _LOGGER.exception("The house could not be made ready")

    def _changed(self) -> None:
        self._changes = True
        self._queue.changed.set()

    def _notices(self, item: Item, speakers: Sequence[Speaker]) -> bool:
        """Say once that another output speaks from now on; nothing for safety waits for that."""
        if self._notice is None or self._noticed or item.safety:
            return False
        if not self.voices.second_best(speakers):
            return False
        self._noticed = True
        say = Say(self.journal.now(), NOBODYS_ID, self._notice(), Priority.ANSWER)
        self._queue.add(say)
        return True

    async def _async_try(self, item: Item, speakers: Sequence[Speaker]) -> None:
        """Have one line spoken, unless something more urgent comes before it has begun."""
        context = Context()

        def handed(ready: Sequence[Speaker], seconds: float) -> bool:
            if self._queue.top() is not item:
                return False
            self._begin(item, ready, seconds, context)
            return True

        work = self._start(
            async_deliver(
                self._hass,
                item.say,
                speakers,
                ears=self.voices.listening(speakers),
                context=context,
                handed=handed,
                said=lambda: self._said(item),
                urgent=item.safety,
            ),
            "line",
        )
        try:
            result = await self._async_unless_overtaken(work, item)
        except OvertakenError:
            return
        finally:
            work.cancel()
            await asyncio.wait({work})
        if result is not None:
            self._judge(item, result)

    async def _async_unless_overtaken(
        self, work: asyncio.Task[Result], item: Item
    ) -> Result | None:
        while not work.done() and self._current is not item:
            await self._queue.async_change_beside(work)
            if self._current is not item and self._queue.top() is not item and not work.done():
                return None
        return await work

    def _begin(
        self, item: Item, speakers: Sequence[Speaker], seconds: float, context: Context
    ) -> None:
        self._queue.remove(item)
        self._current = item
        entry = item.entry
        entry.begun, entry.expected = self.journal.now(), seconds
        entry.outputs = tuple(speaker.output.entity_id for speaker in speakers)
        if not any(speaker.claims is Tier.TEXT for speaker in speakers):
            self._write(item, context)
        if not item.told:
            self._tell(item, lambda say: self._reports.begun(say, seconds))

    def _judge(self, item: Item, result: Result) -> None:
        self.voices.judge(result)
        item.tried |= {speaker.output.entity_id for speaker, _ in result.failed}
        if result.ending is not None:
            item.entry.tier = result.spoke[0].seen
            self._end(item, result.ending)
            return
        if result.busy:
            item.refusals += 1
            if item.refusals >= MAX_REFUSALS:
                item.tried |= {speaker.output.entity_id for speaker in result.busy}
        self._again(item)
        self._tell(item, self._reports.delayed)

    def _again(self, item: Item) -> None:
        """Queue the line that was being spoken again, unless it was hushed meanwhile."""
        if self._current is None:
            return
        self._current = None
        if item.hushed and not item.safety:
            self._queue.give_up(item)
        else:
            self._queue.put_back(item)

    def _end(self, item: Item, ending: Ending) -> None:
        if ending is Ending.CUT and not item.told:
            self._cut_off(item)
            return
        self._current = None
        if item.entry.tier is Tier.TEXT:
            end = End.SHOWN
        else:
            end = End.GIVEN_UP if ending is Ending.UNSEEN else End.SPOKEN
        self._close(item, end)

    def _cut_off(self, item: Item) -> None:
        """Leave the person in peace for a while, and go back to the sentence that was cut."""
        self._held_until = self._hass.loop.time() + HELD.total_seconds()
        item.cut(self.journal.now())
        if item.entry.cuts >= MAX_CUTS:
            self._current = None
            self._close(item, End.CUT)
            return
        self._again(item)
        self._tell(item, self._reports.cut)

    def _close(self, item: Item, end: End) -> None:
        self._said(item, seen=end is not End.GIVEN_UP)
        self.journal.close(item.entry, end)

    def _said(self, item: Item, *, seen: bool = True) -> None:
        """Its last word has been spoken, even if silence follows that belongs to the line."""
        if not item.told:
            item.told = True
            self._tell(item, lambda say: self._reports.spoken(say, seen=seen))

    def _fail(self, item: Item) -> None:
        self._current = None
        self._queue.remove(item)
        self._write(item, Context())
        self.journal.close(item.entry, End.FAILED)
        told = item.told
        if item.safety:
            self._queue.owe(item)
        if not told:
            self._tell(item, self._reports.failed)

    def _tell(self, item: Item, report: Callable[[Say], None]) -> None:
        try:
            report(item.say)
        except Exception:
            # Whoever listens has a fault of its own; the next line is still to be spoken.
            _LOGGER.exception("A report about line %s was not taken", item.say.id)

    def _write(self, item: Item, context: Context) -> None:
        """Send the line as text, once, beside the voice and without waiting for it."""
        if not item.written and item.say.priority in WRITTEN:
            item.written = True
            self.voices.write(item.say.line.text, context, self._start)

    def _start[T](self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        return self._entry.async_create_background_task(
            self._hass, work, f"{DOMAIN} {name} of {self._entry.title}", eager_start=False
        )
