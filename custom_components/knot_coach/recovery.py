"""Heaters that a crash, a reload or a removed coach has left on."""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .lease import LeaseBook
from .massage.heat import MAX_TIME
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
