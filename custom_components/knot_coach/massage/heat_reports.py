"""What a heater reports to a session: facts, which are never refused."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class HeatOn:
    """The heater has proved that it is on."""


@dataclass(frozen=True, slots=True)
class HeatReady:
    """The compress is warm enough to begin (massage.md §4.8)."""


@dataclass(frozen=True, slots=True)
class HeatForecast:
    """By the temperature so far it will be warm enough at this instant; None where nobody can tell."""

    ready_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeatLost:
    """The heater cannot be trusted any more: it failed, vanished or was too hot."""

    reason: str
    """Key of what happened; the session says it in words (`heat_lost_<reason>`)."""


@dataclass(frozen=True, slots=True)
class HeatOff:
    """The heater has proved that it is off."""


@dataclass(frozen=True, slots=True)
class HeatStuck:
    """Off could not be proved in time."""


@dataclass(frozen=True, slots=True)
class HeatConfirmed:
    """A person says that the heater is unplugged."""


type HeatReport = HeatOn | HeatReady | HeatForecast | HeatLost | HeatOff | HeatStuck | HeatConfirmed
