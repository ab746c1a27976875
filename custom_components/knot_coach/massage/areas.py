"""Areas of the body: what each allows and forbids (massage.md §3)."""

from dataclasses import dataclass
from enum import StrEnum


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


class Gun(StrEnum):
    """Whether a massage gun may be used on an area (massage.md §3, §4.6)."""

    OK = "ok"
    REACH = "reach"
    """Only where it can be reached without strain."""
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A part of the body that can be worked on, as `catalogue/areas/<key>.yaml` says."""

    key: str
    sides: tuple[Side, ...]
    """`left, right` or `centre` alone; `both` follows from having two sides."""
    cap: int
    """Highest level of pressure, 1 to 7 (massage.md §2.2)."""
    cross: int
    """Highest level of cross-fibre strokes; 0 where there are none."""
    gun: Gun
    gate: str | None = None
    """Key of the question that must be answered with no (or, for `chest`, with yes) each time."""
    overlap: str | None = None
    """Areas with the same group share their load (massage.md §4.4)."""
    resettle: bool = False
    """The warm-up leaves the position, so the set-up is spoken again before `locate`."""

    def allows(self, side: Side) -> bool:
        """Tell whether this area can be worked on that side."""
        return side in self.sides or (side is Side.BOTH and len(self.sides) == 2)  # noqa: PLR2004 - two sides make a pair
