"""A session that is put away on disk, and taken out again by the next run."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.util import dt as dt_util

from .content import Catalogue
from .massage.halts import SAFETY_LOCK
from .massage.messages import Lock, Question, Tier
from .massage.record import records
from .massage.snapshot import UnreadableSnapshotError, restore, save
from .massage.states import Session
from .massage.wording import Phrasebook
from .store import Memory

_LOGGER = logging.getLogger(__name__)

RESUMABLE_FOR: Final = timedelta(minutes=30)
"""A session that was cut off longer ago is over; nobody lies there still. Our choice."""


@dataclass(frozen=True, slots=True)
class Found:
    """A session that was cut off."""

    session: Session
    saved_at: datetime
    trigger: str
    resumable: bool

    @property
    def lock(self) -> Lock | None:
        """What silence locks where it was asked whether something is wrong (massage.md §4.8)."""
        if not {Question.WRONG, Question.ACHE} & set(self.session.todo[:1]):
            return None
        until = self.saved_at + SAFETY_LOCK
        return Lock(self.saved_at, Tier.B, until, area=self.session.order.area.key)

    @property
    def records(self) -> list[dict[str, Any]]:
        """What it leaves behind if it is not resumed."""
        return records(self.session, self.saved_at, self.trigger)


class Shelf:
    """Where the session of a coach is put away at every step."""

    def __init__(self, memory: Memory) -> None:
        """Begin with nothing known to be on disk."""
        self._memory = memory
        self._writing = asyncio.Lock()
        self._put: Session | None = None

    async def async_put(
        self, session: Callable[[], Session | None], now: Callable[[], datetime], trigger: str
    ) -> None:
        """Store the session as it stands when its turn comes; several wishes in a row are one write.

        The wall clock goes along, and tells the next run how old it is.
        """
        async with self._writing:
            current = session()
            if current is self._put and current is not None:
                return
            await self._memory.async_save_session(
                {
                    "saved_at": dt_util.utcnow().isoformat(),
                    "trigger": trigger,
                    "language": current.order.book.language,
                    "session": save(current, now()),
                }
                if current is not None and current.live
                else None
            )
            self._put = current


def unpack(
    stored: Mapping[str, Any], catalogue: Catalogue, book: Phrasebook, now: datetime
) -> Found | None:
    """Take a session out again, interrupted; None, and a line in the log, if it is damaged.

    It goes on in the language in which it began; in that of the `book`, where that is gone.
    """
    try:
        saved_at = datetime.fromisoformat(stored["saved_at"])
        book = catalogue.books.get(stored.get("language", ""), book)
        session = restore(stored["session"], catalogue.areas, book, now)
        trigger = str(stored["trigger"])
    except UnreadableSnapshotError, KeyError, TypeError, ValueError:
        _LOGGER.exception("The interrupted session cannot be read and is given up")
        return None
    fresh = timedelta() <= dt_util.utcnow() - saved_at <= RESUMABLE_FOR
    return Found(session, saved_at, trigger, resumable=session.live and fresh)
