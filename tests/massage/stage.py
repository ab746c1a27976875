"""A stage without Home Assistant: a voice that takes its time, a person who answers, a clock.

`Stage` does for a session what the coordinator does, on a clock that only moves when told to: it
speaks one line after the other at its expected length, reports the end of each, and calls
`advance` at every deadline.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, override

import yaml

from massage.areas import Area, Gun, Side
from massage.messages import (
    Answer,
    Answered,
    Begun,
    Command,
    Eased,
    Effect,
    Hush,
    Priority,
    Question,
    Rated,
    Report,
    Say,
    Spoken,
)
from massage.plan import Plan
from massage.session import advance, begin, command, report
from massage.states import Session
from massage.wording import Phrasebook

CATALOGUE = Path(__file__).parents[2] / "custom_components" / "knot_coach" / "catalogue"
T0 = datetime(2026, 11, 24, 10, tzinfo=UTC)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else (str(value),)


class Book(Phrasebook):
    """A phrasebook that does not fill the screen when a test fails."""

    __slots__ = ()

    @override
    def __repr__(self) -> str:
        return "BOOK"

    def _repr_pretty_(self, printer: Any, cycle: object) -> None:  # noqa: ANN401 - hypothesis' own
        printer.text("BOOK")


def read_book(language: str = "en") -> Phrasebook:
    """Read the spoken lines of a language."""
    data = yaml.safe_load((CATALOGUE / "phrases" / f"{language}.yaml").read_text("utf-8"))
    return Book(
        language=data["language"],
        lines={key: _texts(value) for key, value in data["lines"].items()},
        areas={
            area: {key: _texts(value) for key, value in lines.items()}
            for area, lines in data["areas"].items()
        },
        words=data["words"],
    )


def read_area(key: str) -> Area:
    """Read the facts of an area."""
    data = yaml.safe_load((CATALOGUE / "areas" / f"{key}.yaml").read_text("utf-8"))
    return Area(
        key=data["key"],
        sides=tuple(Side(side) for side in data["sides"]),
        cap=data["cap"],
        cross=data["cross"],
        gun=Gun(data["gun"]),
        gate=data.get("gate"),
        overlap=data.get("overlap"),
        resettle=data.get("resettle", False),
    )


BOOK = read_book()
AREAS = {key: read_area(key) for key in ("upper_traps", "shoulder_blade", "forearm")}

type Person = Callable[["Stage", Say], None]


def silent(stage: Stage, said: Say) -> None:
    """Say nothing, whatever is asked."""


def attentive(stage: Stage, said: Say) -> None:
    """Answer everything a moment after it was asked, and be well."""
    match said:
        case Say(question=Question.SIDE):
            stage.later(1.5, lambda: stage.report(Answered(Answer.LEFT)))
        case Say(question=Question.HEAT | Question.SKIN):
            stage.later(1.5, lambda: stage.report(Answered(Answer.YES)))
        case Say(question=Question.ACHE):
            stage.later(1.5, lambda: stage.report(Answered(Answer.DULL)))
        case Say(question=question) if question is not None:
            stage.later(1.5, lambda: stage.report(Answered(Answer.NO)))
        case Say(line=line) if line.key == "rate":
            score = 6 if stage.s.index == 0 else 3
            stage.later(1.5, lambda: stage.report(Rated(score)))
        case Say(line=line) if line.key == "check":
            stage.later(1.5, lambda: stage.report(Eased(easing=True)))


@dataclass
class Stage:
    """One session being played."""

    plan: Plan
    person: Person = silent
    now: datetime = T0
    mute: bool = False
    """The end of no line is ever seen."""
    log: list[tuple[datetime, Effect]] = field(default_factory=list)
    spoken: list[tuple[datetime, datetime, Say]] = field(default_factory=list)
    s: Session = field(init=False)
    _queue: list[Say] = field(default_factory=list)
    _speaking: tuple[datetime, datetime, Say] | None = None
    _later: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin."""
        self.s, effects = begin(self.plan, self.now)
        self._perform(effects)

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        """Let the person do something in so many seconds."""
        self._later.append((self.now + timedelta(seconds=seconds), what))

    def obey(self, wish: Command) -> None:
        """Say a word; raises NotNow."""
        self.s, effects = command(self.s, wish, self.now)
        self._perform(effects)

    def report(self, fact: Report) -> None:
        """Tell the session a fact."""
        self.s, effects = report(self.s, fact, self.now)
        self._perform(effects)

    def play_one(self) -> None:
        """Go to the next moment at which anything happens, and let it happen."""
        at = self._next()
        assert at is not None, "nothing happens any more"
        self.now = max(self.now, at)
        self._step()

    def run(self, seconds: float = 4000.0) -> None:
        """Play for so long, or until the session has ended and all has been said."""
        end = self.now + timedelta(seconds=seconds)
        while (at := self._next()) is not None and at <= end:
            self.play_one()
        if self.s.live:
            self.now = end

    def _next(self) -> datetime | None:
        moments = [at for at, _ in self._later]
        if self.s.deadline is not None:
            moments.append(self.s.deadline)
        if self._speaking is not None:
            moments.append(self._speaking[1])
        elif self._queue:
            moments.append(self.now)
        return min(moments, default=None)

    def _step(self) -> None:
        if self._speaking is not None and self._speaking[1] <= self.now:
            done, self._speaking = self._speaking, None
            self.spoken.append(done)
            if not self.mute:
                self.report(Spoken(done[2].id))
            self.person(self, done[2])
        for one in [one for one in self._later if one[0] <= self.now]:
            self._later.remove(one)
            one[1]()
        self.s, effects = advance(self.s, self.now)
        self._perform(effects)
        if self._speaking is None:
            self._speak_next()

    def _speak_next(self) -> None:
        self._queue = [say for say in self._queue if say.stale is None or say.stale >= self.now]
        if not self._queue:
            return
        said = min(self._queue, key=lambda say: say.priority)
        self._queue.remove(said)
        self._speaking = (self.now, self.now + timedelta(seconds=said.line.seconds), said)
        if not self.mute:
            self.report(Begun(said.id))

    def _perform(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            self.log.append((self.now, effect))
            match effect:
                case Say():
                    self._queue.append(effect)
                case Hush():
                    self._queue = [one for one in self._queue if one.priority is Priority.SAFETY]
                case _:
                    pass
