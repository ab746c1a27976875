"""What assistants and sentences of one's own ask for, understood as if it had been said."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from .admission import Refused
from .coordinator import Coach
from .massage.areas import Side
from .massage.phases import Length
from .ordering import ATTR_LENGTH, ATTR_MINUTES, ATTR_ROUTINE, ATTR_SIDE, ATTR_STRETCH_ONLY
from .routines import find_own, understood
from .voice.meanings import StartRequest
from .voice.sentences import grammars

ATTR_AGAIN: Final = "again"
ATTR_BODY_AREA: Final = "body_area"
"""A part of the body; to assistants and in sentences of one's own an area is a room."""


def requested(coach: Coach, data: Mapping[str, Any], language: str) -> StartRequest:
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
    book = coach.catalogue.book(language)
    found = understood(words, grammars(coach.hass, language), book)
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
