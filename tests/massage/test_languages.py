"""Every language says the same, as calmly and as shortly, and nothing of it in another language.

How to write one: docs/languages.md.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product
import re

import pytest

from massage.areas import Side, Tool
from massage.messages import Answer
from massage.order import UPRIGHT, Profile, Talk
from massage.phases import Length, Phase
from massage.plan import Plan, compile_plan
from massage.rehearsal import Kind, rehearse
from massage.wording import FREE, MAX_WORDS, Line, Phrasebook, fields, slots
from tests.claims import CLAIMS
from tests.massage.aloud import aloud, cues, fillings, lines
from tests.massage.stage import AREAS, BOOK, BOOKS, LANGUAGES, T0, order

TIME = re.compile(r"\b\d\d:\d\d\b")
"""A time of day is the one thing that is spoken in digits."""
SAFETY = ("emergency_", "safety_stop_")
PROFILES = (
    Profile(gun=True, gun_reach=True),
    Profile(sessions=3, ceiling=7),
    Profile(first_time=True, upright=True, short_breath=True),
    Profile(senior=True, cautious=True, implant=True, tools=frozenset()),
)

SAME = {
    ("de", "en"): {
        "words.normal": "German has the same word",
    },
}
"""What is the same in two languages because it has to be, by its key, and why."""

ENGLISH = re.compile(
    r"\b(the|your|you|with|left|right|both|sides?|say|again|slowly|stretch|breathe|spot)\b",
    re.IGNORECASE,
)
"""Words that no other language has, in what somebody forgot to put into it."""


@pytest.fixture(name="book", params=LANGUAGES)
def book_fixture(request: pytest.FixtureRequest) -> Phrasebook:
    return BOOKS[request.param]


# The same keys, slots and variants


def test_every_key_is_there(book: Phrasebook) -> None:
    assert book.words.keys() == BOOK.words.keys()
    assert book.lines.keys() == BOOK.lines.keys()
    assert book.areas.keys() == AREAS.keys()
    for area, texts in BOOK.areas.items():
        plain = {key for key in book.areas[area] if not key.startswith("forms.")}
        assert plain == {key for key in texts if not key.startswith("forms.")}, area


def test_everything_that_is_put_into_words_has_one(book: Phrasebook) -> None:
    numbers = {str(number) for number in range(61)}
    assert {
        *numbers,
        *Side,
        *Length,
        *Phase,
        *(set(Tool) - {Tool.HANDS}),
        Answer.YES,
        Answer.NO,
    } <= book.words.keys()
    top = max(area.cap for area in AREAS.values())
    assert {f"l{level}" for level in range(1, top + 1)} < book.lines.keys()


def test_every_line_has_the_slots_of_the_english_one(book: Phrasebook) -> None:
    for key, variants in book.lines.items():
        expected = slots(BOOK.lines[key][0])
        assert [slots(text) for text in variants] == [expected] * len(variants), key
        assert len(variants) >= len(BOOK.lines[key]), key
    for area, texts in BOOK.areas.items():
        for key in texts:
            asked = [slots(text) for text in texts[key]]
            assert [slots(text) for text in book.areas[area][key]] == asked, (area, key)


def test_every_slot_is_known(book: Phrasebook) -> None:
    values = fillings(book)
    assert values.keys() > FREE
    for text in (text for variants in book.lines.values() for text in variants):
        assert slots(text) <= values.keys(), text
        assert not any(field.partition("_")[0] in FREE for field in fields(text) if "_" in field)


def test_a_line_that_comes_back_is_worded_otherwise(book: Phrasebook) -> None:
    for key, variants in book.lines.items():
        assert len(set(variants)) == len(variants), key
    # These return every few seconds (massage.md §5.1).
    for key in ("l4", "hold", "jaw_soft", "check"):
        assert book.line(key, 0) != book.line(key, 1), key


# How it is said


def test_every_line_is_short_calm_and_claims_nothing(book: Phrasebook) -> None:
    claims = CLAIMS.get(book.language)
    for line in lines(book):
        text = TIME.sub("noon", line.text)
        assert len(line.text.split()) <= MAX_WORDS, line
        assert not re.search(r"[!{}\d]|  ", text), line
        assert len(re.findall(r"[.?](?:\s|$)", text)) <= (3 if _is_safety(line) else 2), line
        assert claims is None or not claims.search(line.text), line


def test_every_word_is_calm_and_claims_nothing(book: Phrasebook) -> None:
    claims = CLAIMS.get(book.language)
    for key, word in book.words.items():
        assert not re.search(r"[!{}\d]|  ", word), key
        assert claims is None or not claims.search(word), key


def test_lines_begin_with_a_capital_and_end_with_a_stop(book: Phrasebook) -> None:
    """But for the two halves of a breath."""
    for line in lines(book):
        if line.key != "breath_out":
            assert line.text[0].isupper() or line.text.startswith(("Desk", "Evening")), line
        if line.key not in {"breath_in", "breath_out"}:
            assert line.text[-1] in ".?", line


def test_the_brief_set_up_has_half_the_words(book: Phrasebook) -> None:
    for area, texts in book.areas.items():
        for key in (key for key in texts if key.rpartition(".")[2] == "setup"):
            brief, full = (
                sum(len(text.split()) for text in texts[name]) for name in (f"{key}_brief", key)
            )
            assert 2 * brief <= full, (area, key)


# Nothing of another language


def said(book: Phrasebook) -> Iterator[tuple[str, str]]:
    """Yield everything that is in a file, by its key."""
    yield from ((f"words.{key}", word) for key, word in book.words.items())
    for key, variants in book.lines.items():
        yield from ((f"lines.{key}", text) for text in variants)
    for area, texts in book.areas.items():
        yield from ((f"areas.{area}.{key}", text) for key in texts for text in texts[key])


def test_no_line_is_the_same_in_two_languages() -> None:
    for pair in combinations(LANGUAGES, 2):
        one, other = (set(said(BOOKS[language])) for language in pair)
        assert {key for key, _ in one & other} == SAME.get(pair, {}).keys(), pair


def test_no_english_word_is_left(book: Phrasebook) -> None:
    if book.language == "en":
        assert sum(1 for text in aloud(book) if ENGLISH.search(text.partition(": ")[2])) > 100
        return
    for line in lines(book):
        assert not ENGLISH.search(line.text), line
    for key, word in book.words.items():
        assert not ENGLISH.search(word), key


# Left and right, and the way it is done


def test_a_side_is_heard_wherever_english_names_one(book: Phrasebook) -> None:
    """What is said for the left is not what is said for the right."""
    for key, variants in book.lines.items():
        for variant, text in enumerate(variants):
            if "side" in slots(text):
                usual = {name: values[0] for name, values in fillings(book).items()}
                usual = {name: usual[name] for name in slots(text)}
                heard = {book.line(key, variant, **usual | {"side": side}).text for side in Side}
                assert len(heard) == len(Side), key
    for area in AREAS:
        for key, texts in book.areas[area].items():
            *wording, phase = key.split(".")
            sides = [
                book.cues(area, phase, side, tuple(wording)) for side in (Side.LEFT, Side.RIGHT)
            ]
            for text, left, right in zip(texts, *sides, strict=True):
                assert (left.text != right.text) == bool(slots(text)), left


# Sessions


def outline(plan: Plan) -> list[tuple[object, ...]]:
    """What a plan is, but for its words."""
    return [
        (
            *(step.phase, step.side, step.seconds),
            *([line.key for line in lines] for lines in (step.setup, step.lines)),
            [cue.line.key for cue in step.cues],
        )
        for step in plan.steps
    ]


@pytest.mark.parametrize("area", AREAS)
def test_every_session_is_the_same_in_every_language(book: Phrasebook, area: str) -> None:
    """So no line is left out because it is too long, and the times are those of massage.md §3.16."""
    sides = [side for side in Side if AREAS[area].allows(side)]
    for length, side, talk, profile in product(Length, sides, Talk, PROFILES):
        asked = order(area, length=length, side=side, talk=talk, profile=profile)
        if asked.way is not None:
            plan = compile_plan(replace(asked, book=book))
            english = compile_plan(asked)
            assert outline(plan) == outline(english), (length, side, talk)
            assert plan.total == english.total


@pytest.mark.parametrize("area", AREAS)
def test_every_session_is_played_to_its_end(book: Phrasebook, area: str) -> None:
    for length in AREAS[area].lengths:
        side = Side.BOTH if AREAS[area].allows(Side.BOTH) else Side.CENTRE
        played = rehearse(compile_plan(order(area, length=length, side=side, book=book)), T0)
        said = [row.text for row in played.rows if row.kind is Kind.SAY]
        assert len(said) > len(played.plan.steps)
        assert not any(re.search(r"[{}]", text) for text in said)


def test_why_a_session_is_not_played_as_it_was_asked_for_can_be_read(book: Phrasebook) -> None:
    changes = {key for key in BOOK.words if key.startswith("change.")}
    for key in changes:
        assert book.words[key].endswith("."), key
        assert len(book.words[key].split()) <= MAX_WORDS, key


NOT_OF = {
    "de": {
        Tool.HANDS: re.compile(r"\b(Ball|Bälle|Rolle|Socke|Stab)\b"),
        Tool.ROLLER: re.compile(r"\b(Ball|Bälle|Socke|Stab|Spitze|Fingerknöcheln?)\b"),
        Tool.CANE: re.compile(r"\b(Ball|Bälle|Rolle|Socke|Fingerknöcheln?)\b"),
    },
    "en": {
        Tool.HANDS: re.compile(r"\b(balls?|roller|rolling|sock|cane)\b"),
        Tool.ROLLER: re.compile(r"\b(balls?|sock|cane|tip|knuckles?)\b"),
        Tool.CANE: re.compile(r"\b(balls?|roller|rolling|sock|knuckles?)\b"),
    },
}
"""What must not be spoken of to whoever works in another way than the first, by language."""
LYING = {
    "de": re.compile(
        r"\b(leg dich|liegen|boden passt|roll dich|dann langsam auf)\b", re.IGNORECASE
    ),
    "en": re.compile(r"\b(lie|lying|floor suits|sit up)\b", re.IGNORECASE),
}
"""What must not be spoken of to whoever must not lie flat, by language."""
SPOKEN_WHILE = (
    *("setup", "setup_brief", "avoid", "warm_up", "locate", "broad", "press"),
    *("ease_off", "cross_fiber", "stretch", "aftercare"),
)


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language in NOT_OF])
def test_the_words_fit_the_way(language: str) -> None:
    """Nobody hears of a ball who has none, and nobody of lying down who must not."""
    book, lying = BOOKS[language], LYING[language]
    for area in AREAS.values():
        for way, upright in product(area.ways, (False, True)):
            other = () if way is area.ways[0] else (str(way),)
            wordings = (UPRIGHT, *other) if upright else other
            for key, side in product(SPOKEN_WHILE, area.sides):
                for line in book.cues(area.key, key, side, wordings):
                    assert not (other and NOT_OF[language][way].search(line.text)), (way, line)
                    assert not (upright and lying.search(line.text)), line
    everything = " ".join(line.text for area in AREAS for line in cues(book, area))
    assert lying.search(everything)
    for words in NOT_OF[language].values():
        assert words.search(everything)


def _is_safety(line: Line) -> bool:
    return line.key.startswith(SAFETY)
