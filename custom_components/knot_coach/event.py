"""The session as events: what happened, with where the session stood, and every line as text."""

from typing import override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import KnotCoachEntry
from .entity import MomentEntity
from .massage.messages import Event, Priority, Tell
from .speech import Caption

PARALLEL_UPDATES = 0

SESSION = EventEntityDescription(key="session", event_types=list(Event))
CAPTION = EventEntityDescription(
    key="caption", event_types=[priority.name.lower() for priority in Priority]
)


async def async_setup_entry(
    _: HomeAssistant, entry: KnotCoachEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the events of a coach."""
    coach = entry.runtime_data
    async_add_entities([SessionEvent(coach, SESSION), CaptionEvent(coach, CAPTION)])


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


class CaptionEvent(MomentEntity, EventEntity):
    """Fires for every line when it begins, or is shown in place of being spoken."""

    # What somebody was told about their body is nothing to be kept for weeks.
    _unrecorded_attributes = frozenset({"text"})

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        signal = f"{self.coordinator.signal}_caption"
        self.async_on_remove(async_dispatcher_connect(self.hass, signal, self._shown))

    @callback
    def _shown(self, caption: Caption) -> None:
        # As above: a line that is only shown may be shown in the middle of a change.
        self.hass.loop.call_soon(self._fire, caption)

    @callback
    def _fire(self, caption: Caption) -> None:
        data = {"text": caption.text, "seconds": caption.seconds}
        self._trigger_event(caption.priority.name.lower(), data)
        self.async_write_ha_state()
