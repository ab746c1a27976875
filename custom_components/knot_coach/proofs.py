"""What drills have proved, kept on disk: which device was seen to cut its own power, and when."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
import logging
from typing import Any, Final, Self

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.singleton import singleton
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN

_LOGGER = logging.getLogger(__name__)

STORAGE_KEY: Final = f"{DOMAIN}.dead_man"
STORAGE_VERSION: Final = 1
RULES: Final = 2
"""By which rules a drill proves: those before looked less closely at who has cut the power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A device has cut the power by itself, and left it cut."""

    heater: str
    """Registry id of the heater, which another device of the same name does not have; else its entity id."""
    dead_man: str
    """The same of the countdown entity, or the minutes after which the device switches off."""
    at: datetime
    rules: int = RULES
    """By which rules it was made; 0 where nobody knows."""

    def as_dict(self) -> dict[str, Any]:
        """Return the plain form that is stored."""
        return asdict(self) | {"at": self.at.isoformat()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read the plain form. Raises KeyError, TypeError or ValueError for anything else."""
        at = datetime.fromisoformat(data["at"])
        if at.tzinfo is None:
            raise ValueError(f"{at} has no time zone")
        return cls(
            heater=str(data["heater"]),
            dead_man=str(data["dead_man"]),
            at=at,
            rules=int(data.get("rules", 0)),
        )


class Proofs:
    """The proofs of all coaches, one for each at most."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Know nothing; `async_load` reads the file."""
        self._hass = hass
        self._store = _store(hass)
        self._writing = asyncio.Lock()
        self._proofs: dict[str, Proof] = {}

    async def async_load(self) -> None:
        """Read the file. What cannot be read proves nothing, and never raises."""
        try:
            data = await self._store.async_load()
            rows = {} if data is None else data["proofs"]
            self._proofs = {entry_id: Proof.from_dict(row) for entry_id, row in rows.items()}
        except HomeAssistantError, NotImplementedError, OSError:
            _LOGGER.exception("What the heat drills have proved cannot be read")
        except AttributeError, KeyError, TypeError, ValueError:
            _LOGGER.exception("What the heat drills have proved makes no sense")

    @callback
    def of(self, entry_id: str) -> Proof | None:
        """Return what was proved for a coach, by the rules of today."""
        proof = self._proofs.get(entry_id)
        return proof if proof is not None and proof.rules == RULES else None

    async def async_put(self, entry_id: str, proof: Proof) -> bool:
        """Keep a proof; tell whether it is on disk. Where it is not, it does not count either."""
        self._proofs[entry_id] = proof
        if await self._async_write():
            return True
        self._proofs.pop(entry_id, None)
        return False

    async def async_void(self, entry_id: str) -> bool:
        """Forget what was proved for a coach; tell whether the disk has forgotten it, too."""
        return self._proofs.pop(entry_id, None) is None or await self._async_write()

    async def _async_write(self) -> bool:
        async with self._writing:
            data = {"proofs": {key: proof.as_dict() for key, proof in self._proofs.items()}}
            try:
                await self._store.async_save(data)
                # A full disk is only logged by the store.
                stored = await _store(self._hass).async_load()
            except HomeAssistantError, OSError:
                _LOGGER.exception("What a heat drill has proved cannot be stored")
                return False
            return stored == data


DATA_PROOFS: HassKey[Proofs] = HassKey(f"{DOMAIN}_dead_man")


@singleton(DATA_PROOFS, async_=True)
async def async_get_proofs(hass: HomeAssistant) -> Proofs:
    """Return the proofs of this Home Assistant, read from disk at the first call."""
    proofs = Proofs(hass)
    await proofs.async_load()
    return proofs


def _store(hass: HomeAssistant) -> Store[dict[str, Any]]:
    return Store(hass, STORAGE_VERSION, STORAGE_KEY, atomic_writes=True)
