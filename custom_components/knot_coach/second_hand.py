"""What is understood of words that come from elsewhere than the ear: grammars, made once."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.singleton import singleton
from homeassistant.util.hass_dict import HassKey

from .admission import Refused
from .const import DOMAIN
from .content import Catalogue, async_load
from .coordinator import Coach
from .massage.areas import Side
from .massage.phases import Length
from .ordering import ATTR_LENGTH, ATTR_MINUTES, ATTR_ROUTINE, ATTR_SIDE, ATTR_STRETCH_ONLY
from .routines import find_own
from .voice.grammar import Grammar
from .voice.meanings import Sign, Situation, StartRequest, SymptomRequest
from .voice.understanding import understand

ATTR_AGAIN: Final = "again"
ATTR_BODY_AREA: Final = "body_area"
"""A part of the body; to assistants and in sentences of one's own an area is a room."""
GRAMMARS: HassKey[tuple[Grammar, ...]] = HassKey(f"{DOMAIN}.grammars")


async def async_grammars(hass: HomeAssistant, language: str) -> list[Grammar]:
    """Return the grammars of all languages, that of a tag such as `en-GB` first.

    They know no names of routines and people: whoever needs those looks them up.
    """
    likely = language.partition("-")[0]
    return sorted(await _async_made(hass), key=lambda one: one.language != likely)


@singleton(GRAMMARS, async_=True)
async def _async_made(hass: HomeAssistant) -> tuple[Grammar, ...]:
    """Make them away from the event loop: that takes a moment."""
    return await hass.async_add_executor_job(_made, await async_load(hass))


def _made(catalogue: Catalogue) -> tuple[Grammar, ...]:
    return tuple(
        Grammar.build(data, areas=tuple(catalogue.areas)) for data in catalogue.sentences.values()
    )


async def async_request(coach: Coach, data: Mapping[str, Any], language: str) -> StartRequest:
    """Return what is asked for; an area is a key, or what people call it. Raises Refused."""
    side, length = data.get(ATTR_SIDE), data.get(ATTR_LENGTH)
    asked = StartRequest(
        side=side and Side(side),
        length=length and Length(length),
        minutes=data.get(ATTR_MINUTES),
        stretch_only=data.get(ATTR_STRETCH_ONLY, False),
        again=data.get(ATTR_AGAIN, False),
    )
    area = data.get(ATTR_BODY_AREA)
    if area in coach.catalogue.areas:
        return replace(asked, area=area)
    if (words := data.get(ATTR_ROUTINE, area)) is None:
        return asked
    if (own := find_own(coach.routines, words)) is not None:
        return replace(asked, routine=own.name)
    found = _understood(words, await async_grammars(coach.hass, language))
    if found is None and area is not None:
        return replace(asked, area=area)  # It is refused as one that is not known.
    if found is None:
        raise Refused("unknown_routine", routine=words[:100])
    return replace(
        found,
        side=asked.side or found.side,
        length=asked.length or found.length,
        minutes=asked.minutes or found.minutes,
        stretch_only=asked.stretch_only or found.stretch_only,
    )


def _understood(words: str, grammars: list[Grammar]) -> StartRequest | None:
    """Understand what is wanted as if it had been said. Raises Refused for what must be left alone."""
    for grammar in grammars:
        for text in (words, f"start {words}"):
            match understand(text, grammar, Situation()):
                case StartRequest() as found if found.area is not None or found.again:
                    return replace(found, person=None)
                case SymptomRequest(Sign.EMERGENCY):
                    raise Refused("symptom_urgent")
                case SymptomRequest():
                    raise Refused("symptom")
                case _:
                    continue
    return None
