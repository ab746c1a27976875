"""A dead-man that did not cut the power when its time was over.

While Home Assistant is dead or its host asleep, the device alone ends heat, and so it does where it hears no
off. What is seen of the heater afterwards tells whether it did: one that shows to be on has lost what a drill
had proved. That may be unfair: Home Assistant may show what it remembers of a device that has not spoken yet,
and somebody may have switched it on meanwhile. Neither can be told apart from here, for no off waits for a device
to speak. So it is not believed any more until the next drill, and what is said of it leaves both open.
"""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
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
def async_judge(hass: HomeAssistant, lease: Lease, outlet: Outlet) -> None:
    """Void the proof of a device whose heater seems to be on after it should have cut the power at last.

    To be called before an off is sent: what obeys that tells nothing any more.
    """
    if lease.cut_by is not None and dt_util.utcnow() >= lease.cut_by and seems_on(outlet):
        hass.async_create_task(
            _async_disprove(hass, lease, outlet), f"knot_coach {lease.heater} is proved no more"
        )


@callback
def async_forget_overrun(hass: HomeAssistant, entry_id: str) -> None:
    """Take back what was said about the device of a coach: it is proved again, or there is none."""
    ir.async_delete_issue(hass, DOMAIN, f"{ISSUE}_{entry_id}")


def _look(hass: HomeAssistant, lease: Lease) -> None:
    """Judge the device of a lease as soon as its heater seems to be on, or all of it is known."""
    outlet = Outlet.of(hass, lease)
    removers: list[CALLBACK_TYPE] = []

    @callback
    def look(_: Event[Any] | None = None) -> None:
        # Of two parts one may be back before the other, and the watts know better.
        known = all(is_known(hass.states.get(source)) for source in outlet.sources)
        if not known and not seems_on(outlet):
            return
        while removers:
            removers.pop()()
        async_judge(hass, lease, outlet)

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
    entry = hass.config_entries.async_get_entry(lease.entry_id)
    if entry is not None and entry.state is ConfigEntryState.LOADED:
        entry.runtime_data.async_update_listeners()
