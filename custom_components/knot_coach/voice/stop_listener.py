"""Notices what is said to any assistant, without taking it away from it.

The only file that knows the chat log, which is an internal interface of Home Assistant: it shows
each final text once, before anybody handles it, and does not say where it was spoken. So the
place is that of the satellites which are processing at that moment.
"""

from collections.abc import Callable
from typing import Any

from homeassistant.components.assist_satellite import DOMAIN as SATELLITE
from homeassistant.components.assist_satellite.entity import AssistSatelliteState
from homeassistant.components.conversation.chat_log import (
    async_subscribe_chat_logs,
    current_chat_log,
)
from homeassistant.components.conversation.const import ChatLogEventType
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .coaches import Place, satellite_room

type Listener = Callable[[str, str, list[Place]], None]
"""Called with conversation id, text, and the places where it may have been said (none known: [])."""


@callback
def async_listen(hass: HomeAssistant, listener: Listener) -> CALLBACK_TYPE:
    """Call the listener with each text of a person; returns what ends it."""

    @callback
    def content_added(conversation_id: str, event: ChatLogEventType, data: dict[str, Any]) -> None:
        if event is not ChatLogEventType.CONTENT_ADDED or data["content"]["role"] != "user":
            return
        log = current_chat_log.get()
        if log is not None and log.conversation_id == conversation_id:
            # Instructions of an AI task are added to a log that is open; nobody speaks them.
            return
        listener(conversation_id, data["content"]["content"], _places(hass))

    return async_subscribe_chat_logs(hass, content_added)


@callback
def current_conversation(conversation_id: str | None) -> str | None:
    """Return the id that the chat log has for the conversation that is being handled."""
    log = current_chat_log.get()
    return log.conversation_id if log is not None else conversation_id


def _places(hass: HomeAssistant) -> list[Place]:
    return [
        Place(satellite_room(hass, state.entity_id), frozenset({state.entity_id}))
        for state in hass.states.async_all(SATELLITE)
        if state.state == AssistSatelliteState.PROCESSING
    ]
