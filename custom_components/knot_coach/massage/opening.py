"""Questions and answers, before the first step and in between.

A gate or a consent that meets silence is a no (massage.md §4.8).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, assert_never

from . import heating
from .areas import Side
from .asking import ask, proceed, start_heat, stop_heat
from .halts import close_gate, end, pause, safety_stop
from .heat_reports import HeatConfirmed
from .load import SORE_TOO_LONG, Feeling, sharing
from .messages import Answer, Answered, Effect, Event, NextDay, Question, Tier
from .moves import Move, minutes, reply, say, tell
from .outcomes import Outcome, PauseReason
from .plan import Plan, compile_plan
from .pressure import DULL_LEVEL, LOWEST
from .states import Asking, Interrupted, Paused, Session

_SIDES: Final = {Answer.LEFT: Side.LEFT, Answer.RIGHT: Side.RIGHT, Answer.BOTH: Side.BOTH}
_FEELINGS: Final = {
    Answer.NORMAL: Feeling.NORMAL,
    Answer.BIT_SORE: Feeling.BIT_SORE,
    Answer.VERY_SORE: Feeling.VERY_SORE,
    Answer.BRUISED: Feeling.BRUISED,
    Answer.UNSURE: None,
}
_OPENS: Final = {
    Question.HEALTH: Answer.NO,
    Question.NEXT_DAY: Answer.NORMAL,
    Question.HEAT: Answer.YES,
    Question.SKIN: Answer.YES,
    Question.ACHE: Answer.DULL,
    Question.WRONG: Answer.NO,
}
"""The answer that lets something go on, which nobody can give before they heard the question."""
_CLEAR: Final = frozenset({Answer.YES, Answer.NO, Answer.UNSURE})
"""Answers that a yes-or-no question takes; anything else is not an answer to it."""


def open_session(plan: Plan, now: datetime, first_id: int) -> Move:
    """Begin a session: it asks what has to be asked, and nothing presses before."""
    s = Session(
        plan=plan,
        steps=plan.steps,
        state=Interrupted(now, None),
        started_at=now,
        next_id=first_id,
        todo=tuple(_questions(plan)),
    )
    started = tell(s, now, Event.STARTED)
    s, effects = _introduce(s, now) if plan.steps else (s, ())
    s, more = proceed(s, now)
    return s, (started, *effects, *more)


def _questions(plan: Plan) -> Iterator[Question]:
    """Yield what has to be answered: gates before anything else (massage.md §4.8)."""
    yield from (Question.GATE for _ in plan.gated)
    yield from (Question.SIDE for order in plan.orders if order.side is None)
    yield Question.HEALTH
    yield from (Question.NEXT_DAY for _ in plan.recalled)
    if plan.order.heat is not None:
        yield Question.HEAT


def _introduce(s: Session, at: datetime) -> Move:
    pressed = any(not order.stretch_only for order in s.plan.orders)
    took = minutes(s.plan.estimated_duration)
    s, intro = say(s, at, s.line("intro" if pressed else "intro_stretch", minutes=took))
    s, wake = say(s, at, s.line("intro_wake"))
    effects: list[Effect] = [intro, wake]
    for key in dict.fromkeys(order.profile.advice for order in s.plan.orders):
        if key is not None:
            s, advice = say(s, at, s.line(key))
            effects.append(advice)
    return s, tuple(effects)


def answered(s: Session, told: Answered, at: datetime) -> Move:  # noqa: C901, PLR0911, PLR0912 - one row for each question
    """Take an answer to the open question; one that does not fit changes nothing."""
    if isinstance(s.state, Paused):
        asked = s.state.reason is PauseReason.HEAT and s.state.awaited is None
        unplugged = asked and told == Answered(Answer.YES)
        return heating.heat(s, HeatConfirmed(), at) if unplugged else (s, ())
    if not isinstance(s.state, Asking) or not (told.person or s.state.question is Question.SIDE):
        return s, ()
    question, answer, begun = s.state.question, told.answer, s.state.begun
    if not begun and _OPENS.get(question) is answer:
        return s, ()
    match question:
        case Question.SIDE:
            return _side(s, answer, at)
        case Question.ACHE:
            return _ache(s, answer, at)
        case Question.NEXT_DAY:
            return _next_day(s, _FEELINGS[answer], at) if answer in _FEELINGS else (s, ())
        case _ if answer not in _CLEAR:
            return s, ()
        case Question.GATE:
            return _gate(s, answer, at) if begun else (s, ())
        case Question.HEALTH:
            if answer is Answer.NO:
                return _next(s, at)
            return end(s, Outcome.REFUSED, at, s.line("refused_health"))
        case Question.HEAT:
            return _consent(s, at) if answer is Answer.YES else _go_on(s, at, "heat_skipped")
        case Question.SKIN:
            return (
                heating.skin_is_fine(s, at)
                if answer is Answer.YES
                else stop_heat(s, at, "too_hot_reply")
            )
        case Question.WRONG:
            if answer is Answer.NO:
                return _nothing_wrong(s, s.state, at)
            # A yes makes a statement of the words that were in doubt.
            return safety_stop(s, s.notes.doubted or Tier.B, at, "yes")
        case _:
            assert_never(question)


def _nothing_wrong(s: Session, asking: Asking, at: datetime) -> Move:
    """Go on one level lighter, but not out of a pause: nobody has said resume."""
    ceiling = max(LOWEST, min(s.ceiling, s.goal or s.ceiling) - 1)
    s = replace(s, word_ceiling=ceiling, notes=replace(s.notes, doubted=None))
    if asking.held:
        return pause(replace(s, todo=s.todo[1:]), PauseReason.ASKED, at)
    return _go_on(s, at, "wrong_no")


def unanswered(s: Session, asking: Asking, at: datetime) -> Move:
    """The time for an answer is over: the quieter thing happens."""
    match asking.question:
        case Question.SIDE | Question.HEALTH | Question.GATE:
            if asking.times == 1:
                return ask(s, asking.question, at, times=2)
            return end(s, Outcome.UNANSWERED, at, s.line("no_answer_end"))
        case Question.NEXT_DAY:
            return _next_day(s, None, at)
        case Question.HEAT:
            return _go_on(s, at, "heat_skipped")
        case Question.SKIN:
            return stop_heat(s, at, "heat_unanswered")
        case Question.ACHE | Question.WRONG:
            return safety_stop(s, Tier.B, at, "no answer")
        case _:
            assert_never(asking.question)


def _next(s: Session, at: datetime) -> Move:
    assert isinstance(s.state, Asking)  # noqa: S101 - only a question has a next one
    return proceed(replace(s, todo=s.todo[1:]), at, s.state.left)


def _go_on(s: Session, at: datetime, key: str) -> Move:
    s, effects = reply(s, at, key)
    s, more = _next(s, at)
    return s, effects + more


def _gate(s: Session, answer: Answer, at: datetime) -> Move:
    """Only one answer opens a gate; every other one has the consequence of the area.

    An answer to something else must neither open it nor lock anybody out, so nothing that was
    said before the question could be heard is one.
    """
    gate = s.gated.gate
    opens = Answer.YES if gate is not None and gate.opens_on_yes else Answer.NO
    return _next(s, at) if answer is opens else close_gate(s, at, answer)


def _next_day(s: Session, feeling: Feeling | None, at: datetime) -> Move:
    """Take how an area feels after its last session; not to know is the quieter thing."""
    area = s.recalled.key
    orders = [order for order in s.plan.orders if order.area.key == area]
    effects: list[Effect] = []
    if feeling is not None:
        sides = {order.side for order in orders if order.side is not None}
        side = sides.pop() if len(sides) == 1 else Side.BOTH
        effects.append(NextDay(at, area, side, feeling))
        ends = [order.profile.last_session_at for order in orders]
        last = max((end for end in ends if end is not None), default=None)
        if last is not None and at < last + feeling.rest:
            line = s.line("next_day_rest", area=area)
            s, more = end(s, Outcome.REFUSED, at, line)
            return s, (*effects, *more)
        if last is not None and feeling is not Feeling.NORMAL and at - last > SORE_TOO_LONG:
            s, said = reply(s, at, "next_day_look")
            effects += said
    if feeling is None or feeling.bad:
        s, said = reply(_one_lighter(s), at, "next_day_lighter")
        effects += said
    s, more = _next(s, at)
    return s, (*effects, *more)


def _one_lighter(s: Session) -> Session:
    """Lower the ceiling of the area that was asked about, and of those that share its load."""
    group = sharing(s.recalled, [order.area for order in s.plan.orders])
    orders = tuple(
        replace(order, profile=replace(order.profile, lowered=1))
        if order.area.key in group
        else order
        for order in s.plan.orders
    )
    return replace(s, plan=replace(s.plan, orders=orders))


def _side(s: Session, answer: Answer, at: datetime) -> Move:
    side = _SIDES.get(answer)
    if side is None:
        return s, ()
    orders = list(s.plan.orders)
    orders[s.plan.unknown_side] = replace(orders[s.plan.unknown_side], side=side)
    plan = compile_plan(*orders)
    s = replace(s, plan=plan, steps=plan.steps)
    s, effects = _introduce(s, at) if plan.steps else (s, ())
    s, more = _next(s, at)
    return s, effects + more


def _ache(s: Session, answer: Answer, at: datetime) -> Move:
    if answer is Answer.DULL:
        return _go_on(replace(s, word_ceiling=min(s.ceiling, DULL_LEVEL)), at, "ache_dull")
    return safety_stop(s, Tier.B, at, "aches elsewhere")


def _consent(s: Session, at: datetime) -> Move:
    if s.hot:
        # It came on unasked and is being switched off: a heater that does as it likes gets no yes.
        return _go_on(s, at, "heat_failed")
    return start_heat(replace(s, todo=s.todo[1:]), at, s.order.heat or timedelta())
