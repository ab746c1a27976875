"""Sentence files, and names that people make up."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from random import Random
import re
from typing import Any, Final

from hassil import Intents, recognize_all, recognize_best
from hassil.expression import Alternative, Expression, Sequence, TextChunk
from hassil.parse_expression import parse_sentence
from hassil.sample import sample_expression
from homeassistant.components.conversation.trigger import has_no_punctuation
from hypothesis import given, strategies as st
import pytest

from custom_components.knot_coach.massage.messages import Answer, Command
from custom_components.knot_coach.massage.routine import LONGEST_NAME
from custom_components.knot_coach.massage.stop_words import classify
from custom_components.knot_coach.voice.grammar import (
    MOST_TEMPLATES,
    Grammar,
    GrammarError,
    speakable,
)
from custom_components.knot_coach.voice.meanings import (
    CommandHeard,
    HealthChanged,
    StartRequest,
    StatusRequest,
    SymptomRequest,
    WhyRequest,
)
from custom_components.knot_coach.voice.spotting import plain_words
from custom_components.knot_coach.voice.understanding import understand_request
from tests.massage.known import known
from tests.voice.fake_coach import AREAS, DATA, LANGUAGES, read_sentences

FILES: Final = {language: read_sentences(language) for language in LANGUAGES}
GRAMMARS: Final = {language: Grammar.build(data, areas=AREAS) for language, data in FILES.items()}
OF_ITS_OWN: Final = {"rules", "score_rules", "spans"}
"""Parts of a file whose keys every language chooses for itself."""

NASTY = [
    "",
    " ",
    "(",
    "{x",
    "a|b)",
    "[",
    "<rule>",
    "\\",
    "a;b",
    "@",
    "…",
    "🙂",
    "-",
    "'",
    "{}",
    "_",
]


def as_trigger(templates: tuple[str, ...]) -> Intents:
    """Build what Home Assistant builds of the sentences of a trigger."""
    return Intents.from_dict(
        {"language": "en", "intents": {"x": {"data": [{"sentences": list(templates)}]}}}
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_templates_are_literal_and_few(language: str) -> None:
    grammar = GRAMMARS[language]
    for group in (grammar.always, grammar.session):
        assert 0 < len(group) <= MOST_TEMPLATES
        assert len(set(group)) == len(group)
        for template in group:
            assert "{" not in template
            assert "<" not in template
        assert has_no_punctuation(list(group)) == list(group)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_and_answer_can_be_said(language: str) -> None:
    data = FILES[language]
    beside = {"status", "step", "upcoming", "why", "keep_going"}
    beside |= {"louder", "quieter", "cues_only", "talk_more", "never_mind", "no_harder"}
    assert set(data["session"]) == beside | {str(command) for command in Command}
    # What is said freely can be said in a sentence too, but for the words of somebody called away.
    assert set(data["gist"]["session"]) - {"moment", "enough", "easing", "same"} <= set(
        data["session"]
    )
    assert set(data["gist"]["answer"]) - {"admitted"} <= set(data["answers"])
    helpers = {"fine", "pleasant", "unplugged", "okay", "agreed", "nothing", "sign"}
    assert set(data["answers"]) - helpers == {str(answer) for answer in Answer}
    assert set(data["areas"]) == set(AREAS)


def keys(part: object, path: str = "") -> Iterator[str]:
    """Yield the path of every key."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield f"{path}.{key}"
            if key not in OF_ITS_OWN:
                yield from keys(value, f"{path}.{key}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_all_that_english_has(language: str) -> None:
    assert set(keys(DATA)) - set(keys(FILES[language])) == set()
    for row, english in zip(FILES[language]["several"], DATA["several"], strict=True):
        assert row["areas"] == english["areas"]
    for key in ("unknown", "refused", "numbers"):
        assert len(FILES[language][key]) >= len(DATA[key])


def test_no_sentence_of_one_group_is_in_the_other() -> None:
    """Two triggers that match run both callbacks, and all languages are listened for together."""
    always = [template for grammar in GRAMMARS.values() for template in grammar.always]
    session = [template for grammar in GRAMMARS.values() for template in grammar.session]
    for templates, others in ((always, session), (session, always)):
        other = as_trigger(tuple(others))
        for text in samples(tuple(templates), draws=100):
            assert recognize_best(text, other, language="en") is None, text


def samples(templates: tuple[str, ...], draws: int = 400) -> list[str]:
    """Return what can be said by each template, without the words that may stand around it.

    Drawn by lot, the same each time: a short template is said in every way, a long one in many.
    """
    lot = Random(4)  # noqa: S311 - nothing is kept secret by it
    found: list[str] = []
    for template in templates:
        # Bare words stand alone.
        inner = template.startswith("[") and template.endswith("]")
        start, end = (template.index("] (") + 2, template.rindex(") [") + 1) if inner else (0, None)
        sentence = parse_sentence(template[start:end])
        said = (" ".join(drawn(sentence.expression, lot).split()) for _ in range(draws))
        found.extend(dict.fromkeys(said))
    return found


def drawn(expression: Expression, lot: Random) -> str:
    match expression:
        case TextChunk():
            return expression.original_text
        case Alternative(items=items):
            return drawn(lot.choice(items), lot)
        case Sequence(items=items):
            return "".join(drawn(item, lot) for item in items)
        case _:
            raise AssertionError(expression)


MEANINGS = {
    "start": StartRequest,
    "stretch": StartRequest,
    "symptom": SymptomRequest,
    "hurt": SymptomRequest,
    "why": WhyRequest,
    "health_changed": HealthChanged,
    "status": StatusRequest,
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_clear_sentence_means_one_thing_and_a_symptom_never_starts_a_session(
    language: str,
) -> None:
    data, grammar = FILES[language], GRAMMARS[language]
    groups = [(key, text) for group in ("always", "free") for key, text in data[group].items()]
    for key, texts in groups:
        part = Grammar.build({**data, "always": {key: texts}}, areas=AREAS)
        for text in samples(part.always, draws=60):
            found = recognize_all(text, grammar.requests, language=language)
            meant = {result.intent.name for result in found}
            # Assist hears "head ache" and "headache" alike.
            assert meant == {key} or "headache" in text, text
            heard = understand_request(text, grammar)
            if key == "start" and classify(text, grammar.stop_words, neck=False):
                # "Chest pressure" and "head ache" are no knots.
                assert isinstance(heard, SymptomRequest), text
                assert any(part in text for part in known(language).get("alarming", ())), text
            else:
                assert isinstance(heard, MEANINGS.get(key, CommandHeard)), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_a_session_means_two_things(language: str) -> None:
    grammar = GRAMMARS[language]
    for key, sentences in FILES[language]["session"].items():
        literal = tuple(f"[x] ({text}) [x]" for text in sentences)
        for text in samples(literal):
            found = recognize_all(text, grammar.commands, language=language)
            assert {result.intent.name for result in found} == {key}, text
            assert recognize_best(text, grammar.answers, language=language) is None, text
            assert recognize_best(text, grammar.scores, language=language) is None, text
            assert classify(text, grammar.stop_words, neck=True) is None, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_spoken_stop_words_are_statements(language: str) -> None:
    grammar, said = GRAMMARS[language], FILES[language]["stop_words"]["say"]
    for text in samples(tuple(f"[x] ({text}) [x]" for text in said)):
        found = classify(text, grammar.stop_words, neck=False)
        assert found is not None, text
        assert found.certain, text


def test_every_trigger_needs_only_what_the_catalogue_has() -> None:
    few = Grammar.build(DATA, areas=["forearm"])
    assert {word: areas for word, areas in few.several.items() if areas} == {
        "arm": ("forearm",),
        "wrist": ("forearm",),
    }
    assert understand_request("work on my arm", few) == StartRequest(area="forearm")
    assert understand_request("work on my leg", few) == StartRequest(unknown=True)
    assert understand_request("work on my calf", few) == StartRequest(unknown=True)


@pytest.mark.parametrize("name", NASTY)
def test_a_name_that_cannot_be_said_is_left_out(name: str) -> None:
    said = speakable(name)
    assert said is None or said.replace(" ", "").isalnum()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Desk Break!", "desk break"),
        ("Anna\u2019s evening", "anna's evening"),
        ("  5  minutes (quick) ", "5 minutes quick"),
        ("up_and-down", "up and-down"),
        ("Привет", "привет"),
        ("שלום עולם", "שלום עולם"),
        ("x" * LONGEST_NAME, "x" * LONGEST_NAME),
        ("x" * (LONGEST_NAME + 1), None),
        ("!" * 10_000, None),
        ("neck " * 2_000, None),
    ],
)
def test_speakable(name: str, said: str | None) -> None:
    assert speakable(name) == said


# No name changes what else is known of free speech, and to learn that takes a while.
NAMES_ONLY = {**DATA, "always": {"start": ["<start> {routine} [<session>] [<who>]"]}, "gist": {}}


@given(st.text(max_size=100))
def test_no_name_breaks_a_template(name: str) -> None:
    if (said := speakable(name)) is not None:
        template = f"start ({said}|other) [routine]"
        sentence = parse_sentence(template)
        assert f"start {said}" in {
            " ".join(t.split()) for t in sample_expression(sentence.expression)
        }
        assert has_no_punctuation([template])
        grammar = Grammar.build(NAMES_ONLY, areas=AREAS, routines=[name], people=[name])
        assert grammar.routines == {said: name}
        assert has_no_punctuation(list(grammar.always))


def test_of_names_that_sound_alike_the_first_is_kept() -> None:
    grammar = Grammar.build(DATA, areas=AREAS, routines=["Desk!", "desk", "???"])
    assert grammar.routines == {"desk": "Desk!"}


def broken(path: tuple[str, ...], value: Any) -> dict[str, Any]:  # noqa: ANN401 - what YAML holds
    data = deepcopy(DATA)
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("session", "pause"), ["(pause"], "malformed"),
        (("session", "pause"), ["<nothing>"], "nothing"),
        (("session", "pause"), ["{nothing}"], "nothing"),
        (("session",), {f"word {n}": [f"word {n}"] for n in range(151)}, "templates in a group"),
        (("gist", "polite"), ["(a|b|c|d|e|f)" * 4 + "x"], "more than"),
        (("gist", "polite"), ["(pause"], "malformed"),
        (("stop_words", "a"), ["(chest"], "chest"),
        (("several",), None, "None"),
    ],
)
def test_a_wrong_file_is_refused(path: tuple[str, ...], value: Any, message: str) -> None:  # noqa: ANN401 - what YAML holds
    with pytest.raises(GrammarError, match=message):
        Grammar.build(broken(path, value), areas=AREAS)


def test_a_missing_key_is_refused() -> None:
    with pytest.raises(GrammarError, match="numbers"):
        Grammar.build({k: v for k, v in DATA.items() if k != "numbers"}, areas=AREAS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_vocabulary_keeps_no_sentence_from_being_matched(language: str) -> None:
    grammar, data = GRAMMARS[language], FILES[language]
    for sentences in (*data["session"].values(), *data["answers"].values()):
        plain = [text for text in sentences if not {"<", "{"} & set(text)]
        for text in samples(tuple(f"[x] ({text}) [x]" for text in plain)):
            assert grammar.vocabulary.issuperset(plain_words(text)), text
    assert not grammar.vocabulary.issuperset(plain_words("blimblam"))


def filled(template: str, rules: Mapping[str, str]) -> str:
    """Put rules into a template, and rules into those."""
    while (rule := re.search(r"<(\w+)>", template)) is not None:
        template = template.replace(rule[0], f"({rules[rule[1]]})")
    return template


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_of_free_speech_tells_a_session_two_things(language: str) -> None:
    """Of two the first by name would win, and nobody would have meant that."""
    data, spotter = FILES[language], GRAMMARS[language].spotter
    for key, sentences in data["gist"]["session"].items():
        for text in samples(tuple(f"[x] ({filled(one, data['rules'])}) [x]" for one in sentences)):
            spots = spotter.spots(text)
            whole = [
                one for one in spots.of("session") if (one.start, one.end) == (0, len(spots.words))
            ]
            assert {one.value for one in whole} <= {key}, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_no_stop_word_is_said_word_for_word(language: str) -> None:
    """A gap could hold somebody's symptom: "they say my arm is asleep"."""
    assert [text for text in FILES[language]["stop_words"]["ordinary"] if "..." in text] == []
