"""Signs of trouble while a heater warms, which its own state does not show (massage.md §4.5).

A plug may be on and feed nothing, because the pad has a switch of its own. A pad may get warm and its
probe lie beside it, where no cut-off sees the heat. What goes well is told here too: when it will be warm.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
import logging
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .massage.forecast import Outlook
from .massage.heat import (
    NO_WATTS_AFTER,
    READING_MAX_AGE,
    RISE_WITHIN,
    HeatKind,
    ready_from,
    rises,
)
from .massage.heat_reports import HeatForecast
from .outlet import Outlet, is_known
from .thermometer import Thermometer

_LOGGER = logging.getLogger(__name__)

ASKED_BEFORE: Final = timedelta(seconds=5)
"""How long before its watts are judged a sensor is asked for them: some report once a minute alone."""


def lost_sight(hass: HomeAssistant, outlet: Outlet, entity_id: str) -> str | None:
    """Say why an entity of an outlet tells nothing any more, or None where it does.

    A heater without a state was removed or disabled; one that was renamed has its state elsewhere.
    """
    state = hass.states.get(entity_id)
    if state is None and entity_id == outlet.entity_id:
        return "gone"
    return None if is_known(state) else "unavailable"


def seems_on(outlet: Outlet) -> bool:
    """Tell whether an outlet that should be off draws power, or shows to be on and can be believed."""
    return outlet.draws or outlet.evidence(on=True, reported={*outlet.sources})


class Signs:
    """Watches one use from the moment when on was proved; `lose` is told the reason to end it."""

    def __init__(
        self,
        hass: HomeAssistant,
        outlet: Outlet,
        thermometer: Thermometer | None,
        *,
        tell: Callable[[HeatForecast], None],
        lose: Callable[[str], None],
    ) -> None:
        """Prepare; whoever makes it passes on what is measured."""
        self._hass = hass
        self._outlet = outlet
        self._thermometer = thermometer
        self._tell = tell
        self._lose = lose
        self._drew = False
        self._at_on: float | None = None
        self._outlook: Outlook | None = None
        self._last: float | None = None
        self._changed_at = 0.0
        self._timers: list[CALLBACK_TYPE] = []

    @callback
    def start(self) -> None:
        """Begin to watch: on was proved just now."""
        self.look()
        if self._outlet.power_sensor is not None:
            self._later(NO_WATTS_AFTER - ASKED_BEFORE, self._ask_for_watts)
            self._later(NO_WATTS_AFTER, self._expect_watts)
        if self._thermometer is None:
            return
        self._outlook = Outlook(ready_from(self._thermometer.kind))
        self._at_on = self._thermometer.celsius
        # The air of a room warms slowly, and nobody is burnt where its sensor is misplaced.
        if self._thermometer.kind is HeatKind.BODY:
            self._later(RISE_WITHIN, self._expect_warmth)

    @callback
    def stop(self) -> None:
        """Watch no more."""
        self._outlook = None
        while self._timers:
            self._timers.pop()()

    @callback
    def look(self) -> None:
        """See whether power flows. A thermostat makes pauses, so once is enough."""
        self._drew = self._drew or self._outlet.draws

    @callback
    def feel(self) -> None:
        """Take a temperature in, and tell when it will be warm if that is news."""
        celsius = None if self._thermometer is None else self._thermometer.celsius
        if self._outlook is None or celsius is None:
            return
        if self._at_on is None:
            self._at_on = celsius
        if self._is_frozen(celsius):
            self._lose("not_rising")
            return
        self._outlook.note(self._hass.loop.time(), celsius)
        if (news := self._outlook.news(dt_util.utcnow())) is not None:
            self._tell(HeatForecast(*news))

    def _is_frozen(self, celsius: float) -> bool:
        """Tell whether a probe repeats itself: what gets warm changes even its whole degrees in that time."""
        now = self._hass.loop.time()
        if celsius != self._last:
            self._last, self._changed_at = celsius, now
        body = self._thermometer is not None and self._thermometer.kind is HeatKind.BODY
        return body and now - self._changed_at >= RISE_WITHIN.total_seconds()

    def _later(self, after: timedelta, check: Callable[[], None]) -> None:
        @callback
        def due(_: datetime) -> None:
            try:
                check()
            except Exception:  # nobody else would notice that nobody watches any more
                _LOGGER.exception("A sign of trouble could not be looked for")
                self._lose("failed")

        job = HassJob(due, "knot_coach signs of trouble", cancel_on_shutdown=True)
        self._timers.append(async_call_later(self._hass, after, job))

    @callback
    def _ask_for_watts(self) -> None:
        self.look()
        if not self._drew:
            self._outlet.refresh()

    @callback
    def _expect_watts(self) -> None:
        self.look()
        if not self._drew:
            self._lose("no_watts")

    @callback
    def _expect_warmth(self) -> None:
        celsius = None if self._thermometer is None else self._thermometer.celsius
        if self._at_on is None or celsius is None:
            # A clock that was set makes a reading old: the next one tells, or the use ends without it.
            self._later(READING_MAX_AGE, self._expect_warmth)
        elif not rises(self._at_on, celsius):
            self._lose("not_rising")
