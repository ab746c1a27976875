"""Tools for assistants that are language models, through conversation or the Model Context Protocol."""

from typing import Final

from homeassistant.components.llm import LLMTools
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.llm import LLM_API_ASSIST, LLMContext

from .llm_tools import TOOLS
from .llm_view import exposed, room_name
from .massage.messages import Question
from .massage.view import Shown
from .on_behalf import coach_of
from .person import async_note_agent
from .voice.coaches import CoachLike

ALWAYS: Final = """\
Knot Coach leads people by voice through massaging a muscle knot. It asks, counts and answers aloud by itself.
Use the knot_coach tools to start, steer and look at sessions. Do not coach, and give no massage or medical advice.
Never answer a question of the coach for the person: they must say the answer aloud themselves, or press it on a screen.
If the person reports anything alarming, such as chest pain, numbness or dizziness, call knot_coach__feedback with their
exact words as text, or else knot_coach__control with stop, and tell them to seek medical help, in an emergency to call the
emergency number."""
LIVE: Final = """\
While a session runs, answer in a few words and ask nothing back: the coach speaks too, and listens.
Pass on what they say about pressure and pain at once. Never ask for more pressure unless they have just asked for it."""


@callback
def async_get_tools(hass: HomeAssistant, llm_context: LLMContext, api_id: str) -> LLMTools | None:
    """Return the tools, where a coach is exposed to the assistant.

    They are the same with and without a session: clients of the Model Context Protocol ask for them
    once. What there is to know at this moment stands in the prompt.
    """
    if llm_context.context is not None:
        async_note_agent(hass, llm_context.context)
    if api_id != LLM_API_ASSIST:
        return None
    coaches = exposed(hass, llm_context.assistant)
    if not coaches:
        return None
    catalogue = coach_of(hass, coaches[0]).catalogue
    known = ", ".join(_named(hass, coach) for coach in coaches)
    return LLMTools(
        tools=[tool(catalogue, known) for tool in TOOLS],
        prompt="\n".join(
            (
                ALWAYS,
                *((LIVE,) if any(coach.live for coach in coaches) else ()),
                *(_told(hass, coach) for coach in coaches),
            )
        ),
    )


def _named(hass: HomeAssistant, coach: CoachLike) -> str:
    room = room_name(hass, coach)
    whose = coach.person_name or coach.name
    named = whose if whose == coach.name else f"{coach.name} of {whose}"
    return f"{named} ({room})" if room else named


def _told(hass: HomeAssistant, meant: CoachLike) -> str:
    """Tell in a line what a coach is doing."""
    coach = coach_of(hass, meant)
    view = coach.data
    told = f"Coach {_named(hass, meant)}: {view.shown}"
    if view.shown is Shown.IDLE or view.area is None:
        return f"{told}."
    where = " ".join(filter(None, (view.side, coach.book.name(view.area))))
    told = f"{told}, {where}, phase {view.phase}"
    if view.pressure is not None:
        told = f"{told}, pressure {view.pressure} of 10"
    match view.question:
        case None:
            return f"{told}."
        case Question.SIDE:
            return f"{told}. It waits to hear which side; knot_coach__feedback may pass that on as text."
        case question:
            return f"{told}. It waits for the person's own answer about {question}, not for yours."
