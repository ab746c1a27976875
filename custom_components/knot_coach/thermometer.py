"""A temperature sensor at the skin side or in a room: what it says, and when it has been silent for too long."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, assert_never

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, UnitOfTemperature
from homeassistant.core import CALLBACK_TYPE, Event, HassJob, HomeAssistant, State, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import (
    async_call_later,
    async_track_state_change_event,
    async_track_state_report_event,
)
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import TemperatureConverter

from .massage.heat import HeatKind, Reading, judge, reading_max_age
from .outlet import Named, is_known

PAST_STALE: Final = timedelta(milliseconds=100)
"""A silent sensor is judged again this long after its reading became too old."""


class Thermometer:
    """Judges the readings of one sensor (massage.md §4.5)."""

    def __init__(self, hass: HomeAssistant, entity_id: str, kind: HeatKind = HeatKind.BODY) -> None:
        """Take a sensor with the device class temperature, of what is warmed."""
        self._hass = hass
        self._sensor = Named(hass, entity_id)
        self._heard_as = self._sensor.entity_id
        self.kind = kind
        self._heard: Callable[[], None] | None = None
        self._removers: list[CALLBACK_TYPE] = []
        self._drop_timer: CALLBACK_TYPE | None = None

    @callback
    def read(self) -> Reading | None:
        """Judge the reading that there is now; None where the sensor is gone."""
        state = self._hass.states.get(self._sensor.entity_id)
        if state is None or not is_known(state):
            return None
        return judge(_celsius(state), dt_util.utcnow() - state.last_reported, self.kind)

    @property
    def celsius(self) -> float | None:
        """The degrees of the reading that there is now; None where it says nothing about now."""
        state = self._hass.states.get(self._sensor.entity_id)
        if state is None or trouble(self.read()) not in (None, "too_hot"):
            return None
        return _celsius(state)

    @callback
    def unfit(self) -> str | None:
        """Return the translation key of why heat may not be started, or None where it may."""
        reason = trouble(self.read())
        return None if reason is None else f"heat_sensor_{reason}"

    @callback
    def start(self, heard: Callable[[], None]) -> None:
        """Call `heard` on each report, changed or not, and when the reading gets too old."""
        self.stop()
        self._heard = heard
        self._listen()
        self._set_timer()

    @callback
    def stop(self) -> None:
        """Listen no more."""
        self._heard = None
        self._unlisten()
        self._clear_timer()

    @callback
    def _listen(self) -> None:
        self._heard_as = self._sensor.entity_id
        for track in (async_track_state_change_event, async_track_state_report_event):
            self._removers.append(track(self._hass, self._heard_as, self._reported))

    @callback
    def _unlisten(self) -> None:
        while self._removers:
            self._removers.pop()()

    @callback
    def _reported(self, _: Event[Any]) -> None:
        if self._heard_as != self._sensor.entity_id:
            # It was renamed, and speaks under its new name.
            self._unlisten()
            self._listen()
        self._set_timer()
        self._pass_on()

    @callback
    def _set_timer(self) -> None:
        self._clear_timer()
        state = self._hass.states.get(self._sensor.entity_id)
        age = timedelta(0) if state is None else dt_util.utcnow() - state.last_reported
        self._drop_timer = async_call_later(
            self._hass,
            max(timedelta(0), reading_max_age(self.kind) - age) + PAST_STALE,
            HassJob(
                self._grew_old,
                f"knot_coach {self._sensor.entity_id} is silent",
                # What has power is switched off before timers are taken away.
                cancel_on_shutdown=True,
            ),
        )

    @callback
    def _clear_timer(self) -> None:
        if self._drop_timer is not None:
            self._drop_timer()
            self._drop_timer = None

    @callback
    def _grew_old(self, _: datetime) -> None:
        self._drop_timer = None
        self._pass_on()

    @callback
    def _pass_on(self) -> None:
        if self._heard is not None:
            self._heard()


def trouble(reading: Reading | None) -> str | None:
    """Say why heat may not go on with this reading, or None where it may."""
    match reading:
        case None:
            return "unavailable"
        case Reading.STALE:
            return "stale"
        case Reading.TOO_HOT:
            return "too_hot"
        case Reading.READY | Reading.WARMING:
            return None
        case _:
            assert_never(reading)


def _celsius(state: State) -> float | None:
    try:
        return TemperatureConverter.convert(
            float(state.state),
            state.attributes.get(ATTR_UNIT_OF_MEASUREMENT),
            UnitOfTemperature.CELSIUS,
        )
    except HomeAssistantError, ValueError:
        return None
