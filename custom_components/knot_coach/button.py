"""Buttons for what can be said in a session; they stay available and refuse in words."""

from dataclasses import dataclass
from typing import assert_never, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .acknowledging import async_acknowledge
from .coordinator import KnotCoachEntry
from .drill import async_drill
from .drill_report import async_follow
from .entity import MomentEntity, forget_entity
from .massage.messages import Answer, Command
from .person import async_is_person

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class CoachButtonDescription(ButtonEntityDescription):
    """A button and what pressing it means."""

    wish: Command | Answer


def _button(wish: Command, *, enabled: bool = True) -> CoachButtonDescription:
    return CoachButtonDescription(key=wish, wish=wish, entity_registry_enabled_default=enabled)


def _answer(wish: Answer) -> CoachButtonDescription:
    """Describe a button that answers for a person.

    With a category no assistant is offered it unless somebody picks it out, and no area as a target
    reaches it. Alexa and Google act in the name of the person who has connected them, so what
    they press cannot be told from that person's own hand.
    """
    return CoachButtonDescription(key=wish, wish=wish, entity_category=EntityCategory.CONFIG)


BUTTONS = (
    _button(Command.STOP),
    _button(Command.PAUSE),
    _button(Command.RESUME),
    _button(Command.NEXT),
    _button(Command.TOO_MUCH),
    _button(Command.LIGHTER),
    _button(Command.RELEASED),
    _answer(Answer.YES),
    _answer(Answer.NO),
    _answer(Answer.LEFT),
    _answer(Answer.RIGHT),
    _answer(Answer.BOTH),
    _button(Command.PREVIOUS, enabled=False),
    _button(Command.REPEAT, enabled=False),
    _button(Command.EXTEND, enabled=False),
    _button(Command.HARDER, enabled=False),
    _button(Command.NOT_YET, enabled=False),
    _button(Command.OTHER_SIDE, enabled=False),
    _button(Command.WRAP_UP, enabled=False),
)

TOO_HOT = _button(Command.TOO_HOT)
"""There where there is a heater."""

ACKNOWLEDGE = ButtonEntityDescription(key="acknowledge", entity_category=EntityCategory.CONFIG)
"""Confirms being well again after a safety stop (massage.md §4.3); see `_answer`."""

HEAT_DRILL = ButtonEntityDescription(key="heat_drill", entity_category=EntityCategory.DIAGNOSTIC)
"""Switches the heater on for a proof, with the pad laid aside; see `_answer`."""


async def async_setup_entry(
    _: HomeAssistant, entry: KnotCoachEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the buttons of a coach."""
    coach = entry.runtime_data
    async_add_entities(CoachButton(coach, description) for description in BUTTONS)
    async_add_entities([AcknowledgeButton(coach, ACKNOWLEDGE)])
    if coach.heater is not None:
        async_add_entities([CoachButton(coach, TOO_HOT), DrillButton(coach, HEAT_DRILL)])
    else:
        forget_entity(coach, "button", TOO_HOT)
        forget_entity(coach, "button", HEAT_DRILL)


class CoachButton(MomentEntity, ButtonEntity):
    """One row of the table."""

    entity_description: CoachButtonDescription

    @override
    async def async_press(self) -> None:
        match self.entity_description.wish:
            case Command() as command:
                self.coordinator.obey(command)
            case Answer() as answer:
                person = await async_is_person(self.hass, self._context)
                self.coordinator.answer(answer, person=person)
            case unreachable:
                assert_never(unreachable)


class AcknowledgeButton(MomentEntity, ButtonEntity):
    """Says that a person is well again; nobody but that person may press it."""

    @override
    async def async_press(self) -> None:
        await async_acknowledge(self.coordinator, self._context)


class DrillButton(MomentEntity, ButtonEntity):
    """Begins a heat drill, which a notification tells of; nobody but a person may press it."""

    @override
    async def async_press(self) -> None:
        drill = await async_drill(self.coordinator, self._context)
        await async_follow(self.coordinator, drill)
