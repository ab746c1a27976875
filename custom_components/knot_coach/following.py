"""Keeps the settings of a coach at its heater and sensors, whatever they are called.

Settings hold entity ids, and people rename entities. A heater that is not there at all, or may not be used any more
as it is, is said in a repair issue, because its coach otherwise goes on without heat and nobody learns why.
"""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.event import (
    async_track_entity_registry_updated_event,
    async_track_state_change_event,
)
from homeassistant.helpers.start import async_at_started

from .const import DOMAIN, Conf
from .heat_devices import unfit
from .massage.heat import HeatKind

FOLLOWED: Final = (Conf.HEATER, Conf.TEMPERATURE, Conf.POWER, Conf.COUNTDOWN)
LASTING: Final = frozenset(
    {"heat_assumed_state", "heat_helper", "heat_needs_power_sensor", "heat_power_computed"}
)
"""Reasons against a heater that do not go away by themselves, as one that is out of reach comes back."""


@callback
def async_follow_heater(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Follow the heater of a coach until it is unloaded; needs one that is configured."""
    follower = _Follower(hass, entry)
    entry.async_on_unload(async_at_started(hass, follower.begin))
    entry.async_on_unload(follower.end)


class _Follower:
    """Follows the entities that one coach warms with."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        self._hass = hass
        self._entry = entry
        self._gone_id = f"heater_gone_{entry.entry_id}"
        self._unfit_id = f"heater_unfit_{entry.entry_id}"
        self._removers: list[CALLBACK_TYPE] = []
        # Names are followed from the first moment; what is missing is only known when all is set up.
        self._started = False
        self._listen()

    @callback
    def begin(self, _: HomeAssistant) -> None:
        """Look whether the heater is there, now that everything has been set up."""
        self._started = True
        self._check()

    @callback
    def end(self) -> None:
        """Follow no more, and take back what was said."""
        self._started = False
        self._silence()
        for issue_id in (self._gone_id, self._unfit_id):
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)

    @property
    def _heater(self) -> str:
        heater: str = self._entry.options[Conf.HEATER]
        return heater

    @property
    def _power(self) -> str | None:
        power: str | None = self._entry.options.get(Conf.POWER)
        return power

    @property
    def _looked_at(self) -> list[str]:
        return [self._heater] + ([] if self._power is None else [self._power])

    @callback
    def _listen(self) -> None:
        self._silence()
        followed = [one for key in FOLLOWED if (one := self._entry.options.get(key)) is not None]
        self._removers = [
            async_track_entity_registry_updated_event(self._hass, followed, self._registered),
            async_track_state_change_event(self._hass, self._looked_at, self._check),
        ]

    @callback
    def _silence(self) -> None:
        while self._removers:
            self._removers.pop()()

    @callback
    def _registered(self, event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        data = event.data
        if data["action"] == "update" and (before := data.get("old_entity_id")) is not None:
            options = dict(self._entry.options)
            for key in FOLLOWED:
                if options.get(key) == before:
                    options[key] = data["entity_id"]
            self._hass.config_entries.async_update_entry(self._entry, options=options)
            self._listen()
        self._check()

    @callback
    def _check(self, _: Event[Any] | None = None) -> None:
        if not self._started:
            return
        there = self._hass.states.get(self._heater) is not None or self._is_registered()
        # Only a person knows whether it comes back or another one takes its place.
        self._say(self._gone_id, "heater_gone", said=not there)
        kind = HeatKind(self._entry.options.get(Conf.HEAT_KIND) or HeatKind.BODY)
        reason = unfit(self._hass, self._heater, self._power, kind)
        if reason in LASTING or reason is None or not there:
            self._say(self._unfit_id, "heater_unfit", said=reason in LASTING)

    @callback
    def _say(self, issue_id: str, key: str, *, said: bool) -> None:
        if not said:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=key,
            translation_placeholders={"name": self._entry.title, "heater": self._heater},
        )

    def _is_registered(self) -> bool:
        """Tell whether it will have a state, even if it has none just now."""
        entry = er.async_get(self._hass).async_get(self._heater)
        return entry is not None and not entry.disabled
