"""The favourites of a coach: the areas that can be started without a word of ours.

Alexa, Google and HomeKit cannot be told an area, but they can turn on a scene. So every coach has
a few, and which ones is decided once, when it is first set up:

- the areas that its person has worked on most, and after them `USUAL`, five in all;
- none that the health answers rule out today, or that needs a tool which the person does not own.

From then on they stay, and the entity registry remembers them. A scene that somebody has exposed,
or put into a routine of Alexa, must not vanish or turn into another one because a calf was tight
for a week. What is ruled out later is refused in words. Whoever does not want one disables it.

Side and length are those that are chosen for the next session, as with "start neck massage".
"""

from collections import Counter
from typing import Final

from homeassistant.components.scene import DOMAIN as SCENE
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er

from .admission import Refused, WantedPart
from .coordinator import Coach
from .ordering import remembered

MOST: Final = 5
"""A few can be kept in mind; more would bury what else there is in a house."""
USUAL: Final = ("upper_traps", "shoulder_blade", "lower_back", "calf", "foot_arch")
"""What people ask for most, from head to toe (massage.md §3)."""
_RULED_OUT: Final = frozenset({"blocked_area", "needs_tool"})


def favourite_id(coach: Coach, area: str) -> str:
    """Return the unique id of the scene of a favourite."""
    return f"{coach.config_entry.entry_id}_favourite_{area}"


@callback
def async_favourites(coach: Coach) -> tuple[str, ...]:
    """Return the keys of a coach's favourite areas; those of the first time, if there was one."""
    registered = {
        entity.unique_id
        for entity in er.async_entries_for_config_entry(
            er.async_get(coach.hass), coach.config_entry.entry_id
        )
        if entity.domain == SCENE
    }
    areas = coach.catalogue.areas
    kept = tuple(area for area in areas if favourite_id(coach, area) in registered)
    return kept or _first(coach)


def _first(coach: Coach) -> tuple[str, ...]:
    often = [area for area, _ in Counter(row["area"] for row in remembered(coach)).most_common()]
    wished = [area for area in dict.fromkeys((*often, *USUAL)) if area in coach.catalogue.areas]
    return tuple(area for area in wished if not _ruled_out(coach, area))[:MOST]


def _ruled_out(coach: Coach, area: str) -> bool:
    """Tell whether an area cannot be worked on by this person, however long it has rested."""
    reasons: list[Refused] = []
    now = coach.now()
    wanted = coach.admission.wanted(WantedPart(area=area), now=now, heat=False)
    coach.admission.admit(wanted, coach.book, now, reasons)
    return any(reason.key in _RULED_OUT for reason in reasons)
