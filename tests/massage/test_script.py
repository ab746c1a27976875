"""What is spoken and when: the rules of massage.md §5.1, on every plan, as it is really played."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise, product
import json
import re
from typing import Any

import pytest

from massage.areas import Side
from massage.messages import Command, NotNow, Priority, Say
from massage.order import Order, OwnStep, Profile, Talk
from massage.phases import TOUCHING, Length, Phase
from massage.plan import Plan, Step, compile_plan
from massage.script import cues_of
from massage.snapshot import restore, save
from massage.states import Working
from massage.wording import MAX_WORDS, Line
from tests.massage.stage import AREAS, BOOK, BOOKS, LANGUAGES, Stage, attentive, order

COUNTS = {"count", "stretch_end"}
QUIET = {Phase.PRESS, Phase.RELEASE_HOLD, Phase.STRETCH}
PRESSED = re.compile(
    r"\b(press\w*|(?<!on the )spot|squeez\w*|ball|knuckles?|harder|tender|massager)\b",
    re.IGNORECASE,
)
"""Words that speak of hands on a muscle."""

type Worked = tuple[Step, datetime, datetime, list[tuple[datetime, datetime, Say]]]

VARIED: tuple[dict[str, Any], ...] = (
    {"profile": Profile(gun=True, gun_reach=True)},
    {"profile": Profile(gun=True, sessions=1), "target": 3},
    {"profile": Profile(sessions=2), "target": 4},
    {"profile": Profile(sessions=3, ceiling=7), "target": 6},
    {"profile": Profile(first_time=True)},
    {"profile": Profile(senior=True, cautious=True, sessions=1), "talk": Talk.SHORT},
    {"profile": Profile(senior=True, short_breath=True, upright=True)},
    {"profile": Profile(tools=frozenset()), "talk": Talk.SHORT},
    {"profile": Profile(gun=True, sessions=7, short_breath=True), "talk": Talk.CUES},
    {"profile": Profile(sessions=1), "talk": Talk.CUES, "target": 6},
    {"profile": Profile(), "stretch_only": True},
    {"profile": Profile(senior=True, sessions=1), "stretch_only": True, "talk": Talk.CUES},
)
"""Who it is for, and how much they want to hear."""


def sides_of(area: str) -> tuple[Side, ...]:
    return tuple(side for side in (Side.LEFT, Side.BOTH, Side.CENTRE) if AREAS[area].allows(side))


def plans(area: str, language: str) -> Iterator[Plan]:
    for length, side, wanted in product(Length, sides_of(area), VARIED):
        asked = order(area, side=side, length=length, book=BOOKS[language], **wanted)
        if asked.way is not None:
            yield compile_plan(asked)


def plans_of(area: str, language: str = "en") -> list[Plan]:
    """Every plan there is for an area, once each."""
    return list({repr(plan.steps): plan for plan in plans(area, language)}.values())


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


@pytest.fixture(scope="module", params=product(AREAS, LANGUAGES), ids="-".join)
def played(request: pytest.FixtureRequest) -> list[Worked]:
    return [one for plan in plans_of(*request.param) for one in worked(plan)]


def texts(plan: Plan) -> list[str]:
    """Everything that is said in a plan, in order."""
    return [
        line.text
        for step in plan.steps
        for line in (*step.setup, *step.lines, *(cue.line for cue in step.cues))
    ]


def keys(step: Step) -> list[str]:
    return [line.key for line in step.lines]


def cues(step: Step) -> list[str]:
    return [cue.line.key for cue in step.cues]


def step_of(plan: Plan, phase: Phase, number: int = 0) -> Step:
    return [step for step in plan.steps if step.phase is phase][number]


# The rules of speech, on every plan


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("area", AREAS)
def test_a_line_is_short(area: str, language: str) -> None:
    lines = {
        one
        for plan in plans_of(area, language)
        for step in plan.steps
        for line in (*step.setup, *step.lines, *(cue.line for cue in step.cues))
        for one in (line, *line.instead)
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
            begun = [at for at, _, say in said if say.line.key not in COUNTS]
            for one, other in pairwise(begun):
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
        if step.phase in {Phase.RELEASE_HOLD, Phase.STRETCH} or step.holds > 1:
            _, ends, last = said[-1]
            assert last.line.key in COUNTS
            assert abs(ends - ends_at) < timedelta(milliseconds=1)


def test_everything_that_is_planned_is_said(played: list[Worked]) -> None:
    for step, _, _, said in played:
        heard = [say.line.key for *_, say in said if not re.match(r"l\d", say.line.key)]
        assert sorted(heard) == sorted(cues(step)), step.phase


def test_halfway_and_ten_seconds_are_for_long_phases_alone(played: list[Worked]) -> None:
    for step, since, ends_at, said in played:
        for begins, _, say in said:
            if say.line.key == "halfway":
                assert step.phase is Phase.WARM_UP
                assert step.seconds >= 40
                assert begins - since == timedelta(seconds=step.seconds / 2)
            if say.line.key == "ten_seconds":
                assert step.seconds >= 25
                assert ends_at - begins == timedelta(seconds=10)
            assert step.phase is not Phase.BROAD or say.line.key not in COUNTS


def test_the_ramp_climbs_by_one_every_ten_seconds(played: list[Worked]) -> None:
    """At ten, twenty, thirty and forty seconds, up to the target and no further."""
    for step, since, _, said in played:
        if step.phase is Phase.PRESS:
            steps = [
                (at - since, say.line.key)
                for at, _, say in said
                if re.fullmatch(r"l\d", say.line.key)
            ]
            expected = [(timedelta(seconds=10 * n), f"l{n + 2}") for n in range(1, len(steps) + 1)]
            assert steps == expected
            assert len(steps) <= (4 if step.holds == 1 else 0)


# Breath, warm-up, strokes, massager, aftercare


@pytest.mark.parametrize(
    ("talk", "short_breath", "expected"),
    [
        (Talk.FULL, False, "0 in, 4 out, 10 in, 14 out, 34 out"),
        (Talk.FULL, True, "0 in, 3 out, 7 in, 10 out, 24 out"),
        (Talk.SHORT, False, "0 in, 4 out"),
        (Talk.CUES, True, "0 in, 3 out"),
    ],
)
def test_breaths(talk: Talk, expected: str, *, short_breath: bool) -> None:
    """Two full cycles are spoken, then only "out" in every second, then silence."""
    wanted = order(length=Length.DEEP, talk=talk, profile=Profile(short_breath=short_breath))
    breathe = step_of(compile_plan(wanted), Phase.BREATHE)
    said = [f"{cue.after:g} {cue.line.key.removeprefix('breath_')}" for cue in breathe.cues]
    assert ", ".join(said) == expected
    assert ("three" if short_breath else "four") in breathe.lines[0].text
    assert breathe.lines[-1].text == "If you feel light-headed, breathe as you like."
    assert breathe.cues[0].line.text == "Breathe in"
    assert breathe.cues[1].line.text == "and out"


@pytest.mark.parametrize(
    ("seconds", "talk", "expected"),
    [
        (20, Talk.FULL, []),
        (30, Talk.FULL, ["ten_seconds"]),
        (40, Talk.FULL, ["halfway", "ten_seconds"]),
        (40, Talk.SHORT, ["ten_seconds"]),
        (40, Talk.CUES, ["ten_seconds"]),
    ],
)
def test_a_short_warm_up_is_counted_less(seconds: int, talk: Talk, expected: list[str]) -> None:
    step = Step(phase=Phase.WARM_UP, side=Side.LEFT, seconds=seconds)
    assert [cue.line.key for cue in cues_of(order(talk=talk), step)] == expected


@pytest.mark.parametrize(("seconds", "at"), [(30, [11]), (40, [11, 26])])
def test_short_strokes_come_in_bursts(seconds: int, at: list[float]) -> None:
    """Of ten to twelve seconds, two or three of them (massage.md §2.1)."""
    step = Step(phase=Phase.CROSS_FIBER, side=Side.LEFT, seconds=seconds)
    rests = cues_of(order(), step)
    assert [cue.after for cue in rests] == at
    assert len({cue.line.text for cue in rests}) == len(at)


@pytest.mark.parametrize("talk", Talk)
def test_the_gun_gate_is_spoken_before_the_gun(talk: Talk) -> None:
    wanted = order(length=Length.DEEP, profile=Profile(gun=True, sessions=9), talk=talk)
    tool = step_of(compile_plan(wanted), Phase.TOOL)
    assert keys(tool) == ["tool_gate", "tool_stop_how", "forearm.tool.0"]
    assert cues(tool) == ["tool_rest", "tool_on"]


def test_a_gun_never_runs_for_more_than_thirty_seconds() -> None:
    step = Step(phase=Phase.TOOL, side=Side.LEFT, seconds=120)
    ran_since = 0.0
    for cue in cues_of(order(profile=Profile(gun=True)), step):
        assert cue.after is not None
        if cue.line.key == "tool_rest":
            assert cue.after - ran_since < 30
        else:
            ran_since = cue.after
    assert step.seconds - ran_since < 60


@pytest.mark.parametrize(
    ("length", "talk", "expected"),
    [
        (Length.QUICK, Talk.FULL, ["finish", "rate", "aftercare"]),
        (Length.DEEP, Talk.FULL, ["finish", "rate", "aftercare", "water"]),
        (Length.DEEP, Talk.SHORT, ["finish", "rate", "aftercare", "water"]),
        (Length.DEEP, Talk.CUES, ["finish_brief", "rate"]),
    ],
)
def test_the_last_minute(length: Length, talk: Talk, expected: list[str]) -> None:
    """A cue that does not fit is left out: the last tip of a short aftercare."""
    last = compile_plan(order(length=length, talk=talk)).steps[-1]
    assert keys(last) + cues(last) == expected


def test_the_way_out_of_a_position_is_spoken_first() -> None:
    for talk in Talk:
        wanted = order("suboccipitals", side=Side.CENTRE, talk=talk)
        last = compile_plan(wanted).steps[-1]
        assert last.lines[0].text == "Roll to your side, wait a moment, then sit up slowly."
        assert len(last.lines) == 2
        between = compile_plan(wanted, order()).steps
        ends = next(step for step in between if step.phase is Phase.AFTERCARE)
        assert [ends.lines[0], len(ends.lines), ends.cues] == [last.lines[0], 2, ()]


# How much is said


def settings(area: str, **wanted: Any) -> list[str]:  # noqa: ANN401 - the fields of an order
    """The set-up that is spoken first."""
    plan = compile_plan(order(area, side=sides_of(area)[-1], **wanted))
    return [line.key for line in next(step for step in plan.steps if step.setup).setup]


@pytest.mark.parametrize("area", AREAS)
def test_the_set_up_is_brief_for_whoever_knows_the_area(area: str) -> None:
    def heads(found: list[str]) -> set[str]:
        return {key.split(".")[1] for key in found}

    assert heads(settings(area)) == {"setup", "avoid"}
    assert heads(settings(area, profile=Profile(sessions=2))) == {"setup", "avoid"}
    assert heads(settings(area, profile=Profile(sessions=3))) == {"setup_brief", "avoid"}
    for talk in (Talk.SHORT, Talk.CUES):
        assert heads(settings(area, talk=talk)) == {"setup_brief", "avoid"}


@pytest.mark.parametrize("area", AREAS)
def test_half_the_set_up_words(area: str) -> None:
    def words(*, brief: bool) -> int:
        lines = BOOK.cues(area, "setup", Side.LEFT, brief=brief)
        return sum(len(line.text.split()) for line in lines)

    assert words(brief=True) <= 0.6 * words(brief=False)


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("talk", Talk)
def test_what_to_stay_off_is_never_shortened(area: str, talk: Talk) -> None:
    profile = Profile(sessions=20)
    for length, side in product(Length, sides_of(area)):
        wanted = order(area, side=side, length=length, talk=talk, profile=profile)
        setups = [step for step in compile_plan(wanted).steps if step.setup]
        for number, step in enumerate(setups):
            avoid = BOOK.cues(area, "avoid", step.side, wanted.wordings)
            assert avoid
            assert (step.setup[-len(avoid) :] == avoid) is (number == 0)


def test_the_set_up_is_shorter_the_second_time() -> None:
    """Where the warm-up left the position, and on the other side."""

    def setups(wanted: Order) -> list[list[str]]:
        return [[line.key for line in s.setup] for s in compile_plan(wanted).steps if s.setup]

    avoid = ["shoulder_blade.avoid.0", "shoulder_blade.avoid.1"]
    assert setups(order("shoulder_blade", side=Side.BOTH)) == [
        ["shoulder_blade.setup.0", *avoid],
        ["shoulder_blade.setup_brief.0"],
        ["side_switch", "shoulder_blade.setup_brief.0"],
    ]
    assert setups(order("forearm")) == [["forearm.setup.0", "forearm.avoid.0"]]


def test_another_wording_keeps_its_own_full_words_where_it_has_no_brief_ones() -> None:
    """Who must not lie flat is not told to, only because few words are wanted."""
    texts = dict(BOOK.areas["suboccipitals"])
    del texts["upright.setup_brief"]
    book = replace(BOOK, areas={**BOOK.areas, "suboccipitals": texts})
    profile = Profile(upright=True, sessions=5)
    wanted = order("suboccipitals", side=Side.CENTRE, profile=profile, book=book)
    step = next(step for step in compile_plan(wanted).steps if step.setup)
    assert step.setup[0].key == "suboccipitals.upright.setup.0"


COMFORT = {"hold", "jaw_soft", "halfway", "soften"}


@pytest.mark.parametrize("area", AREAS)
def test_who_wants_few_words_hears_no_encouragement(area: str) -> None:
    def heard(talk: Talk) -> set[str]:
        plan = compile_plan(order(area, side=sides_of(area)[0], talk=talk))
        return {key for step in plan.steps for key in (*keys(step), *cues(step))}

    assert COMFORT & heard(Talk.FULL)
    assert not COMFORT & heard(Talk.SHORT)
    assert not COMFORT & heard(Talk.CUES)
    assert heard(Talk.CUES) >= {"check", "rate", "stretch_end", "ten_seconds", "light_headed"}


@pytest.mark.parametrize(("area", "length"), list(product(AREAS, Length)))
def test_fewer_words_take_less_time(area: str, length: Length) -> None:
    def words(talk: Talk) -> int:
        plan = compile_plan(order(area, side=sides_of(area)[-1], length=length, talk=talk))
        return sum(len(text.split()) for text in texts(plan))

    assert words(Talk.FULL) > words(Talk.SHORT) > words(Talk.CUES)


def test_the_words_of_the_ramp_are_brief_where_there_is_no_room_for_more() -> None:
    def ramp(**wanted: Any) -> str:  # noqa: ANN401 - as above
        stage = Stage(compile_plan(order(**wanted)), attentive)
        stage.until(lambda s: s.step is not None and (s.step.phase, s.level) == (Phase.PRESS, 4))
        return [say.line.text for *_, say in stage.spoken if say.line.key == "l4"][-1]

    full, brief = "A little more. Four, still easy.", "A little more. Four."
    assert ramp() == full
    assert ramp(talk=Talk.SHORT) == full
    assert ramp(talk=Talk.CUES) == brief
    assert ramp(target=6) == brief


# Which variant is said


def varied(plan: Plan) -> list[Line]:
    """The lines of a plan that could be worded otherwise, but for those that are worded by rule."""
    lines = [
        line
        for step in plan.steps
        for line in (*step.setup, *step.lines, *(cue.line for cue in step.cues))
    ]
    return [line for line in lines if line.others and line.key != "breath_out"]


@pytest.mark.parametrize("talk", Talk)
def test_the_next_session_begins_with_other_words(talk: Talk) -> None:
    for sessions in range(5):
        now, then = (
            varied(compile_plan(order(side=Side.BOTH, talk=talk, profile=Profile(sessions=one))))
            for one in (sessions, sessions + 1)
        )
        assert now
        for one, other in zip(now, then, strict=True):
            assert (one.key, one.text) != (other.key, other.text)


def test_the_first_time_a_line_is_said_in_its_first_words() -> None:
    plan = compile_plan(order(side=Side.BOTH, profile=Profile(gun=True)), order("calf"))
    seen = set()
    for line in varied(plan):
        if line.key not in seen:
            assert line.text == BOOK.line(line.key, area="calf", side=Side.RIGHT).text
        seen.add(line.key)
    assert len(seen) > 15


def test_a_line_that_returns_is_worded_otherwise() -> None:
    plan = compile_plan(order(side=Side.BOTH))
    heard: dict[str, list[str]] = {}
    for line in varied(plan):
        heard.setdefault(line.key, []).append(line.text)
    assert [len(set(heard[key])) for key in ("check", "hold_start", "ease_off")] == [3, 2, 2]
    for key, said in heard.items():
        assert all(one != other for one, other in pairwise(said)), key


def test_a_session_that_comes_back_has_the_words_it_had() -> None:
    stage = Stage(compile_plan(order(side=Side.BOTH, profile=Profile(sessions=2))), attentive)
    stage.until(lambda s: s.step is not None and s.step.phase is Phase.EASE_OFF)
    stage.obey(Command.PAUSE)
    data = json.loads(json.dumps(save(stage.s, stage.now)))
    back = restore(data, AREAS, BOOK, stage.now)
    assert back.steps == stage.s.steps
    for one, other in zip(back.steps, stage.s.steps, strict=True):
        assert [line.others for line in one.lines] == [line.others for line in other.lines]
    assert (back.last, back.used) == (stage.s.last, stage.s.used)
    assert back.last == "Ease off. Say resume when you are ready."


# Stretching alone, routines of several areas, routines of one's own


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("talk", Talk)
def test_who_only_stretches_hears_nothing_of_pressing(area: str, talk: Talk) -> None:
    side = sides_of(area)[-1]
    own = (OwnStep(Phase.PRESS, 60),)
    wanted = order(area, side=side, length=Length.QUICK, stretch_only=True, talk=talk, own=own)
    stage = Stage(compile_plan(wanted), attentive)
    stage.run()
    assert not {step.phase for step in stage.plan.steps} & TOUCHING
    assert [step.phase for step in stage.plan.steps if step.setup][:1] == [Phase.WARM_UP]
    said = [say.line.text for *_, say in stage.spoken]
    assert not [text for text in said if PRESSED.search(text)]
    assert stage.s.notes.after == 3


def test_the_side_changes_in_a_stretch_alone_too() -> None:
    steps = compile_plan(order(side=Side.BOTH, stretch_only=True)).steps
    setups = [[line.text for line in step.setup] for step in steps if step.setup]
    assert setups == [
        ["Sit or stand comfortably, with some room to move."],
        ["Now the right side. Change over slowly."],
    ]


def test_a_later_area_is_named() -> None:
    first, second = order("calf"), order("upper_traps")
    plan = compile_plan(first, second, order("jaw", side=Side.CENTRE))
    checks = [step for step in plan.steps if step.phase is Phase.CHECK_IN]
    assert keys(checks[0]) == ["rate"]
    assert [line.text for line in checks[1].lines] == [
        "Now your neck.",
        "From zero to ten, how tight or sore does your neck feel right now?",
    ]
    assert checks[2].lines[0].text == "Next comes your jaw."
    between, _, last = (step for step in plan.steps if step.phase is Phase.AFTERCARE)
    assert (between.seconds, keys(between), cues(between)) == (20, ["rate"], [])
    assert cues(last)[0] == "rate_area"


def test_the_scores_of_two_areas_are_both_heard() -> None:
    stage = Stage(compile_plan(order("calf"), order("upper_traps")), attentive)
    stage.run()
    notes = (*stage.s.earlier, stage.s.notes)
    assert [(one.before, one.after) for one in notes] == [(6, 3), (6, 3)]


OWN = (
    OwnStep(Phase.WARM_UP, 40),
    OwnStep(Phase.WARM_UP, 30),
    OwnStep(Phase.BREATHE, 30),
    OwnStep(Phase.LOCATE, 30),
    OwnStep(Phase.BROAD, 30),
    OwnStep(Phase.BROAD, 30),
    OwnStep(Phase.PRESS, 40),
    OwnStep(Phase.PRESS, 60, spot=2),
    OwnStep(Phase.RELEASE_HOLD, 15),
    OwnStep(Phase.PRESS, 30, spot=2),
    OwnStep(Phase.EASE_OFF, 20),
    OwnStep(Phase.CROSS_FIBER, 30),
    OwnStep(Phase.TOOL, 90),
    OwnStep(Phase.STRETCH, 60),
    OwnStep(Phase.STRETCH, 20),
)


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("talk", Talk)
def test_a_routine_of_ones_own_has_words_for_every_step(area: str, talk: Talk) -> None:
    profile = Profile(gun=True, gun_reach=True)
    wanted = order(area, side=sides_of(area)[-1], own=OWN, talk=talk, profile=profile)
    plan = compile_plan(wanted)
    phases = {step.phase for step in plan.steps}
    assert (Phase.CROSS_FIBER in phases) == bool(wanted.area.cross)
    assert (Phase.TOOL in phases) == wanted.gun
    assert all(step.lines for step in plan.steps)
    for step, _, _, said in worked(plan):
        assert sorted(cues(step)) == sorted(
            say.line.key for *_, say in said if not re.match(r"l\d", say.line.key)
        )


def test_a_routine_of_ones_own_uses_no_stroke_that_is_forbidden() -> None:
    plan = compile_plan(order(own=OWN, profile=Profile(cross=False), left_out={Phase.BREATHE}))
    gone = {Phase.CROSS_FIBER, Phase.TOOL, Phase.BREATHE}
    assert not gone & {step.phase for step in plan.steps}


def test_a_wish_to_wrap_up_is_heard() -> None:
    stage = Stage(compile_plan(order()), attentive)
    stage.until(lambda s: s.step is not None and s.step.phase is Phase.BROAD)
    stage.obey(Command.WRAP_UP)
    assert stage.s.step is not None
    assert keys(stage.s.step) == ["wrap_up", "forearm.stretch.0", "stretch"]


def test_a_step_that_comes_again_says_so() -> None:
    plan = compile_plan(order(own=OWN))
    assert keys(step_of(plan, Phase.BROAD, 1)) == ["same_again"]
    presses = [keys(step_of(plan, Phase.PRESS, number)) for number in range(3)]
    assert presses == [["forearm.press.0"], ["press_new_spot"], ["press_again"]]


# The jaw: short soft holds that do not climb (massage.md §3.15)


@pytest.mark.parametrize(
    ("length", "press", "stretch"),
    [(Length.QUICK, [10, 20], [10, 20]), (Length.STANDARD, [12, 36, 60], [10, 30])],
)
def test_short_holds(length: Length, press: list[float], stretch: list[float]) -> None:
    plan = compile_plan(order("jaw", side=Side.CENTRE, length=length))
    held, stretched = step_of(plan, Phase.PRESS), step_of(plan, Phase.STRETCH)
    assert keys(held) == ["jaw.press.0", "press_holds"]
    assert [cue.after for cue in held.cues] == [*press, None]
    assert held.cues[-1].line.text == "Three, two, one, and ease off."
    assert keys(stretched) == ["stretch_begins", "jaw.stretch.0", "stretch_holds"]
    assert [cue.after for cue in stretched.cues] == [*stretch, None]


def test_the_jaw_is_pressed_no_firmer_unless_somebody_wants_it() -> None:
    stage = Stage(compile_plan(order("jaw", side=Side.CENTRE, target=6)), attentive)
    stage.until(lambda s: s.step is not None and s.step.phase is Phase.PRESS)
    stage.until(lambda s: isinstance(s.state, Working))
    stage.run(11)
    assert (stage.s.level, stage.s.notes.peak) == (2, 2)
    stage.obey(Command.HARDER)
    stage.run(11)
    assert stage.s.level == 3
    with pytest.raises(NotNow, match="as_firm"):
        stage.obey(Command.HARDER)
    stage.obey(Command.PREVIOUS)
    stage.until(lambda s: s.step is not None and s.step.phase is Phase.PRESS)
    stage.run(20)
    assert (stage.s.level, stage.s.goal) == (2, 2)


def test_the_second_circles_of_the_jaw_are_elsewhere() -> None:
    plan = compile_plan(order("jaw", side=Side.CENTRE))
    assert keys(step_of(plan, Phase.BROAD, 0)) == ["jaw.broad.0"]
    assert keys(step_of(plan, Phase.BROAD, 1)) == ["jaw.broad.1"]


def test_a_stretch_of_the_skull_base_lasts_twenty_seconds() -> None:
    plan = compile_plan(order("suboccipitals", side=Side.CENTRE))
    ends = [
        round(cue.after + cue.line.seconds, 3)
        for cue in step_of(plan, Phase.STRETCH).cues
        if cue.after is not None
    ]
    assert ends == [20, 30]
