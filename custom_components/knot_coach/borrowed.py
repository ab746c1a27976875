"""What a coach has changed for the time of a session, and has to give back.

It is on disk before anything is changed, so that a crash gives it back too.
"""

from collections.abc import Mapping
import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from .const import DOMAIN

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 1


class Borrowed:
    """How things stood before, by a key that says what it is and whose, such as `light.bed`."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Prepare; `async_load` reads what is there."""
        self._store: Store[dict[str, Any]] = Store(
            hass, VERSION, f"{DOMAIN}.{entry_id}.borrowed", private=True, atomic_writes=True
        )
        self._kept: dict[str, dict[str, Any]] = {}

    async def async_load(self) -> None:
        """Read what an earlier run has not given back; what cannot be understood is left out."""
        stored: object = None
        try:
            stored = await self._store.async_load()
        except HomeAssistantError, NotImplementedError, OSError:
            # A coach is not kept from its work by a level that cannot be given back.
            _LOGGER.exception("%s cannot be read", self._store.key)
        kept = stored if isinstance(stored, dict) else {}
        self._kept = {key: before for key, before in kept.items() if isinstance(before, dict)}

    @property
    def kept(self) -> Mapping[str, Mapping[str, Any]]:
        """Everything that has not been given back."""
        return self._kept

    async def async_keep(self, key: str, before: Mapping[str, Any]) -> None:
        """Remember how something was; on disk when this returns. It replaces what was kept.

        While Home Assistant stops, it is written at the end of that.
        """
        self._kept[key] = dict(before)
        await self._async_save()

    async def async_forget(self, key: str) -> None:
        """It has been given back, or is not ours any more."""
        if self._kept.pop(key, None) is not None:
            await self._async_save()

    async def async_remove(self) -> None:
        """Delete everything."""
        self._kept.clear()
        await self._store.async_remove()

    async def _async_save(self) -> None:
        # Written in another thread, while the next thing may be kept already.
        await self._store.async_save(dict(self._kept))
