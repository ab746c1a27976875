"""How much an area has been worked on, when it may be again, and what a safety stop locks.

Everything is per area and side, and areas of one overlap group share their load (massage.md §4.4).
A day is the 24 hours before now: it is never shorter than a calendar day would allow.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from .areas import Area, Region, Side
from .messages import Tier
from .phases import Length

DAY: Final = timedelta(hours=24)
REST_LIGHT: Final = timedelta(hours=8)
"""After a quick session that stayed light (massage.md §4.4)."""
REST: Final = timedelta(hours=24)
REST_LONG: Final = timedelta(hours=48)
"""After a strong, deep, gun or safety-stopped session, or a bit of soreness (massage.md §4.4)."""
REST_SORE: Final = timedelta(hours=72)
"""After a session that left it very sore or bruised (massage.md §4.4)."""
SORE_TOO_LONG: Final = timedelta(days=3)
"""Soreness that lasts for more than this should be looked at (massage.md F8, §4.4)."""
LIGHT_PEAK: Final = 4
STRONG_PEAK: Final = 6
LIGHT_A_DAY: Final = 2
"""Most quick and light sessions of an area in a day (massage.md §4.4)."""
FAMILIAR_FOR: Final = timedelta(days=60)
"""An area that was not worked on for longer is met as for the first time."""


class Feeling(StrEnum):
    """How an area feels on the day after a session (massage.md §4.4)."""

    NORMAL = "normal"
    BIT_SORE = "bit_sore"
    VERY_SORE = "very_sore"
    BRUISED = "bruised"

    @property
    def bad(self) -> bool:
        """Whether the next session stays one level lighter."""
        return self in {Feeling.VERY_SORE, Feeling.BRUISED}

    @property
    def rest(self) -> timedelta:
        """Return the least rest after the session that it comes from."""
        if self.bad:
            return REST_SORE
        return timedelta(0) if self is Feeling.NORMAL else REST_LONG


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
    stroked: bool = False
    """It was rubbed for a minute or more, pressed or not."""
    next_day: Feeling | None = None
    """How it felt later, as far as somebody was asked."""

    @property
    def rest(self) -> timedelta:
        """How long the area rests after it (massage.md §4.4)."""
        felt = self.next_day.rest if self.next_day is not None else timedelta(0)
        return max(self._usual_rest, felt)

    @property
    def _usual_rest(self) -> timedelta:
        if self.safety_stop or self.gun or self.peak >= STRONG_PEAK:
            return REST_LONG
        if self.peak == 0:
            return REST_LIGHT if self.stroked else timedelta(0)
        if self.length is Length.DEEP:
            return REST_LONG
        return REST_LIGHT if self.length is Length.QUICK and self.peak <= LIGHT_PEAK else REST


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingLock:
    """What a safety stop has locked: until that instant, and until it is acknowledged."""

    tier: Tier
    until: datetime
    area: str | None = None
    region: Region | None = None
    """With neither area nor region, every area is locked."""
    heat: bool = False
    """No heat either, wherever the pad lies."""
    acknowledged: bool = False

    def covers(self, area: Area) -> bool:
        """Tell whether it is about an area."""
        return self.area in {None, area.key} and self.region in {None, area.region}


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
    ours = [past for past in records if past.area in group and meets(past.side, side)]
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
        and (area is None or (past.area == area and meets(past.side, side)))
    )


def room_from(
    records: Iterable[Past],
    now: datetime,
    most: timedelta,
    area: str | None = None,
    side: Side = Side.BOTH,
) -> datetime:
    """Return from when no more than `most` was pressed in the 24 hours before, as `pressed_today`."""
    past = tuple(records)
    moments = [now, *sorted(one.ended_at + DAY for one in past if one.ended_at > now - DAY)]
    return next(
        moment
        for moment in moments
        if pressed_today(past, moment, area, side) <= most.total_seconds()
    )


def first_time(records: Iterable[Past], area: str, now: datetime) -> bool:
    """Tell whether the area was never worked on, or not within the last 60 days."""
    return not any(
        past.area == area and past.peak > 0 and past.ended_at >= now - FAMILIAR_FOR
        for past in records
    )


def lowered(records: Iterable[Past], group: Collection[str], side: Side, now: datetime) -> int:
    """Return how many levels the ceiling of an area is lower than usual: 1 or 0.

    It is after a session that left it very sore or bruised (massage.md §4.4), until one on the same
    place that did not, or until that is met as for the first time again. `group` as in
    `resting_until`.
    """
    last: dict[tuple[str, Side], Past] = {}
    for past in sorted(records, key=lambda past: past.ended_at):
        if past.area in group and past.peak > 0 and past.ended_at >= now - FAMILIAR_FOR:
            last[past.area, past.side] = past
    felt = [past.next_day for past in last.values() if meets(past.side, side)]
    return int(any(feeling is not None and feeling.bad for feeling in felt))


def locked(locks: Iterable[StandingLock], area: Area, now: datetime) -> str | None:
    """Return the key of the reason why a safety stop forbids a session, or None.

    An emergency locks everything for 24 h, a gate its region and a stop its area for 48 h, and all
    of them until they are acknowledged on a screen (massage.md §3.11, §4.3, §4.4). The reason is
    `locked_` while time runs and `acknowledge_` after it, with `emergency`, `region` or `area`.
    """
    ours = [lock for lock in locks if lock.covers(area)]
    for lock in sorted(ours, key=lambda lock: (lock.tier, lock.region is None)):
        name = "emergency" if lock.tier is Tier.A else "region" if lock.region else "area"
        if now < lock.until:
            return f"locked_{name}"
        if not lock.acknowledged:
            return f"acknowledge_{name}"
    return None


def heat_locked(locks: Iterable[StandingLock], now: datetime) -> bool:
    """Tell whether a safety stop forbids heat, for its time and until it is acknowledged."""
    return any(lock.heat and (now < lock.until or not lock.acknowledged) for lock in locks)


def meets(one: Side, other: Side) -> bool:
    """Tell whether what happened on one side counts on the other; the centre meets both."""
    return one is other or not {one, other} <= {Side.LEFT, Side.RIGHT}
