"""Intents: what sentences of one's own, and other programs, can ask of a coach.

They are there as soon as Home Assistant has loaded Knot Coach, whether or not a coach is set up, so
that custom sentences can name them. Each answers in words, and where it refuses, in words too.
"""

from abc import abstractmethod
from typing import Any, ClassVar, Final, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, intent
import voluptuous as vol

from .admission import Refused
from .content import async_load
from .hearing import refusal
from .massage.areas import Side
from .massage.messages import Command
from .massage.phases import Length
from .on_behalf import (
    A_SCORE,
    A_TIME,
    ATTR_COACH,
    ATTR_COMMAND,
    ATTR_FEEDBACK,
    ATTR_SCORE,
    FELT,
    STEERING,
    Caller,
    coach_of,
    feel,
    obey,
    place_of,
    rate,
)
from .ordering import (
    ATTR_LENGTH,
    ATTR_MINUTES,
    ATTR_ROUTINE,
    ATTR_SIDE,
    ATTR_STRETCH_ONLY,
    wanted_from_words,
)
from .second_hand import ATTR_AGAIN, ATTR_BODY_AREA, requested
from .voice.sentences import coaches

INTENT_START: Final = "KnotCoachStart"
INTENT_CONTROL: Final = "KnotCoachControl"
INTENT_FEEDBACK: Final = "KnotCoachFeedback"
INTENT_STATUS: Final = "KnotCoachStatus"

SLOT_ROOM: Final = "preferred_area_id"
"""The room of whoever speaks; Home Assistant fills it in."""

type Slots = dict[str, Any]


async def async_setup_intents(hass: HomeAssistant) -> None:
    """Register the intents."""
    for handler in (StartIntent(), ControlIntent(), FeedbackIntent(), StatusIntent()):
        intent.async_register(hass, handler)


class _CoachIntent(intent.IntentHandler):
    """An intent of which a coach makes something to say."""

    slots: ClassVar[dict[Any, Any]] = {}
    """What it takes beside whose coach is meant."""
    answers = intent.IntentResponseType.ACTION_DONE

    @property
    @override
    def slot_schema(self) -> dict[Any, Any]:
        return {
            **self.slots,
            vol.Optional(ATTR_COACH): cv.string,
            vol.Optional(SLOT_ROOM): cv.string,
        }

    @override
    async def async_handle(self, intent_obj: intent.Intent) -> intent.IntentResponse:
        """Carry it out. Words that a coach says in its own time are not said here."""
        response = intent_obj.create_response()
        response.response_type = self.answers
        try:
            spoken = await self._async_carry_out(intent_obj)
        except (Refused, vol.Invalid) as err:
            book = (await async_load(intent_obj.hass)).book(intent_obj.language)
            refused = err if isinstance(err, Refused) else Refused("not_understood")
            response.async_set_error(
                intent.IntentResponseErrorCode.FAILED_TO_HANDLE, refusal(book, refused, 0)
            )
            return response
        if spoken:
            response.async_set_speech(spoken)
        return response

    async def _async_carry_out(self, intent_obj: intent.Intent) -> str:
        given = {
            name: slot
            for name, slot in intent_obj.slots.items()
            if not intent.is_blank_slot_value(slot["value"])
        }
        slots = {name: slot["value"] for name, slot in self.async_validate_slots(given).items()}
        hass = intent_obj.hass
        caller = Caller(
            hass=hass,
            coaches=tuple(coaches(hass).values()),
            place=place_of(
                hass, intent_obj.device_id, intent_obj.satellite_id, slots.pop(SLOT_ROOM, None)
            ),
            named=slots.pop(ATTR_COACH, None),
            language=intent_obj.language,
        )
        return await self.async_answer(caller, slots, intent_obj)

    @abstractmethod
    async def async_answer(self, caller: Caller, slots: Slots, intent_obj: intent.Intent) -> str:
        """Do it, and return what to say ("" for nothing). Raises Refused."""


class StartIntent(_CoachIntent):
    """Begins a session."""

    intent_type = INTENT_START
    description = "Starts a voice-coached self-massage session"
    slots: ClassVar = {
        vol.Exclusive(ATTR_BODY_AREA, "what"): cv.string,
        vol.Exclusive(ATTR_ROUTINE, "what"): cv.string,
        vol.Optional(ATTR_SIDE): vol.Coerce(Side),
        vol.Optional(ATTR_LENGTH): vol.Coerce(Length),
        vol.Optional(ATTR_MINUTES): A_TIME,
        vol.Optional(ATTR_STRETCH_ONLY): cv.boolean,
        vol.Optional(ATTR_AGAIN): cv.boolean,
    }

    @override
    async def async_answer(self, caller: Caller, slots: Slots, intent_obj: intent.Intent) -> str:
        meant = caller.coach()
        coach = coach_of(caller.hass, meant)
        request = requested(coach, slots, intent_obj.language)
        coach.admit(wanted_from_words(coach, request))
        # It begins in a task: a satellite is silent for as long as it waits.
        return meant.start(
            request, intent_obj.context, intent_obj.satellite_id, intent_obj.device_id
        )


class ControlIntent(_CoachIntent):
    """Moves a session about."""

    intent_type = INTENT_CONTROL
    description = "Pauses, resumes, stops or otherwise steers a self-massage session"
    slots: ClassVar = {vol.Required(ATTR_COMMAND): vol.In([str(one) for one in STEERING])}

    @override
    async def async_answer(self, caller: Caller, slots: Slots, intent_obj: intent.Intent) -> str:
        obey(caller, Command(slots[ATTR_COMMAND]))
        return ""


class FeedbackIntent(_CoachIntent):
    """Says how it feels: in one of a few words, or as a score."""

    intent_type = INTENT_FEEDBACK
    description = "Tells a self-massage session how the spot and the pressure feel"
    slots: ClassVar = {
        vol.Exclusive(ATTR_FEEDBACK, "what"): vol.In([str(one) for one in FELT]),
        vol.Exclusive(ATTR_SCORE, "what"): A_SCORE,
    }

    @override
    async def async_answer(self, caller: Caller, slots: Slots, intent_obj: intent.Intent) -> str:
        if ATTR_SCORE in slots:
            rate(caller, slots[ATTR_SCORE])
        elif ATTR_FEEDBACK in slots:
            feel(caller, slots[ATTR_FEEDBACK])
        else:
            raise Refused("not_understood")
        return ""


class StatusIntent(_CoachIntent):
    """Asks how far a session is."""

    intent_type = INTENT_STATUS
    description = "Tells how far a self-massage session is"
    answers = intent.IntentResponseType.QUERY_ANSWER

    @override
    async def async_answer(self, caller: Caller, slots: Slots, intent_obj: intent.Intent) -> str:
        return caller.session(anywhere=True).status()
