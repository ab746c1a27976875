"""Takes routines in as text and hands them out as text, for somebody else or another coach."""

from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, service
from homeassistant.helpers.translation import async_get_translations
import voluptuous as vol

from .const import DOMAIN
from .content import async_load
from .language import Language
from .massage.routine import Problem
from .routine_file import RoutineFileError, read_routine, write_routine
from .routines import ROUTINE, data_of, find_own, problems_of, routines_of, same_name, subentries_of

ATTR_ENTRY: Final = "config_entry_id"
ATTR_YAML: Final = "yaml"
ATTR_REPLACE: Final = "replace"
ATTR_ROUTINE: Final = "routine"

_IMPORT: Final = vol.Schema(
    {
        vol.Optional(ATTR_ENTRY): cv.string,
        vol.Required(ATTR_YAML): cv.string,
        vol.Optional(ATTR_REPLACE, default=False): cv.boolean,
    }
)
_EXPORT: Final = vol.Schema(
    {vol.Optional(ATTR_ENTRY): cv.string, vol.Required(ATTR_ROUTINE): cv.string}
)


@callback
def async_setup(hass: HomeAssistant) -> None:
    """Register the actions, once per Home Assistant."""
    hass.services.async_register(
        DOMAIN,
        "import_routine",
        _import,
        schema=_IMPORT,
        supports_response=SupportsResponse.OPTIONAL,
    )
    hass.services.async_register(
        DOMAIN,
        "export_routine",
        _export,
        schema=_EXPORT,
        supports_response=SupportsResponse.ONLY,
    )


async def async_line_of(hass: HomeAssistant, line: int, problem: Problem) -> dict[str, str]:
    """Return where a text is wrong, and what is wrong as a sentence without its full stop.

    It is in the language of the house, with the keys and values of the text left as they are.
    """
    texts = await async_get_translations(hass, hass.config.language, "exceptions", [DOMAIN])
    text = texts[f"component.{DOMAIN}.exceptions.routine_{problem.key}.message"]
    return {"line": str(line), "problem": text.rstrip(".").format(**problem.slots)}


async def _async_invalid(
    hass: HomeAssistant, line: int, problem: Problem
) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="routine_invalid",
        translation_placeholders=await async_line_of(hass, line, problem),
    )


async def _import(call: ServiceCall) -> ServiceResponse:
    """Add the routine of a text, or put it in the place of the one that has its name."""
    hass = call.hass
    entry: ConfigEntry[Any] = service.async_get_config_entry(
        hass, DOMAIN, call.data.get(ATTR_ENTRY)
    )
    catalogue = await async_load(hass)
    try:
        written = await hass.async_add_executor_job(read_routine, call.data[ATTR_YAML])
    except RoutineFileError as err:
        raise await _async_invalid(hass, err.line, err.problem) from err
    routine = written.routine
    present = subentries_of(entry)
    old = None
    if call.data[ATTR_REPLACE]:
        old = next((one for one in present if same_name(one.title, routine.name)), None)
    taken = [one.title for one in present if one is not old]
    book = Language.of_entry(hass, catalogue, entry).book
    if problems := problems_of(routine, catalogue, book, taken):
        raise await _async_invalid(hass, written.line_of(problems[0].path), problems[0])
    if old is not None:
        hass.config_entries.async_update_subentry(
            entry, old, title=routine.name, data=data_of(routine)
        )
        subentry = old
    else:
        subentry = ConfigSubentry(
            data=MappingProxyType(data_of(routine)),
            subentry_type=ROUTINE,
            title=routine.name,
            unique_id=None,
        )
        hass.config_entries.async_add_subentry(entry, subentry)
    return {"name": routine.name, "subentry_id": subentry.subentry_id}


async def _export(call: ServiceCall) -> ServiceResponse:
    """Return one of the coach's own routines as text."""
    entry: ConfigEntry[Any] = service.async_get_config_entry(
        call.hass, DOMAIN, call.data.get(ATTR_ENTRY)
    )
    routines = routines_of(entry)
    routine = find_own(routines, call.data[ATTR_ROUTINE])
    if routine is not None:
        return {ATTR_YAML: write_routine(routine)}
    if not routines:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="routine_none")
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="routine_unknown",
        translation_placeholders={
            "routine": call.data[ATTR_ROUTINE][:100],
            "routines": ", ".join(routines),
        },
    )
