"""What the coaches of a house use one relay for.

Each coach is set up by itself, and a family may have one plug. Then what is harmless for one gives power to what
another lies on: a room heater that starts unasked, a light that follows a session, a drill. The pad comes first:
whatever shares its relay is for nothing else, in every coach.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from .const import DOMAIN, Conf
from .heat_devices import may_share, share
from .massage.heat import HeatKind

if TYPE_CHECKING:
    from .coordinator import Coach, KnotCoachEntry


def warms(
    hass: HomeAssistant, entity_id: str, kind: HeatKind | None = None, but: str | None = None
) -> bool:
    """Tell whether to switch an entity is to switch the heater of some coach.

    Args:
        hass: Home Assistant.
        entity_id: What is switched.
        kind: Only heaters of this kind.
        but: The config entry of the coach that is left out.
    """
    for entry, heater, used_as in _heaters(hass):
        if entry.entry_id == but or kind not in {None, used_as}:
            continue
        # A lamp and a heater of a bathroom may be one device; what lies on a body is kept apart from all of it.
        same = share if kind is None and used_as is HeatKind.ROOM else may_share
        if same(hass, entity_id, heater):
            return True
    return False


def follows_a_session(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether to switch an entity is to switch the light that goes along with the sessions of some coach."""
    lights = (entry.options.get(Conf.LIGHT) for entry in hass.config_entries.async_entries(DOMAIN))
    return any(share(hass, entity_id, light) for light in lights if light is not None)


def coaches_on(hass: HomeAssistant, entity_id: str) -> list[Coach]:
    """Return the coaches that are up and whose heater shares a relay with an entity."""
    return [
        entry.runtime_data
        for entry in dict.fromkeys(
            entry for entry, heater, _ in _heaters(hass) if share(hass, entity_id, heater)
        )
        if entry.state is ConfigEntryState.LOADED
    ]


def _heaters(hass: HomeAssistant) -> Iterator[tuple[KnotCoachEntry, str, HeatKind]]:
    """Give each coach that warms, up or not, with its heater and what that warms.

    Settings that change in a session count from the next one: until then somebody may lie on what they named before.
    """
    for entry in hass.config_entries.async_entries(DOMAIN):
        # The options follow the name of the heater.
        if (heater := entry.options.get(Conf.HEATER)) is not None:
            yield entry, heater, _kind_of(entry)
        coach: Coach | None = getattr(entry, "runtime_data", None)
        if coach is not None and coach.busy and coach.heater and (used := coach.settings.heat):
            yield entry, coach.heater.outlet.entity_id, used.kind


def _kind_of(entry: KnotCoachEntry) -> HeatKind:
    """Return what a coach warms; what nobody knows, such as of a later version, may be a body."""
    room = entry.options.get(Conf.HEAT_KIND) == HeatKind.ROOM
    return HeatKind.ROOM if room else HeatKind.BODY
