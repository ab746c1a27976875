"""Areas of the body: what each allows and forbids (massage.md §3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .phases import Length, Phase


class Side(StrEnum):
    """Which side of the body is worked on."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    CENTRE = "centre"

    @property
    def other(self) -> Side:
        """The opposite side; `both` and `centre` are their own opposite."""
        return {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}.get(self, self)


class Region(StrEnum):
    """The part of the body that an area belongs to, for rules that speak of all of it."""

    NECK = "neck"
    """Neck, base of skull and jaw: dizziness there is an emergency (massage.md §4.3, tier B+)."""
    TRUNK = "trunk"
    ARM = "arm"
    LEG = "leg"
    """No work on any of it with a blood clot, or after a bad answer to its gate (massage.md §4.1)."""


class Gun(StrEnum):
    """Whether a massage gun may be used on an area (massage.md §3, §4.6)."""

    OK = "ok"
    REACH = "reach"
    """Only where it can be reached without strain."""
    NO = "no"


class Tool(StrEnum):
    """What an area can be worked on with."""

    HANDS = "hands"
    BALL = "ball"
    TWO_BALLS = "two_balls"
    """Two balls in a sock."""
    ROLLER = "roller"
    CANE = "cane"
    """A hooked massage cane."""


class Consequence(StrEnum):
    """What follows when a gate does not open."""

    EMERGENCY = "emergency"
    """The words of tier A, and its lock (massage.md §3.6, §3.7)."""
    LEG = "leg"
    """No work on a leg and no heat for 48 h, until it was checked (massage.md §3.11)."""


@dataclass(frozen=True, slots=True)
class Gate:
    """The question of an area that is asked before every session (massage.md §3.6, 3.7, 3.11)."""

    opens_on_yes: bool
    """The answer that lets the session go on; every other answer has the consequence."""
    otherwise: Consequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """In what one length of an area differs from the usual (massage.md §3.16)."""

    seconds: Mapping[Phase, int] = field(default_factory=dict)
    """Seconds of one step; 0 leaves the phase out."""
    rounds: int | None = None
    holds: int = 1
    """Short holds that one round is made of, instead of one that climbs."""
    broad_after: int = 0
    """Seconds of lighter strokes after the pressing."""
    stretch_hold: int | None = None
    stretch_rest: int | None = None
    """Seconds of one stretch, and of the rest between two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A part of the body that can be worked on, as `catalogue/areas/<key>.yaml` says."""

    key: str
    region: Region
    sides: tuple[Side, ...]
    """`left, right` or `centre` alone; `both` follows from having two sides."""
    cap: int
    """Highest level of pressure, 1 to 7 (massage.md §2.2)."""
    cross: int
    """Highest level of cross-fibre strokes; 0 where there are none."""
    gun: Gun
    ways: tuple[Tool, ...] = (Tool.HANDS,)
    """What it can be worked on with; the lines of the area speak of the first of them."""
    blocked_by: frozenset[str] = frozenset()
    """Findings of the screening that rule the area out (massage.md §4.1)."""
    gate: Gate | None = None
    overlap: str | None = None
    """Areas with the same group share their load (massage.md §4.4)."""
    resettle: bool = False
    """The warm-up leaves the position, so the set-up is spoken again before `locate`."""
    heat: bool = True
    """A pad may lie on it (massage.md §4.5)."""
    ramp: bool = True
    """A round climbs; without it the pressure stays where it began (massage.md §3.15)."""
    lengths: tuple[Length, ...] = tuple(Length)
    """The lengths that are offered."""
    timing: Mapping[Length, Timing] = field(default_factory=dict)

    def allows(self, side: Side) -> bool:
        """Tell whether this area can be worked on that side."""
        return side in self.sides or (side is Side.BOTH and len(self.sides) == 2)  # noqa: PLR2004 - two sides make a pair


def area_of(data: Mapping[str, Any]) -> Area:
    """Make an area of the plain data of its file.

    Raises KeyError or TypeError for a field that is missing or unknown, ValueError for a word
    that means nothing.
    """
    data = dict(data)
    gate = data.pop("gate", None)
    data |= {
        "region": Region(data["region"]),
        "sides": tuple(map(Side, data["sides"])),
        "gun": Gun(data["gun"]),
        "ways": tuple(map(Tool, data["ways"])),
        "blocked_by": frozenset(data.get("blocked_by", ())),
        "lengths": tuple(map(Length, data.get("lengths", Length))),
        "timing": {Length(key): _timing(row) for key, row in data.get("timing", {}).items()},
    }
    if gate is not None:
        data["gate"] = Gate(gate["opens_on"] == "yes", Consequence(gate["otherwise"]))
    return Area(**data)


def _timing(row: Mapping[str, int]) -> Timing:
    """Tell seconds of phases from the other numbers of a row."""
    phases = {Phase(key): row[key] for key in row if key in list(Phase)}
    return Timing(seconds=phases, **{key: row[key] for key in row if key not in list(Phase)})
