"""Runs sessions on the event loop: one timer, one line of facts, effects in their order.

Everything that happens to a session goes through `take`: it is done to the pure core, and what
the core asks for is handed out, in the order it was asked for. A fact that arrives while that is
going on waits in line. Nothing here sleeps or polls.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
import logging
from typing import Final

from homeassistant.core import callback

from .clock import Clock
from .massage.messages import ClockMoved, Command, Effect, NotNow, Report
from .massage.moves import Move
from .massage.remarks import NoHarder, Remark
from .massage.session import advance, command, report
from .massage.states import Session

_LOGGER = logging.getLogger(__name__)

LATE: Final = timedelta(seconds=3)
"""Woken this long after a deadline, nobody has watched the person (DESIGN.md §5)."""

type Perform = Callable[[Effect], None]
type Settled = Callable[[Session | None, Session, datetime], None]
"""Called after each move with the session before it, the session now, and the instant."""


class Runner:
    """Holds the session of a coach, and wakes it when something is due."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        perform: Perform,
        settled: Settled,
        broken: Callable[[Session | None], None],
    ) -> None:
        """Begin with no session; `broken` gets the session that a fault of ours has ended."""
        self.session: Session | None = None
        self.next_id = 1
        """The id of the next session's first utterance, so that no late report fits two sessions."""
        self._loop = loop
        self._clock = Clock(loop)
        self._perform, self._settled, self._broken = perform, settled, broken
        self._timer: asyncio.TimerHandle | None = None
        self._inbox: deque[Callable[[Session, datetime], Move]] = deque()
        self._busy = False
        self._stopped = False

    def now(self) -> datetime:
        """Return the present instant on a clock that nobody can set back."""
        return self._clock.now()

    @property
    def live(self) -> bool:
        """Whether a session goes on."""
        return self.session is not None and self.session.live

    @callback
    def begin(self, move: Move, now: datetime) -> None:
        """Take over a session that has just begun, or come back."""
        if not self._stopped:
            self._safely(lambda: move, now)

    @callback
    def command(self, wish: Command | NoHarder) -> None:
        """Carry out a wish. Raises NotNow with the reason, and nothing has happened then."""
        self._take(lambda session, now: command(session, wish, now))

    @callback
    def report(self, fact: Report | Remark) -> None:
        """Tell the session a fact; without a session it is nobody's."""
        self._take(lambda session, now: report(session, fact, now))

    @callback
    def stop(self) -> None:
        """Do nothing more; the session stays as it stands."""
        self._arm(None)
        self._inbox.clear()
        self._stopped = True

    def _take(self, move: Callable[[Session, datetime], Move]) -> None:
        if self._stopped:
            return
        if self._busy:
            self._inbox.append(move)
        elif (session := self.session) is not None:
            now = self.now()
            self._safely(lambda: move(session, now), now)

    def _safely(self, move: Callable[[], Move], now: datetime) -> None:
        """Carry a move out. Raises NotNow alone; any other fault gives the session up."""
        try:
            self._carry_out(move(), now)
        except NotNow:
            raise
        except Exception:
            # Whoever presses now must not be left alone with it, whatever is wrong with us.
            _LOGGER.exception("The session cannot go on and is given up")
            given_up, self.session = self.session, None
            self._inbox.clear()
            self._arm(None)
            self._broken(given_up)

    def _carry_out(self, move: Move, now: datetime) -> None:
        before, self._busy = self.session, True
        try:
            session, effects = move
            self.session, self.next_id = session, session.next_id
            for effect in effects:
                self._perform(effect)
        finally:
            self._busy = False
        self._arm(session.deadline)
        self._settled(before, session, now)
        while self._inbox:
            waiting = self._inbox.popleft()
            try:
                self._take(waiting)
            except NotNow as err:
                _LOGGER.debug("Too late for a command: %s", err.reason)

    def _arm(self, deadline: datetime | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if deadline is not None:
            self._timer = self._loop.call_at(self._clock.loop_time(deadline), self._due, deadline)

    @callback
    def _due(self, deadline: datetime) -> None:
        self._timer = None
        gap = self.now() - deadline
        if gap > LATE:
            self.report(ClockMoved(gap))
        else:
            self._take(advance)
