"""Which lines ask something, and until when an answer to them counts."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from .messages import Say
from .phases import Phase
from .states import Asking, Session, Working

SCORES: Final = frozenset({"rate", "rate_area"})
"""Keys of the lines that ask for a score (massage.md §5.2)."""
ASKS: Final[Mapping[Phase, frozenset[str]]] = MappingProxyType(
    {
        Phase.CHECK_IN: SCORES,
        Phase.EASE_OFF: frozenset({"check"}),
        Phase.AFTERCARE: SCORES,
    }
)
"""Which lines ask something in which phase; the hands are off in all of them."""


def answer_until(s: Session, said: Say) -> datetime | None:
    """Return until when a line that was spoken waits for its answer; None where it does not.

    Whatever else is due, such as the next cue, ends that.
    """
    match s.state:
        case Asking(awaited=None, question=question) if said.question is question:
            return s.deadline
        case Working() if s.step is not None and _is_open(s, s.step.phase, said.line.key):
            return s.deadline
        case _:
            return None


def _is_open(s: Session, phase: Phase, key: str) -> bool:
    if key not in ASKS.get(phase, ()):
        return False
    match phase:
        case Phase.CHECK_IN:
            return s.notes.before is None
        case Phase.EASE_OFF:
            return s.check_open
        case _:
            return s.notes.after is None
