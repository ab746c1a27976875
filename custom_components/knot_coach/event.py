"""The session as events: what happened, with where the session stood."""

from typing import override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import KnotCoachEntry
from .entity import MomentEntity
from .massage.messages import Event, Tell

PARALLEL_UPDATES = 0

SESSION = EventEntityDescription(key="session", event_types=list(Event))


async def async_setup_entry(
    _: HomeAssistant, entry: KnotCoachEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the events of a coach."""
    async_add_entities([SessionEvent(entry.runtime_data, SESSION)])


class SessionEvent(MomentEntity, EventEntity):
    """Fires for everything that a session tells."""

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(
            async_dispatcher_connect(self.hass, self.coordinator.signal, self._told)
        )

    @callback
    def _told(self, told: Tell) -> None:
        # It is told in the middle of a change; whoever reacts must find all sensors changed.
        self.hass.loop.call_soon(self._fire, told)

    @callback
    def _fire(self, told: Tell) -> None:
        self._trigger_event(told.event, dict(told.data))
        self.async_write_ha_state()
