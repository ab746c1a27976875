"""What a session leaves behind (massage.md §6); words are kept only where they matched."""

from datetime import datetime
from typing import Any

from .moves import count_hands, count_heat
from .states import Ended, Session


def record(s: Session, now: datetime, trigger: str) -> dict[str, Any]:
    """Return the record of a session as plain JSON data.

    `trigger` says what started it: `voice`, `action` or `button`. Times are ISO 8601, durations
    are seconds, scores 0 to 10, levels of pressure 1 to 7.
    """
    s = count_heat(count_hands(s, now, still_on=False), now)
    notes = s.notes
    return {
        "started_at": s.started_at.isoformat(),
        "ended_at": now.isoformat(),
        "outcome": s.state.outcome if isinstance(s.state, Ended) else None,
        "trigger": trigger,
        "area": s.order.area.key,
        "side": s.order.side,
        "length": s.order.played_length,
        "first_time": s.order.profile.first_time,
        "target": s.order.target,
        "ceiling": s.ceiling,
        "peak": notes.peak,
        "before": notes.before,
        "after": notes.after,
        "released": [
            {"side": side, "spot": spot, "seconds": round(seconds, 1)}
            for side, spot, seconds in notes.released
        ],
        "pressed": [
            {"side": side, "spot": spot, "seconds": round(time.total_seconds(), 1)}
            for (side, spot), time in s.pressed.items()
        ],
        "gun_seconds": round(s.gunned.total_seconds(), 1),
        "counts": dict(notes.counts),
        "missed": notes.missed,
        "heat_seconds": round(notes.heated.total_seconds(), 1),
    }
