"""No line is spoken twice in a row, whatever a person does (massage.md §5.1)."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings, strategies as st

from massage.heat_reports import HeatConfirmed, HeatLost, HeatOff, HeatStuck
from massage.messages import (
    ClockMoved,
    Command,
    Eased,
    Hush,
    NotNow,
    Rated,
    Report,
    Say,
    SpeechCut,
    StopWord,
    Tier,
)
from massage.order import Order, Profile, Talk
from massage.phases import Length, Phase
from massage.plan import compile_plan
from massage.remarks import NeverMind, NoHarder, Remark, TalkWanted
from massage.snapshot import restore, save, wake
from massage.states import Working
from massage.wording import Phrasebook
from tests.massage.stage import AREAS, BOOK, BOOKS, Person, Stage, attentive, silent, stage_in

type Happening = Command | NoHarder | Report | Remark | None
"""A word, a fact, or a restart."""

orders = st.sampled_from(list(AREAS.values())).flatmap(
    lambda area: st.builds(
        Order,
        area=st.just(area),
        side=st.just(area.sides[-1]),
        length=st.sampled_from(list(Length)),
        target=st.integers(3, 6),
        heat=st.sampled_from([None, None, timedelta(minutes=10)]),
        profile=st.builds(
            Profile, gun=st.booleans(), sessions=st.integers(0, 5), short_breath=st.booleans()
        ),
        talk=st.sampled_from(list(Talk)),
        stretch_only=st.integers(0, 4).map(lambda number: number == 3),
        book=st.just(BOOK),
    )
)
happenings: st.SearchStrategy[Happening] = st.one_of(
    st.sampled_from([one for one in Command if one is not Command.STOP]),
    st.builds(Rated, st.integers(0, 6)),
    st.builds(Eased, st.booleans()),
    st.builds(TalkWanted, st.sampled_from(Talk)),
    st.sampled_from(
        [
            NoHarder(),
            NeverMind(),
            StopWord(Tier.B, certain=False, phrase="numb"),
            ClockMoved(timedelta(seconds=9)),
            *(HeatOff(), HeatStuck(), HeatConfirmed(), HeatLost("gone")),
            None,
        ]
    ),
)
moments = st.one_of(st.floats(0, 4), st.floats(4, 60))


@settings(max_examples=settings().max_examples * 3)
@given(
    wanted=st.lists(orders, min_size=1, max_size=2),
    happens=st.lists(st.tuples(moments, happenings), max_size=25),
    person=st.sampled_from([attentive, attentive, silent]),
    book=st.sampled_from(list(BOOKS.values())),
)
def test_no_line_is_spoken_twice_in_a_row(
    wanted: list[Order],
    happens: list[tuple[float, Happening]],
    person: Person,
    book: Phrasebook,
) -> None:
    """But a question that is asked again, and what somebody asks to hear again or goes back to."""
    stage = Stage(compile_plan(*(replace(order, book=book) for order in wanted)), person)
    repeated: list[datetime] = []
    for seconds, what in happens:
        stage.run(seconds)
        if stage.s.live:
            happen(stage, what)
        if what is Command.REPEAT:
            repeated.append(stage.now)
    stage.run()
    hushed = [at for at, effect in stage.log if isinstance(effect, Hush)]
    for (*_, one), (*_, other) in pairwise(stage.spoken):
        if one.line.text != other.line.text or other.question is not None:
            continue
        assert one.line.key != "emergency_1"
        again = other.due in repeated
        # What was dropped in between counts as said.
        between = [moment for moment in hushed if one.due <= moment <= other.due]
        dropped = bool(between) and other.id > one.id + 1
        assert again or dropped, other.line


def happen(stage: Stage, what: Happening) -> None:
    """Let something happen to a session."""
    match what:
        case None:
            areas = {order.area.key: order.area for order in stage.plan.orders}
            back = restore(save(stage.s, stage.now), areas, stage.plan.order.book, stage.now)
            stage.s, effects = wake(back, stage.now)
            stage.perform(effects)
        case Command() | NoHarder():
            with suppress(NotNow):
                stage.obey(what)
        case fact:
            stage.report(fact)


def test_a_step_up_that_is_announced_again_is_worded_otherwise() -> None:
    """The words of the ramp are chosen by how much room there is, and still not said twice."""
    stage = stage_in(Phase.PRESS)
    stage.run(10)
    cue = stage.state(Working).ramp
    assert cue is not None
    assert cue.cue is not None
    stage.report(SpeechCut(cue.cue))
    stage.run(10)
    stage.obey(Command.HARDER)
    said = [effect.line for _, effect in stage.log if isinstance(effect, Say)]
    assert [line.text for line in said if line.key == "l3"] == [
        "Sink in a little. Three out of ten.",
        "A little deeper. Three.",
    ]
