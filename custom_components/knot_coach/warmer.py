"""Carries out what a session wants of the heater, if the coach has one."""

from datetime import datetime
from typing import TYPE_CHECKING

from homeassistant.core import Context, callback

from .admission import Admission, Refused
from .debts import Debts
from .massage.heat_reports import HeatLost, HeatOff, HeatStuck
from .massage.messages import Command, Report
from .massage.remarks import Remark
from .massage.screening import refuse
from .one_relay import coaches_on
from .settings import Settings

if TYPE_CHECKING:
    from .coordinator import Coach


class Warmer:
    """What stands between the effects of a coach's sessions and its heater."""

    def __init__(self, coach: Coach) -> None:
        """Take a coach, whose heater comes later or never."""
        self._coach = coach
        self.debts = Debts(coach)

    def check(self) -> None:
        """Raise Refused while a heater that matters is drilled, or is not proved off.

        Whoever drills it, and for whatever coach, looks at it and at nothing else.
        """
        if self.debts.open:
            raise Refused("heat_stuck" if self.debts.stuck else "heat_not_off")
        coach, heater = self._coach, self._coach.heater
        if heater is None:
            return
        heaters = [heater, *(one.heater for one in coaches_on(coach.hass, heater.outlet.entity_id))]
        if any(one is not None and one.guard.drilling for one in heaters):
            raise Refused("drill_running")

    @callback
    def ends_drill(self, wish: object) -> bool:
        """End the drills of the heater, whoever has begun them; tell whether that was the wish, and there were any."""
        coach, heater = self._coach, self._coach.heater
        if heater is None or wish not in (Command.STOP, Command.TOO_HOT):
            return False
        others = coaches_on(coach.hass, heater.outlet.entity_id)
        heaters = {heater, *(one.heater for one in others if one.heater is not None)}
        ends = [end for one in heaters if (end := one.guard.call_off) is not None]
        for end in ends:
            end()
        return bool(ends)

    @property
    def hot(self) -> bool:
        """Whether a heater that matters may be on."""
        heater = self._coach.heater
        return (heater is not None and heater.on) or bool(self.debts.open)

    @callback
    def take_up(self, *, was_hot: bool) -> None:
        """Tell a session that was cut off what has become of its heat meanwhile."""
        self.debts.follow()
        if self.debts.stuck:
            self._coach.report(HeatStuck())
        elif was_hot and not self.hot:
            self._coach.report(HeatOff())

    @property
    def draws(self) -> bool:
        """Whether watts are seen to flow into the heater that is to be unplugged."""
        return any(one.outlet.draws for one in self.debts.open)

    @callback
    def believes(self, fact: Report | Remark) -> bool:
        """Tell whether a report can be passed on: no off while another is open, no alarm twice."""
        match fact:
            case HeatOff():
                # What is still open tells the session itself, once it is proved off.
                self.debts.follow()
                return not self.debts.open
            case HeatStuck():
                return not self._coach.unplugging
            case _:
                return True

    @callback
    def take_news(self) -> None:
        """End heat that settings which have changed just now rule out; the rest counts later."""
        coach = self._coach
        if coach.session is None or not coach.session.hot:
            return
        try:
            settings = Settings.from_entry(coach.config_entry)
        except KeyError, ValueError:
            ruled_out = True
        else:
            rules = Admission(settings, coach.catalogue, coach.memory).restrictions(coach.now())
            area = coach.session.order.area
            ruled_out = bool(rules.no_heat or rules.no_sessions or refuse(area, rules))
        if ruled_out:
            coach.report(HeatLost("changed"))

    @callback
    def start(self, off_at: datetime, context: Context) -> None:
        """Switch on, with the permissions of whoever started the session.

        Settings that have changed since then count at the next session, and health answers may be
        among them: there is no heat until then.
        """
        coach = self._coach
        if coach.reload_due:
            coach.report(HeatLost("changed"))
        elif coach.heater is not None:
            warming = coach.heater.async_on(off_at - coach.now(), context)
            coach.config_entry.async_create_task(coach.hass, warming, f"{coach.name} heat on")

    @callback
    def stop(self) -> None:
        """Switch off; where there is nothing to switch off, that is a proof of off."""
        coach = self._coach
        self.debts.chase()
        if coach.heater is None:
            coach.report(HeatOff())
            return
        # Not a task of the entry: an off outlives it.
        coach.hass.async_create_task(coach.heater.async_off(), f"{coach.name} heat off")

    @callback
    def attend(self, *, live: bool) -> None:
        """Let the heater know whether somebody is coached: nobody is pressed under heat."""
        if self._coach.heater is not None:
            self._coach.heater.attend(live)
