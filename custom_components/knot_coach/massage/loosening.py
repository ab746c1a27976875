"""Whether an area loosens at all, or somebody should look at it (massage.md §4.4)."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from .areas import Side
from .load import meets

STUBBORN_FOR: Final = timedelta(days=14)
STUBBORN_SESSIONS: Final = 2
"""With the session that ends now these make three in 14 days (massage.md §4.4)."""
LASTING_FROM: Final = timedelta(days=14)
LASTING_TO: Final = timedelta(days=42)
LASTING_SESSIONS: Final = 3
LASTING_SCORE: Final = 4
"""What "pain over 2-3 weeks" (massage.md §4.4) means in ratings is our choice: sore when it began
two to six weeks ago, and at least this sore before each of three sessions or more since."""
REPEAT_AFTER: Final = timedelta(days=7)
"""It is said at most weekly (massage.md §4.4)."""

type Record = Mapping[str, Any]


def stubborn(records: Iterable[Record], area: str, side: Side, now: datetime) -> bool:
    """Tell whether the rated sessions of the last 14 days, two or more, all changed nothing."""
    recent = [
        record
        for record in _rated(records, area, side)
        if _ended(record) > now - STUBBORN_FOR and record["after"] is not None
    ]
    dropped = any(record["before"] - record["after"] >= 1 for record in recent)
    return len(recent) >= STUBBORN_SESSIONS and not dropped


def lasting_pain(records: Iterable[Record], area: str, side: Side, now: datetime) -> bool:
    """Tell whether an area has been sore before every session for two weeks or more."""
    rated = [record for record in _rated(records, area, side) if _ended(record) >= now - LASTING_TO]
    before = [record for record in rated if _ended(record) <= now - LASTING_FROM]
    sore = all(record["before"] >= LASTING_SCORE for record in rated)
    return bool(before) and len(rated) - len(before) >= LASTING_SESSIONS and sore


def told_not_loosening(records: Iterable[Record], area: str, now: datetime) -> bool:
    """Tell whether it was said within the last week that this area does not loosen."""
    return any(
        record["area"] == area
        and record.get("not_loosening", False)
        and _ended(record) > now - REPEAT_AFTER
        for record in records
    )


def _rated(records: Iterable[Record], area: str, side: Side) -> list[Record]:
    """Return the sessions that pressed on this side and were rated at the beginning."""
    return [
        record
        for record in records
        if record["area"] == area
        and record["peak"] > 0
        and record["before"] is not None
        and meets(Side(record["side"]), side)
    ]


def _ended(record: Record) -> datetime:
    return datetime.fromisoformat(record["ended_at"])
