"""The volume of one media player, borrowed for a session."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
import logging
from typing import Any, Final, Self

from homeassistant.components.media_player.const import (
    ATTR_MEDIA_VOLUME_LEVEL,
    ATTR_MEDIA_VOLUME_MUTED,
    MediaPlayerEntityFeature,
)
from homeassistant.const import SERVICE_VOLUME_MUTE, SERVICE_VOLUME_SET
from homeassistant.core import callback

from .borrowed import Borrowed
from .players import SAME, Player, same

_LOGGER = logging.getLogger(__name__)

KIND: Final = "level"
"""What the keys of what is kept begin with."""
SEEN_SECONDS: Final = 1.0
"""For which a new level is looked for after the call; our choice."""
STEP: Final = 0.1
"""The coarsest steps in which players are set: so far from what was asked may be what the player
made of it; our choice."""
TRIES: Final = 2
"""How often a level is given back before that is left to later."""


@dataclass(slots=True, kw_only=True)
class Lent:
    """How a player was, and what we made of it."""

    level: float | None = None
    """Its level before, 0 to 1; None where we did not change it."""
    ours: list[float] = field(default_factory=list)
    """Levels that we set, or that the player made of those; until one was seen, the last is what
    was asked for."""
    seen: bool = False
    """Whether the player has shown one of them."""
    muted: bool = False
    """Whether it was muted, and we changed that."""

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Read the plain form. Raises KeyError, TypeError or ValueError for anything else."""
        level = stored["level"]
        return cls(
            level=None if level is None else float(level),
            ours=[float(ours) for ours in stored["ours"]],
            seen=bool(stored["seen"]),
            muted=bool(stored["muted"]),
        )

    def is_ours(self, level: float | None) -> bool:
        """Tell whether a level is one that we made."""
        return any(same(level, ours) for ours in self.ours)


class Level:
    """Sets the level of one player, and gives it back only if nobody else has set it since.

    A player may be louder or softer than it was told to be, because it knows only so many levels,
    and may say so late. The first level that it shows near ours, and that nobody else asked for,
    is taken for that.
    """

    def __init__(self, player: Player, borrowed: Borrowed) -> None:
        """Take up what an earlier run has left."""
        self._player, self._borrowed = player, borrowed
        self._key = f"{KIND}.{player.entity_id}"
        self._lent: Lent | None = None
        self._left_over = False
        """Whether nobody looked while the player may have shown what it made of our level."""
        if (stored := borrowed.kept.get(self._key)) is not None:
            try:
                self._lent = Lent.from_dict(stored)
                self._left_over = True
            except KeyError, TypeError, ValueError:
                _LOGGER.warning("What %s was before is not readable", player)

    @property
    def lent(self) -> bool:
        """Whether there is something to give back."""
        return self._lent is not None

    @property
    def ours(self) -> bool:
        """Whether the level is one that we made, or that the player may still make of ours."""
        lent = self._lent
        if lent is None or lent.level is None:
            return False
        return not lent.seen or lent.is_ours(self._player.level)

    async def async_take(self, volume: float | None, *, aloud: bool = True) -> None:
        """Remember how the player is, and make it audible: at a level of 0 to 1, and not muted.

        What is still ours keeps what it was before. Where it need not be `aloud`, a mute stays.
        """
        player, lent = self._player, self._still_ours()
        before = player.level
        sets = volume is not None and before is not None and not same(before, volume)
        sets = sets and player.can(MediaPlayerEntityFeature.VOLUME_SET)
        unmutes = aloud and bool(player.muted) and player.can(MediaPlayerEntityFeature.VOLUME_MUTE)
        if volume is not None and sets:
            lent.level = before if lent.level is None else lent.level
            lent.ours.append(volume)
            lent.seen = False
        lent.muted = lent.muted or unmutes
        await self._async_keep(lent)
        if volume is not None and sets:
            await self._async_set(lent, volume)
        if unmutes:
            await self._async_unmute(volume)

    async def _async_set(self, lent: Lent, volume: float) -> None:
        player = self._player

        def shows() -> bool:
            self.learn()
            return lent.seen or same(player.level, volume)

        data = {ATTR_MEDIA_VOLUME_LEVEL: volume}
        if await player.async_make(shows, SEEN_SECONDS, SERVICE_VOLUME_SET, **data):
            await self._async_keep(lent)
        else:
            _LOGGER.warning("%s was set to %s and shows %s", player, volume, player.level)

    async def _async_unmute(self, volume: float | None) -> None:
        player = self._player
        if volume is not None and player.level is not None and player.level > volume + STEP:
            _LOGGER.warning("%s stays muted: it is louder than %s", player, volume)
            return
        await player.async_call(SERVICE_VOLUME_MUTE, **{ATTR_MEDIA_VOLUME_MUTED: False})

    @callback
    def learn(self) -> bool:
        """Look whether the player shows what it made of our level; tell whether that is news."""
        player, lent = self._player, self._lent
        state, level = player.state, player.level
        if lent is None or lent.level is None or lent.seen or state is None or level is None:
            return False
        if same(level, lent.level) or abs(level - lent.ours[-1]) > STEP + SAME:
            return False
        # What it shows may be what it was told before that.
        if lent.is_ours(level) and not same(level, lent.ours[-1]):
            return False
        # What a device does by itself has no author, nor has what it does because of us.
        if state.context.user_id is not None or state.context.parent_id is not None:
            return False
        lent.seen = True
        # Nobody but a person goes back to an earlier one from here on.
        lent.ours = lent.ours[-1:]
        if not lent.is_ours(level):
            lent.ours.append(level)
        return True

    async def async_keep(self) -> None:
        """Put what was learned on disk."""
        await self._async_keep(self._lent or Lent())

    async def async_give_back(self) -> None:
        """Give back what is still ours. What cannot be given back now stays on disk."""
        for _ in range(TRIES):
            if not self._player.available or not await self._async_try(self._still_ours()):
                return

    async def _async_try(self, lent: Lent) -> bool:
        """Try once; tell whether it is worth to try again at once.

        Setting a level lifts the mute of some players: they get it with the second try.
        """
        player, before, back = self._player, lent.level, False
        # Muted first: it may have been louder than we were.
        await self._async_mute(lent)
        if before is not None and player.level is not None:
            # One that has never shown our level may be about to.
            back = lent.seen and same(player.level, before)
            back = back or await self._async_reset(lent, before)
        lent = self._still_ours()
        if back:
            lent.level = None
        await self._async_keep(lent)
        return player.level is not None and self.lent

    async def _async_reset(self, lent: Lent, before: float) -> bool:
        player = self._player
        lent.seen = True

        def shows() -> bool:
            level = player.level
            return level is not None and (same(level, before) or not lent.is_ours(level))

        data = {ATTR_MEDIA_VOLUME_LEVEL: before}
        return await player.async_make(shows, SEEN_SECONDS, SERVICE_VOLUME_SET, **data)

    async def _async_mute(self, lent: Lent) -> None:
        player = self._player
        if lent.muted and player.muted is False:
            await player.async_call(SERVICE_VOLUME_MUTE, **{ATTR_MEDIA_VOLUME_MUTED: True})

    def _still_ours(self) -> Lent:
        """Return what was lent, without what somebody else has changed since."""
        player = self._player
        if self._left_over:
            self.learn()
            self._left_over = player.level is None
        if (lent := self._lent) is None:
            return Lent()
        level = player.level
        if level is not None and not lent.is_ours(level) and not same(level, lent.level):
            lent.level, lent.ours = None, []
        if player.muted:
            lent.muted = False
        return lent

    async def _async_keep(self, lent: Lent) -> None:
        """Keep it, or forget it when there is nothing left to give back."""
        if lent.level is None:
            lent.ours = []
        if lent.level is None and not lent.muted:
            self._lent = None
            await self._borrowed.async_forget(self._key)
        else:
            self._lent = lent
            await self._borrowed.async_keep(self._key, asdict(lent))
