"""The forms about the mouth in the options flow: what is asked, and how an answer is stored."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.const import PERCENTAGE, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TimeSelector,
)
import voluptuous as vol

from .announce.outputs import Kind, kind_of
from .calibration import Calibration
from .const import Conf
from .content import Catalogue
from .one_relay import warms
from .settings import LONGEST_SILENCE

AUTOMATIC: Final = "automatic"
"""Stands for the language of the room among the languages."""
SPEAKER: Final = "speaker"
MEASURE: Final = "measure"
FIRST_WORD: Final = "first_word"
LAST_WORD: Final = "last_word"

MORE_SILENCE: Final = 0.5
"""Seconds that are proposed where a word was swallowed; our choice."""
MEASURED: Final = (Conf.LATENCY, Conf.TIER)
"""What is measured of a speaker; nobody types it."""
UNKNOWN: Final = "unknown"
"""Stands in the words for the tier of a speaker that was never measured."""


def _seconds() -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(
            min=0,
            max=LONGEST_SILENCE,
            step=0.1,
            unit_of_measurement=UnitOfTime.SECONDS,
            mode=NumberSelectorMode.SLIDER,
        )
    )


_VOICE_FORM: Final = vol.Schema(
    {
        vol.Required(Conf.TOGETHER, default=False): BooleanSelector(),
        vol.Required(Conf.LISTEN, default=True): BooleanSelector(),
        vol.Optional(Conf.QUIET_FROM): TimeSelector(),
        vol.Optional(Conf.QUIET_UNTIL): TimeSelector(),
        vol.Optional(Conf.LIGHT): EntitySelector(
            EntitySelectorConfig(filter=[EntityWithDeviceFilterSelectorConfig(domain=["light"])])
        ),
    }
)
PROFILE_FORM: Final = vol.Schema(
    {
        vol.Optional(Conf.VOLUME): NumberSelector(
            NumberSelectorConfig(
                min=0,
                max=100,
                step=1,
                unit_of_measurement=PERCENTAGE,
                mode=NumberSelectorMode.SLIDER,
            )
        ),
        vol.Required(Conf.CHIME, default=False): BooleanSelector(),
        vol.Required(Conf.LEAD_IN, default=0): _seconds(),
        vol.Required(Conf.TAIL, default=0): _seconds(),
        vol.Required(MEASURE, default=False): BooleanSelector(),
    }
)
HEARD_FORM: Final = vol.Schema(
    {
        vol.Required(FIRST_WORD, default=True): BooleanSelector(),
        vol.Required(LAST_WORD, default=True): BooleanSelector(),
    }
)
"""What only a person can tell of a speaker that was measured."""


def voice_form(catalogue: Catalogue) -> vol.Schema:
    """Ask how it speaks: first in which language, each under the name that it has for itself."""
    books = sorted(catalogue.books.values(), key=lambda book: book.native_name)
    languages = [SelectOptionDict(value=book.language, label=book.native_name) for book in books]
    config = SelectSelectorConfig(
        options=[SelectOptionDict(value=AUTOMATIC, label=AUTOMATIC), *languages],
        translation_key="language",
        mode=SelectSelectorMode.DROPDOWN,
    )
    first = {vol.Required(Conf.LANGUAGE, default=AUTOMATIC): SelectSelector(config)}
    return vol.Schema({**first, **_VOICE_FORM.schema})


def voice_shown(options: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """Return what is stored as the form shows it; a language that is gone is shown as automatic."""
    language = options.get(Conf.LANGUAGE)
    return {**options, Conf.LANGUAGE: language if language in catalogue.books else None}


def voiced(outputs: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the entities among stored outputs that have a voice, and so a profile."""
    names: list[str] = [output[Conf.ENTITY_ID] for output in outputs]
    return [name for name in names if kind_of(name) in (Kind.SATELLITE, Kind.PLAYER)]


def choice_form(speakers: list[str]) -> vol.Schema:
    """Ask which of the speakers is meant; at least one, for no list would let every entity in."""
    return vol.Schema(
        {vol.Required(SPEAKER): EntitySelector(EntitySelectorConfig(include_entities=speakers))}
    )


def voice_error(hass: HomeAssistant, answers: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with quiet hours and a light, which must be nobody's heater."""
    begin, end = _time(answers.get(Conf.QUIET_FROM)), _time(answers.get(Conf.QUIET_UNTIL))
    if (begin is None) is not (end is None):
        return {Conf.QUIET_FROM if begin is None else Conf.QUIET_UNTIL: "quiet_half"}
    if begin is not None and begin == end:
        return {Conf.QUIET_UNTIL: "quiet_same"}
    light = answers.get(Conf.LIGHT)
    if light is not None and hass.states.get(light) is None:
        return {Conf.LIGHT: "light_missing"}
    if light is not None and warms(hass, light):
        return {Conf.LIGHT: "light_heats"}
    return {}


def voice_from(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return how the coach speaks as it is stored; what was cleared is None."""
    language = answers[Conf.LANGUAGE]
    return {
        Conf.LANGUAGE: None if language == AUTOMATIC else language,
        Conf.TOGETHER: answers[Conf.TOGETHER],
        Conf.LISTEN: answers[Conf.LISTEN],
        Conf.QUIET_FROM: _time(answers.get(Conf.QUIET_FROM)),
        Conf.QUIET_UNTIL: _time(answers.get(Conf.QUIET_UNTIL)),
        Conf.LIGHT: answers.get(Conf.LIGHT),
    }


def _time(answer: str | None) -> str | None:
    """Return a time of the day as it is stored, `HH:MM:SS`."""
    return None if answer is None else cv.time(answer).isoformat()


def profile_from(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed of a speaker as it is stored; no volume leaves the volume alone."""
    profile: dict[str, Any] = {key: answers[key] for key in (Conf.CHIME, Conf.LEAD_IN, Conf.TAIL)}
    if (percent := answers.get(Conf.VOLUME)) is not None:
        profile[Conf.VOLUME] = percent / 100
    return profile


def profile_shown(profile: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored profile as the form shows it."""
    shown = {key: value for key, value in profile.items() if key not in MEASURED}
    if (volume := shown.get(Conf.VOLUME)) is not None:
        shown[Conf.VOLUME] = round(volume * 100, 1)
    return shown


def with_more_silence(profile: Mapping[str, Any], heard: Mapping[str, bool]) -> dict[str, Any]:
    """Return a profile with more silence where a word was not heard, as far as there may be."""
    missing: dict[str, bool] = {
        Conf.LEAD_IN: not heard[FIRST_WORD],
        Conf.TAIL: not heard[LAST_WORD],
    }
    more: dict[str, float] = {
        key: min(LONGEST_SILENCE, profile[key] + MORE_SILENCE)
        for key, swallowed in missing.items()
        if swallowed
    }
    return {**profile, **more}


def measured_from(found: Calibration) -> dict[str, Any]:
    """Return what was measured as it is stored; a start that was not seen is left out."""
    known: dict[str, Any] = {Conf.TIER: str(found.tier)}
    if found.latency is not None:
        known[Conf.LATENCY] = found.latency
    return known
