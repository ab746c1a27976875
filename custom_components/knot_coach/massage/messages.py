"""What a session is told and what it asks for: commands, reports and effects.

A command is a wish that can be refused. A report is a fact and never is. An effect is what the
session asks the outside to do; every effect carries the instant it was due.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

from .areas import Region, Side
from .heat_reports import HeatReport
from .wording import Line

if TYPE_CHECKING:
    from .load import Feeling


class Command(StrEnum):
    """One word per wish, the same for actions, buttons, intents, tools and sentences."""

    PAUSE = "pause"
    RESUME = "resume"
    NEXT = "next"
    PREVIOUS = "previous"
    REPEAT = "repeat"
    EXTEND = "extend"
    LIGHTER = "lighter"
    HARDER = "harder"
    TOO_MUCH = "too_much"
    RELEASED = "released"
    NOT_YET = "not_yet"
    FOUND = "found"
    NOT_FOUND = "not_found"
    LOST = "lost"
    ACHES_ELSEWHERE = "aches_elsewhere"
    OTHER_SIDE = "other_side"
    WRAP_UP = "wrap_up"
    TOO_HOT = "too_hot"
    STOP = "stop"


class NotNow(Exception):  # noqa: N818 - a refusal is an answer, not a mistake
    """The command does not fit; nothing was changed.

    `reason` is the key of the spoken line and of the translated message that say why, and
    `slots` fills them in.
    """

    def __init__(self, reason: str, **slots: object) -> None:
        """Refuse for a reason."""
        super().__init__(reason)
        self.reason = reason
        self.slots = slots


class Question(StrEnum):
    """What the coach can be waiting to hear an answer to."""

    SIDE = "side"
    HEALTH = "health"
    """Any new injury, swelling, fever, numbness or skin problem? (massage.md §4.1)"""
    GATE = "gate"
    """The question of the area (massage.md §3.6, 3.7, 3.11)."""
    NEXT_DAY = "next_day"
    """How the area feels after its last session (massage.md §4.4)."""
    HEAT = "heat"
    """The fresh yes that heat on the body needs (massage.md §4.5)."""
    SKIN = "skin"
    """The skin check every five minutes of heat (massage.md §4.5)."""
    ACHE = "ache"
    """Dull, or sharp, numb, tingling? (massage.md §2.3)"""
    WRONG = "wrong"
    """Is something wrong with you right now? (massage.md §4.8)"""


class Answer(StrEnum):
    """What was heard in reply to a question."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    DULL = "dull"
    NORMAL = "normal"
    BIT_SORE = "bit_sore"
    VERY_SORE = "very_sore"
    BRUISED = "bruised"


class Tier(StrEnum):
    """How serious a stop word is (massage.md §4.3)."""

    A = "a"
    """Emergency: everything ends, and nothing starts for 24 h."""
    B = "b"
    """Stop: the session ends, and the area rests for 48 h."""


# Reports


@dataclass(frozen=True, slots=True)
class Begun:
    """The line with this id was handed to an output and should be heard from now on."""

    id: int
    seconds: float | None = None
    """How long it is expected to take, measured in its sound; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """The line with this id has been spoken to its end, or that was not seen in time."""

    id: int
    seen: bool = True


@dataclass(frozen=True, slots=True)
class SpeechCut:
    """The person cut the line off, or its output failed; it is said again and `Spoken` later."""

    id: int
    by_person: bool = True


@dataclass(frozen=True, slots=True)
class SpeechFailed:
    """No output could speak the line with this id."""

    id: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The open question was answered by a person, or by a machine in their name."""

    answer: Answer
    person: bool = True
    """False for an automation, a delayed command or an LLM: it answers no gate and no consent."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nobody answered the open question in time."""


@dataclass(frozen=True, slots=True)
class Rated:
    """A score from 0 to 10 was heard (massage.md §2.1 `check_in`)."""

    score: int


@dataclass(frozen=True, slots=True)
class Eased:
    """The check at a rest point was answered: easing, or the same."""

    easing: bool


@dataclass(frozen=True, slots=True)
class StopWord:
    """A word of the lists in massage.md §4.3 was heard in the room of the session."""

    tier: Tier
    certain: bool
    """A first-person statement or an answer, not a text that merely contains the word."""
    phrase: str
    """The words that matched; the rest of what was said is not kept."""


@dataclass(frozen=True, slots=True)
class ClockMoved:
    """The outside slept through a deadline; nobody watched the person for that long."""

    gap: timedelta


@dataclass(frozen=True, slots=True)
class Leaving:
    """Whoever runs the session has to go: a reload, a removal, a shutdown."""


type Report = (
    Begun
    | Spoken
    | SpeechCut
    | SpeechFailed
    | Answered
    | NoAnswer
    | Rated
    | Eased
    | StopWord
    | HeatReport
    | ClockMoved
    | Leaving
)


# Effects


class Priority(IntEnum):
    """Which line wins when two want to be spoken; lower is more urgent."""

    SAFETY = 0
    ANSWER = 1
    INSTRUCTION = 2
    COUNTDOWN = 3
    ENCOURAGEMENT = 4


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a line, and report `Spoken` or `SpeechFailed` with its id."""

    due: datetime
    id: int
    line: Line
    priority: Priority = Priority.INSTRUCTION
    stale: datetime | None = None
    """Not worth starting after this instant; None for a line that never goes stale."""
    question: Question | None = None
    """The line asks this, and an answer may be listened for when it has been spoken."""


@dataclass(frozen=True, slots=True)
class Hush:
    """Drop every line that has not begun yet: what was planned no longer holds."""

    due: datetime


@dataclass(frozen=True, slots=True)
class StartHeat:
    """Switch the heater on; it must be off again at `off_at` whatever happens."""

    due: datetime
    off_at: datetime


@dataclass(frozen=True, slots=True)
class StopHeat:
    """Switch the heater off now and prove it."""

    due: datetime


class Event(StrEnum):
    """What automations can react to."""

    STARTED = "started"
    PHASE_STARTED = "phase_started"
    PRESSURE_CHANGED = "pressure_changed"
    RELEASED = "released"
    PAUSED = "paused"
    RESUMED = "resumed"
    FINISHED = "finished"
    STOPPED = "stopped"
    SAFETY_STOP = "safety_stop"
    EMERGENCY_PHRASE = "emergency_phrase"
    HEAT_ON = "heat_on"
    HEAT_OFF = "heat_off"
    HEAT_FAILED = "heat_failed"
    INTERRUPTED = "interrupted"
    NOT_LOOSENING = "not_loosening"
    """Session after session left an area as it was (massage.md §4.4)."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Announce a change to whoever watches the session."""

    due: datetime
    event: Event
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lock:
    """Start nothing until then, and not before it is acknowledged on a screen (massage.md §4.3)."""

    due: datetime
    tier: Tier
    until: datetime
    area: str | None = None
    """Key of the one area that is locked."""
    region: Region | None = None
    """All areas of it are locked; with neither area nor region, every area is."""
    heat: bool = False
    """Heat is locked as well, wherever the pad lies."""


@dataclass(frozen=True, slots=True)
class NextDay:
    """Note how an area feels after its last session (massage.md §4.4)."""

    due: datetime
    area: str
    side: Side
    """The side that is to be worked on now; `both` where it is more than one."""
    feeling: Feeling


type Effect = Say | Hush | StartHeat | StopHeat | Tell | Lock | NextDay
