"""What the next session gets where nobody says otherwise."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import (
    ExtraStoredData,
    RestoredExtraData,
    RestoreEntity,
)

from .coordinator import Coach, KnotCoachEntry
from .entity import CoachEntity
from .massage.areas import Side
from .massage.load import Feeling
from .massage.order import Talk
from .massage.phases import Length
from .next_day import async_note, last_touched
from .settings import Choice, Target

PARALLEL_UPDATES = 0

ASK: Final = "ask"
"""No side is chosen; the coach asks."""
DEFAULT: Final = "default"


@dataclass(frozen=True, kw_only=True)
class CoachSelectDescription(SelectEntityDescription):
    """A select, and how an option and a choice become each other."""

    read_fn: Callable[[Choice], str]
    write_fn: Callable[[str], Side | Length | Target | Talk | None]


SELECTS = (
    CoachSelectDescription(
        key="side",
        options=[ASK, Side.LEFT, Side.RIGHT, Side.BOTH],
        read_fn=lambda choice: choice.side or ASK,
        write_fn=lambda option: None if option == ASK else Side(option),
    ),
    CoachSelectDescription(
        key="length",
        options=list(Length),
        read_fn=lambda choice: choice.length,
        write_fn=Length,
    ),
    CoachSelectDescription(
        key="target",
        options=list(Target),
        read_fn=lambda choice: choice.target,
        write_fn=Target,
    ),
    CoachSelectDescription(
        key="talk",
        options=list(Talk),
        read_fn=lambda choice: choice.talk,
        write_fn=Talk,
    ),
)


NEXT_DAY = SelectEntityDescription(
    key="next_day", options=list(Feeling), entity_category=EntityCategory.CONFIG
)
"""How the area of the last session is on the day after (massage.md §4.4).

It has a category because it is an answer about health: no assistant is offered it by itself."""


async def async_setup_entry(
    _: HomeAssistant, entry: KnotCoachEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the selects of a coach."""
    coach = entry.runtime_data
    async_add_entities(CoachSelect(coach, description) for description in SELECTS)
    async_add_entities([NextDaySelect(coach, NEXT_DAY)])


class CoachSelect(CoachEntity, SelectEntity, RestoreEntity):
    """One row of the table; what was chosen outlives a restart, but not a change of settings."""

    entity_description: CoachSelectDescription

    def __init__(self, coach: Coach, description: CoachSelectDescription) -> None:
        """Remember what a coach of these settings begins with."""
        super().__init__(coach, description)
        self._default = description.read_fn(coach.admission.choice)

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        state, extra = await self.async_get_last_state(), await self.async_get_last_extra_data()
        if state is None or extra is None or state.state not in self.options:
            return
        if extra.as_dict().get(DEFAULT) == self._default:
            await self.async_select_option(state.state)

    @property
    @override
    def extra_restore_state_data(self) -> ExtraStoredData:
        """Tell which settings the choice was made under."""
        return RestoredExtraData({DEFAULT: self._default})

    @property
    @override
    def current_option(self) -> str:
        return self.entity_description.read_fn(self.coordinator.admission.choice)

    @override
    async def async_select_option(self, option: str) -> None:
        description = self.entity_description
        choice = self.coordinator.admission.choice
        setattr(choice, description.key, description.write_fn(option))
        self.coordinator.async_update_listeners()


class NextDaySelect(CoachEntity, SelectEntity):
    """How it is after the last session; nothing is chosen until somebody tells."""

    @property
    @override
    def current_option(self) -> str | None:
        last = last_touched(self.coordinator)
        told = last.get("next_day") if last else None
        return told["feeling"] if told else None

    @override
    async def async_select_option(self, option: str) -> None:
        await async_note(self.coordinator, Feeling(option), self._context)
