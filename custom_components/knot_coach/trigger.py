"""Triggers for the automation editor, drawn from the session's event entity."""

from typing import override

from homeassistant.components.event import ATTR_EVENT_TYPE, DOMAIN as EVENT
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import (
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
)

from .const import DOMAIN
from .massage.messages import Event


class _SessionTrigger(StatelessEntityTriggerBase):
    """Triggers when the session of a coach tells one of its events."""

    _domain_specs = {EVENT: DomainSpec()}  # noqa: RUF012 - the base class declares it so
    events: frozenset[Event]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Leave out the event entities of others."""
        registry = er.async_get(self._hass)
        return {
            entity_id
            for entity_id in super().entity_filter(entities)
            if (entry := registry.async_get(entity_id)) is not None
            and entry.platform == DOMAIN
            and entry.translation_key == "session"
        }

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        """Tell whether this is one of the events that are waited for."""
        return state.attributes.get(ATTR_EVENT_TYPE) in self.events


def _on(*told: Event) -> type[Trigger]:
    class SessionTrigger(_SessionTrigger):
        events = frozenset(told)

    return SessionTrigger


TRIGGERS = {
    "session_started": _on(Event.STARTED),
    "session_finished": _on(Event.FINISHED),
    "session_stopped": _on(Event.STOPPED, Event.SAFETY_STOP, Event.EMERGENCY_PHRASE),
}


async def async_get_triggers(_: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers."""
    return TRIGGERS
