"""What a coach warms with, as it is configured."""

from dataclasses import dataclass

from .dead_man import DeadMan
from .massage.heat import HeatKind, Warmth


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatConfig:
    """What a coach warms with."""

    entity_id: str
    temperature_sensor: str | None = None
    """Measures the skin side of a pad (massage.md §4.5), or the air of a room."""
    power_sensor: str | None = None
    kind: HeatKind = HeatKind.BODY
    unasked: bool = False
    """It may start without a question; only for a room."""
    dead_man: DeadMan | None = None
    own_cutoff: bool = False
    """An adult has ticked that the pad has a cut-off of its own."""

    def warmth(self, *, guarded: bool) -> Warmth:
        """Return what a session has to know of it; `guarded` as in `Warmth`."""
        return Warmth(kind=self.kind, unasked=self.unasked, guarded=guarded)
