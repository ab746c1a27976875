"""The golden timelines: what is spoken is what somebody has read."""

import pytest

from massage.areas import Side
from massage.phases import Length
from tests.massage.scores import FOLDER, NAMES, plan_of, score
from tests.massage.stage import AREAS


@pytest.mark.parametrize("name", NAMES)
def test_a_session_is_as_it_was_written_down(name: str) -> None:
    path = FOLDER / f"{name}.txt"
    written = path.read_text(encoding="utf-8") if path.exists() else ""
    assert score(name) == written, (
        "What is spoken has changed. If it is meant, run scripts/scores and read what it wrote."
    )


def test_there_is_a_score_of_everything_and_of_nothing_else() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.txt" for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_score_is_about_what_its_name_says(name: str) -> None:
    order = plan_of(name).order
    assert name.startswith(f"{order.area.key}-{order.length}")
    assert name.endswith("-both") == (order.side is Side.BOTH)


def test_every_area_has_every_length_and_both_sides_where_it_has_two() -> None:
    for key, area in AREAS.items():
        ours = {name for name in NAMES if name.startswith(f"{key}-")}
        assert len(ours) == len(Length) * len(area.sides)


def test_what_is_not_offered_is_written_down_as_such() -> None:
    """Deep work on both sides is played as standard (massage.md §2.1)."""
    text = score("forearm-deep-both")
    assert "forearm-standard-both.txt is played instead" in text
    assert "deep_both: " in text
    assert len(text.splitlines()) < 10
