"""Whether a wish comes from somebody who is there, by hand (massage.md §4.5).

What is asked about health and heat is answered by a person alone: automations, scripts, system
accounts such as those of add-ons and of the cloud, and agents may only cause the question.
"""

from collections import deque

from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers.chat_session import current_session
from homeassistant.helpers.script import script_stack_cv
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN

AGENTS: HassKey[deque[str]] = HassKey(f"{DOMAIN}.agents")
"""Ids of the contexts in which language models have been given tools, the newest last."""
MOST_AGENTS = 500
"""No more of them call tools at the same time; our choice."""


@callback
def async_note_agent(hass: HomeAssistant, context: Context) -> None:
    """Remember that what is done in a context is done by a language model.

    One that calls through the Model Context Protocol does so in the name of the person who has
    let it in, and is told from that person by nothing else.
    """
    agents = hass.data.setdefault(AGENTS, deque(maxlen=MOST_AGENTS))
    if context.id in agents:
        agents.remove(context.id)
    agents.append(context.id)


async def async_is_person(hass: HomeAssistant, context: Context | None) -> bool:
    """Tell whether a signed-in person did this just now.

    To be asked from within the call itself: a script or a conversation that makes the call for
    somebody keeps that person's context, and is told by what it runs in.
    """
    return current_session.get() is None and await async_is_signed_in(hass, context)


def is_scripted() -> bool:
    """Tell whether an automation or a script does this, even one that a person has started."""
    return script_stack_cv.get() is not None


async def async_is_signed_in(hass: HomeAssistant, context: Context | None) -> bool:
    """Tell whether a person of the house causes this, in a conversation or not."""
    if context is None or context.user_id is None or context.parent_id is not None:
        return False
    if is_scripted() or context.id in hass.data.get(AGENTS, ()):
        return False
    user = await hass.auth.async_get_user(context.user_id)
    return user is not None and not user.system_generated
