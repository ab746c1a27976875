"""From orders to a plan: the steps that a session walks through."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import zip_longest
from typing import Final

from .areas import Area, Side
from .order import Order, OwnStep
from .phases import BOUNDS, PRESSING, Phase
from .script import STRETCH_BEGINS, Cue, cues_of, lines_of, setup_of
from .timing import BETWEEN_AREAS, WRAP_UP_STRETCH, seconds_of, spots_of, timing_of
from .wording import Line

_ONCE: Final = (Phase.WARM_UP, Phase.BREATHE)
"""Done once, whatever sides follow."""
_ROUND: Final = PRESSING | {Phase.EASE_OFF}
"""What a round of pressing is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One phase of one side, with everything that is said in it."""

    phase: Phase
    side: Side
    seconds: int
    """How long the step lasts once its instruction has been spoken."""
    part: int = 0
    """Which of the plan's orders it belongs to."""
    round: int = 1
    spot: int = 1
    holds: int = 1
    """Short holds that a round is made of, instead of one that climbs."""
    settle: int = 0
    """How often the set-up of the area has been spoken when this step begins, with it; 0 where it
    is not spoken. It takes no phase time."""
    again: bool = False
    """The phase came before on this side, for a press on this spot."""
    turn: int = 0
    """How many steps of the phase came before in the plan; it chooses among variants of lines."""
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

    orders: tuple[Order, ...]
    """One for each area, in the order they are worked on; never empty."""
    steps: tuple[Step, ...]

    @property
    def order(self) -> Order:
        """The first order: what holds for all of them stands there."""
        return self.orders[0]

    @property
    def unknown_side(self) -> int:
        """Which of the orders has no side yet; only while one has none."""
        return next(n for n, order in enumerate(self.orders) if order.side is None)

    @property
    def gated(self) -> tuple[Area, ...]:
        """The areas that have a gate, each once, in the order in which they are asked about."""
        areas = {order.area.key: order.area for order in self.orders}
        return tuple(area for area in areas.values() if area.gate is not None)

    @property
    def recalled(self) -> tuple[Area, ...]:
        """The areas whose last session is asked about; a stretch needs no such question."""
        recalled = [o for o in self.orders if o.profile.ask_next_day and not o.stretch_only]
        return tuple({order.area.key: order.area for order in recalled}.values())

    @property
    def total(self) -> timedelta:
        """Phase time alone, as massage.md §3.16 counts it."""
        return sum((step.duration for step in self.steps), timedelta())

    @property
    def estimated_duration(self) -> timedelta:
        """Phase time and the words that are spoken before each step begins."""
        return self.total + sum((step.speech for step in self.steps), timedelta())


def compile_plan(*orders: Order) -> Plan:
    """Make the plan of one area or several; while a side is unknown there are no steps yet."""
    bares: list[Step] = []
    for part, order in enumerate(orders):
        if order.side is None:
            return Plan(orders, ())
        last = part == len(orders) - 1
        steps = _part(order, order.side, first=part == 0, last=last)
        bares += [replace(step, part=part) for step in steps]
    return Plan(orders, tuple(make_step(orders[bare.part], bare) for bare in _numbered(bares)))


def _numbered(steps: Iterable[Step]) -> Iterator[Step]:
    """Tell each step what of its kind came before."""
    turns, before = Counter[Phase](), set[tuple[object, ...]]()
    for step in steps:
        spot = step.spot if step.phase is Phase.PRESS else None
        place = (step.part, step.side, step.phase, spot)
        yield replace(step, turn=turns[step.phase], again=place in before)
        turns[step.phase] += 1
        before.add(place)


def make_step(order: Order, bare: Step) -> Step:
    """Fill in the words of a step that so far only says what, where and how long."""
    return replace(
        bare,
        setup=setup_of(order, bare),
        lines=lines_of(order, bare),
        cues=cues_of(order, bare),
    )


def wrap_up_steps(order: Order, side: Side, part: int) -> tuple[Step, ...]:
    """Return what is left when somebody wants to wrap up: a stretch and the aftercare."""
    stretch = Step(phase=Phase.STRETCH, side=side, seconds=WRAP_UP_STRETCH, part=part)
    seconds = seconds_of(order, Phase.AFTERCARE)
    aftercare = Step(phase=Phase.AFTERCARE, side=side, seconds=seconds, part=part)
    stretch = make_step(order, stretch)
    said = order.book.line("wrap_up", order.profile.sessions)
    rest = (line for line in stretch.lines if line.key != STRETCH_BEGINS)
    return replace(stretch, lines=(said, *rest)), make_step(order, aftercare)


def _part(order: Order, side: Side, *, first: bool, last: bool) -> Iterator[Step]:
    """Yield the steps of one area; one that follows another is breathed for already."""
    sides = (Side.LEFT, Side.RIGHT) if side is Side.BOTH else (side,)
    yield Step(phase=Phase.CHECK_IN, side=sides[0], seconds=seconds_of(order, Phase.CHECK_IN))
    settled, moved = 0, False
    for phase, seconds in _beginning(order):
        moved = moved or phase is Phase.WARM_UP
        if phase is Phase.WARM_UP or first:
            yield Step(phase=phase, side=sides[0], seconds=seconds, settle=0 if settled else 1)
            settled = 1
    for number, one in enumerate(sides):
        settle = number > 0 or (order.area.resettle and moved) or not settled
        settled += settle
        for step in _own_side(order, one) if _plays_own(order) else _side(order, one):
            yield replace(step, settle=settled if settle else 0)
            settle = False
    seconds = seconds_of(order, Phase.AFTERCARE) if last else BETWEEN_AREAS
    yield Step(phase=Phase.AFTERCARE, side=sides[-1], seconds=seconds)


def _plays_own(order: Order) -> bool:
    """Whether the person's own steps are done, however few of them are left."""
    return bool(order.own) and not order.stretch_only


def _own(order: Order) -> list[OwnStep]:
    """Return the person's own steps, without those that are forbidden or left out."""
    gone = set(order.left_out)
    if not (order.area.cross and order.profile.cross):
        gone.add(Phase.CROSS_FIBER)
    if not order.gun:
        gone.add(Phase.TOOL)
    steps = [step for step in order.own if step.phase not in gone]
    return list(_one_round(steps)) if order.profile.first_time else steps


def _one_round(steps: Iterable[OwnStep]) -> Iterator[OwnStep]:
    """Yield steps with one round for each spot, as it is for a first time (massage.md §2.1)."""
    pressed: set[int] = set()
    again = False
    for step in steps:
        if step.phase is Phase.PRESS:
            again = step.spot in pressed
            pressed.add(step.spot)
        if not again or step.phase not in _ROUND:
            yield step


def _beginning(order: Order) -> Iterator[tuple[Phase, int]]:
    if _plays_own(order):
        yield from ((step.phase, step.seconds) for step in _own(order) if step.phase in _ONCE)
        return
    for phase in _ONCE:
        if seconds := seconds_of(order, phase):
            yield phase, seconds


def _side(order: Order, side: Side) -> Iterator[Step]:
    if not order.stretch_only:
        yield from _worked(order, side)
    yield Step(phase=Phase.STRETCH, side=side, seconds=seconds_of(order, Phase.STRETCH))


def _worked(order: Order, side: Side) -> Iterator[Step]:
    def step(phase: Phase, number: int = 1, spot: int = 1) -> Iterator[Step]:
        if seconds := seconds_of(order, phase):
            yield Step(phase=phase, side=side, seconds=seconds, round=number, spot=spot)

    timing = timing_of(order)
    yield from step(Phase.LOCATE)
    yield from step(Phase.BROAD)
    for number, spot in enumerate(spots_of(order), start=1):
        for pressing in step(Phase.PRESS, number, spot):
            yield replace(pressing, holds=timing.holds)
        yield from step(Phase.RELEASE_HOLD, number, spot)
        yield from step(Phase.EASE_OFF, number, spot)
    if timing.broad_after:
        yield Step(phase=Phase.BROAD, side=side, seconds=timing.broad_after)
    if order.area.cross and order.profile.cross:
        yield from step(Phase.CROSS_FIBER)
    if order.gun:
        yield from step(Phase.TOOL)


def _own_side(order: Order, side: Side) -> Iterator[Step]:
    """Yield the person's own steps; the hands come off after each round, asked for or not."""
    number = 0
    easing = BOUNDS[Phase.EASE_OFF][0]
    steps = [step for step in _own(order) if step.phase not in _ONCE]
    for step, following in zip_longest(steps, steps[1:]):
        number += step.phase is Phase.PRESS
        made = Step(
            phase=step.phase,
            side=side,
            seconds=step.seconds,
            round=max(1, number),
            spot=step.spot,
        )
        yield made
        held = following is not None and following.phase in {Phase.RELEASE_HOLD, Phase.EASE_OFF}
        if step.phase in PRESSING and not held:
            yield replace(made, phase=Phase.EASE_OFF, seconds=easing)
