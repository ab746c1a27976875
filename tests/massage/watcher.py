"""A bystander with a stopwatch of its own, who sees what a session does and trusts none of its sums.

It is shown every moment at which something happens. Time between two moments is counted for what
the session was doing in between; each rule of massage.md §2.2, §2.4 and §4.5 is checked at once.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from massage.messages import (
    Answer,
    Answered,
    Command,
    Effect,
    Event,
    Say,
    StartHeat,
    StopHeat,
    Tell,
)
from massage.order import Order, Profile
from massage.outcomes import PauseReason
from massage.phases import Phase
from massage.states import (
    Asking,
    Ended,
    Heating,
    Instructing,
    Interrupted,
    Paused,
    Session,
    Spot,
    Working,
)

ZERO = timedelta()
MOVING = {Command.RESUME, Command.NEXT, Command.PREVIOUS, Command.OTHER_SIDE, Command.WRAP_UP}
"""Words that lead out of a pause."""
MOMENT = timedelta(microseconds=10)
"""What adding up a session's instants may be wrong by."""


def busy(s: Session) -> bool:
    """Whether somebody is being told to do something, or does it."""
    return isinstance(s.state, Instructing | Working)


def warming(s: Session) -> bool:
    return isinstance(s.state, Heating) or (
        isinstance(s.state, Asking) and s.state.heating is not None
    )


@dataclass
class Watcher:
    """One bystander of one session."""

    now: datetime
    orders: tuple[Order, ...]
    """What was asked for, with the limits of each."""
    seen_at: datetime = field(init=False)
    """Nothing happens before; later than that only while the outside sleeps."""
    spots: dict[Spot, timedelta] = field(default_factory=lambda: defaultdict(timedelta))
    contact: timedelta = ZERO
    """Press without a break of ten seconds."""
    off: timedelta = timedelta(days=1)
    gun: dict[str, timedelta] = field(default_factory=lambda: defaultdict(timedelta))
    active: timedelta = ZERO
    says: dict[int, Say] = field(default_factory=dict)
    heard: set[int] = field(default_factory=set)
    """Lines whose end was reported and that have not raised a level yet."""
    climbed: int = 2
    """Highest level that was reached by ear; every step may begin at two."""
    changed_at: datetime | None = None
    power: bool = False
    """The heater may be on."""
    told_off: bool = True
    """It was told to go off since it was last told, or known, to be on."""
    heat_for: timedelta = ZERO
    fine_at: datetime = field(init=False)
    """When a person said last that heat is welcome."""
    at_rest: bool = False
    """Paused or interrupted, and nobody has said since that it shall go on."""
    worse: bool = False
    """A score has ended the pressing."""

    def __post_init__(self) -> None:
        """Start to watch."""
        self.seen_at = self.fine_at = self.now

    # What the outside tells the session

    def spoke(self, number: int) -> None:
        """The end of a line was reported."""
        self.heard.add(number)

    def obeyed(self, wish: Command) -> None:
        """A person said so."""
        if wish in MOVING:
            self.at_rest = False

    def answered(self, told: Answered) -> None:
        """A question was answered."""
        if told == Answered(Answer.YES):
            self.fine_at = self.now

    def heater(self, *, on: bool) -> None:
        """The heater is known to be on, or off."""
        self.power = on
        self.told_off = self.told_off and not on

    # What the session does

    def passes(self, s: Session, now: datetime, *, watched: bool = True) -> None:
        """Time goes by; nobody watches while the outside is asleep, and no limit is checked."""
        gone, self.seen_at, self.now = now - self.now, now if watched else self.now, now
        assert gone >= ZERO, "time does not run back"
        if warming(s) and watched:
            self.heat_for += gone
            # Five minutes, the question, and twenty seconds to say yes.
            assert now - self.fine_at <= timedelta(seconds=300 + 6 + 20)
        if not busy(s) or s.step is None:
            self.off += gone
            return
        self.active += gone
        order = self.orders[s.step.part]
        phase, spot = s.step.phase, (order.area.key, s.step.side, s.step.spot)
        if phase in {Phase.PRESS, Phase.RELEASE_HOLD}:
            if self.off >= timedelta(seconds=10):
                self.contact = ZERO
            self.off = ZERO
            self.spots[spot] += gone
            if phase is Phase.PRESS:
                self.contact += gone
            if watched:
                self._check_pressing(spot, order.profile)
        else:
            self.off += gone
        if phase is Phase.TOOL:
            self.gun[order.area.key] += gone
        if watched:
            today = order.profile.gunned_today + sum(self.gun.values(), ZERO)
            assert phase is not Phase.TOOL or today <= timedelta(seconds=600) + MOMENT
            assert max(self.gun.values(), default=ZERO) <= timedelta(seconds=120) + MOMENT
            assert self.active <= timedelta(minutes=30) + MOMENT
        if not watched:
            # What happened meanwhile counts, but cannot be undone.
            self.contact = ZERO
            self.active = min(self.active, timedelta(minutes=30))

    def _check_pressing(self, spot: Spot, profile: Profile) -> None:
        *here, _ = spot
        on_side = sum((time for (*one, _), time in self.spots.items() if one == here), ZERO)
        in_all = sum(self.spots.values(), ZERO)
        assert self.contact <= timedelta(seconds=90) + MOMENT
        assert sum(one[0] == spot[0] for one, time in self.spots.items() if time) <= 3
        assert self.spots[spot] <= timedelta(seconds=120 if profile.first_time else 180) + MOMENT
        assert on_side <= timedelta(seconds=300) + MOMENT
        assert on_side + profile.pressed_today.get(spot[1], ZERO) <= timedelta(seconds=420) + MOMENT
        assert in_all + profile.pressed_in_all <= timedelta(seconds=900) + MOMENT

    def sees(self, before: Session, after: Session, effects: Sequence[Effect]) -> None:
        """Something happened at `self.now`."""
        self._see_effects(before, effects)
        self.seen_at = self.now
        self._see_level(before, after)
        self._see_heat(after)
        self._see_rest(after)
        if not after.live:
            assert after.deadline is None
            assert after.level == 0
            assert after.hands_since is None
        else:
            assert after.deadline is not None
        if isinstance(before.state, Ended):
            assert after.state == before.state
            for effect in effects:
                match effect:
                    case Say(line=line):
                        assert line.key == "heat_stuck"
                    case Tell(event=event):
                        assert event in {Event.HEAT_OFF, Event.HEAT_FAILED}
                    case _:
                        assert isinstance(effect, StopHeat)

    def _see_effects(self, before: Session, effects: Sequence[Effect]) -> None:
        number = before.next_id
        for effect in effects:
            assert self.seen_at <= effect.due <= self.now
            match effect:
                case Say():
                    assert effect.id == number
                    number += 1
                    assert effect.stale is None or effect.stale > effect.due
                    self.says[effect.id] = effect
                    self.worse = self.worse or effect.line.key == "worse"
                case StartHeat(due, off_at):
                    assert off_at - due <= timedelta(minutes=15)
                    assert not self.power
                    self.power, self.told_off = True, False
                case StopHeat():
                    self.told_off = True
                case _:
                    pass

    def _see_level(self, before: Session, after: Session) -> None:
        order = self.orders[after.part]
        assert 0 <= after.level <= min(order.profile.ceiling, order.area.cap, 7)
        assert after.level <= after.ceiling <= order.ceiling
        assert after.word_ceiling <= before.word_ceiling
        assert after.part >= before.part
        if after.level and not busy(after):
            raise AssertionError("pressed by nobody's word")
        if after.level <= before.level:
            if after.level != before.level:
                self.changed_at = self.now
            return
        step = after.step
        assert step is not None
        if after.index != before.index or not isinstance(before.state, Working):
            limit = self.climbed if step.phase is Phase.CROSS_FIBER else 2
            assert after.level <= limit
        else:
            self._see_climb(before, after)
        self.changed_at = self.now

    def _see_climb(self, before: Session, after: Session) -> None:
        """Within a step the level climbs by one, by ear, and not too fast."""
        assert after.level == before.level + 1
        assert before.step is not None
        assert before.step.phase is Phase.PRESS
        words = [one for one in self.heard if self.says[one].line.key == f"l{after.level}"]
        assert words, "nobody was told"
        self.heard -= set(words)
        self.climbed = max(self.climbed, after.level)
        assert self.changed_at is not None
        assert self.now - self.changed_at >= timedelta(seconds=10)

    def _see_rest(self, after: Session) -> None:
        """Nothing but a word leads out of a pause, and nothing back to the press that hurt."""
        if busy(after):
            assert not self.at_rest
        match after.state:
            case Paused(reason=reason) if reason is not PauseReason.HEAT:
                self.at_rest = True
            case Interrupted():
                self.at_rest = True
        if self.worse:
            assert after.level == 0

    def _see_heat(self, after: Session) -> None:
        if busy(after):
            assert not self.power
            assert not after.hot
        if self.power and not warming(after):
            assert self.told_off
        assert self.heat_for <= timedelta(minutes=15) + MOMENT
