"""Hands out what past sessions have left, and forgets it when a person says so (massage.md §6).

All of it stays in Home Assistant; nothing is sent anywhere.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv, service
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .admission import Refused
from .const import DOMAIN
from .coordinator import Coach, KnotCoachEntry
from .massage.areas import Side
from .massage.load import meets
from .massage.trends import Record, change_of, label_of, load, percent_of, trends
from .person import async_is_person

ATTR_ENTRY: Final = "config_entry_id"
ATTR_AREA: Final = "area"
ATTR_SIDE: Final = "side"
ATTR_DAYS: Final = "days"
ATTR_BEFORE: Final = "before"

MOST_DAYS: Final = 3650

_GET: Final = vol.Schema(
    {
        vol.Optional(ATTR_ENTRY): cv.string,
        vol.Optional(ATTR_AREA): cv.string,
        vol.Optional(ATTR_SIDE): vol.Coerce(Side),
        vol.Optional(ATTR_DAYS): vol.All(vol.Coerce(int), vol.Range(min=1, max=MOST_DAYS)),
    }
)
_DELETE: Final = vol.Schema(
    {vol.Optional(ATTR_ENTRY): cv.string, vol.Optional(ATTR_BEFORE): cv.date}
)


@callback
def async_setup(hass: HomeAssistant) -> None:
    """Register the actions, once per Home Assistant."""
    hass.services.async_register(
        DOMAIN, "get_history", _get, schema=_GET, supports_response=SupportsResponse.ONLY
    )
    hass.services.async_register(DOMAIN, "delete_history", _delete, schema=_DELETE)


def judged(record: Record) -> dict[str, Any]:
    """Return a record with what its two scores say together; None where one is missing."""
    return {
        **record,
        "change": change_of(record),
        "change_label": label_of(record),
        "change_percent": percent_of(record),
    }


def _coach(call: ServiceCall) -> Coach:
    entry: KnotCoachEntry = service.async_get_config_entry(
        call.hass, DOMAIN, call.data.get(ATTR_ENTRY)
    )
    return entry.runtime_data


async def _get(call: ServiceCall) -> ServiceResponse:
    """Return records of the last days; trends look further back, and the load at what counts now."""
    coach, now = _coach(call), dt_util.utcnow()
    memory = coach.memory
    days: int | None = call.data.get(ATTR_DAYS)
    since = None if days is None else now - timedelta(days=days)

    def wanted(row: Record) -> bool:
        area, side = call.data.get(ATTR_AREA), call.data.get(ATTR_SIDE)
        if area not in {None, row["area"]}:
            return False
        return side is None or (row["side"] is not None and meets(Side(row["side"]), side))

    return {
        "records": [
            judged(row)
            for row in memory.records
            if wanted(row) and (since is None or datetime.fromisoformat(row["ended_at"]) > since)
        ],
        "trends": [row for row in trends(memory.records) if wanted(row)],
        "load": [row for row in load(memory.past, coach.catalogue.areas, now) if wanted(row)],
    }


async def _delete(call: ServiceCall) -> None:
    """Forget what happened before a day, or all of it; only somebody who is there may say so."""
    if not await async_is_person(call.hass, call.context):
        raise Refused("person_needed")
    coach, day = _coach(call), call.data.get(ATTR_BEFORE)
    before = None if day is None else dt_util.start_of_local_day(day)
    await coach.memory.async_forget(before, dt_util.utcnow())
    coach.async_update_listeners()
