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
from tests.massage.aloud import cues, fillings, lines, said
from tests.massage.known import FOLDER, NEVER, known, pattern
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
    claims = pattern(book.language, "claims")
    for line in lines(book):
        text = TIME.sub("noon", line.text)
        assert len(line.text.split()) <= MAX_WORDS, line
        assert not re.search(r"[!{}\d]|  ", text), line
        assert len(re.findall(r"[.?](?:\s|$)", text)) <= (3 if _is_safety(line) else 2), line
        assert not claims.search(line.text), line


def test_every_word_is_calm_and_claims_nothing(book: Phrasebook) -> None:
    claims = pattern(book.language, "claims")
    for key, word in book.words.items():
        assert not re.search(r"[!{}\d]|  ", word), key
        assert not claims.search(word), key


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


def texts(book: Phrasebook) -> Iterator[tuple[str, str]]:
    """Yield everything that is in a file, by its key."""
    yield from ((f"words.{key}", word) for key, word in book.words.items())
    for key, variants in book.lines.items():
        yield from ((f"lines.{key}", text) for text in variants)
    for area, lines_of in book.areas.items():
        yield from ((f"areas.{area}.{key}", text) for key in lines_of for text in lines_of[key])


def test_no_line_is_the_same_in_two_languages() -> None:
    """But for what has to be, with a reason."""
    same = {language: known(language).get("same", {}) for language in LANGUAGES}
    met: set[str] = set()
    for one, other in combinations(LANGUAGES, 2):
        shared = {key for key, _ in set(texts(BOOKS[one])) & set(texts(BOOKS[other]))}
        assert shared <= same[one].keys() | same[other].keys(), (one, other)
        met |= shared
    for language in LANGUAGES:
        assert same[language].keys() <= met, language
        assert all(same[language].values()), language


def test_no_word_of_another_language_is_left(book: Phrasebook) -> None:
    for other in LANGUAGES:
        alone = pattern(other, "alone")
        if other == book.language:
            assert alone is NEVER or sum(bool(alone.search(one.text)) for one in lines(book)) > 100
            continue
        for line in lines(book):
            assert not alone.search(line.text), (other, line)
        for key, word in book.words.items():
            assert not alone.search(word), (other, key)


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
        heard = [row.text for row in played.rows if row.kind is Kind.SAY]
        assert len(heard) > len(played.plan.steps)
        assert not any(re.search(r"[{}]", text) for text in heard)


def test_why_a_session_is_not_played_as_it_was_asked_for_can_be_read(book: Phrasebook) -> None:
    changes = {key for key in BOOK.words if key.startswith("change.")}
    for key in changes:
        assert book.words[key].endswith("."), key
        assert len(book.words[key].split()) <= MAX_WORDS, key


SPOKEN_WHILE = (
    *("setup", "setup_brief", "avoid", "warm_up", "locate", "broad", "press"),
    *("ease_off", "cross_fiber", "stretch", "aftercare"),
)


def test_the_words_fit_the_way(book: Phrasebook) -> None:
    """Nobody hears of a ball who has none, and nobody of lying down who must not."""
    lying = pattern(book.language, "lying")
    for area in AREAS.values():
        for way, upright in product(area.ways, (False, True)):
            without = pattern(book.language, "without", str(way))
            other = () if way is area.ways[0] else (str(way),)
            wordings = (UPRIGHT, *other) if upright else other
            for key, side in product(SPOKEN_WHILE, area.sides):
                for line in book.cues(area.key, key, side, wordings):
                    assert not (other and without.search(line.text)), (way, line)
                    assert not (upright and lying.search(line.text)), line
    everything = " ".join(line.text for area in AREAS for line in cues(book, area))
    assert lying is NEVER or lying.search(everything)


def test_left_and_right_are_changed_over(book: Phrasebook) -> None:
    """The right side has the words of the left one, with the two changed over."""
    stems = known(book.language).get("sides")
    if stems is None:
        return
    sides = re.compile(rf"\b({'|'.join(stems)})(?=\w{{0,2}}\b)")
    for area, key in ((area, key) for area, keys in book.areas.items() for key in keys):
        *wording, phase = key.split(".")
        left, right = (
            book.cues(area, phase, side, tuple(wording)) for side in (Side.LEFT, Side.RIGHT)
        )
        for one, other, text in zip(left, right, book.areas[area][key], strict=True):
            # "Look left, then right" is said on both sides alike.
            changed = sides.sub(lambda found: stems[found[0] == stems[0]], one.text)
            assert other.text == (changed if slots(text) else one.text), one


# What somebody has read


def test_exact_words(book: Phrasebook) -> None:
    for key, text in known(book.language).get("exact", {}).items():
        assert said(book, key, side=Side.LEFT)[0].text == text, key


def test_what_was_read_aloud(book: Phrasebook) -> None:
    for row in known(book.language).get("read", ()):
        assert said(book, row["key"], **row["slots"])[0].text == row["text"], row


def test_nothing_is_known_of_a_language_that_there_is_not() -> None:
    files = {path.stem for path in FOLDER.iterdir()}
    assert files <= set(LANGUAGES)
    keys = {"claims", "alone", "sides", "lying", "without", "same", "exact", "read"}
    keys |= {"house", "alarming"}
    for language in files:
        assert known(language).keys() <= keys, language


def _is_safety(line: Line) -> bool:
    return line.key.startswith(SAFETY)
