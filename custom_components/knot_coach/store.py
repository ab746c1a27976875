"""What a coach keeps on disk: the session that is going on, what past ones left, and locks.

Health data of one person: it stays in Home Assistant's own storage, readable by its owner alone,
and goes away with the coach. Saves are awaited and atomic, so that a crash finds the last step.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .massage.areas import Side
from .massage.load import Past, StandingLock
from .massage.messages import Lock, Tier
from .massage.phases import Length
from .massage.states import Outcome

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 1
KEPT_RECORDS: Final = 500
"""More than a year of daily sessions; trends need the last eight (massage.md §6)."""
_SAFETY: Final = frozenset({Outcome.STOPPED_SAFETY, Outcome.EMERGENCY})


class _Document:
    """One file of a coach, written as a whole."""

    def __init__(self, hass: HomeAssistant, kind: str, entry_id: str) -> None:
        self._store: Store[dict[str, Any]] = Store(
            hass, VERSION, f"{DOMAIN}.{kind}.{entry_id}", private=True, atomic_writes=True
        )
        self._writing = asyncio.Lock()

    async def async_load(self) -> dict[str, Any] | None:
        """Return what was saved; None if there is nothing that can be read."""
        return await self._store.async_load()

    async def async_save(self, data: dict[str, Any]) -> None:
        """Write, after what is being written."""
        async with self._writing:
            await self._store.async_save(data)

    async def async_remove(self) -> None:
        """Delete the file."""
        async with self._writing:
            await self._store.async_remove()


@dataclass(slots=True)
class _History:
    records: list[dict[str, Any]] = field(default_factory=list)
    locks: list[StandingLock] = field(default_factory=list)


class Memory:
    """The files of one coach."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Prepare to read; nothing is known before `async_load`."""
        self._session = _Document(hass, "session", entry_id)
        self._history_file = _Document(hass, "history", entry_id)
        self._history = _History()
        self.interrupted: dict[str, Any] | None = None
        """The stored session that was going on when Home Assistant went away."""

    async def async_load(self) -> None:
        """Read both files; one that makes no sense is logged and counts as empty."""
        stored = await self._session.async_load()
        self.interrupted = stored["session"] if stored else None
        if (history := await self._history_file.async_load()) is None:
            return
        try:
            locks = [_lock_from(lock) for lock in history["locks"]]
            records = list(history["records"])
            _past(records)
            self._history = _History(records, locks)
        except KeyError, TypeError, ValueError:
            _LOGGER.exception("The stored history makes no sense and is left out")

    async def async_save_session(self, session: Mapping[str, Any] | None) -> None:
        """Store how the session stands, or that there is none."""
        await self._session.async_save({"session": session})

    @property
    def records(self) -> Sequence[Mapping[str, Any]]:
        """What past sessions left, oldest first (massage.md §6)."""
        return self._history.records

    @property
    def locks(self) -> Sequence[StandingLock]:
        """What safety stops have locked."""
        return self._history.locks

    @property
    def past(self) -> tuple[Past, ...]:
        """The records, as the limits read them."""
        return _past(self._history.records)

    @property
    def pressed(self) -> float:
        """Seconds of pressing in all kept sessions."""
        return sum(float(one["seconds"]) for record in self.records for one in record["pressed"])

    async def async_add(self, record: dict[str, Any], lock: Lock | None) -> None:
        """Keep the record of a session that has ended, and what it locked."""
        self._history.records.append(record)
        del self._history.records[:-KEPT_RECORDS]
        if lock is not None:
            standing = StandingLock(tier=lock.tier, until=lock.until, area=lock.area)
            self._history.locks.append(standing)
        await self._async_save_history()

    async def async_acknowledge(self, now: datetime) -> bool:
        """Note that a person is well again; return whether there was something to note.

        A lock stays until its time is over even when it was acknowledged (massage.md §4.3).
        """
        open_locks = any(not lock.acknowledged for lock in self._history.locks)
        self._history.locks = [
            replace(lock, acknowledged=True) for lock in self._history.locks if lock.until > now
        ]
        await self._async_save_history()
        return open_locks

    async def async_remove(self) -> None:
        """Forget everything about this person."""
        await self._session.async_remove()
        await self._history_file.async_remove()

    async def _async_save_history(self) -> None:
        await self._history_file.async_save(
            {
                "records": list(self._history.records),
                "locks": [
                    {
                        "tier": lock.tier,
                        "until": lock.until.isoformat(),
                        "area": lock.area,
                        "acknowledged": lock.acknowledged,
                    }
                    for lock in self._history.locks
                ],
            }
        )


def _lock_from(data: Mapping[str, Any]) -> StandingLock:
    return StandingLock(
        tier=Tier(data["tier"]),
        until=datetime.fromisoformat(data["until"]),
        area=data["area"],
        acknowledged=data["acknowledged"],
    )


def _past(records: Sequence[Mapping[str, Any]]) -> tuple[Past, ...]:
    """Split each record into the sides that were touched."""
    return tuple(
        Past(
            area=record["area"],
            side=Side(side),
            ended_at=datetime.fromisoformat(record["ended_at"]),
            length=Length(record["length"]),
            peak=record["peak"],
            press_seconds=round(seconds),
            safety_stop=record["outcome"] in _SAFETY,
        )
        for record in records
        for side, seconds in _per_side(record).items()
    )


def _per_side(record: Mapping[str, Any]) -> dict[str, float]:
    sides: dict[str, float] = {}
    for one in record["pressed"]:
        sides[one["side"]] = sides.get(one["side"], 0.0) + one["seconds"]
    if not sides and record["outcome"] in _SAFETY and record["side"] is not None:
        sides[record["side"]] = 0.0
    return sides
