"""Telephones with Home Assistant's app: what its notify entities cannot carry.

The entity takes a text and no data; the older action of the same device, `notify.mobile_app_…`,
takes both. Fields are those of the app's documentation (companion.home-assistant.io, Notifications:
Introduction, Critical notifications, Live Activities); a platform passes over those it does not know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.components.notify.const import (
    ATTR_DATA,
    ATTR_MESSAGE,
    ATTR_TITLE,
    DOMAIN as NOTIFY_DOMAIN,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN

PLATFORM: Final = "mobile_app"
APPLE: Final = "Apple"
CHANNEL: Final = "Knot Coach"
"""Android's name for what a person can tune or silence by itself; a name, not translated."""
CLEAR: Final = "clear_notification"
"""The message that takes away what has the same tag."""
QUIET: Final[Mapping[str, Any]] = {"interruption-level": "passive"}
"""iOS: put into the list without a sound, and the screen stays dark."""
STAY_SECONDS: Final = 1200
"""After so long Android takes a text away by itself, should nothing follow it. No state of a session
lasts longer: 15 minutes of heat are the longest (massage.md §2.1); our choice."""
SILENT: Final[Mapping[str, Any]] = {"sound": "none"}
"""iOS: shown at once, on a dark screen too, without a sound."""


@dataclass(frozen=True, slots=True)
class Phone:
    """How one telephone is written to."""

    action: str
    """Its action in the domain `notify`."""
    apple: bool
    live: bool
    """It shows live activities, or something that comes near."""


def tag_of(entry: ConfigEntry[Any]) -> str:
    """Return what a coach's texts are known by on a telephone: at most 64 letters, digits, `_`."""
    return f"{DOMAIN}_{entry.entry_id}"


@callback
def phone_of(hass: HomeAssistant, entity_id: str) -> Phone | None:
    """Return the telephone of a notify entity; None if it is none, or its action is not there."""
    entity = er.async_get(hass).async_get(entity_id)
    if entity is None or entity.platform != PLATFORM or entity.device_id is None:
        return None
    action = _action_of(hass, entity.device_id)
    if action is None or not hass.services.has_service(NOTIFY_DOMAIN, action):
        return None
    entry = hass.config_entries.async_get_entry(entity.config_entry_id or "")
    registered = {} if entry is None else entry.data
    apple = registered.get("manufacturer") == APPLE
    # An app of Apple's platforms says so where a live activity may be started.
    live = not apple or "start_live_activity_token" in registered.get("app_data", {})
    return Phone(action, apple, live)


def _action_of(hass: HomeAssistant, device_id: str) -> str | None:
    if PLATFORM not in hass.config.components:
        return None
    # Imported where it is loaded already: by itself it asks for the cloud, and for much else.
    from homeassistant.components.mobile_app.util import (  # noqa: PLC0415
        get_notify_service,
        webhook_id_from_device_id,
    )

    try:
        webhook_id = webhook_id_from_device_id(hass, device_id)
        return None if webhook_id is None else get_notify_service(hass, webhook_id)
    except KeyError:
        # Its actions come after its entities when Home Assistant starts.
        return None


def line_data(tag: str, *, alone: bool) -> dict[str, Any]:
    """Return what goes with a spoken line: it replaces the one before, and makes no sound again.

    `alone`: nothing is heard, so a dark screen may light up for it. What arrives late is worth
    nothing, so Android is told to deliver it now or never (`ttl`, `priority`).
    """
    return {
        "tag": tag,
        "channel": CHANNEL,
        "alert_once": True,
        "visibility": "private",
        "timeout": STAY_SECONDS,
        "ttl": 0,
        "priority": "high",
        "push": dict(SILENT if alone else QUIET),
    }


async def async_push(
    hass: HomeAssistant,
    phone: Phone,
    message: str,
    data: Mapping[str, Any],
    *,
    title: str | None = None,
    context: Context | None = None,
) -> None:
    """Hand a message with its data to a telephone; raise whatever its action raises.

    That it returns is no proof: what fails on the way through the cloud is only logged there.
    """
    fields: dict[str, Any] = {ATTR_MESSAGE: message, ATTR_DATA: dict(data)}
    if title is not None:
        fields[ATTR_TITLE] = title
    await hass.services.async_call(
        NOTIFY_DOMAIN, phone.action, fields, blocking=True, context=context
    )
