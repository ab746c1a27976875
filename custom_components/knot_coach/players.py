"""Media players as what sets how loud an output is: which they are, what they show, how to tell them.

Nothing here knows of sessions.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
import logging
from math import floor, isfinite
from typing import Any, Final, override

from homeassistant.components.media_player.const import (
    ATTR_GROUP_MEMBERS,
    ATTR_MEDIA_VOLUME_LEVEL,
    ATTR_MEDIA_VOLUME_MUTED,
    DATA_COMPONENT,
    DOMAIN,
    MediaPlayerEntityFeature,
    MediaPlayerState,
)
from homeassistant.const import ATTR_ENTITY_ID, ATTR_SUPPORTED_FEATURES, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, State, callback, split_entity_id
from homeassistant.helpers import entity_registry as er

_LOGGER = logging.getLogger(__name__)

CALL_SECONDS: Final = 2.0
"""For which one action on a player may take; our choice."""
SAME: Final = 0.005
"""Two levels that differ by no more are one: half of the smallest step that players report."""

PLAYING: Final = frozenset({MediaPlayerState.PLAYING, MediaPlayerState.BUFFERING})

# Announcements bring their own volume, under this key of `extra` and as this many steps, and the
# player goes back to its own by itself. Read in the `async_play_media` of each integration.
NATIVE: Final[dict[str, tuple[str, int | None]]] = {
    "bang_olufsen": ("overlay_absolute_volume", 100),
    "music_assistant": ("announce_volume", 100),
    "sonos": ("volume", 100),
    "squeezebox": ("announce_volume", None),
}


@callback
def native_volume(hass: HomeAssistant, entity_id: str, volume: float | None) -> dict[str, Any]:
    """Return the `extra` of `play_media` that makes an announcement as loud as `volume`, 0 to 1.

    It is empty where a player has no volume for announcements, and never louder than asked for.
    """
    entry = er.async_get(hass).async_get(entity_id)
    if entry is None or not supports(
        hass.states.get(entity_id), MediaPlayerEntityFeature.MEDIA_ANNOUNCE
    ):
        return {}
    extra = dict[str, Any]()
    if entry.platform == "music_assistant":
        # A bell before each line takes the time of the line (peers.md ask 11).
        extra["use_pre_announce"] = False
    if volume is not None and (native := NATIVE.get(entry.platform)) is not None:
        key, steps = native
        # All of them take nought for "as loud as you are".
        if (level := volume if steps is None else floor(volume * steps + 1e-6)) > 0:
            extra[key] = level
    return extra


@callback
def has_native_volume(hass: HomeAssistant, entity_id: str, volume: float | None) -> bool:
    """Tell whether announcements of this player bring this volume with them.

    With no volume asked for, tell whether they could.
    """
    entry = er.async_get(hass).async_get(entity_id)
    if entry is None or (native := NATIVE.get(entry.platform)) is None:
        return False
    return native[0] in native_volume(hass, entity_id, 1.0 if volume is None else volume)


@callback
def sounding(hass: HomeAssistant, entity_id: str) -> list[str]:
    """Return the media players whose level is heard when an output speaks.

    These are the player itself, the members of a group, and for a satellite the players of its
    device.
    """
    if split_entity_id(entity_id)[0] == DOMAIN:
        return list(dict.fromkeys(_members(hass, entity_id, set(), joined=True)))
    registry = er.async_get(hass)
    entry = registry.async_get(entity_id)
    if entry is None or entry.device_id is None:
        return []
    return [
        sibling.entity_id
        for sibling in er.async_entries_for_device(registry, entry.device_id)
        if sibling.domain == DOMAIN
    ]


@callback
def playing_through(hass: HomeAssistant, entity_id: str) -> list[str]:
    """Return the media players that are told to play when an output speaks."""
    if split_entity_id(entity_id)[0] != DOMAIN:
        return []
    return list(dict.fromkeys(_members(hass, entity_id, set(), joined=False)))


def _members(
    hass: HomeAssistant, entity_id: str, found: set[str], *, joined: bool
) -> Iterator[str]:
    """Walk through groups of groups; `joined` also follows players that play as one."""
    if entity_id in found:
        return
    found.add(entity_id)
    state = hass.states.get(entity_id)
    attributes = {} if state is None else state.attributes
    if inner := _players(attributes.get(ATTR_ENTITY_ID)):
        # A group of Home Assistant has no level of its own.
        for member in inner:
            yield from _members(hass, member, found, joined=joined)
        return
    yield entity_id
    if joined:
        yield from _players(attributes.get(ATTR_GROUP_MEMBERS))


def _players(listed: object) -> list[str]:
    if not isinstance(listed, list | tuple | set):
        return []
    return [name for name in listed if isinstance(name, str) and name.startswith(f"{DOMAIN}.")]


def supports(state: State | None, wanted: MediaPlayerEntityFeature) -> bool:
    """Tell whether a player supports something."""
    return state is not None and bool(state.attributes.get(ATTR_SUPPORTED_FEATURES, 0) & wanted)


def same(one: float | None, other: float | None) -> bool:
    """Tell whether two levels are one."""
    # What 0.505 - 0.5 comes to is a little more than 0.005.
    return one is not None and other is not None and abs(one - other) < SAME + 1e-6


class Player:
    """One media player."""

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        """Name it; it does not have to exist."""
        self._hass = hass
        self.entity_id = entity_id
        self._looks = set[Callable[[], None]]()

    @override
    def __str__(self) -> str:
        return self.entity_id

    @property
    def state(self) -> State | None:
        """Its state."""
        return self._hass.states.get(self.entity_id)

    @property
    def available(self) -> bool:
        """Whether a call would reach it; Home Assistant skips the others without an error."""
        state = self.state
        return state is not None and state.state != STATE_UNAVAILABLE

    @property
    def playing(self) -> bool:
        """Whether it plays, or is about to."""
        state = self.state
        return state is not None and state.state in PLAYING

    @property
    def level(self) -> float | None:
        """Its volume, 0 to 1; None where that is not known."""
        level = self._shown(ATTR_MEDIA_VOLUME_LEVEL)
        if isinstance(level, int | float) and isfinite(level):
            return float(level)
        return None

    @property
    def muted(self) -> bool | None:
        """Whether it is muted; None where that is not known."""
        muted = self._shown(ATTR_MEDIA_VOLUME_MUTED)
        return muted if isinstance(muted, bool) else None

    def _shown(self, attribute: str) -> object:
        state = self.state
        if state is None or state.state != MediaPlayerState.OFF:
            return None if state is None else state.attributes.get(attribute)
        # A state `off` shows no volume, and many players are `off` whenever they play nothing.
        component = self._hass.data.get(DATA_COMPONENT)
        entity = None if component is None else component.get_entity(self.entity_id)
        try:
            return getattr(entity, attribute, None)
        except Exception as error:  # noqa: BLE001 - nobody else asks an integration for it then
            _LOGGER.debug("%s hides its %s: %r", self.entity_id, attribute, error)
            return None

    def can(self, wanted: MediaPlayerEntityFeature) -> bool:
        """Tell whether it supports something."""
        return supports(self.state, wanted)

    async def async_call(self, service: str, **data: object) -> bool:
        """Tell it to do something; tell whether it took that without complaint, in time."""
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await self._hass.services.async_call(
                    DOMAIN,
                    service,
                    {ATTR_ENTITY_ID: self.entity_id, **data},
                    blocking=True,
                )
        except Exception as error:  # noqa: BLE001 - players raise anything, and the session goes on
            _LOGGER.warning("%s did not take %s: %r", self.entity_id, service, error)
            return False
        return True

    async def async_make(
        self, reached: Callable[[], bool], within: float, service: str, **data: object
    ) -> bool:
        """Tell it to do something; tell whether it showed what was to be reached.

        Where it took the call, that is waited for, for so many seconds. It may have been changed
        again since.
        """
        with self._watch(reached) as shown:
            if await self.async_call(service, **data):
                await self._async_wait(shown, within)
            return shown.is_set()

    async def async_until(self, reached: Callable[[], bool], within: float) -> bool:
        """Wait for something to be shown, for so many seconds; tell whether it was."""
        with self._watch(reached) as shown:
            return await self._async_wait(shown, within)

    async def _async_wait(self, shown: asyncio.Event, within: float) -> bool:
        self.look()
        try:
            async with asyncio.timeout(within):
                return await shown.wait()
        except TimeoutError:
            return False

    @contextmanager
    def _watch(self, reached: Callable[[], bool]) -> Iterator[asyncio.Event]:
        shown = asyncio.Event()

        def look() -> None:
            if reached():
                shown.set()

        self._looks.add(look)
        try:
            yield shown
        finally:
            self._looks.discard(look)

    @callback
    def look(self) -> None:
        """Have those who wait look at the player: there is news of it."""
        for look in tuple(self._looks):
            look()
