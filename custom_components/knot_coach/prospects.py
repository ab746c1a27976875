"""Whether a heater can be had now: everything that speaks against it but the person's own wish."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .dead_man import Guard, Trial
from .heat_config import HeatConfig
from .heat_devices import share
from .lease import Lease, LeaseBook
from .massage.heat import HeatKind, refuse_heat
from .one_relay import warms
from .outlet import Outlet, unfit
from .quench import DATA_QUENCHES, Quench
from .thermometer import Thermometer


@dataclass(frozen=True, slots=True)
class Prospects:
    """What one coach has to look at before it warms."""

    hass: HomeAssistant
    config: HeatConfig
    book: LeaseBook
    outlet: Outlet
    quench: Quench
    thermometer: Thermometer | None
    guard: Guard

    @property
    def owed(self) -> bool:
        """Whether somebody's lease is on this heater, under whatever name it has or had then."""
        return any(True for _ in self._leases)

    @property
    def accounted(self) -> bool:
        """Whether a lease tells why it is on that lets a person lie on it: their own, or somebody's yes.

        What warms a room, or is drilled, was never asked of whoever lies on it.
        """
        return any(
            lease.entry_id == self.guard.entry_id
            or (lease.kind is HeatKind.BODY and lease.drill is None)
            for lease in self._leases
        )

    def refusal(self, *, blocked: bool, trial: Trial | None) -> str | None:
        """Return the translation key of why heat cannot be had, or None where it can."""
        config = self.config
        quenches = [self.quench, *(one for key, one in self._quenches.items() if self._is_it(key))]
        if any(quench.stuck for quench in quenches):
            return "heat_stuck"
        if self.guard.drilling and trial is None:
            return "drill_running"
        if any(map(self._is_it, self.book.held)):
            return "heat_in_use"
        if self.owed or any(quench.busy for quench in quenches):
            return "heat_not_off"
        others = [*filter(self._is_it, self.book.heaters)]
        uses = self.book.uses(config.entity_id, self.guard.entry_id, others=others)
        if trial is not None:
            uses = tuple(use for use in uses if use <= trial.began)
        return (
            refuse_heat(uses, dt_util.utcnow(), blocked=blocked)
            or ("heat_pad_of_other" if self._under_somebody else None)
            or unfit(self.hass, self.outlet.entity_id, self.outlet.power_sensor, config.kind)
            or (None if self.thermometer is None else self.thermometer.unfit())
            # A drill is what proves that something else would end the heat.
            or (None if trial is not None or self._safe else "heat_unguarded")
        )

    def lease(self, started: datetime, off_at: datetime) -> Lease:
        """Return the lease under which it is had from one instant to another, both aware."""
        trial = self.guard.trial
        return Lease(
            heater=self.config.entity_id,
            entry_id=self.guard.entry_id,
            started=started,
            off_at=off_at,
            power_sensor=self.outlet.power_sensor,
            registry_id=self.outlet.registry_id,
            kind=self.config.kind,
            drill=trial.began if trial else None,
            switches_until=self.guard.switches_until(started),
            cut_by=self.guard.cut_by(started),
        )

    @property
    def _leases(self) -> Iterator[Lease]:
        registry_id = self.outlet.registry_id
        for lease in self.book.leases:
            known = registry_id is not None and lease.registry_id == registry_id
            if known or self._is_it(lease.heater):
                yield lease

    @property
    def _quenches(self) -> dict[str, Quench]:
        return self.hass.data.get(DATA_QUENCHES, {})

    def _is_it(self, heater: str) -> bool:
        """Tell whether what is kept under a name is this heater, or shares a relay with it.

        One relay may be a switch, the light that the switch is shown as, and a part of a group.
        """
        if heater == self.config.entity_id:
            return True
        known = self._quenches.get(heater)
        now = heater if known is None else known.outlet.entity_id
        return share(self.hass, now, self.outlet.entity_id)

    @property
    def _under_somebody(self) -> bool:
        """Whether what this coach takes for a heater of the room is what another lays on a body."""
        config = self.config
        return config.kind is HeatKind.ROOM and warms(
            self.hass, self.outlet.entity_id, HeatKind.BODY, but=self.guard.entry_id
        )

    @property
    def _safe(self) -> bool:
        """Whether something else than the coach would end the heat, or it touches nobody."""
        config = self.config
        return config.kind is HeatKind.ROOM or config.own_cutoff or self.guard.guarded
