"""Actions become commands; what the session refuses becomes a translated error.

The actions exist whether or not a coach is set up, so that automations can be checked.
"""

import asyncio
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

from . import history, routine_actions
from .acknowledging import async_acknowledge
from .const import DOMAIN
from .coordinator import Coach, KnotCoachEntry
from .drill import async_drill
from .drill_report import async_show
from .massage.areas import Side
from .massage.load import Feeling
from .massage.messages import Command
from .massage.order import HIGHEST_CEILING
from .massage.phases import Length
from .next_day import async_note
from .on_behalf import ATTR_FEEDBACK, Caller
from .ordering import (
    ATTR_AREA,
    ATTR_HEAT,
    ATTR_LENGTH,
    ATTR_MINUTES,
    ATTR_ROUTINE,
    ATTR_SIDE,
    ATTR_STRETCH_ONLY,
    ATTR_TARGET,
    plan_as_dict,
    wanted_from_call,
)
from .rehearse import async_rehearse
from .relayed import LONGEST, relay
from .starting import async_begin
from .voice.coaches import Place
from .voice.sentences import coaches

ATTR_ENTRY: Final = "config_entry_id"
ATTR_TEXT: Final = "text"
ATTR_FEELING: Final = "feeling"
ATTR_SCORE: Final = "score"

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
        vol.Optional(ATTR_MINUTES): vol.All(vol.Coerce(int), vol.Range(min=1, max=60)),
        vol.Optional(ATTR_STRETCH_ONLY): cv.boolean,
    }
)
_FEEDBACK: Final = vol.Schema(
    vol.All(
        {
            **_COACH,
            vol.Exclusive(ATTR_FEEDBACK, "said"): vol.Coerce(Command),
            vol.Exclusive(ATTR_TEXT, "said"): vol.All(cv.string, vol.Length(min=1, max=LONGEST)),
        },
        cv.has_at_least_one_key(ATTR_FEEDBACK, ATTR_TEXT),
    )
)
_NEXT_DAY: Final = vol.Schema(
    {
        **_COACH,
        vol.Required(ATTR_FEELING): vol.Coerce(Feeling),
        vol.Optional(ATTR_AREA): cv.string,
        vol.Optional(ATTR_SIDE): vol.Coerce(Side),
        vol.Optional(ATTR_SCORE): vol.All(vol.Coerce(int), vol.Range(min=0, max=10)),
    }
)

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
    history.async_setup(hass)
    routine_actions.async_setup(hass)
    hass.services.async_register(
        DOMAIN, "start_session", _start, schema=_START, supports_response=SupportsResponse.OPTIONAL
    )
    hass.services.async_register(
        DOMAIN, "rehearse", _rehearse, schema=_START, supports_response=SupportsResponse.ONLY
    )
    hass.services.async_register(DOMAIN, "feedback", _feedback, schema=_FEEDBACK)
    hass.services.async_register(DOMAIN, "report_next_day", _report_next_day, schema=_NEXT_DAY)
    hass.services.async_register(
        DOMAIN,
        "run_heat_drill",
        _run_heat_drill,
        schema=vol.Schema(_COACH),
        supports_response=SupportsResponse.OPTIONAL,
    )
    hass.services.async_register(DOMAIN, "acknowledge", _acknowledge, schema=vol.Schema(_COACH))
    for name, wish in _COMMANDS.items():
        hass.services.async_register(DOMAIN, name, _obeying(wish), schema=vol.Schema(_COACH))


@callback
def async_get_coach(call: ServiceCall) -> Coach:
    """Return the coach that is meant; raises a translated error if that is not clear."""
    entry: KnotCoachEntry = service.async_get_config_entry(
        call.hass, DOMAIN, call.data.get(ATTR_ENTRY)
    )
    return entry.runtime_data


async def _start(call: ServiceCall) -> ServiceResponse:
    coach = async_get_coach(call)
    plan = coach.admit(wanted_from_call(coach, call.data))
    await async_begin(coach, plan, call.context)
    return plan_as_dict(plan) if call.return_response else None


async def _rehearse(call: ServiceCall) -> ServiceResponse:
    return await async_rehearse(async_get_coach(call), call.data)


def _obeying(wish: Command) -> Callable[[ServiceCall], Coroutine[Any, Any, None]]:
    async def obey(call: ServiceCall) -> None:
        async_get_coach(call).obey(wish)

    return obey


async def _feedback(call: ServiceCall) -> None:
    """Hand on a word, or whatever somebody said, which is understood as speech is."""
    coach = async_get_coach(call)
    text = call.data.get(ATTR_TEXT)
    if text is None:
        coach.obey(call.data[ATTR_FEEDBACK])
        return
    meant = coaches(call.hass)[coach.config_entry.entry_id]
    language = coach.book.language
    relay(Caller(hass=call.hass, coaches=(meant,), place=Place(), language=language), text)


async def _report_next_day(call: ServiceCall) -> None:
    await async_note(
        async_get_coach(call),
        call.data[ATTR_FEELING],
        call.context,
        area=call.data.get(ATTR_AREA),
        side=call.data.get(ATTR_SIDE),
        score=call.data.get(ATTR_SCORE),
    )


async def _run_heat_drill(call: ServiceCall) -> ServiceResponse:
    """Drill, and return the report, or else show it."""
    coach = async_get_coach(call)
    drill = await async_drill(coach, call.context)
    # Whoever gives up the wait does not end the drill: it ends with off, by itself.
    report = await asyncio.shield(drill)
    if call.return_response:
        return report.as_dict()
    await async_show(coach, report)
    return None


async def _acknowledge(call: ServiceCall) -> None:
    await async_acknowledge(async_get_coach(call), call.context)
