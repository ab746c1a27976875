"""What somebody says beside what they want, takes back, or tells of before."""

import pytest

from custom_components.knot_coach.massage.areas import Side
from custom_components.knot_coach.massage.messages import Answer, Command, Question
from custom_components.knot_coach.voice.asides import clauses, plainly
from custom_components.knot_coach.voice.grammar import Grammar
from custom_components.knot_coach.voice.meanings import (
    AnswerHeard,
    CommandHeard,
    ScoreHeard,
    Situation,
    StartRequest,
    StatusRequest,
    SymptomRequest,
)
from custom_components.knot_coach.voice.understanding import understand
from tests.voice.fake_coach import AREAS, ENGLISH, read_sentences

GERMAN = Grammar.build(read_sentences("de"), areas=AREAS)

IDLE = Situation()
LIVE = Situation(live=True)
PAUSED = Situation(live=True, paused=True)
RATING = Situation(live=True, rating=True)
WHICH_SIDE = Situation(live=True, question=Question.SIDE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "could you do my calf, I've been on my feet in the kitchen all day",
            StartRequest(area="calf"),
        ),
        (
            "massage my left forearm because I can't stop typing messages at the office",
            StartRequest(area="forearm", side=Side.LEFT),
        ),
        # What hurts in an aside is what is to be worked on.
        ("give me a massage because my calf is tight", StartRequest(area="calf")),
        # Its minutes are no length.
        ("I've been driving for three hours, do my lower back", StartRequest(area="lower_back")),
    ],
)
def test_an_aside_is_no_matter(text: str, expected: StartRequest) -> None:
    assert understand(text, ENGLISH, IDLE) == expected


@pytest.mark.parametrize(
    "text",
    [
        # What is ordered of the house is never an aside.
        "turn on the bedroom light because my neck is stiff",
        "because my neck is stiff turn off the fan in the bedroom",
        "I've been at my desk all day and my neck is stiff, play some music",
        # Neither is a massage that was had.
        "I had a massage for my neck on Monday",
        "I was rubbing my neck in the kitchen",
        "remind me to stretch my calf since I was at the gym",
    ],
)
def test_what_is_no_aside(text: str) -> None:
    assert understand(text, ENGLISH, IDLE) is None


@pytest.mark.parametrize(
    "text",
    [
        "do my calf because it's swollen",
        "massage my neck, I've been in a car crash",
        "massage my lower back since I fell down the stairs",
        "could you do my forearm, I've had a fracture there",
    ],
)
def test_what_must_be_left_alone_is_heard_in_an_aside(text: str) -> None:
    assert isinstance(understand(text, ENGLISH, IDLE), SymptomRequest)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "massage my left calf, no sorry, the right",
            StartRequest(area="calf", side=Side.RIGHT),
        ),
        (
            "start a massage for the neck, no wait, not the neck, the lower back",
            StartRequest(area="lower_back"),
        ),
        (
            "do my calf for five minutes, no wait, ten minutes",
            StartRequest(area="calf", minutes=10),
        ),
        # Whoever takes all of it back gets nothing.
        ("massage my calf, no wait, don't", None),
        ("start a calf massage, actually no", None),
    ],
)
def test_what_is_taken_back(text: str, expected: StartRequest | None) -> None:
    assert understand(text, ENGLISH, IDLE) == expected


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("left, no sorry, right", Answer.RIGHT),
        ("um, right I think, yeah, right", Answer.RIGHT),
        ("right, the left one", Answer.LEFT),
        ("I'm not sure which is left", None),
        ("not the left", None),
        ("turn on the left lamp", None),
        ("is it the left", None),
    ],
)
def test_a_side_that_is_asked_for(text: str, answer: Answer | None) -> None:
    heard = understand(text, ENGLISH, WHICH_SIDE)
    assert heard == (AnswerHeard(answer) if answer else None)


def test_a_command_beside_a_side_is_a_command() -> None:
    assert understand("stop, the right one", ENGLISH, WHICH_SIDE) == CommandHeard(Command.STOP)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("it was a nine before but more like a five now", 5),
        ("ten out of ten, it's rock hard", 10),
        ("hardly anything now, a two", 2),
        ("I'd say a good eight or thereabouts", 8),
        ("it was a nine", 9),
        ("no, not a five", None),
        ("out of five it's a three", None),
        ("set the lamp to five", None),
    ],
)
def test_a_score_among_other_words(text: str, score: int | None) -> None:
    assert understand(text, ENGLISH, RATING) == (None if score is None else ScoreHeard(score))


@pytest.mark.parametrize("text", ["I'd say eight or blimblam", "hardly a blimblam and a two"])
def test_nobody_who_is_not_asked_gives_a_score_in_other_words(text: str) -> None:
    assert understand(text, ENGLISH, LIVE) is None


@pytest.mark.parametrize(
    ("situation", "text", "expected"),
    [
        (
            PAUSED,
            "sorry about that, it was the postman with a parcel, we can continue now",
            CommandHeard(Command.RESUME),
        ),
        (
            LIVE,
            "I got here with no cane so let's skip this step",
            CommandHeard(Command.NEXT),
        ),
        (LIVE, "my nose itches a lot and how long is left", StatusRequest()),
    ],
)
def test_one_sentence_of_several_is_for_the_coach(
    situation: Situation, text: str, expected: object
) -> None:
    assert understand(text, ENGLISH, situation) == expected


@pytest.mark.parametrize(
    ("situation", "text"),
    [
        # Nothing presses more, or goes on, beside what denies, asks or worries.
        (LIVE, "I like it here, go harder"),
        (PAUSED, "I don't feel like it, we can continue"),
        (PAUSED, "is it safe, we can continue"),
        (PAUSED, "we can continue, I fell"),
        (PAUSED, "we can continue, tomorrow"),
        # Two sentences that say two things, or one about the house.
        (LIVE, "skip this step, go back one"),
        (LIVE, "skip this step, and dim the lamp"),
    ],
)
def test_what_is_too_much_for_one_text(situation: Situation, text: str) -> None:
    assert understand(text, ENGLISH, situation) is None


def test_a_text_is_cut_where_sentences_end() -> None:
    spots = ENGLISH.spotter.spots("Well, this is it, and so can we skip this step?")
    assert [" ".join(part.words) for part in clauses(spots)] == [
        "well",
        "this is it",
        "and",
        "so",
        "can we skip this step",
    ]
    assert all(
        0 <= one.start < one.end <= len(part.words) for part in clauses(spots) for one in part.found
    )


def test_a_text_without_asides_is_as_it_was() -> None:
    spots = GERMAN.spotter.spots("linke Wade massieren")
    assert plainly(spots) is spots


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("massier mir die Wade, weil ich nicht vom Handy loskomme", StartRequest(area="calf")),
        (
            "linke Wade massieren, nein warte, die rechte",
            StartRequest(area="calf", side=Side.RIGHT),
        ),
        ("mach das Licht im Flur an, weil mein Nacken verspannt ist", None),
    ],
)
def test_asides_in_german(text: str, expected: StartRequest | None) -> None:
    assert understand(text, GERMAN, IDLE) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hang on, the phone", CommandHeard(Command.PAUSE)),
        ("wait, someone's at the door", CommandHeard(Command.PAUSE)),
        ("wait honey i'll be right there", None),
        ("pause the telly, the doorbell's going", None),
        ("stop the vacuum, hang on", None),
    ],
)
def test_who_calls_whom(text: str, expected: CommandHeard | None) -> None:
    """A person who is called away pauses; one who speaks to somebody else in the room does not."""
    assert understand(text, ENGLISH, LIVE) == expected
