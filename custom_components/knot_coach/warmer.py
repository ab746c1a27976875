"""Carries out what a session wants of the heater, if the coach has one."""

from datetime import datetime
from typing import TYPE_CHECKING

from homeassistant.core import Context, callback

from .massage.heat import PAD, Warmth
from .massage.heat_reports import HeatOff

if TYPE_CHECKING:
    from .coordinator import Coach
    from .heat_config import HeatConfig
    from .heater import Heater


@callback
def warmth_of(config: HeatConfig | None, heater: Heater | None) -> Warmth:
    """Return what a session has to know of the heat of its coach."""
    if config is None or heater is None:
        return PAD
    return Warmth(kind=config.kind, unasked=config.unasked, guarded=heater.guard.guarded)


class Warmer:
    """What stands between the effects of a coach's sessions and its heater."""

    def __init__(self, coach: Coach) -> None:
        """Take a coach, whose heater comes later or never."""
        self._coach = coach

    @callback
    def start(self, off_at: datetime, context: Context) -> None:
        """Switch on, with the permissions of whoever started the session."""
        coach = self._coach
        if coach.heater is not None:
            warming = coach.heater.async_on(off_at - coach.now(), context)
            coach.config_entry.async_create_task(coach.hass, warming, f"{coach.name} heat on")

    @callback
    def stop(self) -> None:
        """Switch off; where there is nothing to switch off, that is a proof of off."""
        coach = self._coach
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
