"""How the loudspeakers of tests misbehave, and what they remember.

See `tests/voice_stack.py`.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from homeassistant.exceptions import HomeAssistantError

HANG_SECONDS: Final = 300.0
"""What Home Assistant gives a satellite to end an announcement (home-assistant-voice.md §3)."""
BACK_SECONDS: Final = 7.0
"""How long a satellite that dropped off takes to come back (home-assistant-voice.md §9)."""


class Fault(Enum):
    """How a satellite or a player misbehaves with one line."""

    NONE = auto()
    HANGS = auto()
    """The action does not return; a satellite plays its clip all the same."""
    HANGS_LONG = auto()
    """Plays, and the action returns after five minutes."""
    NO_BEGINNING = auto()
    """The action does not return, and nothing is heard."""
    CONNECTION_LOST = auto()
    """ConnectionError at once, as a Wyoming satellite that was unplugged."""
    ERROR = auto()
    """HomeAssistantError at once."""
    NOT_IMPLEMENTED = auto()
    CRASH = auto()
    """An exception that nobody expects."""
    CUT = auto()
    """Somebody ends the line after a fifth of it, by a button of the device, as fast as they can."""
    AT_ONCE = auto()
    """Claims to have spoken, and has not."""
    EARLY = auto()
    """Returns after a quarter of a clip that plays to its end."""
    VANISHES = auto()
    """Becomes unavailable after a fifth of the line and does not return."""
    DROPS = auto()
    """Becomes unavailable after a fifth of the line, raises, and is back a few seconds later."""
    SLOW_START = auto()
    """Plays three seconds late; a player says so, a satellite returns at the end."""
    # Of players alone:
    NEVER_PLAYING = auto()
    """Plays without ever saying so."""
    BLOCKS = auto()
    """The action returns when the clip has been played, and the state never changes."""
    STUCK = auto()
    """Says for ever that it plays."""


RAISED: Final = {
    Fault.CONNECTION_LOST: ConnectionResetError,
    Fault.ERROR: HomeAssistantError,
    Fault.NOT_IMPLEMENTED: NotImplementedError,
    Fault.CRASH: ZeroDivisionError,
}


class BargeIn(Enum):
    """What a satellite does when it hears its wake word while it plays."""

    PLAYS_ON = auto()
    """Listens, and goes on playing."""
    LISTENS_FIRST = auto()
    """Listens, and stops playing a moment later: then it says `idle` and listens still."""
    STOPS_FIRST = auto()
    """Stops playing, and listens a moment later."""
    ONLY_STOPS = auto()
    """Stops playing; the wake word has to be said again before it listens."""


@dataclass(slots=True)
class Heard:
    """A line as it came out of a speaker, in the loop's time."""

    text: str
    told: float
    """When the device was told to play it."""
    began: float
    ended: float | None = None
    """None while it plays."""
    whole: bool = False
    stopped: bool = False
    """Somebody stopped it, by a word or by a button."""
    reply: bool = False
    """It answers what the person said, and was not announced."""


@dataclass(slots=True)
class Utterance:
    """What a person said to a satellite, in the loop's time."""

    text: str | None
    began: float
    """When the microphone opened."""
    ended: float | None = None
    """When it closed; None while it is open."""
    over: float | None = None
    """When the reply had been spoken, or it was clear that there is none."""
    cancelled: bool = False
    """An announcement ended it: what was said is lost."""
