"""How a session comes to a halt: a pause, an end, a safety stop. Hands and heat go off in each."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from .areas import Consequence, Region, Side
from .messages import Answer, Effect, Event, Hush, Lock, Priority, Question, Tell, Tier
from .moves import Move, cool, hands_off, held, left_of, minutes, rest, say, tell
from .notes import Notes
from .order import Order
from .outcomes import Outcome, PauseReason
from .states import Ended, Paused, Session
from .waits import PAUSE_LIMIT, UNANSWERED_LIMIT
from .wording import Line

EMERGENCY_LOCK: Final = timedelta(hours=24)
SAFETY_LOCK: Final = timedelta(hours=48)
"""How long nothing, or nothing on this area or a leg, may start (massage.md §3.11, §4.3)."""
LEAST_DROP: Final = 1
"""Points between the scores before and after from which an area has loosened (massage.md §4.4)."""
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
    awaited = said.id if reason is PauseReason.HEAT else None
    s = replace(s, state=Paused(reason, at + limit, left, is_held, awaited))
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


def interrupted_line(s: Session) -> Line:
    """Return what is said when a session comes back; no side where there is none, or none yet."""
    if s.hot:
        return s.line("interrupted_hot")
    area = s.order.area.key
    if s.step is None or s.step.side is Side.CENTRE:
        return s.line("interrupted_middle", area=area)
    return s.line("interrupted", side=s.step.side, area=area)


def end(
    s: Session, outcome: Outcome, at: datetime, *lines: Line, event: Event | None = None
) -> Move:
    """End the session: hands off, heat off, and these last words; the end is told last."""
    s, effects = hands_off(rest(s, at), at)
    cooling = cool(s, at)
    told = tell(s, at, event or _EVENTS[outcome], outcome=outcome)
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
        line = s.line("end_unrated", minutes=took)
    else:
        line = s.line("end", minutes=took, before=before, after=after)
    *earlier, notes = map(_judged, s.plan.orders, (*s.earlier, s.notes), strict=False)
    s = replace(s, earlier=tuple(earlier), notes=notes)
    reached = zip(s.plan.orders, (*s.earlier, s.notes), strict=False)
    stubborn = [order for order, one in reached if one.not_loosening]
    lines = dict.fromkeys(_not_loosening(s, order) for order in stubborn)
    s, effects = end(s, Outcome.FINISHED, at, line, *lines)
    *most, told = effects
    tells = [tell(s, at, Event.NOT_LOOSENING, **_place(order)) for order in stubborn]
    return s, (*most, *tells, told)


def _judged(order: Order, notes: Notes) -> Notes:
    """Note whether it is time to say that somebody else should look at it (massage.md §4.4)."""
    profile, before, after = order.profile, notes.before, notes.after
    unchanged = before is not None and after is not None and before - after < LEAST_DROP
    due = profile.lasting_pain or (profile.stubborn and unchanged)
    return replace(notes, not_loosening=due and not profile.told_not_loosening)


def _not_loosening(s: Session, order: Order) -> Line:
    """Return the words for one area, which is named where there are several."""
    if len(s.plan.orders) == 1:
        return s.line("not_loosening")
    return s.line("not_loosening_area", area=order.area.key)


def _place(order: Order) -> dict[str, object]:
    return {"area": order.area.key, "side": order.side, "length": order.played_length}


def safety_stop(s: Session, tier: Tier, at: datetime, phrase: str, **told: object) -> Move:
    """End for good, and lock what has to rest (massage.md §4.3); `told` is for automations."""
    if Question.WRONG not in s.todo:  # the word that made us ask is noted already
        s = replace(s, notes=replace(s.notes, phrase=phrase))
    if tier is Tier.A:
        outcome, key = Outcome.EMERGENCY, "emergency"
        lock = Lock(at, tier, at + EMERGENCY_LOCK, heat=True)
    else:
        outcome, key = Outcome.STOPPED_SAFETY, "safety_stop"
        lock = Lock(at, tier, at + SAFETY_LOCK, area=s.order.area.key)
    ended = end(s, outcome, at, s.line(f"{key}_1"), s.line(f"{key}_2"))
    return _lock(ended, lock, phrase=phrase, **told)


def close_gate(s: Session, at: datetime, answer: Answer) -> Move:
    """End before anything has begun: the gate got a bad answer (massage.md §3.6, §3.7, §3.11)."""
    area, gate = s.gated, s.gated.gate
    if gate is not None and gate.otherwise is Consequence.EMERGENCY:
        return safety_stop(s, Tier.A, at, answer, area=area.key)
    # Refused, not stopped: no hand was on it, and after a stop the first area of the plan would
    # rest, whichever it is. Told as a safety stop, because somebody may have to know.
    lines = (s.line("gate_leg_1"), s.line("gate_leg_2"))
    ended = end(s, Outcome.REFUSED, at, *lines, event=Event.SAFETY_STOP)
    lock = Lock(at, Tier.B, at + SAFETY_LOCK, region=Region.LEG, heat=True)
    return _lock(ended, lock, phrase=answer, area=area.key)


def _lock(ended: Move, lock: Lock, **data: object) -> Move:
    """Lock before the end is told, and tell more about it."""
    s, effects = ended
    *most, told = effects
    assert isinstance(told, Tell)  # noqa: S101 - an end is told last
    return s, (*most, lock, replace(told, data={**told.data, **data}))
