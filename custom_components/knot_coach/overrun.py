"""A dead-man that did not cut the power when its time was over.

While Home Assistant is dead, the device alone ends heat. So the first that is seen of the heater
afterwards tells whether it did: one that is still on has disproved what a drill had proved.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .lease import Lease, LeaseBook
from .outlet import Outlet, is_known
from .proofs import async_get_proofs
from .signs import seems_on

ISSUE: Final = "dead_man_failed"


@callback
def async_look_for_overruns(hass: HomeAssistant, book: LeaseBook) -> None:
    """Look at each heater that a dead Home Assistant has left to its device alone.

    To be called once, before anybody sends it an off.
    """
    for lease in book.leases:
        if lease.cut_by is not None:
            outlet = Outlet(hass, lease.heater, lease.power_sensor, lease.registry_id, lease.kind)
            _look(hass, outlet, partial(_judge, hass, lease, outlet))


@callback
def async_forget_overrun(hass: HomeAssistant, entry_id: str) -> None:
    """Take back what was said about the device of a coach: it is proved again, or there is none."""
    ir.async_delete_issue(hass, DOMAIN, f"{ISSUE}_{entry_id}")


def _look(hass: HomeAssistant, outlet: Outlet, seen: Callable[[], None]) -> None:
    """Call `seen` once, as soon as the heater shows anything."""
    removers: list[CALLBACK_TYPE] = []

    @callback
    def look(_: Event[Any] | None = None) -> None:
        if is_known(outlet.state):
            while removers:
                removers.pop()()
            seen()

    removers.append(async_track_state_change_event(hass, outlet.sources, look))
    look()


@callback
def _judge(hass: HomeAssistant, lease: Lease, outlet: Outlet) -> None:
    if lease.cut_by is None or dt_util.utcnow() < lease.cut_by or not seems_on(outlet):
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{ISSUE}_{lease.entry_id}",
        # Only a drill, with somebody who stands by, proves it again.
        is_fixable=False,
        # What is disproved stays so after a restart, and so does the reason.
        is_persistent=True,
        severity=ir.IssueSeverity.ERROR,
        translation_key=ISSUE,
        translation_placeholders={"heater": outlet.name},
    )
    hass.async_create_task(
        _async_void(hass, lease.entry_id), f"knot_coach {lease.heater} is proved no more"
    )


async def _async_void(hass: HomeAssistant, entry_id: str) -> None:
    await (await async_get_proofs(hass)).async_void(entry_id)
