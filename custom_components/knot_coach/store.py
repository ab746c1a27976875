"""What a coach keeps on disk: the session that is going on, what past ones left, and locks.

Health data of one person: it stays in Home Assistant's own storage, readable by its owner alone,
and goes away with the coach. Saves are awaited and atomic, so that a crash finds the last step.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
import logging
from pathlib import Path
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from .borrowed import Borrowed
from .const import DOMAIN
from .massage.areas import Region, Side
from .massage.load import REST_SORE, Feeling, Past, StandingLock, meets
from .massage.messages import Lock, Tier
from .massage.outcomes import Outcome
from .massage.phases import Length, Phase
from .massage.record import emptied

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 1
KEPT_RECORDS: Final = 500
"""More than a year of daily sessions; trends need the last eight (massage.md §6)."""
LEAST_STROKES: Final = 60.0
"""Seconds of strokes that make an area rest like a light session; our choice."""
_STROKES: Final = (Phase.BROAD, Phase.CROSS_FIBER)
_SAFETY: Final = frozenset({Outcome.STOPPED_SAFETY, Outcome.EMERGENCY})


class _Document:
    """One file of a coach, written as a whole."""

    def __init__(self, hass: HomeAssistant, kind: str, entry_id: str) -> None:
        self._hass = hass
        self._store: Store[dict[str, Any]] = Store(
            hass, VERSION, f"{DOMAIN}.{kind}.{entry_id}", private=True, atomic_writes=True
        )
        self._writing = asyncio.Lock()
        self._failed = False

    async def async_load(self) -> tuple[dict[str, Any] | None, bool]:
        """Return what was saved, None if nothing can be read; and whether something was lost."""
        # Home Assistant moves a corrupt file aside and then speaks of no file at all.
        there = await self._hass.async_add_executor_job(Path(self._store.path).exists)
        try:
            data = await self._store.async_load()
        except HomeAssistantError, NotImplementedError, OSError:
            _LOGGER.exception("%s cannot be read", self._store.key)
            return None, True
        return data, there and data is None

    async def async_save(self, data: dict[str, Any]) -> None:
        """Write, after what is being written; a failure is logged once and not raised."""
        async with self._writing:
            try:
                await self._store.async_save(data)
            except (HomeAssistantError, OSError) as err:
                level = logging.DEBUG if self._failed else logging.ERROR
                _LOGGER.log(level, "%s cannot be written: %r", self._store.key, err)
                self._failed = True
            else:
                self._failed = False

    async def async_flush(self) -> None:
        """Come back when nothing is being written any more."""
        async with self._writing:
            return

    async def async_remove(self) -> None:
        """Delete the file."""
        async with self._writing:
            await self._store.async_remove()


@dataclass(slots=True)
class _History:
    records: list[dict[str, Any]] = field(default_factory=list)
    locks: list[StandingLock] = field(default_factory=list)
    pressed: float = 0.0
    """Seconds of pressing in all sessions there ever were; it only grows."""


class Memory:
    """The files of one coach."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Prepare to read; nothing is known before `async_load`."""
        self._session = _Document(hass, "session", entry_id)
        self._history_file = _Document(hass, "history", entry_id)
        self._history = _History()
        self.borrowed = Borrowed(hass, entry_id)
        """What a session has changed in the house."""
        self.interrupted: dict[str, Any] | None = None
        """The stored session that was going on when Home Assistant went away."""

    async def async_load(self, now: datetime) -> None:
        """Read the files. What makes no sense is logged and left out, row by row.

        Where the history or a lock was lost, somebody has to say on a screen that they are well
        before anything starts.
        """
        await self.borrowed.async_load()
        stored, _ = await self._session.async_load()
        session = stored.get("session") if stored else None
        self.interrupted = session if isinstance(session, dict) else None
        history, lost = await self._history_file.async_load()
        if history is not None:
            records = list(_rows(history.get("records"), _past_of))
            stored_locks = history.get("locks")
            locks = list(_rows(stored_locks, _lock_from))
            lost = not isinstance(stored_locks, list) or len(locks) < len(stored_locks)
            self._history = _History(records, [_lock_from(lock) for lock in locks])
            pressed = history.get("pressed")
            self._history.pressed = (
                pressed if isinstance(pressed, float) else sum(map(_pressed_in, records))
            )
        if lost:
            self._history.locks.append(StandingLock(tier=Tier.A, until=now, heat=True))

    async def async_save_session(self, session: Mapping[str, Any] | None) -> None:
        """Store how the session stands, or that there is none."""
        await self._session.async_save({"session": session})

    @property
    def records(self) -> Sequence[Mapping[str, Any]]:
        """What past sessions left, oldest first (massage.md §6)."""
        return self._history.records

    @property
    def last(self) -> Mapping[str, Any] | None:
        """What the last session left behind."""
        return self.records[-1] if self.records else None

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
        """Seconds of pressing in all sessions; it only grows."""
        return self._history.pressed

    def gunned_since(self, start: datetime) -> timedelta:
        """Return how long a massage gun was used in the sessions that ended since then."""
        return timedelta(
            seconds=sum(
                record["gun_seconds"]
                for record in self.records
                if datetime.fromisoformat(record["ended_at"]) > start
            )
        )

    async def async_add(self, records: list[dict[str, Any]], lock: Lock | None) -> None:
        """Keep the records of a session that has ended, and what it locked."""
        self._history.records += records
        self._history.pressed += sum(map(_pressed_in, records))
        del self._history.records[:-KEPT_RECORDS]
        if lock is not None:
            self._history.locks.append(
                StandingLock(
                    tier=lock.tier,
                    until=lock.until,
                    area=lock.area,
                    region=lock.region,
                    heat=lock.heat,
                )
            )
        await self._async_save_history()

    async def async_note_next_day(
        self, area: str, side: Side, feeling: Feeling, now: datetime, score: int | None = None
    ) -> bool:
        """Note how an area feels after its last session; return whether there was one.

        `score` is 0 to 10. Whoever calls this has made sure that a milder word than the one that
        stands there comes from a person: it makes the rest shorter.
        """
        rows = self._last_of(area, side)
        for record in rows:
            record["next_day"] = {"feeling": feeling, "score": score, "at": now.isoformat()}
        await self._async_save_history()
        return bool(rows)

    def told_next_day(self, area: str, side: Side) -> Feeling | None:
        """Return how an area felt after its last session, the worst where two sides differ."""
        told = [
            row["next_day"]["feeling"] for row in self._last_of(area, side) if row.get("next_day")
        ]
        return max(map(Feeling, told), key=list(Feeling).index, default=None)

    def _last_of(self, area: str, side: Side) -> list[dict[str, Any]]:
        """Return the last record of each side that is meant."""
        touched = [row for row in self._history.records if row["area"] == area and row["peak"] > 0]
        sides = (Side.LEFT, Side.RIGHT) if side is Side.BOTH else (side,)
        found = (
            next((row for row in reversed(touched) if meets(Side(row["side"]), one)), None)
            for one in sides
        )
        return list({id(row): row for row in found if row is not None}.values())

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

    async def async_forget(self, before: datetime | None, now: datetime) -> None:
        """Forget the sessions that ended before an instant, or all of them.

        Locks stay, and so does what the limits read of the last 72 hours: no rest can be talked
        away. Of such sessions the scores, the words and everything else are forgotten.
        """
        kept: list[dict[str, Any]] = []
        for record in self._history.records:
            ended_at = datetime.fromisoformat(record["ended_at"])
            if before is not None and ended_at >= before:
                kept.append(record)
            elif ended_at > now - REST_SORE:
                kept.append(emptied(record))
        self._history.records = kept
        await self._async_save_history()

    async def async_flush(self) -> None:
        """Come back when everything is on disk."""
        await self._session.async_flush()
        await self._history_file.async_flush()

    async def async_remove(self) -> None:
        """Forget everything about this person."""
        await self._session.async_remove()
        await self._history_file.async_remove()
        await self.borrowed.async_remove()

    async def _async_save_history(self) -> None:
        await self._history_file.async_save(
            {
                "records": list(self._history.records),
                "pressed": self._history.pressed,
                "locks": [
                    {
                        "tier": lock.tier,
                        "until": lock.until.isoformat(),
                        "area": lock.area,
                        "region": lock.region,
                        "heat": lock.heat,
                        "acknowledged": lock.acknowledged,
                    }
                    for lock in self._history.locks
                ],
            }
        )


def _lock_from(data: Mapping[str, Any]) -> StandingLock:
    """Read a lock; the first ones knew neither regions nor heat."""
    region = data.get("region")
    return StandingLock(
        tier=Tier(data["tier"]),
        until=datetime.fromisoformat(data["until"]),
        area=data["area"],
        region=None if region is None else Region(region),
        heat=data.get("heat", data["tier"] == Tier.A),
        acknowledged=data["acknowledged"],
    )


def _rows(stored: object, read: Callable[[dict[str, Any]], object]) -> Iterator[dict[str, Any]]:
    """Yield the rows that can be read."""
    for row in stored if isinstance(stored, list) else ():
        try:
            read(row)
        except KeyError, TypeError, ValueError:
            _LOGGER.exception("A stored row makes no sense and is left out")
        else:
            yield row


def _past(records: Sequence[Mapping[str, Any]]) -> tuple[Past, ...]:
    """Split each record into the sides that were touched."""
    return tuple(past for record in records for past in _past_of(record))


def _past_of(record: Mapping[str, Any]) -> list[Past]:
    told = record.get("next_day")
    return [
        Past(
            area=record["area"],
            side=Side(side),
            ended_at=datetime.fromisoformat(record["ended_at"]),
            length=Length(record["length"]),
            peak=record["peak"],
            press_seconds=round(seconds),
            safety_stop=record["outcome"] in _SAFETY,
            gun=record["gun_seconds"] > 0,
            stroked=_stroked(record),
            next_day=None if told is None else Feeling(told["feeling"]),
        )
        for side, seconds in _per_side(record).items()
    ]


def _pressed_in(record: Mapping[str, Any]) -> float:
    return float(sum(one["seconds"] for one in record["pressed"]))


def _stroked(record: Mapping[str, Any]) -> bool:
    """Tell whether hands worked on it long enough to make it rest, pressed or not; our choice."""
    techniques = record.get("techniques") or {}
    return bool(sum(techniques.get(phase, 0.0) for phase in _STROKES) >= LEAST_STROKES)


def _per_side(record: Mapping[str, Any]) -> dict[str, float]:
    sides: dict[str, float] = {}
    for one in record["pressed"]:
        sides[one["side"]] = sides.get(one["side"], 0.0) + one["seconds"]
    touched = record["outcome"] in _SAFETY or record["gun_seconds"] > 0 or _stroked(record)
    if not sides and touched and record["side"] is not None:
        sides[record["side"]] = 0.0
    return sides
