"""What the coach says, and how each line went: the announcer as a session knows it."""

from collections.abc import Callable
from datetime import datetime
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .announce import Announcer, NoOutputError, Output
from .const import DOMAIN
from .massage.messages import Begun, Priority, Report, Say, SpeechCut, SpeechFailed, Spoken
from .massage.wording import Line

_LOGGER = logging.getLogger(__name__)

ALONE_ID: Final = 0
"""The id of a line that belongs to no session."""
LAST_WORDS: Final = 10.0
"""Seconds that the last words get when the coach leaves."""


class Speech:
    """The voice of a coach, and what can be read of it."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        outputs: tuple[Output, ...],
        *,
        now: Callable[[], datetime],
        report: Callable[[Report], None],
        changed: Callable[[], None],
    ) -> None:
        """Speak through the outputs; `changed` is called when there is a new caption."""
        self._hass, self._entry = hass, entry
        self._now, self._report, self._changed = now, report, changed
        self.caption: str | None = None
        """The line that began to be spoken last."""
        self._captions: dict[int, str] = {}
        self._first_id = 1
        self._announcer = Announcer(
            hass,
            entry,
            outputs,
            now=now,
            begun=self._begun,
            spoken=lambda number: report(Spoken(number)),
            cut=lambda number: report(SpeechCut(number)),
            failed=self._failed,
        )

    @property
    def available(self) -> bool:
        """Whether at least one output can be used now."""
        return self._announcer.available

    @callback
    def begin(self, first_id: int) -> None:
        """Get ready for a session whose first line has this id."""
        self._first_id, self.caption = first_id, None
        self._captions.clear()

    @callback
    def say(self, said: Say) -> None:
        """Speak a line of the session."""
        self._captions[said.id] = said.line.text
        self._announcer.say(said)

    @callback
    def alone(self, line: Line) -> None:
        """Speak a line for safety that belongs to no session."""
        self._announcer.say(Say(self._now(), ALONE_ID, line, Priority.SAFETY))

    @callback
    def hush(self) -> None:
        """Drop what has not begun."""
        self._announcer.hush()

    async def async_check(self, line: Line) -> None:
        """Raise NoOutputError where nothing can be spoken now."""
        await self._announcer.async_warm([line])

    @callback
    def prepare(self, lines: list[Line]) -> None:
        """Have lines synthesised ahead, in the background."""
        self._entry.async_create_background_task(
            self._hass, self._async_prepare(lines), f"{DOMAIN} warm {self._entry.title}"
        )

    async def async_close(self) -> None:
        """Speak the last words, and end."""
        await self._announcer.async_close(drain=LAST_WORDS)

    async def _async_prepare(self, lines: list[Line]) -> None:
        try:
            await self._announcer.async_warm(lines)
        except NoOutputError as err:
            # Each line is tried again when its turn comes, on every output there is.
            _LOGGER.debug("Could not synthesise ahead: %s", err)

    def _begun(self, number: int) -> None:
        self.caption = self._captions.pop(number, self.caption)
        self._report(Begun(number))
        self._changed()

    def _failed(self, number: int) -> None:
        """Report a line of this session; the last words of the one before are over."""
        if number >= self._first_id:
            self._report(SpeechFailed(number))
