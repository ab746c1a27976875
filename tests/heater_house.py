"""A Home Assistant with one pad in it, and heaters without their coaches, for tests."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
import json
from pathlib import Path
from typing import Any

from homeassistant import loader
from homeassistant.core import Context, HassJob, HomeAssistant, State
from homeassistant.helpers import frame
from homeassistant.util.async_ import get_scheduled_timer_handles
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_test_home_assistant

from custom_components.knot_coach.const import DOMAIN
from custom_components.knot_coach.heater import HeatConfig, Heater
from custom_components.knot_coach.lease import Lease, LeaseBook, async_get_book
from custom_components.knot_coach.massage.heat import HeatKind
from custom_components.knot_coach.massage.heat_reports import HeatForecast, HeatOn, HeatReport
from tests.fake_heater import Pad, Room
from tests.virtual_clock import VirtualClock

SWITCH = "switch.pad"
TEMPERATURE = "sensor.pad_temperature"
POWER = "sensor.pad_power"
TEN_MINUTES = timedelta(minutes=10)


def is_on(heater: Heater) -> bool:
    """Tell what the heater says: a function, because the type checker believes in constancy."""
    return heater.on


def is_stuck(heater: Heater) -> bool:
    """Tell what the heater says, as `is_on`."""
    return heater.stuck


def lease_of(heater: Heater) -> Lease | None:
    """Return what the heater says, as `is_on`."""
    return heater.lease


class House:
    """One run of a Home Assistant over a config folder, with a pad that outlives it."""

    def __init__(self, hass: HomeAssistant, pad: Pad, clock: VirtualClock) -> None:
        self.hass = hass
        self.pad = pad
        self.clock = clock
        self.room = Room(hass, pad)
        self.heaters: list[Heater] = []
        self.reports: list[HeatReport] = []
        self.forecasts: list[datetime | None] = []
        self.book: LeaseBook

    @property
    def file(self) -> Path:
        """Where the leases are kept."""
        return Path(self.hass.config.path(".storage", "knot_coach.heat"))

    @property
    def stored_leases(self) -> list[str]:
        """The heaters that have a lease on disk."""
        return [lease["heater"] for lease in json.loads(self.file.read_text())["data"]["leases"]]

    async def async_heater(
        self,
        entity_id: str = SWITCH,
        *,
        coach: str = "coach",
        power_sensor: str | None = None,
        temperature_sensor: str | None = None,
        kind: HeatKind = HeatKind.BODY,
    ) -> Heater:
        """Set up the heater of a coach."""
        self.book = await async_get_book(self.hass)
        heater = Heater(
            self.hass,
            MockConfigEntry(domain=DOMAIN, entry_id=coach),
            HeatConfig(
                entity_id=entity_id,
                power_sensor=power_sensor,
                temperature_sensor=temperature_sensor,
                kind=kind,
                own_cutoff=True,
            ),
            self.book,
            report=self.take,
        )
        self.heaters.append(heater)
        await heater.async_start()
        return heater

    def take(self, report: HeatReport) -> None:
        """Take what a heater reports; what it expects comes often, and is kept apart."""
        if isinstance(report, HeatForecast):
            self.forecasts.append(report.ready_at)
        else:
            self.reports.append(report)

    async def wait[T](self, awaitable: Awaitable[T], within: float = 30) -> tuple[T, float]:
        """Let virtual time pass until something is over; return what came and the seconds."""
        task = asyncio.ensure_future(awaitable)
        took = await self.clock.run_until(task.done, within)
        return await task, took

    async def on(
        self, heater: Heater, time: timedelta = TEN_MINUTES, context: Context | None = None
    ) -> float:
        """Switch on; return the seconds until that was proved or given up."""
        _, took = await self.wait(heater.async_on(time, context or Context()))
        return took

    def state(self, entity_id: str) -> State:
        """Return the state that Home Assistant shows."""
        state = self.hass.states.get(entity_id)
        assert state is not None
        return state

    async def off(self, heater: Heater) -> tuple[bool, Any]:
        """Switch off; return whether that was proved, and the seconds until it was answered."""
        return await self.wait(heater.async_off())

    async def warm(
        self,
        *,
        power_sensor: str | None = None,
        temperature_sensor: str | None = None,
        kind: HeatKind = HeatKind.BODY,
    ) -> Heater:
        """Set up a heater on the switch, and have it on."""
        heater = await self.async_heater(
            power_sensor=power_sensor, temperature_sensor=temperature_sensor, kind=kind
        )
        await self.on(heater)
        assert self.reports == [HeatOn()]
        assert self.pad.has_power()
        self.reports.clear()
        return heater

    async def crash(self) -> None:
        """Die without a word: no job, no timer and no task of this run lives on."""
        self.hass._shutdown_jobs.clear()
        self.heaters.clear()
        for handle in get_scheduled_timer_handles(asyncio.get_running_loop()):
            if handle._args and isinstance(handle._args[-1], HassJob):
                handle.cancel()


type Run = Callable[[], AbstractAsyncContextManager[House]]


def runner(clock: VirtualClock, pad: Pad, folder: Path) -> Run:
    """Run one Home Assistant after another over the same folder and the same pad."""

    @asynccontextmanager
    async def run() -> AsyncGenerator[House]:
        async with async_test_home_assistant(config_dir=str(folder)) as hass:
            frame.async_setup(hass)
            hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
            house = House(hass, pad, clock)
            try:
                yield house
            finally:
                for heater in house.heaters:
                    await house.wait(heater.async_close())
                house.room.leave()
                await hass.async_stop(force=True)

    return run
