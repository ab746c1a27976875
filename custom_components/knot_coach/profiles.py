"""What is known of a person when a plan is made: settings, health answers, and past sessions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from .massage.areas import Area, Side
from .massage.load import DAY, Feeling, Past, first_time, lowered, meets, pressed_today
from .massage.loosening import lasting_pain, stubborn, told_not_loosening
from .massage.order import Profile
from .massage.screening import Restrictions
from .settings import Settings
from .store import Memory

ASK_FROM: Final = timedelta(hours=12)
"""Sooner than that nobody can say how it is the day after; our choice."""
ASK_TO: Final = timedelta(days=14)
"""After that nobody remembers; our choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A person at one moment."""

    settings: Settings
    memory: Memory
    restrictions: Restrictions
    now: datetime

    def profile(self, area: Area, side: Side | None, group: Collection[str]) -> Profile:
        """Put together what a plan on this area has to know; `group` shares its load."""
        settings, memory, restrictions, now = (
            self.settings,
            self.memory,
            self.restrictions,
            self.now,
        )
        ceiling = settings.ceiling
        if restrictions.ceiling is not None:
            ceiling = min(ceiling, restrictions.ceiling)
        last = self._last(area, side)
        return Profile(
            ceiling=ceiling,
            lowered=lowered(memory.past, group, side or Side.BOTH, now),
            first_time=first_time(memory.past, area.key, now),
            sessions=sum(
                record["area"] == area.key and record["peak"] > 0 for record in memory.records
            ),
            cautious=settings.senior,
            senior=settings.senior,
            tools=settings.tools,
            gun=settings.gun and not restrictions.no_gun,
            gun_reach=settings.gun_reach,
            cross=not restrictions.no_cross,
            deep=not restrictions.no_deep,
            implant=restrictions.implant,
            upright=restrictions.upright,
            short_breath=settings.short_breath,
            advice=restrictions.advice,
            last_session_at=last.ended_at if last else None,
            ask_next_day=self._asks_next_day(last),
            stubborn=stubborn(memory.records, area.key, side or Side.BOTH, now),
            lasting_pain=lasting_pain(memory.records, area.key, side or Side.BOTH, now),
            told_not_loosening=told_not_loosening(memory.records, area.key, now),
            pressed_today=pressed_on(memory, area, now),
            pressed_in_all=timedelta(seconds=pressed_today(memory.past, now)),
            gunned_today=memory.gunned_since(now - DAY),
        )

    def _last(self, area: Area, side: Side | None) -> Past | None:
        touched = [
            past
            for past in self.memory.past
            if past.area == area.key and past.peak > 0 and meets(past.side, side or Side.BOTH)
        ]
        return max(touched, key=lambda past: past.ended_at, default=None)

    def _asks_next_day(self, last: Past | None) -> bool:
        """Tell whether it is time to ask how the last session was felt, and nobody has said so.

        What was not well is asked about again: soreness that lasts should be looked at.
        """
        if last is None or not self.settings.next_day_question:
            return False
        told = last.next_day not in {None, Feeling.NORMAL}
        return ASK_FROM <= self.now - last.ended_at <= ASK_TO and (told or last.next_day is None)


def pressed_on(memory: Memory, area: Area, now: datetime) -> dict[Side, timedelta]:
    """Return how long each side of an area was pressed in the last 24 hours."""
    return {
        side: timedelta(seconds=pressed_today(memory.past, now, area.key, side))
        for side in area.sides
    }
