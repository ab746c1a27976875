"""One use of heat: from the call that switches on to the first reason to end it."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
import logging
from typing import Concatenate, Final

from homeassistant.core import (
    CALLBACK_TYPE,
    Context,
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    callback,
)
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_state_report_event,
    async_track_time_interval,
)
from homeassistant.util import dt as dt_util

from .heat_devices import shown_on
from .massage.heat import Reading
from .massage.heat_reports import HeatForecast, HeatOn, HeatReady
from .outlet import Bell, Outlet, Watch
from .quench import On, Quench, Timings
from .signs import Signs, lost_sight
from .thermometer import Thermometer, trouble

_LOGGER = logging.getLogger(__name__)

CLOCK_EVERY: Final = timedelta(seconds=15)
"""How often the wall clock is looked at where nothing is reported. The clock of the timers stands still while
a host is suspended, so on waking it may believe that minutes of heat are left. Our choice."""

type Report = HeatOn | HeatReady | HeatForecast


def _safely[**P](
    work: Callable[Concatenate[Warming, P], None],
) -> Callable[Concatenate[Warming, P], None]:
    """End the use where what watches over it fails: Home Assistant would only log that."""

    @callback
    def safe(self: Warming, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            work(self, *args, **kwargs)
        except Exception:
            _LOGGER.exception("Nothing watches over the heater any more")
            self.give_up("failed")

    return safe


class Warming:
    """Switches on, proves it and watches; it finds reasons to end, and the heater ends it."""

    def __init__(
        self,
        hass: HomeAssistant,
        outlet: Outlet,
        quench: Quench,
        thermometer: Thermometer | None,
        timings: Timings,
    ) -> None:
        """Prepare one use; nothing is touched before `async_run`."""
        self._hass = hass
        self._outlet = outlet
        self._quench = quench
        self._thermometer = thermometer
        self._timings = timings
        self._bell = Bell(hass)
        self._ended = False
        self._hung = False
        self._seen = False
        self._ready = False
        self._signs = Signs(hass, outlet, thermometer, tell=self._pass_on, lose=self.give_up)
        self._tell: Callable[[Report], None]
        self._lose: Callable[[str], None]
        self._time_is_up: Callable[[], None]
        self._off_at: datetime
        self._call: asyncio.Task[None] | None = None
        self._removers: list[CALLBACK_TYPE] = []

    async def async_run(
        self,
        context: Context,
        off_at: datetime,
        *,
        tell: Callable[[Report], None],
        lose: Callable[[str], None],
        time_is_up: Callable[[], None],
    ) -> None:
        """Switch on; come back when on is proved, or when the use is over.

        `tell` is told of `HeatOn`, then of what is expected, and once of `HeatReady`. `lose` is
        told the reason to end, once, now or at any later time, and must call `end`; so must
        `time_is_up`, which is called where the wall clock is past `off_at`. One that is set back changes nothing:
        whoever calls this has a timer, too.
        """
        self._tell, self._lose, self._time_is_up = tell, lose, time_is_up
        self._off_at = off_at
        loop, quench = self._hass.loop, self._quench
        until, refresh_at = loop.time() + self._timings.proof, loop.time() + self._timings.refresh
        self._listen()
        with Watch(self._hass, self._outlet, self._bell) as watch:
            quench.on, quench.used = On.UNSEEN, True
            self._call = quench.on_call = self._outlet.switch(on=True, context=context)
            self._call.add_done_callback(self._returned)
            while not (self._ended or watch.proves(on=True)):
                if (reason := self._refused(self._call)) is not None:
                    self.give_up(reason)
                elif loop.time() >= until:
                    self.give_up("not_on")
                else:
                    if loop.time() >= refresh_at:
                        refresh_at = until
                        self._outlet.refresh()
                    await self._bell.async_wait(min(until, refresh_at) - loop.time())
        if not self._ended:
            quench.on, self._seen = On.NONE, True
            tell(HeatOn())
        if not self._ended:
            self._signs.start()
            self._feel()

    @callback
    def give_up(self, reason: str) -> None:
        """End the use for a reason, unless it is over already."""
        if not self._ended:
            self._lose(reason)

    @callback
    def end(self) -> None:
        """Watch no more, and give up a call that hangs; the power is the quench's."""
        self._ended = True
        while self._removers:
            self._removers.pop()()
        if self._thermometer is not None:
            self._thermometer.stop()
        self._signs.stop()
        if self._call is not None and not self._call.done():
            self._hung = True
            # Home Assistant may call a device one at a time: an on that hangs would hold up the off.
            self._call.cancel()
        self._bell.ring()

    @callback
    def _listen(self) -> None:
        self._removers = [
            async_track_state_change_event(self._hass, self._outlet.sources, self._changed),
            async_track_state_report_event(
                self._hass, self._outlet.sources, self._look_at_the_clock
            ),
            async_track_time_interval(
                self._hass,
                self._look_at_the_clock,
                CLOCK_EVERY,
                name="knot_coach heater clock",
                cancel_on_shutdown=True,
            ),
        ]
        if self._thermometer is not None:
            self._thermometer.start(self._feel)

    @callback
    def _returned(self, _: asyncio.Task[None]) -> None:
        self._bell.ring()
        if self._hung:
            # Whatever it did to the device may have come after the off.
            self._quench.ask()

    def _refused(self, call: asyncio.Task[None]) -> str | None:
        error = call.exception() if call.done() and not call.cancelled() else None
        if error is None:
            return None
        self._quench.on, self._quench.used = On.FAILED, False
        return "not_allowed" if isinstance(error, Unauthorized) else "refused"

    @_safely
    def _look_at_the_clock(self, _: datetime | Event[EventStateReportedData]) -> None:
        self._is_over()

    def _is_over(self) -> bool:
        """Tell whether the time is up by the wall clock, and end the use then."""
        if self._ended or dt_util.utcnow() < self._off_at:
            return self._ended
        self._time_is_up()
        return True

    @_safely
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        if self._is_over():
            return
        entity_id = event.data["entity_id"]
        if (reason := lost_sight(self._hass, self._outlet, entity_id)) is not None:
            self.give_up(reason)
            return
        self._signs.look()
        heater = self._outlet.entity_id
        if self._seen and entity_id == heater and shown_on(self._hass, heater) is False:
            self.give_up("switched_off")

    @_safely
    def _feel(self) -> None:
        if self._thermometer is None or self._is_over():
            return
        reading = self._thermometer.read()
        if (reason := trouble(reading)) is not None:
            self.give_up(reason)
        elif not self._seen or self._ready:
            return
        elif reading is Reading.READY:
            self._ready = True
            self._tell(HeatReady())
        else:
            self._signs.feel()

    @callback
    def _pass_on(self, forecast: HeatForecast) -> None:
        self._tell(forecast)
