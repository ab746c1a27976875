"""What can be seen of a session: one flat picture for entities, cards and replies."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .areas import Side
from .messages import Command, Question
from .moves import left_of
from .phases import Length, Phase
from .pressure import LOWEST
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


class Shown(StrEnum):
    """The states of the session sensor, a contract that does not change."""

    IDLE = "idle"
    HEATING = "heating"
    ACTIVE = "active"
    ASKING = "asking"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """A session at one instant; instants instead of countdowns, so that it stays true."""

    shown: Shown = Shown.IDLE
    area: str | None = None
    side: Side | None = None
    length: Length | None = None
    phase: Phase | None = None
    step: int | None = None
    """Number of the present step, from 1."""
    steps: int | None = None
    instruction: str | None = None
    pressure: int | None = None
    """Felt pressure, 1 to 7; None with hands off."""
    started_at: datetime | None = None
    phase_ends_at: datetime | None = None
    """When the present step ends; None while its clock does not run."""
    session_ends_at: datetime | None = None
    """When the session will end if nothing is said; None while it is held up."""
    duration: timedelta | None = None
    """Expected length of the whole session, words included."""
    remaining: timedelta | None = None
    """Expected time from this instant to the end of the session."""
    question: Question | None = None
    """What an answer is waited for."""
    heard_question: Question | None = None
    """The same, from when it can be heard; before that nobody can know it."""
    allowed: frozenset[Command] = frozenset()
    heat_ends_at: datetime | None = None
    """When it will be warm by the temperature so far, or else when the heat ends by itself."""
    neck: bool = False
    """The neck is or was worked on (massage.md §4.3, tier B+)."""
    gate_opens_on_yes: bool = False
    """The gate that is being asked about opens on a yes, not on a no."""

    @property
    def counts_to(self) -> datetime | None:
        """What a countdown runs to: the end of the present step, or of the warming before it."""
        return self.heat_ends_at if self.shown is Shown.HEATING else self.phase_ends_at


IDLE = SessionView()
_READY_WORDS = (
    *("safety_stop_1", "safety_stop_2", "emergency_1", "emergency_2", "stopped", "paused"),
    *("too_much", "breathe_after_too_much", "l1", "l2", "l3", "l4", "l5", "l6", "released"),
    *("resumed", "paused_unanswered", "paused_clock", "not_yet", "not_yet_end", "extend"),
    *("no_more_time", "as_firm", "lost", "found", "not_found", "same_again", "press_again"),
    *("lighter_ack", "wrap_up", "ache_ask", "ache_dull", "wrong_ask", "wrong_no", "worse"),
    *("stopped_timeout", "time_up", "no_harder"),
)
"""What may be needed at any moment and cannot wait to be synthesised, or for a voice that is lost."""


def view(s: Session | None, now: datetime) -> SessionView:
    """Draw a session as it stands at `now`; no session and an ended one look the same."""
    if s is None or isinstance(s.state, Ended):
        return IDLE
    step = s.step
    remaining = _remaining(s, now)
    running = isinstance(s.state, Instructing | Working)
    return SessionView(
        shown=_shown(s),
        area=s.order.area.key,
        side=step.side if step else s.order.side,
        length=s.order.played_length,
        phase=step.phase if step else Phase.CHECK_IN,
        step=s.index + 1 if step else None,
        steps=len(s.steps) or None,
        instruction=" ".join(line.text for line in step.lines) if step and running else None,
        pressure=s.level or None,
        started_at=s.started_at,
        phase_ends_at=s.state.ends_at if isinstance(s.state, Working) else None,
        session_ends_at=now + remaining if running else None,
        duration=s.plan.estimated_duration,
        remaining=remaining,
        question=s.state.question if isinstance(s.state, Asking) else None,
        heard_question=s.state.question if isinstance(s.state, Asking) and s.state.begun else None,
        allowed=s.allowed,
        heat_ends_at=_heat_ends_at(s),
        neck=s.neck,
        gate_opens_on_yes=_gate_opens_on_yes(s),
    )


def _gate_opens_on_yes(s: Session) -> bool:
    match s.state:
        case Asking(question=Question.GATE):
            return s.gated.gate is not None and s.gated.gate.opens_on_yes
        case _:
            return False


def _shown(s: Session) -> Shown:
    """Name the state of a session that goes on."""
    match s.state:
        case Asking():
            return Shown.ASKING
        case Heating() | Cooling():
            return Shown.HEATING
        case Paused():
            return Shown.PAUSED
        case Interrupted():
            return Shown.INTERRUPTED
        case _:
            return Shown.ACTIVE


def _heat_ends_at(s: Session) -> datetime | None:
    match s.state:
        case Heating(off_at, _, ready_at) | Asking(heating=Heating(off_at, _, ready_at)):
            return off_at if ready_at is None else min(ready_at, off_at)
        case _:
            return None


def _remaining(s: Session, now: datetime) -> timedelta:
    """Add up what is left of the step and all that comes after it, words included."""
    step = s.step
    if step is None:
        return s.plan.estimated_duration
    later = s.steps[s.index + 1 :]
    rest = sum((step.duration + step.speech for step in later), timedelta())
    if isinstance(s.state, Working):
        return rest + max(timedelta(), s.state.ends_at - now)
    left = left_of(s, now)
    return rest + step.speech + (step.duration if left is None else left)


def lines_ahead(s: Session) -> list[Line]:
    """Return what will be spoken from the present step on if all goes well, in order, once each.

    What may be needed at any moment follows, and then what may be said instead, so that no line
    is worded twice in a row.
    """
    lines: list[Line] = []
    for step in s.steps[s.index :]:
        lines += [*step.setup, *step.lines, *(cue.line for cue in step.cues)]
    ready = [s.line(key, 0) for key in _READY_WORDS]
    ready += [s.line("lower", 0, level=level) for level in range(LOWEST, s.ceiling)]
    ready += [other for line in ready for other in line.instead]
    return list(dict.fromkeys([*lines, *ready, *(one for line in lines for one in line.instead)]))
