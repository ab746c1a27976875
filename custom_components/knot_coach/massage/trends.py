"""What the records of past sessions say together (massage.md §6).

All functions take records as plain dicts, oldest first, as `record.records` makes them; one that
somebody has emptied counts for the load and for nothing else. No streaks, points or goals: they
reward overuse. A session on both sides counts on each of them. Sessions that only breathed and
stretched were no massage and are left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import Any, Final

from .areas import Area, Side
from .limits import SIDE_LIMIT_DAY
from .load import DAY, Past, meets, pressed_today, resting_until, sharing

type Record = Mapping[str, Any]

CLEAR_POINTS: Final = 2
CLEAR_SHARE: Final = 0.33
"""From so many points, or so much of the score before, it is "much better" (massage.md F34)."""
PERCENT_FROM: Final = 3
"""Of a lower score before, a percentage says nothing (massage.md §6)."""
FEWEST: Final = 3
FEWEST_FOR_A_LINE: Final = 5
LATEST: Final = 8
"""Rated sessions from which there is a trend, and a line; and how many it looks at (massage.md §6)."""
FEWEST_TO_COMPARE: Final = 4
"""Rated sessions with a technique, and as many without it (massage.md §6)."""
WEEK: Final = timedelta(days=7)


class Label(StrEnum):
    """How a session has changed what was felt (massage.md F34, §6)."""

    HIGHER = "higher"
    SAME = "same"
    EASIER = "easier"
    CLEARLY_EASIER = "clearly_easier"


def change_of(record: Record) -> int | None:
    """Return by how many points, -10 to 10, the score fell; None where one is missing."""
    before: int | None = record.get("before")
    after: int | None = record.get("after")
    return None if before is None or after is None else before - after


def percent_of(record: Record) -> int | None:
    """Return the change in percent of the score before; None where that says nothing."""
    change = change_of(record)
    if change is None or record["before"] < PERCENT_FROM:
        return None
    before: int = record["before"]
    return round(100 * change / before)


def label_of(record: Record) -> Label | None:
    """Return the label of the change; None where a score is missing."""
    change = change_of(record)
    if change is None:
        return None
    if change <= 0:
        return Label.SAME if change == 0 else Label.HIGHER
    before = record["before"]
    share = change / before if before >= PERCENT_FROM else 0.0
    clear = change >= CLEAR_POINTS or share >= CLEAR_SHARE
    return Label.CLEARLY_EASIER if clear else Label.EASIER


def sessions_of(records: Iterable[Record], area: str) -> list[Record]:
    """Return the records of an area in which hands have pressed."""
    return [
        record
        for record in records
        if record["area"] == area and record["peak"] > 0 and not record.get("stretch_only")
    ]


def trends(records: Sequence[Record]) -> list[dict[str, Any]]:
    """Return the trend of each area and side that has one, as plain JSON data."""
    places = {
        (record["area"], side): None
        for record in records
        if record["side"] is not None
        for side in _sides(Side(record["side"]))
    }
    found = (trend(records, area, side) for area, side in places)
    return [one for one in found if one is not None]


def trend(records: Iterable[Record], area: str, side: Side) -> dict[str, Any] | None:
    """Return what the last sessions of an area and side say together; None before there are three.

    `points` is empty where there are too few for a line. Scores and changes are points, shares
    0 to 1. The median score before is what matters most: any one session may just have begun when
    it was worst.
    """
    rated = _rated(records, area, side)
    if len(rated) < FEWEST:
        return None
    last = rated[-LATEST:]
    return {
        "area": area,
        "side": side,
        "sessions": len(last),
        "median_change": median(_changes(last)),
        "median_before": median(record["before"] for record in last),
        "points": [_point(record) for record in last] if len(last) >= FEWEST_FOR_A_LINE else [],
        **_release(last, side),
        "techniques": _techniques(rated),
    }


def load(past: Sequence[Past], areas: Mapping[str, Area], now: datetime) -> list[dict[str, Any]]:
    """Return how much each area and side that was ever worked on has had, as plain JSON data.

    The limit of a week is that of seven days (massage.md §2.4). `resting_until` is the next
    suitable time, None for now. Times of pressing are minutes.
    """
    places = {
        (one.area, side): None
        for one in past
        if one.area in areas and one.peak > 0
        for side in _sides(one.side)
    }
    return [_load(past, areas, areas[area], side, now) for area, side in places]


def _sides(side: Side) -> tuple[Side, ...]:
    return (Side.LEFT, Side.RIGHT) if side is Side.BOTH else (side,)


def _meets(record: Record, side: Side) -> bool:
    return record["side"] is not None and meets(Side(record["side"]), side)


def _rated(records: Iterable[Record], area: str, side: Side) -> list[Record]:
    return [
        record
        for record in sessions_of(records, area)
        if _meets(record, side) and change_of(record) is not None
    ]


def _changes(rated: Iterable[Record]) -> list[int]:
    return [record["before"] - record["after"] for record in rated]


def _point(record: Record) -> dict[str, Any]:
    return {
        "at": record["ended_at"],
        "before": record["before"],
        "after": record["after"],
        "change": change_of(record),
        "label": label_of(record),
    }


def _release(rated: Iterable[Record], side: Side) -> dict[str, Any]:
    """Return the share of the spots that let go, and how fast those did at the median."""
    spots = [
        spot
        for record in rated
        for spot in record.get("released") or ()
        if meets(Side(spot["side"]), side)
    ]
    let_go = [spot["seconds"] for spot in spots if spot["released"] == "yes"]
    return {
        "release_rate": round(len(let_go) / len(spots), 2) if spots else None,
        "median_seconds_to_release": median(let_go) if let_go else None,
    }


def _techniques(rated: Sequence[Record]) -> list[dict[str, Any]]:
    """Compare sessions with and without a technique, where there are enough of both."""
    names = dict.fromkeys(name for record in rated for name in record.get("techniques") or ())
    rows = []
    for name in names:
        used = [record for record in rated if name in (record.get("techniques") or ())]
        unused = [record for record in rated if name not in (record.get("techniques") or ())]
        if min(len(used), len(unused)) >= FEWEST_TO_COMPARE:
            row = {"technique": name, "with": _median_change(used)}
            rows.append(row | {"without": _median_change(unused)})
    return rows


def _median_change(rated: Sequence[Record]) -> dict[str, Any]:
    return {"sessions": len(rated), "median_change": median(_changes(rated))}


def _load(
    past: Sequence[Past], areas: Mapping[str, Area], area: Area, side: Side, now: datetime
) -> dict[str, Any]:
    ours = [one for one in past if one.area == area.key and meets(one.side, side) and one.peak > 0]
    last = max(one.ended_at for one in ours)
    week = sum(one.press_seconds for one in ours if one.ended_at > now - WEEK)
    rests = resting_until(past, sharing(area, areas.values()), side, now)
    return {
        "area": area.key,
        "side": side,
        "today": _minutes(pressed_today(past, now, area.key, side)),
        "today_limit": _minutes(SIDE_LIMIT_DAY.total_seconds()),
        "week": _minutes(week),
        "week_limit": _minutes(SIDE_LIMIT_DAY.total_seconds() * (WEEK // DAY)),
        "last_at": last.isoformat(),
        "days_since": max(0, (now - last).days),
        "resting_until": rests.isoformat() if rests else None,
    }


def _minutes(seconds: float) -> float:
    return round(seconds / 60, 1)
