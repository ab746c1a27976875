"""The forms of the config and options flows: what is asked, and how an answer is stored."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.components import tts
from homeassistant.components.tts.helper import get_engine_instance
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers.selector import (
    AreaSelector,
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    LanguageSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .announce.outputs import Kind, Output, kind_of, refusal
from .const import Conf
from .heater import unfit
from .massage.heat import DEFAULT_MINUTES
from .massage.order import DEFAULT_CEILING, HIGHEST_CEILING
from .massage.screening import LOCAL, Finding
from .settings import LOWEST_CEILING, MAX_HEAT_MINUTES, MIN_HEAT_MINUTES, Target
from .thermometer import Thermometer

ELSEWHERE: Final = "elsewhere"
"""A place on the body that no area stands for."""
PLACES: Final = (
    "upper_traps",
    "suboccipitals",
    "shoulder_blade",
    "upper_back",
    "rear_shoulder",
    "chest",
    "lower_back",
    "glutes",
    "hamstrings",
    "quads_outer_thigh",
    "calf",
    "foot_arch",
    "forearm",
    "hand_thumb",
    "jaw",
    ELSEWHERE,
)
"""All areas of massage.md §3, so that an answer given today still holds when an area is added."""
ASKED: Final = tuple(finding for finding in Finding if finding is not Finding.OVER_65)
"""The age is asked with the profile."""


def _entity(*domains: str, device_class: str | None = None, many: bool = False) -> EntitySelector:
    wanted = EntityWithDeviceFilterSelectorConfig(domain=list(domains))
    if device_class is not None:
        wanted["device_class"] = device_class
    return EntitySelector(EntitySelectorConfig(filter=[wanted], multiple=many, reorder=many))


def _choice(options: Iterable[str], key: str, *, many: bool = False) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=[*options],
            translation_key=key,
            multiple=many,
            # A long list of places would hide the end of the form.
            mode=SelectSelectorMode.DROPDOWN if key == "place" else SelectSelectorMode.LIST,
        )
    )


def _slider(least: int, most: int) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(min=least, max=most, step=1, mode=NumberSelectorMode.SLIDER)
    )


COACH_FORM: Final = vol.Schema(
    {
        vol.Required(Conf.NAME): TextSelector(),
        vol.Required(Conf.ROOM): AreaSelector(),
        vol.Optional(Conf.PERSON): _entity("person"),
    }
)
OUTPUTS_FORM: Final = vol.Schema(
    {
        vol.Required(Conf.OUTPUTS): _entity(*Kind, many=True),
        vol.Required(Conf.SPEECH): section(
            vol.Schema(
                {
                    vol.Optional(Conf.ENGINE): _entity("tts"),
                    vol.Optional(Conf.LANGUAGE): LanguageSelector(),
                    vol.Optional(Conf.VOICE): TextSelector(),
                }
            ),
            {"collapsed": True},
        ),
        vol.Required(Conf.SAY_HELLO, default=False): BooleanSelector(),
    }
)
HEAT_FORM: Final = vol.Schema(
    {
        vol.Optional(Conf.HEATER): _entity("switch", "climate", "input_boolean"),
        vol.Optional(Conf.TEMPERATURE): _entity("sensor", device_class="temperature"),
        vol.Optional(Conf.POWER): _entity("sensor", device_class="power"),
        vol.Required(Conf.HEAT_MINUTES, default=DEFAULT_MINUTES): _slider(
            MIN_HEAT_MINUTES, MAX_HEAT_MINUTES
        ),
    }
)
SCREENING_FORM: Final = vol.Schema(
    {
        vol.Optional(Conf.FINDINGS, default=list): _choice(ASKED, "finding", many=True),
        vol.Required(Conf.ACKNOWLEDGED, default=False): BooleanSelector(),
    }
)
PROFILE_FORM: Final = vol.Schema(
    {
        vol.Required(Conf.TARGET, default=Target.BALANCED): _choice(Target, "target"),
        vol.Required(Conf.CEILING, default=DEFAULT_CEILING): _slider(
            LOWEST_CEILING, HIGHEST_CEILING
        ),
        vol.Required(Conf.SENIOR, default=False): BooleanSelector(),
        vol.Required(Conf.GUN, default=False): BooleanSelector(),
    }
)


def where_form(findings: Iterable[str]) -> vol.Schema:
    """Ask where each finding is that blocks only the place it is at."""
    return vol.Schema(
        {
            vol.Optional(finding, default=list): _choice(PLACES, "place", many=True)
            for finding in local(findings)
        }
    )


def local(findings: Iterable[str]) -> list[str]:
    """Return the findings that block only the place they are at, in the order they are asked."""
    return [finding for finding in ASKED if finding in LOCAL and finding in findings]


def coach_from(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return who and where, as they are stored."""
    return {**answers, Conf.NAME: answers[Conf.NAME].strip()}


def coach_error(hass: HomeAssistant, coach: Mapping[str, Any], taken: set[str]) -> dict[str, str]:
    """Return what is wrong with a name and a room; `taken` holds folded names."""
    if not coach[Conf.NAME]:
        return {Conf.NAME: "name_required"}
    if coach[Conf.NAME].casefold() in taken:
        return {Conf.NAME: "name_taken"}
    if ar.async_get(hass).async_get_area(coach[Conf.ROOM]) is None:
        return {Conf.ROOM: "room_missing"}
    return {}


def outputs_from(answers: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the outputs as they are stored: speakers with the voice that was chosen for them."""
    voice = {key: text for key, text in answers[Conf.SPEECH].items() if text.strip()}
    return [
        {Conf.ENTITY_ID: entity_id, **(voice if kind_of(entity_id) is Kind.PLAYER else {})}
        for entity_id in dict.fromkeys(answers[Conf.OUTPUTS])
    ]


def outputs_shown(outputs: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """Return stored outputs as the form shows them."""
    voice: dict[str, str] = {}
    names = []
    for output in outputs:
        names.append(output[Conf.ENTITY_ID])
        voice |= {key: value for key, value in output.items() if key != Conf.ENTITY_ID}
    return {Conf.OUTPUTS: names, Conf.SPEECH: voice}


def name_of(hass: HomeAssistant, output: Output) -> str:
    """Return what people call an output."""
    state = hass.states.get(output.entity_id)
    return output.entity_id if state is None else state.name


def output_error(hass: HomeAssistant, output: Output) -> str | None:
    """Return why an output cannot be used now, its engine, language and voice included."""
    if (reason := refusal(hass, output)) is not None or output.kind is not Kind.PLAYER:
        return reason
    engine_id = tts.async_resolve_engine(hass, output.engine)
    assert engine_id is not None  # noqa: S101 - else it would have been refused
    engine = get_engine_instance(hass, engine_id)
    assert engine is not None  # noqa: S101 - it was resolved just now
    language = output.language or engine.default_language
    if language not in engine.supported_languages:
        return "language_unsupported"
    if output.voice is None:
        return None
    voices = engine.async_get_supported_voices(language)
    # An engine that lists no voices may know them all the same.
    known = voices is None or output.voice in {voice.voice_id for voice in voices}
    supported = tts.ATTR_VOICE in (engine.supported_options or ())
    return None if known and supported else "voice_unsupported"


def heat_error(hass: HomeAssistant, answers: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with a heater and its sensors."""
    heater, power = answers.get(Conf.HEATER), answers.get(Conf.POWER)
    temperature = answers.get(Conf.TEMPERATURE)
    if heater is None:
        return {Conf.HEATER: "heater_required"} if power or temperature else {}
    if (reason := unfit(hass, heater, power)) is not None:
        return {Conf.POWER if reason == "heat_power_unavailable" else Conf.HEATER: reason}
    if temperature is not None and (reason := Thermometer(hass, temperature).unfit()) is not None:
        return {Conf.TEMPERATURE: reason}
    return {}


def heat_from(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return heater, sensors and minutes as they are stored; what was cleared is None."""
    return {
        Conf.HEATER: answers.get(Conf.HEATER),
        Conf.TEMPERATURE: answers.get(Conf.TEMPERATURE),
        Conf.POWER: answers.get(Conf.POWER),
        Conf.HEAT_MINUTES: int(answers[Conf.HEAT_MINUTES]),
    }


def profile_from(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the profile as it is stored."""
    return {**answers, Conf.CEILING: int(answers[Conf.CEILING])}


def screening_from(answers: Mapping[str, Any], places: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return the health answers as they are stored, with the day on which they were given."""
    today = dt_util.now().date().isoformat()
    return {
        Conf.FINDINGS: [*answers[Conf.FINDINGS]],
        Conf.PLACES: {finding: [*places[finding]] for finding in local(answers[Conf.FINDINGS])},
        Conf.SCREENED_ON: today,
        Conf.ACKNOWLEDGED_ON: today,
    }
