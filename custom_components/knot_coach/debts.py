"""Heaters that may still be on, and matter to one coach: whoever left them on, under whatever name.

A coach may be set up anew, its heater renamed, replaced or taken out of its options, and another coach may have been
removed, all while an off is not proved. What knows of that is the book of leases and the quenches of the
house, and no object of a coach; so a session asks here before anybody is pressed.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import callback

from .heat_devices import share
from .lease import DATA_BOOK, Lease
from .massage.heat_reports import HeatOff, HeatStuck
from .outlet import Outlet
from .quench import DATA_QUENCHES, Outcome, Quench

if TYPE_CHECKING:
    from .coordinator import Coach


class Debts:
    """What has to be proved off before a coach lets anybody press."""

    def __init__(self, coach: Coach) -> None:
        """Ask for a coach; nothing is followed before `follow`."""
        self._coach = coach

    @property
    def open(self) -> list[Quench]:
        """The quenches that have not proved off what matters to this coach."""
        return self._open(self._matters)

    @property
    def own(self) -> list[Quench]:
        """Those of heat that this coach has given, whatever its heater is called now."""
        return self._open(self._is_own)

    @property
    def stuck(self) -> bool:
        """Whether one of them could not be proved off in time."""
        return any(one.stuck for one in self.open)

    @callback
    def follow(self) -> None:
        """Report to the coach's session what becomes of those that are open now."""
        for quench in self.open:
            quench.listeners.add(self._told)

    @callback
    def chase(self) -> None:
        """Switch them off once more, now."""
        self.follow()
        for quench in self.open:
            quench.ask()

    def _open(self, counts: Callable[[Lease], bool]) -> list[Quench]:
        hass = self._coach.hass
        if (book := hass.data.get(DATA_BOOK)) is None:
            return []
        known = hass.data.get(DATA_QUENCHES, {})
        found = (
            known.get(lease.heater)
            for lease in book.leases
            if lease.heater not in book.held and counts(lease)
        )
        return [one for one in found if one is not None and (one.trying or one.stuck)]

    def _is_own(self, lease: Lease) -> bool:
        return lease.entry_id == self._coach.config_entry.entry_id

    def _matters(self, lease: Lease) -> bool:
        coach, entries = self._coach, self._coach.hass.config_entries
        if self._is_own(lease):
            return True
        heat = coach.settings.heat
        heater = Outlet.of(coach.hass, lease)
        if heat is not None and share(coach.hass, heater.entity_id, heat.entity_id):
            return True
        # A heater that no coach looks after any more may lie on anybody.
        entry = entries.async_get_entry(lease.entry_id)
        return entry is None or entry.state is not ConfigEntryState.LOADED

    @callback
    def _told(self, outcome: Outcome) -> None:
        if not self._coach.busy:
            return
        if isinstance(outcome, HeatOff | HeatStuck):
            self._coach.report(outcome)
