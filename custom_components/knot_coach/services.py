"""Actions become commands; what the session refuses becomes a translated error.

The actions exist whether or not a coach is set up, so that automations can be checked.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv, service
import voluptuous as vol

from .admission import Refused, plan_as_dict
from .const import DOMAIN
from .coordinator import Coach, KnotCoachEntry
from .massage.areas import Side
from .massage.messages import Command
from .massage.order import HIGHEST_CEILING
from .massage.phases import Length
from .person import async_is_person
from .routines import find_routine

ATTR_ENTRY: Final = "config_entry_id"
ATTR_AREA: Final = "area"
ATTR_ROUTINE: Final = "routine"
ATTR_SIDE: Final = "side"
ATTR_LENGTH: Final = "length"
ATTR_TARGET: Final = "pressure_target"
ATTR_HEAT: Final = "heat"
ATTR_FEEDBACK: Final = "feedback"

_COACH: Final[dict[Any, Any]] = {vol.Optional(ATTR_ENTRY): cv.string}
_START: Final = vol.Schema(
    {
        **_COACH,
        vol.Exclusive(ATTR_AREA, "what"): cv.string,
        vol.Exclusive(ATTR_ROUTINE, "what"): cv.string,
        vol.Optional(ATTR_SIDE): vol.Coerce(Side),
        vol.Optional(ATTR_LENGTH): vol.Coerce(Length),
        vol.Optional(ATTR_TARGET): vol.All(vol.Coerce(int), vol.Range(min=1, max=HIGHEST_CEILING)),
        vol.Optional(ATTR_HEAT): cv.boolean,
    }
)
_FEEDBACK: Final = vol.Schema({**_COACH, vol.Required(ATTR_FEEDBACK): vol.Coerce(Command)})

_COMMANDS: Final = {
    "pause": Command.PAUSE,
    "resume": Command.RESUME,
    "next_step": Command.NEXT,
    "previous_step": Command.PREVIOUS,
    "repeat": Command.REPEAT,
    "extend": Command.EXTEND,
    "stop_session": Command.STOP,
}


@callback
def async_setup(hass: HomeAssistant) -> None:
    """Register the actions, once per Home Assistant."""
    hass.services.async_register(
        DOMAIN, "start_session", _start, schema=_START, supports_response=SupportsResponse.OPTIONAL
    )
    hass.services.async_register(DOMAIN, "feedback", _feedback, schema=_FEEDBACK)
    hass.services.async_register(DOMAIN, "acknowledge", _acknowledge, schema=vol.Schema(_COACH))
    for name, wish in _COMMANDS.items():
        hass.services.async_register(DOMAIN, name, _obeying(wish), schema=vol.Schema(_COACH))


def _coach(call: ServiceCall) -> Coach:
    """Return the coach that is meant; raises a translated error if that is not clear."""
    entry: KnotCoachEntry = service.async_get_config_entry(
        call.hass, DOMAIN, call.data.get(ATTR_ENTRY)
    )
    return entry.runtime_data


async def _start(call: ServiceCall) -> ServiceResponse:
    coach = _coach(call)
    side, length = call.data.get(ATTR_SIDE), call.data.get(ATTR_LENGTH)
    area = call.data.get(ATTR_AREA)
    if (name := call.data.get(ATTR_ROUTINE)) is not None:
        routine = find_routine(coach.catalogue, name, coach.book)
        area, side, length = routine.area, side or routine.side, length or routine.length
    if area is None:
        raise Refused("what_to_start")
    wanted = coach.admission.wanted(
        area,
        coach.now(),
        side=side,
        length=length,
        target=call.data.get(ATTR_TARGET),
        heat=call.data.get(ATTR_HEAT),
    )
    plan = coach.admit(wanted)
    await coach.async_start(plan, "action", call.context)
    return {**plan_as_dict(plan)} if call.return_response else None


def _obeying(wish: Command) -> Callable[[ServiceCall], Coroutine[Any, Any, None]]:
    async def obey(call: ServiceCall) -> None:
        _coach(call).obey(wish)

    return obey


async def _feedback(call: ServiceCall) -> None:
    _coach(call).obey(call.data[ATTR_FEEDBACK])


async def _acknowledge(call: ServiceCall) -> None:
    """Only somebody who is signed in and present says that they are well again."""
    if not await async_is_person(call.hass, call.context):
        raise Refused("person_needed")
    coach = _coach(call)
    if not await coach.memory.async_acknowledge(coach.now()):
        raise Refused("nothing_to_acknowledge")
