"""The pages about the areas say what the coach does."""

import re

import pytest

from massage.areas import Side
from massage.phases import Length
from tests.massage.pages import FOLDER, INDEX, pages
from tests.massage.stage import AREAS, BOOK

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_it_was_written(name: str) -> None:
    path = FOLDER / name
    written = path.read_text(encoding="utf-8") if path.exists() else ""
    assert PAGES[name] == written, (
        "The catalogue, a rule or a common line has changed. If it is meant, run scripts/docs and"
        " read what it wrote."
    )


def test_there_is_a_page_of_everything_and_of_nothing_else() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)
    assert set(PAGES) == {INDEX} | {f"{key}.md" for key in AREAS}


@pytest.mark.parametrize("key", AREAS)
def test_a_page_holds_every_word_of_its_area(key: str) -> None:
    page = PAGES[f"{key}.md"]
    keys = BOOK.areas[key].keys() - {"name", "setup_brief"}
    for line in keys:
        *wording, plain = line.split(".")
        if plain != "setup_brief":
            spoken = BOOK.cues(key, plain, AREAS[key].sides[0], tuple(wording))
            assert all(one.text in page for one in spoken), line


@pytest.mark.parametrize("key", AREAS)
def test_a_page_and_the_index_tell_what_is_allowed(key: str) -> None:
    area, page = AREAS[key], PAGES[f"{key}.md"]
    assert f"never above {area.cap} of 10" in page
    assert ("never here." in page) == (area.gun == "no")
    assert ("The coach asks each time" in page) == (area.gate is not None)
    assert ("left, right, or both" in page) == area.allows(Side.BOTH)
    assert ("Not offered" in page) == (len(area.lengths) < len(Length))
    row = next(row for row in PAGES[INDEX].splitlines() if f"({key}.md)" in row)
    assert f"| {area.cap} |" in row


@pytest.mark.parametrize(
    ("key", "question"),
    [
        ("calf", "pregnant"),
        ("calf", "blood clot before"),
        ("chest", "heart condition"),
        ("jaw", "whiplash"),
        ("lower_back", "steroids"),
        ("foot_arch", "feel less"),
    ],
)
def test_a_page_says_after_which_answers_an_area_is_left_alone(key: str, question: str) -> None:
    """Typed by hand from massage.md §4.1."""
    ruled_out = PAGES[f"{key}.md"].partition("left alone after a yes")[2].partition("\n## ")[0]
    assert question in ruled_out


def test_the_index_says_what_stops_everything() -> None:
    """Typed by hand from massage.md §4.1."""
    stops = PAGES[INDEX].partition("## Nothing is started with")[2].partition("\n## ")[0]
    for words in ("under 18", "blood clot now", "fever", "cancer", "alcohol"):
        assert words in stops
    assert "pregnant" not in stops


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_by_anybody(name: str) -> None:
    text = PAGES[name]
    assert "{" not in text
    assert "massage.md" not in text
    assert not re.search(r"\b(cures?|heals?|fix(es)?|therapy|toxins?|adhesions?)\b", text)
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert (FOLDER / target).exists(), target


def test_the_index_goes_from_head_to_toe_as_the_phrasebook_does() -> None:
    keys = re.findall(r"\]\((\w+)\.md\) \|", PAGES[INDEX])
    assert keys == list(BOOK.areas)
