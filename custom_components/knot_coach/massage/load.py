"""How much an area has been worked on, when it may be again, and what a safety stop locks.

Everything is per area and side, and areas of one overlap group share their load (massage.md §4.4).
A day is the 24 hours before now: it is never shorter than a calendar day would allow.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from .areas import Area, Side
from .messages import Tier
from .phases import Length

DAY: Final = timedelta(hours=24)
REST_LIGHT: Final = timedelta(hours=8)
"""After a quick session that stayed light (massage.md §4.4)."""
REST: Final = timedelta(hours=24)
REST_LONG: Final = timedelta(hours=48)
"""After a strong, deep, gun or safety-stopped session (massage.md §4.4)."""
LIGHT_PEAK: Final = 4
STRONG_PEAK: Final = 6
LIGHT_A_DAY: Final = 2
"""Most quick and light sessions of an area in a day (massage.md §4.4)."""
FAMILIAR_FOR: Final = timedelta(days=60)
"""An area that was not worked on for longer is met as for the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What one session left behind on one side of one area.

    A session on both sides leaves two, one per side; a single one with `both` counts wholly on
    each side.
    """

    area: str
    side: Side
    ended_at: datetime
    length: Length
    peak: int
    """Highest level that was reached; 0 when nothing was touched."""
    press_seconds: int
    safety_stop: bool = False
    gun: bool = False

    @property
    def rest(self) -> timedelta:
        """How long the area rests after it (massage.md §4.4)."""
        if self.safety_stop or self.gun or self.peak >= STRONG_PEAK:
            return REST_LONG
        if self.peak == 0:
            return timedelta(0)
        if self.length is Length.DEEP:
            return REST_LONG
        return REST_LIGHT if self.length is Length.QUICK and self.peak <= LIGHT_PEAK else REST


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingLock:
    """What a safety stop has locked: until that instant, and until it is acknowledged."""

    tier: Tier
    until: datetime
    area: str | None
    """None locks every area."""
    acknowledged: bool = False


def sharing(area: Area, areas: Iterable[Area]) -> frozenset[str]:
    """Return the keys of the areas that share the load of this one, itself included."""
    return frozenset({area.key}) | {
        other.key for other in areas if area.overlap and other.overlap == area.overlap
    }


def resting_until(
    records: Iterable[Past], group: Collection[str], side: Side, now: datetime
) -> datetime | None:
    """Tell until when an area rests, or None when it may be worked on now.

    `group` holds the keys that share its load (see `sharing`).
    """
    ours = [past for past in records if past.area in group and _meets(past.side, side)]
    ends = [past.ended_at + past.rest for past in ours]
    light = sorted(past.ended_at for past in ours if past.rest == REST_LIGHT)
    if len(light) >= LIGHT_A_DAY:
        ends.append(light[-LIGHT_A_DAY] + DAY)
    return max((end for end in ends if end > now), default=None)


def pressed_today(
    records: Iterable[Past],
    now: datetime,
    area: str | None = None,
    side: Side = Side.BOTH,
) -> int:
    """Add up the seconds pressed in the 24 hours before now; None means all areas.

    The limits are those of massage.md §2.4. A record that seems to lie in the future counts.
    """
    return sum(
        past.press_seconds
        for past in records
        if past.ended_at > now - DAY
        and (area is None or (past.area == area and _meets(past.side, side)))
    )


def first_time(records: Iterable[Past], area: str, now: datetime) -> bool:
    """Tell whether the area was never worked on, or not within the last 60 days."""
    return not any(
        past.area == area and past.peak > 0 and past.ended_at >= now - FAMILIAR_FOR
        for past in records
    )


def locked(locks: Iterable[StandingLock], area: str, now: datetime) -> str | None:
    """Return the key of the reason why a safety stop forbids a session, or None.

    An emergency locks everything for 24 h, a stop its area for 48 h, and both until they are
    acknowledged on a screen (massage.md §4.3, §4.4).
    """
    ours = [lock for lock in locks if lock.area in (None, area)]
    for lock in sorted(ours, key=lambda lock: lock.tier):
        name = "emergency" if lock.tier is Tier.A else "area"
        if now < lock.until:
            return f"locked_{name}"
        if not lock.acknowledged:
            return f"acknowledge_{name}"
    return None


def _meets(one: Side, other: Side) -> bool:
    return one is other or not {one, other} <= {Side.LEFT, Side.RIGHT}
