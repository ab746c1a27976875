"""What a session leaves behind (massage.md §6); words are kept only where they matched."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from .areas import Side
from .moves import count_hands, count_heat
from .notes import Notes, StepNote, planned
from .order import CAUTIOUS_CEILING, FIRST_TIME_CEILING, HIGHEST_CEILING, Order
from .outcomes import Outcome
from .phases import TOUCHING, Phase
from .states import Ended, Session

TECHNIQUES: Final = TOUCHING | {Phase.WARM_UP, Phase.BREATHE, Phase.STRETCH}
"""The phases that touch or move."""
_LIMITS_READ: Final = frozenset(
    {
        "started_at",
        "ended_at",
        "area",
        "side",
        "length",
        "outcome",
        "peak",
        "pressed",
        "gun_seconds",
        "next_day",
        "techniques",
    }
)
"""What is needed to let an area rest (massage.md §2.4, §4.4), and when it was."""
_SAFETY: Final = frozenset({Outcome.STOPPED_SAFETY, Outcome.EMERGENCY})


def records(s: Session, now: datetime, trigger: str) -> list[dict[str, Any]]:
    """Return a record of each area that a session has come to, as plain JSON data.

    `trigger` says what started it: `voice`, `button`, `action`, `schedule` or `assistant`. Instants are
    ISO 8601, durations seconds, scores 0 to 10, levels of pressure 1 to 7. `routine` and
    `next_day` are for whoever keeps the record: the name of a routine, and `{feeling, score, at}`
    once somebody has told how the area felt later.
    """
    s = count_heat(count_hands(s, now, still_on=False), now)
    reached = zip(s.plan.orders, (*s.earlier, s.notes), strict=False)
    return [
        _record(s, part, order, notes, now) | {"trigger": trigger}
        for part, (order, notes) in enumerate(reached)
        if notes.steps or part == s.part
    ]


def emptied(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with nothing left but what the limits read; all else is None."""
    left = {key: value if key in _LIMITS_READ else None for key, value in record.items()}
    if told := record.get("next_day"):
        left["next_day"] = {**told, "score": None}
    return left


def is_emptied(record: Mapping[str, Any]) -> bool:
    """Tell whether a record is one of which somebody wanted everything else forgotten."""
    return record.get("counts", ()) is None


def _record(s: Session, part: int, order: Order, notes: Notes, now: datetime) -> dict[str, Any]:
    outcome = _outcome(s, part)
    words = notes.word_ceiling or s.word_ceiling
    return {
        "started_at": (notes.began or s.started_at).isoformat(),
        "ended_at": (notes.ended or now).isoformat(),
        "outcome": outcome,
        "phrase": notes.phrase if outcome in _SAFETY and part == s.part else None,
        "routine": order.routine,
        "area": order.area.key,
        "side": order.side,
        "length": order.played_length,
        "stretch_only": order.stretch_only,
        "first_time": order.profile.first_time,
        "target": order.target,
        "ceiling": min(order.ceiling, words),
        "ceilings": _ceilings(order, words),
        "before": notes.before,
        "after": notes.after,
        "next_day": None,
        "counts": dict(notes.counts),
        "missed": notes.missed,
        "heat_seconds": _seconds(notes.heated),
        "heat_troubles": list(notes.heat_troubles),
        "not_loosening": notes.not_loosening,
        **_hands(order, notes),
        **_steps(notes.steps or planned(s.plan, part)),
    }


def _outcome(s: Session, part: int) -> Outcome | None:
    """Tell how a part ended; where the session had to stop, all of its areas rest alike."""
    ended = s.state.outcome if isinstance(s.state, Ended) else None
    return ended if part == s.part or ended in _SAFETY else Outcome.FINISHED


def _ceilings(order: Order, words: int) -> dict[str, int]:
    """Return every limit to the level that was in force, by where it came from."""
    ceilings = {"person": order.profile.ceiling, "area": order.area.cap}
    if order.profile.lowered:
        ceilings["day_after"] = order.profile.ceiling - order.profile.lowered
    if order.profile.first_time:
        ceilings["first_time"] = FIRST_TIME_CEILING
    if order.profile.cautious:
        ceilings["cautious"] = CAUTIOUS_CEILING
    if words < HIGHEST_CEILING:
        ceilings["words"] = words
    return ceilings


def _hands(order: Order, notes: Notes) -> dict[str, Any]:
    """Return what the hands and the gun did; their time runs from the start of an instruction."""
    on = sum(notes.pressed.values(), timedelta())
    touched = any(note.done and note.phase in TOUCHING - {Phase.TOOL} for note in notes.steps)
    return {
        "peak": notes.peak,
        "mean": round(notes.felt / on, 2) if on else None,
        "pressed": [
            {"side": side, "spot": spot, "seconds": _seconds(time)}
            for (side, spot), time in notes.pressed.items()
        ],
        "press_seconds": _seconds(on),
        "released": _released(notes),
        "way": (order.way or order.area.ways[0]) if touched else None,
        "gun_seconds": _seconds(notes.gunned),
    }


def _released(notes: Notes) -> list[dict[str, Any]]:
    """Tell of each spot that was pressed whether it let go, and after how many seconds at first."""
    first: dict[tuple[Side, int], float] = {}
    for side, spot, seconds in notes.released:
        first.setdefault((side, spot), seconds)
    return [
        {
            "side": side,
            "spot": spot,
            "released": "yes" if place in first else "partly" if place in notes.eased else "no",
            "seconds": round(first[place], 1) if place in first else None,
        }
        for place in notes.pressed
        for side, spot in [place]
    ]


def _steps(notes: Iterable[StepNote]) -> Mapping[str, Any]:
    """Return what was planned and done; a clock runs from the end of an instruction."""
    notes = tuple(notes)
    techniques: dict[str, timedelta] = {}
    for note in notes:
        if note.done and note.phase in TECHNIQUES:
            techniques[note.phase] = techniques.get(note.phase, timedelta()) + note.done
    return {
        "rounds": sum(note.phase is Phase.PRESS and bool(note.done) for note in notes),
        "techniques": {phase: _seconds(time) for phase, time in techniques.items()},
        "steps": [
            {
                "phase": note.phase,
                "side": note.side,
                "round": note.round,
                "spot": note.spot,
                "planned": note.planned,
                "done": _seconds(note.done),
            }
            for note in notes
        ],
    }


def _seconds(time: timedelta) -> float:
    return round(time.total_seconds(), 1)
