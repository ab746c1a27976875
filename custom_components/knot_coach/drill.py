"""The heat drill: ten seconds of power under somebody's eyes, and a proof of the dead-man.

It switches on and off as a session does, through the same heater, with the same lease and the same
watchdog, and says what it saw. Where the device has a countdown it is then left alone, to see
whether it cuts the power by itself; and switched off early, to see whether it stays off.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
import logging
from typing import Final

from homeassistant.core import Context, Event, EventStateChangedData, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from .admission import Refused
from .coordinator import Coach
from .countdown import Setting
from .dead_man import LATE, TRIAL_ROOM, Guard, Trial
from .drill_findings import Part, Report, Step, Verdict
from .heater import Heater
from .massage.heat import MAX_TIME
from .massage.heat_reports import HeatLost, HeatOff, HeatOn, HeatReport
from .massage.load import heat_locked
from .one_relay import coaches_on
from .other_hands import OtherHands
from .outlet import IDLE_WATTS, Bell, Watch, is_known, watts
from .person import async_is_person
from .voice.sentences import async_session_changed

_LOGGER = logging.getLogger(__name__)

ON_FOR: Final = 10.0
"""Seconds of the first on; enough for any plug to report, and no pad gets warm."""
LEAST_COUNTDOWN: Final = 10.0
"""Seconds of the shortest countdown that is tried: less is over before anybody could see it."""
ON_AT_MOST: Final = 40.0
"""Seconds after which the first on ends whatever happens: on and off may take ten each."""
SPENT: Final = 30.0
"""Seconds after an off of ours in which it may still be under way, on a slow radio; our choice. What
switches off later does so by itself."""
EARLIEST: Final = 0.9
"""Part of a countdown before whose end it cannot be what has cut the power; our choice."""


async def async_admit(coach: Coach, context: Context | None) -> Heater:
    """Return the heater to drill. Raises Refused where somebody else asks, or it cannot be had."""
    if not await async_is_person(coach.hass, context):
        raise Refused("person_needed")
    heater = coach.heater
    if heater is None:
        raise Refused("heat_not_set_up")
    if heater.guard.drilling:
        raise Refused("drill_running")
    for one in (coach, *coaches_on(coach.hass, heater.outlet.entity_id)):
        if one.busy or one.memory.interrupted is not None:
            raise Refused("drill_in_session")
    now = coach.now()
    restrictions = coach.admission.restrictions(now)
    if restrictions.no_sessions in {"screening_expired", "screening_missing"}:
        raise Refused("screening_expired")
    blocked = bool(restrictions.no_heat or restrictions.no_sessions)
    blocked = blocked or heat_locked(coach.memory.locks, now)
    reason = heater.refusal(blocked=blocked, trial=Trial(began=dt_util.utcnow()))
    if (reason := reason or heater.guard.flaw) is not None:
        raise Refused(reason)
    return heater


async def async_drill(coach: Coach, context: Context | None) -> asyncio.Task[Report]:
    """Begin a drill that somebody who is there asks for; its report follows. Raises Refused.

    It goes on whatever becomes of the call, and ends when the coach does.
    """
    heater = await async_admit(coach, context)
    assert context is not None  # noqa: S101 - else nobody would have asked
    heater.guard.drilling = True
    drill = _Drill(coach, heater, context)
    return coach.config_entry.async_create_background_task(
        coach.hass, drill.async_run(), f"{coach.name} heat drill"
    )


@dataclass
class _Drill:
    """One drill."""

    coach: Coach
    heater: Heater
    context: Context
    steps: list[Step] = field(default_factory=list)
    countdown: float | None = None

    def __post_init__(self) -> None:
        hass = self.coach.hass
        self._hass, self._loop = hass, hass.loop
        self._guard: Guard = self.heater.guard
        self._bell = Bell(hass)
        self._heard = list[HeatReport]()
        self._began = dt_util.utcnow()
        self._powered = self._off_at = 0.0
        countdown = self._guard.countdown
        own = {self.context.id} | (set() if countdown is None else {countdown.context.id})
        self._hands = OtherHands(hass, self.heater.outlet, own)
        self._spoiled = False
        self._other_hand: str | None = None
        self._ending: asyncio.Task[bool] | None = None

    async def async_run(self) -> Report:
        """Do it all; whatever happens, it ends with off."""
        self.heater.watchers.add(self._hear)
        try:
            with self._hands:
                verdict = await self._async_unless_called_off()
        finally:
            self.heater.watchers.discard(self._hear)
            self._guard.drilling, self._guard.trial, self._guard.call_off = False, None, None
            async_session_changed(self._hass)
            if self.heater.on:
                self._hass.async_create_background_task(
                    self.heater.async_off(), "knot_coach drill off"
                )
            self.coach.async_update_listeners()
        return Report(
            heater=self.heater.outlet.name,
            steps=tuple(self.steps),
            dead_man=verdict,
            countdown=self.countdown,
            other_hand=self._other_hand,
        )

    async def _async_unless_called_off(self) -> Verdict:
        """Go through the parts. Whoever finds it too hot ends them at once, in whatever they are."""
        parts = self._hass.async_create_background_task(self._async_parts(), "knot_coach drill")

        @callback
        def call_off() -> None:
            if self._ending is None:
                self._ending = self._hass.async_create_background_task(
                    self.heater.async_off(), "knot_coach drill called off"
                )
                parts.cancel()

        self._guard.call_off = call_off
        async_session_changed(self._hass)
        try:
            await asyncio.wait({parts})
        except asyncio.CancelledError:
            parts.cancel()
            await asyncio.wait({parts})
            raise
        if self._ending is None:
            return await parts
        await self._ending
        return Verdict.CALLED_OFF if await self._guard.async_void() else Verdict.NOT_STORED

    async def _async_parts(self) -> Verdict:
        passed = await self._async_ten_seconds()
        if self._guard.dead_man is None:
            return Verdict.NONE
        if not await asyncio.shield(self._guard.async_void()):
            return Verdict.NOT_STORED
        if not passed:
            return Verdict.OTHER_HAND if self._spoiled else Verdict.NOT_TRIED
        verdict = await self._async_dead_man()
        if verdict is Verdict.PROVED and not await asyncio.shield(self._guard.async_prove()):
            return Verdict.NOT_STORED
        return verdict

    async def _async_ten_seconds(self) -> bool:
        """On, seen, off, seen; tell whether all of it was."""
        began = self._loop.time()
        on = await self._async_on(ON_AT_MOST, Trial(began=self._began))
        self._note(Part.ON, ok=on, since=began)
        sensor = self.heater.outlet.power_sensor
        if on:
            await self._async_wait(began + ON_FOR / 2, self._over)
            self.heater.outlet.refresh()
            await self._async_wait(began + ON_FOR, self._over)
        if on and self._over():
            self._look_for_hands()
            self._note(Part.HELD, ok=False, since=began)
        elif on and sensor is not None:
            drawn = watts(self._hass.states.get(sensor))
            flows = drawn is not None and drawn > IDLE_WATTS
            self._note(Part.WATTS, ok=flows, since=began, watts=drawn)
        self._hands.end()
        off_at = self._loop.time()
        off = await self._async_off()
        self._note(Part.OFF, ok=off, since=off_at)
        return on and all(step.ok for step in self.steps)

    async def _async_dead_man(self) -> Verdict:
        """Leave it alone with its countdown, and then switch off early."""
        trial = self._trial()
        if trial is None:
            return Verdict.NOT_WRITTEN
        self.countdown = trial.countdown
        if trial.countdown + TRIAL_ROOM > MAX_TIME.total_seconds() - self._powered:
            return Verdict.TOO_LONG
        # An off of the first ten seconds that comes late must not look like the device's own.
        await self._async_wait(self._off_at + SPENT, lambda: False)
        try:
            verdict = await self._async_left_alone(trial)
            if verdict is Verdict.PROVED and trial.setting is not None:
                verdict = await self._async_switched_off_early(trial, trial.setting)
        finally:
            if self._ending is not None:
                # What is to be taken back may toggle: it goes off first.
                await asyncio.wait({self._ending})
            await self._guard.async_clear()
        return verdict

    def _trial(self) -> Trial | None:
        """Return what to arm: the shortest countdown that can be watched."""
        dead_man, countdown = self._guard.dead_man, self._guard.countdown
        if countdown is None:
            minutes = dead_man.auto_off_minutes if dead_man is not None else None
            return Trial(began=self._began, countdown=60.0 * (minutes or 0))
        setting = countdown.fitting(LEAST_COUNTDOWN)
        if setting is None or setting.seconds < LEAST_COUNTDOWN:
            return None
        return Trial(began=self._began, countdown=setting.seconds, setting=setting)

    async def _async_left_alone(self, trial: Trial) -> Verdict:
        """See whether the device cuts the power by itself when its countdown is over."""
        if not await self._async_on(trial.countdown + TRIAL_ROOM, trial):
            return await self._async_give_up()
        armed, outlet = self._loop.time(), self.heater.outlet
        with Watch(self._hass, outlet, self._bell) as watch:

            def over() -> bool:
                return watch.proves(on=False) or self._over(but="switched_off")

            # One that takes twice as long, or more, counts in something else than it says.
            await self._async_wait(armed + trial.countdown + min(LATE, trial.countdown), over)
            went_off = watch.proves(on=False) and not self._over(but="switched_off")
        lasted = self._loop.time() - self._guard.armed_at
        verdict = Verdict.PROVED
        if not went_off:
            verdict = Verdict.NOT_CUT
        elif self._look_for_hands():
            verdict = Verdict.OTHER_HAND
        elif lasted < EARLIEST * trial.countdown:
            verdict = Verdict.TOO_SOON
        self._note(Part.CUT, ok=verdict is Verdict.PROVED, since=armed)
        off = await self._async_off()
        if verdict is not Verdict.PROVED:
            await self._guard.async_clear()
        return verdict if off and await self._async_settled(trial) else Verdict.NOT_TRIED

    async def _async_switched_off_early(self, trial: Trial, setting: Setting) -> Verdict:
        """See whether it stays off past the end of a countdown that it was armed with, on or off."""
        trial = replace(trial, times=2)
        if not await self._async_on(TRIAL_ROOM, trial):
            return await self._async_give_up()
        armed = self._loop.time()
        if not await self._async_off():
            return Verdict.NOT_TRIED
        came_on = list[str]()

        @callback
        def changed(event: Event[EventStateChangedData]) -> None:
            if is_known(new := event.data["new_state"]) and new is not None and new.state != "off":
                came_on.append(new.state)
                self._bell.ring()

        stop = async_track_state_change_event(self._hass, self.heater.outlet.entity_id, changed)
        try:
            await self._async_wait(armed + trial.countdown + LATE, lambda: bool(came_on))
            if not came_on:
                # One that forgets its countdown with the off gets it once more, as one of ours that
                # comes late would. Where what is off cannot be set, so much the better.
                await self._guard.async_write(setting)
                until = self._loop.time() + trial.countdown + LATE
                await self._async_wait(until, lambda: bool(came_on))
            # To take it back must not switch on either.
            await self._guard.async_clear()
            settled = await self._async_settled(trial)
        finally:
            stop()
        self._note(Part.STAYS_OFF, ok=not came_on, since=armed)
        if came_on:
            return Verdict.SWITCHES_ON
        return Verdict.PROVED if settled else Verdict.NOT_TRIED

    async def _async_on(self, time: float, trial: Trial) -> bool:
        """Switch on for so many seconds at most; tell whether it is on, and armed."""
        self._heard.clear()
        self._hands.begin()
        began = self._loop.time()
        self._powered_since = began
        await self.heater.async_on(timedelta(seconds=time), self.context, trial)
        self.coach.async_update_listeners()
        return HeatOn() in self._heard and not self._over()

    async def _async_off(self) -> bool:
        off = await self.heater.async_off()
        self._off_at = self._loop.time()
        self._powered += self._off_at - self._powered_since
        self.coach.async_update_listeners()
        return off

    async def _async_give_up(self) -> Verdict:
        """Say why an on with a countdown did not come about, when it is off again."""
        failed = HeatOn() in self._heard and HeatLost("failed") in self._heard
        await self._async_off()
        return Verdict.NOT_WRITTEN if failed else Verdict.NOT_TRIED

    async def _async_settled(self, trial: Trial) -> bool:
        """Wait until nobody watches any more that it stays off; tell whether that came."""
        try:
            async with asyncio.timeout(2 * trial.may_switch_for):
                await self.heater.async_settled()
        except TimeoutError:
            return False
        return True

    async def _async_wait(self, until: float, happened: Callable[[], bool]) -> None:
        while not happened() and (left := until - self._loop.time()) > 0:
            await self._bell.async_wait(left)

    def _look_for_hands(self) -> bool:
        """Tell whether something else may have switched it off, and remember what."""
        self._spoiled, self._other_hand = self._hands.busy, self._hands.culprit
        return self._spoiled

    def _over(self, but: str | None = None) -> bool:
        """Whether the heater has given up, for another reason than that."""
        return any(
            isinstance(report, HeatOff) or (isinstance(report, HeatLost) and report.reason != but)
            for report in self._heard
        )

    def _note(self, part: Part, *, ok: bool, since: float, watts: float | None = None) -> None:
        self.steps.append(Step(part, ok, round(self._loop.time() - since, 1), watts))

    @callback
    def _hear(self, report: HeatReport) -> None:
        self._heard.append(report)
        self._bell.ring()
