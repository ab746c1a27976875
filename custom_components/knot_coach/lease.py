"""The promises to switch heaters off, kept on disk so that they outlive a crash (DESIGN.md §6).

One file for all coaches, apart from everything else that is stored. A heater gets power only
after its lease is proved to be on disk, and a lease leaves only after the heater is proved off.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
import logging
from pathlib import Path
from typing import Any, Final, Self

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.singleton import singleton
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .massage.heat import USES_A_DAY, HeatKind

_LOGGER = logging.getLogger(__name__)

STORAGE_KEY: Final = f"{DOMAIN}.heat"
STORAGE_VERSION: Final = 1
KEPT_USES: Final = 30
"""How many ended uses are kept. By number and not by age: a clock that was wrong must not make
the last hours forgotten."""


class LeaseNotStoredError(HomeAssistantError):
    """The lease did not get onto the disk, so the heater gets no power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One heater may have power until `off_at`, for one coach."""

    heater: str
    """The entity id under which the heater is configured; the key of the lease."""
    entry_id: str
    started: datetime
    off_at: datetime
    power_sensor: str | None = None
    registry_id: str | None = None
    """Finds the heater again when it was renamed."""
    meter_id: str | None = None
    """The same for the power sensor; the book knows it where whoever asks does not."""
    kind: HeatKind = HeatKind.BODY
    """Says how much proof of off is needed."""
    drill: datetime | None = None
    """When the drill began of which this is a part; all its parts are one use."""
    switches_until: datetime | None = None
    """Until then a countdown of the device, of which nothing is proved, may switch it on."""
    cut_by: datetime | None = None
    """When the device, which was proved to, has cut the power by itself at last; None once off was seen."""

    def as_dict(self) -> dict[str, str | None]:
        """Return the plain form that is stored."""
        return {
            "heater": self.heater,
            "entry_id": self.entry_id,
            "started": self.started.isoformat(),
            "off_at": self.off_at.isoformat(),
            "power_sensor": self.power_sensor,
            "registry_id": self.registry_id,
            "meter_id": self.meter_id,
            "kind": self.kind.value,
            "drill": None if self.drill is None else self.drill.isoformat(),
            "switches_until": (
                None if self.switches_until is None else self.switches_until.isoformat()
            ),
            "cut_by": None if self.cut_by is None else self.cut_by.isoformat(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read the plain form. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            heater=_text(data["heater"]),
            entry_id=_text(data["entry_id"]),
            started=_instant(data["started"]),
            off_at=_instant(data["off_at"]),
            power_sensor=_text_or_none(data["power_sensor"]),
            registry_id=_text_or_none(data["registry_id"]),
            # Leases from before meters were followed have none.
            meter_id=_text_or_none(data.get("meter_id")),
            # Leases from before there were rooms are of a body, which needs more proof.
            kind=HeatKind(data.get("kind", HeatKind.BODY)),
            drill=_instant_or_none(data.get("drill")),
            switches_until=_instant_or_none(data.get("switches_until")),
            cut_by=_instant_or_none(data.get("cut_by")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """One use of heat that has ended."""

    heater: str
    entry_id: str
    ended: datetime

    def as_dict(self) -> dict[str, str]:
        return {"heater": self.heater, "entry_id": self.entry_id, "ended": self.ended.isoformat()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            heater=_text(data["heater"]),
            entry_id=_text(data["entry_id"]),
            ended=_instant(data["ended"]),
        )


@dataclass(frozen=True, slots=True)
class _Doubt:
    """The file could not be read at this moment: any heater may be on, but those proved off since."""

    since: datetime
    cleared: frozenset[str] = frozenset()

    def as_dict(self) -> dict[str, Any]:
        return {"since": self.since.isoformat(), "cleared": sorted(self.cleared)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        return cls(_instant(data["since"]), frozenset(_text(item) for item in data["cleared"]))


class LeaseBook:
    """All leases and the uses of heat that have ended."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Make an empty book; `async_load` fills it."""
        self.held = set[str]()
        """Heaters that a coach warms with now; the lease of any other is left over from before."""
        self._hass = hass
        self._store = _store(hass)
        self._writing = asyncio.Lock()
        self._leases: dict[str, Lease] = {}
        self._uses: list[_Use] = []
        self._doubt: _Doubt | None = None

    async def async_load(self) -> None:
        """Read the file. One that cannot be read makes the book `unreadable`, and never raises."""
        try:
            # Home Assistant moves a corrupt file aside and then speaks of no file at all.
            there = await self._hass.async_add_executor_job(_exists, Path(self._store.path))
            data = await self._store.async_load()
            if data is not None:
                self._read(data)
                return
        except HomeAssistantError, NotImplementedError, OSError:
            _LOGGER.exception("The stored heat leases cannot be read")
        except AttributeError, KeyError, TypeError, ValueError:
            _LOGGER.exception("The stored heat leases make no sense")
        else:
            if not there:
                return
        _LOGGER.error("Every configured heater will be switched off to be sure")
        self._leases, self._uses = {}, []
        self._doubt = _Doubt(dt_util.utcnow())
        await self.async_store()

    @property
    def unreadable(self) -> bool:
        """Whether the file was lost once, so that leases may be missing."""
        return self._doubt is not None

    @property
    def leases(self) -> tuple[Lease, ...]:
        """All leases."""
        return tuple(self._leases.values())

    @callback
    def lease(self, heater: str) -> Lease | None:
        """Return the lease of a heater, if it has one."""
        return self._leases.get(heater)

    @callback
    def doubts(self, heater: str) -> bool:
        """Tell whether a lost lease may have left this heater on."""
        return self._doubt is not None and heater not in self._doubt.cleared

    @property
    def heaters(self) -> set[str]:
        """Each name under which a lease or a use is kept."""
        return {*self._leases, *(use.heater for use in self._uses)}

    @callback
    def uses(
        self, heater: str, entry_id: str, *, others: Collection[str] = ()
    ) -> tuple[datetime, ...]:
        """Return when each use by this coach or of this heater ended, or will have ended.

        What a lost file would have told is assumed to be the worst: a full day's uses.

        Args:
            heater: The name under which it is configured.
            entry_id: The coach.
            others: More names of the same heater.
        """
        names = {heater, *others}
        ended = [u.ended for u in self._uses if u.heater in names or entry_id == u.entry_id]
        going = [
            lease.off_at
            for lease in self._leases.values()
            if lease.heater in names or entry_id == lease.entry_id
        ]
        lost = [] if self._doubt is None else [self._doubt.since] * USES_A_DAY
        return (*ended, *going, *lost)

    async def async_grant(self, lease: Lease) -> None:
        """Put a lease on disk, and come back only when it is proved to be there.

        Raises LeaseNotStoredError where it is not; the heater must not get power then.
        """
        lease = self._leases[lease.heater] = self._with_meter(lease)
        try:
            await self._async_write()
        except LeaseNotStoredError:
            if self._leases.get(lease.heater) is lease:
                del self._leases[lease.heater]
            raise

    async def async_owe(self, lease: Lease) -> None:
        """Note a heater that may be on already: it is owed its off, stored or not."""
        # Whoever switched it on has set no countdown that could be late.
        self._leases[lease.heater] = replace(self._with_meter(lease), cut_by=None)
        await self.async_store()

    @callback
    def excuse(self, heater: str) -> None:
        """Blame its countdown for nothing that comes now: the heater was seen off. `async_store` makes it last."""
        if (lease := self._leases.get(heater)) is not None:
            self._leases[heater] = replace(lease, cut_by=None)

    @callback
    def release(self, heater: str, *, ended: datetime | None) -> None:
        """Forget the lease of a heater that is proved off; `async_store` makes it last.

        Args:
            heater: The key of the lease; it is no mistake if there is none.
            ended: When the use ended; None if the heater never had power, so nothing is counted.
        """
        lease = self._leases.pop(heater, None)
        if self._doubt is not None:
            self._doubt = _Doubt(self._doubt.since, self._doubt.cleared | {heater})
        if lease is not None and ended is not None:
            if (drill := lease.drill) is not None:
                self._uses = [u for u in self._uses if u.heater != heater or u.ended <= drill]
            self._uses.append(_Use(heater=heater, entry_id=lease.entry_id, ended=ended))
            del self._uses[:-KEPT_USES]

    async def async_store(self) -> None:
        """Write the book as it is; a failure is logged.

        The disk then still holds a lease that is over, and the next start switches that heater
        off once more.
        """
        try:
            await self._async_write()
        except LeaseNotStoredError:
            _LOGGER.exception("What became of the heat leases is not on disk")

    def _with_meter(self, lease: Lease) -> Lease:
        """Note what finds the meter again when it was renamed."""
        if lease.power_sensor is None or lease.meter_id is not None:
            return lease
        entry = er.async_get(self._hass).async_get(lease.power_sensor)
        return lease if entry is None else replace(lease, meter_id=entry.id)

    def _read(self, data: Mapping[str, Any]) -> None:
        leases = [Lease.from_dict(item) for item in data["leases"]]
        self._uses = [_Use.from_dict(item) for item in data["uses"]]
        self._doubt = None if data["doubt"] is None else _Doubt.from_dict(data["doubt"])
        self._leases = {lease.heater: lease for lease in leases}

    async def _async_write(self) -> None:
        async with self._writing:
            data = {
                "leases": [lease.as_dict() for lease in self._leases.values()],
                "uses": [use.as_dict() for use in self._uses],
                "doubt": None if self._doubt is None else self._doubt.as_dict(),
            }
            try:
                await self._store.async_save(data)
                # A full disk is only logged by the store, and at shutdown it only queues.
                stored = await _store(self._hass).async_load()
            except (HomeAssistantError, OSError) as error:
                raise LeaseNotStoredError(f"Heat leases cannot be stored: {error}") from error
            if stored != data:
                raise LeaseNotStoredError("Heat leases did not get onto the disk")


DATA_BOOK: HassKey[LeaseBook] = HassKey(f"{DOMAIN}_heat")


@singleton(DATA_BOOK, async_=True)
async def async_get_book(hass: HomeAssistant) -> LeaseBook:
    """Return the one book of this Home Assistant, read from disk at the first call."""
    book = LeaseBook(hass)
    await book.async_load()
    return book


def _store(hass: HomeAssistant) -> Store[dict[str, Any]]:
    return Store(hass, STORAGE_VERSION, STORAGE_KEY, atomic_writes=True)


def _exists(path: Path) -> bool:
    """Tell whether there is a file, or one that was moved aside and not replaced since."""
    return path.exists() or any(path.parent.glob(f"{path.name}.corrupt.*"))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _instant_or_none(value: object) -> datetime | None:
    return None if value is None else _instant(value)


def _instant(value: object) -> datetime:
    instant = datetime.fromisoformat(_text(value))
    if instant.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return instant
