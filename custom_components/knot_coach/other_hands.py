"""Whether something in Home Assistant has had a hand in what a heater did.

A device that cuts its power by itself does so without being told. What Home Assistant is told to do can be seen: each
action is an event. That a device reports is no help: the mark of who caused it is lost where the device is slow, and an
automation by the clock leaves none at all. A hand at the device itself is not seen by anybody.
"""

from types import TracebackType
from typing import Any, Final, Self

from homeassistant.const import (
    ATTR_DOMAIN,
    ATTR_SERVICE,
    ATTR_SERVICE_DATA,
    ENTITY_MATCH_ALL,
    EVENT_CALL_SERVICE,
)
from homeassistant.core import (
    CALLBACK_TYPE,
    DOMAIN as HOMEASSISTANT,
    Context,
    Event,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids

from .heat_devices import share, shown_on
from .outlet import Outlet

PAST_ENTITIES: Final = frozenset(
    {
        "knx",
        "modbus",
        "mqtt",
        "pyscript",
        "python_script",
        "rest_command",
        "rfxtrx",
        "shell_command",
        "zha",
        "zwave_js",
    }
)
"""Domains whose actions reach a device without the name of an entity; which device, cannot be seen."""
UPDATE: Final = (HOMEASSISTANT, "update_entity")
"""Only looks."""


class OtherHands:
    """Notes, for as long as it is entered, what may have switched a heater or another part of its device."""

    def __init__(self, hass: HomeAssistant, outlet: Outlet, own: Context) -> None:
        """Take the heater, and the context in which it was switched on."""
        self._hass = hass
        self._outlet = outlet
        self._own = own
        self._called = False
        self._remove: CALLBACK_TYPE | None = None

    @property
    def busy(self) -> bool:
        """Whether something was done, or somebody has caused what the heater shows."""
        state = self._outlet.state
        if self._called or state is None or state.context.id == self._own.id:
            return self._called
        return state.context.user_id is not None or state.context.parent_id is not None

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._remove = self._hass.bus.async_listen(EVENT_CALL_SERVICE, self._heard)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Listen no more."""
        if self._remove is not None:
            self._remove()

    @callback
    def _heard(self, event: Event[dict[str, Any]]) -> None:
        data = event.data
        # What is done once it is off is no cause of that.
        if (data[ATTR_DOMAIN], data[ATTR_SERVICE]) == UPDATE or self._off:
            return
        self._called = self._called or (
            data[ATTR_DOMAIN] in PAST_ENTITIES or self._concerns(data[ATTR_SERVICE_DATA])
        )

    @property
    def _off(self) -> bool:
        return shown_on(self._hass, self._outlet.entity_id) is False

    def _concerns(self, data: dict[str, Any]) -> bool:
        """Tell whether an action is about the heater, what shares its relay, or its device."""
        chosen = TargetSelection(data)
        if ENTITY_MATCH_ALL in chosen.entity_ids:
            return True
        found = async_extract_referenced_entity_ids(self._hass, chosen)
        # An action may be told several entities in one text, in whatever case.
        targets = {
            name.strip().lower()
            for text in found.referenced | found.indirectly_referenced
            for name in text.split(",")
        }
        heater = self._outlet.entity_id
        device = self._device_of(heater)
        return any(
            share(self._hass, one, heater)
            or (device is not None and self._device_of(one) == device)
            for one in targets
        )

    def _device_of(self, entity_id: str) -> str | None:
        entry = er.async_get(self._hass).async_get(entity_id)
        return None if entry is None else entry.device_id
