"""A stage without Home Assistant: a voice that takes its time, a person who answers, a clock.

`Stage` does for a session what the coordinator does, on a clock that only moves when told to: it
speaks one line after the other at its expected length, reports the end of each, and calls
`advance` at every deadline.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, override

import yaml

from massage.areas import Area, Side, area_of
from massage.messages import (
    Answer,
    Answered,
    Begun,
    Command,
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
    Tell,
)
from massage.order import Order
from massage.phases import Length, Phase
from massage.plan import Plan, compile_plan
from massage.remarks import NoHarder, Remark
from massage.session import advance, begin, command, report
from massage.states import Asking, Instructing, Session, Working
from massage.wording import Phrasebook

CATALOGUE = Path(__file__).parents[2] / "custom_components" / "knot_coach" / "catalogue"
T0 = datetime(2026, 11, 24, 10, tzinfo=UTC)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else (str(value),)


def _area_texts(lines: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key, value in lines.items():
        if isinstance(value, dict):
            yield from ((f"{key}.{inner}", _texts(text)) for inner, text in value.items())
        else:
            yield key, _texts(value)


class Book(Phrasebook):
    """A phrasebook that does not fill the screen when a test fails."""

    __slots__ = ()

    @override
    def __repr__(self) -> str:
        return "BOOK"

    def _repr_pretty_(self, printer: Any, cycle: object) -> None:  # noqa: ANN401, ARG002 - hypothesis' own
        printer.text("BOOK")


def read_book(language: str) -> Phrasebook:
    """Read the spoken lines of a language."""
    data = yaml.safe_load((CATALOGUE / "phrases" / f"{language}.yaml").read_text("utf-8"))
    return Book(
        language=data["language"],
        lines={key: _texts(value) for key, value in data["lines"].items()},
        areas={area: dict(_area_texts(lines)) for area, lines in data["areas"].items()},
        words=data["words"],
        forms=data.get("forms", {}),
    )


def read_area(key: str) -> Area:
    """Read the facts of an area."""
    return area_of(yaml.safe_load((CATALOGUE / "areas" / f"{key}.yaml").read_text("utf-8")))


LANGUAGES = sorted(file.stem for file in (CATALOGUE / "phrases").iterdir())
BOOKS = {language: read_book(language) for language in LANGUAGES}
BOOK = BOOKS["en"]
AREAS = {
    key: read_area(key) for key in sorted(file.stem for file in (CATALOGUE / "areas").iterdir())
}

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
        case Say(question=Question.GATE):
            gate = stage.s.gated.gate
            opens = Answer.YES if gate is not None and gate.opens_on_yes else Answer.NO
            stage.later(1.5, lambda: stage.report(Answered(opens)))
        case Say(question=Question.NEXT_DAY):
            stage.later(1.5, lambda: stage.report(Answered(Answer.NORMAL)))
        case Say(question=Question.ACHE):
            stage.later(1.5, lambda: stage.report(Answered(Answer.DULL)))
        case Say(question=question) if question is not None:
            stage.later(1.5, lambda: stage.report(Answered(Answer.NO)))
        case Say(line=line) if line.key in {"rate", "rate_area"}:
            score = 6 if stage.s.step and stage.s.step.phase is Phase.CHECK_IN else 3
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
    first_id: int = 1
    s: Session = field(init=False)
    _queue: list[Say] = field(default_factory=list)
    _speaking: tuple[datetime, datetime, Say] | None = None
    _later: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin."""
        self.s, effects = begin(self.plan, self.now, first_id=self.first_id)
        self.perform(effects)

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        """Let the person do something in so many seconds."""
        self._later.append((self.now + timedelta(seconds=seconds), what))

    def forget(self) -> None:
        """Let the person do nothing of what they were about to do."""
        self._later.clear()

    def obey(self, wish: Command | NoHarder) -> None:
        """Say a word; raises NotNow."""
        self.s, effects = command(self.s, wish, self.now)
        self.perform(effects)

    def answer(self, answer: Answer, *, person: bool = True) -> None:
        """Answer the question that is open, which can be heard by now."""
        if isinstance(self.s.state, Asking) and self.s.state.awaited is not None:
            self.report(Begun(self.s.state.awaited))
        self.report(Answered(answer, person=person))

    def report(self, fact: Report | Remark) -> None:
        """Tell the session a fact."""
        self.s, effects = report(self.s, fact, self.now)
        self.perform(effects)

    def play_one(self) -> None:
        """Go to the next moment at which anything happens, and let it happen."""
        at = self._next()
        assert at is not None, "nothing happens any more"
        self.now = max(self.now, at)
        self._step()

    def until(self, reached: Callable[[Session], bool]) -> None:
        """Play until the session is somewhere; fails where it never gets there."""
        while not reached(self.s):
            assert self.s.live, "the session has ended before"
            self.play_one()

    def is_in(self, kind: type[Any]) -> bool:
        """Whether the session is in a state of a kind."""
        return isinstance(self.s.state, kind)

    def state[StateT](self, kind: type[StateT]) -> StateT:
        """The state of the session, which has to be of a kind."""
        assert isinstance(self.s.state, kind)
        return self.s.state

    def said(self, since: int = 0) -> list[str]:
        """The keys of the lines that were to be spoken, from an entry of the log on."""
        return [effect.line.key for _, effect in self.log[since:] if isinstance(effect, Say)]

    def spoken_text(self, number: int) -> str:
        """The words of one of the lines that were to be spoken."""
        return [effect.line.text for _, effect in self.log if isinstance(effect, Say)][number]

    def told(self, event: Event) -> list[Tell]:
        """What automations were told of a kind."""
        tells = [effect for _, effect in self.log if isinstance(effect, Tell)]
        return [effect for effect in tells if effect.event is event]

    def count(self, kind: type[Effect]) -> int:
        """How many effects of a kind there were."""
        return sum(isinstance(effect, kind) for _, effect in self.log)

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
        self.perform(effects)
        if self._speaking is None:
            self._speak_next()

    def _speak_next(self) -> None:
        self._queue = [say for say in self._queue if say.stale is None or say.stale >= self.now]
        if not self._queue:
            return
        said = min(self._queue, key=lambda say: say.priority)
        self._queue.remove(said)
        self._speaking = (self.now, self.now + timedelta(seconds=said.line.seconds), said)
        self.report(Begun(said.id))

    def perform(self, effects: tuple[Effect, ...]) -> None:
        """Do what the session asks the outside to do."""
        for effect in effects:
            self.log.append((self.now, effect))
            match effect:
                case Say():
                    self._queue.append(effect)
                case Hush():
                    self._queue = [one for one in self._queue if one.priority is Priority.SAFETY]
                case _:
                    pass


def order(area: str = "forearm", **wanted: Any) -> Order:  # noqa: ANN401 - the fields of an order
    """A standard session on the left forearm, unless something else is wanted."""
    usual: dict[str, Any] = {"side": Side.LEFT, "length": Length.STANDARD, "book": BOOK}
    return Order(area=AREAS[area], **usual | wanted)


def opened(person: Person = silent, **wanted: Any) -> Stage:  # noqa: ANN401 - as `order`
    """A session that has just begun, for somebody who says nothing."""
    return Stage(compile_plan(order(**wanted)), person)


def stage_in(
    phase: Phase,
    state: type[Working | Instructing] = Working,
    *,
    number: int = 1,
    **wanted: Any,  # noqa: ANN401 - as `order`
) -> Stage:
    """A session that has come to a phase, for somebody who answers; then they fall silent."""
    stage = opened(attentive, **wanted)
    stage.until(
        lambda s: (
            isinstance(s.state, state)
            and s.step is not None
            and (s.step.phase, s.step.round) == (phase, number)
        )
    )
    stage.person = silent
    stage.forget()
    return stage
