"""What became of every line: said, or why not."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from ..massage.messages import Priority, Say
from .tiers import Tier

KEPT: Final = 300
"""Lines that are remembered, some five sessions; our choice."""


class End(StrEnum):
    """How a line came to its end."""

    SPOKEN = "spoken"
    SHOWN = "shown"
    """As text alone, at the pace of speech."""
    GIVEN_UP = "given_up"
    """It was handed over, and its end was not seen in time; it counts as spoken."""
    CUT = "cut"
    """The person cut it off, and it was not said again."""
    FAILED = "failed"
    """No output could speak it."""
    STALE = "stale"
    """It would have come too late."""
    HUSHED = "hushed"
    """What was planned no longer held."""
    REPLACED = "replaced"
    """A newer line of its kind came before it began."""
    CLOSED = "closed"
    """The coach left."""


@dataclass(slots=True)
class Entry:
    """One line on its way."""

    id: int
    key: str
    priority: Priority
    asked: datetime
    begun: datetime | None = None
    """When it was handed to an output for the last time."""
    ended: datetime | None = None
    outputs: tuple[str, ...] = ()
    """Entity ids of those that it was handed to last."""
    tier: Tier | None = None
    """How its end was known."""
    expected: float | None = None
    """Seconds from its beginning to its end, as measured in its sound."""
    cuts: int = 0
    """How often the person cut it off."""
    end: End | None = None
    """None while it is on its way."""

    def as_dict(self) -> Mapping[str, Any]:
        """Return it for a log that is read by people who help: not which part of the body it is."""
        parts = self.key.split(".")
        return {
            "id": self.id,
            "key": ".".join(parts[1:]) if len(parts) > 2 else self.key,  # noqa: PLR2004 - area.phase.number
            "priority": self.priority.name.lower(),
            "asked": self.asked.isoformat(timespec="milliseconds"),
            "waited": _seconds(self.asked, self.begun),
            "took": _seconds(self.begun, self.ended),
            "expected": None if self.expected is None else round(self.expected, 3),
            "outputs": list(self.outputs),
            "tier": self.tier,
            "cuts": self.cuts,
            "end": self.end,
        }


class Journal:
    """The lines of one coach, the newest last."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Begin empty."""
        self.now = now
        self._entries: deque[Entry] = deque(maxlen=KEPT)

    @property
    def entries(self) -> list[Entry]:
        """Everything that is remembered."""
        return list(self._entries)

    def open(self, say: Say) -> Entry:
        """Note that a line was asked for."""
        entry = Entry(say.id, say.line.key, say.priority, self.now())
        self._entries.append(entry)
        return entry

    def close(self, entry: Entry, end: End) -> None:
        """Note what became of a line."""
        entry.end, entry.ended = end, self.now()


def _seconds(since: datetime | None, until: datetime | None) -> float | None:
    if since is None or until is None:
        return None
    return round((until - since).total_seconds(), 3)
