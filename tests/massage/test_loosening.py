"""When it is said that an area does not loosen (massage.md §4.4)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from massage.areas import Side
from massage.loosening import lasting_pain, stubborn, told_not_loosening

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def session(days: float, before: int | None, after: int | None, **more: object) -> dict[str, Any]:
    usual: dict[str, Any] = {"area": "calf", "side": "left", "peak": 4}
    ended_at = (NOW - timedelta(days=days)).isoformat()
    return {**usual, "before": before, "after": after, "ended_at": ended_at, **more}


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([session(2, 5, 5), session(4, 6, 6)], True),
        ([session(2, 5, 6), session(4, 6, 6)], True),
        ([session(2, 5, 4), session(4, 6, 6)], False),
        ([session(2, 5, 5)], False),
        ([session(2, 5, 5), session(14, 6, 6)], False),
        ([session(2, 5, 5), session(4, 6, None)], False),
        ([session(2, 5, 5), session(4, None, 6)], False),
        ([session(2, 5, 5), session(4, 6, 6, side="right")], False),
        ([session(2, 5, 5), session(4, 6, 6, side="both")], True),
        ([session(2, 5, 5), session(4, 6, 6, area="jaw")], False),
        ([session(2, 5, 5), session(4, 6, 6, peak=0)], False),
    ],
)
def test_sessions_that_change_nothing(records: list[dict[str, Any]], *, expected: bool) -> None:
    assert stubborn(records, "calf", Side.LEFT, NOW) is expected


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([session(d, 5, 3) for d in (2, 5, 8, 15)], True),
        ([session(d, 4, 1) for d in (2, 5, 8, 42)], True),
        ([session(d, 5, 3) for d in (2, 5, 15)], False),
        ([session(d, 5, 3) for d in (2, 5, 8, 13)], False),
        ([session(d, 5, 3) for d in (2, 5, 8, 43)], False),
        ([*(session(d, 5, 3) for d in (2, 5, 15)), session(8, 3, 3)], False),
        ([*(session(d, 5, 3) for d in (2, 5, 8)), session(15, 3, 1)], False),
    ],
)
def test_soreness_that_lasts(records: list[dict[str, Any]], *, expected: bool) -> None:
    assert lasting_pain(records, "calf", Side.LEFT, NOW) is expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (session(6, 5, 5, not_loosening=True), True),
        (session(7, 5, 5, not_loosening=True), False),
        (session(6, 5, 5, not_loosening=False), False),
        (session(6, 5, 5), False),
        (session(6, 5, 5, not_loosening=True, area="jaw"), False),
    ],
)
def test_it_is_said_at_most_weekly(record: dict[str, Any], *, expected: bool) -> None:
    assert told_not_loosening([record], "calf", NOW) is expected
