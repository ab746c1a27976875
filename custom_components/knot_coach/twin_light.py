"""The light that goes along with a session, borrowed for as long as it lasts.

It is told what to do in the background, one call at a time, and what it is told is what holds at
that moment: a light that is slow, broken or away misses changes and never holds up the session. How
it was is on disk before it is changed, and it is brought back on every way out, a crash included.
Who touches it in the middle of a session has it for the rest of the session.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from functools import partial
import logging
from typing import Any, Final

from homeassistant.components.light.const import DOMAIN as LIGHT
from homeassistant.const import STATE_OFF
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HassJob,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event

from .borrowed import Borrowed
from .coordinator import Coach
from .lamp import EVERY, Change, Lamp
from .light_pattern import ALARM_SHOWN, Glow, Kind, glow_of, kind_of
from .one_relay import warms

_LOGGER = logging.getLogger(__name__)

CALL_LIMIT: Final = 8.0
"""Seconds after which a call is given up, for whatever is to be seen then; some lights take as long
as the transition that they were told, and a breath out takes six."""
RETRY: Final = 5.0
"""Seconds from one call that failed to the next one, at least."""
LEAVE_LIMIT: Final = 6.0
"""Seconds that giving back may take when the coach leaves; if it takes longer, the next start of
the coach does it. Home Assistant waits for ten."""
HAIR: Final = timedelta(milliseconds=10)
"""A timer may fire this much early; what begins within it has begun."""

type _Work = Callable[[], Coroutine[Any, Any, None]]


@callback
def async_setup_twin_light(coach: Coach, borrowed: Borrowed) -> None:
    """Let the coach's light go along with its sessions, if it has one.

    A light that an earlier run has not given back is given back, whether it is still the coach's
    or not. Everything ends with the config entry, and with Home Assistant.
    """
    entry, own = coach.config_entry, coach.settings.light
    left = [key for key in borrowed.kept if key.startswith(f"{LIGHT}.")]
    for entity_id in dict.fromkeys([*([own] if own else []), *left]):
        twin = TwinLight(coach, borrowed, Lamp(coach.hass, entity_id), drives=entity_id == own)
        entry.async_on_unload(twin.async_close)
        entry.async_on_unload(
            # Entries are not unloaded when Home Assistant stops.
            coach.hass.async_add_shutdown_job(
                HassJob(twin.async_close, f"{entry.title} gives {entity_id} back")
            )
        )
        twin.async_begin()


class TwinLight:
    """Shows the sessions of one coach on one light."""

    def __init__(self, coach: Coach, borrowed: Borrowed, lamp: Lamp, *, drives: bool) -> None:
        """Prepare; a light that is not driven is only given back."""
        self._coach, self._borrowed, self._lamp = coach, borrowed, lamp
        self._hass = coach.hass
        self._drives = drives
        self._key = lamp.entity_id
        self._unsubscribe: list[CALLBACK_TYPE] = []
        self._timer: asyncio.TimerHandle | None = None
        self._call: asyncio.Task[bool] | None = None
        self._free_at = self._hass.loop.time() + EVERY
        """When it may be changed again, in the loop's seconds; it may just have been given back."""
        self._shown: Change | None = None
        """What it shows; None where that is not known."""
        self._session: datetime | None = None
        """When the session began that it was driven in last."""
        self._ended: datetime | None = None
        """When that session was seen to be over."""
        self._kind: Kind | None = None
        self._since = coach.now()
        """When that kind began to be shown."""
        self._alone = False
        """Somebody else has changed it in this session."""
        self._failed = False
        self._gone: asyncio.Future[None] | None = None
        """Set when the coach leaves; done when there is nothing more to be done."""

    @callback
    def async_begin(self) -> None:
        """Follow the coach, and the light."""
        self._unsubscribe = [
            self._coach.async_add_listener(self._look),
            async_track_state_change_event(self._hass, self._key, self._changed),
        ]
        self._look()

    async def async_close(self) -> None:
        """Give the light back if it is there, and end; a light that is not there stays kept."""
        if self._gone is not None:
            return
        self._gone = self._hass.loop.create_future()
        self._free_at = min(self._free_at, self._hass.loop.time() + EVERY)
        if self._call is not None:
            self._call.cancel()
        self._look()
        try:
            async with asyncio.timeout(LEAVE_LIMIT):
                await self._gone
        except TimeoutError:
            _LOGGER.warning("%s could not be given back in time", self._key)
        finally:
            self._disarm()
            while self._unsubscribe:
                self._unsubscribe.pop()()
            if self._call is not None:
                self._call.cancel()

    # What there is to do

    @property
    def _held(self) -> bool:
        return self._key in self._borrowed.kept

    @property
    def _heats(self) -> bool:
        """Whether it switches the heater of some coach, which may have been set up after the light."""
        return warms(self._hass, self._key)

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        """Look at what has become of the light."""
        if self._held and self._lamp.by_somebody(event):
            _LOGGER.debug("%s was changed by somebody and is left alone", self._key)
            self._alone = True
        if self._lamp.state is None:
            self._shown = None
        self._look()

    @callback
    def _look(self) -> None:
        """See to the light; whoever calls is not disturbed by any fault of ours."""
        try:
            self._see_to_it()
        except Exception:
            _LOGGER.exception("%s takes part no more", self._key)
            self._drives = False
            self._arm(RETRY)

    @callback
    def _see_to_it(self) -> None:
        """Do what is to be done now, or wait for the moment when it is."""
        self._disarm()
        if self._call is not None or (self._gone is not None and self._gone.done()):
            return
        work, wait = self._next()
        if work is not None:
            # Not started eagerly: whoever told us is in the middle of a change.
            self._call = self._hass.async_create_background_task(
                self._async_run(), f"knot_coach light {self._key}", eager_start=False
            )
            self._call.add_done_callback(self._done)
        elif wait is not None:
            self._arm(wait)
        else:
            self._rest()

    def _next(self) -> tuple[_Work | None, float | None]:
        """Return what is to be done now; else the seconds until that may be; else nothing."""
        now = self._coach.now()
        glow, wait = self._glow(now), self._free_at - self._hass.loop.time()
        if self._alone and self._held:
            return partial(self._borrowed.async_forget, self._key), None
        if self._lamp.state is None or (glow is None and not self._held):
            return None, None
        if wait > 0:
            return None, wait
        if glow is None:
            return self._async_give_back, None
        before = self._borrowed.kept.get(self._key) or self._lamp.before()
        change, until = self._lamp.change(glow, before, now)
        if change != self._shown:
            return partial(self._async_show, change, before), None
        return None, None if until is None else max(0.0, (until - now).total_seconds())

    def _glow(self, now: datetime) -> Glow | None:
        """Return what is to be seen; None while the light is not ours to drive."""
        session = self._coach.session
        if session is None or self._gone is not None or not self._drives:
            return None
        if session.live and session.started_at != self._session:
            self._session, self._ended, self._alone = session.started_at, None, False
            self._kind = None
            if self._heats:
                _LOGGER.warning("%s switches a heater and does not go along", self._key)
        kind = kind_of(session)
        if kind is None or self._alone or session.started_at != self._session or self._heats:
            return None
        if kind is not self._kind:
            self._kind, self._since = kind, now
        glow = glow_of(session, kind, self._since, now + HAIR)
        if session.live:
            return glow
        self._ended = self._ended or now
        over = self._ended + ALARM_SHOWN
        return glow.until(over) if now + HAIR < over else None

    async def _async_show(self, change: Change, before: Mapping[str, Any]) -> None:
        if not self._held:
            await self._borrowed.async_keep(self._key, before)
        await self._lamp.async_set(change)
        self._shown = change

    async def _async_give_back(self) -> None:
        self._shown = None
        before = {"state": STATE_OFF} if self._heats else self._borrowed.kept[self._key]
        await self._lamp.async_give_back(before)
        await self._borrowed.async_forget(self._key)

    # One call at a time

    async def _async_run(self) -> bool:
        """Do what is to be done by now, and tell whether that was possible."""
        loop, began = self._hass.loop, self._hass.loop.time()
        try:
            work, _ = self._next()
            if work is None:
                return True
            async with asyncio.timeout(CALL_LIMIT):
                await work()
        except Exception as err:  # noqa: BLE001 - whatever a light does, the session goes on
            log = _LOGGER.debug if self._failed else _LOGGER.warning
            log("%s cannot be changed: %s", self._key, str(err) or type(err).__name__)
            self._failed, self._shown = True, None
            self._free_at = max(loop.time() + EVERY, began + RETRY)
            return False
        except asyncio.CancelledError:
            self._free_at = loop.time() + EVERY
            raise
        self._failed, self._free_at = False, loop.time() + EVERY
        return True

    @callback
    def _done(self, call: asyncio.Task[bool]) -> None:
        self._call = None
        if not call.cancelled() and not call.result():
            # When the coach leaves there is no second try; the next start will do it.
            self._rest()
        self._look()

    @callback
    def _rest(self) -> None:
        """Do nothing until something happens."""
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)

    @callback
    def _arm(self, seconds: float) -> None:
        self._timer = self._hass.loop.call_later(seconds, self._look)

    @callback
    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
