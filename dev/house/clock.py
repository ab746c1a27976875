"""The clock of the demo house: real, or one that skips the time in which nothing happens.

The skipping clock runs like the real one, plus everything it has skipped; the wall clock goes with
it, so that timers which are aimed at either find what they expect.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime, tzinfo
import time
from typing import Any, Final, override

GRACE: Final = 0.002
"""Real seconds without any event after which the loop counts as idle."""


class SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop whose timers do not have to be waited for while `skipping` is set.

    Work in the executor is always waited for. What another process or a foreign thread does is not
    seen, so nothing of the kind may take part.
    """

    def __init__(self) -> None:
        super().__init__()
        self.skipping = False
        self.skipped = 0.0
        self._working = 0
        # Both belong to the loop alone, and there is no public way between it and its waiting.
        self._wait: Callable[[float | None], list[Any]] = self._selector.select  # type: ignore[attr-defined]
        self._selector.select = self._select  # type: ignore[attr-defined]

    @override
    def time(self) -> float:
        return time.monotonic() + self.skipped

    @override
    def run_in_executor(  # type: ignore[override] # generic in the base, in a way that helps nobody here
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future = super().run_in_executor(executor, func, *args)
        self._working += 1
        future.add_done_callback(self._worked)
        return future

    def _worked(self, _: asyncio.Future[Any]) -> None:
        self._working -= 1

    def _select(self, timeout: float | None) -> list[Any]:
        if not self.skipping or self._working or timeout is None or timeout <= GRACE:
            return self._wait(timeout)
        if events := self._wait(GRACE):
            return events
        self.skipped += timeout - GRACE
        return []


def skip_wall_clock(loop: SkippingLoop) -> None:
    """Let the wall clock of this process skip what the loop skips.

    Must come before anything of Home Assistant is imported but this: its modules keep their own
    references to the functions that tell the time.
    """
    from homeassistant.util import dt as dt_util  # noqa: PLC0415 - see above

    real = time.time

    def wall() -> float:
        return real() + loop.skipped

    def utcnow() -> datetime:
        return datetime.fromtimestamp(wall(), UTC)

    def now(time_zone: tzinfo | None = None) -> datetime:
        return datetime.fromtimestamp(wall(), time_zone or dt_util.DEFAULT_TIME_ZONE)

    time.time = wall
    dt_util.utcnow = utcnow  # type: ignore[assignment] # a function may stand for a partial of one
    dt_util.now = now
