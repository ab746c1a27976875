"""Heat that nobody asked the coach for, while a person is coached: a pad that was switched on by hand.

Nobody is pressed under a heater that the coach does not know to be off (massage.md §4.5). While no
session goes on, a heater is its owner's business.
"""

from collections.abc import Callable
from typing import Any

from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event

from .outlet import Outlet
from .quench import Outcome, Quench
from .signs import seems_on


class Attendance:
    """Watches an outlet during a session; `seen_on` is called whenever it seems to be on."""

    def __init__(
        self,
        hass: HomeAssistant,
        outlet: Outlet,
        quench: Quench,
        *,
        told: Callable[[Outcome], None],
        seen_on: Callable[[], None],
    ) -> None:
        """Prepare; nothing is watched before `begin`.

        `told` hears of all that the quench finds meanwhile: what is left of the heat of another
        coach, who shares the pad, is told here too.
        """
        self._hass = hass
        self._outlet = outlet
        self._quench = quench
        self._told = told
        self._seen_on = seen_on
        self._sources: list[str] = []
        self._stop_listening: CALLBACK_TYPE | None = None

    @callback
    def begin(self) -> None:
        """Watch, and look at once: it may be on already."""
        if self._stop_listening is None:
            self._quench.listeners.add(self._told)
            self._quench.attendants.add(self._told)
            self._listen()
            self._look()

    @callback
    def end(self) -> None:
        """Watch no more."""
        self._quench.attendants.discard(self._told)
        self._unlisten()

    @callback
    def _unlisten(self) -> None:
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None

    @callback
    def _listen(self) -> None:
        self._sources = self._outlet.sources
        self._stop_listening = async_track_state_change_event(
            self._hass, self._sources, self._changed
        )

    @callback
    def _changed(self, _: Event[Any]) -> None:
        if self._sources != self._outlet.sources:
            # It was renamed, and speaks under its new name.
            self._unlisten()
            self._listen()
        self._look()

    @callback
    def _look(self) -> None:
        if seems_on(self._outlet):
            self._seen_on()
