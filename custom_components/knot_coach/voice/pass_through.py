"""What a sentence would have meant without us."""

import logging

from homeassistant.components import conversation
from homeassistant.components.conversation.chat_log import current_chat_log
from homeassistant.core import HomeAssistant

_LOGGER = logging.getLogger(__name__)


async def async_pass_through(
    hass: HomeAssistant, said: conversation.ConversationInput
) -> str | None:
    """Let the assistant of the pipeline answer as if our sentence did not exist.

    Returns None where it understands nothing. Never raises: that would end the whole turn.
    """
    try:
        if said.agent_id not in (None, conversation.HOME_ASSISTANT_AGENT):
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
            return _speech(result.response.speech)
        # Conversing with Home Assistant's own agent would match our sentence again, for ever.
        if (log := current_chat_log.get()) is None:
            return None
        response = await conversation.async_handle_intents(hass, said, log)
    except Exception:
        _LOGGER.exception("The assistant failed to answer what was not for the coach")
        return None
    return _speech(response.speech) if response else None


def _speech(speech: dict[str, dict[str, str]]) -> str:
    return speech.get("plain", {}).get("speech", "")
