"""The moves that everything else in a session is made of: enter, ask, pause, end.

Each takes a session and an instant and returns the next session with its effects. Together with
`opening`, `feedback` and `session` these are the only modules that change a session.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from . import states
from .messages import (
    Effect,
    Event,
    Hush,
    Lock,
    Priority,
    Question,
    Say,
    StartHeat,
    StopHeat,
    Tell,
    Tier,
)
from .phases import BOUNDS, PRESSING, Phase
from .plan import Step
from .pressure import BROAD_LEVEL, CROSS_LEVEL, START, TOOL_LEVEL, UNPREPARED_LEVEL, Ramp
from .states import (
    Asking,
    Cooling,
    Ended,
    Heating,
    Instructing,
    Interrupted,
    Outcome,
    Paused,
    PauseReason,
    Session,
    Working,
)
from .wording import Line

type Move = tuple[Session, tuple[Effect, ...]]

EMERGENCY_LOCK: Final = timedelta(hours=24)
SAFETY_LOCK: Final = timedelta(hours=48)
"""How long nothing, or nothing on this area, may start (massage.md §4.3)."""
LONGEST_CUE: Final = 8.0
"""Seconds a step up needs, spoken and felt, before the end of its round (massage.md §5.1)."""
_ROUND: Final = PRESSING | {Phase.EASE_OFF}
_PREPARING: Final = frozenset({Phase.WARM_UP, Phase.BREATHE, Phase.BROAD})
_EVENTS: Final = {
    Outcome.FINISHED: Event.FINISHED,
    Outcome.STOPPED: Event.STOPPED,
    Outcome.STOPPED_SAFETY: Event.SAFETY_STOP,
    Outcome.EMERGENCY: Event.EMERGENCY_PHRASE,
    Outcome.REFUSED: Event.STOPPED,
    Outcome.UNANSWERED: Event.STOPPED,
    Outcome.TIMED_OUT: Event.STOPPED,
}


def say(
    s: Session,
    at: datetime,
    line: Line,
    priority: Priority = Priority.INSTRUCTION,
    *,
    stale: datetime | None = None,
    question: Question | None = None,
) -> tuple[Session, Say]:
    """Give a line the next id of the session."""
    said = Say(at, s.next_id, line, priority, stale, question)
    return replace(s, next_id=s.next_id + 1), said


def reply(s: Session, at: datetime, key: str, **slots: object) -> Move:
    """Answer what somebody said, and change nothing else."""
    s, said = say(s, at, s.order.book.line(key, **slots), Priority.ANSWER)
    return s, (said,)


def tell(s: Session, at: datetime, event: Event, **data: Any) -> Tell:
    """Describe a change for automations."""
    step = s.step
    place: dict[str, Any] = {
        "area": s.order.area.key,
        "side": s.order.side,
        "length": s.order.played_length,
    }
    if step is not None:
        place |= {"phase": step.phase, "step": s.index + 1}
    return Tell(at, event, place | data)


def set_level(s: Session, level: int, at: datetime) -> Move:
    """Change the felt pressure; a ramp starts counting anew."""
    if level == s.level:
        return s, ()
    state = s.state
    if isinstance(state, Working) and state.ramp is not None:
        state = replace(state, ramp=state.ramp.moved(at))
    notes = replace(s.notes, peak=max(s.notes.peak, level)) if s.pressing else s.notes
    s = replace(s, state=state, level=level, notes=notes)
    return s, (tell(s, at, Event.PRESSURE_CHANGED, pressure=level),)


def count_hands(s: Session, at: datetime, *, still_on: bool) -> Session:
    """Add the time the hands were on the spot to what counts against the limits."""
    if s.hands_since is not None and s.step is not None:
        spot = (s.step.side, s.step.spot)
        on = max(timedelta(), at - s.hands_since)
        s = replace(s, pressed={**s.pressed, spot: s.pressed.get(spot, timedelta()) + on})
    return replace(s, hands_since=at if still_on else None)


def hands_off(s: Session, at: datetime) -> Move:
    """Take the hands off: the pressing time is counted and the level is nought."""
    return set_level(count_hands(s, at, still_on=False), 0, at)


def cool(s: Session, at: datetime) -> tuple[Effect, ...]:
    """Switch the heat off if it may be on."""
    return (StopHeat(at),) if s.hot else ()


def rest(s: Session, at: datetime) -> Session:
    """Stop counting active time."""
    if s.active_since is None:
        return s
    return replace(s, active=s.active + (at - s.active_since), active_since=None)


def base_goal(s: Session) -> int:
    """Return the level a round may climb to by itself (massage.md §2.2)."""
    goal = min(s.order.target, s.ceiling)
    planned = {step.phase for step in s.plan.steps} & _PREPARING
    if planned <= s.skipped:
        goal = min(goal, UNPREPARED_LEVEL)
    return goal


def enter(s: Session, index: int, at: datetime, left: timedelta | None = None) -> Move:
    """Begin a step with its instruction; `left` is set where it was left in the middle."""
    index = _passable(s, index)
    if index >= len(s.steps):
        return finish(s, at)
    step = s.steps[index]
    pressing = step.phase in PRESSING
    s = count_hands(s, at, still_on=pressing)
    s = replace(
        s,
        index=index,
        goal=min(base_goal(s), s.goal) if s.unanswered else base_goal(s),
        extended=0,
        waited=False,
        searched=0,
        check_open=False,
        active_since=s.active_since or at,
    )
    lines = step.lines if left is not None else step.setup + step.lines
    if left is None or step.phase is Phase.PRESS:
        left = step.duration
    s, effects = instruct(s, at, lines, left)
    s, more = set_level(s, _first_level(s, step), at)
    return s, (*effects, tell(s, at, Event.PHASE_STARTED), *more)


def _passable(s: Session, index: int) -> int:
    """Pass over steps that are not to be done any more."""
    while index < len(s.steps):
        step = s.steps[index]
        dropped = s.no_cross and step.phase in {Phase.CROSS_FIBER, Phase.TOOL}
        if step.phase in PRESSING and not _worth_pressing(s, step):
            while step.phase is Phase.PRESS and s.steps[index + 1].phase in _ROUND:
                index += 1
        elif not dropped:
            break
        index += 1
    return index


def _worth_pressing(s: Session, step: Step) -> bool:
    """Tell whether the limits leave room for the shortest step of its kind."""
    least = timedelta(seconds=BOUNDS[step.phase][0] + sum(line.seconds for line in step.lines))
    allowance = states.allowance_of(s, step)
    if s.hands_since is not None and s.step is not None and s.step.phase in PRESSING:
        return allowance > timedelta()
    return allowance >= least


def _first_level(s: Session, step: Step) -> int:
    match step.phase:
        case Phase.PRESS:
            return min(START, s.goal)
        case Phase.RELEASE_HOLD:
            return s.level or min(START, s.goal)
        case Phase.BROAD:
            return min(BROAD_LEVEL, s.ceiling)
        case Phase.CROSS_FIBER:
            return min(CROSS_LEVEL, s.order.area.cross, s.ceiling)
        case Phase.TOOL:
            return min(TOOL_LEVEL, s.ceiling)
        case _:
            return 0


def instruct(s: Session, at: datetime, lines: tuple[Line, ...], left: timedelta) -> Move:
    """Speak the lines; when the last one has been heard, the step works for `left`."""
    effects: list[Effect] = []
    for line in lines:
        s, said = say(s, at, line)
        effects.append(said)
    speech = timedelta(seconds=sum(line.seconds for line in lines))
    give_up_at = at + states.WAIT_LIMIT + speech + states.SPEECH_SPARE
    return replace(s, state=Instructing(s.next_id - 1, give_up_at, left)), tuple(effects)


def work(s: Session, at: datetime) -> Session:
    """Start the clock of the present step: its instruction has been spoken or given up."""
    assert isinstance(s.state, Instructing)  # noqa: S101 - the callers have matched the state
    assert s.step is not None  # noqa: S101 - a step was instructed
    left = s.state.left
    since = at - max(timedelta(), s.step.duration - left)
    ramp = Ramp.begin(at) if s.step.phase is Phase.PRESS else None
    ends_at = at + left
    if s.cap_at is not None:
        ends_at = max(at, min(ends_at, s.cap_at))
    working = Working(since, ends_at, ramp=ramp)
    s = replace(s, state=working, check_open=s.step.phase is Phase.EASE_OFF)
    gone = frozenset(n for n in range(s.cue_count) if s.cue_due(n) < at)
    return replace(s, state=replace(working, given=gone))


def leave_step(s: Session, at: datetime) -> Move:
    """The clock of the present step has run out."""
    if s.check_open:
        notes = replace(s.notes, missed=s.notes.missed + 1)
        s = replace(s, check_open=False, unanswered=s.unanswered + 1, notes=notes)
        if s.unanswered == 2:  # noqa: PLR2004 - two unanswered check-ins in a row (massage.md §2.2)
            s, effects = pause(s, PauseReason.UNANSWERED, at)
            assert isinstance(s.state, Paused)  # noqa: S101 - it was just paused
            return replace(
                s, index=s.index + 1, unanswered=0, state=replace(s.state, left=None)
            ), effects
    return enter(s, s.index + 1, at)


def ease_off_now(s: Session, at: datetime) -> Move:
    """Go to where the hands come off; what is left of the round is dropped."""
    index = s.index
    while s.steps[index].phase in PRESSING:
        index += 1
    return enter(s, index, at)


def ask(
    s: Session, question: Question, at: datetime, *, times: int = 1, heating: Heating | None = None
) -> Move:
    """Ask, with the hands off; what was going on is kept until there is an answer."""
    left = left_of(s, at)
    s, effects = hands_off(s, at)
    line = question_line(s, question)
    urgent = question in {Question.WRONG, Question.ACHE, Question.SKIN}
    priority = Priority.SAFETY if urgent else Priority.INSTRUCTION
    s, said = say(s, at, line, priority, question=question)
    window = timedelta(seconds=line.seconds) + states.SPEECH_SPARE + answer_time(question)
    if not heating:
        window += states.WAIT_LIMIT
    state = Asking(question, said.id, at + window, times, heating, left)
    return replace(s, state=state), (*effects, said)


def interrupt_with(s: Session, question: Question, at: datetime) -> Move:
    """Ease off at once and ask before anything goes on: pressing ends, heat goes off."""
    cooling = cool(s, at)
    s, effects = ask(replace(s, todo=(question, *s.todo)), question, at)
    *most, said = effects
    return rest(s, at), (*most, Hush(at), *cooling, said)


def answer_time(question: Question) -> timedelta:
    """Return how long an answer is waited for once the question has been spoken."""
    match question:
        case Question.HEAT:
            return states.CONSENT
        case Question.SKIN:
            return states.SKIN_ANSWER
        case _:
            return states.LISTEN


def question_line(s: Session, question: Question) -> Line:
    match question:
        case Question.SIDE:
            return s.line("ask_side", area=s.order.book.name(s.order.area.key))
        case Question.HEALTH:
            return s.line("health")
        case Question.GATE:
            return s.order.book.cues(s.order.area.key, "gate", s.order.area.sides[0])[0]
        case Question.HEAT:
            return s.line("heat_ask", minutes=minutes(s.order.heat or timedelta()))
        case Question.SKIN:
            return s.line("skin_check")
        case Question.ACHE:
            return s.line("ache_ask")
        case Question.WRONG:
            return s.line("wrong_ask")


def proceed(s: Session, at: datetime, left: timedelta | None = None) -> Move:
    """Go on with whatever comes next: a question, the proof that heat is off, or the step."""
    if s.todo:
        return ask(s, s.todo[0], at)
    if s.hot:
        return replace(s, state=Cooling(at + states.PROOF_LIMIT)), ()
    return enter(s, s.index, at, left)


def left_of(s: Session, at: datetime) -> timedelta | None:
    """Return how long the present step still has to work; None if all of it."""
    match s.state:
        case Instructing(left=left):
            return left
        case Asking(left=left) | Paused(left=left) | Interrupted(left=left):
            return left
        case Working(ends_at=ends_at):
            return max(timedelta(), ends_at - at)
        case Heating() | Cooling() | Ended():
            return None


def pause(s: Session, reason: PauseReason, at: datetime) -> Move:
    """Take the hands off, cool down and wait; a pause ends by itself (massage.md §2.3)."""
    left = left_of(s, at)
    limit = states.UNANSWERED_LIMIT if reason is PauseReason.UNANSWERED else states.PAUSE_LIMIT
    s, effects = hands_off(rest(s, at), at)
    cooling = cool(s, at)
    s, said = say(s, at, pause_line(s, reason), Priority.SAFETY)
    s = replace(s, state=Paused(reason, at + limit, left))
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


def minutes(time: timedelta) -> int:
    """Round to whole minutes, at least one."""
    return max(1, round(time / timedelta(minutes=1)))


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


def start_heat(s: Session, at: datetime, time: timedelta) -> Move:
    """Warm the compress; it is off again at a fixed instant."""
    off_at = at + time
    s, said = say(s, at, s.line("heat_on", minutes=minutes(time)))
    state = Heating(off_at, at + states.SKIN_EVERY)
    return replace(s, state=state, hot=True, heat_since=at), (StartHeat(at, off_at), said)


def stop_heat(s: Session, at: datetime, key: str) -> Move:
    """Switch the heat off and wait until it has proved that it is."""
    s, said = say(s, at, s.line(key))
    s = replace(s, state=Cooling(at + states.PROOF_LIMIT))
    return s, (StopHeat(at), said)
