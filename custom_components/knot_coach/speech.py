"""What the coach says, and how each line went: the announcer as a session knows it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
import logging
from typing import Any, Final, override

from homeassistant.components.assist_satellite.const import DOMAIN as SATELLITE_DOMAIN
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import dt as dt_util

from .announce import Announcer, Ear, NoOutputError, Output, Reports, Tier
from .borrowed import Borrowed
from .const import DOMAIN
from .loan import Turned
from .loudness import Loudness
from .massage.messages import Begun, Priority, Report, Say, SpeechCut, SpeechFailed, Spoken
from .massage.states import Interrupted, Session
from .massage.wording import Line, Phrasebook
from .settings import Settings
from .voice.check_in import CheckIns
from .voiceless import Silence, Voiceless

_LOGGER = logging.getLogger(__name__)

ALONE_ID: Final = 0
"""The id of a line that belongs to no session."""
LAST_WORDS: Final = 10.0
"""Seconds that the last words get when the coach leaves."""
MAX_LAST_LINES: Final = 6
"""So many times as long they get when it stays; our choice."""
ALOUD: Final = frozenset({"emergency_1", "emergency_2", "heat_stuck"})
"""What is spoken even where everything else is only shown: somebody may be in danger."""


@dataclass(frozen=True, slots=True)
class Caption:
    """A line as it is shown, for whoever does not hear it."""

    text: str
    priority: Priority
    seconds: float
    """How long it takes to be spoken, or to be read in its place."""


class Speech(Reports):
    """The voice of a coach, and what can be read of it."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        settings: Settings,
        borrowed: Borrowed,
        *,
        book: Callable[[], Phrasebook],
        signal: str,
        silent: Callable[[], bool],
        now: Callable[[], datetime],
        report: Callable[[Report], None],
        changed: Callable[[], None],
    ) -> None:
        """Speak through the outputs; `changed` is called when there is a new caption.

        Captions are sent to `signal`, too. While it is `silent` lines are shown alone.
        """
        self._hass, self._entry, self._settings = hass, entry, settings
        self._now, self._report, self._changed = now, report, changed
        self._signal, self._is_silent, self._book = signal, silent, book
        self.caption: str | None = None
        """The line that was shown last: it began, or nobody could speak it."""
        self._last: Line | None = None
        self._first_id = 1
        self._quiet: bool | None = None
        self._loudness = Loudness(hass, entry, settings.outputs, borrowed)
        self._finishing: asyncio.Task[None] | None = None
        self._voiceless = Voiceless(
            hass, entry, settings.outputs, book=book, usable=lambda: self.available
        )
        self._announcer = Announcer(
            hass,
            entry,
            settings.outputs,
            self,
            now=now,
            silent=self._silent,
            together=settings.together,
            notice=lambda: book().line("other_speaker"),
        )
        self._check_ins = CheckIns(
            hass,
            entry,
            self._announcer,
            room=settings.room,
            listens=settings.listen,
            now=now,
        )

    @property
    def quiet(self) -> bool:
        """Whether it is silent because of the hour; a session stays as it was begun.

        Somebody with closed eyes must not lose the voice in the middle.
        """
        if self._quiet is not None:
            return self._quiet
        return self._settings.is_quiet(dt_util.now())

    @property
    def available(self) -> bool:
        """Whether a line can reach anybody now."""
        return self._is_silent() or self._announcer.available

    @property
    def tier(self) -> Tier | None:
        """How the end of lines is known on the output that would speak now; None if there is none."""
        if self._is_silent():
            return Tier.TEXT
        return next((speaker.trust.tier for speaker in self._announcer.voices.next_up), None)

    @property
    def output(self) -> str | None:
        """The entity id of the output that would speak now."""
        if self._is_silent():
            return None
        return next((one.output.entity_id for one in self._announcer.voices.next_up), None)

    @property
    def tiers(self) -> Mapping[str, Tier]:
        """How the end of lines is known, by output."""
        voices = self._announcer.voices.all
        return {speaker.output.entity_id: speaker.trust.tier for speaker in voices}

    @callback
    def foreign(self, language: str) -> list[Output]:
        """Return the outputs that speak lines of a language with a voice for another one."""
        voices = self._announcer.voices.all
        return [speaker.output for speaker in voices if not speaker.speaks(language)]

    @property
    def log(self) -> list[Mapping[str, Any]]:
        """What became of every line, the newest last."""
        return [entry.as_dict() for entry in self._announcer.journal.entries]

    @callback
    def begin(self, first_id: int) -> None:
        """Get ready for a session whose first line has this id."""
        self._first_id, self.caption, self._last = first_id, None, None
        self._stay()
        self._loudness.renew()
        self._set_volumes()
        self._quiet = self._settings.is_quiet(dt_util.now())
        self._check_ins.renew()
        self._announcer.renew([Ear(self._hass, one) for one in self._satellites()])

    @callback
    def say(self, said: Say) -> None:
        """Speak a line of the session."""
        self._announcer.say(said)

    @callback
    def alone(self, line: Line) -> None:
        """Speak a line for safety that belongs to no session."""
        self._announcer.say(Say(self._now(), ALONE_ID, line, Priority.SAFETY))

    @callback
    def answer(self, line: Line) -> None:
        """Speak a line to somebody who wants something, while no session goes on."""
        self._announcer.say(Say(self._now(), ALONE_ID, line, Priority.ANSWER))

    @callback
    def again(self) -> bool:
        """Say the last line once more, now that no session does; tell whether there is one."""
        if self._last is None:
            return False
        self.answer(self._last)
        return True

    @callback
    def hush(self) -> None:
        """Drop what has not begun."""
        self._announcer.hush()

    @callback
    def turn(self, *, louder: bool) -> Turned:
        """Speak louder or quieter for the rest of the session; tell what came of it."""
        if self._is_silent():
            return Turned.FIXED
        came = self._loudness.turn(louder=louder)
        self._set_volumes()
        return came

    def _set_volumes(self) -> None:
        for speaker in self._announcer.voices.all:
            speaker.volume = self._loudness.volume_of(speaker.output)

    @callback
    def able(self) -> bool:
        """Tell whether a session may be begun; where nothing can speak, that is shown, too."""
        if not self.available:
            self._voiceless.show(Silence.NOT_STARTED)
        return self.available

    @callback
    def follow(self, before: Session | None, session: Session) -> None:
        """Get loud for a session that goes on after a restart, and give back at its end."""
        self._check_ins.follow(session)
        if before is None or not before.live:
            return
        if not session.live:
            self.finish()
        elif isinstance(before.state, Interrupted) and not isinstance(session.state, Interrupted):
            self._announcer.open()

    @callback
    def finish(self) -> None:
        """Give back what was borrowed, when the last words have been spoken."""
        self._check_ins.follow(None)
        self._stay()
        self._finishing = self._entry.async_create_background_task(
            self._hass, self._async_finish(), f"{DOMAIN} after {self._entry.title}"
        )

    @callback
    def _stay(self) -> None:
        """Give nothing back yet: there is more to be said."""
        if self._finishing is not None:
            self._finishing.cancel()
        self._finishing = None

    async def _async_finish(self) -> None:
        try:
            async with asyncio.timeout(LAST_WORDS * MAX_LAST_LINES):
                await self._announcer.async_idle()
        except TimeoutError:
            _LOGGER.debug("The last words take too long")
        self._quiet = None
        await self._loudness.async_give_back()
        self._set_volumes()

    async def async_check(self, line: Line) -> None:
        """Raise NoOutputError where nothing can be spoken now."""
        if self._is_silent():
            return
        try:
            await self._announcer.async_check(line)
        except NoOutputError:
            self._voiceless.show(Silence.NOT_STARTED)
            raise
        self._voiceless.clear()

    @callback
    def prepare(self, lines: list[Line]) -> None:
        """Have lines synthesised ahead, in the background."""
        self._entry.async_create_background_task(
            self._hass, self._async_prepare(lines), f"{DOMAIN} warm {self._entry.title}"
        )

    async def async_recover(self) -> None:
        """Give back what an earlier run has left changed."""
        await self._loudness.async_recover()

    async def async_close(self) -> None:
        """Speak the last words, give back what was borrowed, and end."""
        self._stay()
        await self._check_ins.async_close()
        await self._announcer.async_close(drain=LAST_WORDS)
        await self._loudness.async_give_back()
        await self._loudness.async_close()

    async def _async_prepare(self, lines: list[Line]) -> None:
        try:
            await self._announcer.async_warm(lines)
        except NoOutputError as err:
            # Each line is tried again when its turn comes, on every output there is.
            _LOGGER.debug("Could not synthesise ahead: %s", err)

    def _silent(self, say: Say) -> bool:
        return self._is_silent() and say.line.key not in ALOUD

    def _satellites(self) -> list[str]:
        """Return the satellites in the coach's room."""
        return [
            entity.entity_id
            for entity in er.async_get(self._hass).entities.values()
            if entity.domain == SATELLITE_DOMAIN
            and er.async_get_effective_area_id(self._hass, entity) == self._settings.room
        ]

    @override
    async def async_open(self) -> None:
        await self._loudness.async_take()

    @override
    def begun(self, say: Say, seconds: float) -> None:
        self._show(say, seconds)
        self._report(Begun(say.id, seconds))

    @override
    def delayed(self, say: Say) -> None:
        self._report(SpeechCut(say.id, by_person=False))

    @override
    def spoken(self, say: Say, *, seen: bool) -> None:
        if seen and not self._is_silent():
            self._voiceless.clear()
        self._report(Spoken(say.id, seen=seen))
        if seen:
            self._check_ins.asked(say)

    @override
    def cut(self, say: Say) -> None:
        self._report(SpeechCut(say.id))

    @override
    def failed(self, say: Say) -> None:
        """Show a line that nobody heard; the last words of an earlier session are over."""
        self._show(say, say.line.seconds)
        if say.id >= self._first_id:
            self._voiceless.show(Silence.PAUSED)
            self._report(SpeechFailed(say.id))

    def _show(self, say: Say, seconds: float) -> None:
        self.caption, self._last = say.line.text, say.line
        async_dispatcher_send(
            self._hass,
            f"{self._signal}_caption",
            Caption(say.line.text, say.priority, round(seconds, 1)),
        )
        self._changed()
