"""What is answered to somebody who asks about a session: how long, which step, what next, why."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from .coordinator import Coach
from .massage.areas import Side
from .massage.moves import minutes
from .massage.navigation import upcoming
from .massage.phases import Phase
from .massage.plan import Step
from .massage.states import Session
from .massage.view import SessionView, Shown
from .voice.meanings import About

_LEFT: Final = {
    Shown.IDLE: "reply.no_session",
    Shown.HEATING: "heat_waiting",
    Shown.ACTIVE: "reply.status_soon",
    Shown.ASKING: "reply.status_asking",
    Shown.PAUSED: "reply.status_paused",
    Shown.INTERRUPTED: "reply.status_interrupted",
}
_HALTED: Final = frozenset({Shown.PAUSED, Shown.INTERRUPTED})
_FOR_ALL_SIDES: Final = frozenset({Phase.CHECK_IN, Phase.WARM_UP, Phase.BREATHE, Phase.AFTERCARE})
"""What is done once, however many sides are worked on."""

type Speak = Callable[..., str]
"""Called with the key of a line and its slots; returns the line."""


def status(coach: Coach, about: About, speak: Speak) -> str:
    """Answer a question about the session of a coach, in whatever state it is."""
    shown, session = coach.data.shown, coach.session
    match about:
        case About.LEFT:
            return _left(coach, speak)
        case About.WHY:
            return _why(coach, speak)
        case _ if session is None or shown in {Shown.IDLE, Shown.ASKING}:
            return speak(_LEFT[shown])
        case _ if coach.unplugging:
            # Nothing comes next before that.
            return speak("reply.heat_stuck")
        case About.STEP if shown is Shown.HEATING:
            return _left(coach, speak)
        case About.STEP:
            said = _step(session, coach.data, speak)
        case _:
            said = _next(session, upcoming(session, coach.now()), speak)
    return f"{said} {speak('reply.halted')}" if shown in _HALTED else said


def _left(coach: Coach, speak: Speak) -> str:
    view = coach.data
    match view.shown:
        case Shown.HEATING if view.heat_ends_at is not None:
            return speak("reply.status_heating", minutes=minutes(view.heat_ends_at - coach.now()))
        case Shown.ACTIVE if (left := view.remaining or timedelta()) >= timedelta(minutes=1):
            return speak("reply.status", phase=view.phase, minutes=minutes(left))
        case shown:
            return speak(_LEFT[shown], phase=view.phase)


def _why(coach: Coach, speak: Speak) -> str:
    match coach.data.shown:
        case Shown.IDLE:
            return speak("why")
        case Shown.ASKING:
            return speak("why.asking")
        case Shown.HEATING:
            return speak("why.warming")
        case _ if coach.unplugging:
            return speak("reply.heat_stuck")
        case _:
            return speak(f"why.{coach.data.phase}")


def _step(session: Session, view: SessionView, speak: Speak) -> str:
    step, steps, phase = view.step, view.steps, view.phase
    if session.step is not None and _one_of_two(session, session.step):
        side = session.step.side
        return speak("reply.step_side", step=step, steps=steps, phase=phase, side=side)
    return speak("reply.step", step=step, steps=steps, phase=phase)


def _next(session: Session, step: Step | None, speak: Speak) -> str:
    if step is None:
        return speak("reply.next_none")
    if step.part != session.part:
        return speak("reply.next_area", area=session.plan.orders[step.part].area.key)
    if _one_of_two(session, step):
        return speak("reply.next_side", phase=step.phase, side=step.side)
    return speak("reply.next", phase=step.phase)


def _one_of_two(session: Session, step: Step) -> bool:
    """Tell whether a step is done on each of two sides."""
    both = session.plan.orders[step.part].side is Side.BOTH
    return both and step.phase not in _FOR_ALL_SIDES
