"""What a session leaves behind (massage.md §6); words are kept only where they matched."""

from datetime import datetime, timedelta
from typing import Any

from .moves import count_hands, count_heat
from .notes import Notes
from .order import Order
from .states import Ended, Session


def records(s: Session, now: datetime, trigger: str) -> list[dict[str, Any]]:
    """Return a record of each area that a session has come to, as plain JSON data.

    `trigger` says what started it: `voice`, `action` or `button`. Times are ISO 8601, durations
    are seconds, scores 0 to 10, levels of pressure 1 to 7.
    """
    s = count_heat(count_hands(s, now, still_on=False), now)
    reached = zip(s.plan.orders, (*s.earlier, s.notes), strict=False)
    return [_record(s, order, notes, now, trigger) for order, notes in reached]


def _record(s: Session, order: Order, notes: Notes, now: datetime, trigger: str) -> dict[str, Any]:
    area = order.area.key
    ceiling = min(order.ceiling, s.word_ceiling)
    sides = {step.side for step in s.plan.steps if s.plan.orders[step.part] is order}
    return {
        "started_at": s.started_at.isoformat(),
        "ended_at": now.isoformat(),
        "outcome": s.state.outcome if isinstance(s.state, Ended) else None,
        "trigger": trigger,
        "area": area,
        "side": order.side,
        "length": order.played_length,
        "first_time": order.profile.first_time,
        "target": order.target,
        "ceiling": ceiling,
        "peak": notes.peak,
        "before": notes.before,
        "after": notes.after,
        "released": [
            {"side": side, "spot": spot, "seconds": round(seconds, 1)}
            for side, spot, seconds in notes.released
        ],
        "pressed": [
            {"side": side, "spot": spot, "seconds": round(time.total_seconds(), 1)}
            for (where, side, spot), time in s.pressed.items()
            if where == area and side in sides
        ],
        "gun_seconds": round(s.gunned.get(area, timedelta()).total_seconds(), 1),
        "counts": dict(notes.counts),
        "missed": notes.missed,
        "heat_seconds": round(notes.heated.total_seconds(), 1),
        "not_loosening": notes.not_loosening,
    }
