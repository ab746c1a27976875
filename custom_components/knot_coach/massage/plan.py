"""From an order (area, side, length, who) to a plan: the steps that a session walks through.

Seconds are those of massage.md §2.1; the totals they add up to stand in §3.16.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from .areas import Area, Gun, Side
from .phases import Length, Phase
from .script import Cue, cues_of, lines_of
from .wording import Line, Phrasebook

DEFAULT_TARGET: Final = 5
"""Balanced (massage.md §2.2)."""
DEFAULT_CEILING: Final = 6
"""Highest level unless the person sets another (massage.md F5, §2.2)."""
HIGHEST_CEILING: Final = 7
"""No setting goes above this (massage.md §2.2)."""
FIRST_TIME_CEILING: Final = 5
"""First session in an area (massage.md §2.2)."""
CAUTIOUS_CEILING: Final = 4
"""Age 65 and over, or any answer that asks for caution (massage.md §2.2)."""

_SECONDS: Final[dict[Phase, tuple[int, int, int]]] = {
    Phase.CHECK_IN: (15, 20, 20),
    Phase.WARM_UP: (0, 60, 120),
    Phase.BREATHE: (20, 30, 60),
    Phase.LOCATE: (25, 40, 45),
    Phase.BROAD: (30, 60, 90),
    Phase.PRESS: (60, 60, 60),
    Phase.RELEASE_HOLD: (20, 25, 25),
    Phase.EASE_OFF: (10, 20, 20),
    Phase.CROSS_FIBER: (0, 30, 40),
    Phase.TOOL: (0, 0, 60),
    Phase.STRETCH: (25, 60, 95),
    Phase.AFTERCARE: (30, 40, 60),
}
"""Seconds of one step, quick / standard / deep (massage.md §2.1)."""

_SPOTS: Final = {Length.QUICK: (1,), Length.STANDARD: (1, 1), Length.DEEP: (1, 1, 2)}
"""The spot of each round: the third round of deep goes to a second one (massage.md §2.1)."""

SENIOR_STRETCH: Final = 70
"""Two stretches of 30 s with 10 s between them for people over 65 (massage.md F12)."""
WRAP_UP_STRETCH: Final = 25
"""The stretch of "wrap up" (massage.md §2.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is known of the person when a plan is made."""

    ceiling: int = DEFAULT_CEILING
    """Highest level this person may be coached to, 3 to 7, screening included."""
    first_time: bool = False
    """Never worked on this area, or not for 60 days (massage.md F6)."""
    cautious: bool = False
    """65 and over, or an answer in the screening that asks for caution."""
    senior: bool = False
    """65 and over."""
    gun: bool = False
    """Owns a massage gun and nothing forbids it."""
    cross: bool = True
    """Cross-fibre strokes are allowed."""
    deep: bool = True
    """Deep sessions are allowed."""
    pressed_today: dict[Side, timedelta] = field(default_factory=dict)
    """Pressing time of this area in the last 24 h, per side."""
    pressed_in_all: timedelta = timedelta()
    """Pressing time of all areas in the last 24 h."""
    gunned_today: timedelta = timedelta()
    """Time of the gun on all areas in the last 24 h."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was asked for, by whom, in which language."""

    area: Area
    side: Side | None
    """None until the coach has asked."""
    length: Length
    target: int = DEFAULT_TARGET
    """Level of pressure aimed at, 1 to 7."""
    heat: timedelta | None = None
    """How long to warm before the session, if it was asked for."""
    profile: Profile = Profile()
    book: Phrasebook

    @property
    def ceiling(self) -> int:
        """The level that nothing said in a session goes beyond (massage.md §2.2)."""
        limits = [self.profile.ceiling, self.area.cap, HIGHEST_CEILING]
        if self.profile.first_time:
            limits.append(FIRST_TIME_CEILING)
        if self.profile.cautious:
            limits.append(CAUTIOUS_CEILING)
        return min(limits)

    @property
    def played_length(self) -> Length:
        """The length that is really played (massage.md §2.1).

        Deep is not offered on both sides, nor to a first-timer, nor where screening forbids it.
        """
        profile = self.profile
        if self.length is Length.DEEP and (
            self.side is Side.BOTH or profile.first_time or not profile.deep
        ):
            return Length.STANDARD
        return self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One phase of one side, with everything that is said in it."""

    phase: Phase
    side: Side
    seconds: int
    """How long the step lasts once its instruction has been spoken."""
    round: int = 1
    spot: int = 1
    settle: bool = False
    """The set-up lines of the area come first; they take no phase time."""
    lines: tuple[Line, ...] = ()
    """The instruction; the step begins when its last line has been spoken."""
    setup: tuple[Line, ...] = ()
    cues: tuple[Cue, ...] = ()

    @property
    def duration(self) -> timedelta:
        """The seconds as a timedelta."""
        return timedelta(seconds=self.seconds)

    @property
    def speech(self) -> timedelta:
        """Expected length of the set-up and the instruction."""
        return timedelta(seconds=sum(line.seconds for line in self.setup + self.lines))


@dataclass(frozen=True, slots=True)
class Plan:
    """A tuple of steps, readable, printable and comparable."""

    order: Order
    steps: tuple[Step, ...]

    @property
    def total(self) -> timedelta:
        """Phase time alone, as massage.md §3.16 counts it."""
        return sum((step.duration for step in self.steps), timedelta())

    @property
    def estimated_duration(self) -> timedelta:
        """Phase time and the words that are spoken before each step begins."""
        return self.total + sum((step.speech for step in self.steps), timedelta())


def compile_plan(order: Order) -> Plan:
    """Make the plan of an order; without a side there are no steps yet."""
    if order.side is None:
        return Plan(order, ())
    return Plan(order, tuple(make_step(order, bare) for bare in _bare_steps(order, order.side)))


def make_step(order: Order, bare: Step) -> Step:
    """Fill in the words of a step that so far only says what, where and how long."""
    return replace(
        bare,
        setup=_setup(order, bare),
        lines=lines_of(order.book, order.area.key, bare),
        cues=cues_of(order.book, order.area.key, bare, order.target),
    )


def wrap_up_steps(order: Order, side: Side) -> tuple[Step, ...]:
    """Return what is left when somebody wants to wrap up: a stretch and the aftercare."""
    stretch = Step(phase=Phase.STRETCH, side=side, seconds=WRAP_UP_STRETCH)
    aftercare = Step(phase=Phase.AFTERCARE, side=side, seconds=_seconds(order, Phase.AFTERCARE))
    return make_step(order, stretch), make_step(order, aftercare)


def _setup(order: Order, step: Step) -> tuple[Line, ...]:
    if not step.settle:
        return ()
    setup = order.book.cues(order.area.key, "setup", step.side)
    if order.side is Side.BOTH and step.phase is Phase.LOCATE:
        return (order.book.line("side_switch", side=step.side), *setup)
    return setup


def _seconds(order: Order, phase: Phase) -> int:
    if phase is Phase.STRETCH and order.profile.senior:
        return SENIOR_STRETCH
    return _SECONDS[phase][list(Length).index(order.played_length)]


def _bare_steps(order: Order, side: Side) -> Iterator[Step]:
    sides = (Side.LEFT, Side.RIGHT) if side is Side.BOTH else (side,)
    yield Step(phase=Phase.CHECK_IN, side=sides[0], seconds=_seconds(order, Phase.CHECK_IN))
    settle = True
    for phase in (Phase.WARM_UP, Phase.BREATHE):
        if seconds := _seconds(order, phase):
            yield Step(phase=phase, side=sides[0], seconds=seconds, settle=settle)
            settle = False
    for number, one in enumerate(sides):
        yield from _one_side(order, one, settle=number > 0 or order.area.resettle)
    yield Step(phase=Phase.AFTERCARE, side=sides[-1], seconds=_seconds(order, Phase.AFTERCARE))


def _one_side(order: Order, side: Side, *, settle: bool) -> Iterator[Step]:
    def step(phase: Phase, number: int = 1, spot: int = 1, *, settle: bool = False) -> Step:
        seconds = _seconds(order, phase)
        return Step(phase=phase, side=side, seconds=seconds, round=number, spot=spot, settle=settle)

    yield step(Phase.LOCATE, settle=settle)
    yield step(Phase.BROAD)
    spots = _SPOTS[order.played_length]
    if order.profile.first_time:
        spots = tuple(dict.fromkeys(spots))
    for number, spot in enumerate(spots, start=1):
        for phase in (Phase.PRESS, Phase.RELEASE_HOLD, Phase.EASE_OFF):
            yield step(phase, number, spot)
    if order.area.cross and order.profile.cross and _seconds(order, Phase.CROSS_FIBER):
        yield step(Phase.CROSS_FIBER)
    if order.area.gun is Gun.OK and order.profile.gun and _seconds(order, Phase.TOOL):
        yield step(Phase.TOOL)
    yield step(Phase.STRETCH)
