"""The dead-man: a countdown in the device itself, which cuts the power if nobody else does.

Home Assistant may hang or die while a heater is on; what then still switches off is the device alone.
There are two kinds. Some devices cut the power so many minutes after each on (Shelly auto-off, Tasmota
PulseTime, an ESPHome script): there is nothing to write, and they guard from the first moment. Others
have a countdown entity (Tuya, Zigbee2MQTT) that is written after each on, which leaves the moments
between the on and the write unguarded. Some countdowns *toggle*: they switch on where it is off already.
So none is believed, and none is written unasked: it counts as a guard only after a drill has seen it cut
the power by itself, and leave it cut.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .countdown import Countdown, Setting
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

    @property
    def may_switch_for(self) -> float:
        """Seconds from the on for which the countdown may switch something, with room to spare."""
        return self.countdown + TRIAL_ROOM if self.countdown else 0.0

    def switches_until(self, started: datetime) -> datetime | None:
        """Return the same as an instant."""
        wary = self.may_switch_for
        return started + timedelta(seconds=wary) if wary else None


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
        self._counted = False
        """Whether the heat that goes on was begun because the device would end it."""
        self._until = 0.0
        self._armed = False

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
        return self.countdown is None or self.countdown.fitting(0) is not None

    @callback
    def begin(self, time: timedelta, trial: Trial | None) -> timedelta:
        """Take up heat of so much time; return how much of it the device will let be.

        So the coach ends it before the device does. A drill waits for the device.
        """
        self.trial, self._counted = trial, self.guarded
        if trial is None:
            time = self.allowed(time)
        self._until = self._hass.loop.time() + time.total_seconds()
        return time

    def allowed(self, time: timedelta) -> timedelta:
        """Return how much of a time the device lets heat be."""
        minutes = None if self.dead_man is None else self.dead_man.auto_off_minutes
        if minutes is not None:
            return min(time, timedelta(minutes=minutes) - BEFORE_IT)
        if not self.guarded or self.countdown is None:
            return time
        longest = self.countdown.fitting(time.total_seconds())
        return time if longest is None else min(time, timedelta(seconds=longest.seconds))

    async def async_forget_others(self) -> None:
        """Void a proof of another device, or of another countdown, for good."""
        if self.proof is None:
            await self.async_void()

    async def async_arm(self) -> bool:
        """Have the device end the heat by itself, where it is known to, or is drilled.

        To be called when on was seen: a countdown that toggles would switch on what is off. Tells
        whether the heat may go on: it may not where the countdown counts and cannot be set.
        """
        if self.countdown is None or not (self._counted or self.trial):
            return True
        if self.trial is None:
            setting = self.countdown.fitting(self._until - self._hass.loop.time())
        elif (setting := self.trial.setting) is None:
            return True
        self._armed = setting is not None
        return setting is not None and await self.countdown.async_write(setting)

    @callback
    def release(self) -> None:
        """Take back the countdown of a heater that is proved off; a drill does so by itself."""
        if self._armed and self.trial is None:
            self._hass.async_create_background_task(
                self.async_clear(), f"knot_coach countdown of {self._heater}"
            )

    async def async_clear(self) -> None:
        """Take the countdown back, where the device lets it be."""
        if self._armed and self.countdown is not None:
            self._armed = False
            await self.countdown.async_clear()

    async def async_prove(self) -> bool:
        """Note that the device was seen to do it just now; tell whether that is on disk."""
        heater, dead_man = self._names
        proof = Proof(heater=heater, dead_man=dead_man, at=dt_util.utcnow())
        return await self._proofs.async_put(self.entry_id, proof)

    async def async_void(self) -> bool:
        """Forget what was proved; tell whether that is on disk."""
        return await self._proofs.async_void(self.entry_id)

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
