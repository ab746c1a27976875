"""What holds for the mouth whatever is said, heard and broken, and whenever that is.

Two coaches share a satellite and a player, and each prefers another one.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.media_player.const import MediaPlayerState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from hypothesis import HealthCheck, Phase, event, given, settings, strategies as st

from custom_components.knot_coach.announce import Output
from custom_components.knot_coach.announce.journal import End
from custom_components.knot_coach.massage.messages import Priority, Say
from tests.announce.mouth import Mouth
from tests.virtual_clock import VirtualClock
from tests.voice_people import Visitor
from tests.voice_stack import BargeIn, FakePlayer, FakeSatellite, Fault, Stack, setup_stack
from tests.whole_session import TICK, overlaps

TOLD: Final = {
    End.SPOKEN: "spoken",
    End.GIVEN_UP: "spoken",
    End.CUT: "spoken",
    End.SHOWN: "spoken",
    End.FAILED: "failed",
}
"""What is reported of a line that ended so."""
LONGEST: Final = 90.0
"""Seconds that one line may take, with everything going wrong; a mouth that is stuck takes for ever."""

WORDS: Final = [
    "one",
    "two",
    "three",
    "four",
    "five.",
    "six",
    "seven",
    "eight",
    "nine",
    "ten.",
    "eleven",
    "twelve",
]


@dataclass(frozen=True)
class Line:
    """A coach says something."""

    coach: int
    priority: Priority
    words: int
    stale: float | None
    key: str | None
    """A newer line with the same key takes its place; None for one of its own."""


@dataclass(frozen=True)
class Hush:
    """What a coach has not begun yet no longer holds."""

    coach: int


@dataclass(frozen=True)
class Word:
    """The person speaks to the satellite for so long."""

    seconds: float


@dataclass(frozen=True)
class Visit:
    """Something else announces on the satellite."""

    words: int


@dataclass(frozen=True)
class Unplugged:
    """A speaker is away for so long: the satellite, or the player."""

    speaker: int
    seconds: float


type Happening = Line | Hush | Word | Visit | Unplugged


@dataclass(frozen=True)
class Evening:
    """What happens, each so many seconds after what came before, and how the speakers are."""

    happenings: Sequence[tuple[float, Happening]]
    faults: Sequence[tuple[Fault, Sequence[bool]]]
    """Of the satellite and of the player, what goes wrong, and with which of their next lines."""
    barge_in: BargeIn


def lines() -> st.SearchStrategy[Line]:
    """Any line; one for safety is never out of date, and no other takes its place."""
    words = st.integers(1, len(WORDS))
    safety = st.builds(
        Line, st.integers(0, 1), st.just(Priority.SAFETY), words, st.none(), st.none()
    )
    others = st.builds(
        Line,
        st.integers(0, 1),
        st.sampled_from([one for one in Priority if one is not Priority.SAFETY]),
        words,
        st.none() | st.sampled_from([0.5, 3.0, 10.0]),
        st.none() | st.sampled_from(["level", "count"]),
    )
    return safety | others | others | others


HAPPENINGS: Final = st.one_of(
    lines(),
    lines(),
    lines(),
    st.builds(Hush, st.integers(0, 1)),
    st.builds(Word, st.sampled_from([0.4, 1.0, 4.0])),
    st.builds(Visit, st.integers(2, len(WORDS))),
    st.builds(Unplugged, st.integers(0, 1), st.sampled_from([0.5, 5.0, 40.0])),
)
GAPS: Final = st.sampled_from([0.0, 0.0, 0.05, 0.25, 0.3, 0.35, 1.0, 2.0, 6.0])
FAULTS: Final = st.tuples(
    # What a speaker says to be over while it still sounds cannot be told from what a person ended.
    st.sampled_from([fault for fault in Fault if fault is not Fault.EARLY]),
    st.lists(st.booleans(), max_size=6),
)
EVENINGS: Final = st.builds(
    Evening,
    st.lists(st.tuples(GAPS, HAPPENINGS), min_size=1, max_size=14),
    st.tuples(FAULTS, FAULTS),
    st.sampled_from(BargeIn),
)


class Coach(Mouth):
    """A mouth that remembers when each line was asked for, begun and reported."""

    def __init__(self, hass: HomeAssistant, clock: VirtualClock, stack: Stack) -> None:
        super().__init__(hass, clock, stack)
        self.asked: dict[int, tuple[Priority, float]] = {}
        self.beginnings: list[tuple[int, float]] = []

    @override
    def begun(self, say: Say, seconds: float) -> None:
        super().begun(say, seconds)
        self.beginnings.append((say.id, self.now))

    def want(self, line: Line) -> None:
        """Ask for a line."""
        number = len(self.asked) + 1
        self.asked[number] = (line.priority, self.now)
        key = None if line.key is None else f"{line.key}.{line.priority}"
        self.say(number, " ".join(WORDS[: line.words]), line.priority, line.stale, key)


class House:
    """Two coaches, their speakers, and what happens to them."""

    def __init__(self, hass: HomeAssistant, clock: VirtualClock, stack: Stack) -> None:
        self.hass, self.clock, self.stack = hass, clock, stack
        self.satellite = stack.satellites[0]
        self.speakers: list[FakeSatellite | FakePlayer] = [self.satellite, *stack.players]
        self.coaches: list[Coach] = []
        self._people: set[asyncio.Task[None]] = set()

    async def live(self, evening: Evening) -> None:
        """Let everything happen, and everything be said. Raises TimeStandsStillError if it is not."""
        await self._open(evening)
        try:
            for gap, happening in evening.happenings:
                await self.clock.advance(gap)
                self._happen(happening)
            asked = sum(len(coach.asked) for coach in self.coaches)
            within = 200 + LONGEST * asked
            await self.clock.run_until(lambda: not self._people, within)
            await self.clock.advance(1)
            for coach in self.coaches:
                idle = self.hass.async_create_task(coach.announcer.async_idle())
                await self.clock.run_until(idle.done, within)
        finally:
            for coach in self.coaches:
                await coach.announcer.async_close()
            await self.clock.advance(120)
        self._check()

    async def _open(self, evening: Evening) -> None:
        for speaker, (fault, wrong) in zip(self.speakers, evening.faults, strict=True):
            speaker.heard.clear()
            speaker.faults = [fault if one else Fault.NONE for one in wrong]
            speaker.set_available(True)
            if isinstance(speaker, FakePlayer):
                speaker.set_state(MediaPlayerState.IDLE)
        self.satellite.utterances.clear()
        self.satellite.barge_in = evening.barge_in
        self.coaches = []
        outputs = [Output(speaker.entity_id) for speaker in self.speakers]
        for order in (outputs, outputs[::-1]):
            coach = Coach(self.hass, self.clock, self.stack)
            coach.open(order)
            self.coaches.append(coach)
        await self.clock.advance(1)

    def _happen(self, happening: Happening) -> None:
        match happening:
            case Line(coach=coach):
                self.coaches[coach].want(happening)
            case Hush(coach):
                self.coaches[coach].announcer.hush()
            case Word(seconds):
                if not self.satellite.addressed:
                    self._start(self.satellite.hear("what time is it", seconds))
            case Visit(words):
                text = "Visitor, " + " ".join(WORDS[:words])
                self._start(Visitor(self.satellite, [(0.0, text)]).async_visit())
            case Unplugged(number, seconds):
                self._start(self._unplug(self.speakers[number], seconds))

    async def _unplug(self, speaker: FakeSatellite | FakePlayer, seconds: float) -> None:
        speaker.set_available(False)
        await asyncio.sleep(seconds)
        speaker.set_available(True)

    def _start(self, work: object) -> None:
        assert asyncio.iscoroutine(work)
        task = self.hass.async_create_background_task(work, "somebody")
        self._people.add(task)
        task.add_done_callback(self._people.discard)

    def _check(self) -> None:
        for speaker in self.speakers:
            assert not overlaps(one for one in speaker.heard if not one.reply), speaker.heard
        assert not self.satellite.cancelled
        for said in self.satellite.utterances:
            assert not [
                heard
                for heard in self.satellite.heard
                if not heard.reply and said.began < heard.told < (said.ended or 0.0)
            ]
        for coach in self.coaches:
            self._check_accounts(coach)
            self._check_order(coach)

    def _check_accounts(self, coach: Coach) -> None:
        entries = coach.announcer.journal.entries
        assert Counter(entry.id for entry in entries) == Counter(list(coach.asked))
        told = [(number, what) for what, number in coach.outcomes if what != "cut"]
        wanted: list[tuple[int, str]] = []
        # What is for safety is said later, when it has failed; nobody waits for that.
        safety = {entry.id for entry in entries if entry.priority is Priority.SAFETY}
        owed = {number for number, what in told if what == "failed"} & safety
        for entry in entries:
            assert entry.end is not None
            event(entry.end)
            if entry.end is End.CUT and (entry.id, "spoken") not in told:
                # It was hushed, or out of date, before it could be said again.
                continue
            if entry.end in TOLD:
                wanted.append((entry.id, "failed" if entry.id in owed else TOLD[entry.end]))
            elif entry.id in owed:
                wanted.append((entry.id, "failed"))
            else:
                # One that the person has heard the beginning of is owed to nobody.
                assert entry.priority is not Priority.SAFETY or entry.cuts
        assert sorted(told) == sorted(wanted)

    def _check_order(self, coach: Coach) -> None:
        ends = {
            entry.id: coach.now - (dt_util.utcnow() - entry.ended).total_seconds()
            for entry in coach.announcer.journal.entries
            if entry.ended is not None
        }
        # A line that had failed is not waited for any more, and may still be said; one that was cut
        # off lets others go first.
        late = {number for what, number in coach.outcomes if what in ("failed", "cut")}
        for number, moment in coach.beginnings:
            priority, _ = coach.asked[number]
            for other, (urgency, asked) in coach.asked.items():
                waits = asked < moment - TICK and ends[other] > moment + TICK
                if waits and other != number and other not in late:
                    assert (priority, number) < (urgency, other), (number, other, moment)


PRESENT: Final = settings.default or settings()


@settings(
    # An evening of minutes takes a fifth of a second.
    max_examples=PRESENT.max_examples * 2 // 5,
    # To explain a failure takes longer than to find it.
    phases=[phase for phase in PRESENT.phases if phase is not Phase.explain],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(evening=EVENINGS)
async def test_any_evening(
    hass: HomeAssistant, virtual_time: VirtualClock, evening: Evening
) -> None:
    if "stack" not in hass.data:
        hass.data["stack"] = await setup_stack(hass, FakeSatellite(), FakePlayer())
    await House(hass, virtual_time, hass.data["stack"]).live(evening)
