"""What a heat drill can find."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Part(StrEnum):
    """What a drill looks at, in this order."""

    ON = "on"
    HELD = "held"
    """Whether it stayed on; looked at again only where it did not."""
    WATTS = "watts"
    OFF = "off"
    CUT = "cut"
    STAYS_OFF = "stays_off"


class Verdict(StrEnum):
    """What a drill says about the dead-man."""

    PROVED = "proved"
    NONE = "none"
    """There is no dead-man."""
    NOT_TRIED = "not_tried"
    """Something before it went wrong, or in between."""
    CALLED_OFF = "called_off"
    """Somebody has ended the drill."""
    NOT_WRITTEN = "not_written"
    """The countdown could not be set, or does not show that it runs."""
    NOT_CUT = "not_cut"
    TOO_SOON = "too_soon"
    """It went off before the countdown was over, so something else did that."""
    OTHER_HAND = "other_hand"
    """It went off, and something in Home Assistant has switched it or its device meanwhile."""
    SWITCHES_ON = "switches_on"
    """It switches on at the end of the countdown: it must never be used."""
    TOO_LONG = "too_long"
    """Its shortest countdown is longer than heat may last."""
    NOT_STORED = "not_stored"


@dataclass(frozen=True, slots=True)
class Step:
    """What was seen of one part."""

    part: Part
    ok: bool
    seconds: float
    """From the command, or from when the countdown was set, until it was seen or given up."""
    watts: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a drill has seen."""

    heater: str
    """What people call it."""
    steps: tuple[Step, ...]
    dead_man: Verdict
    countdown: float | None
    """Seconds of the countdown that was tried."""
    other_hand: str | None = None
    """The action that may have cut the power instead of the device."""

    @property
    def passed(self) -> bool:
        """Whether nothing was amiss; to have no dead-man is not."""
        fine = self.dead_man in {Verdict.PROVED, Verdict.NONE}
        return fine and all(step.ok for step in self.steps)

    def as_dict(self) -> dict[str, Any]:
        """Return the plain form for an action's response."""
        return {"passed": self.passed, **asdict(self), "steps": [asdict(one) for one in self.steps]}
