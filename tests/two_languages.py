"""A house that speaks two languages, for tests: English, and one that nobody speaks.

The second one is made of English, in a copy of the catalogue: every text stands between two `~`,
and what English calls "neck" may be called "nekto". So a test needs no translation, and sees at a
glance which language a text is in. It cannot see whether a real language is complete.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
import shutil
from typing import Any, Final, override

from homeassistant.components.assist_pipeline import Pipeline
from homeassistant.components.assist_pipeline.pipeline import KEY_ASSIST_PIPELINE
from homeassistant.components.conversation import HOME_ASSISTANT_AGENT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry
import yaml

from custom_components.knot_coach.const import DOMAIN
from custom_components.knot_coach.content import CATALOGUE
from custom_components.knot_coach.coordinator import Coach
from tests.house import coach_entry, put_device_in, set_up
from tests.virtual_clock import VirtualClock
from tests.voice_stack import FakeSatellite, FakeSTT, FakeTTS, Stack

OTHER: Final = "qqp"
"""The tag of the second language, which is for private use."""
UNKNOWN: Final = "fr"
"""A language that the catalogue has not, in any test of these."""


def is_other(text: str) -> bool:
    """Tell whether a text is in the second language, in its whole length."""
    return text.startswith("~") and text.endswith("~")


def copied_catalogue(folder: Path) -> Path:
    """Copy the catalogue, with English and the second language alone."""
    shutil.copytree(CATALOGUE, folder)
    for kind in ("phrases", "sentences"):
        for file in (folder / kind).glob("*.yaml"):
            if file.stem != "en":
                file.unlink()
        english = yaml.safe_load((folder / kind / "en.yaml").read_text("utf-8"))
        other = spoken(english) if kind == "phrases" else heard(english)
        text = yaml.safe_dump(other, allow_unicode=True, sort_keys=False)
        (folder / kind / f"{OTHER}.yaml").write_text(text, "utf-8")
    return folder


def spoken(english: Mapping[str, Any]) -> dict[str, Any]:
    """Translate a file of phrases."""
    return {
        **english,
        "language": OTHER,
        "native_name": "Qeqepa",
        "lines": between(english["lines"]),
        # A name stands within a line.
        "areas": {
            area: {**between(texts), "name": texts["name"]}
            for area, texts in english["areas"].items()
        },
    }


def between(texts: Any) -> Any:  # noqa: ANN401 - whatever a file holds
    """Put a `~` before and after every text."""
    match texts:
        case str():
            return f"~{texts}~"
        case list():
            return [between(text) for text in texts]
        case _:
            return {key: between(text) for key, text in texts.items()}


def heard(english: Mapping[str, Any]) -> dict[str, Any]:
    """Translate a file of sentences."""
    areas = {**english["areas"], "upper_traps": [*english["areas"]["upper_traps"], "nekto"]}
    return {**english, "language": OTHER, "areas": areas}


class ManyTongues(FakeTTS):
    """An engine that speaks all of them, or those that it is given; the first by default."""

    def __init__(self, *languages: str, key: str = "voice") -> None:
        super().__init__(key)
        self._attr_supported_languages = list(languages or ("en", OTHER, UNKNOWN))
        self._attr_default_language = self._attr_supported_languages[0]

    def languages_of(self, *, other: bool) -> set[str]:
        """Return in which languages it was asked for texts of the second language, or of English."""
        return {language for text, language, _ in self.calls if is_other(text) is other}

    def asked(self, texts: Iterable[str]) -> list[tuple[str, str, dict[str, Any]]]:
        """Return what it was asked for, of these texts."""
        wanted = set(texts)
        return [call for call in self.calls if call[0] in wanted]

    def languages_for(self, texts: Iterable[str]) -> set[str]:
        """Return in which languages it was asked for these texts."""
        return {language for _, language, _ in self.asked(texts)}


class ManyEars(FakeSTT):
    """An engine that understands all of them."""

    @property
    @override
    def supported_languages(self) -> list[str]:
        return ["en", OTHER, UNKNOWN]


async def add_pipeline(
    hass: HomeAssistant, stack: Stack, name: str, language: str, **changes: str | None
) -> Pipeline:
    """Add an assistant that listens and speaks in a language."""
    store = hass.data[KEY_ASSIST_PIPELINE].pipeline_store
    return await store.async_create_item(
        {
            "name": name,
            "language": language,
            "conversation_engine": HOME_ASSISTANT_AGENT,
            "conversation_language": language,
            "stt_engine": stack.stt.entity_id,
            "stt_language": language,
            "tts_engine": stack.tts.entity_id,
            "tts_language": language,
            "tts_voice": None,
            "wake_word_entity": None,
            "wake_word_id": None,
            **changes,
        }
    )


async def change_pipeline(hass: HomeAssistant, pipeline: Pipeline, **changes: object) -> None:
    """Change an assistant, as the settings do it."""
    store = hass.data[KEY_ASSIST_PIPELINE].pipeline_store
    kept = {key: value for key, value in pipeline.to_json().items() if key != "id"}
    await store.async_update_item(pipeline.id, {**kept, **changes})
    await hass.async_block_till_done()


def select_of(satellite: FakeSatellite) -> str:
    """Return the entity that chooses the assistant of a satellite."""
    return f"select.{satellite.unique_id}_assistant"


def give(hass: HomeAssistant, satellite: FakeSatellite, pipeline: str) -> None:
    """Let a satellite talk through an assistant of this name."""
    satellite._attr_pipeline_entity_id = select_of(satellite)
    hass.states.async_set(select_of(satellite), pipeline)


class Room:
    """A room with a satellite, and a coach that speaks through it."""

    def __init__(
        self, hass: HomeAssistant, clock: VirtualClock, name: str, satellite: FakeSatellite
    ) -> None:
        self.hass, self.clock = hass, clock
        self.name, self.satellite = name, satellite
        self.entry: MockConfigEntry

    async def furnish(self, options: Mapping[str, Any] | None = None) -> Room:
        """Put the satellite into the room, and set the coach up."""
        put_device_in(self.hass, self.satellite, self.name)
        self.entry = coach_entry(
            self.hass, self.satellite.entity_id, name=self.name, room=self.name, options=options
        )
        await set_up(self.hass, self.entry)
        return self

    @property
    def coach(self) -> Coach:
        """The coach as it is now; it is another one after a reload."""
        coach: Coach = self.entry.runtime_data
        return coach

    async def hear(self, text: str) -> str:
        """Say something here: microphone, recognition and all; return what was replied."""
        replies = len(self.replies)
        task = self.hass.async_create_task(self.satellite.hear(text))
        await self.clock.run_until(task.done, 30)
        await task
        await self.clock.run_until(lambda: self.quiet, 30)
        return " ".join(self.replies[replies:])

    @property
    def replies(self) -> list[str]:
        """What the assistant has replied here."""
        return [heard.text for heard in self.satellite.heard if heard.reply]

    @property
    def lines(self) -> list[str]:
        """What the coach has said here, of its own."""
        return [heard.text for heard in self.satellite.heard if not heard.reply]

    @property
    def quiet(self) -> bool:
        """Whether the satellite is neither listening nor speaking."""
        state = self.hass.states.get(self.satellite.entity_id)
        return state is not None and state.state == "idle"

    def shows(self, state: str, **attributes: object) -> bool:
        """Tell whether the session sensor shows this."""
        entity_id = er.async_get(self.hass).async_get_entity_id(
            "sensor", DOMAIN, f"{self.entry.entry_id}_session"
        )
        assert entity_id is not None
        shown = self.hass.states.get(entity_id)
        assert shown is not None
        return shown.state == state and all(
            shown.attributes[name] == value for name, value in attributes.items()
        )

    async def until(self, state: str, within: float = 200, **attributes: object) -> None:
        """Let time pass until the session sensor shows this, and nobody speaks."""
        await self.clock.run_until(lambda: self.shows(state, **attributes) and self.quiet, within)

    async def begin(self, area: str) -> str:
        """Start a quick session, and answer its question; return what was replied to the start."""
        reply = await self.hear(f"start quick {area} routine on the left")
        await self.until("asking", question="health")
        await self.hear("no")
        return reply

    async def leave(self) -> None:
        """End the session in words, and let the last ones be said."""
        await self.hear("stop the session")
        silence = self.hass.async_create_task(self.coach.speech._announcer.async_idle())
        await self.clock.run_until(silence.done, 60)

    async def come_back(self) -> None:
        """Unload the coach and set it up again, as a restart does."""
        reload = self.hass.async_create_task(
            self.hass.config_entries.async_reload(self.entry.entry_id)
        )
        await self.clock.run_until(reload.done, 60)
        assert await reload
        await self.hass.async_block_till_done()
