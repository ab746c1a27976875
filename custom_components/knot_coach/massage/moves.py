"""The smallest moves that everything else in a session is made of.

Each takes a session and an instant and returns the next session with its effects. On these stand
`halts` (pause, end), `steps` (enter, work, leave), `asking` (questions, heat), `feedback` and
`navigation` (what each word does), `opening` (answers), `heating` (what a heater reports), `remarks`
(what is neither) and `session`;
nothing else changes a session.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from .limits import BREAK
from .messages import Effect, Event, Priority, Question, Say, StopHeat, Tell
from .outcomes import PauseReason
from .phases import Phase
from .states import (
    Asking,
    Cooling,
    Ended,
    Heating,
    Instructing,
    Interrupted,
    Paused,
    Session,
    Working,
)
from .wording import Line

type Move = tuple[Session, tuple[Effect, ...]]


def say(
    s: Session,
    at: datetime,
    line: Line,
    priority: Priority = Priority.INSTRUCTION,
    *,
    stale: datetime | None = None,
    question: Question | None = None,
) -> tuple[Session, Say]:
    """Give a line the next id of the session; it is not worded as the one before.

    A question that is asked again is: somebody may have half of it in the ear.
    """
    if question is None:
        line = line.unlike(s.last)
    used = s.used
    if line.others:
        used = {**used, line.key: used.get(line.key, 0) + 1}
    said = Say(at, s.next_id, line, priority, stale, question)
    return replace(s, next_id=s.next_id + 1, last=line.text, used=used), said


def reply(s: Session, at: datetime, key: str, **slots: object) -> Move:
    """Answer what somebody said, and change nothing else."""
    s, said = say(s, at, s.line(key, **slots), Priority.ANSWER)
    return s, (said,)


def tell(s: Session, at: datetime, event: Event, **data: object) -> Tell:
    """Describe a change for automations."""
    step = s.step
    place: dict[str, object] = {
        "area": s.order.area.key,
        "side": s.order.side,
        "length": s.order.played_length,
    }
    if step is not None:
        place |= {"phase": step.phase, "step": s.index + 1}
    return Tell(at, event, place | data)


def set_level(s: Session, level: int, at: datetime) -> Move:
    """Change the felt pressure; a ramp starts counting anew."""
    if s.pressing:
        s = replace(s, notes=replace(s.notes, peak=max(s.notes.peak, level)))
    if level == s.level:
        return s, ()
    if s.hands_since not in {None, at}:
        s = count_hands(s, at, still_on=True)  # the time up to now was at the old level
    state = s.state
    if isinstance(state, Working) and state.ramp is not None:
        state = replace(state, ramp=state.ramp.moved(at))
    s = replace(s, state=state, level=level)
    return s, (tell(s, at, Event.PRESSURE_CHANGED, pressure=level),)


def hold_level(s: Session, level: int, at: datetime) -> Move:
    """Go to a level and stay there for this round, whatever has been announced."""
    s, effects = set_level(replace(s, goal=level), level, at)
    if isinstance(s.state, Working) and s.state.ramp is not None:
        s = replace(s, state=replace(s.state, ramp=s.state.ramp.dropped(at)))
    return s, effects


def count_hands(s: Session, at: datetime, *, still_on: bool) -> Session:
    """Add the time the hands were on to what counts against the limits, and note it."""
    step = s.step
    worked = min(at, s.state.ends_at) if isinstance(s.state, Working) else at
    s = replace(s, notes=s.notes.worked(worked, still=still_on))
    if s.hands_since is not None and step is not None:
        on = at - s.hands_since
        s = replace(s, notes=s.notes.touched(step, s.level, on))
        if step.phase is Phase.TOOL:
            area = s.order.area.key
            s = replace(s, gunned={**s.gunned, area: s.gunned.get(area, timedelta()) + on})
        else:
            spot = (s.order.area.key, step.side, step.spot)
            s = replace(s, pressed={**s.pressed, spot: s.pressed.get(spot, timedelta()) + on})
        if step.phase is Phase.PRESS:
            s = replace(s, contact=s.contact + on)
        s = replace(s, lifted_at=None if still_on else at)
    elif still_on and s.lifted_at is not None and at - s.lifted_at >= BREAK:
        s = replace(s, contact=timedelta())
    return replace(s, hands_since=at if still_on else None)


def count_heat(s: Session, at: datetime) -> Session:
    """Add the time since the heater was told to go on to what is noted of it."""
    if s.heat_since is None:
        return s
    notes = replace(s.notes, heated=s.notes.heated + (at - s.heat_since))
    return replace(s, notes=notes, heat_since=None)


def keep_level(s: Session) -> Session:
    """Remember how firm a round was when it ends."""
    return replace(s, round_level=s.level) if s.pressing and s.level else s


def hands_off(s: Session, at: datetime) -> Move:
    """Take the hands off: the pressing time is counted and the level is nought."""
    return set_level(count_hands(keep_level(s), at, still_on=False), 0, at)


def cool(s: Session, at: datetime) -> tuple[Effect, ...]:
    """Switch the heat off if it may be on."""
    return (StopHeat(at),) if s.hot else ()


def rest(s: Session, at: datetime) -> Session:
    """Stop counting active time."""
    if s.active_since is None:
        return s
    return replace(s, active=s.active + (at - s.active_since), active_since=None)


def left_of(s: Session, at: datetime) -> timedelta | None:
    """Return how long the present step still has to work; None if all of it."""
    match s.state:
        case Instructing(left=left):
            return left
        case Asking(left=left) | Cooling(left=left) | Paused(left=left) | Interrupted(left=left):
            return left
        case Working(ends_at=ends_at):
            return max(timedelta(), ends_at - at)
        case Heating() | Ended():
            return None
        case _:
            assert_never(s.state)


def held(s: Session) -> bool:
    """Tell whether a session was at rest, so that nothing but "resume" lets it go on."""
    match s.state:
        case Asking(held=is_held):
            return is_held
        case Paused(reason=reason, held=is_held):
            return is_held or reason is not PauseReason.HEAT
        case state:
            return isinstance(state, Interrupted)


def minutes(time: timedelta) -> int:
    """Round to whole minutes, at least two: no sentence says "about one minutes"."""
    return max(2, round(time / timedelta(minutes=1)))
