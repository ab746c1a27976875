"""Sets Knot Coach up in the demo room, through the forms that a person fills in."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import SOURCE_USER
from homeassistant.const import Platform
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.helpers import area_registry as ar, entity_registry as er
import voluptuous as vol

from .house import DEMO, ROOM, House

COACH: Final = "knot_coach"
SESSION: Final = "session"


class SetupRefusedError(Exception):
    """The forms did not end in a coach."""


async def add_coach(house: House) -> str:
    """Set a coach up and return the id of its entry. Raises SetupRefusedError."""
    flows = house.hass.config_entries.flow
    answers = _answers(house)
    result = await flows.async_init(COACH, context={"source": SOURCE_USER})
    while result["type"] is FlowResultType.FORM:
        if result["errors"]:
            raise SetupRefusedError(f"{result['step_id']}: {result['errors']}")
        result = await flows.async_configure(
            result["flow_id"], _fill(result["data_schema"], answers)
        )
    if result["type"] is not FlowResultType.CREATE_ENTRY:
        raise SetupRefusedError(str(result))
    await house.hass.async_block_till_done()
    entry_id: str = result["result"].entry_id
    return entry_id


def coach_entity(house: House, entry_id: str, key: str, domain: Platform = Platform.SENSOR) -> str:
    """Return the entity id of the coach's own entity with a translation key."""
    registry = er.async_get(house.hass)
    for entry in er.async_entries_for_config_entry(registry, entry_id):
        if entry.domain == domain and entry.translation_key == key:
            return entry.entity_id
    raise LookupError(f"The coach has no {domain} called {key}")


def _answers(house: House) -> dict[str, Any]:
    """Return what is filled in, by the name of the field in whatever form it stands."""
    area = ar.async_get(house.hass).async_get_area_by_name(ROOM)
    return {
        "name": "Coach",
        "room": area.id if area else None,
        "outputs": [
            house.satellite.entity_id,
            house.entity_id(Platform.MEDIA_PLAYER, DEMO, "speaker"),
        ],
        "say_hello": False,
        "heater": house.entity_id(Platform.SWITCH, DEMO, "compress"),
        "temperature": house.entity_id(Platform.SENSOR, DEMO, "compress_temperature"),
        "heat_checked": True,
        "own_cutoff": True,
        "findings": [],
        "acknowledged": True,
    }


def _fill(schema: vol.Schema | None, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in one form: what we have an answer for; the rest keeps its default."""
    filled: dict[str, Any] = {}
    for field, kind in ({} if schema is None else schema.schema).items():
        name = str(field)
        if isinstance(kind, section):
            filled[name] = _fill(kind.schema, answers)
        elif name in answers:
            filled[name] = answers[name]
    return filled
