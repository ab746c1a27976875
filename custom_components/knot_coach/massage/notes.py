"""What is kept of a session for its record (massage.md §6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from .areas import Side
from .messages import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What a session has seen so far; the record is made from it (massage.md §6)."""

    before: int | None = None
    after: int | None = None
    """Scores from 0 to 10."""
    peak: int = 0
    """Highest level of pressure reached."""
    released: tuple[tuple[Side, int, float], ...] = ()
    """Side, spot, and seconds into the round at which it let go."""
    counts: Mapping[Command, int] = field(default_factory=dict)
    """How often each feedback word was heard."""
    missed: int = 0
    """Check-ins that nobody answered."""
    heated: timedelta = timedelta()
    not_loosening: bool = False
    """It is said that this area does not loosen (massage.md §4.4)."""

    def count(self, command: Command) -> Notes:
        """Note that a word was heard."""
        return replace(self, counts={**self.counts, command: self.counts.get(command, 0) + 1})
