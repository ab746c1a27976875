"""What the records of past sessions say together (massage.md §6)."""

from datetime import timedelta
import json
from typing import Any

import pytest

from massage.areas import Side
from massage.load import Past
from massage.order import Profile
from massage.phases import Length
from massage.record import records
from massage.trends import (
    change_of,
    label_of,
    load,
    percent_of,
    sessions_of,
    trend,
    trends,
)
from tests.massage.stage import AREAS, T0, attentive, opened

DAY = timedelta(days=1)
NOW = T0 + 100 * DAY


def session(before: int | None = 6, after: int | None = 4, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - what a record holds
    """A record of a session on the left forearm, a day ago unless `days` says otherwise."""
    days = changes.pop("days", 1)
    usual = {
        "area": "forearm",
        "side": "left",
        "ended_at": (NOW - days * DAY).isoformat(),
        "peak": 5,
        "stretch_only": False,
        "before": before,
        "after": after,
        "released": [],
        "techniques": {"press": 60.0},
    }
    return usual | changes


def row_of(*several: dict[str, Any]) -> dict[str, Any]:
    """The trend of the left forearm, which has to be there."""
    found = trend(several, "forearm", Side.LEFT)
    assert found is not None
    assert json.loads(json.dumps(found)) == found
    return found


@pytest.mark.parametrize(
    ("before", "after", "change", "label", "percent"),
    [
        (6, 7, -1, "higher", -17),
        (2, 5, -3, "higher", None),
        (6, 6, 0, "same", 0),
        (0, 0, 0, "same", None),
        (6, 5, 1, "easier", 17),
        (4, 3, 1, "easier", 25),
        (3, 2, 1, "clearly_easier", 33),
        (2, 1, 1, "easier", None),
        (1, 0, 1, "easier", None),
        (2, 0, 2, "clearly_easier", None),
        (10, 8, 2, "clearly_easier", 20),
        (None, 5, None, None, None),
        (5, None, None, None, None),
    ],
)
def test_a_change_and_what_it_is_called(
    before: int | None,
    after: int | None,
    change: int | None,
    label: str | None,
    percent: int | None,
) -> None:
    one = session(before, after)
    assert (change_of(one), label_of(one), percent_of(one)) == (change, label, percent)


def test_a_record_that_was_emptied_has_no_change() -> None:
    assert change_of({"area": "forearm"}) is None


def test_nothing_is_shown_before_three_rated_sessions() -> None:
    twice = [session(), session()]
    assert trend(twice, "forearm", Side.LEFT) is None
    assert trends([*twice, session(before=None), session(after=None)]) == []
    found = row_of(*twice, session())
    assert (found["sessions"], found["median_change"], found["median_before"]) == (3, 2, 6)


@pytest.mark.parametrize(("sessions", "points"), [(3, 0), (4, 0), (5, 5), (8, 8), (12, 8)])
def test_no_line_goes_through_fewer_than_five(sessions: int, points: int) -> None:
    several = [session(days=sessions - n, before=8 - n % 2) for n in range(sessions)]
    found = row_of(*several)
    assert len(found["points"]) == points
    assert found["sessions"] == min(8, sessions)
    if points:
        assert found["points"][-1] == {
            "at": several[-1]["ended_at"],
            "before": several[-1]["before"],
            "after": 4,
            "change": several[-1]["before"] - 4,
            "label": "clearly_easier",
        }


def test_the_trend_looks_at_the_last_eight() -> None:
    found = row_of(*[session(10, 0)] * 20, *[session(4, 3)] * 4, *[session(5, 3)] * 4)
    assert (found["median_change"], found["median_before"]) == (1.5, 4.5)


@pytest.mark.parametrize(
    "other",
    [{"area": "calf"}, {"side": "right"}, {"stretch_only": True}, {"peak": 0}, {"side": None}],
)
def test_other_places_and_stretching_are_not_mixed_in(other: dict[str, Any]) -> None:
    assert row_of(*[session()] * 3, *[session(10, 0, **other)] * 9)["median_change"] == 2


def test_both_sides_count_on_each() -> None:
    both = session(side="both")
    assert [(one["area"], one["side"]) for one in trends([both] * 3)] == [
        ("forearm", "left"),
        ("forearm", "right"),
    ]
    centre = session(area="jaw", side="centre")
    assert [(one["area"], one["side"]) for one in trends([centre] * 3)] == [("jaw", "centre")]


def spot(released: str, seconds: float | None = None, side: str = "left") -> dict[str, Any]:
    return {"side": side, "spot": 1, "released": released, "seconds": seconds}


def test_how_often_and_how_fast_it_let_go() -> None:
    found = row_of(
        session(released=[spot("yes", 20.0), spot("partly")]),
        session(released=[spot("yes", 40.0), spot("no")], side="both"),
        session(released=[spot("yes", 30.0, "left"), spot("yes", 1.0, "right")], side="both"),
    )
    assert found["release_rate"] == 0.6
    assert found["median_seconds_to_release"] == 30.0


def test_where_nothing_let_go_there_is_no_time() -> None:
    found = row_of(*[session(released=[spot("no")])] * 3)
    assert (found["release_rate"], found["median_seconds_to_release"]) == (0.0, None)
    assert row_of(*[session()] * 3)["release_rate"] is None


def test_a_technique_is_compared_with_four_sessions_each() -> None:
    plain = session(6, 5)
    gun = session(6, 2, techniques={"press": 60.0, "tool": 60.0})
    assert row_of(*[plain] * 4, *[gun] * 3)["techniques"] == []
    assert row_of(*[plain] * 3, *[gun] * 4)["techniques"] == []
    assert row_of(*[plain] * 9, *[gun] * 4)["techniques"] == [
        {
            "technique": "tool",
            "with": {"sessions": 4, "median_change": 4.0},
            "without": {"sessions": 9, "median_change": 1},
        }
    ]


def test_real_records_can_be_read() -> None:
    stage = opened(attentive, length=Length.QUICK, side=Side.BOTH)
    stage.run()
    left = json.loads(json.dumps(records(stage.s, stage.now, "voice")))
    found = trends(left * 5)
    assert [one["side"] for one in found] == ["left", "right"]
    assert [one["release_rate"] for one in found] == [0.0, 0.0]
    stretched = opened(attentive, stretch_only=True)
    stretched.run()
    assert trends(records(stretched.s, stretched.now, "voice") * 5) == []
    assert len(sessions_of(left, "forearm")) == 1


# Load


def past(days: float, **changes: Any) -> Past:  # noqa: ANN401 - the fields of what a session left
    usual: dict[str, Any] = {
        "area": "forearm",
        "side": Side.LEFT,
        "ended_at": NOW - days * DAY,
        "length": Length.STANDARD,
        "peak": 5,
        "press_seconds": 150,
    }
    return Past(**usual | changes)


def test_the_load_of_a_week() -> None:
    gone = [past(8), past(6.9), past(3.5), past(0.5, peak=6), past(2, side=Side.RIGHT)]
    left, right = load(gone, AREAS, NOW)
    assert json.loads(json.dumps([left, right])) == [left, right]
    assert left == {
        "area": "forearm",
        "side": "left",
        "today": 2.5,
        "today_limit": 7.0,
        "week": 7.5,
        "week_limit": 49.0,
        "last_at": (NOW - 0.5 * DAY).isoformat(),
        "days_since": 0,
        "resting_until": (NOW + 1.5 * DAY).isoformat(),
    }
    assert (right["side"], right["week"], right["days_since"]) == ("right", 2.5, 2)
    assert right["resting_until"] is None


def test_what_shares_a_load_rests_with_it() -> None:
    gone = [past(3, area="rear_shoulder"), past(0.1, area="upper_back")]
    rear, _ = load(gone, AREAS, NOW)
    assert (rear["area"], rear["week"], rear["days_since"]) == ("rear_shoulder", 2.5, 3)
    assert rear["resting_until"] == (NOW + 0.9 * DAY).isoformat()


@pytest.mark.parametrize("gone", [past(1, peak=0), past(1, area="tail")])
def test_what_was_not_worked_on_has_no_load(gone: Past) -> None:
    assert load([gone], AREAS, NOW) == []


def test_a_clock_that_was_set_back_shows_no_negative_days() -> None:
    [row] = load([past(-1)], AREAS, NOW)
    assert row["days_since"] == 0


def test_no_sessions_say_nothing() -> None:
    assert trends([]) == []
    assert load([], AREAS, NOW) == []


def test_a_first_session_can_be_looked_at() -> None:
    stage = opened(profile=Profile(first_time=True), side=None)
    assert trends(records(stage.s, stage.now, "voice")) == []


def test_older_records_count_as_far_as_they_go() -> None:
    """Those of the first version hold neither techniques nor what let go."""
    old = [session(days=days) for days in (1, 3, 5)]
    for record in old:
        del record["techniques"], record["released"], record["stretch_only"]
    row = row_of(*old)
    assert row["median_change"] == 2
    assert row["release_rate"] is None
