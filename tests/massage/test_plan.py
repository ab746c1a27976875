"""What a plan is made of: the totals of massage.md §3.16, typed in by hand, and what changes them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import assume, given, strategies as st
import pytest

from massage.areas import Side
from massage.order import Order, OwnStep, Profile
from massage.phases import BOUNDS, PRESSING, Length, Phase
from massage.plan import compile_plan
from massage.pressure import START
from massage.timing import seconds_of, stretch_pace
from tests.massage.stage import AREAS, BOOK

TOTALS = {
    # quick, standard, deep
    "rear_shoulder": ("3:55", "9:10", "15:05"),
    "glutes": ("3:55", "9:10", "15:05"),
    "hamstrings": ("3:55", "9:10", "15:05"),
    "quads_outer_thigh": ("3:55", "9:10", "15:05"),
    "calf": ("3:55", "9:10", "15:05"),
    "forearm": ("3:55", "9:10", "15:05"),
    "upper_traps": ("3:55", "9:10", "14:05"),
    "shoulder_blade": ("3:55", "9:10", "14:05"),
    "foot_arch": ("3:55", "9:10", "14:05"),
    "upper_back": ("3:55", "8:40", "13:25"),
    "chest": ("3:55", "8:40", "13:25"),
    "lower_back": ("3:55", "8:40", "13:25"),
    "suboccipitals": ("3:35", "7:20", "9:25"),
    "hand_thumb": ("3:55", "9:10", "10:15"),
    # Deep is not offered, and plays as standard.
    "jaw": ("3:25", "7:02", "7:02"),
}
WITH_GUN_IN_REACH = ("3:55", "9:10", "15:05")
"""The shoulder blade of somebody who gets there without strain."""
BOTH_SIDES = {
    # Deep is not offered on both sides, and plays as standard.
    **dict.fromkeys(TOTALS, ("6:45", "15:50", "15:50")),
    **dict.fromkeys(("chest", "lower_back"), ("6:45", "14:50", "14:50")),
}
FIRST_TIME = {
    # One round per spot, and deep plays as standard.
    **dict.fromkeys(TOTALS, ("3:55", "7:25", "7:25")),
    **dict.fromkeys(("upper_back", "chest", "lower_back"), ("3:55", "6:55", "6:55")),
    "suboccipitals": ("3:35", "6:00", "6:00"),
    "jaw": ("3:25", "7:02", "7:02"),
}
SPLIT = [
    # What differs from the base, in seconds (massage.md §3.16).
    ("suboccipitals", "quick", {"press": [45], "release_hold": [15]}),
    (
        "suboccipitals",
        "standard",
        {"warm_up": [40], "press": [45, 45], "release_hold": [15, 15], "stretch": [50]},
    ),
    (
        "suboccipitals",
        "deep",
        {
            "warm_up": [60],
            "broad": [60],
            "press": [60, 60],
            "release_hold": [20, 20],
            "ease_off": [20, 20],
            "stretch": [60],
        },
    ),
    (
        "hand_thumb",
        "deep",
        {"warm_up": [60], "broad": [60], "press": [60, 60], "stretch": [60], "tool": []},
    ),
    (
        "jaw",
        "quick",
        {"broad": [40], "press": [30], "release_hold": [], "ease_off": [15], "stretch": [30]},
    ),
    (
        "jaw",
        "standard",
        {
            "warm_up": [30],
            "locate": [30],
            "broad": [80, 40],
            "press": [72],
            "release_hold": [],
            "ease_off": [30],
            "stretch": [50],
        },
    ),
]


def side_of(area: str) -> Side:
    """The left one, where there are sides."""
    return AREAS[area].sides[0]


def order(area: str = "forearm", length: str = "standard", side: Side | None = None) -> Order:
    return Order(
        area=AREAS[area],
        side=side or side_of(area),
        length=Length(length),
        book=BOOK,
        profile=Profile(gun=True),
    )


def total(wanted: Order) -> str:
    seconds = round(compile_plan(wanted).total.total_seconds())
    return f"{seconds // 60}:{seconds % 60:02}"


def totals(area: str, side: Side, profile: Profile) -> tuple[str, ...]:
    return tuple(total(replace(order(area, length, side), profile=profile)) for length in Length)


def test_every_area_has_its_totals() -> None:
    assert TOTALS.keys() == AREAS.keys()


@pytest.mark.parametrize("area", AREAS)
def test_the_totals(area: str) -> None:
    for side in AREAS[area].sides:
        assert totals(area, side, Profile(gun=True)) == TOTALS[area]


def test_the_gun_adds_a_minute_where_it_is_in_reach() -> None:
    found = totals("shoulder_blade", Side.LEFT, Profile(gun=True, gun_reach=True))
    assert found == WITH_GUN_IN_REACH


@pytest.mark.parametrize("area", [area for area in AREAS if AREAS[area].allows(Side.BOTH)])
def test_the_totals_of_both_sides(area: str) -> None:
    assert totals(area, Side.BOTH, Profile(gun=True)) == BOTH_SIDES[area]


@pytest.mark.parametrize("area", AREAS)
def test_the_totals_of_a_first_time(area: str) -> None:
    assert totals(area, side_of(area), Profile(first_time=True)) == FIRST_TIME[area]


@pytest.mark.parametrize(("area", "length", "expected"), SPLIT)
def test_what_differs_from_the_usual(
    area: str, length: str, expected: dict[str, list[int]]
) -> None:
    steps = compile_plan(order(area, length)).steps
    found = {phase: [step.seconds for step in steps if step.phase == phase] for phase in expected}
    assert found == expected


@pytest.mark.parametrize(
    ("area", "length", "pace"),
    [
        ("forearm", "quick", (25, 10)),
        ("forearm", "standard", (25, 10)),
        ("suboccipitals", "standard", (20, 10)),
        ("suboccipitals", "deep", (25, 10)),
        ("jaw", "quick", (5, 5)),
        ("jaw", "standard", (5, 5)),
    ],
)
def test_the_pace_of_a_stretch(area: str, length: str, pace: tuple[int, int]) -> None:
    wanted = order(area, length)
    assert stretch_pace(wanted, seconds_of(wanted, Phase.STRETCH)) == pace


@pytest.mark.parametrize(("length", "holds"), [("quick", 3), ("standard", 6), ("deep", 6)])
def test_the_jaw_is_held_shortly_and_often(length: str, holds: int) -> None:
    """Ten to twelve seconds each (massage.md §3.15)."""
    (press,) = (
        step for step in compile_plan(order("jaw", length)).steps if step.phase is Phase.PRESS
    )
    assert press.holds == holds
    assert 10 <= press.seconds / holds <= 12


def phases(wanted: Order) -> list[str]:
    return [step.phase for step in compile_plan(wanted).steps]


def test_the_order_of_a_deep_session() -> None:
    assert phases(order(length="deep")) == [
        *("check_in", "warm_up", "breathe", "locate", "broad"),
        *("press", "release_hold", "ease_off") * 3,
        *("cross_fiber", "tool", "stretch", "aftercare"),
    ]
    spots = [
        step.spot for step in compile_plan(order(length="deep")).steps if step.phase == "press"
    ]
    assert spots == [1, 1, 2]


def test_a_quick_session_leaves_out_warm_up_and_strokes() -> None:
    assert phases(order(length="quick")) == [
        *("check_in", "breathe", "locate", "broad", "press", "release_hold", "ease_off"),
        *("stretch", "aftercare"),
    ]


def test_both_sides_repeat_from_locate_to_stretch_and_say_so() -> None:
    steps = compile_plan(order(length="quick", side=Side.BOTH)).steps
    sides = [(step.phase, step.side) for step in steps]
    assert sides[2:8] == [(phase, Side.LEFT) for phase, _ in sides[2:8]]
    assert sides[8:14] == [(phase, Side.RIGHT) for phase, _ in sides[2:8]]
    second = steps[8]
    assert second.setup[0].text == "Now the right side. Change over slowly."
    assert "right forearm" in second.setup[1].text


def test_the_set_up_comes_once_and_again_where_the_warm_up_left_the_position() -> None:
    def settled(area: str) -> list[Phase]:
        return [step.phase for step in compile_plan(order(area)).steps if step.setup]

    left = {"shoulder_blade", "upper_back", "rear_shoulder", "lower_back", "glutes"}
    for area in AREAS:
        expected = ["warm_up", "locate"] if area in left else ["warm_up"]
        assert settled(area) == expected, area


@pytest.mark.parametrize(
    ("profile", "gone"),
    [
        (Profile(gun=False), {"tool"}),
        (Profile(gun=True, cross=False), {"cross_fiber"}),
        (Profile(cross=False), {"cross_fiber", "tool"}),
        (Profile(gun=True), set()),
    ],
)
def test_what_is_forbidden_is_left_out(profile: Profile, gone: set[str]) -> None:
    wanted = order(length="deep")
    left_out = set(phases(wanted)) - set(phases(replace(wanted, profile=profile)))
    assert left_out == gone


@pytest.mark.parametrize("area", AREAS)
def test_a_gun_is_used_where_it_may_be_and_is_in_reach(area: str) -> None:
    allowed = {"rear_shoulder", "glutes", "hamstrings", "quads_outer_thigh", "calf", "forearm"}
    assert ("tool" in phases(order(area, "deep"))) is (area in allowed)


def test_deep_is_played_as_standard_where_screening_forbids_it() -> None:
    wanted = replace(order(length="deep"), profile=Profile(deep=False))
    assert wanted.played_length is Length.STANDARD


def test_over_65_the_stretch_is_two_of_thirty_seconds() -> None:
    wanted = replace(order(), profile=Profile(senior=True))
    stretch = compile_plan(wanted).steps[-2]
    assert (stretch.phase, stretch.seconds) == ("stretch", 70)
    assert [cue.line.key for cue in stretch.cues].count("stretch_end") == 2


@pytest.mark.parametrize(
    ("profile", "cap", "expected"),
    [
        (Profile(), 6, 6),
        (Profile(ceiling=7), 7, 7),
        (Profile(ceiling=7), 6, 6),
        (Profile(ceiling=3), 6, 3),
        (Profile(first_time=True), 6, 5),
        (Profile(cautious=True), 6, 4),
        (Profile(cautious=True, ceiling=3), 6, 3),
        (Profile(), 4, 4),
    ],
)
def test_the_ceiling_is_the_lowest_of_all(profile: Profile, cap: int, expected: int) -> None:
    wanted = replace(order(), profile=profile, area=replace(AREAS["forearm"], cap=cap))
    assert wanted.ceiling == expected


@pytest.mark.parametrize(
    ("sides", "allowed"),
    [
        ((Side.LEFT, Side.RIGHT), {Side.LEFT, Side.RIGHT, Side.BOTH}),
        ((Side.CENTRE,), {Side.CENTRE}),
    ],
)
def test_two_sides_make_both(sides: tuple[Side, ...], allowed: set[Side]) -> None:
    area = replace(AREAS["forearm"], sides=sides)
    assert {side for side in Side if area.allows(side)} == allowed


def test_without_a_side_there_is_no_plan_yet() -> None:
    assert compile_plan(replace(order(), side=None)).steps == ()


@given(
    area=st.sampled_from(list(AREAS)),
    length=st.sampled_from(list(Length)),
    side=st.sampled_from(list(Side)),
    profile=st.builds(
        Profile,
        first_time=st.booleans(),
        senior=st.booleans(),
        gun=st.booleans(),
        cross=st.booleans(),
        deep=st.booleans(),
    ),
)
def test_every_plan_keeps_the_bounds(
    area: str, length: Length, side: Side, profile: Profile
) -> None:
    assume(AREAS[area].allows(side))
    plan = compile_plan(replace(order(area, length, side), profile=profile))
    assert plan.steps[0].phase is Phase.CHECK_IN
    assert plan.steps[-1].phase is Phase.AFTERCARE
    for step in plan.steps:
        least, most = BOUNDS[step.phase]
        assert least <= step.seconds <= most
        assert step.lines
    for one in {step.side for step in plan.steps}:
        pressing = [step for step in plan.steps if step.side is one and step.phase in PRESSING]
        assert sum(step.seconds for step in pressing) <= 300
    words = sum((step.speech for step in plan.steps), timedelta())
    assert plan.estimated_duration == plan.total + words


@pytest.mark.parametrize("area", AREAS)
def test_every_level_that_can_be_reached_has_its_words(area: str) -> None:
    for level in range(START, AREAS[area].cap + 1):
        assert BOOK.lines[f"l{level}"]


@pytest.mark.parametrize(
    ("wanted", "changes"),
    [
        ({}, ()),
        ({"short_time": True}, ("short_time",)),
        ({"target": 7}, ("pressure",)),
        ({"target": 7, "stretch_only": True}, ()),
        ({"profile": Profile(first_time=True)}, ("first_time",)),
        ({"profile": Profile(first_time=True), "length": Length.QUICK}, ()),
        ({"profile": Profile(first_time=True), "length": Length.DEEP}, ("deep_first_time",)),
        ({"profile": Profile(deep=False), "length": Length.DEEP}, ("deep_screening",)),
        ({"side": Side.BOTH, "length": Length.DEEP}, ("deep_both",)),
        ({"profile": Profile(cross=False)}, ("no_cross",)),
        ({"profile": Profile(cross=False), "length": Length.QUICK}, ()),
        ({"own": (OwnStep(Phase.TOOL, 60),)}, ("no_gun",)),
        ({"own": (OwnStep(Phase.TOOL, 60),), "profile": Profile(gun=True)}, ()),
        (
            {"own": (OwnStep(Phase.CROSS_FIBER, 30),), "profile": Profile(cross=False)},
            ("no_cross",),
        ),
        ({"own": (OwnStep(Phase.LOCATE, 30),), "length": Length.DEEP}, ()),
    ],
)
def test_what_is_not_played_as_asked_for_is_told(
    wanted: dict[str, Any], changes: tuple[str, ...]
) -> None:
    usual: dict[str, Any] = {"side": Side.LEFT, "length": Length.STANDARD, "book": BOOK}
    assert Order(area=AREAS["forearm"], **usual | wanted).changes == changes


def test_whoever_has_a_new_joint_crosses_no_leg() -> None:
    usual: dict[str, Any] = {"side": Side.LEFT, "length": Length.QUICK, "book": BOOK}
    for profile, words in ((Profile(), "ankle"), (Profile(implant=True), "both feet flat")):
        plan = compile_plan(Order(area=AREAS["glutes"], profile=profile, **usual))
        [stretch] = [step for step in plan.steps if step.phase is Phase.STRETCH]
        assert any(words in line.text for line in stretch.lines)
