"""Hundreds of natural utterances, understood, and said through the real agent and pipeline."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, override

import pytest

from custom_components.knot_coach.voice.grammar import Grammar
from custom_components.knot_coach.voice.meanings import (
    About,
    HealthChanged,
    Heard,
    Sign,
    StartRequest,
    StatusRequest,
    SymptomRequest,
    WhyRequest,
)
from custom_components.knot_coach.voice.understanding import understand
from tests.figures import Figures
from tests.voice import corpus
from tests.voice.conftest import House
from tests.voice.corpus import SITUATIONS, Row, expected, meaning, rows
from tests.voice.fake_coach import AREAS, FakeCoach, read_sentences
from tests.voice_stack import say

FOLDER: Final = Path(corpus.__file__).parent
FILES: Final = sorted(file.stem for file in FOLDER.glob("*.yaml") if "_aside" not in file.stem)
"""Those that whoever changes sentences may read."""
ASIDE: Final = sorted(file.stem for file in FOLDER.glob("*_aside.yaml"))
SPOKEN: Final = [*(name for name in FILES if "_" not in name), *ASIDE]
"""Those that are said through agent and pipeline too, which takes a while."""
ENOUGH: Final = 0.95
"""How much of a file has to be right."""


def grammar_of(name: str) -> Grammar:
    """Return the grammar of a file's language."""
    return Grammar.build(read_sentences(name.partition("_")[0]), areas=AREAS, people=["Sam"])


def judge(figures: Figures, table: str, name: str, heard: list[tuple[Row, dict[str, Any]]]) -> None:
    """Print how much is right; nothing may be taken for something else."""
    wrong = [
        (row["say"], got) for row, got in heard if got not in ({"means": "none"}, expected(row))
    ]
    right = sum(got == expected(row) for row, got in heard)
    figures.row(
        table,
        file=name,
        utterances=len(heard),
        right=right,
        missed=len(heard) - right - len(wrong),
        wrong=len(wrong),
        share=right / len(heard),
    )
    assert wrong == []
    assert right / len(heard) >= ENOUGH, [row["say"] for row, got in heard if got != expected(row)]


@pytest.mark.parametrize("name", [*FILES, *ASIDE])
def test_what_people_say_is_understood(name: str, figures: Figures) -> None:
    grammar = grammar_of(name)
    heard = [
        (row, meaning(understand(row["say"], grammar, SITUATIONS[row["when"]])))
        for row in rows(name)
    ]
    judge(figures, "Natural utterances, understood", name, heard)


@pytest.mark.parametrize("language", FILES)
def test_the_corpus_is_large_and_says_nothing_twice(language: str) -> None:
    put_aside = FOLDER.glob(f"{language}_aside.yaml")
    aside, most = [row for file in put_aside for row in rows(file.stem)], rows(language)
    assert len(aside) in {0, 60}
    assert len(aside) + len(most) >= 300
    said = [row["say"].casefold() for row in (*aside, *most)]
    assert len(said) == len(set(said))


@dataclass(kw_only=True)
class Listening(FakeCoach):
    """A coach that can be put into each situation of the corpus, and writes down all it hears."""

    asked: list[About] = field(default_factory=list)

    def put(self, when: str) -> None:
        """Begin again, in a situation."""
        situation = SITUATIONS[when]
        self.started.clear()
        self.told.clear()
        self.asked.clear()
        self.health_changes = 0
        if not situation.live:
            self.end()
        elif not self.live:
            self.begin()
        self.question, self.paused = situation.question, situation.paused
        self.rating = situation.rating

    @override
    def status(self, about: About = About.LEFT) -> str:
        self.asked.append(about)
        return "status"

    def heard(self, reply: str) -> Heard | None:
        """Return what it was told, or asked, or what the reply shows to have been understood."""
        if self.started or self.told:
            return (*self.started, *self.told)[0]
        if self.asked:
            return StatusRequest(self.asked[0])
        if self.health_changes:
            return HealthChanged()
        known: dict[str, Heard] = {
            "why": WhyRequest(),
            "reply.which_area": StartRequest(),
            "reply.choose_area": StartRequest(choices=("one", "other")),
        }
        symptoms = ("reply.symptom", "reply.symptom_urgent", "reply.professional", "gate_leg_1")
        if reply in symptoms:
            return SymptomRequest(Sign.OTHER)
        return known.get(reply.partition(" ")[0])


@pytest.mark.timeout(300)  # Hundreds of turns, each in debug mode
@pytest.mark.parametrize("name", SPOKEN)
async def test_what_people_say_is_heard(house: House, name: str, figures: Figures) -> None:
    await house.speak_language(name.partition("_")[0])
    coach = Listening(hass=house.hass, area_id=house.room("Bedroom"), name="Sam")
    house.add(coach)
    heard = []
    for row in rows(name):
        coach.put(row["when"])
        house.hass.states.async_set(house.bedroom.entity_id, "processing")
        reply = await say(house.hass, row["say"], house.bedroom)
        got = meaning(coach.heard(reply.speech))
        if got["means"] in {"choose", "start"} and not coach.started and "area" not in row:
            # The reply asks which area, and nobody keeps what else was said.
            got = expected(row) if row["means"] == got["means"] else got
        heard.append((row, got))
    judge(figures, "Natural utterances, through agent and pipeline", name, heard)
