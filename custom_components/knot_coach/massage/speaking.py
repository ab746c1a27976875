"""What a session makes of how its lines went: begun, spoken, cut off by the person, failed."""

from dataclasses import replace
from datetime import datetime, timedelta

from . import halts, moves, steps
from .asking import answer_time, question_line
from .moves import Move
from .outcomes import PauseReason
from .states import Asking, Ended, Instructing, Interrupted, Paused, Session, Working
from .waits import HELD, SPEECH_SPARE, TOLD, WAIT_LIMIT


def begun(s: Session, number: int, seconds: float | None, now: datetime) -> Session:
    """Let the expected length of the awaited line count from now on."""
    match s.state:
        case Instructing(awaited=awaited) if number == awaited and s.step is not None:
            speech = timedelta(seconds=s.step.lines[-1].seconds if seconds is None else seconds)
            return replace(s, state=replace(s.state, give_up_at=now + speech + SPEECH_SPARE + TOLD))
        case Asking(awaited=awaited) if number == awaited:
            return replace(s, state=replace(s.state, begun=True))
        case Paused(awaited=awaited) if number == awaited:
            return replace(s, state=replace(s.state, awaited=None))
        case _:
            return s


def spoken(s: Session, number: int, now: datetime, *, seen: bool) -> Session:
    """Go on with what waited for the end of a line.

    A level rises only when its line was spoken, and who knows that of an end that was not seen
    (DESIGN.md §5).
    """
    match s.state:
        case Instructing(awaited=awaited) if number == awaited:
            return steps.work(s, now)
        case Working(ramp=ramp) if ramp is not None and number == ramp.cue:
            ramp = ramp.heard(now) if seen else ramp.dropped(now)
            return replace(s, state=replace(s.state, ramp=ramp))
        case Asking(awaited=awaited, question=question) if number == awaited:
            give_up_at = now + answer_time(question)
            if s.state.heating is not None:
                give_up_at = min(give_up_at, s.state.give_up_at)
            state = replace(s.state, awaited=None, begun=True, give_up_at=give_up_at)
            return replace(s, state=state)
        case _:
            return s


def cut(s: Session, now: datetime, *, by_person: bool) -> Move:
    """Leave room for the person who spoke over a line, and for that line once more.

    After that no step up follows in this round, whatever else is said. A skin check is not given
    more time: the heat goes on behind it.
    """
    state = s.state
    match state:
        case Instructing() if s.step is not None:
            speech = timedelta(seconds=sum(line.seconds for line in s.step.setup + s.step.lines))
            again = max(state.give_up_at, now + HELD + WAIT_LIMIT + speech + SPEECH_SPARE)
            s = replace(s, state=replace(state, give_up_at=again))
        case Asking(heating=None, question=question):
            speech = timedelta(seconds=question_line(s, question).seconds)
            wait = HELD + WAIT_LIMIT + speech + SPEECH_SPARE + answer_time(question)
            s = replace(s, state=replace(state, give_up_at=max(state.give_up_at, now + wait)))
        case _:
            pass
    if by_person and isinstance(s.state, Instructing | Working):
        return moves.hold_level(s, s.level, now)
    return s, ()


def failed(s: Session, now: datetime) -> Move:
    """Pause: no output is left, and whoever cannot be spoken to shall not press."""
    match s.state:
        case Paused():
            # What cannot be heard is shown; whoever has to unplug a heater may say so.
            return replace(s, state=replace(s.state, awaited=None)), ()
        case Interrupted() | Ended():
            return s, ()
        case _:
            return halts.pause(s, PauseReason.SILENT, now)
