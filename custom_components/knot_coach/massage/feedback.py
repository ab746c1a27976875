"""What each word of the person does (massage.md §2.3).

Every function gets a session whose state accepts its command, and either returns the next session
or raises `NotNow` and changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, assert_never

from . import navigation
from .asking import interrupt_with
from .limits import CONTINUOUS_LIMIT
from .messages import Command, Effect, Event, Hush, NotNow, Question
from .moves import Move, hold_level, reply, say, tell
from .navigation import in_phase, step_of
from .phases import BOUNDS, PRESSING, TOUCHING, Phase
from .pressure import LOWEST, STEP_UP, Ramp
from .remarks import NoHarder
from .script import level_line
from .states import (
    TOO_WARM,
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
from .steps import base_goal, ease_off_now, enter
from .waits import SPEECH_SPARE

MORE: Final = timedelta(seconds=20)
"""What "more time", "not yet" and "can't find it" give (massage.md §2.1, §2.3)."""
MORE_TIMES: Final = 2
"""How often they give it in one step (massage.md §2.3)."""
BREATHE: Final = timedelta(seconds=15)
"""Breathing after "too much" (massage.md §2.3)."""
ROUND_LIMIT: Final = timedelta(seconds=60)
"""After this "harder" is not for this round any more (massage.md §2.3)."""


def obey(s: Session, wish: Command | NoHarder, at: datetime) -> Move:
    """Carry a wish out. Raises NotNow if it does not fit."""
    # Wherever a person may want it lighter, they may want it no harder.
    command = Command.LIGHTER if isinstance(wish, NoHarder) else wish
    if command not in s.allowed or (wish is not command and _under_heat(s)):
        raise NotNow(_why_not(s, command))
    if command in TOO_WARM and _under_heat(s):
        command = Command.TOO_HOT
    if isinstance(wish, NoHarder):
        return _no_harder(s, at)
    heard = replace(s, unanswered=0, check_open=False, notes=s.notes.count(command))
    return _WORDS[command](heard, at)


def _under_heat(s: Session) -> bool:
    """Tell whether a heater may be on, and nothing else is going on that a complaint could be about."""
    return s.hot and not isinstance(s.state, Instructing | Working | Ended)


def _why_not(s: Session, command: Command) -> str:
    match s.state:
        case Ended():
            return "ended"
        case Asking():
            return "asking"
        case Heating() | Cooling():
            return "warming"
        case Paused() | Interrupted():
            return "already_paused" if command is Command.PAUSE else "paused"
        case Instructing() | Working():
            return {Command.RESUME: "not_paused", Command.TOO_HOT: "not_warming"}.get(
                command, "wait_a_moment"
            )
        case _:
            assert_never(s.state)


def _longer(s: Session, at: datetime, key: str, most: timedelta | None = None) -> Move:
    """Give the present step more time, as far as its bounds and the limits let it."""
    step = step_of(s)
    assert isinstance(s.state, Working)  # noqa: S101 - ALLOWED says so
    bound = timedelta(seconds=BOUNDS[step.phase][1])
    ends_at = min(s.state.ends_at + MORE, s.state.since + min(bound, most or bound))
    if s.cap_at is not None:
        ends_at = min(ends_at, s.cap_at)
    if ends_at <= s.state.ends_at:
        raise NotNow("no_more_time")
    state = replace(s.state, ends_at=ends_at)
    s = replace(s, state=state)
    again = {n for n in state.given if step.cues[n].before is not None and s.cue_due(n) > at}
    s = replace(s, state=replace(state, given=state.given - again))
    return reply(s, at, key)


def _extend(s: Session, at: datetime) -> Move:
    # A gun runs in blocks whose cues are made for the time that was planned (massage.md §4.6).
    if s.extended >= MORE_TIMES or step_of(s).phase is Phase.TOOL:
        raise NotNow("no_more_time")
    return _longer(replace(s, extended=s.extended + 1), at, "extend")


def _not_yet(s: Session, at: datetime) -> Move:
    in_phase(s, Phase.PRESS, reason="not_pressing")
    if not s.waited:
        try:
            s, _ = hold_level(replace(s, waited=True), s.level, at)
            return _longer(s, at, "not_yet", CONTINUOUS_LIMIT)
        except NotNow:
            pass  # No time is left to give, so the round ends as it does the second time.
    s, effects = reply(s, at, "not_yet_end")
    s, more = ease_off_now(s, at)
    return s, (Hush(at), *effects, *more)


def _lighter(s: Session, at: datetime) -> Move:
    step = step_of(s)
    if step.phase not in TOUCHING:
        return reply(s, at, "lighter_ack")
    level = max(LOWEST, s.level - 1)
    s, changed = hold_level(s, level, at)
    s, effects = reply(s, at, "lower", level=level)
    return s, (*changed, *effects)


def _no_harder(s: Session, at: datetime) -> Move:
    """Stay as it is for this round; a step up that has been announced is not taken.

    It is no answer to a check-in, so that whoever gave none is pressed no firmer than before.
    """
    in_phase(s, *TOUCHING, reason="not_pressing")
    s, effects = reply(s, at, "no_harder")
    announced = isinstance(s.state, Working) and s.state.ramp is not None and s.state.ramp.cue
    s, _ = hold_level(s, s.level, at)
    return s, (*((Hush(at),) if announced else ()), *effects)


def _too_much(s: Session, at: datetime) -> Move:
    """Two lighter at once, breathing, and never that firm again today."""
    old = s.level or base_goal(s)
    level = max(LOWEST, s.level - 2) if s.level else 0
    s = replace(s, word_ceiling=max(LOWEST, min(s.ceiling, old - 1)), no_cross=True)
    s, changed = hold_level(s, level, at)
    hush: tuple[Effect, ...] = ()
    if isinstance(s.state, Working):
        s, hush = replace(s, state=replace(s.state, quiet_until=at + BREATHE)), (Hush(at),)
    s, effects = reply(s, at, "too_much")
    s, more = reply(s, at, "breathe_after_too_much")
    if step_of(s).phase in {Phase.CROSS_FIBER, Phase.TOOL}:
        s, left = enter(s, s.index + 1, at)
        more += left
    return s, (*changed, *hush, *effects, *more)


def _harder(s: Session, at: datetime) -> Move:
    in_phase(s, Phase.PRESS, reason="not_pressing")
    assert isinstance(s.state, Working)  # noqa: S101 - ALLOWED says so
    ramp = s.state.ramp
    assert ramp is not None  # noqa: S101 - a press is under way
    limit = base_goal(s, s.ceiling)
    if s.level >= limit or at - s.state.since >= ROUND_LIMIT:
        raise NotNow("as_firm")
    if at - ramp.risen_at < STEP_UP or ramp.cue is not None or ramp.rises_at is not None:
        raise NotNow("wait_a_moment")
    return announce_level(replace(s, goal=max(s.goal, s.level + 1)), s.state, ramp, at)


def announce_level(s: Session, working: Working, ramp: Ramp, at: datetime) -> Move:
    """Say the next level; it is reached when that has been heard, and not before."""
    line = level_line(s.order, step_of(s), s.level + 1)
    stale = at + SPEECH_SPARE
    give_up_at = stale + timedelta(seconds=line.seconds) + SPEECH_SPARE
    s, said = say(s, at, line, stale=stale)
    ramp = ramp.cued(said.id, at, give_up_at)
    return replace(s, state=replace(working, ramp=ramp)), (said,)


def _released(s: Session, at: datetime) -> Move:
    step = in_phase(s, *PRESSING, reason="not_pressing")
    if step.phase is Phase.RELEASE_HOLD:
        return reply(s, at, "released")
    since = s.state.since if isinstance(s.state, Working) else at
    mark = (step.side, step.spot, (at - since).total_seconds())
    s = replace(s, notes=replace(s.notes, released=(*s.notes.released, mark)))
    told = tell(s, at, Event.RELEASED, seconds=mark[2])
    following = s.index + 1
    if s.steps[following].phase is Phase.RELEASE_HOLD:
        hold = replace(s.steps[following], lines=(s.line("released"),))
        s = replace(s, steps=(*s.steps[:following], hold, *s.steps[following + 1 :]))
    s, effects = enter(s, following, at)
    return s, (told, Hush(at), *effects)


def _not_found(s: Session, at: datetime) -> Move:
    in_phase(s, Phase.LOCATE, reason="not_locating")
    if s.searched >= MORE_TIMES:
        raise NotNow("no_more_time")
    return _longer(replace(s, searched=s.searched + 1), at, "not_found")


def _aches_elsewhere(s: Session, at: datetime) -> Move:
    s = replace(s, goal=max(LOWEST, s.level - 2))
    return interrupt_with(s, Question.ACHE, at)


_WORDS: Final[Mapping[Command, Callable[[Session, datetime], Move]]] = MappingProxyType(
    {
        Command.PAUSE: navigation.pause_it,
        Command.RESUME: navigation.resume,
        Command.NEXT: navigation.next_step,
        Command.PREVIOUS: navigation.previous_step,
        Command.REPEAT: navigation.repeat,
        Command.EXTEND: _extend,
        Command.LIGHTER: _lighter,
        Command.HARDER: _harder,
        Command.TOO_MUCH: _too_much,
        Command.RELEASED: _released,
        Command.NOT_YET: _not_yet,
        Command.FOUND: navigation.found,
        Command.NOT_FOUND: _not_found,
        Command.LOST: navigation.lost,
        Command.ACHES_ELSEWHERE: _aches_elsewhere,
        Command.OTHER_SIDE: navigation.other_side,
        Command.WRAP_UP: navigation.wrap_up,
        Command.TOO_HOT: navigation.too_hot,
        Command.STOP: navigation.stop,
    }
)
