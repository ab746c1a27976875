"""Heat: how long, how often, how warm, and when it must be refused (massage.md §4.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import Final

DEFAULT_MINUTES: Final = 10
"""How long heat lasts when nobody says otherwise (massage.md F19)."""
MAX_TIME: Final = timedelta(minutes=15)
"""Longest time of one use, whatever an option, a voice or a sensor says (massage.md F19)."""
GAP: Final = timedelta(hours=2)
"""Least rest between the end of one use and the start of the next (massage.md F19)."""
USES_A_DAY: Final = 3
"""Most uses within any 24 hours (massage.md F19)."""
DAY: Final = timedelta(days=1)
"""The window in which uses are counted: a calendar day would allow six around midnight."""
CHECK_EVERY: Final = timedelta(minutes=5)
"""How often the person is asked about their skin (massage.md §4.5)."""
ANSWER_WITHIN: Final = timedelta(seconds=20)
"""How long a skin check waits for a clear yes; without one heat goes off (massage.md §4.5)."""
CONSENT_WITHIN: Final = timedelta(seconds=60)
"""How fresh the yes to heat must be when power is given (massage.md §4.5)."""
HOT_ABOVE: Final = 42.0
"""Degrees Celsius at the skin side above which heat goes off (massage.md F20)."""
READY_FROM: Final = 35.0
"""Degrees Celsius at the skin side from which a session may begin (massage.md §4.8)."""
ROOM_READY_FROM: Final = 22.0
"""Degrees Celsius of the air from which a session may begin in a warmed room; our choice."""
BROKEN_BELOW: Final = 0.0
"""Degrees Celsius below which a sensor of a body or a room is broken: a loose probe often reads -127."""
READING_MAX_AGE: Final = timedelta(seconds=60)
"""Age above which a reading of a body says nothing about now (massage.md F20, §4.5)."""
ROOM_READING_MAX_AGE: Final = timedelta(minutes=10)
"""The same of the air in a room, which warms slowly and burns nobody; our choice."""
OFF_WITHIN: Final = timedelta(seconds=10)
"""How long off may stay unproved before everybody is told to unplug it (massage.md §4.5)."""
NO_WATTS_AFTER: Final = timedelta(seconds=30)
"""How long a heater that is on may draw nothing before that counts as a sign of trouble: it has a switch
of its own that is off. Plugs report what they draw within some seconds; our choice."""
RISE_WITHIN: Final = timedelta(minutes=5)
"""How long a pad may have power before its temperature must have risen; our choice."""
LEAST_RISE: Final = 1.0
"""Degrees Celsius by which it must have risen by then. Pads rise by several; a probe that has slipped
off follows the room. Our choice."""
AGAIN_WITHIN: Final = timedelta(minutes=2)
"""For how long after off was proved a heater is watched for going on again: relays bounce, and some
countdowns switch on. Our choice."""
GLOW_WITHIN: Final = timedelta(minutes=3)
"""For how long after off was proved the skin side is watched for getting warmer; our choice."""
MOST_GLOW: Final = 3.0
"""Degrees Celsius by which a pad may get warmer after it went off: its wire gives off what it holds,
some 10 degrees above the cover with a tenth or two of its weight, so 1 to 2. One that still has power
rises by 3 within 3 minutes as long as it is 12 degrees below its hottest. Our choice."""
SKIN: Final = READY_FROM
"""Degrees Celsius that a body alone gives to a cold pad: up to here warmth proves no power. Our choice."""
LEAST_FALL: Final = 0.5
"""Degrees Celsius by which a pad must have cooled down again to be believed off; our choice."""


class HeatKind(StrEnum):
    """What is warmed."""

    BODY = "body"
    """A pad or a compress on the body: a fresh yes, skin checks, and the sensor judges the skin side."""
    ROOM = "room"
    """A heater for a room or for towels, which touches nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warmth:
    """What heat there is, as far as a session has to know."""

    kind: HeatKind = HeatKind.BODY
    unasked: bool = False
    """It may start without a question; only where it touches nobody (massage.md §4.5)."""
    guarded: bool = True
    """The device was seen to cut the power by itself. Where it was not, that is said each time."""

    def __post_init__(self) -> None:
        """Raise ValueError where heat on the body would start without a yes."""
        if self.unasked and self.kind is HeatKind.BODY:
            raise ValueError("Heat on the body needs a yes each time")


PAD: Final = Warmth()
"""A pad on the body whose device switches itself off."""


class Reading(Enum):
    """What a temperature says about going on."""

    WARMING = auto()
    READY = auto()
    TOO_HOT = auto()
    STALE = auto()
    """No number, an impossible one or one from another time: as good as no sensor, so heat goes off."""


def refuse_heat(uses: Sequence[datetime], now: datetime, *, blocked: bool) -> str | None:
    """Say why heat may not be started now, or None where it may.

    Args:
        uses: When each earlier use ended, or will have ended, in any order; all aware.
        now: The present instant, aware.
        blocked: The screening answers, or a lock, rule heat out (massage.md §4.1, §4.3).

    Returns:
        `heat_blocked`, `heat_gap` or `heat_daily`: key of the spoken line and the message. A use
        that lies in the future counts too: either it is going on, or a clock was wrong.
    """
    if blocked:
        return "heat_blocked"
    if any(now - use < GAP for use in uses):
        return "heat_gap"
    if sum(now - use < DAY for use in uses) >= USES_A_DAY:
        return "heat_daily"
    return None


def off_at(now: datetime, minutes: float) -> datetime:
    """Return when heat that starts now must be off: never later than `MAX_TIME` from now.

    A negative time, or one that is not a number, means off at once.
    """
    wanted = timedelta(minutes=max(0.0, min(minutes, MAX_TIME / timedelta(minutes=1))))
    return now + wanted


def reading_max_age(kind: HeatKind) -> timedelta:
    """Return the age above which a reading says nothing about now."""
    return ROOM_READING_MAX_AGE if kind is HeatKind.ROOM else READING_MAX_AGE


def ready_from(kind: HeatKind) -> float:
    """Return the degrees Celsius from which a session may begin."""
    return ROOM_READY_FROM if kind is HeatKind.ROOM else READY_FROM


def judge(celsius: float | None, age: timedelta, kind: HeatKind = HeatKind.BODY) -> Reading:
    """Judge a reading of the skin side, or of the air in a room, by its degrees Celsius and its age.

    An age below zero comes from a clock that moved, and is judged by its size. The cut-off is one:
    air that could burn a body is no heated room.
    """
    if celsius is None or abs(age) > reading_max_age(kind) or not celsius >= BROKEN_BELOW:
        return Reading.STALE
    if celsius > HOT_ABOVE:
        return Reading.TOO_HOT
    return Reading.READY if celsius >= ready_from(kind) else Reading.WARMING


class Glow(Enum):
    """What the skin side says about a pad whose state is off."""

    COLD = auto()
    UNCLEAR = auto()
    """It got warmer than what its wire held, and the body that it lies on may have done that."""
    HOT = auto()
    """Nothing but power makes it that warm."""


def rises(start: float, celsius: float) -> bool:
    """Tell whether a pad that has had power for `RISE_WITHIN` got warm, by its degrees Celsius."""
    return celsius >= READY_FROM or celsius - start >= LEAST_RISE


def glow(at_off: float, celsius: float) -> Glow:
    """Judge a pad that was proved off at one temperature, in degrees Celsius, and has another now."""
    if celsius - at_off <= MOST_GLOW:
        return Glow.COLD
    return Glow.HOT if celsius > SKIN else Glow.UNCLEAR
