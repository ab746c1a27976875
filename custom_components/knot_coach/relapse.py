"""A heater that was proved off, and goes on again or never went (massage.md §4.5).

The state of a device is what it believes of itself. Relays bounce, some countdowns switch on what is off,
and a contact that is welded shut shows in the warmth alone. So for some minutes a heater is watched on.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, Event, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later, async_track_state_change_event

from .heat_devices import shown_on
from .massage.heat import (
    AGAIN_WITHIN,
    GLOW_WITHIN,
    LEAST_FALL,
    MAX_TIME,
    Glow,
    HeatKind,
    glow,
)
from .outlet import Outlet
from .signs import seems_on
from .thermometer import Thermometer

LONGEST: Final = MAX_TIME.total_seconds()
"""Seconds after which a warmth that a body may have given is taken for that."""


class Relapse:
    """Watches one heater from the moment when it was proved off."""

    def __init__(
        self,
        hass: HomeAssistant,
        *,
        went_on: Callable[[], None],
        got_hot: Callable[[], None],
        cooled: Callable[[], None],
        over: Callable[[], None],
    ) -> None:
        """Take whom to tell that it went on, got hot, got colder again, and that all is well."""
        self._hass = hass
        self._went_on = went_on
        self._got_hot = got_hot
        self._cooled = cooled
        self._over = over
        self.thermometer: Thermometer | None = None
        """At the skin side, and nobody else's: it is started and stopped here."""
        self.hot = False
        """Whether the warmth says that it has power, so that no state proves it off.

        It lasts until it is seen to cool down: a thermometer that falls silent clears nothing."""
        self._outlet: Outlet
        self._began = 0.0
        self._at_off: float | None = None
        """What is read first after off: the last reading before may be a minute old, and power flowed."""
        self._hottest = 0.0
        self._sources: list[str] = []
        self._stop_listening: CALLBACK_TYPE | None = None
        self._drop_timer: CALLBACK_TYPE | None = None

    @callback
    def start(self, outlet: Outlet) -> None:
        """Watch from now on: off was proved."""
        self.stop()
        self._outlet, self._began = outlet, self._hass.loop.time()
        self._listen()
        # Metal and water of a heater in a room go on warming it; nobody lies on them.
        if self.thermometer is not None and self.thermometer.kind is HeatKind.BODY:
            self.thermometer.start(self._feel)
        self._set_timer(AGAIN_WITHIN)

    @callback
    def stop(self) -> None:
        """Watch no more, and believe the state again."""
        self.hot, self._at_off = False, None
        self._clear_timer()
        self._unlisten()
        if self.thermometer is not None:
            self.thermometer.stop()

    @callback
    def _listen(self) -> None:
        self._sources = self._outlet.sources
        self._stop_listening = async_track_state_change_event(
            self._hass, self._sources, self._changed
        )

    @callback
    def _unlisten(self) -> None:
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None

    @callback
    def _set_timer(self, within: timedelta) -> None:
        self._clear_timer()
        job = HassJob(self._time_is_up, "knot_coach stays off", cancel_on_shutdown=True)
        self._drop_timer = async_call_later(self._hass, within, job)

    @callback
    def _clear_timer(self) -> None:
        if self._drop_timer is not None:
            self._drop_timer()
            self._drop_timer = None

    @callback
    def _time_is_up(self, _: datetime) -> None:
        self._drop_timer = None
        unclear = self._glow() is not Glow.COLD and self._age < LONGEST
        if self.hot or unclear:
            self._set_timer(GLOW_WITHIN)
            return
        self.stop()
        self._over()

    @property
    def _age(self) -> float:
        return self._hass.loop.time() - self._began

    def _glow(self) -> Glow:
        celsius = None if self.thermometer is None else self.thermometer.celsius
        if self._at_off is None or celsius is None:
            return Glow.COLD
        return glow(self._at_off, celsius)

    @callback
    def _changed(self, _: Event[Any]) -> None:
        if self._sources != self._outlet.sources:
            # One of them was renamed, and speaks under its new name.
            self._unlisten()
            self._listen()
        if self._age > AGAIN_WITHIN.total_seconds() or not seems_on(self._outlet):
            return
        state = self._outlet.state
        # A person who wants it on now may have it; what was switched by nobody is not believed.
        shown = shown_on(self._hass, self._outlet.entity_id)
        if state is None or state.context.user_id is None or not shown:
            self._went_on()

    @callback
    def _feel(self) -> None:
        celsius = None if self.thermometer is None else self.thermometer.celsius
        if celsius is None:
            return
        if self._at_off is None:
            self._at_off = celsius
            self._set_timer(GLOW_WITHIN)
        self._hottest = max(celsius, self._hottest) if self.hot else celsius
        if self.hot:
            if celsius <= self._hottest - LEAST_FALL:
                self.hot = False
                self._cooled()
        elif self._glow() is Glow.HOT:
            self.hot = True
            self._got_hot()
