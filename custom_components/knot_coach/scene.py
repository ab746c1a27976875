"""Scenes that start a session: one for each favourite, and one for each of the person's own routines.

They are for Alexa, Google and HomeKit, which do not know our sentences, and for dashboards. What
they start is admitted, and asks, like everything that a machine starts.

Each has a device of its own, connected through that of the coach. Home Assistant puts the name of a
device before those of its entities, for every assistant, and nobody says "turn on Sam neck massage".
"""

from abc import abstractmethod
from typing import Any, override

from homeassistant.components.scene import BaseScene
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .admission import Refused, Wanted, WantedPart
from .const import DOMAIN
from .coordinator import Coach, KnotCoachEntry
from .entity import MomentEntity, device_of, room_of
from .favourites import async_favourites, favourite_id
from .massage.routine import LONGEST_NAME
from .ordering import wanted_routine
from .routines import routine_of, subentries_of
from .scene_names import Ambiguity, async_favourite_name, routine_name
from .starting import async_begin_aloud

PARALLEL_UPDATES = 0

FAVOURITE = EntityDescription(key="favourite")
ROUTINE = EntityDescription(key="routine")


async def async_setup_entry(
    hass: HomeAssistant, entry: KnotCoachEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the scenes of a coach."""
    coach = entry.runtime_data
    # The other platforms may not have come so far yet.
    hub = dr.async_get(hass).async_get_or_create(config_entry_id=entry.entry_id, **device_of(coach))
    names = {
        area: async_favourite_name(hass, coach.catalogue, area) for area in async_favourites(coach)
    }
    async_add_entities(FavouriteScene(coach, area, name, hub.id) for area, name in names.items())
    ambiguity = Ambiguity(coach.catalogue, names.values())
    for subentry in subentries_of(entry):
        async_add_entities(
            [RoutineScene(coach, subentry, hub.id, ambiguity)],
            config_subentry_id=subentry.subentry_id,
        )


class SessionScene(MomentEntity, BaseScene):
    """Starts a session, or says why not; its state is when it last did start one."""

    def __init__(
        self, coach: Coach, description: EntityDescription, unique_id: str, name: str, hub: str
    ) -> None:
        """Place the scene on a device of this name, connected through the device `hub`."""
        super().__init__(coach, description)
        self._attr_unique_id = unique_id
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, unique_id)},
            name=name,
            entry_type=DeviceEntryType.SERVICE,
            suggested_area=room_of(coach),
            via_device_id=hub,
        )

    @abstractmethod
    def _wanted(self) -> Wanted:
        """Return what it starts. Raises Refused."""

    @override
    async def _async_activate(self, **kwargs: Any) -> None:
        await async_begin_aloud(self.coordinator, self._wanted, self._context)
        self._async_record_activation()
        self.async_write_ha_state()


class FavouriteScene(SessionScene):
    """Works on one area, with what is chosen for the next session."""

    _attr_name = None

    def __init__(self, coach: Coach, area: str, name: str, hub: str) -> None:
        """Remember the area."""
        super().__init__(coach, FAVOURITE, favourite_id(coach, area), name, hub)
        self._area = area

    @override
    def _wanted(self) -> Wanted:
        coach = self.coordinator
        return coach.admission.wanted(WantedPart(area=self._area), now=coach.now())


class RoutineScene(SessionScene):
    """Plays one of the person's own routines, and has its name, with a word more if it needs one."""

    def __init__(
        self, coach: Coach, subentry: ConfigSubentry, hub: str, ambiguity: Ambiguity
    ) -> None:
        """Remember which routine it is."""
        name = routine_name(subentry.title)
        unique_id = f"{coach.config_entry.entry_id}_{subentry.subentry_id}"
        super().__init__(coach, ROUTINE, unique_id, name, hub)
        self._subentry_id = subentry.subentry_id
        if not ambiguity.of(name):
            self._attr_name = None

    @override
    def _wanted(self) -> Wanted:
        coach = self.coordinator
        # As it stands now: it may have been changed during the session that went on until now.
        subentry = coach.config_entry.subentries[self._subentry_id]
        if (routine := routine_of(subentry)) is None:
            raise Refused("unknown_routine", routine=subentry.title[:LONGEST_NAME])
        return wanted_routine(coach, routine)
