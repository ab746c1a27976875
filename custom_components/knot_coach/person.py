"""Whether a wish comes from somebody who is there, by hand (massage.md §4.5).

What is asked about health and heat is answered by a person alone: automations, scripts, system
accounts such as those of add-ons and of the cloud, and agents may only cause the question.
"""

from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers.chat_session import current_session
from homeassistant.helpers.script import script_stack_cv


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
    if is_scripted():
        return False
    user = await hass.auth.async_get_user(context.user_id)
    return user is not None and not user.system_generated
