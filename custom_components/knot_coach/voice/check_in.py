"""Check-ins: when a question has been spoken, its answer needs no wake word.

The question is a line like any other. As soon as it has been heard to its end, the microphone of the
satellite that spoke it is opened for what is left of the session's own window, and what is said
there is understood as everything else. Silence is an answer, and the session gives it: nothing
here asks again. Where no microphone can be opened, the window stands open as before, for whoever
says the wake word (docs/adr/0008).
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
import logging
from typing import Any, Final

from homeassistant.components.conversation import ConversationInput
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import MATCH_ALL
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.script import script_stack_cv

from ..announce import Announcer
from ..announce.announcer import NOBODYS_ID
from ..announce.microphone import Microphone, MicrophoneError
from ..announce.outputs import can_listen
from ..announce.speaker import Speaker
from ..announce.synthesis import satellite_pipeline
from ..const import DOMAIN
from ..massage.check_ins import answer_until
from ..massage.messages import Priority, Say
from ..massage.states import Session
from ..massage.waits import LISTEN
from ..massage.wording import Line
from .coaches import satellite_room
from .pass_through import async_hand_over
from .sentences import EAR

_LOGGER = logging.getLogger(__name__)

BEFORE_THE_END: Final = 0.5
"""So many seconds before the window ends the microphone closes, so that no line waits for it."""
SHORTEST: Final = 3.0
"""Seconds that must be left: less is over before somebody has thought of an answer; our choice."""
REPLY: Final = "check_in"
"""Key of a line that answers what was said and belongs to no question."""
OPENINGS: Final = 2
"""How often it opens for one question; our choice."""


class CheckIns:
    """Listens for the answers to the questions of one coach; at most one microphone is open."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        announcer: Announcer,
        *,
        room: str,
        listens: bool,
        now: Callable[[], datetime],
    ) -> None:
        """Get ready; `room` is the area of the coach, and `now` its clock.

        One that does not listen leaves every answer to the wake word.
        """
        self._hass, self._entry, self._announcer = hass, entry, announcer
        self._room, self._listens, self._now = room, listens, now
        self._session: Session | None = None
        self._asked: Say | None = None
        self._one_at_a_time = asyncio.Lock()
        self._microphone: Microphone | None = None
        self._deaf: set[str] = set()
        """Satellites that did not listen when they were asked to."""
        self._tasks: set[asyncio.Task[None]] = set()

    @callback
    def renew(self) -> None:
        """Begin another session: each satellite gets another try."""
        self._deaf.clear()

    @callback
    def follow(self, session: Session | None) -> None:
        """Take how the session stands; a question that is closed closes the microphone."""
        self._session = session
        if self._microphone is not None and self._open_until() is None:
            self._microphone.close()

    @callback
    def asked(self, said: Say) -> None:
        """Listen, where the line that has been spoken to its end was a question."""
        before, self._asked = self._asked, said
        if self._open_until() is None:
            self._asked = before
            return
        if not self._listens or (speaker := self._speaker_of(said)) is None:
            return
        task = self._entry.async_create_background_task(
            self._hass,
            self._async_listen(said, speaker),
            f"{DOMAIN} check-in of {self._entry.title}",
            # What has been reported is to be carried out before.
            eager_start=False,
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def async_close(self) -> None:
        """End."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _open_until(self) -> datetime | None:
        """Return until when the question is open that was asked last."""
        if self._session is None or self._asked is None:
            return None
        return answer_until(self._session, self._asked)

    def _window(self, said: Say) -> float | None:
        """Return until when an answer may be listened for, in the loop's time; None if it may not.

        That is while the question is open, and long enough to answer it.
        """
        if said is not self._asked or (until := self._open_until()) is None:
            return None
        left = (until - self._now()).total_seconds() - BEFORE_THE_END
        return None if left < SHORTEST else self._hass.loop.time() + left

    def _speaker_of(self, said: Say) -> Speaker | None:
        """Return the satellite that has spoken a line and can listen, in the coach's room."""
        entries = self._announcer.journal.entries
        outputs = next((one.outputs for one in reversed(entries) if one.id == said.id), ())
        return next(
            (
                speaker
                for speaker in self._announcer.voices.all
                if speaker.ear is not None
                and (name := speaker.output.entity_id) in outputs
                and name not in self._deaf
                and can_listen(self._hass, name)
                and satellite_room(self._hass, name) in (None, self._room)
            ),
            None,
        )

    async def _async_listen(self, said: Say, speaker: Speaker) -> None:
        # Whatever has set the coach up, no script says what a person answers.
        script_stack_cv.set(None)
        try:
            for _ in range(OPENINGS):
                # What is still to be said comes first.
                await self._announcer.async_idle()
                text = await self._async_hear(said, speaker)
                if text is None or await self._async_understood(text, speaker.output.entity_id):
                    return
        except MicrophoneError as error:
            self._deaf.add(speaker.output.entity_id)
            _LOGGER.warning(
                "Answers on %s need its wake word for the rest of the session: %s (%r)",
                speaker,
                error,
                error.__cause__,
            )

    async def _async_hear(self, said: Say, speaker: Speaker) -> str | None:
        """Return what was said in the window of a question; None where nobody says anything.

        "" means that it ended before its time, by a cough or by an announcement.
        """
        async with self._one_at_a_time:
            until = self._window(said)
            others = self._announcer.voices.listening([speaker])
            if until is None or speaker.ear is None or any(ear.talking for ear in others):
                return None
            turns = [ear.turns for ear in others]
            began = self._hass.loop.time()
            self._microphone = Microphone(self._hass, speaker.ear)
            try:
                text = await self._microphone.async_hear(until)
            finally:
                self._microphone = None
        if turns != [ear.turns for ear in others]:
            # Whoever talked to another satellite of the room is heard there, and only there.
            return None
        silent = self._hass.loop.time() - began >= LISTEN.total_seconds()
        return None if text is None and silent else text or ""

    async def _async_understood(self, text: str, satellite: str) -> bool:
        """Do what was said; tell whether it was for the coach, who has nothing to say to it."""
        said = self._input(text, satellite)
        if not text or said is None or EAR not in self._hass.data:
            return False
        ear = self._hass.data[EAR]
        # What merely holds a stop word makes the coach ask, and is still for whoever else it is for.
        mention = ear.mentions(said)
        reply = await ear.async_answer(said)
        if reply == "" and not mention:
            return True
        if not reply:
            reply = await async_hand_over(self._hass, said)
        if reply:
            line = Line(REPLY, reply)
            self._announcer.say(Say(self._now(), NOBODYS_ID, line, Priority.ANSWER))
        return False

    def _input(self, text: str, satellite: str) -> ConversationInput | None:
        """Return what was said as the pipeline of the satellite would have it."""
        if (pipeline := satellite_pipeline(self._hass, satellite)) is None:
            return None
        language = pipeline.conversation_language
        if language == MATCH_ALL:
            language = pipeline.stt_language or pipeline.language
        entry = er.async_get(self._hass).async_get(satellite)
        return ConversationInput(
            text=text,
            context=Context(),
            conversation_id=None,
            device_id=None if entry is None else entry.device_id,
            satellite_id=satellite,
            language=language,
            agent_id=pipeline.conversation_engine,
        )
