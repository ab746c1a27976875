"""Heat on the body: carried out on a configured entity, and ended whatever happens (DESIGN.md §6)."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
import logging
from typing import assert_never

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import (
    CALLBACK_TYPE,
    Context,
    HassJob,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .attendance import Attendance
from .dead_man import Guard, Trial
from .heat_config import HeatConfig
from .lease import Lease, LeaseBook, LeaseNotStoredError
from .massage.heat import MAX_TIME, HeatKind
from .massage.heat_reports import HeatLost, HeatOff, HeatReport, HeatStuck
from .outlet import Outlet, unfit
from .proofs import Proofs
from .prospects import Prospects
from .quench import Outcome, Timings, async_get_quench
from .recovery import PRODUCTION, async_recover
from .thermometer import Thermometer
from .warming import Warming

_LOGGER = logging.getLogger(__name__)

__all__ = ["HeatConfig", "HeatReport", "Heater", "async_recover", "unfit"]


class Heater:
    """The heater of one coach.

    While no lease exists it never touches the entity. Every way out of warming, wanted or not,
    is the heater's quench: it goes on until off is proved, whatever becomes of this object.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        config: HeatConfig,
        book: LeaseBook,
        *,
        report: Callable[[HeatReport], None],
        proofs: Proofs | None = None,
        timings: Timings = PRODUCTION,
    ) -> None:
        """Prepare to warm for a coach; `report` is called in the event loop with each fact.

        `proofs` hold what drills have proved of dead-men; without them nothing is.
        """
        self._hass = hass
        self._entry_id = entry.entry_id
        self._config = config
        self._book = book
        self._report = report
        self._timings = timings
        self.outlet = self._outlet = Outlet(
            hass, config.entity_id, config.power_sensor, kind=config.kind
        )
        self._quench = async_get_quench(hass, book, config.entity_id, self._outlet, timings)
        sensor = config.temperature_sensor
        self._thermometer = None if sensor is None else Thermometer(hass, sensor, config.kind)
        # What goes on after the heat goes on without this object.
        self._later = None if sensor is None else Thermometer(hass, sensor, config.kind)
        self._quench.relapse.thermometer = self._quench.relapse.thermometer or self._later
        self.guard = Guard(hass, entry.entry_id, config.entity_id, config.dead_man, proofs)
        self._prospects = Prospects(
            hass, config, book, self._outlet, self._quench, self._thermometer, self.guard
        )
        self.watchers = set[Callable[[HeatReport], None]]()
        """Told each report, too; in a drill they alone are told what a session would act on."""
        self._remove_shutdown_job: CALLBACK_TYPE | None = None
        self._closed = False
        self._turning_on: asyncio.Task[None] | None = None
        self._warming: Warming | None = None
        """There from the wish for heat to the first reason to end it."""
        self._on = False
        self._lost = False
        """Why this use ended was told already: one reason is enough."""
        self._drop_watchdog: CALLBACK_TYPE | None = None
        self._attendance = Attendance(
            hass, self._outlet, self._quench, told=self._take_outcome, seen_on=self._seen_on
        )

    @property
    def on(self) -> bool:
        """Whether the heater may have power because of this coach: until off is proved."""
        return self._on

    @property
    def stuck(self) -> bool:
        """Whether off was not proved in time, and still is not: nothing may be started."""
        return self._quench.stuck

    @property
    def lease(self) -> Lease | None:
        """The lease of this coach on the heater, if there is one."""
        lease = self._book.lease(self._config.entity_id)
        return lease if lease is not None and lease.entry_id == self._entry_id else None

    def refusal(self, *, blocked: bool, trial: Trial | None = None) -> str | None:
        """Say why heat cannot be had now, or None where it can.

        Args:
            blocked: The screening answers, or a lock, rule heat out.
            trial: It is wanted for a drill.

        Returns:
            The translation key of the reason; all begin with `heat_`.
        """
        if self._closed or self._remove_shutdown_job is None or self._hass.is_stopping:
            return "heat_closing"
        return self._prospects.refusal(blocked=blocked, trial=trial)

    async def async_settled(self) -> None:
        """Come back when off is proved, and nobody watches any more that it stays so."""
        await self._quench.async_settled()

    async def async_start(self) -> None:
        """Get ready, and switch off whatever an earlier run left on.

        Does not wait for the proof: `HeatOff` or `HeatStuck` follows; until then heat is refused.
        """
        if self._remove_shutdown_job is not None:
            return
        self._remove_shutdown_job = self._hass.async_add_shutdown_job(
            HassJob(self._async_leave, f"knot_coach heater off {self._config.entity_id}")
        )
        await self.guard.async_forget_others()
        heater = self._config.entity_id
        # Known from now on, it is found even if it is renamed before it is used.
        _LOGGER.debug("The heater %s is %s", heater, self._outlet.registry_id)
        if self._book.doubts(heater) and self._book.lease(heater) is None:
            now = dt_util.utcnow()
            await self._book.async_owe(self._prospects.lease(now, now))
        if self.lease is not None and heater not in self._book.held:
            # Where it is watched only, off was told already, and nobody tells it again.
            self._on = self._quench.trying or not self._quench.busy
            self._quench.listeners.add(self._take_outcome)
        async_recover(self._hass, self._book, self._timings)

    async def async_on(
        self, off_at_in: timedelta, context: Context, trial: Trial | None = None
    ) -> None:
        """Warm for a time of at most `MAX_TIME`; come back when on is proved, or lost.

        Whoever asked for it in `context` needs Home Assistant's permission to switch the heater.
        A second call while it warms makes no use longer. Reports `HeatOn`, or `HeatLost` with the
        reason, which is that of `refusal` where nothing was begun; raises nothing.
        """
        if self._warming is None or self._turning_on is None:
            self._turning_on = self._hass.async_create_background_task(
                self._async_try(min(off_at_in, MAX_TIME), context, trial), "knot_coach heater on"
            )
        # Whoever gives up the wait must not leave a start half done.
        await asyncio.wait({self._turning_on})

    async def async_off(self) -> bool:
        """Switch off now, and tell whether off was proved in time.

        Where it was not, `HeatStuck` is reported, and `HeatOff` as soon as it is proved after all.
        Where this coach has nothing on, `HeatOff` is reported and nothing is touched.
        """
        self._halt()
        if self._may_be_on:
            self._on = True
            return await self._quench.async_ask()
        self._tell(HeatOff())
        return True

    @callback
    def attend(self, live: bool) -> None:  # noqa: FBT001 - there is nothing else to say
        """Watch as long as a session goes on: a pad that is on without it goes off.

        Reports `HeatLost("switched_on")` then, even if it was on before. A room is not touched.
        """
        if live and self._config.kind is HeatKind.BODY and not self._closed:
            self._attendance.begin()
        else:
            self._attendance.end()

    async def async_close(self) -> None:
        """Switch off and leave; the wait for the proof is bounded, the trying is not."""
        await self._async_leave()
        self._quench.listeners.discard(self._take_outcome)
        self._clear_watchdog()
        if self._remove_shutdown_job is not None:
            self._remove_shutdown_job()
            self._remove_shutdown_job = None

    async def _async_leave(self) -> None:
        self._closed = True
        self._attendance.end()
        self._halt()
        if self._may_be_on:
            await self._quench.async_ask()

    @property
    def _may_be_on(self) -> bool:
        return self._on or (self.lease is not None and self._quench.trying)

    async def _async_try(self, time: timedelta, context: Context, trial: Trial | None) -> None:
        self._lost = False
        try:
            await self._async_turn_on(self.guard.begin(time, trial), context)
        except Exception:  # an error halfway must not leave power behind
            _LOGGER.exception("Switching %s on failed", self._config.entity_id)
            self._lose("failed")

    async def _async_turn_on(self, time: timedelta, context: Context) -> None:
        trial, reason = self.guard.trial, "heat_no_time" if time <= timedelta(0) else None
        if (reason := reason or self.refusal(blocked=False, trial=trial)) is not None:
            self._tell(HeatLost(reason.removeprefix("heat_")))
            return
        began, now = self._hass.loop.time(), dt_util.utcnow()
        warming = self._warming = Warming(
            self._hass, self._outlet, self._quench, self._thermometer, self._timings
        )
        self._book.held.add(self._config.entity_id)
        try:
            await self._book.async_grant(lease := self._prospects.lease(now, now + time))
        except LeaseNotStoredError:
            _LOGGER.exception("The heater gets no power")
        else:
            # A disk that hung has let the yes of the person grow old.
            if self._warming is warming and self._hass.loop.time() - began < self._timings.proof:
                self._prepare(time)
                await warming.async_run(
                    context,
                    lease.off_at,
                    tell=self._tell,
                    lose=self._lose,
                    time_is_up=self._time_is_up,
                )
                if self._warming is warming and not await self.guard.async_arm(self._end_in):
                    warming.give_up("failed")
                return
            self._book.release(self._config.entity_id, ended=None)
            await self._book.async_store()
        if self._warming is warming:
            self._lose("not_stored")

    @callback
    def _prepare(self, time: timedelta) -> None:
        """Set up what ends the heat, before there is any."""
        self._on = True
        self._quench.beware(self.guard.may_switch_for)
        self._quench.take_up(self._outlet, self._later)
        self._quench.listeners.add(self._take_outcome)
        self._end_in(time.total_seconds())

    @callback
    def _end_in(self, seconds: float) -> None:
        self._clear_watchdog()
        # Apart from the session's own timer, and no wall clock that could be set back.
        self._drop_watchdog = async_call_later(
            self._hass,
            seconds,
            HassJob(self._time_is_up, "knot_coach heater off", cancel_on_shutdown=False),
        )

    @callback
    def _lose(self, reason: str) -> None:
        self._halt()
        if not self._lost:
            self._lost = True
            # The reason comes first: an off that is proved at once would be told before it.
            self._tell(HeatLost(reason))
        # Whether a device cuts its power is looked at, in a drill, before anybody else cuts it.
        looking = self.guard.trial is not None and reason == "switched_off"
        if self._on and not self._quench.trying and not looking:
            self._quench.ask()

    @callback
    def _seen_on(self) -> None:
        """It is on while a person is coached: unless that is known already, it goes off."""
        heater = self._config.entity_id
        if self._prospects.accounted:
            return
        _LOGGER.warning("%s is on during a session and is switched off", heater)
        self._quench.take_up(self._outlet, self._later)
        self._quench.listeners.add(self._take_outcome)
        now = dt_util.utcnow()
        owing = self._book.async_owe(self._prospects.lease(now, now))
        self._hass.async_create_task(owing, f"knot_coach owes {heater}")
        self._take_outcome(HeatLost("switched_on"))
        self._quench.ask()

    @callback
    def _halt(self) -> None:
        """End the wish for heat; the quench takes care of the power that may be left."""
        if self._warming is not None:
            self._warming.end()
            self._warming = None
            self._book.held.discard(self._config.entity_id)

    @callback
    def _time_is_up(self, _: datetime | None = None) -> None:
        # A wall clock that is past the time comes before the watchdog.
        self._clear_watchdog()
        self._halt()
        self._quench.ask()

    @callback
    def _take_outcome(self, outcome: Outcome) -> None:
        match outcome:
            case HeatOff() if not self._on:
                return  # proved once more, because of an on that came back late
            case HeatOff():
                self._on = False
                self._clear_watchdog()
                self.guard.release(lambda: self._quench.beware(0.0))
            case HeatStuck():
                self._on = True
            case HeatLost():
                self._on = True
                if self._config.kind is HeatKind.ROOM:
                    return  # nobody is burnt by it, so no session is held up
            case _:
                assert_never(outcome)
        self._tell(outcome)

    @callback
    def _clear_watchdog(self) -> None:
        if self._drop_watchdog is not None:
            self._drop_watchdog()
            self._drop_watchdog = None

    @callback
    def _tell(self, report: HeatReport) -> None:
        try:
            for watcher in tuple(self.watchers):
                watcher(report)
            if not self.guard.drilling or isinstance(report, HeatOff | HeatStuck):
                self._report(report)
        except Exception:  # a fault in the session must not end what keeps the heater safe
            _LOGGER.exception("%s was not taken in", report)
            if self._warming is not None:
                # A session that knows nothing of its heat asks nobody about their skin.
                self._lose("failed")
