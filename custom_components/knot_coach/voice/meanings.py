"""What can be meant by what somebody says, and what that depends on."""

from dataclasses import dataclass
from enum import Enum, auto

from ..massage.areas import Side
from ..massage.messages import Answer, Command, Question
from ..massage.order import Talk
from ..massage.phases import Length
from ..massage.stop_words import StopPhrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What a word can be about."""

    live: bool = False
    question: Question | None = None
    """The question that the coach waits for an answer to."""
    rating: bool = False
    """A score has been asked for, or how the spot is: neither is a question that is waited for."""
    paused: bool = False
    unplugging: bool = False
    """The coach waits to hear that the heater is unplugged (massage.md §4.8)."""
    neck: bool = False
    """The neck is or was worked on (massage.md §4.3, tier B+)."""
    gate_opens_on_yes: bool = False
    """The question is a gate that only a plain yes opens (massage.md §3.6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """Somebody wants a session."""

    area: str | None = None
    choices: tuple[str, ...] = ()
    """The areas that are meant by a word such as "shoulder"; it is one of them."""
    unknown: bool = False
    """A part of the body that there is no area for."""
    refused: bool = False
    """A part of the body that is never worked on."""
    routine: str | None = None
    """A routine of the user's own, by the name they gave it."""
    side: Side | None = None
    length: Length | None = None
    person: str | None = None
    """The person it is for, by the name they have in Home Assistant."""
    minutes: int | None = None
    """How long they have."""
    stretch_only: bool = False
    """Breathing and stretching, and nothing is pressed; with no area, the one refused last."""
    again: bool = False
    """The same as in the last session."""
    otherwise: StartRequest | None = None
    """What is meant where the coach has no routine of that name, but the name means something."""


class Sign(Enum):
    """What somebody says is wrong who wants a session all the same."""

    EMERGENCY = auto()
    """A word of tier A (massage.md §4.3)."""
    LEG = auto()
    """Swelling, warmth, redness: what the gate of a leg asks about (massage.md §3.11)."""
    HURT = auto()
    """Pain after a fall, or that wakes at night (massage.md §4.1)."""
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class SymptomRequest:
    """Somebody wants a session for what must be left alone (massage.md §4.8)."""

    sign: Sign
    areas: tuple[str, ...] = ()
    """Keys of all areas that were named, in any way."""


@dataclass(frozen=True, slots=True)
class WhyRequest:
    """Somebody asks where knots come from."""


@dataclass(frozen=True, slots=True)
class HealthChanged:
    """Somebody says that their health answers hold no more (massage.md §4.1)."""

    person: str | None = None


class About(Enum):
    """What somebody wants to know of a session."""

    LEFT = auto()
    """How long it still takes."""
    STEP = auto()
    """Which step it is at."""
    NEXT = auto()
    """What comes after it."""
    WHY = auto()
    """What all this is for."""


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """Somebody asks about the session."""

    about: About = About.LEFT


@dataclass(frozen=True, slots=True)
class CommandHeard:
    """A wish that the session may refuse."""

    command: Command
    person: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerHeard:
    """An answer to the open question."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class ScoreHeard:
    """How tight or sore it feels, 0 to 10."""

    score: int


@dataclass(frozen=True, slots=True)
class EasedHeard:
    """Whether the spot is easing, or the same."""

    easing: bool


@dataclass(frozen=True, slots=True)
class LoudnessHeard:
    """The voice is to be louder, or quieter, for this session."""

    louder: bool


@dataclass(frozen=True, slots=True)
class TalkHeard:
    """How much is to be said from here on in this session."""

    talk: Talk


@dataclass(frozen=True, slots=True)
class NoHarderHeard:
    """The pressure is firm enough: the ramp stays where it is (massage.md §4.8)."""


@dataclass(frozen=True, slots=True)
class NeverMindHeard:
    """The open question is dropped, and nothing else (massage.md §4.8)."""


@dataclass(frozen=True, slots=True)
class StopHeard:
    """A stop word (massage.md §4.3)."""

    phrase: StopPhrase


type SessionWord = (
    CommandHeard
    | AnswerHeard
    | ScoreHeard
    | EasedHeard
    | LoudnessHeard
    | TalkHeard
    | NoHarderHeard
    | NeverMindHeard
    | StopHeard
)
type Request = (
    StartRequest | SymptomRequest | WhyRequest | HealthChanged | StatusRequest | CommandHeard
)
type Heard = Request | SessionWord
