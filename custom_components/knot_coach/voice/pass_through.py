"""What a sentence would have meant without us."""

import logging

from homeassistant.components import conversation
from homeassistant.components.conversation.agent_manager import get_agent_manager
from homeassistant.components.conversation.chat_log import current_chat_log
from homeassistant.core import HomeAssistant
from homeassistant.helpers.intent import IntentResponse, IntentResponseErrorCode

_LOGGER = logging.getLogger(__name__)


async def async_pass_through(
    hass: HomeAssistant, said: conversation.ConversationInput
) -> str | None:
    """Let the assistant of the pipeline answer as if our sentence did not exist.

    Returns None where it understands nothing. Never raises: that would end the whole turn.
    """
    if said.agent_id not in (None, conversation.HOME_ASSISTANT_AGENT):
        return await async_hand_over(hass, said)
    # Conversing with Home Assistant's own agent would match our sentence again, for ever.
    if (log := current_chat_log.get()) is None:
        return None
    try:
        response = await conversation.async_handle_intents(hass, said, log)
    except Exception:
        _LOGGER.exception("The assistant failed to answer what was not for the coach")
        return None
    return _speech(response.speech) if response else None


async def async_is_built_in(hass: HomeAssistant, said: conversation.ConversationInput) -> bool:
    """Tell whether Home Assistant itself knows what a text means, our sentences aside. Never raises."""
    agent = get_agent_manager(hass).default_agent
    if agent is None:
        return False
    try:
        result = await agent.async_recognize_intent(said, strict_intents_only=True)
    except Exception:
        _LOGGER.exception("The assistant failed to tell what it understands")
        return False
    return result is not None and not result.unmatched_entities


async def async_hand_over(hass: HomeAssistant, said: conversation.ConversationInput) -> str | None:
    """Let an assistant answer what nobody has handled yet, as if it had heard it itself.

    Returns None where it understands nothing. Never raises.
    """
    response = await _async_converse(hass, said)
    if response is None or response.error_code is IntentResponseErrorCode.NO_INTENT_MATCH:
        return None
    return _speech(response.speech)


async def async_give_back(hass: HomeAssistant, said: conversation.ConversationInput) -> str | None:
    """Let an assistant answer what was taken for ours, its word that it understands nothing included.

    Returns None where it fails. Never raises.
    """
    response = await _async_converse(hass, said)
    return _speech(response.speech) if response else None


async def _async_converse(
    hass: HomeAssistant, said: conversation.ConversationInput
) -> IntentResponse | None:
    try:
        result = await conversation.async_converse(
            hass,
            said.text,
            said.conversation_id,
            said.context,
            said.language,
            said.agent_id,
            said.device_id,
            said.satellite_id,
            said.extra_system_prompt,
        )
    except Exception:
        _LOGGER.exception("The assistant failed to answer what was not for the coach")
        return None
    return result.response


def _speech(speech: dict[str, dict[str, str]]) -> str:
    return speech.get("plain", {}).get("speech", "")
