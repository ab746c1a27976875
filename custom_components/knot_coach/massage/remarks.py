"""What a person may say in a session beside its commands, answers and scores.

No button and no action says these. None of them makes pressing firmer or longer, and none opens
what an answer opens.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from .halts import end
from .messages import Question
from .moves import Move, reply
from .opening import unanswered
from .order import Order, Talk
from .outcomes import Outcome
from .phases import Phase
from .plan import Plan, Step, make_step
from .states import Asking, Ended, Instructing, Session, Working


@dataclass(frozen=True, slots=True)
class NoHarder:
    """The pressure is firm enough: a wish, which is refused where nothing presses."""


@dataclass(frozen=True, slots=True)
class NeverMind:
    """Nobody wants to answer the open question; where none is open it changes nothing."""


@dataclass(frozen=True, slots=True)
class TalkWanted:
    """So much is to be said from here on, in this session alone."""

    talk: Talk


type Remark = NeverMind | TalkWanted


def asks(s: Session) -> bool:
    """Tell whether a question is open that can have been heard, so that "never mind" is about it."""
    match s.state:
        case Asking(begun=begun, times=times):
            return begun or times > 1
        case Instructing() | Working():
            return s.check_open or _wants_score(s)
        case _:
            return False


def _wants_score(s: Session) -> bool:
    match s.step:
        case Step(phase=Phase.CHECK_IN):
            return s.notes.before is None
        case Step(phase=Phase.AFTERCARE):
            return s.notes.after is None
        case _:
            return False


def never_mind(s: Session, at: datetime) -> Move:
    """Drop the open question: what silence would lead to happens at once (massage.md §4.8).

    A gate or a consent stays a no. A score or a check at a rest point is only not waited for: what
    comes of silence there comes when its step is over.
    """
    if not asks(s):
        return s, ()
    match s.state:
        case Asking(question=Question.SIDE | Question.HEALTH | Question.GATE):
            return end(s, Outcome.UNANSWERED, at, s.line("never_mind_end"))
        case Asking() as asking:
            return unanswered(s, asking, at)
        case _:
            return reply(s, at, "never_mind")


def talk(s: Session, wanted: Talk, at: datetime) -> Move:
    """Say more or less from here on; what is done, and for how long, stays as it is.

    What is being said now, or was said of the present step, is not taken back.
    """
    if isinstance(s.state, Ended):
        return s, ()
    before = s.plan.orders
    orders = tuple(replace(order, talk=wanted) for order in before)

    def told(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(_told(step, before[step.part], orders[step.part]) for step in steps)

    here = s.step
    s = replace(s, plan=Plan(orders, told(s.plan.steps)), steps=told(s.steps))
    if here is not None and isinstance(s.state, Instructing | Working):
        s = _as_it_was_said(s, here, at)
    return reply(s, at, f"talk_{wanted}")


def _told(step: Step, before: Order, order: Order) -> Step:
    """Put a step into the words of another order; words that it got in the session it keeps."""
    made, remade = make_step(before, step), make_step(order, step)
    return replace(
        step,
        setup=remade.setup if step.setup == made.setup else step.setup,
        lines=remade.lines if step.lines == made.lines else step.lines,
        cues=remade.cues if step.cues == made.cues else step.cues,
    )


def _as_it_was_said(s: Session, here: Step, at: datetime) -> Session:
    """Leave the instruction of the present step, and give those of its cues that are still to come."""
    step = replace(s.steps[s.index], setup=here.setup, lines=here.lines)
    s = replace(s, steps=(*s.steps[: s.index], step, *s.steps[s.index + 1 :]))
    if isinstance(s.state, Working):
        past = frozenset(number for number in range(len(step.cues)) if s.cue_due(number) <= at)
        s = replace(s, state=replace(s.state, given=past))
    return s
