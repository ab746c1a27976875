"""What is spoken and when: the rules of massage.md §5.1, on every plan, as it is really played."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise, product
import re

import pytest

from massage.areas import Side
from massage.messages import Priority, Say
from massage.order import Order, Profile
from massage.phases import Length, Phase
from massage.plan import Plan, Step, compile_plan
from massage.script import cues_of
from massage.states import Working
from massage.wording import MAX_WORDS
from tests.massage.scores import FOLDER, NAMES, score
from tests.massage.stage import AREAS, BOOK, Stage, attentive

COUNTS = {"count", "stretch_end"}
QUIET = {Phase.PRESS, Phase.RELEASE_HOLD, Phase.STRETCH}

type Worked = tuple[Step, datetime, datetime, list[tuple[datetime, datetime, Say]]]


def plans() -> Iterator[Plan]:
    profiles = (
        Profile(gun=True),
        Profile(first_time=True),
        Profile(senior=True, cautious=True),
    )
    for area, length, side, target, profile in product(
        AREAS.values(), Length, (Side.LEFT, Side.RIGHT, Side.BOTH), (3, 4, 5, 6), profiles
    ):
        yield compile_plan(
            Order(area=area, side=side, length=length, target=target, profile=profile, book=BOOK)
        )


PLANS = list({repr(plan): plan for plan in plans()}.values())


def worked(plan: Plan) -> Iterator[Worked]:
    """Each step of a session as it was played: when its clock ran, and what was said meanwhile."""
    stage = Stage(plan, attentive)
    clocks: list[tuple[Step, datetime, datetime]] = []
    while stage.s.live:
        stage.play_one()
        if isinstance(stage.s.state, Working) and stage.s.step is not None:
            found = (stage.s.step, stage.s.state.since, stage.s.state.ends_at)
            if found not in clocks:
                clocks.append(found)
    for step, since, ends_at in clocks:
        said = [
            (begins, ends, say)
            for begins, ends, say in stage.spoken
            if since <= begins < ends_at and say.priority is not Priority.ANSWER
        ]
        yield step, since, ends_at, said


@pytest.fixture(scope="module")
def played() -> list[Worked]:
    return [one for plan in PLANS for one in worked(plan)]


def test_a_line_is_short() -> None:
    lines = {
        line
        for plan in PLANS
        for step in plan.steps
        for line in (*step.setup, *step.lines, *(cue.line for cue in step.cues))
    }
    for line in lines:
        assert len(line.text.split()) <= MAX_WORDS, line
        assert len(re.findall(r"[.?!]", line.text)) <= 2, line
        assert "!" not in line.text
        assert not re.search(r"\d", line.text), line


def test_silence_is_most_of_a_hold(played: list[Worked]) -> None:
    for step, since, ends_at, said in played:
        if step.phase in QUIET:
            spoken = sum((ends - begins for begins, ends, _ in said), timedelta())
            assert spoken <= 0.3 * (ends_at - since), (step.phase, [s.line.text for *_, s in said])


def test_at_most_four_cues_a_minute(played: list[Worked]) -> None:
    for step, _, _, said in played:
        if step.phase in QUIET:
            for begins, _, _ in said:
                within = [at for at, *_ in said if begins <= at < begins + timedelta(minutes=1)]
                assert len(within) <= 4, (step.phase, [say.line.text for *_, say in said])


def test_eight_seconds_lie_between_cues_of_a_hold(played: list[Worked]) -> None:
    """But for counts, and for the change-over while a stretch rests."""
    for step, _, _, said in played:
        if step.phase in QUIET:
            cues = [at for at, _, say in said if say.line.key not in COUNTS]
            for one, other in pairwise(cues):
                assert other - one >= timedelta(seconds=8), [say.line.text for *_, say in said]


def test_no_cue_begins_too_late(played: list[Worked]) -> None:
    """Its own length and three seconds are left, but for what counts the end itself."""
    for step, _, ends_at, said in played:
        for begins, ends, say in said:
            if say.priority is not Priority.COUNTDOWN:
                assert ends + timedelta(seconds=3) <= ends_at, (step.phase, say.line.text)
            else:
                assert ends <= ends_at + timedelta(seconds=1.5), begins


def test_a_hold_is_counted_out_to_its_last_second(played: list[Worked]) -> None:
    for step, _, ends_at, said in played:
        if step.phase in {Phase.RELEASE_HOLD, Phase.STRETCH}:
            _, ends, last = said[-1]
            assert last.line.key in COUNTS
            assert abs(ends - ends_at) < timedelta(milliseconds=1)


def test_halfway_and_ten_seconds_are_for_long_phases_alone(played: list[Worked]) -> None:
    heard = set()
    for step, since, ends_at, said in played:
        for begins, _, say in said:
            if say.line.key == "halfway":
                assert step.seconds >= 40
                assert begins - since == timedelta(seconds=step.seconds / 2)
            if say.line.key == "ten_seconds":
                assert step.seconds >= 25
                assert ends_at - begins == timedelta(seconds=10)
            heard.add((step.phase, say.line.key))
    assert {(Phase.WARM_UP, "halfway"), (Phase.WARM_UP, "ten_seconds")} <= heard
    assert not any(phase is Phase.BROAD and key in COUNTS for phase, key in heard)


def test_the_ramp_climbs_by_one_every_ten_seconds(played: list[Worked]) -> None:
    """At ten, twenty, thirty and forty seconds, up to the target and no further."""
    for step, since, _, said in played:
        if step.phase is Phase.PRESS:
            steps = [(at - since, say.line.key) for at, _, say in said if say.line.key[0] == "l"]
            expected = [(timedelta(seconds=10 * n), f"l{n + 2}") for n in range(1, len(steps) + 1)]
            assert steps == expected
            assert len(steps) <= 4


def test_a_breath_takes_ten_seconds() -> None:
    """Two full cycles are spoken, then only "out" in every second, then silence."""
    wanted = Order(area=AREAS["forearm"], side=Side.LEFT, length=Length.DEEP, book=BOOK)
    breathe = compile_plan(wanted).steps[2]
    said = [(cue.after, cue.line.key) for cue in breathe.cues]
    assert said == [
        *((0, "breath_in"), (4, "breath_out"), (10, "breath_in"), (14, "breath_out")),
        (34, "breath_out"),
    ]


@pytest.mark.parametrize(
    ("seconds", "cues"), [(20, []), (30, ["ten_seconds"]), (40, ["halfway", "ten_seconds"])]
)
def test_a_short_warm_up_is_counted_less(seconds: int, cues: list[str]) -> None:
    wanted = Order(area=AREAS["forearm"], side=Side.LEFT, length=Length.DEEP, book=BOOK)
    step = Step(phase=Phase.WARM_UP, side=Side.LEFT, seconds=seconds)
    assert [cue.line.key for cue in cues_of(wanted, step)] == cues


def test_familiar_words_are_shorter_the_second_time() -> None:
    wanted = Order(area=AREAS["forearm"], side=Side.LEFT, length=Length.STANDARD, book=BOOK)
    first, second = (step for step in compile_plan(wanted).steps if step.phase is Phase.PRESS)
    assert second.speech < first.speech


def test_the_gun_gate_is_spoken_before_the_gun() -> None:
    wanted = Order(
        area=AREAS["forearm"],
        side=Side.LEFT,
        length=Length.DEEP,
        book=BOOK,
        profile=Profile(gun=True),
    )
    tool = next(step for step in compile_plan(wanted).steps if step.phase is Phase.TOOL)
    assert [line.key for line in tool.lines] == ["tool_gate", "tool_stop_how", "forearm.tool.0"]
    assert [cue.line.key for cue in tool.cues] == ["tool_rest", "tool_on"]


def test_a_cue_that_does_not_fit_is_left_out() -> None:
    """The last tip of a short aftercare."""
    wanted = Order(area=AREAS["forearm"], side=Side.LEFT, length=Length.QUICK, book=BOOK)
    assert [cue.line.key for cue in compile_plan(wanted).steps[-1].cues] == ["rate", "aftercare"]
    deep = compile_plan(replace(wanted, length=Length.DEEP))
    assert [cue.line.key for cue in deep.steps[-1].cues] == ["rate", "aftercare", "water"]


@pytest.mark.parametrize(("area", "length"), NAMES, ids=[f"{a}-{n}" for a, n in NAMES])
def test_the_score_is_as_written(area: str, length: Length) -> None:
    path = FOLDER / f"{area}-{length}.txt"
    written = path.read_text(encoding="utf-8") if path.exists() else ""
    assert score(area, length) == written, (
        "What is spoken has changed. If it is meant, run scripts/scores and read what it wrote."
    )


def test_there_is_no_score_of_nothing() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{a}-{n}.txt" for a, n in NAMES}
