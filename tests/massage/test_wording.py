"""Keys and slots become words, and words become an expected length."""

from dataclasses import replace

import pytest

from massage.areas import Side
from massage.wording import LEAD_SECONDS, WORDS_PER_SECOND, Line, Phrasebook, fields, slots

BOOK = Phrasebook(
    language="en",
    lines={
        "hold": ("Stay there.", "Keep still.", "Breathe out."),
        "lower": ("Back to {level}.",),
        "side_switch": ("Now the {side} side.",),
        "resting": ("Your {area} is resting until {time}.",),
    },
    areas={
        "calf": {
            "name": ("calf",),
            "locate": ("Rest your {other} hand on your {side} calf.", "Roll slowly."),
        },
        "jaw": {"name": ("jaw",), "broad": ("Circle lightly.",)},
    },
    words={"left": "left", "right": "right", "both": "both sides", "0": "zero", "3": "three"},
)


@pytest.mark.parametrize(
    ("variant", "text"),
    [(0, "Stay there."), (2, "Breathe out."), (3, "Stay there."), (7, "Keep still.")],
)
def test_variants_come_round(variant: int, text: str) -> None:
    assert BOOK.line("hold", variant) == Line("hold", text)


def test_a_line_knows_what_may_be_said_instead() -> None:
    line = BOOK.line("hold", 1)
    assert [one.text for one in line.instead] == ["Breathe out.", "Stay there."]
    assert [one.text for one in line.instead[0].instead] == ["Stay there.", "Keep still."]
    assert BOOK.line("lower", level=3).instead == ()
    assert line == Line("hold", "Keep still.")


def test_a_line_avoids_certain_words_where_it_can() -> None:
    line = BOOK.line("hold")
    assert line.unlike("Keep still.") is line
    assert line.unlike("Stay there.").text == "Keep still."
    alone = Line("count", "Three, two, one.")
    assert alone.unlike("Three, two, one.") is alone


def test_slots_are_filled_in_every_variant() -> None:
    book = replace(BOOK, lines={"lower": ("Back to {level}.", "Ease down to {level}.")})
    (other,) = book.line("lower", level=3).instead
    assert other.text == "Ease down to three."


@pytest.mark.parametrize(
    ("gone", "wordings", "brief", "key"),
    [
        ((), (), False, "setup"),
        ((), (), True, "setup_brief"),
        (("setup_brief",), (), True, "setup"),
        ((), ("hands",), False, "hands.setup"),
        ((), ("hands",), True, "hands.setup_brief"),
        (("hands.setup_brief",), ("hands",), True, "hands.setup"),
        (("hands.setup_brief", "hands.setup"), ("hands",), True, "setup_brief"),
        ((), ("upright", "hands"), True, "hands.setup_brief"),
    ],
)
def test_brief_words_are_those_of_the_same_wording(
    gone: tuple[str, ...], wordings: tuple[str, ...], key: str, *, brief: bool
) -> None:
    texts = {
        one: ("Sit.",)
        for one in ("setup", "setup_brief", "hands.setup", "hands.setup_brief")
        if one not in gone
    }
    book = replace(BOOK, areas={"calf": texts})
    (line,) = book.cues("calf", "setup", Side.LEFT, wordings, brief=brief)
    assert line.key == f"calf.{key}.0"


def test_numbers_and_sides_are_spoken_as_words() -> None:
    assert BOOK.line("lower", level=3).text == "Back to three."
    assert BOOK.line("lower", level=0).text == "Back to zero."
    assert BOOK.line("side_switch", side=Side.LEFT).text == "Now the left side."


def test_what_has_no_word_is_spoken_as_it_is() -> None:
    line = BOOK.line("resting", area="calf", time="15:30")
    assert line.text == "Your calf is resting until 15:30."
    assert BOOK.word(99) == "99"
    assert BOOK.word(Side.CENTRE) == "centre"


def test_a_slot_too_many_does_no_harm_and_one_too_few_does() -> None:
    assert BOOK.line("lower", level=3, side=Side.LEFT).text == "Back to three."
    with pytest.raises(KeyError):
        BOOK.line("lower")


def test_an_unknown_line_or_area_is_an_error() -> None:
    with pytest.raises(KeyError):
        BOOK.line("nonsense")
    with pytest.raises(KeyError):
        BOOK.cues("elbow", "locate", Side.LEFT)
    with pytest.raises(KeyError):
        BOOK.line("resting", area="elbow", time="15:30")


# Languages that inflect

GERMAN = Phrasebook(
    language="de",
    lines={
        "interrupted": ("Wir wurden an {area_deinem} unterbrochen, {side}.",),
        "side_switch": ("Jetzt zur {side_en} Seite.",),
        "time": ("Wir brauchen {minutes_minuten}.", "Das dauert {minutes_minuten}."),
        "starting": ("{routine} beginnt, {area}.",),
    },
    areas={
        "calf": {
            "name": ("Wade",),
            "forms.deinem": ("deiner Wade",),
            "locate": ("Fass mit der {other_en} Hand zur {side_en} Wade.",),
        },
        "jaw": {"name": ("Kiefer",), "forms.deinem": ("deinem Kiefer",)},
    },
    words={"left": "links", "right": "rechts", "1": "eins", "3": "drei"},
    forms={
        "en": {"left": "linken", "right": "rechten"},
        "minuten": {"1": "eine Minute", "else": "{} Minuten"},
    },
)


def test_a_line_asks_for_a_form_of_a_word() -> None:
    assert GERMAN.line("side_switch", side=Side.LEFT).text == "Jetzt zur linken Seite."
    (line,) = GERMAN.cues("calf", "locate", Side.LEFT)
    assert line.text == "Fass mit der rechten Hand zur linken Wade."


def test_a_line_asks_for_a_form_of_the_name_of_an_area() -> None:
    said = [GERMAN.line("interrupted", area=area, side=Side.RIGHT).text for area in ("calf", "jaw")]
    assert said == [
        "Wir wurden an deiner Wade unterbrochen, rechts.",
        "Wir wurden an deinem Kiefer unterbrochen, rechts.",
    ]
    assert GERMAN.name("jaw", "deinem") == "deinem Kiefer"


def test_what_has_no_form_of_its_own_takes_that_of_all_others() -> None:
    said = [GERMAN.line("time", minutes=minutes).text for minutes in (1, 3, 99)]
    assert said == [
        "Wir brauchen eine Minute.",
        "Wir brauchen drei Minuten.",
        "Wir brauchen 99 Minuten.",
    ]
    (other,) = GERMAN.line("time", minutes=1).instead
    assert other.text == "Das dauert eine Minute."


def test_a_form_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        GERMAN.line("side_switch", side=Side.BOTH)
    with pytest.raises(KeyError):
        GERMAN.name("jaw", "deinen")
    with pytest.raises(KeyError):
        GERMAN.word(3, "en")


@pytest.mark.parametrize("name", ["left", "calf", "3", "{side}", "{", "else"])
def test_a_name_of_ones_own_is_no_key(name: str) -> None:
    assert GERMAN.line("starting", routine=name, area="calf").text == f"{name} beginnt, Wade."


def test_what_a_screen_shows_are_names_and_digits() -> None:
    assert GERMAN.shown({"area": "calf", "minutes": 3, "time": "12:30"}) == {
        "area": "Wade",
        "minutes": "3",
        "time": "12:30",
    }


def test_the_slots_of_a_line() -> None:
    text = "{minutes_minuten} an {area_deinem}, {side} und {side_en}"
    assert fields(text) == {"minutes_minuten", "area_deinem", "side", "side_en"}
    assert slots(text) == {"minutes", "area", "side"}
    assert fields("Nichts.") == frozenset()
    with pytest.raises(ValueError, match="expected '}'"):
        fields("{minutes")


@pytest.mark.parametrize(
    ("side", "text"),
    [
        (Side.LEFT, "Rest your right hand on your left calf."),
        (Side.RIGHT, "Rest your left hand on your right calf."),
    ],
)
def test_the_lines_of_an_area_name_the_right_hand(side: Side, text: str) -> None:
    assert BOOK.cues("calf", "locate", side) == (
        Line("calf.locate.0", text),
        Line("calf.locate.1", "Roll slowly."),
    )


def test_an_area_without_a_phase_says_nothing_in_it() -> None:
    assert BOOK.cues("jaw", "cross_fiber", Side.CENTRE) == ()


@pytest.mark.parametrize(
    ("side", "other"),
    [
        (Side.LEFT, Side.RIGHT),
        (Side.RIGHT, Side.LEFT),
        (Side.BOTH, Side.BOTH),
        (Side.CENTRE, Side.CENTRE),
    ],
)
def test_the_other_side(side: Side, other: Side) -> None:
    assert side.other is other
    assert other.other is side


def test_the_expected_length_grows_with_the_words() -> None:
    """Typed by hand from massage.md §5.1: words divided by 2.1, and 0.6 s."""
    assert Line("a", "Breathe in").seconds == pytest.approx(1.552, abs=0.001)
    assert Line("b", " ".join(["word"] * 21)).seconds == pytest.approx(10.6)
    assert Line("c", "").seconds == LEAD_SECONDS
    assert WORDS_PER_SECOND == 2.1
