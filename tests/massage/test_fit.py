"""Sessions that have to fit into a time (massage.md F14)."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, strategies as st
import pytest

from massage.areas import Side
from massage.fit import ABOUT, expected, fit, shortest
from massage.order import Order, OwnStep, Profile, Talk
from massage.phases import Length, Phase
from massage.plan import compile_plan
from tests.massage.stage import AREAS, BOOK, order

STANDARD = order(length=Length.STANDARD)
DEEP = order(length=Length.DEEP, profile=Profile(gun=True))
OWN = (
    OwnStep(Phase.BREATHE, 60),
    OwnStep(Phase.LOCATE, 30),
    OwnStep(Phase.PRESS, 60),
    OwnStep(Phase.CROSS_FIBER, 30),
    OwnStep(Phase.STRETCH, 30),
)
orders = st.builds(
    Order,
    area=st.sampled_from(list(AREAS.values())),
    side=st.none(),
    length=st.sampled_from(Length),
    own=st.sampled_from([(), OWN]),
    talk=st.sampled_from(Talk),
    profile=st.builds(Profile, gun=st.booleans(), first_time=st.booleans()),
    book=st.just(BOOK),
)


def phases(one: Order) -> set[Phase]:
    return {step.phase for step in compile_plan(one).steps}


def test_with_time_enough_nothing_is_left_out() -> None:
    assert fit((STANDARD,), timedelta(minutes=30)) == (STANDARD,)


def test_short_strokes_go_first_and_the_massager_next() -> None:
    whole = expected((DEEP,)) / ABOUT
    [first] = fit((DEEP,), whole - timedelta(seconds=1)) or ()
    assert phases(DEEP) - phases(first) == {Phase.CROSS_FIBER}
    [second] = fit((DEEP,), expected((first,)) / ABOUT - timedelta(seconds=1)) or ()
    assert phases(DEEP) - phases(second) == {Phase.CROSS_FIBER, Phase.TOOL}
    [third] = fit((DEEP,), expected((second,)) / ABOUT - timedelta(seconds=1)) or ()
    assert third.length is Length.STANDARD


@pytest.mark.parametrize("area", AREAS)
def test_five_minutes_are_enough_for_any_area(area: str) -> None:
    side = Side.LEFT if Side.LEFT in AREAS[area].sides else Side.CENTRE
    [short] = fit((order(area, side=side, length=Length.STANDARD),), timedelta(minutes=5)) or ()
    assert short.length is Length.QUICK
    assert phases(short) >= {Phase.LOCATE, Phase.BROAD, Phase.PRESS, Phase.STRETCH}


def test_a_minute_is_enough_for_nothing() -> None:
    assert fit((STANDARD,), timedelta(minutes=1)) is None
    assert timedelta(minutes=3) < shortest((STANDARD,)) < timedelta(minutes=5.5)


def test_several_areas_are_made_shorter_together() -> None:
    several = (STANDARD, replace(DEEP, side=Side.RIGHT))
    made = fit(several, timedelta(minutes=20))
    assert made is not None
    assert {one.length for one in made} == {Length.STANDARD}


@pytest.mark.parametrize("length", Length)
def test_own_steps_keep_their_length(length: Length) -> None:
    """A length makes them no shorter, but a quick one would rest for less (massage.md §4.4)."""
    mine = order(length=length, own=OWN)
    for minutes in range(3, 16):
        for made in (
            fit((mine,), timedelta(minutes=minutes)),
            fit((mine, DEEP), timedelta(minutes=minutes)),
        ):
            assert made is None or made[0].length is length
    assert fit((mine,), shortest((mine,))) is not None
    assert shortest((mine,)) < expected((mine,))


@given(st.lists(orders, min_size=1, max_size=3).map(tuple), st.integers(0, 60))
def test_what_fits_is_what_was_asked_for_or_less(wanted: tuple[Order, ...], minutes: int) -> None:
    time = timedelta(minutes=minutes)
    made = fit(wanted, time)
    if made is None:
        assert shortest(wanted) > time * ABOUT
        return
    assert expected(made) <= time * ABOUT
    for before, after in zip(wanted, made, strict=True):
        assert list(Length).index(after.length) <= list(Length).index(before.length)
        assert not before.own or after.length is before.length
        assert list(Talk).index(after.talk) >= list(Talk).index(before.talk)
        as_asked = replace(after, length=before.length, talk=before.talk)
        as_asked = replace(as_asked, left_out=before.left_out, short_time=before.short_time)
        assert as_asked == before
        assert after.short_time is (after != before)
