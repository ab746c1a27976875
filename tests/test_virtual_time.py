"""The clock of the tests itself."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
import time

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_call_later, async_track_point_in_utc_time
from homeassistant.util import dt as dt_util
import pytest

from tests.virtual_clock import TimeStandsStillError, VirtualClock, real_monotonic


async def test_five_minutes_of_sleeps_pass_at_once_and_exactly(virtual_time: VirtualClock) -> None:
    loop = asyncio.get_running_loop()
    start, real_start = loop.time(), real_monotonic()
    ticks: list[float] = []

    async def tick() -> None:
        while True:
            await asyncio.sleep(0.7)
            ticks.append(loop.time() - start)

    task = asyncio.create_task(tick())
    await virtual_time.advance(300)
    task.cancel()
    assert len(ticks) == 428
    assert ticks == pytest.approx([0.7 * (n + 1) for n in range(428)], abs=1e-6)
    assert loop.time() - start == pytest.approx(300, abs=1e-6)
    assert real_monotonic() - real_start < 5


async def test_call_at_and_timeout_are_exact(virtual_time: VirtualClock) -> None:
    loop = asyncio.get_running_loop()
    fired: list[float] = []
    when = loop.time() + 100
    loop.call_at(when, lambda: fired.append(loop.time()))

    async def bounded() -> None:
        try:
            async with asyncio.timeout(30):
                await loop.create_future()
        except TimeoutError:
            fired.append(loop.time())

    task = asyncio.create_task(bounded())
    await virtual_time.advance(99)
    assert len(fired) == 1
    await virtual_time.advance(2)
    assert fired[1] == pytest.approx(when, abs=1e-6)
    await task


async def test_nothing_fires_early(virtual_time: VirtualClock) -> None:
    fired: list[bool] = []
    asyncio.get_running_loop().call_later(60, fired.append, True)
    await virtual_time.advance(59)
    await asyncio.sleep(0.01)
    assert not fired
    await virtual_time.advance(1)
    assert fired


async def test_run_until_stops_at_the_moment_it_comes_true(virtual_time: VirtualClock) -> None:
    done = asyncio.Event()
    asyncio.get_running_loop().call_later(12.5, done.set)
    asyncio.get_running_loop().call_later(13, done.clear)
    assert await virtual_time.run_until(done.is_set, 60) == pytest.approx(12.5, abs=1e-6)
    await virtual_time.advance(1)
    assert not done.is_set()


async def test_run_until_sees_what_lasts_for_one_round(virtual_time: VirtualClock) -> None:
    done = asyncio.Event()

    async def flash() -> None:
        await asyncio.sleep(5)
        done.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        done.clear()

    task = asyncio.create_task(flash())
    assert await virtual_time.run_until(done.is_set, 60) == pytest.approx(5, abs=1e-6)
    await task


async def test_run_until_ends_with_an_error(virtual_time: VirtualClock) -> None:
    with pytest.raises(TimeStandsStillError, match="did not come true"):
        await virtual_time.run_until(lambda: False, 3600)


async def test_a_failing_predicate_fails_the_call(virtual_time: VirtualClock) -> None:
    with pytest.raises(ZeroDivisionError):
        await virtual_time.run_until(lambda: 1 / 0, 1)


async def test_a_loop_that_is_never_idle_ends_with_an_error(
    virtual_time: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.virtual_clock.PATIENCE", 0.1)

    async def spin() -> None:
        while True:  # noqa: ASYNC110 - spinning is the point
            await asyncio.sleep(0)

    task = asyncio.create_task(spin())
    with pytest.raises(TimeStandsStillError, match="never idle"):
        await virtual_time.advance(1)
    task.cancel()


async def test_jobs_in_the_executor_take_no_time(virtual_time: VirtualClock) -> None:
    loop = asyncio.get_running_loop()
    start = loop.time()
    ended: list[float] = []

    async def work() -> None:
        await loop.run_in_executor(None, time.sleep, 0.05)
        ended.append(loop.time() - start)

    task = asyncio.create_task(work())
    await virtual_time.advance(10)
    assert ended == pytest.approx([0], abs=1e-6)
    await task


async def test_only_one_call_moves_the_clock(virtual_time: VirtualClock) -> None:
    task = asyncio.create_task(virtual_time.advance(10))
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="already"):
        await virtual_time.advance(1)
    await task


async def test_outside_the_loop_runs_in_real_time_and_never_back() -> None:
    loop = asyncio.get_running_loop()
    start = loop.time()
    with VirtualClock() as clock:
        await clock.advance(1000)
        before, real_before = loop.time(), real_monotonic()
        await asyncio.sleep(0.05)
        assert loop.time() - before >= 0.05
        assert real_monotonic() - real_before >= 0.05
    assert loop.time() >= start + 1000


async def test_home_assistant_and_its_wall_clock_follow(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    start, wall, unix = hass.loop.time(), dt_util.utcnow(), time.time()
    fired: dict[str, float] = {}

    def note(name: str) -> Callable[[datetime], None]:
        @callback
        def fire(_: datetime) -> None:
            fired[name] = hass.loop.time() - start

        return fire

    async_call_later(hass, 120, note("later"))
    async_track_point_in_utc_time(hass, note("point"), dt_util.utcnow() + timedelta(seconds=90))
    await virtual_time.advance(200)
    await hass.async_block_till_done()
    assert fired == {
        "later": pytest.approx(120, abs=1e-3),
        "point": pytest.approx(90, abs=1e-3),
    }
    assert (dt_util.utcnow() - wall).total_seconds() == pytest.approx(200, abs=1e-3)
    assert time.time() - unix == pytest.approx(200, abs=1e-3)
