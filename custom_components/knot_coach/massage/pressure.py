"""The felt scale of pressure and its ramp (massage.md §2.2).

1 touch only · 2 light · 3 clearly there · 4 firm, easy · 5 strong but you can breathe and talk ·
6 "good hurt" · 7 ceiling · 8 to 10 are never coached.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

LOWEST: Final = 1
START: Final = 2
"""Every round begins light."""
STEP_UP: Final = timedelta(seconds=10)
"""Never more than one step up in this time (massage.md §2.2)."""
BROAD_LEVEL: Final = 2
"""Circles and slow rolling (massage.md §2.1)."""
TOOL_LEVEL: Final = 2
"""A gun glides, lowest speed first (massage.md F15)."""
CROSS_LEVEL: Final = 4
"""Cross-fibre strokes stay at or below this (massage.md F14)."""
DULL_LEVEL: Final = 3
"""With a dull ache elsewhere, go on at or below this (massage.md §2.3)."""
UNPREPARED_LEVEL: Final = 4
"""Without warm-up, breathing and broad strokes, stay at or below this (massage.md §2.1)."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """How a round climbs: a cue is given, heard, and only then the level rises by one."""

    cued_at: datetime
    """When the last step up was announced; at first, when the round began."""
    risen_at: datetime
    """When the level last changed."""
    cue: int | None = None
    """The utterance that announces the next step up and has not been heard yet."""
    cue_by: datetime | None = None
    """When that utterance is given up; the level then stays."""
    rises_at: datetime | None = None
    """The step up was heard, and takes effect now or when ten seconds are over."""

    @classmethod
    def begin(cls, at: datetime) -> Ramp:
        """Start a round."""
        return cls(cued_at=at, risen_at=at)

    def due(self, *, wanted: bool) -> datetime | None:
        """Return when this ramp needs attention next; `wanted` if the goal is not reached."""
        if self.rises_at is not None:
            return self.rises_at
        if self.cue is not None:
            return self.cue_by
        return self.cued_at + STEP_UP if wanted else None

    def cued(self, cue: int, at: datetime, give_up_at: datetime) -> Ramp:
        """The next step up is being announced."""
        return replace(self, cued_at=at, cue=cue, cue_by=give_up_at)

    def heard(self, at: datetime) -> Ramp:
        """The announcement has been spoken; the level may rise, ten seconds after the last."""
        rises_at = max(at, self.risen_at + STEP_UP)
        return replace(self, cue=None, cue_by=None, rises_at=rises_at)

    def dropped(self, at: datetime) -> Ramp:
        """The announcement was not heard, or does not hold any more; the level stays."""
        return Ramp(cued_at=self._not_overdue(at), risen_at=self.risen_at)

    def moved(self, at: datetime) -> Ramp:
        """The level has changed, up or down; whatever was announced is off."""
        return Ramp(cued_at=self._not_overdue(at), risen_at=at)

    def _not_overdue(self, at: datetime) -> datetime:
        """The next step up is announced ten seconds after the last, and never before now."""
        return max(self.cued_at, at - STEP_UP)
