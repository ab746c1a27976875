"""A dead-man that did not cut the power when its time was over.

While Home Assistant is dead, the device alone ends heat. So the first that is seen of the heater
afterwards tells whether it did: one that is still on has disproved what a drill had proved.
"""

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
            _look(hass, lease)


@callback
def async_forget_overrun(hass: HomeAssistant, entry_id: str) -> None:
    """Take back what was said about the device of a coach: it is proved again, or there is none."""
    ir.async_delete_issue(hass, DOMAIN, f"{ISSUE}_{entry_id}")


def _look(hass: HomeAssistant, lease: Lease) -> None:
    """Judge the device of a lease as soon as its heater seems to be on, or all of it is known."""
    outlet = Outlet(hass, lease.heater, lease.power_sensor, lease.registry_id, lease.kind)
    removers: list[CALLBACK_TYPE] = []

    @callback
    def look(_: Event[Any] | None = None) -> None:
        on = seems_on(outlet)
        # Of two parts one may be back before the other, and the watts know better.
        if not on and not all(is_known(hass.states.get(source)) for source in outlet.sources):
            return
        while removers:
            removers.pop()()
        if on and lease.cut_by is not None and dt_util.utcnow() >= lease.cut_by:
            hass.async_create_task(
                _async_disprove(hass, lease, outlet), f"knot_coach {lease.heater} is proved no more"
            )

    removers.append(async_track_state_change_event(hass, outlet.sources, look))
    look()


async def _async_disprove(hass: HomeAssistant, lease: Lease, outlet: Outlet) -> None:
    """Void the proof of this device and say so; one of another device stays."""
    proofs = await async_get_proofs(hass)
    proof = proofs.of(lease.entry_id)
    if proof is None or proof.heater not in {lease.registry_id, lease.heater}:
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
    await proofs.async_void(lease.entry_id)
