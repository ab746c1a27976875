"""A whole session on paper: what is said and done, and when, for somebody who answers in time.

The plan is walked through by the session itself, so a rehearsal shows what will really happen. Of
its surroundings only the best is assumed: each line takes its expected length, nobody is
interrupted, and a heater obeys.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from .areas import Side
from .heat_reports import HeatOff, HeatOn
from .messages import (
    Answer,
    Answered,
    Begun,
    Eased,
    Effect,
    Event,
    Hush,
    Priority,
    Question,
    Rated,
    Report,
    Say,
    Spoken,
    StartHeat,
    StopHeat,
    Tell,
)
from .moves import Move
from .phases import Phase
from .plan import Plan
from .session import advance, begin, report
from .states import Session, Working

ANSWER_AFTER: Final = timedelta(seconds=1.5)
"""How long after a question the rehearsed person has answered; our choice."""
SWITCHED_AFTER: Final = timedelta(seconds=1)
"""How long the rehearsed heater takes to prove that it is on, or off; our choice."""
LONGEST: Final = timedelta(hours=1)
"""No rehearsal is longer: 30 minutes of session, 15 of heat, and the questions before them."""

_SIDES: Final = {Side.LEFT: Answer.LEFT, Side.RIGHT: Answer.RIGHT, Side.BOTH: Answer.BOTH}

_RATES: Final = frozenset({"rate", "rate_area"})
"""Keys of the lines that ask for a score."""


class Kind(StrEnum):
    """What a row of a timeline is; at the same instant the first of these comes first."""

    ANSWER = "answer"
    """The person says something."""
    PHASE = "phase"
    """A step begins, with its instruction."""
    PRESSURE = "pressure"
    CLOCK = "clock"
    """The instruction of a step has been spoken, and its seconds begin to run."""
    SAY = "say"
    """The coach begins a line."""
    EVENT = "event"
    """Anything else that automations can react to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that happens."""

    at: float
    """Seconds from the start."""
    kind: Kind
    text: str
    """Words: a line, an answer, the name of a phase, a level, minutes and seconds, or an event."""
    seconds: float = 0.0
    """How long a line takes to be spoken, or the clock of a step to run."""
    phase: Phase | None = None
    """None before the first step and after the last one."""
    side: Side | None = None
    area: str | None = None
    pressure: int = 0
    """Felt level, 1 to 7, or 0 with the hands off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the person of a rehearsal says; asked how they are, they are well."""

    side: Side = Side.LEFT
    """Where the plan leaves the side open: `left`, `right` or `both`."""
    heat: bool = False
    """Whether they want the heat that the plan offers."""
    before: int = 6
    """Score before the pressing, 0 to 7: with a higher one nothing is pressed."""
    after: int = 3
    """Score after it, 0 to 10."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A session from its first word to its last."""

    plan: Plan
    """What was played, with every side chosen."""
    rows: tuple[Row, ...]
    """In the order of their instants, and of `Kind` at the same instant."""
    played: timedelta
    """From the start to the end of the last word, questions and answers included."""


def rehearse(plan: Plan, now: datetime, answers: Answers = Answers()) -> Rehearsal:
    """Play a plan that begins now to its end; the same arguments give the same rows."""
    return _Play(plan, now, answers).to_the_end()


def minutes_and_seconds(time: timedelta) -> str:
    """Return `m:ss`, with tenths where it is no whole second."""
    tenths = round(time / timedelta(seconds=0.1))
    return f"{tenths // 600}:{tenths // 10 % 60:02}" + (f".{tenths % 10}" if tenths % 10 else "")


@dataclass(frozen=True, slots=True)
class _Coming:
    """A fact that the session is told later, with the words of a person if it is theirs."""

    at: datetime
    fact: Report
    words: str = ""


def _answer(s: Session, said: Say, answers: Answers) -> Iterator[tuple[Report, str]]:
    """Yield what the person says to a line that asks something: the fact, and its words."""
    book = s.order.book
    if said.question is not None:
        answer = _answer_to(s, said.question, answers)
        yield Answered(answer), book.word(answer)
    elif said.line.key in _RATES:
        first = s.step is not None and s.step.phase is Phase.CHECK_IN
        score = answers.before if first else answers.after
        yield Rated(score), book.word(score)
    elif said.line.key == "check":
        yield Eased(easing=True), book.word("easing")


def _answer_to(s: Session, question: Question, answers: Answers) -> Answer:
    match question:
        case Question.SIDE:
            return _SIDES[answers.side]
        case Question.GATE:
            opens_on_yes = s.gated.gate is not None and s.gated.gate.opens_on_yes
            return Answer.YES if opens_on_yes else Answer.NO
        case Question.HEAT:
            return Answer.YES if answers.heat else Answer.NO
        case Question.SKIN:
            return Answer.YES
        case Question.NEXT_DAY:
            return Answer.NORMAL
        case _:
            return Answer.NO


class _Play:
    """The one thing here that changes: a voice, a person and a heater round a session."""

    def __init__(self, plan: Plan, now: datetime, answers: Answers) -> None:
        """Begin."""
        self._answers = answers
        self._start = self._now = now
        self._rows: list[Row] = []
        self._place = Row(at=0.0, kind=Kind.EVENT, text="")
        """The phase, side, area and pressure that hold now."""
        self._waiting: list[Say] = []
        self._speaking: tuple[datetime, Say] | None = None
        self._coming: list[_Coming] = []
        self._s, effects = begin(plan, self._now)
        self._perform(effects)
        self._speak()

    def to_the_end(self) -> Rehearsal:
        """Let everything happen that follows from the beginning."""
        while (at := self._next) is not None and at <= self._start + LONGEST:
            self._now = at
            self._happen()
        order = list(Kind)
        rows = sorted(self._rows, key=lambda row: (row.at, order.index(row.kind)))
        return Rehearsal(self._s.plan, tuple(rows), self._now - self._start)

    @property
    def _next(self) -> datetime | None:
        """When anything happens next; None when all has been done and said."""
        moments = [coming.at for coming in self._coming]
        if self._speaking is not None:
            moments.append(self._speaking[0])
        if self._s.deadline is not None:
            moments.append(self._s.deadline)
        return min(moments, default=None)

    def _happen(self) -> None:
        if self._speaking is not None and self._speaking[0] <= self._now:
            said, self._speaking = self._speaking[1], None
            self._take(report(self._s, Spoken(said.id), self._now))
            self._listen(said)
        for coming in [coming for coming in self._coming if coming.at <= self._now]:
            self._coming.remove(coming)
            if coming.words:
                self._write(Kind.ANSWER, coming.words)
            self._take(report(self._s, coming.fact, self._now))
        self._take(advance(self._s, self._now))
        self._speak()

    def _listen(self, said: Say) -> None:
        """Let the person answer what was just said, if it asks anything."""
        for fact, words in _answer(self._s, said, self._answers):
            self._coming.append(_Coming(self._now + ANSWER_AFTER, fact, words))

    def _take(self, move: Move) -> None:
        before, (self._s, effects) = self._s, move
        self._perform(effects)
        if isinstance(self._s.state, Working) and not isinstance(before.state, Working):
            left = self._s.state.ends_at - self._now
            self._write(Kind.CLOCK, minutes_and_seconds(left), left.total_seconds())

    def _perform(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            match effect:
                case Say():
                    self._waiting.append(effect)
                case Hush():
                    self._waiting = [
                        said for said in self._waiting if said.priority is Priority.SAFETY
                    ]
                case StartHeat():
                    self._coming.append(_Coming(self._now + SWITCHED_AFTER, HeatOn()))
                case StopHeat():
                    self._coming.append(_Coming(self._now + SWITCHED_AFTER, HeatOff()))
                case Tell():
                    self._told(effect)
                case _:
                    pass

    def _told(self, told: Tell) -> None:
        book, data = self._s.order.book, told.data
        match told.event:
            case Event.PHASE_STARTED:
                step = self._s.steps[data["step"] - 1]
                self._place = replace(
                    self._place, phase=step.phase, side=step.side, area=data["area"]
                )
                self._write(Kind.PHASE, book.word(step.phase))
            case Event.PRESSURE_CHANGED:
                level = data["pressure"]
                self._place = replace(self._place, pressure=level)
                self._write(Kind.PRESSURE, book.word(level) if level else book.word("hands_off"))
            case event:
                if not self._s.live:
                    self._place = Row(at=0.0, kind=Kind.EVENT, text="")
                self._write(Kind.EVENT, event)

    def _speak(self) -> None:
        """Begin the weightiest line that waits, if nothing is being said."""
        waiting = [said for said in self._waiting if said.stale is None or said.stale >= self._now]
        self._waiting = waiting
        if self._speaking is None and waiting:
            said = min(waiting, key=lambda said: said.priority)
            waiting.remove(said)
            length = said.line.seconds
            self._speaking = (self._now + timedelta(seconds=length), said)
            self._write(Kind.SAY, said.line.text, length)
            self._take(report(self._s, Begun(said.id), self._now))

    def _write(self, kind: Kind, text: str, seconds: float = 0.0) -> None:
        at = (self._now - self._start).total_seconds()
        self._rows.append(replace(self._place, at=at, kind=kind, text=text, seconds=seconds))
