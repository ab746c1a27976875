"""The music of one media player, which our lines replace where the player cannot mix them in."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
import logging
from typing import Any, Final, Self

from homeassistant.components.media_player.const import (
    ATTR_MEDIA_CONTENT_ID,
    ATTR_MEDIA_CONTENT_TYPE,
    ATTR_MEDIA_DURATION,
    ATTR_MEDIA_POSITION,
    ATTR_MEDIA_POSITION_UPDATED_AT,
    ATTR_MEDIA_SEEK_POSITION,
    SERVICE_PLAY_MEDIA,
    MediaPlayerEntityFeature,
    MediaPlayerState,
    MediaType,
)
from homeassistant.const import SERVICE_MEDIA_SEEK
from homeassistant.core import State, callback
from homeassistant.util import dt as dt_util

from .borrowed import Borrowed
from .players import PLAYING, Player

_LOGGER = logging.getLogger(__name__)

KIND: Final = "music"
"""What the keys of what is kept begin with."""
START_SECONDS: Final = 1.5
"""For which music may take to play before its position is set; our choice."""
CLIP_SECONDS: Final = 2.5
"""For which a player may still show our last clip: a polled one was seen to be 2.2 s late
(home-assistant-voice.md §9)."""
KEPT: Final = timedelta(hours=1)
"""How long after the start of a session its music may come back by itself: longer than a session
and a restart; our choice."""
LATE: Final = timedelta(minutes=10)
"""How long after the end it may; music that begins in an empty house is no kindness. Our choice."""
SPOKEN: Final = ("/api/tts_proxy/", "media-source://tts", "/api/assist_satellite/")
"""What is in the content id of something that is spoken, or of the chime before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tune:
    """What played before."""

    media_id: str
    media_type: str
    position: float | None
    """Seconds into it; None where that is not known."""
    until: str
    """When it is too late to bring it back, in ISO format."""
    replaced: bool = False
    """Whether an announcement was played in its place."""

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Read the plain form. Raises KeyError, TypeError or ValueError for anything else."""
        position, until = stored["position"], str(stored["until"])
        if datetime.fromisoformat(until).tzinfo is None:
            raise ValueError(f"{until} is of no time zone")
        return cls(
            media_id=str(stored["media_id"]),
            media_type=str(stored["media_type"]),
            position=None if position is None else float(position),
            until=until,
            replaced=bool(stored["replaced"]),
        )

    @property
    def late(self) -> bool:
        """Whether it is too late."""
        return dt_util.utcnow() > datetime.fromisoformat(self.until)


class Music:
    """Brings back what a player played, if our lines ended it and nobody has chosen otherwise.

    A player that supports announcements goes on by itself, and is left alone.
    """

    def __init__(self, player: Player, borrowed: Borrowed) -> None:
        """Take up what an earlier run has left."""
        self._player, self._borrowed = player, borrowed
        self._key = f"{KIND}.{player.entity_id}"
        self._tune: Tune | None = None
        if (stored := borrowed.kept.get(self._key)) is not None:
            try:
                self._tune = Tune.from_dict(stored)
            except KeyError, TypeError, ValueError:
                _LOGGER.warning("What %s played is not readable", player)

    @property
    def lent(self) -> bool:
        """Whether there may be something to bring back."""
        return self._tune is not None

    async def async_take(self) -> None:
        """Remember what plays. What was to be brought back still is, unless something else plays."""
        if self._tune is not None and not self._tune.replaced:
            await self._async_forget()
        state = self._player.state
        if state is None or state.state not in PLAYING or _is_spoken(state):
            return
        if self._player.can(MediaPlayerEntityFeature.MEDIA_ANNOUNCE):
            return
        if (media_id := state.attributes.get(ATTR_MEDIA_CONTENT_ID)) is None:
            _LOGGER.info("Nobody knows how to bring back what %s plays", self._player)
            await self._async_forget()
            return
        await self._async_keep(
            Tune(
                media_id=str(media_id),
                media_type=str(state.attributes.get(ATTR_MEDIA_CONTENT_TYPE) or MediaType.MUSIC),
                position=_position(state),
                until=(dt_util.utcnow() + KEPT).isoformat(),
            )
        )

    @callback
    def note(self, *, announced: bool) -> bool:
        """Hear that the player is told to play; tell whether that is news to keep.

        Whoever plays without announcing has chosen something else.
        """
        if self._tune is None or (announced and self._tune.replaced):
            return False
        self._tune = replace(self._tune, replaced=True) if announced else None
        return True

    async def async_keep(self) -> None:
        """Put what was noted on disk."""
        if self._tune is None:
            await self._borrowed.async_forget(self._key)
        else:
            await self._borrowed.async_keep(self._key, asdict(self._tune))

    async def async_give_back(self) -> None:
        """Play it again, from where it was. What cannot be played now stays on disk for a while."""
        player, tune = self._player, self._tune
        if tune is None:
            return
        if not tune.replaced or tune.late:
            await self._async_forget()
        elif not player.available:
            await self._async_later(tune)
        else:
            await player.async_until(lambda: not self._speaks, CLIP_SECONDS)
            if self._is_free:
                await self._async_play(tune)
            else:
                _LOGGER.info("%s has something else to do than what it played", player)
                await self._async_forget()

    @property
    def _speaks(self) -> bool:
        state = self._player.state
        return state is not None and state.state in PLAYING and _is_spoken(state)

    @property
    def _is_free(self) -> bool:
        """Whether nothing plays, and nobody has switched it off. What is spoken is over by now."""
        state = self._player.state
        if state is None or state.state == MediaPlayerState.OFF:
            return False
        return state.state not in PLAYING or _is_spoken(state)

    async def _async_play(self, tune: Tune) -> None:
        player = self._player
        data = {ATTR_MEDIA_CONTENT_ID: tune.media_id, ATTR_MEDIA_CONTENT_TYPE: tune.media_type}
        if not await player.async_call(SERVICE_PLAY_MEDIA, **data):
            await self._async_later(tune)
            return
        await self._async_forget()
        if tune.position is None or not player.can(MediaPlayerEntityFeature.SEEK):
            return
        # Until then many players take no position, or take it for what was played before.
        if await player.async_until(lambda: player.playing and not self._speaks, START_SECONDS):
            await player.async_call(SERVICE_MEDIA_SEEK, **{ATTR_MEDIA_SEEK_POSITION: tune.position})

    async def _async_later(self, tune: Tune) -> None:
        until = min(datetime.fromisoformat(tune.until), dt_util.utcnow() + LATE)
        await self._async_keep(replace(tune, until=until.isoformat()))

    async def _async_keep(self, tune: Tune) -> None:
        self._tune = tune
        await self.async_keep()

    async def _async_forget(self) -> None:
        self._tune = None
        await self.async_keep()


def _is_spoken(state: State) -> bool:
    media_id = state.attributes.get(ATTR_MEDIA_CONTENT_ID)
    return isinstance(media_id, str) and any(mark in media_id for mark in SPOKEN)


def _position(state: State) -> float | None:
    """Return how many seconds into what it plays a player is now; None where that is not known."""
    position = state.attributes.get(ATTR_MEDIA_POSITION)
    if not isinstance(position, int | float):
        return None
    since = state.attributes.get(ATTR_MEDIA_POSITION_UPDATED_AT)
    if isinstance(since, datetime):
        position += max(0.0, (dt_util.utcnow() - since).total_seconds())
    length = state.attributes.get(ATTR_MEDIA_DURATION)
    if isinstance(length, int | float) and position >= length:
        return None
    return float(position)
