"""The states of a session, what each allows, and the session itself.

Data only: nothing here changes a session. Each state carries its own data and nothing else, and
every state but `Ended` has a deadline, so that no session can be forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, assert_never

from .areas import Area, Region, Side
from .limits import SESSION_LIMIT, allowance_of
from .messages import Command, Question
from .notes import Notes
from .order import HIGHEST_CEILING, Order
from .outcomes import Outcome, PauseReason
from .phases import PRESSING, Phase
from .plan import Plan, Step
from .pressure import Ramp
from .wording import Line


@dataclass(frozen=True, slots=True)
class Asking:
    """The coach waits for an answer; nothing presses."""

    question: Question
    awaited: int | None
    """The utterance of the question; None once it has been spoken."""
    give_up_at: datetime
    times: int = 1
    """How often this was asked."""
    begun: bool = False
    """The question can be heard; before that nobody answers it."""
    heating: Heating | None = None
    """The heat that goes on behind a skin check."""
    left: timedelta | None = None
    """How long the step still works when the answer lets it go on; None for all of it."""
    held: bool = False
    """The answer is not enough to go on: somebody has to say resume."""


@dataclass(frozen=True, slots=True)
class Heating:
    """The compress is being warmed."""

    off_at: datetime
    check_at: datetime
    """When the skin has to be asked about next."""
    ready_at: datetime | None = None
    """When it will be warm enough, by the temperature so far."""


@dataclass(frozen=True, slots=True)
class Cooling:
    """The heater was told to go off and has not proved it yet."""

    give_up_at: datetime
    left: timedelta | None = None
    """How long the step still works afterwards; None for all of it."""


@dataclass(frozen=True, slots=True)
class Instructing:
    """The instruction of a step is being spoken; its end starts the clock of the step."""

    awaited: int
    give_up_at: datetime
    left: timedelta
    """How long the step will work."""


@dataclass(frozen=True, slots=True)
class Working:
    """The person does what was said, and the clock runs."""

    since: datetime
    ends_at: datetime
    given: frozenset[int] = frozenset()
    """Which cues of the step have been given or dropped."""
    ramp: Ramp | None = None
    """Only while a press round climbs."""
    quiet_until: datetime | None = None
    """No cues before this: somebody was told to breathe."""


@dataclass(frozen=True, slots=True)
class Paused:
    """Nothing presses and no clock runs but the one that ends the pause."""

    reason: PauseReason
    stop_at: datetime
    left: timedelta | None
    """How long the step still works after the pause; None for all of it."""
    held: bool = False
    """Cold is not enough to go on: somebody has to say resume."""
    awaited: int | None = None
    """The utterance that says to unplug the heater; None once it is heard, or will not be."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Home Assistant was away in the middle of the session."""

    stop_at: datetime
    left: timedelta | None


@dataclass(frozen=True, slots=True)
class Ended:
    """It is over."""

    outcome: Outcome


type Spot = tuple[str, Side, int]
"""Key of the area, side, and number of the spot."""
type State = Asking | Heating | Cooling | Instructing | Working | Paused | Interrupted | Ended

_ALWAYS: Final = {Command.REPEAT, Command.STOP}
_MOVES: Final = {Command.NEXT, Command.PREVIOUS, Command.OTHER_SIDE, Command.WRAP_UP}
_BUSY: Final = frozenset(Command) - {Command.RESUME, Command.TOO_HOT}
TOO_WARM: Final = frozenset({Command.TOO_HOT, Command.TOO_MUCH, Command.LIGHTER})
"""What means, under a heater and with no hand at work, that it is too hot: whoever is in pain chooses no words."""
_TIMING: Final = {Command.EXTEND, Command.HARDER, Command.NOT_FOUND, Command.NOT_YET}
"""What needs a clock that runs."""

ALLOWED: Final[Mapping[type[State], frozenset[Command]]] = MappingProxyType(
    {
        Asking: frozenset(_ALWAYS | {Command.TOO_HOT, Command.PAUSE}),
        Heating: frozenset(_ALWAYS | TOO_WARM | {Command.PAUSE, Command.NEXT}),
        Cooling: frozenset(_ALWAYS | TOO_WARM),
        Instructing: _BUSY - _TIMING,
        Working: _BUSY,
        Paused: frozenset(_ALWAYS | _MOVES | {Command.TOO_HOT, Command.RESUME}),
        Interrupted: frozenset(_ALWAYS | {Command.TOO_HOT, Command.RESUME}),
        Ended: frozenset(),
    }
)
"""What each state accepts; the same table tells cards and buttons what to offer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One person being led through one plan."""

    plan: Plan
    steps: tuple[Step, ...]
    """The plan's steps, with the detours that were taken."""
    index: int = 0
    state: State
    started_at: datetime
    next_id: int = 1
    last: str = ""
    """The words that were said last."""
    used: Mapping[str, int] = field(default_factory=dict)
    """How often each line that has variants was said."""
    todo: tuple[Question, ...] = ()
    """Questions to be answered before the session goes on."""
    hot: bool = False
    """The heater was told to go on and has not proved that it is off."""
    heat_since: datetime | None = None
    level: int = 0
    """Felt pressure now, 0 with hands off."""
    goal: int = 0
    """The level this round climbs to."""
    round_level: int = 0
    """The level at which the last round ended."""
    word_ceiling: int = HIGHEST_CEILING
    """Highest level that was not said to be too much; words only ever lower it."""
    hands_since: datetime | None = None
    """Since when the hands press on the present spot, or the gun runs, without leaving it."""
    lifted_at: datetime | None = None
    """When the hands came off last."""
    contact: timedelta = timedelta()
    """Time of `press` since the last real break, up to `hands_since`."""
    pressed: Mapping[Spot, timedelta] = field(default_factory=dict)
    """Pressing time per spot, up to `hands_since`."""
    gunned: Mapping[str, timedelta] = field(default_factory=dict)
    """Time of the gun per area, up to `hands_since`."""
    extended: int = 0
    """How often the present step was made longer."""
    waited: bool = False
    """"Not yet" was said in this round."""
    searched: int = 0
    """How often "can't find it" gave the present step more time."""
    check_open: bool = False
    """The check at a rest point has not been answered yet."""
    unanswered: int = 0
    """Check-ins in a row that nobody answered."""
    skipped: frozenset[Phase] = frozenset()
    no_cross: bool = False
    """Cross-fibre strokes and the gun are off for this session (massage.md §2.3)."""
    worse: bool = False
    """A score rose, so pressing is over for this session (massage.md §4.3, tier C)."""
    active: timedelta = timedelta()
    """Active time up to `active_since` (massage.md §2.4)."""
    active_since: datetime | None = None
    notes: Notes = field(default_factory=Notes)
    """What is kept of the present part of the plan."""
    earlier: tuple[Notes, ...] = ()
    """What is kept of the parts before it."""

    @property
    def part(self) -> int:
        """Which of the plan's orders is being carried out."""
        return len(self.earlier)

    @property
    def order(self) -> Order:
        """What was asked for, of the present part of the plan."""
        return self.plan.orders[self.part]

    @property
    def gated(self) -> Area:
        """The area whose gate is the next to be asked; only while one is."""
        return self.plan.gated[-self.todo.count(Question.GATE)]

    @property
    def recalled(self) -> Area:
        """The area that the next-day question is about; only while one is to be asked."""
        return self.plan.recalled[-self.todo.count(Question.NEXT_DAY)]

    @property
    def neck(self) -> bool:
        """Whether the neck is or was worked on, so that dizziness is an emergency (massage.md §4.3)."""
        reached = self.plan.orders[: self.part + 1]
        return any(order.area.region is Region.NECK for order in reached)

    @property
    def ceiling(self) -> int:
        """Highest level for the rest of the present area."""
        return min(self.word_ceiling, self.order.ceiling)

    @property
    def step(self) -> Step | None:
        """The present step; None until the side is known."""
        return self.steps[self.index] if self.index < len(self.steps) else None

    @property
    def allowed(self) -> frozenset[Command]:
        """What is accepted now: the table, and what heat adds to it."""
        allowed = ALLOWED[type(self.state)]
        if self.hot and isinstance(self.state, Asking | Paused | Interrupted):
            allowed |= TOO_WARM
        match self.state:
            case Paused(reason=PauseReason.HEAT, held=False):
                # Whoever sees to a heater may want a break afterwards.
                allowed |= {Command.PAUSE}
        return allowed

    @property
    def live(self) -> bool:
        """Whether the session still goes on."""
        return not isinstance(self.state, Ended)

    @property
    def deadline(self) -> datetime | None:
        """When `advance` has something to do next; None once it has ended."""
        moments = (self._own_deadline(), self.cap_at, self.session_limit)
        return min((moment for moment in moments if moment is not None), default=None)

    def _own_deadline(self) -> datetime | None:
        match self.state:
            case Asking(give_up_at=at, heating=heating):
                return min(at, heating.off_at) if heating else at
            case Heating(off_at, check_at):
                return min(off_at, check_at)
            case Cooling(at) | Instructing(give_up_at=at) | Paused(stop_at=at) | Interrupted(at):
                return at
            case Working():
                return min(
                    moment
                    for moment in (self.state.ends_at, self.ramp_due, self.next_cue[1])
                    if moment is not None
                )
            case Ended():
                return None
            case _:
                assert_never(self.state)

    @property
    def ramp_due(self) -> datetime | None:
        """When the ramp of this round needs attention; only while it works."""
        assert isinstance(self.state, Working)  # noqa: S101 - the callers have looked
        ramp = self.state.ramp
        return ramp.due(wanted=self.level < self.goal) if ramp is not None else None

    @property
    def next_cue(self) -> tuple[int, datetime | None]:
        """The number of the next cue of the step, and when it is due; only while it works."""
        assert isinstance(self.state, Working)  # noqa: S101 - the callers have looked
        assert self.step is not None  # noqa: S101 - a step is being worked on
        waiting = [
            (self.cue_due(number), number)
            for number in range(len(self.step.cues))
            if number not in self.state.given
        ]
        if not waiting:
            return -1, None
        due, number = min(waiting)
        return number, due

    def cue_due(self, number: int) -> datetime:
        """Return when a cue of the present step falls; only while it works."""
        assert isinstance(self.state, Working)  # noqa: S101 - the callers have looked
        assert self.step is not None  # noqa: S101 - a step is being worked on
        cue = self.step.cues[number]
        if cue.before is not None:
            return max(self.state.since, self.state.ends_at - timedelta(seconds=cue.before))
        return self.state.since + timedelta(seconds=cue.after or 0.0)

    @property
    def cap_at(self) -> datetime | None:
        """When the hands have to come off, whatever was said; None while they are off."""
        if self.hands_since is None or self.step is None:
            return None
        return self.hands_since + allowance_of(self, self.step)

    @property
    def session_limit(self) -> datetime | None:
        """When the session ends, whatever was said (massage.md §2.4)."""
        if self.active_since is None:
            return None
        return self.active_since + max(timedelta(), SESSION_LIMIT - self.active)

    @property
    def pressing(self) -> bool:
        """Whether the present step presses, spoken or worked on."""
        return (
            isinstance(self.state, Instructing | Working)
            and self.step is not None
            and self.step.phase in PRESSING
        )

    def line(self, key: str, variant: int | None = None, /, **slots: object) -> Line:
        """Fill in a line of the session's phrasebook, by default the variant whose turn it is."""
        if variant is None:
            variant = self.order.profile.sessions + self.used.get(key, 0)
        return self.order.book.line(key, variant, **slots)
