"""What a sentence would have meant without us.

Whoever answers does it as Home Assistant's pipeline would: a sentence trigger of the user first, then
what Home Assistant understands itself, if the pipeline wants that, then the agent of the pipeline.
"""

import asyncio
from collections.abc import Awaitable, Callable
from copy import copy
import logging
from typing import Final

from hassil import RecognizeResult
from homeassistant.components import conversation
from homeassistant.components.assist_pipeline import async_get_pipeline, async_get_pipelines
from homeassistant.components.conversation.agent_manager import get_agent_manager
from homeassistant.components.conversation.chat_log import current_chat_log
from homeassistant.components.conversation.trigger import TRIGGER_CALLBACK_TYPE
from homeassistant.components.intent.const import TIMER_DATA
from homeassistant.components.media_player.const import INTENT_MEDIA_SEARCH_AND_PLAY
from homeassistant.const import ATTR_SUPPORTED_FEATURES
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.intent import (
    INTENT_GET_STATE,
    INTENT_TIMER_STATUS,
    IntentResponse,
    IntentResponseErrorCode,
)
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util.ulid import ulid_now

from ..announce.synthesis import satellite_pipeline

_LOGGER = logging.getLogger(__name__)

BETTER_ASKED: Final = frozenset({INTENT_GET_STATE, INTENT_MEDIA_SEARCH_AND_PLAY})
"""What an agent that controls the house answers itself, though its pipeline prefers the local
sentences: the pipeline's own list (`assist_pipeline`, `recognize_intent`)."""

type _Trigger = tuple[TRIGGER_CALLBACK_TYPE, RecognizeResult]


async def async_pass_through(
    hass: HomeAssistant,
    said: conversation.ConversationInput,
    *,
    strictly: bool = False,
    instead: Callable[[], Awaitable[str | None]] | None = None,
) -> str | None:
    """Let the assistant of the pipeline answer as if our sentence did not exist.

    What it says where it understands nothing is an answer too, unless it is to understand strictly.
    Where it can do nothing with the text, `instead` may know better, before an agent of another make.
    Returns None where there is no answer. Never raises: that would end the whole turn.
    """
    if (log := current_chat_log.get()) is None:
        return None
    before, locally = _before_us(log), instead is not None
    response = await _async_response(hass, said, before, strictly=strictly, locally=locally)
    if instead is not None and (response is None or response.error_code is not None):
        if (reply := await instead()) is not None:
            return reply
        response = response or await _async_response(hass, said, before, strictly=strictly)
    return None if strictly and _is_nothing(response) else _speech(response)


async def async_hand_over(hass: HomeAssistant, said: conversation.ConversationInput) -> str | None:
    """Let whoever it is for answer what no pipeline has heard, as if one had heard it.

    Returns None where nobody understands it. Never raises.
    """
    if others := await _async_others(hass, said):
        return await _async_run(hass, others, said)
    log = conversation.ChatLog(hass, ulid_now())
    response = await _async_response(hass, said, log, strictly=False)
    return None if _is_nothing(response) else _speech(response)


async def async_is_of_the_user(hass: HomeAssistant, said: conversation.ConversationInput) -> bool:
    """Tell whether Assist runs a sentence trigger of the user for this text, too. Never raises."""
    return bool(await _async_others(hass, said))


async def async_is_built_in(hass: HomeAssistant, said: conversation.ConversationInput) -> bool:
    """Tell whether Home Assistant itself knows what a text means, our sentences aside. Never raises.

    "When are we done" asks for a timer called "we": where no timer runs, it asks for none.
    """
    agent = get_agent_manager(hass).default_agent
    if agent is None:
        return False
    try:
        result = await agent.async_recognize_intent(said, strict_intents_only=True)
    except Exception:
        _LOGGER.exception("The assistant failed to tell what it understands")
        return False
    if result is None or result.unmatched_entities:
        return False
    return result.intent.name != INTENT_TIMER_STATUS or bool(hass.data[TIMER_DATA].timers)


async def _async_others(
    hass: HomeAssistant, said: conversation.ConversationInput
) -> list[_Trigger]:
    """Return the sentence triggers that fit a text and are not ours."""
    manager = get_agent_manager(hass)
    if manager.default_agent is None:
        return []
    try:
        fitting = await manager.default_agent.async_recognize_sentence_trigger(said)
    except Exception:
        _LOGGER.exception("The assistant failed to tell which triggers it has")
        return []
    found = fitting.matched_triggers if fitting is not None else {}
    triggers = ((manager.get_trigger_callback(name), how) for name, how in found.items())
    return [
        (run, how)
        for run, how in triggers
        if run is not None and not run.__module__.startswith(f"{__package__}.")
    ]


async def _async_run(
    hass: HomeAssistant, triggers: list[_Trigger], said: conversation.ConversationInput
) -> str | None:
    """Run triggers of the user, and return what Assist would say."""
    try:
        replies = await asyncio.gather(*(run(said, how) for run, how in triggers))
        done = await async_get_translations(
            hass, said.language, conversation.DOMAIN, [conversation.DOMAIN]
        )
    except Exception:
        _LOGGER.exception("A trigger failed to answer what was not for the coach")
        return None
    own = done.get(f"component.{conversation.DOMAIN}.conversation.agent.done", "")
    return next((reply for reply in replies if reply is not None), own)


async def _async_response(
    hass: HomeAssistant,
    said: conversation.ConversationInput,
    log: conversation.ChatLog,
    *,
    strictly: bool,
    locally: bool = False,
) -> IntentResponse | None:
    """Ask the agent of the pipeline, or only the local sentences where it prefers those."""
    try:
        if said.agent_id in (None, conversation.HOME_ASSISTANT_AGENT):
            return await _async_by_home_assistant(hass, said, log, strictly=strictly)
        if _prefers_local(hass, said):
            known = await conversation.async_handle_intents(
                hass, said, log, intent_filter=_filter(hass, said.agent_id)
            )
            if known is not None or locally:
                return known
        return await _async_by_agent(hass, said, log)
    except Exception:
        _LOGGER.exception("The assistant failed to answer what was not for the coach")
        return None


async def _async_by_home_assistant(
    hass: HomeAssistant,
    said: conversation.ConversationInput,
    log: conversation.ChatLog,
    *,
    strictly: bool,
) -> IntentResponse | None:
    response = await conversation.async_handle_intents(hass, said, log)
    agent = get_agent_manager(hass).default_agent
    if response is not None or strictly or agent is None:
        return response
    # Conversing with it would match our sentence again, for ever; what it understands less strictly,
    # and what it says where it cannot help, is to be had in no other way.
    result = await agent.async_recognize_intent(said)
    if result is None or result.unmatched_entities:
        response = await agent._async_gazetteer_fallback(result, said, log)  # noqa: SLF001
    return response or await agent._async_process_intent_result(result, said, log)  # noqa: SLF001


async def _async_by_agent(
    hass: HomeAssistant, said: conversation.ConversationInput, log: conversation.ChatLog
) -> IntentResponse:
    token = current_chat_log.set(log)
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
    finally:
        current_chat_log.reset(token)
    return result.response


@callback
def _before_us(log: conversation.ChatLog) -> conversation.ChatLog:
    """Return a conversation as it was when the text had been said, with nobody listening.

    Assist has noted by now that a trigger was called, and not yet what came of it: some agents take
    no such conversation. And what a trigger says is not spoken while it is still being thought of.
    """
    before = copy(log)
    said = [number for number, one in enumerate(log.content, 1) if one.role == "user"]
    before.content = log.content[: said[-1] if said else None]
    before.delta_listener = None
    return before


@callback
def _prefers_local(hass: HomeAssistant, said: conversation.ConversationInput) -> bool:
    """Tell whether the pipeline in which an agent was asked tries the local sentences first."""
    spoken = satellite_pipeline(hass, said.satellite_id) if said.satellite_id else None
    known = (spoken, async_get_pipeline(hass), *async_get_pipelines(hass))
    meant = (one for one in known if one is not None and one.conversation_engine == said.agent_id)
    return next((one.prefer_local_intents for one in meant), False)


@callback
def _filter(hass: HomeAssistant, agent_id: str) -> Callable[[RecognizeResult], bool] | None:
    """Return what tells which sentences of Home Assistant are left to an agent nevertheless."""
    state = hass.states.get(agent_id)
    features = state.attributes.get(ATTR_SUPPORTED_FEATURES, 0) if state is not None else 0
    if features & conversation.ConversationEntityFeature.CONTROL:
        return lambda result: result.intent.name in BETTER_ASKED
    return None


def _is_nothing(response: IntentResponse | None) -> bool:
    """Tell whether nothing was understood."""
    return response is None or response.error_code is IntentResponseErrorCode.NO_INTENT_MATCH


def _speech(response: IntentResponse | None) -> str | None:
    return None if response is None else response.speech.get("plain", {}).get("speech", "")
