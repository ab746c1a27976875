"""What is shown while nothing can speak: a repair issue and a notification.

A session that cannot start, or has paused, because there is no voice would otherwise be silent about
it: whoever lies there with closed eyes hears nothing, and whoever looks for the reason finds it here.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
import re
from typing import Any, Final

from homeassistant.components import persistent_notification
from homeassistant.components.tts.const import DOMAIN as TTS_DOMAIN
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.event import TrackStates, async_track_state_change_filtered

from .announce.notify import speaks
from .announce.outputs import Output, refusal
from .const import DOMAIN
from .massage.wording import Phrasebook

_MARKDOWN: Final = re.compile(r"[\\`*_\[\]<>#|~]")


class Silence(StrEnum):
    """What came of it that nothing can speak."""

    NOT_STARTED = "not_started"
    PAUSED = "paused"


class Voiceless:
    """Tells once that a coach cannot speak, and takes it back when it can again."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        outputs: Sequence[Output],
        *,
        book: Callable[[], Phrasebook],
        usable: Callable[[], bool],
    ) -> None:
        """Look at the outputs; `usable` tells whether one can be used now.

        It takes back what it shows when the entry is unloaded.
        """
        self._hass, self._entry, self._outputs = hass, entry, tuple(outputs)
        self._book, self._usable = book, usable
        self._was_usable = False
        self._unsubscribe: CALLBACK_TYPE | None = None
        self._id = f"no_voice_{entry.entry_id}"
        entry.async_on_unload(self.clear)

    @property
    def shown(self) -> bool:
        """Whether it has told that nothing can speak."""
        return self._unsubscribe is not None

    @callback
    def show(self, silence: Silence) -> None:
        """Tell that nothing can speak; once, until it is taken back."""
        if self.shown:
            return
        self._was_usable = self._usable()
        # A voice may come back without a word from the output that borrows it.
        tracked = TrackStates(False, {out.entity_id for out in self._outputs}, {TTS_DOMAIN})
        self._unsubscribe = async_track_state_change_filtered(
            self._hass, tracked, self._changed
        ).async_remove
        self._show_issue()
        book = self._book()
        message = (
            book.line(f"voiceless_{silence}").text,
            self._reasons(),
            book.line("voiceless_help").text,
        )
        persistent_notification.async_create(
            self._hass, "\n\n".join(message), self._entry.title, f"{DOMAIN}_{self._id}"
        )

    @callback
    def clear(self) -> None:
        """Take it back: something has spoken, or can."""
        if self._unsubscribe is None:
            return
        self._unsubscribe()
        self._unsubscribe = None
        ir.async_delete_issue(self._hass, DOMAIN, self._id)
        persistent_notification.async_dismiss(self._hass, f"{DOMAIN}_{self._id}")

    @callback
    def _changed(self, _: Event[EventStateChangedData]) -> None:
        usable, before = self._usable(), self._was_usable
        self._was_usable = usable
        # One that can be reached and did not speak all the same has to come back, or to speak.
        if usable and not before:
            self.clear()
        else:
            self._show_issue()

    def _show_issue(self) -> None:
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._id,
            # Nothing in Home Assistant switches a speaker on.
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key="no_voice",
            translation_placeholders={
                "name": plain(self._entry.title),
                "outputs": self._reasons(),
            },
        )

    def _reasons(self) -> str:
        """Return why each output cannot be used, as a list."""
        word = self._book().word
        return "\n".join(f"- {self._name(out)} {word(self._reason(out))}" for out in self._outputs)

    def _reason(self, output: Output) -> str:
        if (key := refusal(self._hass, output)) is not None:
            return key
        return "output_failed" if speaks(self._hass, output) else "output_text"

    def _name(self, output: Output) -> str:
        if (state := self._hass.states.get(output.entity_id)) is not None:
            return plain(state.name)
        entry = er.async_get(self._hass).async_get(output.entity_id)
        named = None if entry is None else entry.name or entry.original_name
        return plain(named or output.entity_id)


def plain(name: str) -> str:
    """Let a name be shown as it is where Markdown is read."""
    return _MARKDOWN.sub(r"\\\g<0>", name)
