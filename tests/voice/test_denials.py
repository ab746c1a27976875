"""What is denied, and what a comma, a question or a cry makes of it: neither missed nor taken too far."""

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
QUESTIONS: Final = [None, *Question]


def key(text: str, language: str, situation: Situation = SITUATIONS["live"]) -> str:
    """Return what a text means in a session."""
    found: str = meaning(understand(text, GRAMMARS[language], situation))["means"]
    return found


@pytest.mark.parametrize(
    ("language", "text", "means"),
    [
        ("de", "nicht aufhören, das ist genau richtig", "none"),
        ("de", "nicht aufhören das ist genau richtig", "none"),
        ("de", "mach weiter nicht aufhören", "extend"),
        ("de", "bitte nicht aufhören", "extend"),
        ("de", "ich will nicht aufhören", "none"),
        ("de", "du sollst nicht aufhören", "none"),
        ("de", "nein, nicht aufhören", "none"),
        ("de", "nicht aufhören zu drücken", "none"),
        ("en", "I don't want to stop", "none"),
        ("en", "I don't want you to stop", "none"),
        ("en", "please don't let it stop", "none"),
        ("en", "I'd rather not stop", "none"),
        # Said to somebody else.
        ("de", "kannst du aufhören zu telefonieren", "none"),
        ("de", "Papa soll aufhören zu schnarchen", "none"),
        ("de", "hör mal auf zu schnarchen", "none"),
    ],
)
def test_who_wants_no_end_is_not_stopped(language: str, text: str, means: str) -> None:
    assert key(text, language) == means


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "nicht, aufhören!"),
        ("de", "nicht! aufhören!"),
        ("de", "noch nicht, aufhören"),
        ("de", "nein, nicht, aufhören"),
        ("de", "nein nicht aufhören"),
        ("de", "aua nicht aufhören"),
        ("de", "nicht mehr aufhören"),
        ("de", "ich kann nicht mehr, aufhören"),
        ("de", "ich kann nicht aufhören"),
        ("de", "nicht aufhören, aua, aufhören"),
        # What is asked for.
        ("de", "können wir nicht aufhören"),
        ("de", "kannst du nicht aufhören"),
        ("de", "wollen wir nicht aufhören?"),
        ("de", "sollten wir nicht besser aufhören"),
        ("de", "warum können wir nicht einfach aufhören"),
        # What is done in a massage, and a cry without a comma.
        ("de", "kannst du aufhören zu massieren"),
        ("de", "hör auf zu drücken"),
        ("de", "aufhören zu fest"),
        ("de", "hör auf zu heiß"),
        ("de", "aufhören, zu fest"),
        ("en", "I don't want to, stop"),
        ("en", "I don't want this any more stop"),
        ("en", "I don't want that stop"),
        ("en", "I don't want to do this stop"),
    ],
)
def test_a_stop_is_no_denial(language: str, text: str, question: Question | None) -> None:
    assert key(text, language, Situation(live=True, question=question)) == "stop"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "it doesn't hurt"),
        ("en", "that doesn't really hurt"),
        ("en", "it didn't hurt at all"),
        ("en", "you're not hurting me"),
        ("en", "I'm not in pain"),
        ("en", "this is not painful at all"),
        ("en", "that's not too much at all"),
        ("en", "that's not too hard"),
        ("en", "this isn't too hard"),
        ("en", "you're not pressing too hard"),
        ("en", "it's not too hot just nice and warm"),
        ("en", "no the kids didn't get hurt they're fine"),
        ("en", "did you hurt yourself"),
        ("en", "that's not too hard press harder"),
        ("de", "nein das ist überhaupt nicht zu fest"),
        ("de", "das ist nicht zu viel"),
        ("de", "das fühlt sich nicht zu fest an"),
        ("de", "find ich nicht zu fest"),
        ("de", "nee das ist nicht zu heiß schön warm"),
        ("de", "die Kinder haben sich nicht wehgetan"),
        ("de", "hat sich jemand wehgetan"),
    ],
)
def test_what_is_not_too_much_asks_for_nothing(language: str, text: str) -> None:
    assert key(text, language) == "none"


@pytest.mark.parametrize(
    ("language", "text", "means"),
    [
        ("en", "not too hard", "lighter"),
        ("en", "not too hard please", "lighter"),
        ("en", "not too hot please", "too_hot"),
        ("en", "don't hurt me", "too_much"),
        ("en", "it's not, too hard", "lighter"),
        ("en", "isn't that too hard", "too_much"),
        ("en", "isn't it too hot", "too_hot"),
        ("en", "it doesn't hurt but it's too hot", "too_hot"),
        ("en", "that's not too hot but it's too hard", "too_much"),
        ("en", "it doesn't hurt but a bit lighter please", "lighter"),
        ("de", "nicht zu fest", "too_much"),
        ("de", "bitte nicht zu fest", "too_much"),
        ("de", "ist das nicht zu fest", "too_much"),
        ("de", "wird das nicht zu heiß", "too_hot"),
        ("de", "das ist nicht zu fest sondern zu heiß", "too_hot"),
        ("de", "ich hab mir wehgetan", "too_much"),
    ],
)
def test_a_wish_for_less_is_no_denial(language: str, text: str, means: str) -> None:
    assert key(text, language) == means


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "it's not too hot"),
        ("en", "no, it's not too hot"),
        ("en", "it's not too hot, just nice and warm"),
        ("de", "das ist nicht zu heiß"),
        ("de", "nee das ist nicht zu heiß schön warm"),
    ],
)
def test_what_is_not_too_hot_is_comfortable_and_says_no_more(language: str, text: str) -> None:
    opening = {Question.SKIN: "yes", Question.HEAT: "yes", Question.HEALTH: "no"}
    opening |= {Question.WRONG: "no", Question.GATE: "no", Question.ACHE: "dull"}
    opened = {
        question
        for question, answer in opening.items()
        if key(text, language, Situation(live=True, question=question)) == answer
    }
    assert opened == {Question.SKIN}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "it's not too hot but it stings"),
        ("en", "it's not too hot I think"),
        ("de", "das ist nicht zu heiß aber rot"),
        ("de", "ist das nicht zu heiß"),
    ],
)
def test_skin_is_not_comfortable_by_half(language: str, text: str) -> None:
    assert key(text, language, Situation(live=True, question=Question.SKIN)) != "yes"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "uh no I don't think so"),
        ("en", "no, I do not think so"),
        ("de", "äh nein ich glaub nicht"),
        ("de", "nee, glaub ich nicht"),
    ],
)
def test_a_no_that_is_thought_is_one_but_at_a_gate(language: str, text: str) -> None:
    for question in (Question.HEALTH, Question.WRONG, Question.HEAT, Question.SKIN):
        assert key(text, language, Situation(live=True, question=question)) == "no"
    assert key(text, language, Situation(live=True, question=Question.GATE)) == "none"


@pytest.mark.parametrize("question", [Question.HEALTH, Question.WRONG])
@pytest.mark.parametrize(
    ("language", "text"), [("en", "I don't think so"), ("de", "ich glaub nicht")]
)
def test_a_guess_alone_is_none(language: str, text: str, question: Question) -> None:
    assert key(text, language, Situation(live=True, question=question)) != "no"


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "I do not want it to stop"), ("en", "I am not"), ("de", "bitte nicht aufhören")],
)
def test_nothing_is_wrong_by_a_word_that_is_denied(language: str, text: str) -> None:
    assert key(text, language, SITUATIONS["asked_wrong"]) != "yes"


def test_what_gets_soft_is_easing_where_that_is_asked() -> None:
    assert key("jetzt wird es richtig weich", "de", SITUATIONS["asked_score"]) == "easing"
    assert key("jetzt wird es richtig weich", "de") == "none"


def test_the_same_as_yesterday() -> None:
    heard = meaning(
        understand("can we do the same thing we did yesterday", GRAMMARS["en"], Situation())
    )
    assert heard == {"means": "start", "again": True}
