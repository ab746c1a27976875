"""Thousands of Home Assistant's own sentences: none is taken, with a session or without one."""

from time import perf_counter
from typing import Final

import pytest

from custom_components.knot_coach.voice.grammar import Grammar
from custom_components.knot_coach.voice.meanings import (
    AnswerHeard,
    Situation,
    StopHeard,
)
from custom_components.knot_coach.voice.on_the_spot import as_trigger, fits
from custom_components.knot_coach.voice.understanding import understand
from tests.figures import Figures
from tests.voice.built_in import has, sentences
from tests.voice.conftest import House
from tests.voice.fake_coach import AREAS, LANGUAGES, FakeCoach, read_sentences
from tests.voice_stack import say

DRAWS: Final = 6
"""How often each template is said, in another way each time."""
SPOKEN: Final = [language for language in LANGUAGES if has(language)]
"""Our languages of which the package has sentences."""
SIDE_EFFECTS: Final = ("Timer", "Shutdown", "Restart")
"""Parts of the names of intents that go on after a test."""
NEWER: Final = {"de": ["des Küches vorherigen nochmal wiederholen", "hier weiter machen"]}
"""What a newer release of the package knows beside."""
GRAMMARS: Final = {
    language: Grammar.build(
        read_sentences(language), areas=AREAS, people=["Sam"], routines=["Evening wind-down"]
    )
    for language in LANGUAGES
}


@pytest.mark.parametrize("spoken", SPOKEN)
@pytest.mark.parametrize("language", LANGUAGES)
def test_with_no_session_none_means_anything(spoken: str, language: str, figures: Figures) -> None:
    """In none of our languages: all of them are listened for together."""
    said = list(sentences(spoken, DRAWS))
    assert len(said) > 500
    taken = [text for _, text in said if understand(text, GRAMMARS[language], Situation())]
    figures.row(
        "Built-in sentences",
        spoken=spoken,
        heard_in=language,
        session="none",
        said=len(said),
        taken=len(taken),
        noticed=0,
    )
    assert taken == []


@pytest.mark.parametrize("spoken", SPOKEN)
@pytest.mark.parametrize("language", LANGUAGES)
def test_in_a_session_none_is_taken_but_the_bare_words(
    spoken: str, language: str, figures: Figures
) -> None:
    """What merely contains a stop word is noticed, and goes on to whom it is for."""
    grammar = GRAMMARS[language]
    said = [*(text for _, text in sentences(spoken, DRAWS)), *NEWER.get(spoken, ())]
    live, freely = Situation(live=True), spoken == language
    heard = [(text, understand(text, grammar, live, freely=freely)) for text in said]
    noticed = [text for text, word in heard if isinstance(word, StopHeard)]
    certain = [text for text, word in heard if isinstance(word, StopHeard) and word.phrase.certain]
    taken = [text for text, word in heard if word is not None and text not in noticed]
    figures.row(
        "Built-in sentences",
        spoken=spoken,
        heard_in=language,
        session="live",
        said=len(said),
        taken=len(taken),
        noticed=len(noticed),
    )
    assert certain == []
    bare = as_trigger(grammar.session)
    assert [text for text in taken if not fits(bare, text)] == []


@pytest.mark.timeout(300)  # Hundreds of turns, each in debug mode
@pytest.mark.parametrize("where", ["no session", "another room", "the room of a session"])
@pytest.mark.parametrize("spoken", SPOKEN)
async def test_said_to_the_real_agent_none_is_taken(house: House, spoken: str, where: str) -> None:
    await house.speak_language(spoken)
    coach = house.add(FakeCoach(hass=house.hass, area_id=house.room("Bedroom")))
    here = house.bedroom if where == "the room of a session" else house.kitchen
    bare = as_trigger([one for grammar in GRAMMARS.values() for one in grammar.session])
    if where != "no session":
        coach.begin()
    said = [
        text
        for intent, text in sentences(spoken, 1)
        if not any(part in intent for part in SIDE_EFFECTS) and not fits(bare, text)
    ]
    taken = []
    for text in said[:: 1 + len(said) // 150]:
        house.hass.states.async_set(here.entity_id, "processing")
        await say(house.hass, text, here)
        if any(not isinstance(word, StopHeard | AnswerHeard) for word in coach.told):
            taken.append(text)
        coach.told.clear()
        coach.question = None
    assert (taken, coach.started) == ([], [])


@pytest.mark.parametrize("live", ["idle", "live"])
def test_the_time_that_an_unrelated_sentence_takes_is_printed(live: str, figures: Figures) -> None:
    said = [text for spoken in SPOKEN for _, text in sentences(spoken, 1)]
    situation = Situation(live=live == "live")
    began = perf_counter()
    for text in said:
        for grammar in GRAMMARS.values():
            understand(text, grammar, situation)
    each = (perf_counter() - began) / len(said)
    figures.row(
        "Understanding a sentence of the house, in all languages", when=live, ms=each * 1000
    )
