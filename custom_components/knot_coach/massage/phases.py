"""The phases of a session and their bounds (massage.md §2.1)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Phase(StrEnum):
    """One kind of thing that is done for a while."""

    CHECK_IN = "check_in"
    WARM_UP = "warm_up"
    BREATHE = "breathe"
    LOCATE = "locate"
    BROAD = "broad"
    PRESS = "press"
    RELEASE_HOLD = "release_hold"
    EASE_OFF = "ease_off"
    CROSS_FIBER = "cross_fiber"
    TOOL = "tool"
    STRETCH = "stretch"
    AFTERCARE = "aftercare"


class Length(StrEnum):
    """How long a routine is."""

    QUICK = "quick"
    STANDARD = "standard"
    DEEP = "deep"


BOUNDS: Final[Mapping[Phase, tuple[int, int]]] = MappingProxyType(
    {
        Phase.CHECK_IN: (10, 40),
        Phase.WARM_UP: (0, 180),
        Phase.BREATHE: (10, 120),
        Phase.LOCATE: (15, 90),
        Phase.BROAD: (20, 120),
        Phase.PRESS: (30, 90),
        Phase.RELEASE_HOLD: (15, 30),
        Phase.EASE_OFF: (10, 45),
        Phase.CROSS_FIBER: (0, 45),
        Phase.TOOL: (0, 120),
        Phase.STRETCH: (20, 130),
        Phase.AFTERCARE: (20, 90),
    }
)
"""Least and most seconds of one step of a phase, extensions included (massage.md §2.1)."""

PRESSING: Final = frozenset({Phase.PRESS, Phase.RELEASE_HOLD})
"""The phases whose seconds count against the pressing limits (massage.md §2.4)."""

TIMED: Final = PRESSING | {Phase.TOOL}
"""The phases in which the hands have to come off at a limit (massage.md §2.4)."""

TOUCHING: Final = PRESSING | {Phase.BROAD, Phase.CROSS_FIBER, Phase.TOOL}
"""The phases in which a level of pressure is felt at all."""
