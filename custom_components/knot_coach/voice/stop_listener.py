"""Notices what is said to any assistant, without taking it away from it.

The only file that knows the chat log, which is an internal interface of Home Assistant: it shows
each final text once, before anybody handles it, and does not say where it was spoken. So the
place is that of the satellites which are processing at that moment.
"""

from collections.abc import Callable
from copy import copy
from typing import Any, Final

from homeassistant.components.assist_satellite import DOMAIN as SATELLITE
from homeassistant.components.assist_satellite.entity import AssistSatelliteState
from homeassistant.components.conversation.chat_log import (
    DATA_CHAT_LOGS,
    async_subscribe_chat_logs,
    current_chat_log,
)
from homeassistant.components.conversation.const import HOME_ASSISTANT_AGENT, ChatLogEventType
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .coaches import Place, satellite_room

_NO_HOLDERS: Final = frozenset({HOME_ASSISTANT_AGENT, "sentence_trigger", None})
"""Who asks and does not wait: Home Assistant's own agent, and whatever answers a sentence."""

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
def is_held(hass: HomeAssistant, conversation_id: str) -> bool:
    """Tell whether an assistant has asked something, so that it gets the next text past all sentences."""
    log = hass.data.get(DATA_CHAT_LOGS, {}).get(conversation_id)
    if log is None:
        return False
    # Newer releases have put down what has just been said already.
    before = copy(log)
    before.content = log.content[:-1] if log.content[-1].role == "user" else log.content
    if not before.continue_conversation:
        return False
    return getattr(before.content[-1], "agent_id", None) not in _NO_HOLDERS


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
