"""The words that move a session about: pause, next, other side, wrap up, stop (massage.md §2.3).

As in `feedback`: each gets a session whose state accepts it, and either returns the next session
or raises `NotNow` and changes nothing.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from .asking import ask, proceed, question_line, stop_heat
from .halts import end, interrupted_line, pause, pause_line
from .messages import Event, Hush, NotNow, Priority, Question
from .moves import Move, cool, hands_off, left_of, reply, say, tell
from .outcomes import Outcome, PauseReason
from .phases import PRESSING, Phase
from .plan import Step, make_step, wrap_up_steps
from .states import Asking, Cooling, Heating, Instructing, Interrupted, Paused, Session
from .steps import enter, hands_off_from, instruct, passable

LOST_SECONDS: Final = 20
"""Looking for the spot again (massage.md §2.3)."""


def step_of(s: Session) -> Step:
    """Return the present step. Raises NotNow before the side is known."""
    if s.step is None:
        raise NotNow("asking")
    return s.step


def in_phase(s: Session, *phases: Phase, reason: str) -> Step:
    """Return the present step if it is one of these. Raises NotNow with the reason if not."""
    step = step_of(s)
    if step.phase not in phases:
        raise NotNow(reason)
    return step


def not_check_in(s: Session) -> Step:
    """Return the present step. Raises NotNow in the check-in, which nobody can skip."""
    step = step_of(s)
    if step.phase is Phase.CHECK_IN:
        raise NotNow("no_next")
    return step


def pause_it(s: Session, at: datetime) -> Move:
    """Take a break; once the heater is off, or unplugged, nothing goes on by itself then."""
    if isinstance(s.state, Paused):
        return reply(replace(s, state=replace(s.state, held=True)), at, "heat_stuck")
    return pause(s, PauseReason.ASKED, at)


def resume(s: Session, at: datetime) -> Move:
    """Go on after a break; a press begins anew, light."""
    assert isinstance(s.state, Paused | Interrupted)  # noqa: S101 - ALLOWED says so
    if isinstance(s.state, Paused) and s.state.reason is PauseReason.HEAT:
        raise NotNow("unplug_first")
    left = s.state.left
    s, effects = reply(s, at, "resumed")
    s, more = proceed(s, at, left)
    return s, (*effects, tell(s, at, Event.RESUMED), *more)


def _go(s: Session, index: int, at: datetime) -> Move:
    """Go to a step: what was still to be said is dropped, what lies in between counts as skipped."""
    if s.todo or s.hot:
        raise NotNow("unplug_first" if s.hot else "asking")
    resumed = (tell(s, at, Event.RESUMED),) if isinstance(s.state, Paused) else ()
    passed = {step.phase for step in s.steps[s.index : index]}
    s, effects = enter(replace(s, skipped=s.skipped | passed), index, at)
    return s, (*resumed, Hush(at), *effects)


def next_step(s: Session, at: datetime) -> Move:
    """Skip the present step, or the heat."""
    if isinstance(s.state, Heating):
        return stop_heat(s, at, "heat_skipped")
    not_check_in(s)
    return _go(s, s.index + 1, at)


def previous_step(s: Session, at: datetime) -> Move:
    """Go back one step."""
    index = s.index - 1
    while index > 0 and passable(s, index, at) != index:
        index -= 1
    if index <= 0 or s.steps[index].part != s.part:
        raise NotNow("no_previous")
    return _go(s, index, at)


def upcoming(s: Session, at: datetime) -> Step | None:
    """Return the step that comes next if nothing is said; None at the last one.

    One that has not begun yet is itself what comes next. The limits are those that there will be
    when the present step is over.
    """
    index, over = s.index, at
    if (left := left_of(s, at)) is not None:
        words = step_of(s).speech if isinstance(s.state, Instructing) else timedelta()
        over = at + words + left
        capped = s.cap_at is not None and s.cap_at <= over
        index = hands_off_from(s) if capped else s.index + 1
    index = passable(s, index, over)
    return s.steps[index] if index < len(s.steps) else None


def repeat(s: Session, at: datetime) -> Move:  # noqa: PLR0911 - one row for each state
    """Say again what was said last."""
    match s.state:
        case Asking(question=Question.SKIN):
            # Nothing but a clear yes lets the heat go on for longer.
            s, said = say(s, at, question_line(s, Question.SKIN), Priority.SAFETY)
            return s, (said,)
        case Asking(question=question, times=times):
            s, effects = ask(s, question, at, times=times)
            return s, (Hush(at), *effects)
        case Heating() | Cooling():
            return reply(s, at, "heat_waiting")
        case Paused(reason=reason):
            s, said = say(s, at, pause_line(s, reason), Priority.ANSWER)
            return s, (said,)
        case Interrupted():
            s, said = say(s, at, interrupted_line(s), Priority.ANSWER)
            return s, (said,)
        case Instructing(left=left):
            s, effects = instruct(s, at, step_of(s).lines, left)
            return s, (Hush(at), *effects)
        case _:
            return _say_again(s, at)


def _say_again(s: Session, at: datetime) -> Move:
    effects = []
    for line in step_of(s).lines:
        s, said = say(s, at, line, Priority.ANSWER)
        effects.append(said)
    return s, tuple(effects)


def found(s: Session, at: datetime) -> Move:
    """The spot is found, so the looking ends."""
    in_phase(s, Phase.LOCATE, reason="not_locating")
    s, effects = reply(s, at, "found")
    s, more = enter(s, s.index + 1, at)
    return s, (Hush(at), *effects, *more)


def lost(s: Session, at: datetime) -> Move:
    """Off the spot, look for it again, and press anew; the time on the spot still counts."""
    step = in_phase(s, *PRESSING, reason="not_pressing")
    index = s.index if step.phase is Phase.PRESS else s.index - 1
    bare = Step(phase=Phase.LOCATE, side=step.side, seconds=LOST_SECONDS, part=s.part, again=True)
    again = replace(make_step(s.order, bare), lines=(s.line("lost"),), cues=())
    # Off first: from here on the present step is another.
    s, off = hands_off(s, at)
    s = replace(s, steps=(*s.steps[:index], again, *s.steps[index:]))
    s, effects = enter(s, index, at)
    return s, (*off, Hush(at), *effects)


def other_side(s: Session, at: datetime) -> Move:
    """Go on with the other side."""
    here = not_check_in(s)
    for index, step in enumerate(s.steps):
        if index > s.index and step.part == here.part and step.side is not here.side:
            return _go(s, index, at)
    raise NotNow("one_side_only")


def wrap_up(s: Session, at: datetime) -> Move:
    """Skip to a short stretch and the aftercare."""
    step = not_check_in(s)
    ending = wrap_up_steps(s.order, step.side, s.part)
    if step.phase in {one.phase for one in ending}:
        ending = ending[1:]
    s = replace(s, steps=(*s.steps[: s.index + 1], *ending))
    return _go(s, s.index + 1, at)


def too_hot(s: Session, at: datetime) -> Move:
    """Heat off first, whatever else is going on (massage.md §4.5)."""
    match s.state:
        case Heating() | Asking(heating=Heating()):
            return stop_heat(s, at, "too_hot_reply")
        case _ if not s.hot:
            raise NotNow("not_warming")
        case _:
            # Whoever has been told to unplug it is not told now that it goes off.
            stuck = isinstance(s.state, Paused) and s.state.reason is PauseReason.HEAT
            s, effects = reply(s, at, "heat_stuck" if stuck else "too_hot_reply")
            return s, (*cool(s, at), *effects)


def stop(s: Session, at: datetime) -> Move:
    """End the session."""
    return end(s, Outcome.STOPPED, at, s.line("stopped"))
