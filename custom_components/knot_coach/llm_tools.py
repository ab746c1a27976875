"""What an assistant can do with a coach; every limit lies below, where speech meets it, too.

There is no tool that says yes or no, and none that asks for heat or for more pressure at the start.
"""

from abc import abstractmethod
from dataclasses import asdict
from typing import Any, Final, override

from homeassistant.const import MATCH_ALL
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers.intent import is_blank_slot_value, non_empty_string
from homeassistant.helpers.llm import LLMContext, Tool, ToolAnnotations, ToolInput, ToolResult
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from .admission import Refused
from .const import DOMAIN
from .content import REFERENCE_LANGUAGE, Catalogue, async_load
from .hearing import refusal
from .llm_view import exposed, state_of
from .massage.areas import Side
from .massage.messages import Command
from .massage.phases import Length
from .massage.rehearsal import Kind
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
from .rehearse import async_rehearse
from .relayed import LONGEST, Became, Relayed, relay
from .second_hand import ATTR_AGAIN, ATTR_BODY_AREA, requested

ATTR_TEXT: Final = "text"

_BECAME: Final = {
    Became.DONE: "",
    Became.ASKED: "Pressing has stopped, and the coach asks the person aloud whether something is"
    " wrong. Only they can answer. Tell them to get medical advice if it does not settle, and in an"
    " emergency to call the local emergency number.",
    Became.EMERGENCY: "The session is over. Tell the person to call the local emergency number now.",
}
_READS: Final = ToolAnnotations(
    read_only=True, destructive=False, idempotent=True, open_world=False
)
_ACTS: Final = ToolAnnotations(destructive=False, open_world=False)


class CoachTool(Tool):
    """A tool that asks something of one coach, or of whoever is meant."""

    integration = DOMAIN

    def __init__(self, catalogue: Catalogue, known: str) -> None:
        """Describe what can be asked for; `known` names the coaches."""
        whose = (
            f"Whose coach: its name, that of its person, or its room. There are: {known}."
            " Leave it out where the user speaks in the room, or where there is only one."
        )
        self.parameters = vol.Schema(
            {**self.fields(catalogue), vol.Optional(ATTR_COACH, description=whose): str}
        )

    def fields(self, _: Catalogue) -> dict[Any, Any]:
        """Return what it takes beside whose coach is meant."""
        return {}

    @override
    async def async_call(
        self, hass: HomeAssistant, tool_input: ToolInput, llm_context: LLMContext
    ) -> ToolResult:
        """Ask it; what is refused comes back in the coach's words. Raises vol.Invalid."""
        given, language = tool_input.tool_args.items(), llm_context.language
        data = self.parameters({key: one for key, one in given if not is_blank_slot_value(one)})
        caller = Caller(
            hass=hass,
            coaches=exposed(hass, llm_context.assistant),
            place=place_of(hass, llm_context.device_id),
            language=language if language and language != MATCH_ALL else hass.config.language,
            named=data.pop(ATTR_COACH, None),
        )
        try:
            return ToolResult(
                data=await self.async_ask(caller, data, llm_context.context or Context())
            )
        except Refused as err:
            book = (await async_load(hass)).book(caller.language)
            reason = refusal(book, err, 0)
            return ToolResult(data={"error": err.key, "error_text": reason}, error=True)

    @abstractmethod
    async def async_ask(
        self, caller: Caller, data: dict[str, Any], context: Context
    ) -> JsonObjectType:
        """Do what it is for. Raises Refused."""


class _OrderTool(CoachTool):
    """A tool that takes what a session is to be."""

    @override
    def fields(self, catalogue: Catalogue) -> dict[Any, Any]:
        book = catalogue.book(REFERENCE_LANGUAGE)
        known = ", ".join(f"{key} ({book.name(key)})" for key in catalogue.areas)
        words = (
            "A routine of the person's own by its name, or what the user asked for, in their words."
        )
        return {
            vol.Exclusive(
                ATTR_BODY_AREA, "what", description=f"Part of the body to work on: {known}"
            ): vol.In(list(catalogue.areas)),
            vol.Exclusive(ATTR_ROUTINE, "what", description=words): non_empty_string,
            vol.Optional(
                ATTR_SIDE, description="Leave it out where the user names none: the coach asks."
            ): vol.In([str(Side.LEFT), str(Side.RIGHT), str(Side.BOTH)]),
            vol.Optional(ATTR_LENGTH): vol.In([str(length) for length in Length]),
            vol.Optional(ATTR_MINUTES, description="How long the user has"): A_TIME,
            vol.Optional(
                ATTR_STRETCH_ONLY, description="Breathe and stretch, and press nothing"
            ): bool,
        }


class StartTool(_OrderTool):
    """Begins a session, with its questions."""

    name = f"{DOMAIN}__start"
    title = "Start a self-massage session"
    description = (
        "Start a voice-coached self-massage session. The coach asks health questions aloud first,"
        " and only the person can answer them."
    )
    annotations = _ACTS

    @override
    def fields(self, catalogue: Catalogue) -> dict[Any, Any]:
        again = vol.Optional(ATTR_AGAIN, description="The same as in the last session")
        return {**super().fields(catalogue), again: bool}

    @override
    async def async_ask(
        self, caller: Caller, data: dict[str, Any], context: Context
    ) -> JsonObjectType:
        meant = caller.coach()
        coach = coach_of(caller.hass, meant)
        plan = coach.admit(wanted_from_words(coach, requested(coach, data, caller.language)))
        await coach.async_start(plan, "assistant", context)
        minutes = round(plan.estimated_duration.total_seconds() / 60)
        return {"started": True, "minutes": minutes, "session": state_of(caller.hass, meant)}


class RehearseTool(_OrderTool):
    """Tells what a session would be."""

    name = f"{DOMAIN}__rehearse"
    title = "Preview a self-massage session"
    description = (
        "Tell what a session would be and whether it may start now. Starts and says nothing."
    )
    annotations = _READS

    @override
    async def async_ask(
        self, caller: Caller, data: dict[str, Any], context: Context
    ) -> JsonObjectType:
        coach = coach_of(caller.hass, caller.coach())
        request = requested(coach, data, caller.language)
        told = await async_rehearse(coach, asdict(request))
        steps = [
            {key: row[key] for key in ("area", "phase", "side", "seconds")}
            for row in told.pop("timeline")
            if row["kind"] == Kind.CLOCK
        ]
        return {**told, "steps": steps}


class ControlTool(CoachTool):
    """Moves a session about."""

    name = f"{DOMAIN}__control"
    title = "Control a self-massage session"
    description = (
        "Steer the session that runs, when the user asks for it: pause, resume, next or previous"
        " step, repeat what was said, extend the step, wrap up early, other side, stop."
    )
    annotations = _ACTS

    @override
    def fields(self, _: Catalogue) -> dict[Any, Any]:
        return {vol.Required(ATTR_COMMAND): vol.In([str(command) for command in STEERING])}

    @override
    async def async_ask(
        self, caller: Caller, data: dict[str, Any], context: Context
    ) -> JsonObjectType:
        told = obey(caller, Command(data[ATTR_COMMAND]))
        return {
            "done": data[ATTR_COMMAND],
            "sessions": [state_of(caller.hass, one) for one in told],
        }


class FeedbackTool(CoachTool):
    """Hands on what a person feels."""

    name = f"{DOMAIN}__feedback"
    title = "Pass on how it feels"
    description = (
        "Pass on what the person has just said about the spot or the pressure, once each time they"
        " say it and never on your own. Give exactly one of feedback, score and text."
    )
    annotations = _ACTS

    @override
    def fields(self, _: Catalogue) -> dict[Any, Any]:
        said = "Exactly what the person said, word for word, where nothing else fits or it alarms."
        return {
            vol.Exclusive(ATTR_FEEDBACK, "what"): vol.In([str(felt) for felt in FELT]),
            vol.Exclusive(
                ATTR_SCORE, "what", description="How tight or sore they rate it, 0 to 10"
            ): A_SCORE,
            vol.Exclusive(ATTR_TEXT, "what", description=said): vol.All(
                str, vol.Length(max=LONGEST)
            ),
        }

    @override
    async def async_ask(
        self, caller: Caller, data: dict[str, Any], context: Context
    ) -> JsonObjectType:
        match data:
            case {"feedback": str(felt)}:
                told = Relayed(feel(caller, felt), Became.DONE)
            case {"score": float(score)}:
                told = Relayed(rate(caller, score), Became.DONE)
            case {"text": str(text)}:
                told = relay(caller, text)
            case _:
                raise Refused("not_understood")
        answer: dict[str, Any] = {
            "done": told.became,
            "sessions": [state_of(caller.hass, one) for one in told.coaches],
        }
        notes = {"note": _BECAME[told.became], "reply": told.reply}
        return answer | {key: text for key, text in notes.items() if text}


class StatusTool(CoachTool):
    """Tells how a session stands."""

    name = f"{DOMAIN}__status"
    title = "Status of self-massage sessions"
    description = "Tell whether a session runs, at which step, for how long, and what it waits for."
    annotations = _READS

    @override
    async def async_ask(
        self, caller: Caller, data: dict[str, Any], context: Context
    ) -> JsonObjectType:
        return {
            "coaches": [
                {**state_of(caller.hass, one), "own_routines": list(one.routines)}
                for one in caller.coaches_meant()
            ]
        }


TOOLS: Final = (StartTool, ControlTool, FeedbackTool, StatusTool, RehearseTool)
