"""What a session has borrowed from one media player, and the one thing that is done with it now."""

import asyncio
from collections.abc import Callable, Coroutine
from enum import IntEnum
import logging
from typing import Any, Final

from homeassistant.components.media_player.const import MediaPlayerEntityFeature
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .borrowed import Borrowed
from .levels import Level
from .music import Music
from .players import SAME, Player

_LOGGER = logging.getLogger(__name__)

TURN: Final = 0.1
LOWEST: Final = 0.1
HIGHEST: Final = 1.0
"""How far "louder" and "quieter" go at once, and how far in all; our choice."""

type Work = Callable[[Loan], Coroutine[Any, Any, None]]


class Turned(IntEnum):
    """What came of "louder" or "quieter"; of several speakers, the most counts."""

    FIXED = 0
    """There is nothing to turn."""
    LIMIT = 1
    """It goes no further."""
    DONE = 2


def turned(volume: float, *, louder: bool) -> float | None:
    """Return the next level, louder or quieter; None where it goes no further."""
    wanted = round(volume + (TURN if louder else -TURN), 2)
    bounded = min(max(wanted, LOWEST), HIGHEST)
    further = bounded - volume if louder else volume - bounded
    return bounded if further > SAME else None


class Loan:
    """The level and the music of one player. One thing is done with them at a time."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], entity_id: str, borrowed: Borrowed
    ) -> None:
        """Take up what an earlier run has left."""
        self._hass, self._entry = hass, entry
        self._player = Player(hass, entity_id)
        self._level = Level(self._player, borrowed)
        self._music = Music(self._player, borrowed)
        self._volume: float | None = None
        self._to_take = False
        """Whether it gets its level in this session, as soon as that can be set."""
        self._aloud = True
        """Whether it must not stay muted."""
        self._news = False
        self.task: asyncio.Task[None] | None = None
        self.held = False
        """Whether it is needed by the session that goes on, and given back only after that."""

    @property
    def lent(self) -> bool:
        """Whether there is something to give back."""
        return self._level.lent or self._music.lent

    @property
    def busy(self) -> bool:
        """Whether something is being done with it."""
        return self.task is not None and not self.task.done()

    @property
    def waiting(self) -> bool:
        """Whether its level should be set, and nobody is at it."""
        return self._to_take and not self.busy

    @callback
    def want(self, volume: float | None) -> None:
        """Have a level of 0 to 1 for the session, once; None leaves it as it is, but not muted."""
        self._volume, self._to_take, self._aloud = volume, True, True

    @callback
    def turn(self, *, louder: bool) -> Turned:
        """Have a step more or less of it for the rest of the session.

        That is from what we asked for, as long as nobody else has set it, and else from what it
        shows. Only who wants it louder lifts a mute.
        """
        player, volume = self._player, self._volume
        if not player.available or not player.can(MediaPlayerEntityFeature.VOLUME_SET):
            return Turned.FIXED
        if volume is None or not (self._to_take or self._level.ours):
            volume = player.level
        if volume is None:
            return Turned.FIXED
        if (further := turned(volume, louder=louder)) is None:
            return Turned.LIMIT
        self._volume, self._aloud = further, louder or (self._to_take and self._aloud)
        self._to_take = True
        if not self.busy:
            self.start(Loan.async_take)
        return Turned.DONE

    @callback
    def release(self) -> None:
        """The session is over."""
        self.held = self._to_take = False

    @callback
    def start(self, work: Work) -> asyncio.Task[None]:
        """Begin something in place of what is being done."""
        before, self._news = self.task, False
        if before is not None:
            before.cancel()
        # Started eagerly it could hear of its own changes before it is known to be busy.
        self.task = self._entry.async_create_background_task(
            self._hass,
            self._async_run(before, work),
            f"knot_coach loudness {self._player}",
            eager_start=False,
        )
        return self.task

    async def _async_run(self, before: asyncio.Task[None] | None, work: Work) -> None:
        try:
            if before is not None:
                await asyncio.wait([before])
            await work(self)
        except Exception:  # a session must not end because of how loud it is
            _LOGGER.exception("The loudness of %s got lost", self._player)

    async def async_begin(self) -> None:
        """Remember what plays, and set the level: what plays now is what is to come back."""
        await self._music.async_take()
        await self.async_take()

    async def async_take(self) -> None:
        """Set the level, if it can be set now."""
        while self._to_take and self._is_ready:
            self._to_take = False
            await self._level.async_take(self._volume, aloud=self._aloud)

    @property
    def _is_ready(self) -> bool:
        player = self._player
        if not player.available:
            return False
        known = player.level is not None or not player.can(MediaPlayerEntityFeature.VOLUME_SET)
        return known or self._volume is None

    async def async_give_back(self) -> None:
        """Give back what is still ours, again as long as there is news of the player."""
        self._news = True
        while self._news and self.lent:
            self._news = False
            await self._level.async_give_back()
            await self._music.async_give_back()

    # News

    @callback
    def look(self) -> None:
        """Have whoever waits for the player look at it."""
        self._player.look()

    @callback
    def hear(self) -> None:
        """Take notice of a change: of what the player made of our level, or that it is back."""
        if self.held:
            if self._level.learn():
                self._save(self._level.async_keep())
            return
        self._news = True
        if not self.busy and self.lent:
            self.start(Loan.async_give_back)

    @callback
    def hear_play(self, *, announced: bool) -> None:
        """Take notice that somebody has the player play."""
        if self.held and self._music.note(announced=announced):
            self._save(self._music.async_keep())

    def _save(self, saving: Coroutine[Any, Any, None]) -> None:
        self._entry.async_create_task(self._hass, saving, f"knot_coach keeps {self._player}")
