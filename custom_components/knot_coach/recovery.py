"""Heaters that a crash, a reload or a removed coach has left on."""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .alarm import async_calm
from .lease import LeaseBook
from .massage.heat import MAX_TIME
from .one_relay import coaches_on
from .outlet import Outlet
from .quench import Timings, async_get_quench

PRODUCTION: Final = Timings()
"""How long things may take where nobody is testing."""


@callback
def async_recover(hass: HomeAssistant, book: LeaseBook, timings: Timings = PRODUCTION) -> None:
    """Switch off every heater that a crash, a reload or a removed coach has left with a lease.

    Safe to call at any time and any number of times; does not wait for the proof.
    """
    for lease in book.leases:
        outlet = Outlet.of(hass, lease)
        quench = async_get_quench(hass, book, lease.heater, outlet, timings)
        if lease.heater not in book.held and not quench.busy:
            if lease.switches_until is not None:
                left = min(lease.switches_until - dt_util.utcnow(), 2 * MAX_TIME)
                quench.beware(left.total_seconds())
            quench.ask()


async def async_give_up(hass: HomeAssistant, book: LeaseBook, heater: str) -> str | None:
    """Let go of a heater of which a person says that it is unplugged for good.

    Args:
        hass: Home Assistant.
        book: The leases.
        heater: The key of the lease that is given up.

    Returns:
        Why that is not done, as an error of the form; None where it is.
    """
    lease = book.lease(heater)
    if lease is None:
        async_calm(hass, heater)
        return None
    outlet = Outlet.of(hass, lease)
    quench = async_get_quench(hass, book, heater, outlet, PRODUCTION)
    # The form may have been open for long, and the heater is in use once more.
    if not quench.trying:
        return "heat_in_use"
    meters = [coach.heater.outlet for coach in coaches_on(hass, outlet.entity_id) if coach.heater]
    if any(one.draws for one in (outlet, *meters)):
        return "heat_still_draws"
    await quench.async_give_up()
    return None
