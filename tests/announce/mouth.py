"""An announcer under test: lines in, speech and reports out, through Home Assistant's own parts."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import override

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from custom_components.knot_coach.announce import Announcer, Output, Reports
from custom_components.knot_coach.massage.messages import Priority, Say
from custom_components.knot_coach.massage.wording import Line
from tests.virtual_clock import VirtualClock
from tests.voice_stack import Stack

BREATHE = "Breathe in slowly and let your shoulders drop."  # 8 words, 3.2 s
PRESS = "Press with two fingers."  # 4 words, 1.6 s
COUNT = "Three more seconds."  # 3 words, 1.2 s
STOP = "Stop now and rest."  # 4 words, 1.6 s
SETTLE = 0.3
LATENCY = 0.3


class Mouth(Reports):
    """An announcer and everything it reported, in the loop's time since it began."""

    def __init__(self, hass: HomeAssistant, clock: VirtualClock, stack: Stack) -> None:
        self.hass, self.clock, self.stack = hass, clock, stack
        self.reports: list[tuple[str, int, float]] = []
        self.seen: dict[int, bool] = {}
        self.began: list[int] = []
        self.expected: dict[int, float] = {}
        self.start = hass.loop.time()
        self.raises = False
        self.silent = False
        self.announcer: Announcer

    def open(self, outputs: Sequence[Output], *, together: bool = False) -> None:
        """Make the announcer."""
        self.announcer = Announcer(
            self.hass,
            self.stack.entry,
            outputs,
            self,
            now=dt_util.utcnow,
            silent=lambda _: self.silent,
            together=together,
        )

    @override
    def begun(self, say: Say, seconds: float) -> None:
        self.began.append(say.id)
        self.expected[say.id] = seconds

    @override
    def spoken(self, say: Say, *, seen: bool) -> None:
        self.seen[say.id] = seen
        self._note("spoken", say)

    @override
    def failed(self, say: Say) -> None:
        self._note("failed", say)

    @override
    def cut(self, say: Say) -> None:
        self._note("cut", say)

    def _note(self, what: str, say: Say) -> None:
        if self.raises:
            raise ZeroDivisionError
        self.reports.append((what, say.id, self.now))

    @property
    def now(self) -> float:
        """Return the seconds since the start."""
        return self.hass.loop.time() - self.start

    @property
    def outcomes(self) -> list[tuple[str, int]]:
        """Return what was reported of which line."""
        return [(what, id_) for what, id_, _ in self.reports]

    @property
    def ends(self) -> list[tuple[str, int]]:
        """Return how each line ended; one that was cut off is said again before that."""
        return [(what, id_) for what, id_ in self.outcomes if what != "cut"]

    def say(
        self,
        id_: int,
        text: str,
        priority: Priority = Priority.INSTRUCTION,
        stale: float | None = None,
        key: str | None = None,
    ) -> None:
        """Ask for a line; it goes stale after so many seconds."""
        now = dt_util.utcnow()
        until = None if stale is None else now + timedelta(seconds=stale)
        self.announcer.say(Say(now, id_, Line(key or f"line.{id_}", text), priority, until))

    async def settle(self, reports: int, timeout: float = 120) -> None:  # noqa: ASYNC109 - virtual
        """Let time pass until so many lines have been reported."""
        await self.clock.run_until(lambda: len(self.reports) >= reports, timeout)


type Build = Callable[..., Awaitable[Mouth]]
