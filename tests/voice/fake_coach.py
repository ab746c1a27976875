"""A coach that writes down what it hears, and misbehaves when told to."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, override

from homeassistant.core import Context, HomeAssistant
import yaml

from custom_components.knot_coach.massage.areas import area_of
from custom_components.knot_coach.massage.messages import Answer, Question
from custom_components.knot_coach.voice.coaches import CoachLike
from custom_components.knot_coach.voice.grammar import Grammar
from custom_components.knot_coach.voice.meanings import (
    About,
    AnswerHeard,
    SessionWord,
    StartRequest,
    StopHeard,
)
from custom_components.knot_coach.voice.sentences import Vocabulary, async_session_changed

CATALOGUE: Final = Path(__file__).parents[2] / "custom_components/knot_coach/catalogue"
LANGUAGES: Final = sorted(file.stem for file in (CATALOGUE / "sentences").glob("*.yaml"))


def read_sentences(language: str = "en") -> dict[str, Any]:
    """Read the sentences of a language."""
    file = CATALOGUE / f"sentences/{language}.yaml"
    data: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return data


def speak(_: str | None, key: str, **slots: object) -> str:
    """Say a key and its slots as they are."""
    return " ".join([key, *(f"{name}={value}" for name, value in slots.items())])


DATA: Final = read_sentences()
AREAS: Final = {
    key: area_of(yaml.safe_load((CATALOGUE / f"areas/{key}.yaml").read_text("utf-8")))
    for key in DATA["areas"]
}
"""All areas, in the order of the catalogue."""
EXAMPLES: Final = "+".join(list(AREAS)[:3])
"""The areas that a reply names."""
VOCABULARY: Final = Vocabulary(sentences={"en": DATA}, areas=AREAS, speak=speak)
ALL_LANGUAGES: Final = Vocabulary(
    sentences={language: read_sentences(language) for language in LANGUAGES},
    areas=AREAS,
    speak=speak,
)
ENGLISH: Final = Grammar.build(DATA, areas=AREAS)


@dataclass(kw_only=True)
class FakeCoach(CoachLike):
    """Plain attributes where the real one looks things up."""

    hass: HomeAssistant
    entry_id: str = "one"
    name: str = "Coach"
    person_name: str | None = None
    area_id: str | None = None
    satellites: Collection[str] = ()
    routines: Collection[str] = ()
    live: bool = False
    question: Question | None = None
    rating: bool = False
    paused: bool = False
    unplugging: bool = False
    neck: bool = False
    gate_opens_on_yes: bool = False
    health_changes: int = 0
    """How often somebody said that their health has changed."""
    started: list[StartRequest] = field(default_factory=list)
    told: list[SessionWord] = field(default_factory=list)
    persons: list[bool] = field(default_factory=list)
    """Whether a person said what was told, in the same order."""
    fault: Exception | None = None

    def begin(self, *, neck: bool = False) -> None:
        """Let a session be live."""
        self.live, self.neck = True, neck
        async_session_changed(self.hass)

    def end(self) -> None:
        """Let it end."""
        self.live, self.neck, self.question = False, False, None
        async_session_changed(self.hass)

    @override
    def start(
        self,
        request: StartRequest,
        context: Context,
        satellite_id: str | None,
        device_id: str | None,
    ) -> str:
        if self.fault:
            raise self.fault
        self.started.append(request)
        return f"{self.entry_id} starts"

    @override
    def hear(self, heard: SessionWord, *, person: bool) -> str:
        if self.fault:
            raise self.fault
        self.told.append(heard)
        self.persons.append(person)
        match heard:
            case StopHeard(phrase) if phrase.certain:
                self.end()
            case StopHeard():
                self.question = Question.WRONG
            case AnswerHeard(Answer.YES) if self.question is Question.HEALTH:
                self.end()
            case AnswerHeard():
                self.question = None
        return f"{self.entry_id} heard"

    @override
    def health_changed(self) -> str:
        self.health_changes += 1
        return f"{self.entry_id} asks again"

    @override
    def status(self, about: About = About.LEFT) -> str:
        left = about is About.LEFT
        return (
            f"{self.entry_id} has a minute left" if left else f"{self.entry_id} tells {about.name}"
        )

    @override
    def reply(self, key: str, **slots: object) -> str:
        return speak(None, key, **slots)

    @override
    def area_names(self, areas: Iterable[str]) -> str:
        return "+".join(areas)
