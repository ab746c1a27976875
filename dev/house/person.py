"""The person in the demo room: watches what anybody can see, and answers aloud.

Every word goes through the Assist pipeline of the satellite. What to say is decided from the
session sensor alone, the contract that automations are built on too.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
import re
from typing import TYPE_CHECKING, Final

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event

if TYPE_CHECKING:
    from dev.custom_components.knot_demo.assist_satellite import DemoSatellite

MANNERS: Final = 0.8
"""Seconds of quiet before a polite person speaks."""
OPEN: Final = frozenset({"idle", "listening"})
"""States of a satellite that plays nothing: it waits for its wake word, or the coach listens."""
FAREWELL: Final = 2.0
"""Seconds of quiet after which nothing more will be said in a session that is over."""
PATIENCE: Final = 7.0
"""Seconds after which a question that is still open is answered once more."""
TRIES: Final = 2
RELEASE: Final = 40.0
"""Seconds of pressing after which the knot of this person lets go."""
START: Final = 20.0
"""Seconds in which a session must have begun after it was asked for."""
LONGEST: Final = 45 * 60.0
"""Seconds after which even a deep session with heat must be over."""

ANSWERS: Final = {
    "side": "on the left",
    "health": "no",
    "gate": "no",
    "skin": "yes",
    "ache": "dull",
    "wrong": "no",
    "next_day": "normal",
}
"""What is said while the session waits for an answer, by the sensor's `question`."""
GATES: Final = {"chest": "yes"}
"""What opens the gate of an area where it is not a no."""
REPLIES: Final = (
    (re.compile(r"\bzero to ten\b", re.IGNORECASE), ("about a six", "about a three")),
    (re.compile(r"\beasing, (staying )?the same\b", re.IGNORECASE), ("it's easing",)),
)
"""What is said to a line that asks without waiting: the first time, and from then on."""


@dataclass(slots=True)
class Wish:
    """Something the person wants to say.

    `due` is a moment of the loop's clock. `key` tells one occasion from the next.
    """

    key: tuple[object, ...]
    text: str
    due: float


class Person:
    """Says the opening sentence and then what the session asks for, until it is over.

    `on_say` is told each sentence at the moment it is begun; `heat` is whether the person likes
    a warm compress first.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        satellite: DemoSatellite,
        sensor: str,
        on_say: Callable[[str], None],
        *,
        heat: bool,
    ) -> None:
        self._hass = hass
        self._sensor = sensor
        self._satellite = satellite
        self._on_say = on_say
        self._answers = ANSWERS | {"heat": "yes" if heat else "no"}
        self._changed = asyncio.Event()
        self._quiet_since: float | None = self._hass.loop.time()
        self._caption: tuple[str, float] = ("", 0.0)
        self._phase: tuple[object, ...] = ()
        self._phase_since = 0.0
        self._said: dict[tuple[object, ...], list[float]] = {}

    async def start(self, sentence: str) -> None:
        """Ask for a session; raises TimeoutError when none begins."""
        unsubscribe = self._watch()
        try:
            await self._say(sentence)
            async with asyncio.timeout(START):
                while self._session.state == "idle":
                    await self._next_change()
        finally:
            unsubscribe()

    async def accompany(self) -> None:
        """Answer until the session is over and its last word is spoken.

        Raises TimeoutError for a session that does not end.
        """
        unsubscribe = self._watch()
        try:
            async with asyncio.timeout(LONGEST):
                while (session := self._session).state != "idle":
                    await self._act(session)
                over = self._hass.loop.time()
                while (seconds := self._until_quiet_since(over)) is None or seconds > 0:
                    await self._next_change(seconds)
        finally:
            unsubscribe()

    @property
    def _session(self) -> State:
        state = self._hass.states.get(self._sensor)
        if state is None:
            raise LookupError(f"{self._sensor} has disappeared")
        return state

    def _watch(self) -> Callable[[], None]:
        self._look()
        return async_track_state_change_event(
            self._hass, [self._sensor, self._satellite.entity_id], self._on_change
        )

    @callback
    def _on_change(self, _: Event[EventStateChangedData]) -> None:
        self._look()
        self._changed.set()

    def _look(self) -> None:
        """Note since when the room is quiet, the line is on, and the step lasts."""
        now = self._hass.loop.time()
        satellite = self._hass.states.get(self._satellite.entity_id)
        if satellite is None or satellite.state not in OPEN:
            self._quiet_since = None
        elif self._quiet_since is None:
            self._quiet_since = now
        session = self._session
        caption = str(session.attributes.get("caption") or "")
        if caption != self._caption[0]:
            self._caption = (caption, now)
        phase = tuple(session.attributes.get(name) for name in ("phase", "step", "side"))
        if phase != self._phase:
            self._phase, self._phase_since = phase, now

    async def _act(self, session: State) -> None:
        """Say what is due, or wait until something changes or becomes due."""
        wish = min(self._wishes(session), key=lambda wish: wish.due, default=None)
        if wish is None or self._quiet_since is None:
            await self._next_change()
            return
        # Nobody answers a line before it has begun, though the microphone may be open still.
        moment = max(wish.due, max(self._quiet_since, self._caption[1]) + MANNERS)
        if (seconds := moment - self._hass.loop.time()) > 0:
            await self._next_change(seconds)
            return
        self._said.setdefault(wish.key, []).append(self._hass.loop.time())
        await self._say(wish.text)

    def _wishes(self, session: State) -> Iterable[Wish]:
        attributes = session.attributes
        question = attributes.get("question")
        if session.state == "asking" and question in self._answers:
            answer = self._answers[question]
            if question == "gate":
                answer = GATES.get(attributes["area"], answer)
            yield from self._wish(("question", *self._caption), answer, TRIES)
            return
        for pattern, texts in REPLIES:
            if pattern.search(self._caption[0]):
                yield from self._wish(
                    ("reply", *self._caption), self._nth(pattern, texts), TRIES - 1
                )
        if session.state == "active" and attributes.get("phase") == "press":
            yield from self._wish(
                ("press", attributes.get("side")), "it released", 1, self._phase_since + RELEASE
            )

    def _wish(
        self, key: tuple[object, ...], text: str, tries: int, due: float = 0.0
    ) -> Iterable[Wish]:
        said = self._said.get(key, [])
        if len(said) < tries:
            yield Wish(key, text, max([due, *(moment + PATIENCE for moment in said)]))

    def _nth(self, pattern: re.Pattern[str], texts: tuple[str, ...]) -> str:
        """Return the next text for a pattern, the last one again when there are no more."""
        count = sum(
            1
            for kind, caption, *_ in self._said
            if kind == "reply" and pattern.search(str(caption))
        )
        return texts[min(count, len(texts) - 1)]

    async def _say(self, text: str) -> None:
        self._on_say(text)
        await self._satellite.async_hear(text)

    def _until_quiet_since(self, moment: float) -> float | None:
        """Return the seconds until it has been quiet for long enough; None while it is not."""
        if self._quiet_since is None:
            return None
        return max(moment, self._quiet_since) + FAREWELL - self._hass.loop.time()

    async def _next_change(self, seconds: float | None = None) -> None:
        self._changed.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return
