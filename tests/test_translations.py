"""What is read on the screen: every language says all that English says, and Home Assistant takes it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
import json
from pathlib import Path
import re
from string import Formatter
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.knot_coach.const import DOMAIN
from custom_components.knot_coach.content import CATALOGUE, read
from custom_components.knot_coach.voice_flow import CALIBRATION
from tests.house import House
from tests.virtual_clock import VirtualClock

TRANSLATIONS: Final = CATALOGUE.parent / "translations"
FILES: Final = sorted(TRANSLATIONS.glob("*.json"))
OTHERS: Final = [path.stem for path in FILES if path.stem != "en"]

SAME_AS_ENGLISH: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {
        "Coach": "the German word",
        "Hand": "the German word",
        "Knot Coach": "the name of the product",
        "Name": "the German word",
        "Normal": "the German word",
        "Person": "the German word",
        "Phase": "the German word",
        "Routine": "the German word",
        "Standard": "the German word",
        "Text": "the German word",
        "{output}": "nothing but the name of an output",
    }
}
"""Texts that a language has word for word as English has them, each with its reason."""

CITED: Final[Mapping[str, str]] = {
    "config_subentries.routine.step.steps.data_description.steps": "selector.phase.options.locate",
    "config_subentries.routine.step.text.description": "services.export_routine.name",
    "exceptions.acknowledge_area.message": "entity.button.acknowledge.name",
    "exceptions.acknowledge_emergency.message": "entity.button.acknowledge.name",
    "exceptions.acknowledge_leg.message": "entity.button.acknowledge.name",
    "exceptions.locked_emergency.message": "entity.button.acknowledge.name",
    "exceptions.needs_tool.message": "options.step.init.menu_options.profile",
    "exceptions.routine_name_taken.message": "services.import_routine.fields.replace.name",
    "issues.heat_stuck.fix_flow.step.confirm.description": "options.step.init.menu_options.heat",
    "issues.heater_gone.description": "options.step.init.menu_options.heat",
    "issues.heater_unfit.description": "options.step.init.menu_options.heat",
    "issues.language_unknown.description": "options.step.init.menu_options.voice",
    "issues.screening_due.description": "options.step.init.menu_options.screening",
    "issues.voice_foreign.description": "options.step.init.menu_options.voice",
    "options.error.heat_light": "options.step.init.menu_options.voice",
    "options.step.voice.data_description.language": "selector.language.options.automatic",
    "selector.routine_step.fields.spot.description": "selector.phase.options.release_hold",
    "config.step.heat_body.data_description.own_cutoff": "entity.button.heat_drill.name",
    "config.step.heat_body.data_description.countdown": "entity.button.heat_drill.name",
    "config.step.heat_room.data_description.auto_off_minutes": "entity.button.heat_drill.name",
    "options.step.heat_body.data_description.own_cutoff": "entity.button.heat_drill.name",
    "options.step.heat_body.data_description.countdown": "entity.button.heat_drill.name",
    "options.step.heat_room.data_description.auto_off_minutes": "entity.button.heat_drill.name",
    "config.step.details.description": "selector.place.options.elsewhere",
    "options.step.details.description": "selector.place.options.elsewhere",
}
"""Texts that send somebody to another text, which has to be found there under these words."""


def words_of(language: str) -> dict[str, Any]:
    """Return what the file of a language holds."""
    words: dict[str, Any] = json.loads((TRANSLATIONS / f"{language}.json").read_text("utf-8"))
    return words


def texts(words: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Return every text with its path, in the order of the file."""
    for key, value in words.items():
        if isinstance(value, dict):
            yield from texts(value, (*path, key))
        else:
            yield ".".join((*path, key)), value


def texts_of(language: str) -> dict[str, str]:
    return dict(texts(words_of(language)))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def plain(text: str) -> list[str]:
    """Return the words of a text without capitals and punctuation."""
    return re.findall(r"\w+", text.casefold())


# --- the files ------------------------------------------------------------------------------------


def test_there_is_english_and_german() -> None:
    assert {"en", "de"} <= {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_canonical(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_the_texts_of_english_in_their_order(language: str) -> None:
    assert list(texts_of(language)) == list(texts_of("en"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_text_is_empty(path: Path) -> None:
    assert not [key for key, text in texts_of(path.stem).items() if text.strip() in ("", "-")]
    assert not [key for key, text in texts_of(path.stem).items() if text != text.strip()]


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_names_what_english_names(language: str) -> None:
    """Home Assistant falls back to English for a text whose placeholders differ."""
    english = texts_of("en")
    differing = {
        key: text
        for key, text in texts_of(language).items()
        if placeholders(text) != placeholders(english[key])
    }
    assert not differing


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_was_left_in_english(language: str) -> None:
    english = texts_of("en")
    same = {text for key, text in texts_of(language).items() if text == english[key]}
    assert same == set(SAME_AS_ENGLISH.get(language, {}))


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_one_text_in_english_is_one_text(language: str) -> None:
    """A form that is met again, and a name that is met elsewhere, use the words that are known."""
    translated = defaultdict[str, set[str]](set)
    english = texts_of("en")
    for key, text in texts_of(language).items():
        translated[english[key]].add(text)
    assert not {text: found for text, found in translated.items() if len(found) > 1}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_a_text_sends_to_is_called_so(path: Path) -> None:
    found = texts_of(path.stem)
    wrong = [
        f"{citing}: {found[cited]}"
        for citing, cited in CITED.items()
        if " ".join(plain(found[cited])) not in " ".join(plain(found[citing]))
    ]
    assert not wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_form_names_the_words_that_are_heard_when_a_speaker_is_measured(path: Path) -> None:
    """Whoever waits for a word that is never spoken adds silence in vain."""
    book = read(CATALOGUE).book(path.stem)
    if book.language != path.stem:
        pytest.skip("nothing is spoken in this language yet")
    lines = [plain(book.line(key).text) for key in CALIBRATION]
    form = words_of(path.stem)["options"]["step"]["calibrated"]
    first, last = {line[0] for line in lines}, {line[-1] for line in lines}
    assert first | last <= set(plain(form["description"]))
    assert first <= set(plain(form["data_description"]["first_word"]))
    assert last <= set(plain(form["data_description"]["last_word"]))


# --- in Home Assistant ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", OTHERS)
async def test_home_assistant_takes_every_text(hass: HomeAssistant, language: str) -> None:
    for category, words in words_of(language).items():
        if category == "title":
            expected = {f"component.{DOMAIN}.title": words}
        else:
            expected = {f"component.{DOMAIN}.{category}.{key}": text for key, text in texts(words)}
        assert await async_get_translations(hass, language, category, [DOMAIN]) == expected


@pytest.mark.parametrize(
    ("category", "key", "text"),
    [
        ("config", "step.screening.data.acknowledged", "Ich habe das gelesen und stimme zu"),
        ("exceptions", "heat_stuck.message", "Die Wärmequelle ließ sich nicht ausschalten."),
        ("entity", "sensor.session.name", "Sitzung"),
        ("issues", "no_voice.title", "{name} hat keine Stimme"),
    ],
)
async def test_somebody_in_a_german_house_reads_german(
    hass: HomeAssistant, category: str, key: str, text: str
) -> None:
    found = await async_get_translations(hass, "de", category, [DOMAIN])
    assert found[f"component.{DOMAIN}.{category}.{key}"].startswith(text)


async def test_what_is_wrong_in_a_text_is_told_in_the_language_of_the_house(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    hass.config.language = "de"
    await House(hass, virtual_time).build()
    with pytest.raises(ServiceValidationError) as refusal:
        await hass.services.async_call(
            DOMAIN, "import_routine", {"yaml": "version: 1\nname: Abendruhe\n"}, blocking=True
        )
    assert refusal.value.translation_key == "routine_invalid"
    assert refusal.value.translation_placeholders == {
        "line": "1",
        "problem": "„parts“ fehlt hier. Füge es hinzu",
    }
