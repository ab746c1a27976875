"""Routines of one's own: every limit has one that breaks it, and a clean one stays within them all."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from math import ceil
from typing import Any

from hypothesis import assume, given, strategies as st
import pytest

from massage.areas import Area, Gun, Region, Side
from massage.limits import (
    ALL_LIMIT_DAY,
    CONTINUOUS_LIMIT,
    GUN_LIMIT,
    GUN_LIMIT_DAY,
    MOST_SPOTS,
    SESSION_LIMIT,
    SIDE_LIMIT,
    SPOT_LIMIT,
)
from massage.order import Order, OwnStep, Profile
from massage.phases import BOUNDS, PRESSING, Length, Phase
from massage.plan import Plan, compile_plan
from massage.routine import (
    LONGEST_NAME,
    MOST_PARTS,
    ORDER,
    Problem,
    Routine,
    RoutinePart,
    lint,
)
from tests.massage.stage import AREAS as CATALOGUE, BOOK, Book

LINES = BOOK.areas["forearm"]


def _area(key: str, **facts: Any) -> Area:  # noqa: ANN401 - the fields of an area
    usual: dict[str, Any] = {
        "region": Region.ARM,
        "sides": (Side.LEFT, Side.RIGHT),
        "cap": 6,
        "cross": 4,
        "gun": Gun.OK,
    }
    return Area(key=key, **usual | facts)


AREAS: Mapping[str, Area] = {
    **{f"plain_{number}": _area(f"plain_{number}") for number in range(9)},
    "middle": _area("middle", sides=(Side.CENTRE,), lengths=(Length.QUICK, Length.STANDARD)),
    "careful": _area("careful", cross=0, gun=Gun.NO),
}
"""Areas with every kind of restriction, whatever the catalogue holds."""
WORDS = Book(BOOK.language, BOOK.lines, dict.fromkeys(AREAS, LINES), BOOK.words)

PRESSED = (
    OwnStep(Phase.LOCATE, 30),
    OwnStep(Phase.PRESS, 60),
    OwnStep(Phase.STRETCH, 25),
)


def part(area: str = "plain_0", **wanted: Any) -> RoutinePart:  # noqa: ANN401 - the fields of a part
    return RoutinePart(area=area, **{"side": Side.LEFT, "length": Length.QUICK} | wanted)


def own(*steps: tuple[Any, ...], **wanted: Any) -> Routine:  # noqa: ANN401 - as `part`
    return Routine("Mine", (part(steps=tuple(OwnStep(*step) for step in steps), **wanted),))


def problems(routine: Routine) -> tuple[Problem, ...]:
    return lint(routine, AREAS, WORDS)


def found(routine: Routine) -> list[tuple[tuple[str | int, ...], str]]:
    return [(problem.path, problem.key) for problem in problems(routine)]


def plan_of(routine: Routine, areas: Mapping[str, Area] = AREAS, book: Any = WORDS) -> Plan:  # noqa: ANN401 - a phrasebook
    """The fullest plan of a routine: with a gun wherever the routine itself asks for it."""
    return compile_plan(
        *(
            Order(
                area=areas[one.area],
                side=one.side or areas[one.area].sides[0],
                length=one.length,
                own=one.steps,
                profile=Profile(gun=bool(one.steps), gun_reach=True),
                book=book,
            )
            for one in routine.parts
        )
    )


# --- clean ones -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "routine",
    [
        Routine(
            "Evening wind-down", (part(), part("plain_1", side=None), part("middle", side=None))
        ),
        Routine("Both", (part(side=Side.BOTH, length=Length.STANDARD),)),
        Routine("One side, then the other", (part(), part(side=Side.RIGHT))),
        Routine("In the middle", (part("middle", side=Side.CENTRE),)),
        Routine("M" * LONGEST_NAME, (part(length=Length.DEEP),)),
        Routine("Mine", (part(steps=PRESSED),)),
        own(
            (Phase.BREATHE, 120),
            (Phase.WARM_UP, 180),
            (Phase.LOCATE, 90),
            (Phase.BROAD, 120),
            (Phase.PRESS, 90, 1),
            (Phase.RELEASE_HOLD, 30, 1),
            (Phase.EASE_OFF, 45, 1),
            (Phase.PRESS, 60, 1),
            (Phase.EASE_OFF, 10, 1),
            (Phase.PRESS, 30, 2),
            (Phase.PRESS, 30, 3),
            (Phase.CROSS_FIBER, 45),
            (Phase.TOOL, 120),
            (Phase.STRETCH, 130),
        ),
        own((Phase.WARM_UP, 60), (Phase.STRETCH, 60), area="careful"),
    ],
    ids=lambda routine: routine.name,
)
def test_a_routine_that_may_be(routine: Routine) -> None:
    assert problems(routine) == ()


def test_every_area_of_the_catalogue_can_be_in_a_routine() -> None:
    for key, area in CATALOGUE.items():
        for length in area.lengths:
            routine = Routine("Mine", (RoutinePart(area=key, length=length),))
            assert lint(routine, CATALOGUE, BOOK) == ()


# --- each rule, and where it points ---------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "  "])
def test_a_routine_has_a_name(name: str) -> None:
    assert found(Routine(name, (part(),))) == [(("name",), "name_missing")]


def test_a_name_can_be_said_in_one_breath() -> None:
    routine = Routine("M" * (LONGEST_NAME + 1), (part(),))
    assert found(routine) == [(("name",), "name_long")]


def test_a_routine_has_areas() -> None:
    assert found(Routine("Mine", ())) == [(("parts",), "parts_missing")]


def test_a_routine_does_not_have_too_many_areas() -> None:
    routine = Routine("Mine", tuple(part(f"plain_{number}") for number in range(MOST_PARTS + 1)))
    assert found(routine) == [(("parts", MOST_PARTS), "parts_many")]


def test_an_area_has_to_be_known() -> None:
    (problem,) = problems(Routine("Mine", (part(), part("elbow"))))
    assert (problem.path, problem.key) == (("parts", 1, "area"), "area_unknown")
    assert problem.slots["name"] == "elbow"
    assert "plain_0" in str(problem.slots["known"])


@pytest.mark.parametrize(
    ("area", "side"), [("middle", Side.LEFT), ("middle", Side.BOTH), ("plain_0", Side.CENTRE)]
)
def test_an_area_has_to_have_the_side(area: str, side: Side) -> None:
    routine = Routine("Mine", (part(area, side=side),))
    assert found(routine) == [(("parts", 0, "side"), "side_missing")]


@pytest.mark.parametrize(
    ("area", "first", "second"),
    [
        ("plain_0", Side.LEFT, Side.LEFT),
        ("plain_0", Side.BOTH, Side.RIGHT),
        ("plain_0", Side.LEFT, None),
        ("plain_0", None, None),
        ("middle", None, Side.CENTRE),
    ],
)
def test_no_side_comes_twice(area: str, first: Side | None, second: Side | None) -> None:
    routine = Routine("Mine", (part(area, side=first), part("plain_1"), part(area, side=second)))
    assert found(routine) == [(("parts", 2, "area"), "area_twice")]


def test_a_length_has_to_be_offered() -> None:
    routine = Routine("Mine", (part("middle", side=None, length=Length.DEEP),))
    assert found(routine) == [(("parts", 0, "length"), "length_missing")]


def test_deep_is_not_offered_on_both_sides() -> None:
    routine = Routine("Mine", (part(side=Side.BOTH, length=Length.DEEP),))
    assert found(routine) == [(("parts", 0, "length"), "deep_both")]


@pytest.mark.parametrize("phase", [Phase.CHECK_IN, Phase.AFTERCARE])
def test_what_every_session_has_is_no_step_of_a_routine(phase: Phase) -> None:
    assert found(own((Phase.BROAD, 30), (phase, 30))) == [
        (("parts", 0, "steps", 1, "phase"), "step_not_own")
    ]


def round_of(phase: Phase, seconds: int) -> list[tuple[Phase, int]]:
    """The steps around one of a phase that it cannot be without."""
    if phase not in {Phase.PRESS, Phase.RELEASE_HOLD, Phase.EASE_OFF}:
        return [(phase, seconds)]
    press = [] if phase is Phase.PRESS else [(Phase.PRESS, 30)]
    return [(Phase.LOCATE, 30), *press, (phase, seconds), (Phase.STRETCH, 30)]


@pytest.mark.parametrize("phase", ORDER)
def test_a_step_keeps_the_bounds_of_its_phase(phase: Phase) -> None:
    least, most = BOUNDS[phase]
    for seconds in (max(1, least), most):
        assert found(own(*round_of(phase, seconds))) == []
    for seconds in (max(1, least) - 1, most + 1):
        steps = round_of(phase, seconds)
        at = steps.index((phase, seconds))
        (problem,) = problems(own(*steps))
        assert (problem.path, problem.key) == (("parts", 0, "steps", at, "seconds"), "seconds")
        assert (problem.slots["least"], problem.slots["most"]) == (max(1, least), most)


@pytest.mark.parametrize("spot", [0, MOST_SPOTS + 1])
def test_there_are_three_spots(spot: int) -> None:
    steps = [(Phase.LOCATE, 30), (Phase.PRESS, 60, spot), (Phase.STRETCH, 30)]
    assert found(own(*steps)) == [(("parts", 0, "steps", 1, "spot"), "spot")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Phase.BREATHE, Phase.LOCATE),
        (Phase.WARM_UP, Phase.BROAD),
        (Phase.LOCATE, Phase.BROAD),
        (Phase.BROAD, Phase.CROSS_FIBER),
        (Phase.CROSS_FIBER, Phase.TOOL),
        (Phase.TOOL, Phase.STRETCH),
        (Phase.LOCATE, Phase.STRETCH),
    ],
)
def test_the_order_is_fixed(before: Phase, after: Phase) -> None:
    assert found(own((before, 30), (after, 30))) == []
    (problem,) = problems(own((after, 30), (before, 30)))
    assert (problem.path, problem.key) == (("parts", 0, "steps", 1, "phase"), "order")
    assert problem.slots == {"phase": before, "after": after}


@pytest.mark.parametrize("phase", [phase for phase in ORDER if len(round_of(phase, 30)) == 1])
def test_what_is_no_round_comes_once(phase: Phase) -> None:
    assert found(own((phase, 30), (phase, 30))) == [
        (("parts", 0, "steps", 1, "phase"), "step_twice")
    ]


def test_a_spot_is_found_before_it_is_pressed() -> None:
    assert found(own((Phase.PRESS, 60), (Phase.STRETCH, 30))) == [
        (("parts", 0, "steps", 0, "phase"), "locate_missing")
    ]


def test_pressing_is_followed_by_a_stretch() -> None:
    assert found(own((Phase.LOCATE, 30), (Phase.PRESS, 60), (Phase.EASE_OFF, 20))) == [
        (("parts", 0, "steps", 1, "phase"), "stretch_missing")
    ]


@pytest.mark.parametrize("phase", [Phase.RELEASE_HOLD, Phase.EASE_OFF])
def test_a_hold_and_an_ease_off_belong_to_a_press(phase: Phase) -> None:
    assert found(own((Phase.LOCATE, 30), (phase, 20), (Phase.STRETCH, 30))) == [
        (("parts", 0, "steps", 1, "phase"), "press_missing")
    ]
    elsewhere = [(Phase.LOCATE, 30), (Phase.PRESS, 60, 1), (phase, 20, 2), (Phase.STRETCH, 30)]
    assert found(own(*elsewhere)) == [(("parts", 0, "steps", 2, "phase"), "press_missing")]
    twice = [(Phase.LOCATE, 30), (Phase.PRESS, 60), *[(phase, 20)] * 2, (Phase.STRETCH, 30)]
    assert found(own(*twice)) == [(("parts", 0, "steps", 3, "phase"), "press_missing")]


@pytest.mark.parametrize("phase", [Phase.CROSS_FIBER, Phase.TOOL])
def test_what_an_area_forbids_is_no_step(phase: Phase) -> None:
    assert found(own((phase, 30), area="careful")) == [
        (("parts", 0, "steps", 0, "phase"), "step_not_here")
    ]


def rounds(*presses: tuple[int, int], hold: int = 0) -> list[Any]:
    """Steps that press so many seconds on so many spots."""
    steps: list[Any] = [(Phase.LOCATE, 30)]
    for seconds, spot in presses:
        steps.append((Phase.PRESS, seconds, spot))
        steps += [(Phase.RELEASE_HOLD, hold, spot)] * bool(hold)
    return [*steps, (Phase.STRETCH, 30)]


def test_a_spot_is_not_pressed_for_too_long() -> None:
    assert found(own(*rounds((60, 1), (60, 1), hold=30))) == []
    (problem,) = problems(own(*rounds((60, 1), (61, 1), hold=30)))
    assert (problem.path, problem.key) == (("parts", 0), "pressing_spot")
    assert problem.slots == {"area": "plain_0", "spot": 1, "seconds": 181, "most": 180}


def test_a_side_is_not_pressed_for_too_long() -> None:
    spots = [(90, 1), (90, 1), (90, 2), (30, 3)]
    assert found(own(*rounds(*spots))) == []
    (problem,) = problems(own(*rounds(*spots[:3], (31, 3))))
    assert (problem.path, problem.key) == (("parts", 0), "pressing_side")
    assert problem.slots == {"area": "plain_0", "seconds": 301, "most": 300}


def test_what_is_too_long_on_both_sides_is_told_once() -> None:
    routine = own(*rounds((90, 1), (90, 1), hold=20), side=Side.BOTH)
    assert found(routine) == [(("parts", 0), "pressing_spot")]


def test_an_area_has_three_spots_whatever_their_sides() -> None:
    two = rounds((30, 1), (30, 2))
    assert found(own(*two, side=Side.LEFT)) == []
    assert found(own(*two, side=Side.BOTH)) == [(("parts", 0), "spots")]
    # A side that is left open may be answered with both.
    one, three = rounds((30, 1)), rounds((30, 1), (30, 2), (30, 3))
    assert found(own(*one, side=None)) == []
    assert found(own(*two, side=None)) == [(("parts", 0), "spots")]
    assert found(own(*three, side=Side.RIGHT)) == []
    assert found(own(*three, side=None, area="middle")) == []
    assert found(Routine("Mine", (part(side=None, length=Length.DEEP),))) == []
    deep = Routine("Mine", (part(length=Length.DEEP), part(side=Side.RIGHT, length=Length.DEEP)))
    assert (("parts", 1), "spots") in found(deep)


def test_the_gun_runs_for_two_minutes_on_an_area() -> None:
    assert found(own((Phase.TOOL, 60), side=Side.BOTH)) == []
    assert found(own((Phase.TOOL, 61), side=Side.BOTH)) == [(("parts", 0), "gun")]
    parts = tuple(
        part(side=side, steps=(OwnStep(Phase.TOOL, 61),)) for side in (Side.LEFT, Side.RIGHT)
    )
    assert found(Routine("Mine", parts)) == [(("parts", 1), "gun")]


def test_the_gun_runs_for_ten_minutes_in_all() -> None:
    guns = tuple(part(f"plain_{n}", steps=(OwnStep(Phase.TOOL, 120),)) for n in range(6))
    assert found(Routine("Mine", guns[:5])) == []
    assert (("parts",), "gun_all") in found(Routine("Mine", guns))


def test_all_areas_together_are_pressed_for_a_quarter_of_an_hour() -> None:
    full = tuple(OwnStep(*step) for step in rounds((90, 1), (90, 1), (90, 2), (30, 3)))
    parts = tuple(part(f"plain_{number}", steps=full) for number in range(3))
    assert found(Routine("Mine", parts)) == []
    problem, *_ = problems(Routine("Mine", (*parts, part("plain_3", steps=PRESSED))))
    assert (problem.path, problem.key) == (("parts",), "pressing_all")
    assert problem.slots == {"seconds": 960, "most": 900}


def test_a_routine_fits_into_a_session_with_all_its_words() -> None:
    parts = [part(f"plain_{number}", length=Length.STANDARD) for number in range(3)]
    assert found(Routine("Mine", (*parts[:2], part("plain_3")))) == []
    routine = Routine("Mine", tuple(parts))
    assert plan_of(routine).total < SESSION_LIMIT
    (problem,) = problems(routine)
    assert (problem.path, problem.key) == (("parts",), "too_long")
    expected = ceil(plan_of(routine).estimated_duration / timedelta(minutes=1))
    assert problem.slots == {"minutes": expected, "most": 30}
    assert 30 < expected < 35


def test_everything_that_is_wrong_is_told_in_the_order_in_which_it_is_read() -> None:
    routine = Routine(
        "",
        (
            part("elbow"),
            part(side=Side.CENTRE),
            part("plain_1", steps=(OwnStep(Phase.TOOL, 200), OwnStep(Phase.PRESS, 5, 9))),
        ),
    )
    assert [key for _, key in found(routine)] == [
        *("name_missing", "area_unknown", "side_missing", "seconds"),
        *("seconds", "spot", "order", "locate_missing", "stretch_missing"),
    ]


# --- and every one that is clean stays within the limits ------------------------------------------

SPOTS = st.integers(1, MOST_SPOTS)


@st.composite
def rows_of_steps(draw: st.DrawFn) -> tuple[OwnStep, ...]:
    """Steps in their order, most of them within their bounds, some left out and some doubled."""
    steps: list[OwnStep] = []
    for phase in draw(st.lists(st.sampled_from(list(ORDER)), max_size=9)):
        least, most = BOUNDS[phase]
        seconds = draw(st.integers(max(0, least - 1), most + 1))
        spot = draw(SPOTS) if ORDER[phase] == ORDER[Phase.PRESS] else 1
        steps.append(OwnStep(phase, seconds, spot))
    return tuple(sorted(steps, key=lambda step: ORDER[step.phase]))


@st.composite
def pressing_steps(draw: st.DrawFn) -> tuple[OwnStep, ...]:
    """Steps that are in order, and press for long."""
    steps = [OwnStep(Phase.LOCATE, 30)]
    for _ in range(draw(st.integers(1, 5))):
        spot = draw(SPOTS)
        steps.append(OwnStep(Phase.PRESS, draw(st.sampled_from([30, 60, 90])), spot))
        if draw(st.booleans()):
            steps.append(OwnStep(Phase.RELEASE_HOLD, draw(st.integers(15, 30)), spot))
    if draw(st.booleans()):
        steps.append(OwnStep(Phase.TOOL, draw(st.integers(30, 120))))
    return (*steps, OwnStep(Phase.STRETCH, 30))


PARTS = st.builds(
    RoutinePart,
    area=st.sampled_from(list(AREAS)),
    side=st.none() | st.sampled_from(Side),
    length=st.sampled_from(Length),
    steps=st.just(()) | rows_of_steps() | pressing_steps(),
)
ROUTINES = st.builds(Routine, st.just("Mine"), st.lists(PARTS, min_size=1, max_size=6).map(tuple))


@given(ROUTINES)
def test_a_clean_routine_makes_a_plan_within_every_limit(routine: Routine) -> None:
    assume(not problems(routine))
    plan = plan_of(routine)
    assert plan.estimated_duration <= SESSION_LIMIT
    spots: Counter[tuple[str, Side, int]] = Counter()
    gunned: Counter[str] = Counter()
    pressed_since = 0
    for step in plan.steps:
        least, most = BOUNDS[step.phase]
        assert least <= step.seconds <= most
        area = plan.orders[step.part].area.key
        if step.phase in PRESSING:
            spots[area, step.side, step.spot] += step.seconds
        if step.phase is Phase.TOOL:
            gunned[area] += step.seconds
        # Only what is not pressing gives the spot a rest.
        pressed_since = pressed_since + step.seconds if step.phase is Phase.PRESS else 0
        assert timedelta(seconds=pressed_since) <= CONTINUOUS_LIMIT
    sides: Counter[tuple[str, Side]] = Counter()
    for (area, side, _), seconds in spots.items():
        assert timedelta(seconds=seconds) <= SPOT_LIMIT
        sides[area, side] += seconds
    assert all(timedelta(seconds=seconds) <= SIDE_LIMIT for seconds in sides.values())
    assert all(count <= MOST_SPOTS for count in Counter(area for area, *_ in spots).values())
    assert timedelta(seconds=spots.total()) <= ALL_LIMIT_DAY
    assert all(timedelta(seconds=seconds) <= GUN_LIMIT for seconds in gunned.values())
    assert timedelta(seconds=gunned.total()) <= GUN_LIMIT_DAY


@given(ROUTINES)
def test_a_clean_routine_presses_only_what_was_found_and_is_stretched(routine: Routine) -> None:
    assume(not problems(routine))
    plan = plan_of(routine)
    for number in range(len(routine.parts)):
        phases = [step.phase for step in plan.steps if step.part == number]
        assert (phases[0], phases[-1]) == (Phase.CHECK_IN, Phase.AFTERCARE)
        if Phase.PRESS in phases:
            assert phases.index(Phase.LOCATE) < phases.index(Phase.PRESS)
            assert Phase.STRETCH in phases[phases.index(Phase.PRESS) :]


@given(ROUTINES, st.randoms(use_true_random=False))
def test_every_problem_points_to_something_that_is_there(
    routine: Routine,
    random: Any,  # noqa: ANN401 - hypothesis' own
) -> None:
    """Also when steps are shuffled."""
    parts = [
        replace(one, steps=tuple(random.sample(one.steps, len(one.steps)))) for one in routine.parts
    ]
    routine = Routine(routine.name, tuple(parts))
    for problem in problems(routine):
        here: Any = routine
        for key in problem.path:
            here = here[key] if isinstance(key, int) else getattr(here, key)


# --- what is really played ------------------------------------------------------------------------


def played(profile: Profile, *steps: tuple[Any, ...], **wanted: Any) -> list[tuple[Phase, int]]:  # noqa: ANN401 - the fields of an order
    """The phases and spots of a plan of own steps, without those that are always there."""
    order = Order(
        area=AREAS["plain_0"],
        side=Side.LEFT,
        length=Length.STANDARD,
        own=tuple(OwnStep(*step) for step in steps),
        profile=profile,
        book=WORDS,
        **wanted,
    )
    return [(step.phase, step.spot) for step in compile_plan(order).steps[1:-1]]


def test_the_first_time_each_spot_gets_one_round() -> None:
    steps = [
        (Phase.LOCATE, 30),
        (Phase.PRESS, 60, 1),
        (Phase.RELEASE_HOLD, 20, 1),
        (Phase.EASE_OFF, 20, 1),
        (Phase.PRESS, 60, 1),
        (Phase.RELEASE_HOLD, 20, 1),
        (Phase.EASE_OFF, 20, 1),
        (Phase.PRESS, 60, 2),
        (Phase.EASE_OFF, 20, 2),
        (Phase.STRETCH, 30),
    ]
    assert played(Profile(), *steps) == [
        (phase, spot[0] if spot else 1) for phase, _, *spot in steps
    ]
    assert played(Profile(first_time=True), *steps) == [
        (Phase.LOCATE, 1),
        (Phase.PRESS, 1),
        (Phase.RELEASE_HOLD, 1),
        (Phase.EASE_OFF, 1),
        (Phase.PRESS, 2),
        (Phase.EASE_OFF, 2),
        (Phase.STRETCH, 1),
    ]


@pytest.mark.parametrize(
    ("profile", "phases"),
    [
        (Profile(gun=True), [Phase.CROSS_FIBER, Phase.TOOL]),
        (Profile(gun=True, cross=False), [Phase.TOOL]),
        (Profile(), [Phase.CROSS_FIBER]),
        # What is forbidden is replaced by nothing, least of all by pressing.
        (Profile(cross=False), []),
    ],
)
def test_own_steps_that_are_forbidden_are_left_out(profile: Profile, phases: list[Phase]) -> None:
    steps = [(Phase.CROSS_FIBER, 30), (Phase.TOOL, 60)]
    assert [phase for phase, _ in played(profile, *steps)] == phases


def test_who_only_stretches_does_not_press_with_own_steps_either() -> None:
    steps = [(Phase.LOCATE, 30), (Phase.PRESS, 60), (Phase.STRETCH, 30)]
    phases = {phase for phase, _ in played(Profile(), *steps, stretch_only=True)}
    assert phases == {Phase.WARM_UP, Phase.BREATHE, Phase.STRETCH}


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        (("upper_traps", Side.LEFT), ("suboccipitals", None), True),
        (("jaw", None), ("upper_traps", None), True),
        (("shoulder_blade", Side.LEFT), ("rear_shoulder", Side.LEFT), True),
        (("shoulder_blade", Side.LEFT), ("rear_shoulder", Side.RIGHT), False),
        (("shoulder_blade", Side.LEFT), ("rear_shoulder", None), True),
        (("glutes", Side.BOTH), ("lower_back", Side.RIGHT), True),
        (("upper_traps", Side.LEFT), ("forearm", Side.LEFT), False),
        (("upper_traps", Side.LEFT), ("upper_traps", Side.RIGHT), False),
    ],
)
def test_areas_that_share_their_load_are_not_put_together(
    first: tuple[str, Side | None], second: tuple[str, Side | None], *, shared: bool
) -> None:
    parts = tuple(
        RoutinePart(area=area, side=side, length=Length.QUICK) for area, side in (first, second)
    )
    problems = lint(Routine("Two", parts), CATALOGUE, BOOK)
    found = [(problem.path, problem.key) for problem in problems]
    assert found == [(("parts", 1, "area"), "load_shared")] * shared
