"""Heat before a session: what the heater reports, and the skin check while it is on.

Pressing never starts while heat is on, and nothing but a clear yes lets heat go on.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, assert_never

from .asking import ask, proceed, stop_heat
from .halts import pause
from .heat import CHECK_EVERY
from .heat_reports import (
    HeatConfirmed,
    HeatForecast,
    HeatLost,
    HeatOff,
    HeatOn,
    HeatReady,
    HeatReport,
    HeatStuck,
)
from .messages import Effect, Event, Priority, Question, StopHeat
from .moves import Move, cool, count_heat, left_of, say, tell
from .outcomes import PauseReason
from .states import Asking, Cooling, Ended, Heating, Instructing, Paused, Session, Working

SWITCHED_ON: Final = "switched_on"
"""Somebody else has switched it on while a session goes on: nobody is pressed under heat."""
LOST: Final[Mapping[str, str]] = {
    "no_watts": "heat_lost_no_watts",
    "not_rising": "heat_lost_not_rising",
    "switched_off": "heat_lost_switched_off",
    SWITCHED_ON: "heat_lost_switched_on",
    "unavailable": "heat_lost_unavailable",
    "too_hot": "heat_lost_too_hot",
    "stale": "heat_lost_stale",
    "not_on": "heat_lost_not_on",
    "refused": "heat_lost_not_on",
    "not_allowed": "heat_lost_not_allowed",
    "not_stored": "heat_lost_not_stored",
    "gone": "heat_lost_gone",
    "changed": "heat_lost_changed",
}
"""The line that says what happened; for all else there is one in general."""


def check_skin(s: Session, heating: Heating, at: datetime) -> Move:
    """Ask about the skin while the heat goes on."""
    return ask(s, Question.SKIN, at, heating=heating)


def _warming(s: Session) -> bool:
    match s.state:
        case Heating() | Asking(heating=Heating()):
            return True
        case _:
            return False


def heat(s: Session, told: HeatReport, at: datetime) -> Move:
    """Take what the heater reports."""
    warming = _warming(s)
    match told:
        case HeatOn():
            return (s, (tell(s, at, Event.HEAT_ON),)) if warming else _unwanted(s, at)
        case HeatForecast(ready_at):
            return _expected(s, ready_at), ()
        case HeatReady():
            return stop_heat(s, at, "heat_ready") if warming else (s, ())
        case HeatLost(reason):
            return _lost(s, reason, at)
        case HeatOff() | HeatConfirmed():
            return _cold(s, at, proved=isinstance(told, HeatOff))
        case HeatStuck():
            return stuck(s, at)
        case _:
            assert_never(told)


def _lost(s: Session, reason: str, at: datetime) -> Move:
    """Say what is wrong with the heater, and go on without it once it is proved off."""
    failed = tell(s, at, Event.HEAT_FAILED, reason=reason)
    s = _troubled(s, reason)
    by_hand = reason == SWITCHED_ON and not isinstance(s.state, Ended)
    if not (by_hand or _warming(s)):
        return s, (failed, *cool(s, at))
    if _warming(s) or isinstance(s.state, Instructing | Working):
        s, effects = stop_heat(s, at, LOST.get(reason, "heat_failed"))
        return s, (failed, *effects)
    s, said = say(replace(s, hot=True), at, s.line(LOST[reason]), Priority.SAFETY)
    return s, (failed, StopHeat(at), said)


def _troubled(s: Session, reason: str) -> Session:
    known = s.notes.heat_troubles
    troubles = known if reason in known else (*known, reason)
    return replace(s, notes=replace(s.notes, heat_troubles=troubles))


def _expected(s: Session, ready_at: datetime | None) -> Session:
    match s.state:
        case Heating() as warming:
            return replace(s, state=replace(warming, ready_at=ready_at))
        case Asking(heating=Heating() as warming) as asking:
            return replace(s, state=replace(asking, heating=replace(warming, ready_at=ready_at)))
        case _:
            return s


def _unwanted(s: Session, at: datetime) -> Move:
    """It came on too late: off with it, and nobody is pressed until it is proved off."""
    if isinstance(s.state, Instructing | Working):
        return stop_heat(s, at, "too_hot_reply")
    return replace(s, hot=True), (StopHeat(at),)


def _cold(s: Session, at: datetime, *, proved: bool) -> Move:
    """It is off, or unplugged; while it was wanted on, it is switched off as well."""
    effects: list[Effect] = [tell(s, at, Event.HEAT_OFF)] if s.hot and proved else []
    if _warming(s):
        effects.append(StopHeat(at))
    s = replace(count_heat(s, at), hot=False)
    match s.state:
        case Paused(reason=PauseReason.HEAT, held=True):
            s, more = pause(s, PauseReason.ASKED, at)
        case Cooling() | Heating() | Paused(reason=PauseReason.HEAT) | Asking(heating=Heating()):
            s, more = proceed(s, at, left_of(s, at))
        case _:
            more = ()
    return s, (*effects, *more)


def stuck(s: Session, at: datetime) -> Move:
    """Off cannot be proved: no pressing, and somebody has to unplug it (massage.md §4.8)."""
    failed = tell(s, at, Event.HEAT_FAILED, reason="stuck")
    s = _troubled(s, "stuck")
    if isinstance(s.state, Ended):
        s, said = say(s, at, s.line("heat_stuck"), Priority.SAFETY)
        return s, (failed, said)
    s, effects = pause(replace(s, hot=True), PauseReason.HEAT, at)
    return s, (failed, *effects)


def skin_is_fine(s: Session, at: datetime) -> Move:
    """Go on warming: somebody has said that the skin is fine."""
    assert isinstance(s.state, Asking)  # noqa: S101 - the skin was asked about
    assert s.state.heating is not None  # noqa: S101 - with the heat on
    return replace(s, state=replace(s.state.heating, check_at=at + CHECK_EVERY)), ()
