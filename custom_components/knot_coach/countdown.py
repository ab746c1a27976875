"""A countdown inside a device, as a number or a select entity of it: what it can be set to."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
import logging
from math import ceil, floor
import re
from typing import Any, Final

from homeassistant.components.number.const import (
    ATTR_MAX,
    ATTR_MIN,
    ATTR_STEP,
    ATTR_VALUE,
    DOMAIN as NUMBER,
    SERVICE_SET_VALUE,
)
from homeassistant.components.select.const import (
    ATTR_OPTIONS,
    DOMAIN as SELECT,
)
from homeassistant.const import (
    ATTR_ENTITY_ID,
    ATTR_OPTION,
    ATTR_RESTORED,
    ATTR_UNIT_OF_MEASUREMENT,
    SERVICE_SELECT_OPTION,
    STATE_UNAVAILABLE,
)
from homeassistant.core import (
    Context,
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event

from .massage.heat import MAX_TIME
from .outlet import Bell, is_known

_LOGGER = logging.getLogger(__name__)

DOMAINS: Final = (NUMBER, SELECT)
WRITE_WITHIN: Final = 10.0
"""Seconds for a countdown to be written and to show that it runs; as long as off may take."""
LONGEST: Final = MAX_TIME.total_seconds()
"""Seconds that no countdown of ours is longer than."""
LEAST: Final = 60.0
"""Seconds of the shortest countdown that heat is begun with: less warms nobody. Our choice."""
_SECOND, _MINUTE, _HOUR = 1.0, 60.0, 3600.0
_UNITS: Final = {
    **dict.fromkeys(
        ("s", "sec", "secs", "second", "seconds", "sek", "sekunde", "sekunden"), _SECOND
    ),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuten"), _MINUTE),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden"), _HOUR),
}
_OFF: Final = frozenset({"off", "cancel", "none", "disabled", "disable", "stop", "never", "aus"})
_TIME: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z]*)\.?")


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing a countdown can be set to."""

    seconds: float
    """How long it then runs; 0 stops it."""
    value: float | str
    """What is written."""


def seconds_of(option: str) -> float | None:
    """Return the seconds that an option of a select entity stands for; None where it is no time.

    A bare number is none but for 0: a guess that is wrong by sixty ends long after anybody watches.
    """
    text = option.strip().casefold().replace("_", " ")
    if text in _OFF:
        return 0.0
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    number, unit = float(found[1].replace(",", ".")), _UNITS.get(found[2])
    if unit is None:
        return 0.0 if number == 0 and not found[2] else None
    return number * unit


type _Of = Callable[..., Setting]


class Countdown:
    """The entity in which a device shows its countdown."""

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        """Take a number or select entity."""
        self._hass = hass
        self.entity_id = entity_id
        self.context = Context()
        """Of all its writes. One without a user, as for an off: nobody's lack of permission counts."""

    @property
    def flaw(self) -> str | None:
        """Say why it must not be written, whoever wants it; the reason begins with `heat_`.

        None as well where it is gone, or nothing is known of it.
        """
        state = self._state
        if state is None:
            return None
        if state.domain == NUMBER:
            nameless = not state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
            nameless = nameless and ATTR_MAX in state.attributes
        else:
            options = state.attributes.get(ATTR_OPTIONS) or ()
            nameless = any(map(_is_bare, options)) and not self._running
        if nameless:
            return "heat_countdown_unit"
        # What is sent and cannot be taken back goes on counting while nobody thinks of it.
        return "heat_countdown_endless" if self._running and self._cleared is None else None

    def fitting(self, seconds: float) -> Setting | None:
        """Return the shortest setting that lasts so long.

        None is longer than `MAX_TIME`. Returns None where there is none, the entity is gone, or it
        has a flaw.
        """
        return self._chosen(seconds, LONGEST, min)

    def within(self, seconds: float) -> Setting | None:
        """Return the longest setting of at least a minute that lasts no longer than that."""
        return self._chosen(LEAST, min(seconds, LONGEST), max)

    async def async_write(self, setting: Setting) -> bool:
        """Set it, and tell whether it then shows that it runs; a failure is logged."""
        return await self._async_write(setting, runs=True)

    async def async_clear(self) -> bool:
        """Set it to nothing, and tell whether it then shows that; a failure is logged."""
        setting = self._cleared
        return setting is not None and await self._async_write(setting, runs=False)

    async def _async_write(self, setting: Setting, *, runs: bool) -> bool:
        service, data = SERVICE_SET_VALUE, {ATTR_VALUE: setting.value}
        domain = self.entity_id.partition(".")[0]
        if domain == SELECT:
            service, data = SERVICE_SELECT_OPTION, {ATTR_OPTION: setting.value}
        try:
            async with asyncio.timeout(WRITE_WITHIN):
                await self._hass.services.async_call(
                    domain,
                    service,
                    {ATTR_ENTITY_ID: self.entity_id, **data},
                    blocking=True,
                    context=self.context,
                )
                await self._async_until_shown(runs=runs)
        except Exception:
            _LOGGER.exception("The countdown %s was not set", self.entity_id)
            return False
        return True

    async def _async_until_shown(self, *, runs: bool) -> None:
        bell = Bell(self._hass)

        @callback
        def changed(_: Event[EventStateChangedData]) -> None:
            # What is no callback is called in a thread, where it wakes nobody.
            bell.ring()

        stop = async_track_state_change_event(self._hass, self.entity_id, changed)
        try:
            while self._runs is not runs:
                await bell.async_wait(WRITE_WITHIN)
        finally:
            stop()

    @property
    def _state(self) -> State | None:
        state = self._hass.states.get(self.entity_id)
        if state is None or state.domain not in DOMAINS:
            return None
        # One that is unknown because nothing was chosen yet can be written all the same.
        gone = state.state == STATE_UNAVAILABLE or state.attributes.get(ATTR_RESTORED)
        return None if gone else state

    @property
    def _runs(self) -> bool | None:
        state = self._state
        if state is None or not is_known(state):
            return None
        seconds = _number(state.state) if state.domain == NUMBER else seconds_of(state.state)
        return None if seconds is None else seconds > 0

    @property
    def _running(self) -> bool:
        """Whether there is anything that it could run for."""
        state = self._state
        return state is not None and _chosen(state, 0, LONGEST, min) is not None

    def _chosen(self, least: float, most: float, of: _Of) -> Setting | None:
        state = self._state
        return None if state is None or self.flaw else _chosen(state, least, most, of)

    @property
    def _cleared(self) -> Setting | None:
        state = self._state
        if state is None:
            return None
        if state.domain == NUMBER:
            return Setting(0.0, 0.0) if _number(state.attributes.get(ATTR_MIN)) == 0 else None
        return next((one for one in _options(state) if one.seconds == 0), None)


def _options(state: State) -> list[Setting]:
    return [
        Setting(seconds, option)
        for option in state.attributes.get(ATTR_OPTIONS) or ()
        if (seconds := seconds_of(option)) is not None
    ]


def _chosen(state: State, least: float, most: float, of: _Of) -> Setting | None:
    """Return the shortest or the longest setting that lasts between so many seconds."""
    every = _steps(state, least, most) if state.domain == NUMBER else _options(state)
    fit = [one for one in every if one.seconds > 0 and least <= one.seconds <= most]
    return of(fit, key=lambda one: one.seconds) if fit else None


def _steps(state: State, least: float, most: float) -> list[Setting]:
    """Return the first and the last step of a number entity between so many seconds."""
    low, high = (_number(state.attributes.get(key)) for key in (ATTR_MIN, ATTR_MAX))
    step = _number(state.attributes.get(ATTR_STEP)) or 1.0
    unit = _UNITS.get(str(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)).casefold())
    if low is None or high is None or unit is None:
        return []
    first = max(ceil((least / unit - low) / step - 1e-9), 0 if low > 0 else 1)
    last = floor((min(high, most / unit) - low) / step + 1e-9)
    values = [low + count * step for count in (first, last) if first <= last]
    return [Setting(round(value * unit, 6), value) for value in values]


def _is_bare(option: str) -> bool:
    """Whether an option is a number above 0, of which nobody knows what it counts."""
    number = _number(option.strip())
    return number is not None and number > 0


def _number(value: Any) -> float | None:  # noqa: ANN401 - an attribute or a state
    try:
        return float(value)
    except TypeError, ValueError:
        return None
