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
from .heat_devices import share
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
    return any(
        share(hass, entity_id, heater)
        for entry, heater in _heaters(hass)
        if entry.entry_id != but and kind in {None, _kind_of(entry)}
    )


def follows_a_session(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether to switch an entity is to switch the light that goes along with the sessions of some coach."""
    lights = (entry.options.get(Conf.LIGHT) for entry in hass.config_entries.async_entries(DOMAIN))
    return any(share(hass, entity_id, light) for light in lights if light is not None)


def coaches_on(hass: HomeAssistant, entity_id: str) -> list[Coach]:
    """Return the coaches that are up and whose heater shares a relay with an entity."""
    return [
        entry.runtime_data
        for entry, heater in _heaters(hass)
        if entry.state is ConfigEntryState.LOADED and share(hass, entity_id, heater)
    ]


def _heaters(hass: HomeAssistant) -> Iterator[tuple[KnotCoachEntry, str]]:
    """Give each coach that warms, up or not, and its heater, whose name the options follow."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        if (heater := entry.options.get(Conf.HEATER)) is not None:
            yield entry, heater


def _kind_of(entry: KnotCoachEntry) -> HeatKind:
    return HeatKind(entry.options.get(Conf.HEAT_KIND) or HeatKind.BODY)
