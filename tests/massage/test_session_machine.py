# ruff: noqa: D102 - the name of a rule is its sentence, like that of a test
"""Any words, facts and silences in any order: the rules that hold whatever happens.

Every row of `ALLOWED` has to be reached by a word that was really obeyed, and every word that a
state does not allow has to be refused with a reason that can be spoken; what was never reached
fails.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
import json
from typing import Any, ClassVar

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
import pytest

from massage.areas import Consequence, Gate, Side
from massage.heat_reports import HeatConfirmed, HeatLost, HeatOff, HeatOn, HeatReady, HeatStuck
from massage.messages import (
    Answer,
    Answered,
    Begun,
    ClockMoved,
    Command,
    Eased,
    Effect,
    Leaving,
    NoAnswer,
    NotNow,
    Question,
    Rated,
    Report,
    SpeechCut,
    SpeechFailed,
    Spoken,
    StopWord,
    Tier,
)
from massage.order import Order, OwnStep, Profile, Talk
from massage.outcomes import PauseReason
from massage.phases import Length, Phase
from massage.plan import compile_plan
from massage.record import records
from massage.remarks import NeverMind, NoHarder, Remark, TalkWanted
from massage.session import advance, begin, command, report
from massage.snapshot import restore, save, wake
from massage.states import (
    ALLOWED,
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
from massage.view import view
from tests.massage.stage import AREAS, BOOK, T0
from tests.massage.watcher import Watcher

type Row = tuple[type[Any], Command]

SECONDS = st.one_of(
    st.floats(0, 30),
    st.sampled_from([0.0, 0.001, 1.0, 3.0, 8.0, 10.0, 20.0, 30.0]),
    st.integers(0, 900).map(lambda tenths: tenths / 10),
    st.sampled_from([60.0, 90.0, 299.0, 600.0, 4000.0]),
)
WHERE = {
    Command.FOUND: Phase.LOCATE,
    Command.NOT_FOUND: Phase.LOCATE,
    Command.RELEASED: Phase.PRESS,
    Command.NOT_YET: Phase.PRESS,
    Command.LOST: Phase.PRESS,
    Command.HARDER: Phase.PRESS,
}
"""The phase in which a word fits; any for the others."""
TRICKS = [
    (Command.PAUSE, Command.RESUME),
    (Command.RELEASED, Command.PREVIOUS),
    (Command.LOST, Command.FOUND),
    (Command.NEXT, Command.NEXT, Command.NEXT),
    (Command.PREVIOUS, Command.NEXT),
    (Command.EXTEND,),
    (Command.EXTEND, Command.NOT_YET),
    (Command.WRAP_UP, Command.PREVIOUS),
]
"""Ways back onto the spot without a rest."""
AHEAD = st.one_of(st.integers(0, 6), st.integers(0, 70))
"""How many steps go well before anything else happens."""
SELDOM = st.integers(0, 9).map(lambda number: number == 7)
"""What ends most sessions must not come often, or nothing is ever reached."""
GATED = replace(
    BOOK, areas={key: {**texts, "gate": ("Any swelling?",)} for key, texts in BOOK.areas.items()}
)
pressed = st.integers(0, 450).map(lambda seconds: timedelta(seconds=seconds))
profiles = st.builds(
    Profile,
    ceiling=st.integers(3, 7),
    first_time=st.booleans(),
    cautious=st.booleans(),
    senior=st.booleans(),
    gun=st.booleans(),
    gun_reach=st.booleans(),
    sessions=st.integers(0, 5),
    upright=st.booleans(),
    cross=st.booleans(),
    deep=st.booleans(),
    pressed_today=st.one_of(
        st.just({}), st.dictionaries(st.sampled_from([Side.LEFT, Side.RIGHT]), pressed)
    ),
    gunned_today=st.integers(0, 700).map(lambda s: timedelta(seconds=s)),
    pressed_in_all=st.one_of(
        st.just(timedelta()), st.integers(0, 1000).map(lambda s: timedelta(seconds=s))
    ),
    lowered=st.sampled_from([0, 0, 1]),
    ask_next_day=st.booleans(),
    last_session_at=st.sampled_from([None, T0 - timedelta(hours=60), T0 - timedelta(days=4)]),
    stubborn=st.booleans(),
    lasting_pain=st.booleans(),
)
OWN = (
    OwnStep(Phase.WARM_UP, 40),
    OwnStep(Phase.LOCATE, 20),
    OwnStep(Phase.PRESS, 90),
    OwnStep(Phase.RELEASE_HOLD, 30),
    OwnStep(Phase.PRESS, 60, spot=2),
    OwnStep(Phase.STRETCH, 30),
)
orders = st.builds(
    Order,
    area=st.sampled_from(list(AREAS.values())).flatmap(
        lambda area: st.sampled_from(
            [
                area,
                replace(area, gate=Gate(opens_on_yes=False, otherwise=Consequence.LEG)),
                replace(area, gate=Gate(opens_on_yes=True, otherwise=Consequence.EMERGENCY)),
                replace(area, cap=4),
            ]
        )
    ),
    side=st.sampled_from([Side.LEFT, Side.RIGHT, Side.BOTH, None]),
    length=st.sampled_from(list(Length)),
    target=st.integers(1, 7),
    heat=st.sampled_from([None, None, timedelta(minutes=10), timedelta(hours=1)]),
    profile=st.one_of(st.just(Profile(gun=True)), profiles),
    talk=st.sampled_from(Talk),
    stretch_only=st.integers(0, 9).map(lambda number: number == 7),
    own=st.one_of(st.just(()), st.just(()), st.just(OWN)),
    book=st.just(GATED),
).map(
    lambda order: replace(order, side=Side.CENTRE) if order.area.sides == (Side.CENTRE,) else order
)
routines = st.one_of(
    st.tuples(orders),
    st.lists(orders, min_size=2, max_size=3).map(lambda several: one_area_each(*several)),
)
"""One area, or several one after the other."""


def one_area_each(*several: Order) -> tuple[Order, ...]:
    """Make areas of one name the same area: a catalogue has but one of each."""
    areas = {order.area.key: order.area for order in several}
    return tuple(replace(order, area=areas[order.area.key]) for order in several)


USUAL = Order(
    area=AREAS["forearm"],
    side=Side.BOTH,
    length=Length.STANDARD,
    profile=Profile(gun=True),
    book=GATED,
)
heat_facts = st.sampled_from(
    [HeatOn(), HeatReady(), HeatLost("gone"), HeatOff(), HeatOff(), HeatStuck(), HeatConfirmed()]
)
facts = st.one_of(
    st.builds(Rated, st.integers(0, 10)),
    st.builds(Eased, st.booleans()),
    st.builds(StopWord, st.sampled_from(list(Tier)), st.booleans(), st.just("numb")),
    st.sampled_from([NoAnswer(), SpeechFailed(1), Leaving()]),
)


live = precondition(lambda self: self.s.live)


class Machine(RuleBasedStateMachine):
    """A session, an outside that tells it anything, and a bystander with a stopwatch."""

    home: ClassVar[type[Any]]
    """The state in which every word has to be said."""
    obeyed: ClassVar[set[Row]]
    refused: ClassVar[set[Row]]

    def __init__(self) -> None:
        """Nothing has begun yet."""
        super().__init__()
        self.now: datetime = T0
        self.s: Session
        self.watcher: Watcher

    @initialize(wanted=routines, ahead=AHEAD)
    def first(self, wanted: tuple[Order, ...], ahead: int) -> None:
        self.begins(wanted, ahead, first_id=1)

    @precondition(lambda self: not self.s.live)
    @rule(wanted=routines, ahead=AHEAD)
    def another(self, wanted: tuple[Order, ...], ahead: int) -> None:
        self.begins(wanted, ahead, first_id=self.s.next_id)

    def begins(self, wanted: tuple[Order, ...], ahead: int, first_id: int) -> None:
        self.watcher = Watcher(now=self.now, orders=wanted)
        self.s, effects = begin(compile_plan(*wanted), self.now, first_id=first_id)
        self.watcher.sees(replace(self.s, next_id=first_id), self.s, effects)
        for _ in range(ahead):
            self.one_step_well()

    # What happens

    def moves(
        self, move: Callable[[Session, datetime], tuple[Session, tuple[Effect, ...]]]
    ) -> tuple[Effect, ...]:
        before = self.s
        self.s, effects = move(self.s, self.now)
        self.watcher.sees(before, self.s, effects)
        return effects

    def tells(self, fact: Report | Remark) -> None:
        self.moves(lambda s, now: report(s, fact, now))

    def waits(self, seconds: float) -> None:
        """One long advance gives what many short ones give, and each of these gets somewhere."""
        until = self.now + timedelta(seconds=seconds)
        at_once, effects = advance(self.s, until)
        singly: tuple[Effect, ...] = ()
        for _ in range(500):
            due = self.s.deadline
            if due is None or due > until:
                break
            half = self.now + (due - self.now) / 2
            assert advance(self.s, half if half < due else self.now) == (self.s, ())
            self.watcher.passes(self.s, due)
            self.now = due
            before = self.s
            singly += self.moves(advance)
            assert self.s != before
        else:
            raise AssertionError("it gets nowhere")
        self.watcher.passes(self.s, until)
        self.now = until
        assert (at_once, effects) == (self.s, singly)

    @rule(seconds=SECONDS)
    def silence(self, seconds: float) -> None:
        self.waits(seconds)

    @live
    @rule()
    def next_deadline(self) -> None:
        if not isinstance(self.s.state, Asking) and self.s.deadline is not None:
            self.waits((self.s.deadline - self.now).total_seconds())

    @rule(wish=st.sampled_from(list(Command)), ends=SELDOM)
    def says(self, wish: Command, *, ends: bool) -> None:
        if wish is not Command.STOP or ends:
            self.say(wish)

    def say(self, wish: Command) -> None:
        row = (type(self.s.state), wish)
        before, pressed_before = self.s, dict(self.s.pressed)
        counts = dict(self.s.notes.counts)
        rested = self.watcher.at_rest
        self.watcher.obeyed(wish)
        try:
            self.moves(lambda s, now: command(s, wish, now))
        except NotNow as no:
            assert self.s is before
            assert (self.s.pressed, self.s.notes.counts) == (pressed_before, counts)
            self.watcher.at_rest = rested
            self.s.line(f"not_now.{no.reason}", **no.slots)  # it can be spoken
            self.refused.add(row)
        else:
            assert wish in before.allowed
            if wish in ALLOWED[row[0]]:
                self.obeyed.add(row)

    @live
    @rule(wish=st.sampled_from(list(Command)))
    def says_also(self, wish: Command) -> None:
        self.say(wish)

    @rule(
        wishes=st.permutations(list(Command)).map(lambda wishes: wishes[:8]),
        phase=st.sampled_from(list(Phase)),
        hot=st.integers(0, 4).map(lambda number: number == 1),
    )
    def says_at_home(self, wishes: list[Command], phase: Phase, *, hot: bool) -> None:
        """Words in a certain state: most states do not last long enough to be met by chance."""
        for wish in wishes:
            self.gets_to(self.home, WHERE.get(wish, phase), hot=hot or wish is Command.TOO_HOT)
            if (self.home, wish) == (Working, Command.HARDER):
                self.say(Command.LIGHTER)
                self.waits(10.0)
            self.say(wish)

    @precondition(lambda self: isinstance(self.s.state, Instructing | Working))
    @rule(
        wish=st.sampled_from(
            [
                Command.RELEASED,
                Command.LOST,
                Command.PREVIOUS,
                Command.NEXT,
                Command.LIGHTER,
                Command.HARDER,
                Command.NOT_YET,
                Command.EXTEND,
            ]
        )
    )
    def says_in_step(self, wish: Command) -> None:
        self.say(wish)

    @live
    @rule()
    def says_no_harder(self) -> None:
        before = self.s
        try:
            self.moves(lambda s, now: command(s, NoHarder(), now))
        except NotNow as no:
            assert self.s is before
            self.s.line(f"not_now.{no.reason}", **no.slots)
        else:
            assert self.s.level == before.level == self.s.goal
            self.nothing_gained(before)

    @live
    @rule(talk=st.sampled_from(Talk))
    def wants_to_hear(self, talk: Talk) -> None:
        before = self.s
        self.tells(TalkWanted(talk))
        assert {order.talk for order in self.s.plan.orders} == {talk}
        assert replace(self.s.order, talk=before.order.talk) == before.order
        self.nothing_gained(before)

    @live
    @rule(ends=SELDOM)
    def says_never_mind(self, *, ends: bool) -> None:
        """It answers nothing, and leads where silence does."""
        before = self.s
        if not isinstance(before.state, Asking):
            self.tells(NeverMind())
            self.nothing_gained(before)
        elif ends:
            self.tells(NeverMind())
            heard = before.state.begun or before.state.times > 1
            assert heard or self.s == before
            assert not isinstance(self.s.state, Heating)

    def nothing_gained(self, before: Session) -> None:
        """Neither pressure nor time, nor anything that only an answer gives."""
        assert self.s.level <= before.level
        assert (self.s.index, self.s.todo) == (before.index, before.todo)
        assert (self.s.ceiling, self.s.unanswered) == (before.ceiling, before.unanswered)
        assert [step.seconds for step in self.s.steps] == [step.seconds for step in before.steps]
        assert self.s.cap_at == before.cap_at
        match self.s.state, before.state:
            case Working() as now, Working() as then:
                assert (now.since, now.ends_at) == (then.since, then.ends_at)
            case now, then:
                assert now == then

    @live
    @rule(number=st.integers(-3, 2), kind=st.sampled_from([Spoken, Spoken, Begun, SpeechCut]))
    def speech(self, number: int, kind: type[Spoken | Begun | SpeechCut]) -> None:
        """The end of a line, an old one or one that never was."""
        self.hears(self.s.next_id + number, kind)

    @live
    @rule(kind=st.sampled_from([Spoken, Spoken, Spoken, Spoken, Begun, SpeechCut]))
    def awaited_speech(self, kind: type[Spoken | Begun | SpeechCut]) -> None:
        match self.s.state:
            case Instructing(awaited=int(number)) | Asking(awaited=int(number)):
                self.hears(number, kind)
            case Working(ramp=ramp) if ramp is not None and ramp.cue is not None:
                self.hears(ramp.cue, kind)
            case _:
                pass

    def hears(self, number: int, kind: type[Spoken | Begun | SpeechCut]) -> None:
        if kind is Spoken and number in self.watcher.says:
            self.watcher.spoke(number)
        self.tells(kind(number))

    @live
    @rule(answer=st.sampled_from(list(Answer)), person=st.booleans(), really=SELDOM)
    def answers(self, answer: Answer, *, person: bool, really: bool) -> None:
        if really or not person or not isinstance(self.s.state, Asking):
            self.answer(Answered(answer, person=person))

    def answer(self, told: Answered) -> None:
        if isinstance(self.s.state, Asking) and self.s.state.awaited is not None:
            self.tells(Begun(self.s.state.awaited))
        state = self.s.state
        waits = isinstance(state, Paused) and state.reason is PauseReason.HEAT
        if waits and told == Answered(Answer.YES):
            self.watcher.heater(on=False)
        self.watcher.answered(told)
        self.tells(told)

    @live
    @rule(fact=facts, ends=SELDOM)
    def fact(self, fact: Report, *, ends: bool) -> None:
        match fact:
            case SpeechFailed() | NoAnswer() | Leaving() | StopWord(certain=True) if not ends:
                return
            case Rated(score) if not ends:
                fact = Rated(score // 2)
            case _:
                pass
        self.tells(fact)

    @rule(fact=heat_facts)
    def heater(self, fact: Report) -> None:
        if isinstance(fact, HeatOn | HeatOff | HeatConfirmed):
            self.watcher.heater(on=isinstance(fact, HeatOn))
        self.tells(fact)

    @rule(seconds=SECONDS, how=st.integers(0, 5))
    def goes_away(self, seconds: float, how: int) -> None:
        if how == 3:
            self.restarts(seconds)
        elif how == 4 and self.s.live:
            self.clock_moves(seconds)

    def clock_moves(self, seconds: float) -> None:
        before = self.s
        self.now += timedelta(seconds=seconds)
        self.watcher.passes(self.s, self.now, watched=False)
        self.tells(ClockMoved(timedelta(seconds=seconds)))
        assert self.s.level == 0 or not before.level

    def restarts(self, seconds: float) -> None:
        data = json.loads(json.dumps(save(self.s, self.now)))
        self.now += timedelta(seconds=seconds)
        self.watcher.off += timedelta(seconds=seconds)
        self.watcher.now = self.watcher.seen_at = self.now
        back = restore(
            data, {one.area.key: one.area for one in self.s.plan.orders}, GATED, self.now
        )
        assert isinstance(back.state, Interrupted if self.s.live else Ended)
        for spot, time in self.watcher.spots.items():
            assert back.pressed.get(spot, timedelta()) >= time - timedelta(milliseconds=1)
        data["todo"] = [one for one in data["todo"] if one != Question.HEAT]
        assert save(back, self.now) == data
        self.s = back
        if back.live:
            self.moves(wake)

    # What helps along, so that the far ends are reached

    @live
    @rule(times=st.integers(1, 3))
    def goes_on(self, times: int) -> None:
        self.goes_well(times)

    @live
    @rule(times=st.integers(1, 12))
    def goes_well(self, times: int) -> None:
        for _ in range(times):
            self.one_step_well()

    def one_step_well(self) -> None:  # noqa: C901, PLR0912 - one row for each state
        match self.s.state:
            case Asking(question=Question.GATE) if view(self.s, self.now).gate_opens_on_yes:
                self.answer(Answered(Answer.YES))
            case Asking(question=Question.HEALTH | Question.GATE | Question.WRONG):
                self.answer(Answered(Answer.NO))
            case Asking(question=Question.NEXT_DAY):
                self.answer(Answered(Answer.NORMAL))
            case Asking(question=Question.HEAT | Question.SKIN):
                self.answer(Answered(Answer.YES))
            case Asking(question=Question.SIDE):
                self.answer(Answered(Answer.BOTH))
            case Asking():
                self.answer(Answered(Answer.DULL))
            case Cooling():
                self.watcher.heater(on=False)
                self.tells(HeatOff())
            case Instructing(awaited=number):
                self.waits(2.0)
                self.hears(number, Spoken)
            case Working(ramp=ramp) if ramp is not None and ramp.cue is not None:
                self.waits(2.0)
                self.hears(ramp.cue, Spoken)
            case Heating() | Working():
                self.next_deadline()
            case Paused(reason=PauseReason.HEAT):
                self.answer(Answered(Answer.YES))
            case Paused() | Interrupted():
                self.say(Command.RESUME)
            case Ended():
                pass

    @rule(
        phase=st.sampled_from([Phase.PRESS, Phase.RELEASE_HOLD, Phase.TOOL]),
        tries=st.lists(
            st.tuples(st.sampled_from(TRICKS), st.floats(1, 60)), min_size=2, max_size=8
        ),
    )
    def wants_more(self, phase: Phase, tries: list[tuple[tuple[Command, ...], float]]) -> None:
        """Somebody who tries every way there is to be pressed for longer."""
        deep = replace(USUAL, side=Side.LEFT, length=Length.DEEP)
        self.begins((deep,), 1, self.s.next_id)
        self.goes_to(Working, phase)
        for trick, seconds in tries:
            self.waits(seconds)
            for wish in trick:
                self.say(wish)
            if isinstance(self.s.state, Instructing):
                self.one_step_well()

    @rule(seconds=st.floats(1, 19), warm=st.booleans(), really=SELDOM)
    def never_lets_it_end(self, seconds: float, *, warm: bool, really: bool) -> None:
        """Somebody who asks the same again and again, or goes back and forth for half an hour."""
        if not really:
            return
        self.gets_to(Heating if warm else Working, Phase.BROAD, hot=False)
        if warm:
            self.waits(299.0)
        for wish in (Command.REPEAT,) * 40 if warm else (Command.PREVIOUS, Command.NEXT) * 40:
            self.waits(seconds if warm else 2 * seconds)
            self.say(wish)

    def gets_to(self, state: type[Any], phase: Phase, *, hot: bool) -> None:
        """Go to a state in a new session, in a phase or with the heat on."""
        if state in {Heating, Cooling} or (hot and state not in {Instructing, Working}):
            warmed = replace(USUAL, heat=timedelta(minutes=10))
            self.begins((warmed,), 2, self.s.next_id)
        else:
            self.begins((USUAL,), 1, self.s.next_id)
            self.goes_to(Working if state is Working else Instructing, phase)
        if state is Cooling:
            self.tells(HeatReady())
        if state is Asking:
            self.tells(StopWord(Tier.B, certain=False, phrase="numb"))
        if state is Paused:
            self.say(Command.PAUSE)
        if state is Interrupted:
            self.restarts(5.0)
        if state is Ended:
            self.say(Command.STOP)

    def goes_to(self, state: type[Any], phase: Phase) -> None:
        while self.s.step is not None and self.s.step.phase is not phase and self.s.live:
            self.one_step_well()
        while self.s.live and not isinstance(self.s.state, state):
            self.one_step_well()

    @precondition(lambda self: isinstance(self.s.state, Working | Instructing))
    @rule(seconds=st.floats(0, 30))
    def a_moment(self, seconds: float) -> None:
        self.waits(seconds)

    # What always holds

    @invariant()
    def it_can_be_seen(self) -> None:
        if hasattr(self, "s"):
            seen = view(self.s, self.now)
            assert seen.allowed == (self.s.allowed if self.s.live else frozenset())
            json.dumps(records(self.s, self.now, "voice"))
            assert advance(self.s, self.now) == (self.s, ())


@pytest.mark.timeout(900)
@pytest.mark.parametrize("state", ALLOWED, ids=lambda state: state.__name__)
def test_the_rules_hold_whatever_happens(state: type[Any]) -> None:
    obeyed, refused = set[Row](), set[Row]()
    machine = type(
        Machine.__name__, (Machine,), {"home": state, "obeyed": obeyed, "refused": refused}
    )
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=settings().max_examples // 3, stateful_step_count=40),
    )
    rows = {(state, wish) for wish in Command}
    allowed = {(state, wish) for wish in ALLOWED[state]}
    assert names(allowed - obeyed) == [], "allowed, but never obeyed"
    assert names(rows - allowed - refused) == [], "never refused"


def names(rows: set[Row]) -> list[str]:
    return sorted(f"{state.__name__}: {wish}" for state, wish in rows)
