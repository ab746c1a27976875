"""What a light shows of a session, on paper: any session, at any moment, whoever it is for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.knot_coach.content import CATALOGUE, Catalogue, read
from custom_components.knot_coach.light_pattern import (
    ALARM,
    DARK,
    FADE,
    IN,
    MOVE,
    OUT,
    REST,
    Glow,
    Kind,
    glow_of,
    kind_of,
)
from custom_components.knot_coach.massage.areas import Side
from custom_components.knot_coach.massage.heat_reports import HeatStuck
from custom_components.knot_coach.massage.messages import (
    Answer,
    Answered,
    Begun,
    Command,
    Eased,
    Effect,
    Question,
    Rated,
    Report,
    Say,
    Spoken,
    StopWord,
    Tier,
)
from custom_components.knot_coach.massage.order import Order, Profile
from custom_components.knot_coach.massage.outcomes import Outcome
from custom_components.knot_coach.massage.phases import Length, Phase
from custom_components.knot_coach.massage.plan import Step, compile_plan
from custom_components.knot_coach.massage.script import BREATHS
from custom_components.knot_coach.massage.session import advance, begin, command, report
from custom_components.knot_coach.massage.snapshot import wake
from custom_components.knot_coach.massage.states import Asking, Ended, Instructing, Session, Working

T0 = datetime(2026, 11, 24, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HAIR = timedelta(milliseconds=1)


@cache
def content() -> Catalogue:
    return read(CATALOGUE)


class Player:
    """Plays a session whose lines are heard at once, and whose person answers what lets it go on."""

    def __init__(self, area: str, length: Length, **profile: Any) -> None:  # noqa: ANN401 - any field
        one = content().areas[area]
        order = Order(
            area=one,
            side=one.sides[0],
            length=length,
            book=content().book("en"),
            profile=Profile(**profile),
        )
        self.now = T0
        self.s, effects = begin(compile_plan(order), T0)
        self.seen = [(T0, self.s)]
        self._hear(effects)

    def report(self, fact: Report) -> None:
        """Tell the session a fact."""
        self.s, effects = report(self.s, fact, self.now)
        self.seen.append((self.now, self.s))
        self._hear(effects)

    def obey(self, wish: Command) -> None:
        """Say a word."""
        self.s, effects = command(self.s, wish, self.now)
        self.seen.append((self.now, self.s))
        self._hear(effects)

    def _hear(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, Say):
                self.report(Begun(effect.id))
                self.report(Spoken(effect.id))

    def one(self) -> None:
        """Go to the next thing that happens."""
        match self.s.state:
            case Asking(question=Question.GATE):
                gate = self.s.gated.gate
                opens = gate is not None and gate.opens_on_yes
                self.report(Answered(Answer.YES if opens else Answer.NO))
            case Asking():
                self.report(Answered(Answer.NO))
            case Working() if kind_of(self.s) is Kind.ASK:
                easing = self.s.step is not None and self.s.step.phase is Phase.EASE_OFF
                self.report(Eased(easing=True) if easing else Rated(5))
            case _:
                assert self.s.deadline is not None
                self.now = max(self.now, self.s.deadline)
                self.s, effects = advance(self.s, self.now)
                self.seen.append((self.now, self.s))
                self._hear(effects)

    def until(self, phase: Phase) -> Working:
        """Play until a phase works; return its state."""
        while not (
            isinstance(self.s.state, Working)
            and self.s.step is not None
            and self.s.step.phase is phase
        ):
            assert self.s.live
            self.one()
        return self.s.state

    def lead(self, at: datetime) -> Glow:
        """What the light does at a moment of the present state."""
        return glow_of(self.s, Kind.LEAD, T0, at)

    def level(self, seconds: float) -> float:
        """How bright it is so many seconds into the present step, in percent."""
        assert isinstance(self.s.state, Working)
        at = self.s.state.since + timedelta(seconds=seconds)
        return round(self.lead(at).at(at), 6)


@cache
def played(area: str, length: Length, short: bool, senior: bool) -> list[tuple[datetime, Session]]:  # noqa: FBT001 - a cache key
    """Every session state of a whole session, and since when it stood so."""
    player = Player(area, length, short_breath=short, senior=senior, gun=True)
    while player.s.live:
        player.one()
    return player.seen


def chain(s: Session, at: datetime, until: datetime) -> Iterator[Glow]:
    """Everything that a light does from a moment on, as long as the session stays as it is."""
    kind = kind_of(s)
    assert kind is not None
    while at < until:
        glow = glow_of(s, kind, T0, at)
        yield glow
        if glow.ends is None:
            return
        assert glow.ends > at
        at = glow.ends


@given(
    area=st.sampled_from(sorted(path.stem for path in (CATALOGUE / "areas").iterdir())),
    length=st.sampled_from(Length),
    short=st.booleans(),
    senior=st.booleans(),
    data=st.data(),
)
def test_any_moment_of_any_session(
    area: str,
    length: Length,
    short: bool,  # noqa: FBT001 - given by name
    senior: bool,  # noqa: FBT001 - given by name
    data: st.DataObject,
) -> None:
    states = played(area, length, short, senior)
    number = data.draw(st.integers(0, len(states) - 2))
    since, s = states[number]
    until = states[number + 1][0]
    if not s.live or until <= since:
        return
    at = since + data.draw(st.floats(0, 0.999)) * (until - since)
    glows = list(chain(s, at, until))
    assert glows[0].begins <= at
    for glow in glows:
        assert DARK <= min(glow.first, glow.last) <= max(glow.first, glow.last) <= 100
        if glow.first != glow.last:
            # Nothing goes up or down faster than a knock, and there is no jump on the way.
            assert glow.ends is not None
            assert glow.ends - glow.begins >= SECOND
    # Never more than one change a second, and the one that is cut off by the end.
    changes = [a for a, b in pairwise(glows) if a.last != b.last]
    assert len(changes) <= (until - at) / SECOND + 1
    for early, late in pairwise(glows):
        assert early.ends == late.begins


@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize("length", Length)
def test_it_breathes_as_it_is_spoken(length: Length, short: bool) -> None:  # noqa: FBT001 - a parameter
    player = Player("calf", length, short_breath=short)
    working = player.until(Phase.BREATHE)
    inward, outward = BREATHS[short]
    step = player.s.step
    assert step is not None
    for cue in step.cues:
        assert cue.after is not None
        glow = player.lead(working.since + timedelta(seconds=cue.after) + HAIR)
        going = glow.last if cue.line.key in {"breath_in", "breath_out"} else None
        assert going == (IN if cue.line.key == "breath_in" else OUT)
        assert glow.lit is (cue.line.key == "breath_in")
    cycles = step.seconds // (inward + outward)
    for number in range(cycles):
        start = number * (inward + outward)
        assert player.level(start) == OUT
        assert player.level(start + inward / 2) == (IN + OUT) / 2
        assert player.level(start + inward) == IN
        assert player.level(start + inward + outward / 2) == (IN + OUT) / 2
    # No breath is begun that the phase has no time for.
    assert player.level(cycles * (inward + outward)) == OUT
    assert player.level(step.seconds - 0.01) == pytest.approx(OUT, abs=0.2)


def test_a_longer_breathing_goes_on_breathing() -> None:
    player = Player("calf", Length.QUICK)
    player.until(Phase.BREATHE)
    player.obey(Command.EXTEND)
    assert [player.level(24), player.level(30)] == [IN, OUT]


def test_a_hold_stands_for_the_pressure() -> None:
    player = Player("calf", Length.STANDARD)
    player.until(Phase.PRESS)
    shown = {}
    while player.s.step is not None and player.s.step.phase is Phase.PRESS:
        shown[player.s.level] = player.lead(player.now).last
        assert player.lead(player.now).first == shown[player.s.level]
        player.one()
    assert shown == {level: pytest.approx(100 * level / 7) for level in (2, 3, 4, 5)}


def test_the_same_pressure_looks_the_same_in_the_release_hold() -> None:
    player = Player("calf", Length.QUICK)
    working = player.until(Phase.RELEASE_HOLD)
    shown = {glow_of(s, Kind.LEAD, T0, working.since).last for _, s in player.seen[-3:]}
    # The words before it are spoken while the hands stay on: nothing flickers.
    assert [type(s.state) for _, s in player.seen[-3:]] == [Instructing, Instructing, Working]
    assert shown == {100.0 * player.s.level / 7}


def test_a_press_that_goes_on_as_a_hold_is_not_counted_out() -> None:
    player = Player("calf", Length.QUICK)
    working = player.until(Phase.PRESS)
    seconds = (working.ends_at - working.since).total_seconds()
    assert player.level(seconds - 0.1) == player.level(1)


@pytest.mark.parametrize("phase", [Phase.RELEASE_HOLD, Phase.STRETCH])
def test_a_hold_is_counted_out(phase: Phase) -> None:
    player = Player("calf", Length.QUICK)
    working = player.until(phase)
    seconds = (working.ends_at - working.since).total_seconds()
    fades = player.level(seconds - FADE)
    assert fades >= OUT
    for left in range(5):
        expected = DARK + (fades - DARK) * left / FADE
        assert player.level(seconds - left - 0.001) == pytest.approx(expected, abs=0.1)
    glow = player.lead(working.ends_at - SECOND)
    assert glow.lit
    # When it is over and the session has not moved yet, it stays as it is.
    assert player.lead(working.ends_at).first == pytest.approx(DARK, abs=0.1)
    assert player.lead(working.ends_at).ends is None


def test_more_time_moves_the_count() -> None:
    player = Player("calf", Length.QUICK)
    working = player.until(Phase.RELEASE_HOLD)
    player.now = working.ends_at - SECOND
    assert player.lead(player.now).last == DARK
    player.obey(Command.EXTEND)
    assert player.lead(player.now).last == player.lead(working.since).first


def test_stretches_are_held_one_after_the_other() -> None:
    """Twenty-five seconds, ten of rest, and again (massage.md §2.1)."""
    player = Player("calf", Length.STANDARD)
    player.until(Phase.STRETCH)
    shown = [player.level(second) for second in (0, 4, 10, 14, 20)]
    assert shown == [OUT, IN, OUT, IN, OUT]
    assert player.level(24.999) == pytest.approx(DARK, abs=0.1)
    assert [player.level(25.01), player.level(34.9)] == [REST, REST]
    assert [player.level(35), player.level(39)] == [OUT, IN]
    assert player.level(59.999) == pytest.approx(DARK, abs=0.1)


def test_short_breaths_and_long_stretches() -> None:
    player = Player("calf", Length.QUICK, short_breath=True)
    player.until(Phase.STRETCH)
    # The third breath out runs into the count.
    assert [player.level(second) for second in (3, 7, 10, 14, 17)] == [IN, OUT, IN, OUT, IN]
    assert player.level(20) == pytest.approx(IN - (IN - OUT) * 3 / 4)


def test_short_holds_dip_where_it_is_said() -> None:
    player = Player("jaw", Length.STANDARD)
    player.until(Phase.PRESS)
    step = player.s.step
    assert isinstance(step, Step)
    assert step.holds > 1
    said = [cue.after for cue in step.cues if cue.after is not None]
    assert said
    held = player.level(1)
    for after in said:
        assert [player.level(after - 0.1), player.level(after + 2), player.level(after + 4)] == [
            held,
            REST,
            held,
        ]
    player.until(Phase.STRETCH)
    assert player.level(1) == MOVE


def test_strokes_and_the_massager_rest_in_between() -> None:
    player = Player("calf", Length.DEEP, gun=True)
    player.until(Phase.CROSS_FIBER)
    held = player.level(0)
    assert [player.level(second) for second in (10.9, 11.1, 14.9, 15.1)] == [held, REST, REST, held]
    player.until(Phase.TOOL)
    held = player.level(0)
    assert [player.level(second) for second in (26.9, 27.1, 37.9, 38.1)] == [held, REST, REST, held]


def test_what_waits_and_what_asks() -> None:
    player = Player("calf", Length.QUICK)
    assert kind_of(player.s) is Kind.ASK
    player.until(Phase.CHECK_IN)
    assert kind_of(player.s) is Kind.ASK
    player.report(Rated(5))
    assert kind_of(player.s) is Kind.LEAD
    player.until(Phase.PRESS)
    assert kind_of(player.s) is Kind.LEAD
    player.obey(Command.PAUSE)
    assert kind_of(player.s) is Kind.WAIT
    player.s, _ = wake(player.s, player.now)
    assert kind_of(player.s) is Kind.WAIT
    player.obey(Command.RESUME)
    player.until(Phase.EASE_OFF)
    assert kind_of(player.s) is Kind.ASK


@pytest.mark.parametrize("tier", Tier)
def test_a_safety_stop_is_an_alarm(tier: Tier) -> None:
    player = Player("calf", Length.QUICK)
    player.until(Phase.PRESS)
    player.report(StopWord(tier, certain=True, phrase="numb"))
    assert isinstance(player.s.state, Ended)
    assert kind_of(player.s) is Kind.ALARM
    glow = glow_of(player.s, Kind.ALARM, player.now, player.now)
    assert (glow.last, glow.alarm) == (ALARM, True)


def test_a_heater_that_is_stuck_is_an_alarm() -> None:
    player = Player("calf", Length.QUICK)
    player.until(Phase.PRESS)
    player.report(HeatStuck())
    assert kind_of(player.s) is Kind.ALARM


def test_an_ordinary_end_is_none() -> None:
    player = Player("calf", Length.QUICK)
    player.until(Phase.PRESS)
    player.obey(Command.STOP)
    assert player.s.state == Ended(Outcome.STOPPED)
    assert kind_of(player.s) is None


def test_all_kinds_differ_without_colour() -> None:
    """In how often they rise in thirty seconds, and how high (no meaning by colour alone)."""
    player = Player("calf", Length.STANDARD)
    player.until(Phase.BREATHE)

    def look(kind: Kind) -> tuple[int, float]:
        tops = []
        at = start = player.now
        while at < start + timedelta(seconds=30):
            glow = glow_of(player.s, kind, start, at)
            if glow.last > glow.first:
                tops.append(glow.last)
            if glow.ends is None:
                break
            at = glow.ends
        return len(tops), max(tops)

    looks = [look(kind) for kind in Kind]
    assert len(set(looks)) == len(looks)
    # Far from the three flashes a second of WCAG 2.3.1.
    assert max(rises for rises, _ in looks) <= 8


def test_before_and_between_it_rests() -> None:
    player = Player("calf", Length.QUICK)
    player.until(Phase.AFTERCARE)
    player.report(Rated(2))
    assert kind_of(player.s) is Kind.LEAD
    assert player.level(5) == REST
    assert not player.lead(player.now).lit
    assert player.s.order.side is Side.LEFT
