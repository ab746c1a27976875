"""What is behind a helper: the entities that software switches when it is switched.

A thermostat of software, a template, a script or a program holds a relay that belongs to somebody's pad just as well as the
pad's own switch does. No field of Home Assistant says so, but their settings do: those of a config entry, and those of
YAML, which the entity keeps. Every name in there counts, in lists, templates and actions alike, whether it is switched
or only looked at: one too many keeps a relay from a second use, and one too few gives power to a pad.
"""

from collections.abc import Iterator, Mapping
import re
from typing import Any, Final

from homeassistant.components.automation.const import DOMAIN as AUTOMATION
from homeassistant.components.climate.const import DOMAIN as CLIMATE
from homeassistant.components.fan.const import DOMAIN as FAN
from homeassistant.components.group.const import DOMAIN as GROUP
from homeassistant.components.humidifier.const import DOMAIN as HUMIDIFIER
from homeassistant.components.input_boolean import DOMAIN as INPUT_BOOLEAN
from homeassistant.components.light.const import DOMAIN as LIGHT
from homeassistant.components.script.const import DOMAIN as SCRIPT
from homeassistant.components.switch.const import DOMAIN as SWITCH
from homeassistant.components.water_heater.const import DOMAIN as WATER_HEATER
from homeassistant.const import ATTR_AREA_ID, ATTR_DEVICE_ID, ATTR_FLOOR_ID, ATTR_LABEL_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.helpers.script import Script
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids
from homeassistant.helpers.template import Template

from .provenance import speaks_of_a_device

HEATERS: Final = (SWITCH, CLIMATE, INPUT_BOOLEAN, LIGHT, FAN, WATER_HEATER, HUMIDIFIER)
"""Domains that may heat at all."""
RUNNING: Final = frozenset({SCRIPT, AUTOMATION})
"""Their state says whether they run or are enabled, and nothing about a heater."""
SWITCHED: Final = frozenset({*HEATERS, *RUNNING, GROUP, "scene"})
"""What can be meant where something is switched; a thermometer that two heaters look at is no relay."""
_NAMES: Final = re.compile(rf"(?<![a-z0-9_])(?:{'|'.join(sorted(SWITCHED))})\.[a-z0-9_]+")
_TARGETS: Final = (ATTR_DEVICE_ID, ATTR_AREA_ID, ATTR_FLOOR_ID, ATTR_LABEL_ID)


def passed_on(hass: HomeAssistant, entity_id: str) -> set[str]:
    """Return what the settings of an entity name, where it is no device that speaks for itself."""
    if speaks_of_a_device(hass, entity_id) and entity_id.partition(".")[0] not in RUNNING:
        return set()
    named = set[str]()
    for text in _texts(hass, _settings(hass, entity_id)):
        named.update(_NAMES.findall(text.lower()))
        # Forms keep some entities by the id that no new name changes.
        if (entry := er.async_get(hass).async_get(text)) is not None:
            named.add(entry.entity_id)
    return {one for one in named - {entity_id} if _is_there(hass, one)}


def _is_there(hass: HomeAssistant, name: str) -> bool:
    """Tell whether a name is an entity that can be switched, and not an action such as `switch.turn_on`."""
    if name.partition(".")[0] not in SWITCHED:
        return False
    return hass.states.get(name) is not None or er.async_get(hass).async_get(name) is not None


def _settings(hass: HomeAssistant, entity_id: str) -> list[Any]:
    """Return all that an entity was set up with: the fields of the entity, and its config entry."""
    settings: list[Any] = []
    component = hass.data.get(DATA_INSTANCES, {}).get(entity_id.partition(".")[0])
    entity = None if component is None else component.get_entity(entity_id)
    if entity is not None:
        settings += vars(entity).values()
    registered = er.async_get(hass).async_get(entity_id)
    if registered is not None and registered.config_entry_id is not None:
        entry = hass.config_entries.async_get_entry(registered.config_entry_id)
        settings += [] if entry is None else [entry.data, entry.options]
    return settings


def _texts(hass: HomeAssistant, settings: list[Any]) -> Iterator[str]:
    """Give every text in there, and every entity of a device, an area, a floor or a label that is a target."""
    waiting, seen = [*settings], set[int]()
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, Template):
            yield part.template
        elif id(part) not in seen:
            seen.add(id(part))
            waiting += _inside(part)
            if isinstance(part, Mapping):
                yield from _targets(hass, part)


def _inside(part: object) -> list[Any]:
    match part:
        case Script():
            return [part.sequence]
        case Mapping():
            return [*part.values()]
        case list() | tuple() | set() | frozenset():
            return [*part]
    return []


def _targets(hass: HomeAssistant, part: Mapping[Any, Any]) -> set[str]:
    chosen = {key: _chosen(part[key]) for key in _TARGETS if key in part}
    if not any(chosen.values()):
        return set()
    return async_extract_referenced_entity_ids(hass, TargetSelection(chosen)).indirectly_referenced


def _chosen(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str)]
