"""The clock of the session: it runs with the event loop, and nobody can set it back.

The wall clock is read once; after that only the loop's monotonic time counts, so that a clock that
is corrected in the middle of a hold neither shortens nor lengthens it.
"""

import asyncio
from datetime import datetime, timedelta

from homeassistant.util import dt as dt_util


class Clock:
    """UTC as an event loop sees it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Anchor the loop's time at the present instant."""
        self._loop = loop
        self._anchor, self._anchor_loop = dt_util.utcnow(), loop.time()

    def now(self) -> datetime:
        """Return the present instant."""
        return self._anchor + timedelta(seconds=self._loop.time() - self._anchor_loop)

    def loop_time(self, moment: datetime) -> float:
        """Return when an instant comes, in the loop's own seconds."""
        return self._anchor_loop + (moment - self._anchor).total_seconds()
