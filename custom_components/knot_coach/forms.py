"""The forms of the config and options flows: what is asked, and how an answer is stored."""

from collections.abc import Iterable, Mapping, Set as AbstractSet
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
from .massage.order import DEFAULT_CEILING, HIGHEST_CEILING
from .massage.screening import CLEARABLE, LOCAL, TODAY, Finding
from .settings import (
    DEFAULT_TOOLS,
    LOWEST_CEILING,
    OWNABLE,
    Target,
)

ELSEWHERE: Final = "elsewhere"
"""A place on the body that no area stands for."""


def entity_field(
    *domains: str, device_class: str | None = None, many: bool = False
) -> EntitySelector:
    """Ask for an entity of some domains, or for several in an order."""
    wanted = EntityWithDeviceFilterSelectorConfig(domain=list(domains))
    if device_class is not None:
        wanted["device_class"] = device_class
    return EntitySelector(EntitySelectorConfig(filter=[wanted], multiple=many, reorder=many))


def choice_field(options: Iterable[str], key: str, *, many: bool = False) -> SelectSelector:
    """Ask for one of several options, or for some of them, with all of them in sight."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[*options],
            translation_key=key,
            multiple=many,
            mode=SelectSelectorMode.LIST,
        )
    )


def _places(areas: Iterable[str]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=[*areas, ELSEWHERE],
            translation_key="place",
            multiple=True,
            # A long list would hide the end of the form.
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def slider_field(least: int, most: int) -> NumberSelector:
    """Ask for a whole number in a range."""
    return NumberSelector(
        NumberSelectorConfig(min=least, max=most, step=1, mode=NumberSelectorMode.SLIDER)
    )


COACH_FORM: Final = vol.Schema(
    {
        vol.Required(Conf.NAME): TextSelector(),
        vol.Required(Conf.ROOM): AreaSelector(),
        vol.Optional(Conf.PERSON): entity_field("person"),
    }
)
OUTPUTS_FORM: Final = vol.Schema(
    {
        vol.Required(Conf.OUTPUTS): entity_field(*Kind, many=True),
        vol.Required(Conf.SPEECH): section(
            vol.Schema(
                {
                    vol.Optional(Conf.ENGINE): entity_field("tts"),
                    vol.Optional(Conf.LANGUAGE): LanguageSelector(),
                    vol.Optional(Conf.VOICE): TextSelector(),
                }
            ),
            {"collapsed": True},
        ),
        vol.Required(Conf.SAY_HELLO, default=False): BooleanSelector(),
    }
)
SCREENING_FORM: Final = vol.Schema(
    {
        vol.Optional(Conf.FINDINGS, default=list): choice_field(Finding, "finding", many=True),
        vol.Required(Conf.ACKNOWLEDGED, default=False): BooleanSelector(),
    }
)
PROFILE_FORM: Final = vol.Schema(
    {
        vol.Required(Conf.TARGET, default=Target.BALANCED): choice_field(Target, "target"),
        vol.Required(Conf.CEILING, default=DEFAULT_CEILING): slider_field(
            LOWEST_CEILING, HIGHEST_CEILING
        ),
        vol.Required(Conf.SENIOR, default=False): BooleanSelector(),
        vol.Required(Conf.SHORT_BREATH, default=False): BooleanSelector(),
        vol.Optional(Conf.TOOLS, default=lambda: [*DEFAULT_TOOLS]): choice_field(
            OWNABLE, "tool", many=True
        ),
        vol.Required(Conf.GUN, default=False): BooleanSelector(),
        vol.Required(Conf.NEXT_DAY_QUESTION, default=False): BooleanSelector(),
    }
)
GUN_FORM: Final = vol.Schema({vol.Required(Conf.GUN_REACH, default=False): BooleanSelector()})
"""What is asked of whoever owns a massage gun."""


def details_form(findings: Iterable[str], areas: Iterable[str]) -> vol.Schema:
    """Ask where each finding is that blocks only its place, and what a clinician has cleared."""
    form: dict[vol.Marker, SelectSelector] = {
        vol.Optional(finding, default=list): _places(areas) for finding in _those(LOCAL, findings)
    }
    clearable = _those(CLEARABLE, findings)
    form[vol.Optional(Conf.CLEARED, default=list)] = choice_field(clearable, "cleared", many=True)
    return vol.Schema(form)


def needs_details(findings: Iterable[str]) -> bool:
    """Tell whether there is more to ask; whatever is at a place can be cleared, too."""
    return bool(_those(CLEARABLE, findings))


def _those(wanted: AbstractSet[Finding], findings: Iterable[str]) -> list[str]:
    """Return the wanted ones among the findings, in the order they are asked."""
    return [str(finding) for finding in Finding if finding in wanted and finding in findings]


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


def profile_from(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the profile as it is stored; how far a gun reaches is asked where there is one."""
    return {
        **answers,
        Conf.CEILING: int(answers[Conf.CEILING]),
        Conf.TOOLS: [str(tool) for tool in answers[Conf.TOOLS]],
        Conf.GUN_REACH: False,
    }


def screening_error(answers: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the health answers: nothing starts without the tick."""
    if answers[Conf.ACKNOWLEDGED]:
        return {}
    return {Conf.ACKNOWLEDGED: "acknowledge_required"}


def details_error(findings: Iterable[str], details: Mapping[str, Any]) -> dict[str, str]:
    """Return which findings have no place; one that was cleared blocks none, and needs none."""
    cleared = details.get(Conf.CLEARED, ())
    return {
        finding: "where_required"
        for finding in _those(LOCAL, findings)
        if not details[finding] and finding not in cleared
    }


def screening_from(answers: Mapping[str, Any], details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the health answers as they are stored, with the day on which they were given."""
    today = dt_util.now().date().isoformat()
    findings = answers[Conf.FINDINGS]
    return {
        Conf.FINDINGS: [*findings],
        Conf.PLACES: {finding: [*details[finding]] for finding in _those(LOCAL, findings)},
        Conf.CLEARED: [*details.get(Conf.CLEARED, ())],
        Conf.SCREENED_ON: today,
        Conf.ACKNOWLEDGED_ON: today,
    }


def screening_shown(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored health answers as the form shows them; the tick is asked for every time.

    What was true of one day is not shown on another. Where the day was forgotten it is: unsure
    counts as yes (massage.md §4.1).
    """
    today = dt_util.now().date().isoformat()
    gone = TODAY if options.get(Conf.SCREENED_ON, today) != today else frozenset[Finding]()
    return {Conf.FINDINGS: [one for one in options.get(Conf.FINDINGS, ()) if one not in gone]}


def details_shown(
    options: Mapping[str, Any], findings: Iterable[str], areas: Iterable[str]
) -> dict[str, Any]:
    """Return stored places and clearances as the form shows them, those alone that it offers."""
    offered = {*areas, ELSEWHERE}
    shown: dict[str, Any] = {
        finding: [place for place in places if place in offered]
        for finding, places in options.get(Conf.PLACES, {}).items()
    }
    cleared = options.get(Conf.CLEARED, ())
    shown[Conf.CLEARED] = [one for one in _those(CLEARABLE, findings) if one in cleared]
    return shown
