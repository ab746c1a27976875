"""What a plan is made of: the totals of massage.md §3.16, typed in by hand, and what changes them."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, strategies as st
import pytest

from massage.areas import Side
from massage.order import Order, Profile
from massage.phases import BOUNDS, PRESSING, Length, Phase
from massage.plan import compile_plan
from massage.pressure import START
from tests.massage.stage import AREAS, BOOK

TOTALS = {
    ("upper_traps", "quick"): "3:55",
    ("upper_traps", "standard"): "9:10",
    ("upper_traps", "deep"): "14:05",
    ("shoulder_blade", "quick"): "3:55",
    ("shoulder_blade", "standard"): "9:10",
    ("shoulder_blade", "deep"): "14:05",
    ("forearm", "quick"): "3:55",
    ("forearm", "standard"): "9:10",
    ("forearm", "deep"): "15:05",
}
BOTH_SIDES = {"quick": "6:45", "standard": "15:50", "deep": "15:50"}
"""Deep is not offered on both sides, and plays as standard."""
FIRST_TIME = {"quick": "3:55", "standard": "7:25", "deep": "7:25"}
"""One round per spot, and deep plays as standard."""


def order(area: str = "forearm", length: str = "standard", side: Side = Side.LEFT) -> Order:
    return Order(
        area=AREAS[area], side=side, length=Length(length), book=BOOK, profile=Profile(gun=True)
    )


def total(wanted: Order) -> str:
    seconds = round(compile_plan(wanted).total.total_seconds())
    return f"{seconds // 60}:{seconds % 60:02}"


@pytest.mark.parametrize(("key", "expected"), TOTALS.items())
def test_the_totals(key: tuple[str, str], expected: str) -> None:
    assert total(order(*key)) == expected
    assert total(order(*key, Side.RIGHT)) == expected


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize(("length", "expected"), BOTH_SIDES.items())
def test_the_totals_of_both_sides(area: str, length: str, expected: str) -> None:
    assert total(order(area, length, Side.BOTH)) == expected


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize(("length", "expected"), FIRST_TIME.items())
def test_the_totals_of_a_first_time(area: str, length: str, expected: str) -> None:
    wanted = replace(order(area, length), profile=Profile(first_time=True))
    assert total(wanted) == expected


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

    assert settled("forearm") == ["warm_up"]
    assert settled("shoulder_blade") == ["warm_up", "locate"]


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


@pytest.mark.parametrize("area", ["upper_traps", "shoulder_blade"])
def test_no_gun_on_neck_and_out_of_reach(area: str) -> None:
    assert "tool" not in phases(order(area, "deep"))


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
    side=st.sampled_from([Side.LEFT, Side.RIGHT, Side.BOTH]),
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
