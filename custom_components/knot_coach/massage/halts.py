"""How a session comes to a halt: a pause, an end, a safety stop. Hands and heat go off in each."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from .messages import Effect, Event, Hush, Lock, Priority, Tell, Tier
from .moves import Move, cool, hands_off, held, left_of, minutes, rest, say, tell
from .states import Ended, Outcome, Paused, PauseReason, Session
from .waits import PAUSE_LIMIT, UNANSWERED_LIMIT
from .wording import Line

EMERGENCY_LOCK: Final = timedelta(hours=24)
SAFETY_LOCK: Final = timedelta(hours=48)
"""How long nothing, or nothing on this area, may start (massage.md §4.3)."""
_EVENTS: Final = {
    Outcome.FINISHED: Event.FINISHED,
    Outcome.STOPPED: Event.STOPPED,
    Outcome.STOPPED_SAFETY: Event.SAFETY_STOP,
    Outcome.EMERGENCY: Event.EMERGENCY_PHRASE,
    Outcome.REFUSED: Event.STOPPED,
    Outcome.UNANSWERED: Event.STOPPED,
    Outcome.TIMED_OUT: Event.STOPPED,
}


def pause(s: Session, reason: PauseReason, at: datetime) -> Move:
    """Take the hands off, cool down and wait; a pause ends by itself (massage.md §2.3)."""
    left = left_of(s, at)
    limit = UNANSWERED_LIMIT if reason is PauseReason.UNANSWERED else PAUSE_LIMIT
    s, effects = hands_off(rest(s, at), at)
    cooling = cool(s, at)
    s, said = say(s, at, pause_line(s, reason), Priority.SAFETY)
    is_held = reason is PauseReason.HEAT and held(s)
    s = replace(s, state=Paused(reason, at + limit, left, is_held))
    return s, (*effects, Hush(at), *cooling, said, tell(s, at, Event.PAUSED, reason=reason))


def pause_line(s: Session, reason: PauseReason) -> Line:
    """Return what is said when a session pauses."""
    return s.line(
        {
            PauseReason.ASKED: "paused",
            PauseReason.UNANSWERED: "paused_unanswered",
            PauseReason.SILENT: "paused_silent",
            PauseReason.CLOCK: "paused_clock",
            PauseReason.HEAT: "heat_stuck",
            PauseReason.LEAVING: "paused_leaving",
        }[reason]
    )


def end(s: Session, outcome: Outcome, at: datetime, *lines: Line) -> Move:
    """End the session: hands off, heat off, and these last words."""
    s, effects = hands_off(rest(s, at), at)
    cooling = cool(s, at)
    told = tell(s, at, _EVENTS[outcome], outcome=outcome)
    s = replace(s, state=Ended(outcome), todo=(), check_open=False)
    words: list[Effect] = []
    for line in lines:
        s, said = say(s, at, line, Priority.SAFETY)
        words.append(said)
    return s, (*effects, Hush(at), *cooling, *words, told)


def finish(s: Session, at: datetime) -> Move:
    """The plan has been walked to its end."""
    took = minutes(at - s.started_at)
    before, after = s.notes.before, s.notes.after
    if before is None or after is None:
        return end(s, Outcome.FINISHED, at, s.line("end_unrated", minutes=took))
    line = s.line("end", minutes=took, before=before, after=after)
    return end(s, Outcome.FINISHED, at, line)


def safety_stop(s: Session, tier: Tier, at: datetime, phrase: str) -> Move:
    """End for good, and lock what has to rest (massage.md §4.3)."""
    outcome, lock, key = (
        (Outcome.EMERGENCY, EMERGENCY_LOCK, "emergency")
        if tier is Tier.A
        else (Outcome.STOPPED_SAFETY, SAFETY_LOCK, "safety_stop")
    )
    area = None if tier is Tier.A else s.order.area.key
    s, effects = end(s, outcome, at, s.line(f"{key}_1"), s.line(f"{key}_2"))
    *most, told = effects
    assert isinstance(told, Tell)  # noqa: S101 - an end is told last
    told = replace(told, data={**told.data, "phrase": phrase})
    return s, (*most, Lock(at, tier, at + lock, area, s.order.side if area else None), told)
