"""An order: what was asked for, by whom, and what is known of them when a plan is made."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from .areas import Area, Gun, Side, Tool
from .heat import PAD, HeatKind, Warmth
from .phases import Length, Phase
from .pressure import LOWEST
from .wording import Phrasebook

DEFAULT_TARGET: Final = 5
"""Balanced (massage.md §2.2)."""
DEFAULT_CEILING: Final = 6
"""Highest level unless the person sets another (massage.md F5, §2.2)."""
HIGHEST_CEILING: Final = 7
"""No setting goes above this (massage.md §2.2)."""
FIRST_TIME_CEILING: Final = 5
"""First session in an area (massage.md §2.2)."""
CAUTIOUS_CEILING: Final = 4
"""Age 65 and over, or any answer that asks for caution (massage.md §2.2)."""
IMPLANT: Final = "implant"
"""Words of an area for whoever has metalwork or a new joint somewhere (massage.md §3.8)."""
UPRIGHT: Final = "upright"
"""Words of an area for whoever must not lie flat (massage.md F33)."""


class Talk(StrEnum):
    """How much is said."""

    FULL = "full"
    SHORT = "short"
    """Half of the set-up, and no encouragement."""
    CUES = "cues"
    """What to do and the counts, nothing else; safety lines are never shortened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is known of the person when a plan is made."""

    ceiling: int = DEFAULT_CEILING
    """Highest level this person may be coached to, 3 to 7, screening included."""
    lowered: int = 0
    """Levels below all of that after a session that left the area very sore (massage.md §4.4)."""
    first_time: bool = False
    """Never worked on this area, or not for 60 days (massage.md F6)."""
    sessions: int = 0
    """How often this area was worked on; it chooses among the variants of a line."""
    cautious: bool = False
    """65 and over, or an answer in the screening that asks for caution."""
    senior: bool = False
    """65 and over."""
    tools: frozenset[Tool] = frozenset(Tool)
    """What the person owns; hands are always among them."""
    gun: bool = False
    """Owns a massage gun and nothing forbids it."""
    gun_reach: bool = False
    """Reaches between the shoulder blades with it, without strain."""
    cross: bool = True
    """Cross-fibre strokes are allowed."""
    deep: bool = True
    """Deep sessions are allowed."""
    implant: bool = False
    """Has metalwork or a new joint somewhere (massage.md §3.8)."""
    upright: bool = False
    """Must not lie flat (massage.md F33)."""
    short_breath: bool = False
    """Breathes in for three and out for four seconds (massage.md §5.3)."""
    pressed_today: Mapping[Side, timedelta] = field(default_factory=dict)
    """Pressing time of this area in the last 24 h, per side."""
    pressed_in_all: timedelta = timedelta()
    """Pressing time of all areas in the last 24 h."""
    gunned_today: timedelta = timedelta()
    """Time of the gun on all areas in the last 24 h."""
    last_session_at: datetime | None = None
    """When this area was worked on last, on the side that is asked for."""
    ask_next_day: bool = False
    """Nobody has said yet how that session was felt (massage.md §4.4)."""
    stubborn: bool = False
    """Two rated sessions of this area in the last 14 days, none with a drop of 1 or more."""
    lasting_pain: bool = False
    """It has been sore for two to three weeks (massage.md §4.4)."""
    told_not_loosening: bool = False
    """Was told within the last 7 days that this area does not loosen (massage.md §4.4)."""
    advice: str | None = None
    """Key of a line that whoever has to ask somebody first hears in the introduction."""

    @property
    def familiar(self) -> bool:
        """Knows the area well enough for half the set-up words (massage.md §5.1)."""
        return self.sessions >= FAMILIAR_FROM


FAMILIAR_FROM: Final = 3
"""Sessions in an area after which it is familiar (massage.md §5.1)."""


@dataclass(frozen=True, slots=True)
class OwnStep:
    """A step of a routine that somebody has made themselves."""

    phase: Phase
    seconds: int
    spot: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One area that was asked for; a routine of several has several orders."""

    area: Area
    side: Side | None
    """None until the coach has asked."""
    length: Length
    target: int = DEFAULT_TARGET
    """Level of pressure aimed at, 1 to 7."""
    heat: timedelta | None = None
    """How long to warm before the session, if it was asked for."""
    warmth: Warmth = PAD
    """What is warmed, and how it may start."""
    profile: Profile = Profile()
    talk: Talk = Talk.FULL
    stretch_only: bool = False
    """Breathe and stretch, with the hands off (massage.md §4.4)."""
    left_out: frozenset[Phase] = frozenset()
    """Phases that are left out because time is short."""
    short_time: bool = False
    """It was made to fit into the time that there is."""
    own: tuple[OwnStep, ...] = ()
    """The person's own steps, instead of those of a length."""
    routine: str | None = None
    """What the person calls the routine of their own that this is of."""
    book: Phrasebook

    @property
    def ceiling(self) -> int:
        """The level that nothing said in a session goes beyond (massage.md §2.2)."""
        limits = [self.profile.ceiling, self.area.cap, HIGHEST_CEILING]
        if self.profile.first_time:
            limits.append(FIRST_TIME_CEILING)
        if self.profile.cautious:
            limits.append(CAUTIOUS_CEILING)
        return max(LOWEST, min(limits) - self.profile.lowered)

    @property
    def may_be_warmed(self) -> bool:
        """Whether heat may be used with the area: no pad goes on the jaw (massage.md §4.5)."""
        return self.area.heat or self.warmth.kind is HeatKind.ROOM

    @property
    def deep_refused(self) -> str | None:
        """Key of the reason why deep is played as standard (massage.md §2.1), None if it is not."""
        if self.length is not Length.DEEP or self.own:
            return None
        if Length.DEEP not in self.area.lengths:
            return "deep_not_offered"
        if self.side is Side.BOTH:
            return "deep_both"
        if not self.profile.deep:
            return "deep_screening"
        return "deep_first_time" if self.profile.first_time else None

    @property
    def changes(self) -> tuple[str, ...]:
        """Keys of all that is not played as it was asked for, in words `change.<key>`."""
        return tuple(self._changes())

    def _changes(self) -> Iterator[str]:
        if self.deep_refused is not None:
            yield self.deep_refused
        if self.short_time:
            yield "short_time"
        if self.stretch_only:
            return
        if self.target > self.ceiling:
            yield "pressure"
        if self.profile.first_time and not self.own and self.length is Length.STANDARD:
            yield "first_time"
        own = {step.phase for step in self.own}
        strokes = Phase.CROSS_FIBER in own or (not own and self.played_length is not Length.QUICK)
        if strokes and self.area.cross and not self.profile.cross:
            yield "no_cross"
        if Phase.TOOL in own and not self.gun:
            yield "no_gun"

    @property
    def played_length(self) -> Length:
        """The length that is really played (massage.md §2.1)."""
        return Length.STANDARD if self.deep_refused is not None else self.length

    @property
    def way(self) -> Tool | None:
        """What the area is worked on with; None where the person owns nothing that would do."""
        owned = self.profile.tools | {Tool.HANDS}
        return next((way for way in self.area.ways if way in owned), None)

    @property
    def gun(self) -> bool:
        """Whether a massage gun is used."""
        profile = self.profile
        reach = self.area.gun is Gun.OK or (self.area.gun is Gun.REACH and profile.gun_reach)
        return profile.gun and reach

    @property
    def wordings(self) -> tuple[str, ...]:
        """Names of the area's other wordings that apply, the weightiest first."""
        way = self.way or self.area.ways[0]
        applies = {
            IMPLANT: self.profile.implant,
            UPRIGHT: self.profile.upright,
            str(way): way is not self.area.ways[0],
        }
        return tuple(name for name, wanted in applies.items() if wanted)
