"""What a session does while nothing presses: it asks, and it warms a compress."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from .heat import ANSWER_WITHIN, CHECK_EVERY, CONSENT_WITHIN, MAX_TIME, HeatKind
from .messages import Hush, Priority, Question, StartHeat, StopHeat
from .moves import Move, cool, hands_off, held, left_of, minutes, rest, say
from .states import Asking, Cooling, Heating, Session
from .steps import enter
from .waits import LISTEN, PROOF_LIMIT, SPEECH_SPARE, WAIT_LIMIT
from .wording import Line

ROOM_WORDS: Final = {
    "heat_ask": "heat_ask_room",
    "heat_on": "heat_on_room",
    "heat_done": "heat_done_room",
    "too_hot_reply": "too_hot_room",
}
"""What is said otherwise where nothing lies on the skin."""
_LINES: Final = {
    Question.HEALTH: "health",
    Question.SKIN: "skin_check",
    Question.ACHE: "ache_ask",
    Question.WRONG: "wrong_ask",
}


def ask(
    s: Session, question: Question, at: datetime, *, times: int = 1, heating: Heating | None = None
) -> Move:
    """Ask, with the hands off; what was going on is kept until there is an answer."""
    left, is_held = left_of(s, at), held(s)
    s, effects = hands_off(s, at)
    line = question_line(s, question)
    urgent = question in {Question.WRONG, Question.ACHE, Question.SKIN}
    priority = Priority.SAFETY if urgent else Priority.INSTRUCTION
    s, said = say(s, at, line, priority, question=question)
    window = timedelta(seconds=line.seconds) + SPEECH_SPARE + answer_time(question)
    if not heating:
        window += WAIT_LIMIT
    state = Asking(
        question, said.id, at + window, times=times, heating=heating, left=left, held=is_held
    )
    return replace(s, state=state), (*effects, said)


def interrupt_with(s: Session, question: Question, at: datetime) -> Move:
    """Ease off at once and ask before anything goes on: pressing ends, heat goes off."""
    cooling = cool(s, at)
    others = tuple(one for one in s.todo if one is not question)
    s, effects = ask(replace(s, todo=(question, *others)), question, at)
    *most, said = effects
    return rest(s, at), (*most, Hush(at), *cooling, said)


def answer_time(question: Question) -> timedelta:
    """Return how long an answer is waited for once the question has been spoken."""
    match question:
        case Question.HEAT:
            return CONSENT_WITHIN
        case Question.SKIN:
            return ANSWER_WITHIN
        case _:
            return LISTEN


def question_line(s: Session, question: Question) -> Line:
    """Return the words of a question."""
    match question:
        case Question.SIDE:
            area = s.plan.orders[s.plan.unknown_side].area
            return s.line("ask_side", area=area.key)
        case Question.GATE:
            return s.order.book.cues(s.gated.key, "gate", s.gated.sides[0])[0]
        case Question.HEALTH if len(s.plan.orders) > 1:
            return s.line("health_several")
        case Question.NEXT_DAY:
            return s.line("next_day", area=s.recalled.key)
        case Question.HEAT:
            time = min(s.order.heat or MAX_TIME, MAX_TIME)
            return s.line(in_words(s, "heat_ask"), minutes=minutes(time))
        case _:
            return s.line(_LINES[question])


def proceed(s: Session, at: datetime, left: timedelta | None = None) -> Move:
    """Go on with whatever comes next: a question, the proof that heat is off, or the step."""
    if s.todo and s.todo[0] is Question.HEAT and s.order.warmth.unasked and not s.hot:
        return start_heat(replace(s, todo=s.todo[1:]), at, s.order.heat or timedelta())
    if s.todo:
        s, warned = _warn(s, at)
        s, effects = ask(s, s.todo[0], at)
        effects = (*warned, *effects)
        assert isinstance(s.state, Asking)  # noqa: S101 - it was just asked
        return replace(s, state=replace(s.state, left=left, held=False)), effects
    if s.hot:
        return replace(s, state=Cooling(at + PROOF_LIMIT, left)), cool(s, at)
    return enter(s, s.index, at, left)


def _warn(s: Session, at: datetime) -> Move:
    """Say before each use that nothing but the pad itself guards it, where that is so."""
    warmth = s.order.warmth
    if s.todo[0] is not Question.HEAT or warmth.guarded or warmth.kind is HeatKind.ROOM:
        return s, ()
    s, said = say(s, at, s.line("heat_unguarded"))
    return s, (said,)


def in_words(s: Session, key: str) -> str:
    """Return the key of what is said of the kind of heat there is."""
    return ROOM_WORDS.get(key, key) if s.order.warmth.kind is HeatKind.ROOM else key


def start_heat(s: Session, at: datetime, time: timedelta) -> Move:
    """Warm the compress; it is off again at a fixed instant."""
    off_at = at + min(time, MAX_TIME)
    s, said = say(s, at, s.line(in_words(s, "heat_on"), minutes=minutes(off_at - at)))
    touches = s.order.warmth.kind is HeatKind.BODY
    state = Heating(off_at, at + CHECK_EVERY if touches else off_at)
    return replace(s, state=state, hot=True, heat_since=at), (StartHeat(at, off_at), said)


def stop_heat(s: Session, at: datetime, key: str) -> Move:
    """Switch the heat off and wait until it has proved that it is."""
    left = left_of(s, at)
    s, effects = hands_off(rest(s, at), at)
    s, said = say(s, at, s.line(in_words(s, key)), Priority.SAFETY)
    s = replace(s, hot=True, state=Cooling(at + PROOF_LIMIT, left))
    return s, (*effects, Hush(at), StopHeat(at), said)
