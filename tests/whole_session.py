"""A quick session from its first word to its last, on outputs that a test chooses, and its account.

The account is made of what the fakes remember and of what the coach asked to be said; what the
product itself measures has no part in it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers.entity import Entity
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.knot_coach.announce.journal import End, Entry
from custom_components.knot_coach.const import DOMAIN, Conf
from custom_components.knot_coach.massage.messages import Priority, Say
from custom_components.knot_coach.massage.states import Asking, Session
from tests.house import ROOM, House, coach_entry, put_device_in, set_up
from tests.virtual_clock import VirtualClock
from tests.voice_stack import (
    FakePlayer,
    FakeSatellite,
    Heard,
    Utterance,
    say,
    setup_stack,
)

SETTLE: Final = 0.3
"""Seconds of quiet between two lines on a satellite."""
HOLD: Final = 8.0
"""Seconds in which a person who cut a line off is left in peace."""
SAID: Final = frozenset({End.SPOKEN, End.GIVEN_UP, End.CUT})
"""Ends of lines that count as spoken."""
TICK: Final = 1e-6
"""Less than this is no time: floating point has ends of its own."""
ANSWER: Final = 1.0
"""Seconds that the person takes to answer a question."""

QUICK: Final = {"area": "upper_traps", "side": "left", "length": "quick"}
"""The session that is played."""

type Speaker = FakeSatellite | FakePlayer
type Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """A line that the coach wanted to be said, and when."""

    say: Say
    at: float


@dataclass(slots=True)
class Account:
    """What a session took, in seconds, and what became of its lines."""

    taken: float
    phases: float
    """What the plan gives its steps."""
    speech: float
    """The clips that the steps waited for, in the voice that spoke them."""
    awaited: int
    """How many lines that were."""
    pauses: float
    """The quiet between those that came one after another."""
    counted: int
    """How many countdowns were asked for: a step ends with the last word of its own."""
    turns: list[Span]
    """When the person spoke, was replied to, thought about an answer or was to be left in peace."""
    more: float
    """What was heard beyond each line once: what was in vain, heard again, or not asked for."""
    sounds: int
    """How many sounds that took more than there were lines."""
    said: Counter[str]
    """How the lines ended, by the journal."""
    outcome: str
    overlaps: list[tuple[Heard, Heard]]
    """Lines of which one began before the other had ended."""
    talked_over: list[Heard]
    """Lines that began while the person spoke."""
    replied_over: list[Heard]
    """Lines that began while the person was replied to."""
    cancelled: int
    """Utterances that were lost because somebody announced something."""
    unaccounted: list[str]
    """What is wrong with the journal: lines that are in it never, twice or without an end."""
    entries: list[Entry] = field(repr=False)

    @property
    def turn_seconds(self) -> float:
        """How long all turns of the person took."""
        return length(self.turns)


def length(spans: Iterable[Span]) -> float:
    """Return how many seconds are in at least one of the spans."""
    total, until = 0.0, float("-inf")
    for begin, end in sorted(spans):
        total += max(0.0, end - max(begin, until))
        until = max(until, end)
    return total


class WholeSession(House):
    """A house whose coach speaks through chosen outputs, and everything that happened in it."""

    def __init__(self, hass: HomeAssistant, clock: VirtualClock, user: MockUser) -> None:
        super().__init__(hass, clock)
        self.user = user
        self.speakers: Sequence[Speaker] = ()
        """What the coach can be heard from."""
        self.together = False
        """All outputs speak each line at once."""
        self.strangers: set[str] = set()
        """What others announce."""
        self.asked: list[Asked] = []
        self._answers: list[Span] = []
        self._began = self._ended = 0.0
        self._answered = 0.0
        self._phases = 0.0

    async def arrange(
        self,
        *speakers: Speaker,
        others: Sequence[Entity] = (),
        through: Sequence[dict[str, str]] | None = None,
        options: dict[str, Any] | None = None,
    ) -> None:
        """Set up a coach; `through` is stored as its outputs where those are not the speakers."""
        self.speakers = speakers
        self.stack = await setup_stack(self.hass, self.kitchen, *others, *speakers)
        for one in speakers:
            if isinstance(one, FakeSatellite):
                put_device_in(self.hass, one, ROOM)
        plain = coach_entry(self.hass, *(one.entity_id for one in speakers), options=options)
        data = dict(plain.data)
        if through is not None:
            data[Conf.OUTPUTS] = list(through)
        self.entry = MockConfigEntry(
            domain=DOMAIN, title=plain.title, data=data, options=plain.options
        )
        self.coach = await set_up(self.hass, self.entry)
        speak = self.coach.speech.say

        def look_on(said: Say) -> None:
            self.asked.append(Asked(said, self.hass.loop.time()))
            speak(said)

        self.coach.speech.say = look_on  # type: ignore[method-assign] # it changes nothing

    async def begin(self) -> None:
        """Begin a quick session, answer its question, and come to its first step."""
        self._began = self.hass.loop.time()
        start = self.hass.async_create_task(
            self.hass.services.async_call(
                DOMAIN,
                "start_session",
                dict(QUICK),
                blocking=True,
            )
        )
        await self.clock.run_until(start.done, 30)
        await start
        while self._asks():
            await self._answer()
        self._phases = self._session.plan.total.total_seconds()

    async def _answer(self) -> None:
        await self.clock.run_until(self._question_spoken, 180)
        asked = self.hass.loop.time()
        await self.clock.advance(ANSWER)
        # Typed by somebody who is signed in, so that it takes no turn on any output.
        await say(self.hass, "no", context=Context(user_id=self.user.id))
        self._answered = self.hass.loop.time()
        self._answers.append((asked, self._answered))

    async def end(self, within: float = 900) -> Account:
        """Let the session come to its end, and the last words be said; return what it took."""
        await self.clock.run_until(lambda: not self.coach.busy, within)
        self._ended = self.hass.loop.time()
        silence = self.hass.async_create_task(self.coach.speech._announcer.async_idle())
        await self.clock.run_until(silence.done, 180)
        await self.clock.advance(1)
        return self._account()

    async def play(self, within: float = 900) -> Account:
        """Play a whole session."""
        await self.begin()
        return await self.end(within)

    @property
    def heard(self) -> list[Heard]:
        """The lines of the coach that came out of any speaker, in the order in which they began."""
        return sorted(
            (
                heard
                for one in self.speakers
                for heard in one.heard
                if not heard.reply and heard.text not in self.strangers
            ),
            key=lambda heard: heard.began,
        )

    @property
    def satellites(self) -> list[FakeSatellite]:
        """The satellites that the coach speaks through."""
        return [one for one in self.speakers if isinstance(one, FakeSatellite)]

    @property
    def _session(self) -> Session:
        assert self.coach.session is not None
        return self.coach.session

    def _asks(self) -> bool:
        return isinstance(self._session.state, Asking)

    def _question_spoken(self) -> bool:
        state = self._session.state
        return not isinstance(state, Asking) or state.awaited is None

    def _account(self) -> Account:
        entries = self.coach.speech._announcer.journal.entries
        last = self.hass.states.get(self.entity("sensor", "last_session"))
        assert last is not None
        awaited = self._awaited()
        ends = {entry.id: entry.end for entry in entries}
        said = [one for one in self.asked if ends.get(one.say.id) in SAID]
        sounds = self._sounds()
        return Account(
            taken=self._ended - self._began,
            phases=self._phases,
            speech=sum(self.seconds(one.say.line.text) for one in awaited),
            awaited=len(awaited),
            pauses=sum(SETTLE for one, after in pairwise(awaited) if one.at == after.at),
            counted=sum(one.say.priority is Priority.COUNTDOWN for one in self.asked),
            turns=[*self._answers, *self._turns()],
            more=max(0.0, sum(sounds) - sum(self.seconds(one.say.line.text) for one in said)),
            sounds=max(0, len(sounds) - len(said)),
            said=Counter(str(entry.end) for entry in entries),
            outcome=last.state,
            overlaps=self._overlaps(),
            talked_over=self._told_in((said.began, said.ended) for said in self._utterances),
            replied_over=self._told_in((said.ended, said.over) for said in self._utterances),
            cancelled=sum(one.cancelled for one in self.satellites),
            unaccounted=self._unaccounted(entries),
            entries=entries,
        )

    def _sounds(self) -> list[float]:
        """Return how long each sound was; where all speak each line, on the one that spoke most."""
        lengths = {
            one: [end_of(heard) - heard.began for heard in self.heard if heard in one.heard]
            for one in self.speakers
        }
        if self.together:
            return max(lengths.values(), key=sum)
        return [length for found in lengths.values() for length in found]

    def seconds(self, text: str) -> float:
        """Return how long a line is, in the voice that made it."""
        engines = [engine for engine in self.stack.engines if text in engine.made]
        return (engines or [self.stack.tts])[0].seconds(text)

    def _awaited(self) -> list[Asked]:
        """Return the lines that the session waited for: until it is answered, and of its steps."""
        keys = {line.key for step in self._session.plan.steps for line in step.setup + step.lines}
        return [
            one
            for one in self.asked
            if one.at < self._ended
            and one.say.priority is Priority.INSTRUCTION
            and (one.at < self._answered or one.say.line.key in keys)
        ]

    def _turns(self) -> list[Span]:
        spans = [(said.began, said.over or self._ended) for said in self._utterances]
        spans += [
            (heard.ended, heard.ended + HOLD)
            for heard in self.heard
            if heard.stopped and heard.ended is not None
        ]
        return [(begin, end) for begin, end in spans if begin < self._ended]

    def _overlaps(self) -> list[tuple[Heard, Heard]]:
        found = [] if self.together else overlaps(self.heard)
        for one in self.speakers:
            on_it = overlaps([heard for heard in one.heard if not heard.reply])
            found += [pair for pair in on_it if pair not in found]
        return found

    @property
    def _utterances(self) -> list[Utterance]:
        return [said for satellite in self.satellites for said in satellite.utterances]

    def _told_in(self, spans: Iterable[tuple[float | None, float | None]]) -> list[Heard]:
        """Return the lines that were handed to a speaker in any of the spans."""
        return [
            heard
            for begin, end in spans
            for heard in self.heard
            if begin is not None and begin < heard.told < (float("inf") if end is None else end)
        ]

    def _unaccounted(self, entries: Sequence[Entry]) -> list[str]:
        wanted = Counter(one.say.id for one in self.asked)
        # What no session asked for has no number of its own.
        found = Counter(entry.id for entry in entries if entry.id)
        wrong = [
            f"line {number}: asked for {wanted[number]} times, accounted for {found[number]} times"
            for number in wanted | found
            if wanted[number] != found[number]
        ]
        return wrong + [f"line {entry.id} has no end" for entry in entries if entry.end is None]


def overlaps(heard: Iterable[Heard]) -> list[tuple[Heard, Heard]]:
    """Return the sounds of which one began before another had ended."""
    found: list[tuple[Heard, Heard]] = []
    longest: Heard | None = None
    for one in sorted(heard, key=lambda one: one.began):
        if longest is not None and end_of(longest) > one.began + TICK:
            found.append((longest, one))
        if longest is None or end_of(one) > end_of(longest):
            longest = one
    return found


def end_of(heard: Heard) -> float:
    """Return when a sound ended; never while it plays."""
    return float("inf") if heard.ended is None else heard.ended
