"""How a light shows a session to whoever cannot hear it: the same cues, as brightness over time.

It breathes with the breathing, stands for the pressure in a hold, fades over the last seconds of a
hold, knocks where the coach waits for somebody, and sweeps up and down where it stopped for safety.
Everything can be told apart without colour. All changes are slow: no light that follows this
changes more often than once a second, far from the three flashes of WCAG 2.3.1.

Pure: it looks at a session and an instant, and knows no Home Assistant and no clock. The numbers
without a source are our choice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final, assert_never

from .massage.outcomes import Outcome, PauseReason
from .massage.phases import PRESSING, Phase
from .massage.plan import Step
from .massage.script import (
    BREATHS,
    BURST,
    GUN_BLOCK,
    GUN_PAUSE,
    PAUSE,
    SHORT_HOLD,
)
from .massage.states import (
    Asking,
    Cooling,
    Ended,
    Heating,
    Instructing,
    Interrupted,
    Paused,
    Session,
    Working,
)
from .massage.timing import stretch_pace

DARK: Final = 2.0
"""Percent of the light at which a hold has been counted out; lower than anything else."""
REST: Final = 6.0
"""Percent while nothing is done: words, hands off, the end."""
OUT: Final = 20.0
IN: Final = 90.0
"""Percent when all the breath is out, and in."""
MOVE: Final = 50.0
"""Percent while one moves, searches or stretches for a moment: no level of pressure looks like it."""
KNOCK: Final = 60.0
ALARM: Final = 100.0
HARDEST: Final = 7
"""The highest level of pressure, shown by all the light there is (massage.md §2.2)."""
FADE: Final = 5.0
"""Seconds over which a hold is counted out: time to see it, and to get ready."""
DIP: Final = 2.0
"""Seconds down, and up again, between short holds: "soften, then hold again"."""
ALARM_SHOWN: Final = timedelta(seconds=30)
"""How long the light tells that a session was stopped for safety."""
_BLOCKS: Final = {
    Phase.CROSS_FIBER: (BURST, PAUSE - BURST),
    Phase.TOOL: (GUN_BLOCK, GUN_PAUSE),
}
"""Seconds of work and of rest."""
_ALARMS: Final = (Outcome.STOPPED_SAFETY, Outcome.EMERGENCY)


@dataclass(frozen=True, slots=True)
class Glow:
    """A stretch of time in which the light goes evenly from one brightness to another, or stays."""

    begins: datetime
    ends: datetime | None
    """None: until the session changes."""
    first: float
    last: float
    """Brightness in percent, 2 to 100."""
    lit: bool = False
    """Whether a light that can only be switched is on: in, hold, work; and not: out, rest."""
    alarm: bool = False

    def at(self, moment: datetime) -> float:
        """Return the brightness at a moment, in percent."""
        if self.ends is None or moment >= self.ends:
            return self.last
        share = max(0.0, (moment - self.begins) / (self.ends - self.begins))
        return self.first + (self.last - self.first) * share

    def until(self, moment: datetime) -> Glow:
        """Return the part of it that comes before a moment."""
        if self.ends is not None and self.ends <= moment:
            return self
        return replace(self, ends=moment, last=self.at(moment))


class Kind(Enum):
    """What the light shows."""

    LEAD = auto()
    """What is done now."""
    ASK = auto()
    """An answer is waited for: it knocks twice."""
    WAIT = auto()
    """Nothing goes on before somebody says so: it knocks once."""
    ALARM = auto()
    """Let go: stopped for safety, or the heater has to be unplugged."""


@dataclass(frozen=True, slots=True)
class _Leg:
    """A part of a pattern: go to a brightness in so many seconds, or stay there."""

    seconds: float
    level: float
    lit: bool = False


_PATTERNS: Final = {
    Kind.ASK: (
        _Leg(1.5, KNOCK, lit=True),
        _Leg(1.5, REST),
        _Leg(1.5, KNOCK, lit=True),
        _Leg(1.5, REST),
        _Leg(4, REST),
    ),
    Kind.WAIT: (_Leg(1.5, KNOCK, lit=True), _Leg(1.5, REST), _Leg(7, REST)),
    Kind.ALARM: (_Leg(2, ALARM, lit=True), _Leg(2, REST)),
}

type _Shape = Callable[[datetime], Glow]


def kind_of(s: Session) -> Kind | None:
    """Tell what there is to show of a session; None where it is over, and all is well."""
    match s.state:
        case Paused(reason=PauseReason.HEAT):
            return Kind.ALARM
        case Paused() | Interrupted():
            return Kind.WAIT
        case Asking():
            return Kind.ASK
        case Ended(outcome):
            return Kind.ALARM if outcome in _ALARMS else None
        case Working():
            return Kind.ASK if _asks(s) else Kind.LEAD
        case Instructing() | Heating() | Cooling():
            return Kind.LEAD
        case _:
            assert_never(s.state)


def glow_of(s: Session, kind: Kind, since: datetime, at: datetime) -> Glow:
    """Return what the light does at an instant; `since` is when it began to show this kind."""
    if kind is Kind.LEAD:
        return _lead(s, at)
    return replace(_along(_PATTERNS[kind], since, at), alarm=kind is Kind.ALARM)


def _asks(s: Session) -> bool:
    """Tell whether a score, or how it is, is asked for while the step's clock runs."""
    match s.step:
        case Step(phase=Phase.CHECK_IN):
            return s.notes.before is None
        case Step(phase=Phase.EASE_OFF):
            return s.check_open
        case Step(phase=Phase.AFTERCARE):
            return s.notes.after is None
        case _:
            return False


def _lead(s: Session, at: datetime) -> Glow:
    if not isinstance(s.state, Working):
        return _steady(at, _pressed(s.level) if s.level else REST, lit=s.level > 0)
    shape, ends = _shape(s, s.state), s.state.ends_at
    if at < ends:
        return shape(at).until(ends)
    # The session is about to turn to the next step: nothing may flicker in between.
    before = shape(ends - timedelta.resolution)
    return _steady(ends, before.at(ends), lit=before.lit)


def _shape(s: Session, working: Working) -> _Shape:
    step = s.step
    assert step is not None  # noqa: S101 - a step is being worked on
    level = _pressed(s.level) if s.level else MOVE
    since, ends = working.since, working.ends_at
    match step.phase:
        case Phase.BREATHE:
            cycles = (ends - since) // timedelta(seconds=sum(_pace(s)))
            return lambda at: _breath(_pace(s), cycles, since, at)
        case Phase.PRESS | Phase.RELEASE_HOLD:
            holds = _holds(step if step.holds > 1 else None, since, level)
            return _counted(holds, ends) if _lets_go(s) else holds
        case Phase.STRETCH:
            return _stretch(s, step, working)
        case Phase.CROSS_FIBER | Phase.TOOL:
            return _blocks(since, level, *_BLOCKS[step.phase])
        case Phase.WARM_UP | Phase.LOCATE | Phase.BROAD:
            return lambda at: _steady(at, level, lit=True)
        case _:
            return lambda at: _steady(at, REST)


def _pressed(level: int) -> float:
    return 100.0 * level / HARDEST


def _pace(s: Session) -> tuple[int, int]:
    return BREATHS[s.order.profile.short_breath]


def _lets_go(s: Session) -> bool:
    """Tell whether the hands come off when the present hold is over."""
    following = s.steps[s.index + 1 : s.index + 2]
    return not following or following[0].phase not in PRESSING


def _stretch(s: Session, step: Step, working: Working) -> _Shape:
    """Breathe in each stretch, fade at its end, and rest before the next."""
    hold, rest = stretch_pace(s.order, step.seconds)
    since, ends = working.since, working.ends_at
    if hold < SHORT_HOLD:
        return _counted(_holds(step, since, MOVE), ends)
    every = timedelta(seconds=hold + rest)
    times = max(1, (step.seconds + rest) // (hold + rest))

    def shape(at: datetime) -> Glow:
        number = min(times - 1, (at - since) // every)
        begins = since + number * every
        over = ends if number == times - 1 else begins + timedelta(seconds=hold)
        if at >= over:
            return _steady(at, REST).until(begins + every)
        inward, outward = _pace(s)
        room = over - begins - timedelta(seconds=FADE + inward)
        cycles = max(0, room // timedelta(seconds=inward + outward) + 1)
        return _counted(lambda at: _breath((inward, outward), cycles, begins, at), over)(at)

    return shape


def _breath(pace: tuple[int, int], cycles: int, since: datetime, at: datetime) -> Glow:
    """Breathe in and out so many times, and then stay where the breath is out."""
    inward, outward = pace
    over = since + cycles * timedelta(seconds=inward + outward)
    if at >= over:
        return _steady(over, OUT)
    return _along((_Leg(inward, IN, lit=True), _Leg(outward, OUT)), since, at)


def _holds(step: Step | None, since: datetime, level: float) -> _Shape:
    """Stay at a level; in a step of short holds, dip where it is said to let go for a moment."""
    afters = [cue.after for cue in step.cues if cue.after is not None] if step else []
    dips = [since + timedelta(seconds=after) for after in sorted(afters)]

    def shape(at: datetime) -> Glow:
        for dip in dips:
            if at < dip:
                return _steady(at, level, lit=True).until(dip)
            if at < dip + timedelta(seconds=2 * DIP):
                return _along((_Leg(DIP, REST), _Leg(DIP, level, lit=True)), dip, at)
        return _steady(at, level, lit=True)

    return shape


def _counted(shape: _Shape, over: datetime) -> _Shape:
    """Let a hold fade over its last seconds, so that its end is seen coming."""
    fades = over - timedelta(seconds=FADE)

    def counted(at: datetime) -> Glow:
        if at < fades:
            return shape(at).until(fades)
        return Glow(fades, over, shape(fades).at(fades), DARK, lit=True)

    return counted


def _blocks(since: datetime, level: float, work: float, rest: float) -> _Shape:
    """Work for so many seconds and rest for so many, again and again."""
    legs = (_Leg(0, level), _Leg(work, level, lit=True), _Leg(0, REST), _Leg(rest, REST))
    return lambda at: _along(legs, since, at)


def _along(legs: Sequence[_Leg], since: datetime, at: datetime) -> Glow:
    """Return where a pattern that is repeated stands at an instant."""
    cycle = timedelta(seconds=sum(leg.seconds for leg in legs))
    begins = since + max(0, (at - since) // cycle) * cycle
    level = legs[-1].level
    for leg in legs:
        ends = begins + timedelta(seconds=leg.seconds)
        if at < ends:
            return Glow(begins, ends, level, leg.level, leg.lit)
        begins, level = ends, leg.level
    raise AssertionError("an instant lies in its cycle")


def _steady(at: datetime, level: float, *, lit: bool = False) -> Glow:
    return Glow(at, None, level, level, lit)
