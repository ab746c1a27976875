"""How a step is entered, works and is left."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from .halts import finish, pause
from .limits import allowance_of
from .messages import Effect, Event
from .moves import Move, count_hands, keep_level, say, set_level, tell
from .notes import Notes
from .outcomes import PauseReason
from .phases import BOUNDS, TIMED, TOUCHING, Phase
from .plan import Step
from .pressure import BROAD_LEVEL, CROSS_LEVEL, START, TOOL_LEVEL, UNPREPARED_LEVEL, Ramp
from .states import Instructing, Paused, Session, Working
from .waits import SPEECH_SPARE, WAIT_LIMIT
from .wording import Line

_PREPARING: Final = frozenset({Phase.WARM_UP, Phase.BREATHE, Phase.BROAD})


def base_goal(s: Session, target: int | None = None) -> int:
    """Return the level a round may climb to, by itself or towards another target (massage.md §2.2).

    Where rounds do not climb, nothing but "harder" leads beyond their start (massage.md §3.15).
    """
    goal = min(target or s.order.target, s.ceiling)
    if target is None and not s.order.area.ramp:
        goal = min(goal, START)
    planned = {step.phase for step in s.plan.steps if step.part == s.part} & _PREPARING
    if planned <= s.skipped:
        goal = min(goal, UNPREPARED_LEVEL)
    return goal


def enter(s: Session, index: int, at: datetime, left: timedelta | None = None) -> Move:
    """Begin a step with its instruction; `left` is set where it was left in the middle."""
    wanted, index = index, passable(s, index, at)
    if index >= len(s.steps):
        return finish(s, at)
    step = s.steps[index]
    s = count_hands(keep_level(s), at, still_on=step.phase in TIMED)
    if step.part != s.part:
        s = _next_part(s, step.part, at)
    goal = base_goal(s)
    s = replace(
        s,
        index=index,
        # Who did not answer is pressed no firmer than before (massage.md §2.2).
        goal=min(goal, s.round_level or goal) if s.unanswered else goal,
        check_open=step.phase is Phase.EASE_OFF,
        active_since=s.active_since or at,
        notes=s.notes.entered(s.plan, s.steps, index),
    )
    if left is None or index != wanted:
        left = step.duration
        lines = step.setup + step.lines
        s = replace(s, extended=0, waited=False, searched=0)
    else:
        left = step.duration if step.phase is Phase.PRESS else left
        lines = step.lines
    s, effects = instruct(s, at, lines, left)
    s, more = set_level(s, _first_level(s, step), at)
    return s, (*effects, tell(s, at, Event.PHASE_STARTED), *more)


def _next_part(s: Session, part: int, at: datetime) -> Session:
    """Turn to another area: what was noted of the last one stays with it."""
    last = replace(s.notes, ended=at, word_ceiling=s.word_ceiling)
    skipped = (Notes(),) * (part - s.part - 1)
    return replace(
        s,
        earlier=(*s.earlier, last, *skipped),
        notes=Notes(began=at),
        skipped=frozenset(),
        # Who has not answered yet is pressed no firmer here either (massage.md §2.2).
        round_level=s.round_level if s.unanswered else 0,
    )


def passable(s: Session, index: int, at: datetime) -> int:
    """Return the first step from `index` on that is still to be done; a round goes as a whole."""
    counted = count_hands(s, at, still_on=True)
    while index < len(s.steps) and not _open(counted, s.steps[index], s.hands_since is not None):
        round_over = s.steps[index].phase is Phase.PRESS
        index += 1
        while round_over and s.steps[index].phase in {Phase.RELEASE_HOLD, Phase.EASE_OFF}:
            index += 1
    return index


def _open(s: Session, step: Step, hands_on: bool) -> bool:  # noqa: FBT001 - read at one place
    """Tell whether nothing forbids a step, and the limits leave room for the shortest of its kind.

    A hold that follows its press needs no room for words: the hands are there already.
    """
    if s.no_cross and step.phase in {Phase.CROSS_FIBER, Phase.TOOL}:
        return False
    if s.worse and step.phase in TOUCHING:
        return False
    allowance = allowance_of(s, step)
    if hands_on and step.phase is Phase.RELEASE_HOLD:
        return allowance > timedelta()
    return allowance >= timedelta(seconds=BOUNDS[step.phase][0]) + step.speech


def _first_level(s: Session, step: Step) -> int:
    match step.phase:
        case Phase.PRESS:
            return min(START, s.goal)
        case Phase.RELEASE_HOLD:
            return min(s.level or START, s.goal)
        case Phase.BROAD:
            return min(BROAD_LEVEL, s.goal)
        case Phase.CROSS_FIBER:
            reached = max(START, s.notes.peak)  # silence has not climbed, and does not jump here
            return min(CROSS_LEVEL, s.order.area.cross, s.goal, reached)
        case Phase.TOOL:
            return min(TOOL_LEVEL, s.goal)
        case _:
            return 0


def instruct(s: Session, at: datetime, lines: tuple[Line, ...], left: timedelta) -> Move:
    """Speak the lines; when the last one has been heard, the step works for `left`."""
    effects: list[Effect] = []
    for line in lines:
        s, said = say(s, at, line)
        effects.append(said)
    speech = timedelta(seconds=sum(line.seconds for line in lines))
    give_up_at = at + WAIT_LIMIT + speech + SPEECH_SPARE
    return replace(s, state=Instructing(s.next_id - 1, give_up_at, left)), tuple(effects)


def work(s: Session, at: datetime) -> Session:
    """Start the clock of the present step: its instruction has been spoken or given up."""
    assert isinstance(s.state, Instructing)  # noqa: S101 - the callers have matched the state
    step, left = s.step, s.state.left
    assert step is not None  # noqa: S101 - a step was instructed
    since = at - max(timedelta(), step.duration - left)
    ends_at = at + left if s.cap_at is None else min(at + left, s.cap_at)
    working = Working(since, ends_at, ramp=Ramp.begin(at) if step.phase is Phase.PRESS else None)
    s = replace(s, state=working, notes=replace(s.notes, since=at))
    gone = frozenset(n for n in range(len(step.cues)) if s.cue_due(n) < at)
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
    return enter(s, hands_off_from(s), at)


def hands_off_from(s: Session) -> int:
    """Return the first step from the present one on in which the hands are off."""
    index = s.index
    while s.steps[index].phase in TIMED:
        index += 1
    return index
