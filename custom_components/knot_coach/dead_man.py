"""The dead-man: a countdown in the device itself, which cuts the power if nobody else does.

Home Assistant may hang or die while a heater is on; what then still switches off is the device alone.
There are two kinds. Some devices cut the power so many minutes after each on (Shelly auto-off, Tasmota
PulseTime, an ESPHome script): there is nothing to write, and they guard from the first moment. Others
have a countdown entity (Tuya, Zigbee2MQTT) that is written after each on, which leaves the moments
between the on and the write unguarded. Some countdowns *toggle*: they switch on where it is off already.
So none is believed, and none is written unasked: it counts as a guard only after a drill has seen it cut
the power by itself, and leave it cut.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .countdown import LEAST, LONGEST, WRITE_WITHIN, Countdown, Setting
from .overrun import async_forget_overrun
from .proofs import Proof, Proofs

BEFORE_IT: Final = timedelta(seconds=5)
"""How long before a device cuts the power by itself the coach switches off: what both do at the
same moment looks like a fault. Our choice."""
LATE: Final = 30.0
"""Seconds by which a countdown may be late; our choice."""
TRIAL_ROOM: Final = LATE + 30.0
"""Beside that on has to be seen, and the countdown to be written: ten seconds each, and some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadMan:
    """What a person has told about the device's own countdown; one of the two is set."""

    countdown: str | None = None
    """A number or select entity of the same device, which the coach writes after each on."""
    auto_off_minutes: int | None = None
    """Minutes after which the device cuts the power by itself after each on, as it is set there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One on of a drill, which may have more of them; all together are one use."""

    began: datetime
    """When the drill began."""
    countdown: float = 0.0
    """Seconds after which the device may do anything, proved or not; 0 where nothing is armed."""
    setting: Setting | None = None
    """What the countdown is set to."""
    times: int = 1
    """How often in a row it is set, and may run to its end."""

    @property
    def may_switch_for(self) -> float:
        """Seconds from the on for which the countdown may switch something, with room to spare."""
        return self.times * (self.countdown + TRIAL_ROOM) if self.countdown else 0.0


class Guard:
    """The dead-man of one coach's heater: whether it is proved, and its countdown at each use."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        heater: str,
        dead_man: DeadMan | None,
        proofs: Proofs | None,
    ) -> None:
        """Take what was configured; nothing is written before a drill has proved it.

        Without proofs nothing ever is.
        """
        self._hass = hass
        self.entry_id = entry_id
        self._heater = heater
        self.dead_man = dead_man
        self._proofs = proofs or Proofs(hass)
        entity = None if dead_man is None else dead_man.countdown
        self.countdown = None if entity is None else Countdown(hass, entity)
        self.trial: Trial | None = None
        """What the drill wants that has the heater on, or had it last."""
        self.drilling = False
        """Whether a drill goes on; what it reports is for no session."""
        self.call_off: Callable[[], None] | None = None
        """Ends the drill that goes on, at once."""
        self._counted = False
        """Whether the heat that goes on was begun because the device would end it."""
        self._began = self._until = 0.0
        self.armed_at = 0.0
        """Loop time from which on the device may be counting: of the on, or of the last write."""
        self._armed = False
        self._write: asyncio.Task[bool] | None = None

    @property
    def proof(self) -> Proof | None:
        """The proof of just this device and this countdown, if there is one."""
        if self.dead_man is None or (proof := self._proofs.of(self.entry_id)) is None:
            return None
        return proof if (proof.heater, proof.dead_man) == self._names else None

    @property
    def guarded(self) -> bool:
        """Whether the device was seen to cut the power by itself, and can be told to now."""
        if self.proof is None:
            return False
        return self.countdown is None or self._shortest is not None

    @property
    def flaw(self) -> str | None:
        """Say why the countdown must not even be drilled, or None."""
        return None if self.countdown is None else self.countdown.flaw

    @property
    def may_switch_for(self) -> float:
        """Seconds from the on for which a countdown that is sent may switch something; 0: none is.

        A proved one, too: what arrives late runs on while the heater is off, and was never tried
        with this on.
        """
        if self.trial is not None:
            return self.trial.may_switch_for
        if not self._counted or (shortest := self._shortest) is None:
            return 0.0
        return max(self._until - self._began, shortest.seconds) + TRIAL_ROOM

    def switches_until(self, started: datetime) -> datetime | None:
        """Return the same as an instant."""
        wary = self.may_switch_for
        return started + timedelta(seconds=wary) if wary else None

    def cut_by(self, started: datetime) -> datetime | None:
        """Return when a device that is proved has cut the power at last, however late it is.

        None where none is.
        """
        if not self._counted:
            return None
        minutes = None if self.dead_man is None else self.dead_man.auto_off_minutes
        longest = LONGEST if minutes is None else 60.0 * minutes
        return started + timedelta(seconds=WRITE_WITHIN + longest + LATE)

    @callback
    def begin(self, time: timedelta, trial: Trial | None) -> timedelta:
        """Take up heat of so much time; return how much of it the device will let be.

        So the coach ends it before the device does. A drill waits for the device.
        """
        self.trial, self._counted = trial, trial is None and self.guarded
        if trial is None:
            time = self.allowed(time)
        self._began = self.armed_at = self._hass.loop.time()
        self._until = self._began + time.total_seconds()
        return time

    def allowed(self, time: timedelta) -> timedelta:
        """Return how much of a time the device lets heat be."""
        minutes = None if self.dead_man is None else self.dead_man.auto_off_minutes
        if minutes is not None:
            return min(time, timedelta(minutes=minutes) - BEFORE_IT)
        if not self.guarded or self.countdown is None:
            return time
        setting = self._lasting(time.total_seconds(), LONGEST)
        # With room for on to be seen, so that it still is the one that fits then.
        room = 2 * WRITE_WITHIN
        return time if setting is None else min(time, timedelta(seconds=setting.seconds + room))

    async def async_forget_others(self) -> None:
        """Void a proof of another device, or of another countdown, for good."""
        if self.proof is None:
            await self.async_void()
        if self.dead_man is None:
            async_forget_overrun(self._hass, self.entry_id)

    async def async_arm(self, end_in: Callable[[float], None]) -> bool:
        """Have the device end the heat by itself, where it is known to, or is drilled.

        To be called when on was seen: a countdown that toggles would switch on what is off. Tells
        whether the heat may go on: it may not where the countdown counts and cannot be set.

        Args:
            end_in: Told the seconds after which the coach has to end it, before the device does.
        """
        if self.countdown is None or not (self._counted or self.trial):
            return True
        if self.trial is not None:
            return self.trial.setting is None or await self.async_write(self.trial.setting)
        now = self._hass.loop.time()
        setting = self._lasting(self._until - now, self._began + LONGEST - now)
        if setting is None:
            return False
        end_in(min(self._until - now, setting.seconds - BEFORE_IT.total_seconds()))
        return await self.async_write(setting)

    async def async_write(self, setting: Setting) -> bool:
        """Set the countdown, and tell whether it shows that it runs."""
        if self.countdown is None:
            return False
        self._armed, self.armed_at = True, self._hass.loop.time()
        self._write = self._hass.async_create_background_task(
            self.countdown.async_write(setting), f"knot_coach countdown of {self._heater}"
        )
        return await self._write

    @callback
    def release(self, relax: Callable[[], None]) -> None:
        """Take back the countdown of a heater that is proved off; a drill does so by itself.

        `relax` is called when nothing can come of it any more. Where that is not certain, the
        heater is watched until the countdown would be over.
        """
        if self.trial is not None:
            return
        counted, self._counted = self._counted, False
        if self._armed:
            self._hass.async_create_background_task(
                self._async_take_back(relax if counted else None),
                f"knot_coach countdown of {self._heater} back",
            )
        elif counted:
            relax()

    async def _async_take_back(self, relax: Callable[[], None] | None) -> None:
        if await self.async_clear() and relax is not None:
            relax()

    async def async_clear(self) -> bool:
        """Take the countdown back; tell whether it was heard before, and is certainly gone now."""
        if not self._armed or self.countdown is None or self._write is None:
            return False
        self._armed = False
        # What is still on its way would arrive after a clear that overtakes it.
        await asyncio.wait({self._write})
        heard = not self._write.cancelled() and self._write.result()
        return await self.countdown.async_clear() and heard

    async def async_prove(self) -> bool:
        """Note that the device was seen to do it just now; tell whether that is on disk."""
        heater, dead_man = self._names
        proof = Proof(heater=heater, dead_man=dead_man, at=dt_util.utcnow())
        stored = await self._proofs.async_put(self.entry_id, proof)
        if stored:
            async_forget_overrun(self._hass, self.entry_id)
        return stored

    async def async_void(self) -> bool:
        """Forget what was proved; tell whether that is on disk."""
        return await self._proofs.async_void(self.entry_id)

    @property
    def _shortest(self) -> Setting | None:
        """The shortest setting for heat that the limit leaves room for, seen on and written late."""
        shortest = None if self.countdown is None else self.countdown.fitting(LEAST)
        fits = shortest is not None and shortest.seconds <= LONGEST - 2 * WRITE_WITHIN
        return shortest if fits else None

    def _lasting(self, left: float, most: float) -> Setting | None:
        """Return what to set, so that the device cuts within the seconds that are left.

        As long as a write may take is left out, for the device counts from when it hears it. Where
        all that it knows is longer, it is the shortest that keeps to the limit of all heat.
        """
        if self.countdown is None:
            return None
        setting = self.countdown.within(left - WRITE_WITHIN) or self._shortest
        fits = setting is not None and setting.seconds <= most - WRITE_WITHIN
        return setting if fits else None

    @property
    def _names(self) -> tuple[str, str]:
        """What a proof is of."""
        dead_man = self.dead_man or DeadMan()
        countdown = dead_man.countdown
        return self._name(self._heater), (
            f"{dead_man.auto_off_minutes} min" if countdown is None else self._name(countdown)
        )

    def _name(self, entity_id: str) -> str:
        entry = er.async_get(self._hass).async_get(entity_id)
        return entity_id if entry is None else entry.id
