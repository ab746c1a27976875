"""A countdown inside a device, as a number or a select entity of it: what it can be set to."""

import asyncio
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
from homeassistant.core import Context, HomeAssistant, State
from homeassistant.helpers.event import async_track_state_change_event

from .massage.heat import MAX_TIME
from .outlet import Bell, is_known

_LOGGER = logging.getLogger(__name__)

DOMAINS: Final = (NUMBER, SELECT)
WRITE_WITHIN: Final = 10.0
"""Seconds for a countdown to be written and to show that it runs; as long as off may take."""
LONGEST: Final = MAX_TIME.total_seconds()
"""Seconds that no countdown of ours is longer than."""
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

    A bare number is taken for minutes, as most devices have it. A wrong guess is found out by the
    drill, which then sees no cut when one is due.
    """
    text = option.strip().casefold().replace("_", " ")
    if text in _OFF:
        return 0.0
    found = _TIME.fullmatch(text)
    if found is None or (unit := _UNITS.get(found[2] or "min")) is None:
        return None
    return float(found[1].replace(",", ".")) * unit


class Countdown:
    """The entity in which a device shows its countdown."""

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        """Take a number or select entity."""
        self._hass = hass
        self.entity_id = entity_id

    def fitting(self, seconds: float) -> Setting | None:
        """Return the shortest setting that lasts so long, else the longest there is.

        None is longer than `MAX_TIME`. Returns None where there is none, or the entity is gone.
        """
        state = self._state
        if state is None:
            return None
        if state.domain == NUMBER:
            return _on_the_scale(state, seconds)
        running = [one for one in _options(state) if 0 < one.seconds <= LONGEST]
        enough = [one for one in running if one.seconds >= seconds]
        if enough:
            return min(enough, key=lambda one: one.seconds)
        return max(running, key=lambda one: one.seconds, default=None)

    async def async_write(self, setting: Setting) -> bool:
        """Set it, and tell whether it then shows that it runs; a failure is logged."""
        return await self._async_write(setting, shown=True)

    async def async_clear(self) -> None:
        """Set it to nothing, where the entity knows how; a failure is logged."""
        if (setting := self._cleared) is not None:
            await self._async_write(setting, shown=False)

    async def _async_write(self, setting: Setting, *, shown: bool) -> bool:
        service, data = SERVICE_SET_VALUE, {ATTR_VALUE: setting.value}
        domain = self.entity_id.partition(".")[0]
        if domain == SELECT:
            service, data = SERVICE_SELECT_OPTION, {ATTR_OPTION: setting.value}
        try:
            async with asyncio.timeout(WRITE_WITHIN):
                # A context without a user, as for an off: nobody's lack of permission counts.
                await self._hass.services.async_call(
                    domain,
                    service,
                    {ATTR_ENTITY_ID: self.entity_id, **data},
                    blocking=True,
                    context=Context(),
                )
                if shown:
                    await self._async_until_running()
        except Exception:
            _LOGGER.exception("The countdown %s was not set", self.entity_id)
            return False
        return True

    async def _async_until_running(self) -> None:
        bell = Bell(self._hass)
        stop = async_track_state_change_event(self._hass, self.entity_id, lambda _: bell.ring())
        try:
            while not self._runs:
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
    def _runs(self) -> bool:
        state = self._state
        if state is None or not is_known(state):
            return False
        seconds = _number(state.state) if state.domain == NUMBER else seconds_of(state.state)
        return seconds is not None and seconds > 0

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


def _on_the_scale(state: State, seconds: float) -> Setting | None:
    """Round up to a step of a number entity, within its range and `MAX_TIME`."""
    least, most = (_number(state.attributes.get(key)) for key in (ATTR_MIN, ATTR_MAX))
    step = _number(state.attributes.get(ATTR_STEP)) or 1.0
    # Without a unit they are taken for seconds; the drill finds out where they are not.
    text = str(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) or "s").casefold()
    unit = _UNITS.get(text)
    if least is None or most is None or unit is None:
        return None
    steps = ceil((seconds / unit - least) / step - 1e-9)
    most_steps = floor((min(most, LONGEST / unit) - least) / step + 1e-9)
    steps = min(max(steps, 0 if least > 0 else 1), most_steps)
    value = least + steps * step
    return Setting(value * unit, value) if steps >= 0 and value > 0 else None


def _number(value: Any) -> float | None:  # noqa: ANN401 - an attribute or a state
    try:
        return float(value)
    except TypeError, ValueError:
        return None
