"""What people say with oily hands and closed eyes: to the coach, to others, and beside the matter."""

from typing import Final

import pytest

from custom_components.knot_coach.massage.messages import Question
from custom_components.knot_coach.voice.grammar import Grammar
from custom_components.knot_coach.voice.meanings import Situation
from custom_components.knot_coach.voice.understanding import understand
from tests.voice.corpus import SITUATIONS, meaning
from tests.voice.fake_coach import AREAS, LANGUAGES, read_sentences

GRAMMARS: Final = {
    language: Grammar.build(read_sentences(language), areas=AREAS) for language in LANGUAGES
}
ASKED: Final = {one: Situation(live=True, question=one) for one in Question}


def key(text: str, language: str, situation: Situation = SITUATIONS["live"]) -> str:
    """Return what a text means in a session."""
    found: str = meaning(understand(text, GRAMMARS[language], situation))["means"]
    return found


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "gar nicht gut"),
        ("de", "überhaupt nicht okay"),
        ("de", "nein gar nicht gut"),
        ("de", "nicht wirklich gut"),
        ("de", "eher nicht gut"),
        ("de", "nix gut"),
        ("de", "ja mir gehts gar nicht gut"),
        ("en", "not at all good"),
        ("en", "not at all okay"),
        ("en", "no good"),
        ("en", "no way good"),
    ],
)
@pytest.mark.parametrize("question", [Question.HEALTH, Question.WRONG])
def test_who_is_not_at_all_well_is_not_taken_for_well(
    language: str, text: str, question: Question
) -> None:
    assert key(text, language, ASKED[question]) == "yes"
    assert key(text, language, ASKED[Question.SKIN]) != "yes"
    assert key(text, language, ASKED[Question.NEXT_DAY]) != "normal"


@pytest.mark.parametrize(
    ("language", "text", "nothing_wrong"),
    [
        ("en", "no i'm alright carry on", True),
        ("en", "no no keep going", True),
        ("de", "nee mir gehts gut mach weiter", True),
        ("de", "nein weiter", True),
        # No more than a wish to go on, or none.
        ("en", "no don't carry on", False),
        ("en", "I'm fine, don't carry on", False),
        ("de", "lieber nicht weitermachen", False),
        ("de", "gar nicht weitermachen", False),
        ("de", "nein nicht weitermachen", False),
    ],
)
def test_who_goes_on_says_that_nothing_is_wrong(
    language: str, text: str, *, nothing_wrong: bool
) -> None:
    assert (key(text, language, ASKED[Question.WRONG]) == "no") is nothing_wrong
    assert key(text, language, ASKED[Question.GATE]) not in {"yes", "no"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "okay I'm back carry on"),
        ("en", "no i'm alright carry on"),
        ("de", "okay weiter geht's"),
        ("de", "nee mir gehts gut mach weiter"),
    ],
)
def test_a_wish_to_go_on_is_none_for_heat_and_no_complaint(language: str, text: str) -> None:
    for question in (Question.HEAT, Question.WRONG, Question.HEALTH):
        assert key(text, language, ASKED[question]) != "yes"


@pytest.mark.parametrize(
    ("language", "text", "question", "answer"),
    [
        ("en", "yeah it's lovely and warm", Question.SKIN, "yes"),
        ("en", "all good here", Question.SKIN, "yes"),
        ("en", "all good here", Question.WRONG, "no"),
        ("en", "all good thanks", Question.HEALTH, "no"),
        ("en", "nope nothing that I can think of", Question.HEALTH, "no"),
        ("en", "well I did bump my knee yesterday", Question.HEALTH, "yes"),
        ("de", "ja ist schön warm", Question.SKIN, "yes"),
        ("de", "alles gut hier", Question.SKIN, "yes"),
        ("de", "nö nichts was mir einfällt", Question.HEALTH, "no"),
        # Warm is a sign, but to whom the pad lies on.
        ("en", "it's lovely and warm", Question.HEALTH, "yes"),
        ("de", "schön warm", Question.HEALTH, "yes"),
    ],
)
def test_answers_in_passing(language: str, text: str, question: Question, answer: str) -> None:
    assert key(text, language, ASKED[question]) == answer


@pytest.mark.parametrize(
    ("language", "text"), [("en", "lovely warm but red"), ("de", "ja warm und rot")]
)
def test_skin_that_is_red_is_not_pleasant(language: str, text: str) -> None:
    assert key(text, language, ASKED[Question.SKIN]) != "yes"


@pytest.mark.parametrize(
    ("language", "text", "means"),
    [
        ("en", "it was letting go but now it's tight again", "not_yet"),
        ("en", "it feels like it's moving around under my finger", "lost"),
        ("en", "my hand's cramping up I need to shake it out", "pause"),
        ("en", "okay oil's on let's go", "resume"),
        ("en", "can we go back to the other shoulder", "other_side"),
        ("en", "sorry that was my daughter go on", "resume"),
        ("en", "ow it stings", "too_much"),
        ("de", "auf keinen fall mehr druck", "no_harder"),
        ("de", "ich will nicht dass es fester wird", "no_harder"),
        ("de", "sag das nochmal die waschmaschine war so laut", "repeat"),
        ("de", "das hab ich wegen dem wasserkocher nicht gehört", "repeat"),
        ("de", "so öl ist drauf kann losgehen", "resume"),
        ("de", "tschuldigung das war meine tochter weiter gehts", "extend"),
        ("de", "ich glaub das reicht für die seite", "other_side"),
        ("de", "er ist schon wieder ganz hart", "not_yet"),
        ("de", "der will einfach nicht loslassen", "not_yet"),
        ("de", "so bin wieder da", "resume"),
        ("de", "drück bitte etwas schwächer", "lighter"),
        ("de", "kannst du schwächer drücken", "lighter"),
        ("de", "mein arm wird schwächer", "stop_word"),
        ("en", "let's leave it there for tonight", "stop"),
        ("en", "leave it there", "no_harder"),
        ("de", "lassen wir es für heute gut sein", "stop"),
        # To others, or of no matter.
        ("en", "for how long do I hold it", "none"),
        ("en", "I'll be there in two minutes love", "none"),
        ("en", "it could be a bit harder but not much", "none"),
        ("en", "it hurts in a good way", "none"),
        ("en", "he hurt his knee at football", "none"),
        ("en", "nobody got hurt thank god", "none"),
        ("en", "I got hurt", "too_much"),
        ("de", "ich will nicht", "none"),
        ("de", "er will nicht aufhören zu spielen", "none"),
        ("de", "es ist wieder da", "none"),
        ("de", "mein Mann ist wieder da", "none"),
    ],
)
def test_words_of_a_session(language: str, text: str, means: str) -> None:
    assert key(text, language) == means


@pytest.mark.parametrize("text", ["es ist wieder da", "jetzt ist der Schmerz wieder da"])
def test_nothing_goes_on_because_a_knot_is_back(text: str) -> None:
    assert key(text, "de", SITUATIONS["paused"]) != "resume"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "three or four weeks ago it was worse"),
        ("en", "I stood nine hours today"),
        ("en", "minus one"),
        ("de", "drei bis vier Wochen ist es her"),
        ("de", "neun Stunden gesessen"),
    ],
)
def test_what_counts_something_else_is_no_score(language: str, text: str) -> None:
    assert key(text, language, SITUATIONS["asked_score"]) != "score"


@pytest.mark.parametrize(
    ("language", "text", "means"),
    [
        ("en", "pause i need more oil", "pause"),
        ("en", "stop i need more oil", "stop"),
        ("en", "skip this one it never does anything for me", "next"),
        ("en", "say that again the fan was on", "repeat"),
        ("en", "remind me why we're doing this", "why"),
        ("de", "Pause ich muss mal eben zum Telefon", "pause"),
        ("de", "Sekunde ich brauch noch Öl", "pause"),
        ("de", "Sag das noch mal der Wasserkocher war so laut", "repeat"),
        ("de", "Geh noch mal einen zurück das ging mir zu schnell", "previous"),
        ("de", "Hm nee fühlt sich genauso hart an wie vorher", "not_yet"),
        ("de", "Ich kann hier beim besten Willen nichts finden", "not_found"),
        ("de", "Oh wie schön jetzt lässt der Knoten los", "released"),
        ("de", "Kannst du ein bisschen lauter reden die Waschmaschine schleudert", "louder"),
        ("en", "ahh there we go it's let go", "released"),
        # By a reason nothing is pressed harder or gone on with, and others are not obeyed.
        ("en", "harder i can take it", "none"),
        ("en", "pause the music i need more oil", "none"),
        ("en", "kids pause i need more oil", "none"),
        ("de", "Fester das ist gut", "none"),
        ("de", "Mach die Musik aus ich brauch Ruhe", "none"),
        ("de", "Kinder Pause ich brauch noch Öl", "none"),
    ],
)
def test_a_reason_without_a_comma_hides_no_word(language: str, text: str, means: str) -> None:
    assert key(text, language) == means


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "no nothing like that let's go"),
        ("de", "Nein nichts davon können wir anfangen"),
    ],
)
def test_a_no_is_one_though_somebody_wants_to_begin(language: str, text: str) -> None:
    assert key(text, language, ASKED[Question.HEALTH]) == "no"


@pytest.mark.parametrize(
    ("language", "text", "area"),
    [
        ("en", "do my calves but make it quick dinner's nearly ready", "calf"),
        (
            "en",
            "the kids are home in five minutes so just a quick one for the lower back",
            "lower_back",
        ),
        ("en", "no love your tea's on the left next to the toaster", None),
        ("en", "i was thinking upper back but no let's go with the lower back today", "lower_back"),
        ("de", "Erst wollte ich ja die Wade aber nee wir nehmen den unteren Rücken", "lower_back"),
        ("de", "So ich sitz jetzt bequem dann mal los mit dem Nacken", "upper_traps"),
    ],
)
def test_what_goes_on_in_the_house_hides_no_wish(
    language: str, text: str, area: str | None
) -> None:
    idle = meaning(understand(text, GRAMMARS[language], SITUATIONS["idle"]))
    assert idle.get("area") == area
