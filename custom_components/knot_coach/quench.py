"""Switching a heater off, again and again, until its state proves it (DESIGN.md §6).

A quench belongs to the house and not to a coach: it goes on when the session is over, when the
coach is unloaded and when it is removed, and it ends only with proof.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
import logging
from typing import Final

from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.signal_type import SignalType

from .alarm import async_alarm, async_calm
from .const import DOMAIN
from .lease import Lease, LeaseBook
from .massage.heat import OFF_WITHIN
from .massage.heat_reports import HeatLost, HeatOff, HeatStuck
from .outlet import Bell, Outlet, Watch
from .overrun import async_judge
from .relapse import Relapse
from .thermometer import Thermometer

_LOGGER = logging.getLogger(__name__)

SIGNAL_HEAT: Final = SignalType[()](f"{DOMAIN}_heat")
"""Sent whenever a heater may have become on, or is proved off: of whichever coach, before or after its settings changed."""
MAX_CALLS: Final = 3
"""Most offs that may hang at the same time. The oldest is given up for a new one, because devices
that are called one at a time keep all others waiting behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """How long things may take, in seconds."""

    proof: float = OFF_WITHIN.total_seconds()
    """For on or off to be proved (massage.md §4.5)."""
    attempt: float = 3.0
    """Between one off and the next, as long as nobody was alarmed."""
    longest: float = 60.0
    """Between one off and the next at most; the pause doubles once somebody was alarmed."""
    refresh: float = 1.0
    """After a call, before a silent device is asked for its state."""
    linger: float = 30.0
    """For which a heater is watched that was told to go on and never seen to do so."""


class On(Enum):
    """What is known about the last on."""

    NONE = auto()
    """None was sent, or the heater was seen to be on afterwards: its state can be believed."""
    UNSEEN = auto()
    """It was sent and may arrive at any time, so an off state may be one from before."""
    FAILED = auto()
    """The device refused it; hardly, but still possibly, it arrives all the same."""


type Outcome = HeatOff | HeatStuck | HeatLost
"""`HeatLost` tells that it went on again by itself, and is being switched off once more."""


class Quench:
    """Switches one heater off whenever it is asked to, until it is proved off."""

    def __init__(
        self, hass: HomeAssistant, book: LeaseBook, heater: str, outlet: Outlet, timings: Timings
    ) -> None:
        """Prepare to switch `heater`, the key of its lease, off through its outlet."""
        self._hass = hass
        self._book = book
        self._heater = heater
        self.outlet = outlet
        self._timings = timings
        self.on = On.NONE
        self.on_call: asyncio.Task[None] | None = None
        self.used = True
        """Whether the heater may have been on, so that the use counts against the next ones."""
        self.listeners = set[Callable[[Outcome], None]]()
        """Told each outcome; forgotten when the lease is over and the heater stayed off."""
        self.attendants = set[Callable[[Outcome], None]]()
        """Told as well, as long as a person is coached who may lie on it."""
        self.relapse = Relapse(
            hass,
            went_on=self._went_on,
            got_hot=self._owe_again,
            cooled=self.ask,
            over=self._forget,
        )
        """Watches it from off on; a new use stops that."""
        self.wary_until = 0.0
        """Loop time until which a countdown in the device may switch it on, proved off or not."""
        self.stuck = False
        """Whether off was not proved in time, and still is not."""
        self.trying = False
        """Whether off is not proved yet; when it is, the quench may still be watching."""
        self._task: asyncio.Task[None] | None = None
        self._calls: list[asyncio.Task[None]] = []
        self._again = False
        self._bell = Bell(hass)
        self._waiting: list[asyncio.Future[bool]] = []
        self._last: Lease | None = None

    @property
    def busy(self) -> bool:
        """Whether it is trying to prove the heater off, or still watches that it stays off."""
        return self._task is not None and not self._task.done()

    @callback
    def take_up(self, outlet: Outlet, thermometer: Thermometer | None) -> None:
        """Look at the heater from now on as the coach does who is about to give it power."""
        self.relapse.stop()
        self.outlet, self.relapse.thermometer = outlet, thermometer

    @callback
    def beware(self, seconds: float) -> None:
        """Watch for so long that it stays off: a countdown in the device may switch it on."""
        self.wary_until = self._hass.loop.time() + seconds
        self._bell.ring()

    async def async_give_up(self) -> None:
        """Try no more and release the lease: a person says that it is unplugged for good."""
        if self._task is not None:
            self._task.cancel()
        self._task, self._again, self.trying, self.wary_until = None, False, False, 0.0
        self.relapse.stop()
        self._calm()
        self._release()
        _LOGGER.warning("%s is unplugged for good, as a person says", self.outlet.entity_id)
        self._tell(HeatOff())
        await self._book.async_store()

    async def async_settled(self) -> None:
        """Come back when it neither tries nor watches any more."""
        while self._task is not None and not self._task.done():
            await asyncio.wait({self._task})

    @callback
    def ask(self) -> None:
        """Send an off now, whatever else is going on."""
        self._again = self.trying = True
        async_dispatcher_send(self._hass, SIGNAL_HEAT)
        self._bell.ring()
        if not self.busy:
            # Started eagerly it could be asked again before it is known to be busy.
            self._task = self._hass.async_create_background_task(
                self._async_run(), f"knot_coach off {self._heater}", eager_start=False
            )

    async def async_ask(self) -> bool:
        """Send an off now and wait until it is proved, or until it is clear that it is not."""
        verdict: asyncio.Future[bool] = self._hass.loop.create_future()
        self._waiting.append(verdict)
        self.ask()
        return await verdict

    async def _async_run(self) -> None:
        try:
            while not await self._async_quench():
                pass
        finally:
            self._answer(proved=False)

    async def _async_quench(self) -> bool:
        """Prove it off; tell whether there is nothing more to do."""
        try:
            await self._async_until_off()
            self.relapse.start(self.outlet)
            settled = self.on is On.NONE and self._hass.loop.time() >= self.wary_until
            if settled:
                self._release()
            else:
                self._book.excuse(self._heater)
            self._tell(HeatOff())
            await self._book.async_store()
            if self._again:
                return False
            self._answer(proved=True)
            if not settled:
                # An on that was never seen may still be under way: the lease stays for a while.
                if not await self._async_stays_off():
                    return False
                self._release()
                await self._book.async_store()
        except Exception:  # whatever goes wrong, off goes on being tried
            _LOGGER.exception("Switching %s off failed", self._heater)
            await self._bell.async_wait(self._timings.attempt)
            return False
        return not self._again

    @callback
    def _release(self) -> None:
        self._last = self._book.lease(self._heater) or self._last
        self._book.release(self._heater, ended=dt_util.utcnow() if self.used else None)
        self.used, self.on = True, On.NONE

    async def _async_until_off(self) -> None:
        loop = self._hass.loop
        alarm_at, pause = loop.time() + self._timings.proof, self._timings.attempt
        while not await self._async_attempt(
            pause if self.stuck else min(pause, alarm_at - loop.time())
        ):
            if self._again:
                pause = self._timings.attempt
            elif self.stuck:
                pause = min(2 * pause, self._timings.longest)
                self._answer(proved=False)
            elif loop.time() >= alarm_at:
                self._alarm()
        self.trying = False
        self._calm()

    async def _async_attempt(self, within: float) -> bool:
        """Send one off; tell whether it was proved within so many seconds."""
        loop, sent = self._hass.loop, self.outlet.available
        until, refresh_at = loop.time() + within, loop.time() + self._timings.refresh
        self._again = False
        with Watch(self._hass, self.outlet, self._bell) as watch:
            if sent:
                self._send()
            while True:
                if self.on is not On.NONE and watch.proves(on=True):
                    self.on, self.used = On.NONE, True
                # What a device tells of itself when it comes up may be from before: off goes first.
                if sent and watch.proves(on=False) and not self.relapse.hot:
                    return not self._again
                available = self.outlet.available
                if self._again or loop.time() >= until or (available and not sent):
                    return False
                sent = sent and available
                if loop.time() >= refresh_at:
                    refresh_at = until
                    # Where an on is under way, a device that answers from memory proves nothing.
                    if self.on is not On.UNSEEN:
                        self.outlet.refresh()
                await self._bell.async_wait(min(until, refresh_at) - loop.time())

    async def _async_stays_off(self) -> bool:
        """Watch a heater that is off; tell whether nothing happened for the lingering time."""
        loop = self._hass.loop
        linger = 0.0 if self.on is On.NONE else self._timings.linger
        lingers = loop.time() + linger
        with Watch(self._hass, self.outlet, self._bell) as watch:
            while not self._again:
                # A countdown that was taken back ends the wait.
                until = max(lingers, self.wary_until)
                if watch.proves(on=True):
                    _LOGGER.warning("%s went on late and is switched off", self._heater)
                    self.used = self.trying = True
                    self._tell(HeatLost("switched_on"))
                    return False
                if loop.time() < until:
                    await self._bell.async_wait(until - loop.time())
                elif self.on_call is not None and not self.on_call.done():
                    lingers = loop.time() + self._timings.linger
                else:
                    return True
        return False

    @callback
    def _forget(self) -> None:
        # As long as the lease stays, a countdown may still switch it on, which has to be told.
        if self._book.lease(self._heater) is None:
            self.listeners.clear()

    @callback
    def _went_on(self) -> None:
        if self.trying:
            return
        _LOGGER.warning("%s went on again and is switched off", self.outlet.entity_id)
        self._tell(HeatLost("switched_on"))
        self._owe_again()

    @callback
    def _owe_again(self) -> None:
        """Switch off what was proved off and is not, under the lease that was over."""
        self.used = True
        if self._last is not None and self._book.lease(self._heater) is None:
            owing = self._book.async_owe(self._last)
            self._hass.async_create_task(owing, f"knot_coach owes {self._heater}")
        self.ask()

    @callback
    def _send(self) -> None:
        self._calls = [call for call in self._calls if not call.done()]
        if len(self._calls) >= MAX_CALLS:
            self._calls.pop(0).cancel()
        if (lease := self._book.lease(self._heater)) is not None:
            async_judge(self._hass, lease, self.outlet)
        # A context without a user: nobody's lack of permission may keep a heater on.
        self._calls.append(self.outlet.switch(on=False, context=Context()))

    @callback
    def _alarm(self) -> None:
        self.stuck = True
        async_alarm(self._hass, self._heater, self.outlet, still=lambda: self.stuck)
        self._tell(HeatStuck())
        self._answer(proved=False)

    @callback
    def _calm(self) -> None:
        self.stuck = False
        async_calm(self._hass, self._heater)

    @callback
    def _tell(self, outcome: Outcome) -> None:
        for listener in self.listeners | self.attendants:
            listener(outcome)
        async_dispatcher_send(self._hass, SIGNAL_HEAT)

    @callback
    def _answer(self, *, proved: bool) -> None:
        waiting, self._waiting = self._waiting, []
        for verdict in waiting:
            if not verdict.done():
                verdict.set_result(proved)


DATA_QUENCHES: HassKey[dict[str, Quench]] = HassKey(f"{DOMAIN}_quenches")


@callback
def async_get_quench(
    hass: HomeAssistant, book: LeaseBook, heater: str, outlet: Outlet, timings: Timings
) -> Quench:
    """Return the one quench of a heater; a new one looks at it through `outlet`.

    Another takes its place with the next use alone: what one coach makes of a heater must not stand
    in for the proof that another's lease asks for.
    """
    quenches = hass.data.setdefault(DATA_QUENCHES, {})
    quench = quenches.get(heater)
    if quench is None:
        quench = quenches[heater] = Quench(hass, book, heater, outlet, timings)
    return quench
