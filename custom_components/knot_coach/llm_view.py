"""What an assistant is shown of the coaches, and of which.

Nothing of anybody's health is: neither their answers, nor their history.
"""

from datetime import timedelta
from typing import Any, Final

from homeassistant.components.homeassistant import async_should_expose
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import area_registry as ar, entity_registry as er
from homeassistant.util.json import JsonObjectType

from .const import DOMAIN
from .massage.messages import Question
from .on_behalf import coach_of
from .voice.coaches import CoachLike
from .voice.sentences import coaches

EXPOSED_BY: Final = "session"
"""Key of the switch by which a coach is exposed to an assistant, or kept from it."""
ONLY_THE_PERSON: Final = (
    "Only the person can answer, aloud or on a screen. Do not answer for them, and do not guess."
)


@callback
def exposed(hass: HomeAssistant, assistant: str) -> tuple[CoachLike, ...]:
    """Return the coaches that an assistant may have to do with."""
    registry = er.async_get(hass)

    def is_exposed(coach: CoachLike) -> bool:
        unique_id = f"{coach.entry_id}_{EXPOSED_BY}"
        entity_id = registry.async_get_entity_id("switch", DOMAIN, unique_id)
        return entity_id is not None and async_should_expose(hass, assistant, entity_id)

    return tuple(coach for coach in coaches(hass).values() if is_exposed(coach))


@callback
def room_name(hass: HomeAssistant, coach: CoachLike) -> str | None:
    """Return the name of a coach's room."""
    room = ar.async_get(hass).async_get_area(coach.area_id) if coach.area_id else None
    return room.name if room else None


def _minutes(time: timedelta | None) -> float | None:
    return None if time is None else round(time.total_seconds() / 60, 1)


@callback
def state_of(hass: HomeAssistant, meant: CoachLike) -> JsonObjectType:
    """Tell how a coach is doing; what does not apply is left out."""
    coach = coach_of(hass, meant)
    view = coach.data
    told: dict[str, Any] = {
        "coach": meant.name,
        "person": meant.person_name,
        "room": room_name(hass, meant),
        "state": view.shown,
        "area": view.area and coach.book.name(view.area),
        "side": view.side,
        "phase": view.phase,
        "step": view.step,
        "steps": view.steps,
        "pressure": view.pressure,
        "minutes_left": _minutes(view.remaining),
        "coach_said_last": coach.speech.caption if meant.live else None,
    }
    if view.question is not None:
        told["waiting_for_answer_about"] = view.question
        if view.question is not Question.SIDE:
            told["note"] = ONLY_THE_PERSON
    return {key: value for key, value in told.items() if value is not None}
