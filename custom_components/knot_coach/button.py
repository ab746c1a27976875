"""Buttons for what can be said in a session; they stay available and refuse in words."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import Coach, KnotCoachEntry
from .entity import CoachEntity
from .massage.messages import Answer, Command

PARALLEL_UPDATES = 0

COMMANDS = (
    Command.PAUSE,
    Command.RESUME,
    Command.NEXT,
    Command.PREVIOUS,
    Command.REPEAT,
    Command.EXTEND,
    Command.LIGHTER,
    Command.HARDER,
    Command.TOO_MUCH,
    Command.RELEASED,
    Command.NOT_YET,
    Command.STOP,
)
ANSWERS = (Answer.YES, Answer.NO)


@dataclass(frozen=True, kw_only=True)
class CoachButtonDescription(ButtonEntityDescription):
    """A button and what it does."""

    press_fn: Callable[[Coach, Context | None], Awaitable[None]]


def _command(wish: Command) -> CoachButtonDescription:
    return CoachButtonDescription(
        key=wish, press_fn=lambda coach, context: coach.async_obey(wish, context)
    )


def _answer(answer: Answer) -> CoachButtonDescription:
    return CoachButtonDescription(
        key=answer,
        press_fn=lambda coach, context: coach.async_answer(answer, person=is_person(context)),
    )


def is_person(context: Context | None) -> bool:
    """Tell whether somebody who is signed in did it, and no automation (massage.md §4.5)."""
    return context is not None and context.user_id is not None and context.parent_id is None


BUTTONS = (*(_command(wish) for wish in COMMANDS), *(_answer(answer) for answer in ANSWERS))


async def async_setup_entry(
    hass: HomeAssistant, entry: KnotCoachEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the buttons of a coach."""
    coach = entry.runtime_data
    async_add_entities(CoachButton(coach, description) for description in BUTTONS)


class CoachButton(CoachEntity, ButtonEntity):
    """One row of the table."""

    entity_description: CoachButtonDescription

    @property
    @override
    def available(self) -> bool:
        # Home Assistant passes over unavailable buttons in silence; a refusal says why.
        return True

    @override
    async def async_press(self) -> None:
        await self.entity_description.press_fn(self.coordinator, self._context)
