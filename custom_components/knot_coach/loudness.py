"""How loud the outputs are during a session, and what becomes of the music.

Everything is remembered once per session, before anything is changed, and given back on every way
out, a restart included, but only where it is still as we left it.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Final

from homeassistant.components.media_player.const import (
    ATTR_GROUP_MEMBERS,
    ATTR_MEDIA_ANNOUNCE,
    ATTR_MEDIA_VOLUME_LEVEL,
    ATTR_MEDIA_VOLUME_MUTED,
    DOMAIN as MEDIA_PLAYER,
    SERVICE_PLAY_MEDIA,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import (
    ATTR_DOMAIN,
    ATTR_ENTITY_ID,
    ATTR_SERVICE,
    ATTR_SERVICE_DATA,
    EVENT_CALL_SERVICE,
)
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event

from .announce.outputs import Output
from .borrowed import Borrowed
from .levels import KIND as LEVEL
from .loan import Loan, Turned, Work, turned
from .music import KIND as MUSIC
from .players import Player, has_native_volume, playing_through, sounding

TAKE_SECONDS: Final = 3.0
"""For which the first word of a session waits for players; our choice."""
GIVE_BACK_SECONDS: Final = 6.0
"""For which the end waits for them; what cannot be given back is when there is news of them."""
CLOSE_SECONDS: Final = 1.0
"""For which leaving waits for what it has cancelled."""


class Loudness:
    """Borrows the volume of what the outputs are heard through, and gives it back.

    Nothing here raises, and nothing takes long: a session is not worse for a player that hangs. What
    takes longer than it is waited for goes on in the background, where each call has its own limit.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        outputs: Sequence[Output],
        borrowed: Borrowed,
    ) -> None:
        """Prepare; `borrowed` has to be loaded before anything else is called."""
        self._hass, self._entry, self._borrowed = hass, entry, borrowed
        self._outputs = tuple(outputs)
        self._loans: dict[str, Loan] = {}
        self._met = set[str]()
        """Players that were found in this session."""
        self._native: dict[str, float] = {}
        """Levels that lines on some outputs bring along, because somebody wanted them so."""
        self._live = self._closed = False
        self._removers: list[CALLBACK_TYPE] = []

    async def async_recover(self) -> None:
        """Give back what an earlier run has left, each as soon as its player is available.

        It is done in the background. In a session nothing happens.
        """
        if self._live or self._closed:
            return
        for key in self._borrowed.kept:
            kind, _, entity_id = key.partition(".")
            if kind in {LEVEL, MUSIC}:
                self._loan(entity_id)
        self._listen()
        for loan in self._loans.values():
            loan.hear()

    @callback
    def renew(self) -> None:
        """Begin another session: nobody has turned anything in it, and every player is found anew.

        The last one may not have been given back yet.
        """
        self._met.clear()
        self._native.clear()

    async def async_take(self) -> None:
        """Make every output as loud as its profile says, before the first word of a session.

        A player that is not there is set when it comes. One that was set in this session is left
        alone, so that nobody who has changed it since is overruled.
        """
        if self._closed:
            return
        begins, self._live = not self._live, True
        if begins:
            self._met.clear()
            for output in self._outputs:
                for entity_id in playing_through(self._hass, output.entity_id):
                    self._loan(entity_id).held = True
        self._meet()
        self._listen()
        if begins:
            loans = [loan for loan in self._loans.values() if loan.held]
            await _async_all(loans, Loan.async_begin, TAKE_SECONDS)
        else:
            loans = [loan for loan in self._loans.values() if loan.waiting]
            await _async_all(loans, Loan.async_take, TAKE_SECONDS)

    @callback
    def turn(self, *, louder: bool) -> Turned:
        """Have every output a step louder or quieter for the rest of the session."""
        if not self._live:
            return Turned.FIXED
        came = [self._loans[entity_id].turn(louder=louder) for entity_id in self._met]
        came += [self._turn_native(output, louder=louder) for output in self._outputs]
        return max(came, default=Turned.FIXED)

    def _turn_native(self, output: Output, *, louder: bool) -> Turned:
        """Turn an output whose lines bring their volume along: nothing is borrowed for it."""
        entity_id = output.entity_id
        if not has_native_volume(self._hass, entity_id, output.profile.volume):
            return Turned.FIXED
        volume = self.volume_of(output)
        if volume is None and (volume := Player(self._hass, entity_id).level) is None:
            return Turned.FIXED
        if (further := turned(volume, louder=louder)) is None:
            return Turned.LIMIT
        self._native[entity_id] = further
        return Turned.DONE

    def volume_of(self, output: Output) -> float | None:
        """Return the level of the lines of an output where they bring one, 0 to 1."""
        return self._native.get(output.entity_id, output.profile.volume)

    async def async_give_back(self) -> None:
        """Put everything back as it was, after the last word, on every way out.

        What cannot be given back now stays on disk, and is when its player is back.
        """
        if self._closed:
            return
        self._live = False
        self._native.clear()
        for loan in self._loans.values():
            loan.release()
        await _async_all(self._loans.values(), Loan.async_give_back, GIVE_BACK_SECONDS)
        if not self._live:
            self._loans = {
                name: loan for name, loan in self._loans.items() if loan.lent or loan.busy
            }
            self._listen()

    async def async_close(self) -> None:
        """Leave no listener and no task; what was not given back stays on disk."""
        self._closed, self._live = True, False
        self._deafen()
        tasks = [loan.task for loan in self._loans.values() if loan.task is not None]
        self._loans.clear()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSE_SECONDS)

    # Who is concerned

    @callback
    def _loan(self, entity_id: str) -> Loan:
        if (loan := self._loans.get(entity_id)) is None:
            loan = Loan(self._hass, self._entry, entity_id, self._borrowed)
            self._loans[entity_id] = loan
        return loan

    @callback
    def _meet(self) -> bool:
        """Find the players that the outputs are heard through; tell whether there are new ones."""
        wanted: dict[str, float | None] = {}
        for output in self._outputs:
            volume = output.profile.volume
            if has_native_volume(self._hass, output.entity_id, volume):
                continue
            for entity_id in sounding(self._hass, output.entity_id):
                # Of two volumes for one player it gets the lower one.
                known = [level for level in (wanted.get(entity_id), volume) if level is not None]
                wanted[entity_id] = min(known, default=None)
        new = wanted.keys() - self._met
        for entity_id in new:
            loan = self._loan(entity_id)
            loan.held = True
            loan.want(wanted[entity_id])
        self._met |= new
        return bool(new)

    # News

    @callback
    def _listen(self) -> None:
        """Follow the players, and in a session who is told to play."""
        self._deafen()
        if self._live:
            self._removers.append(
                self._hass.bus.async_listen(EVENT_CALL_SERVICE, self._called, _tells_to_play)
            )
        if self._loans:
            self._removers.append(
                async_track_state_change_event(self._hass, list(self._loans), self._changed)
            )

    @callback
    def _deafen(self) -> None:
        while self._removers:
            self._removers.pop()()

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        loan = self._loans.get(event.data["entity_id"])
        if loan is not None:
            loan.look()
        if _looks(event.data["old_state"]) == _looks(event.data["new_state"]):
            return
        if loan is not None:
            loan.hear()
        if not self._live:
            return
        if self._meet():
            self._listen()
        for late in self._loans.values():
            if late.waiting:
                late.start(Loan.async_take)

    @callback
    def _called(self, event: Event[Any]) -> None:
        data = event.data[ATTR_SERVICE_DATA]
        named = data.get(ATTR_ENTITY_ID) or ()
        for entity_id in (named,) if isinstance(named, str) else tuple(named):
            if (loan := self._loans.get(entity_id)) is not None:
                loan.hear_play(announced=bool(data.get(ATTR_MEDIA_ANNOUNCE)))


async def _async_all(loans: Iterable[Loan], work: Work, within: float) -> None:
    """Do something with all of them at once; wait for so many seconds at most."""
    if tasks := [loan.start(work) for loan in loans]:
        await asyncio.wait(tasks, timeout=within)


@callback
def _tells_to_play(data: Any) -> bool:  # noqa: ANN401 - a call is what somebody made of it
    return bool(data[ATTR_DOMAIN] == MEDIA_PLAYER and data[ATTR_SERVICE] == SERVICE_PLAY_MEDIA)


def _looks(state: State | None) -> tuple[object, ...]:
    """Return what of a player is our business."""
    if state is None:
        return ()
    shown = (ATTR_MEDIA_VOLUME_LEVEL, ATTR_MEDIA_VOLUME_MUTED, ATTR_ENTITY_ID, ATTR_GROUP_MEMBERS)
    return (state.state, *map(state.attributes.get, shown))
