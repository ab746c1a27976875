"""A clock that lets a real Home Assistant run through minutes in milliseconds, with exact times.

While a test awaits `advance` or `run_until`, the running loop's time stands still as long as there
is anything to do, and jumps to the next timer when there is not. Everything that is built on the
loop follows by itself: `call_at`, `asyncio.sleep`, `asyncio.timeout`, Home Assistant's timers. The
wall clock (`dt_util.utcnow`, `time.time`, `time.monotonic`) follows too, through freezegun, so
that timers aimed at the wall clock find it where they expect it.

Outside of these two calls the loop waits in real time, from where the last call left it, and no
timer of minutes or hours fires while a test merely sets something up. What is computed takes no
time at all, inside or outside, so that a busy machine does not blur what a test measures.

What it cannot see is work on the way in another thread or process that did not go through
`loop.run_in_executor`, for instance ffmpeg: time may jump past it.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from math import inf, nextafter
from typing import Any, Final, Self, cast

from freezegun import api as freezegun_api, freeze_time
from freezegun.api import FrozenDateTimeFactory

PATIENCE: Final = 20.0
"""Real seconds for which virtual time may stand still before a call gives up."""


def real_monotonic() -> float:
    """Return seconds that nothing can freeze.

    Looked up where it is used: freezegun replaces `time.monotonic` under every name that any other
    module has for it.
    """
    return freezegun_api.real_monotonic()


class TimeStandsStillError(AssertionError):
    """Nothing can make what was waited for come true."""


class VirtualClock:
    """Drives one event loop; see the module's text.

    The attributes of the loop that are replaced belong to the instance, which pytest closes after
    the test. Its time never goes back, not even after the end.
    """

    def __init__(self) -> None:
        """Get ready for the running loop, whose time must not be frozen by anything else."""
        loop = asyncio.get_running_loop()
        # Half of what it replaces is private to the loop.
        self._loop = cast("Any", loop)
        self._loop_start = loop.time()
        self._now = self._loop_start
        self._offset: float | None = None
        self._target = 0.0
        self._predicate: Callable[[], object] | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._working = 0
        self._last_move = 0.0
        self._freeze = freeze_time(datetime.now(UTC))
        self._real_select = self._loop._selector.select
        self._real_run_in_executor = self._loop.run_in_executor

    def __enter__(self) -> Self:
        """Take the loop and the wall clock over."""
        self._loop.time = self.time
        self._loop._selector.select = self._select
        self._loop.run_in_executor = self._run_in_executor
        wall = self._freeze.start()
        assert isinstance(wall, FrozenDateTimeFactory)
        self._wall = wall
        self._wall_start = self._wall()
        return self

    def __exit__(self, *_: object) -> None:
        """Give both back; the loop's time goes on from where it is."""
        self._freeze.stop()
        self._offset = self._now - real_monotonic()
        self._loop._selector.select = self._real_select
        self._loop.run_in_executor = self._real_run_in_executor

    def time(self) -> float:
        """Return the loop's time in seconds."""
        return self._now if self._offset is None else real_monotonic() + self._offset

    async def advance(self, seconds: float) -> None:
        """Let so many seconds pass, and everything that is due in them happen.

        Raises TimeStandsStillError if something keeps the loop busy without end.
        """
        await self._run(self.time() + seconds, None)

    async def run_until(self, predicate: Callable[[], object], timeout: float) -> float:  # noqa: ASYNC109 - virtual seconds, not a cancel scope
        """Let time pass until the predicate is true; return the seconds that it took.

        The predicate is looked at in every round of the loop, so a state that lasts for one round
        is seen. Raises TimeStandsStillError when it is not true after `timeout` seconds, or when
        something keeps the loop busy without end.
        """
        start = self.time()
        await self._run(start + timeout, predicate)
        return self.time() - start

    async def _run(self, target: float, predicate: Callable[[], object] | None) -> None:
        if self._waiter is not None:
            raise RuntimeError("The clock is being moved already")
        self._move(self._now)
        self._target, self._predicate = target, predicate
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _select(self, timeout: float | None) -> object:
        """Stand in for the selector's own: decide whether the loop waits, jumps or is done."""
        waiter = self._waiter
        if waiter is None or waiter.done():
            began = real_monotonic()
            events = self._real_select(timeout)
            if timeout is None or timeout > 0:
                self._move(self._now + real_monotonic() - began)
            return events
        if self._predicate is not None and self._is_true(self._predicate, waiter):
            return self._real_select(0)
        if real_monotonic() - self._last_move > PATIENCE:
            waiter.set_exception(TimeStandsStillError(self._describe("the loop is never idle")))
            return self._real_select(0)
        events = self._real_select(0)
        if events or (timeout is not None and timeout <= 0):
            return events
        if self._working:
            # Jobs in the executor take no virtual time; the end of one wakes the selector.
            return self._real_select(0.5)
        self._jump(waiter)
        return []

    def _is_true(self, predicate: Callable[[], object], waiter: asyncio.Future[None]) -> bool:
        try:
            result = bool(predicate())
        except Exception as error:  # noqa: BLE001 - the test that awaits gets it
            waiter.set_exception(error)
            return True
        if result:
            waiter.set_result(None)
        return result

    def _jump(self, waiter: asyncio.Future[None]) -> None:
        scheduled = self._loop._scheduled
        if scheduled and scheduled[0].when() <= self._target:
            # The loop fires what is due before its time plus its resolution, and on a machine that
            # has been up for long that sum is no more than the time itself.
            self._move(nextafter(scheduled[0].when(), inf))
            return
        self._move(self._target)
        if self._predicate is None:
            waiter.set_result(None)
        else:
            waiter.set_exception(TimeStandsStillError(self._describe("it did not come true")))

    def _move(self, moment: float) -> None:
        self._last_move = real_monotonic()
        self._now = moment
        self._wall.move_to(self._wall_start + timedelta(seconds=moment - self._loop_start))

    def _run_in_executor(
        self, executor: Executor | None, func: Callable[..., Any], *args: object
    ) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = self._real_run_in_executor(executor, func, *args)
        self._working += 1
        future.add_done_callback(self._worked)
        return future

    def _worked(self, _: asyncio.Future[Any]) -> None:
        self._working -= 1

    def _describe(self, problem: str) -> str:
        timers = [handle for handle in self._loop._scheduled if not handle.cancelled()]
        return (
            f"After {self.time() - self._loop_start:.3f} s: {problem}; {self._working} jobs in the"
            f" executor; next timers: {sorted(timers, key=lambda handle: handle.when())[:3]}"
        )
