"""The typed view of a config entry: what was stored becomes what the coach works with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final, Self

from homeassistant.config_entries import ConfigEntry

from .announce import Output, SpeakerProfile, Tier
from .const import Conf
from .dead_man import DeadMan
from .heater import HeatConfig
from .massage.areas import Side, Tool
from .massage.heat import DEFAULT_MINUTES, MAX_TIME, PAD, HeatKind, Warmth
from .massage.order import DEFAULT_CEILING, HIGHEST_CEILING, Talk
from .massage.phases import Length
from .massage.screening import Finding, Screening
from .quiet import QuietHours

LONGEST_SILENCE: Final = 2.0
"""Seconds of silence that may be put before or after a line; our choice."""
MIN_HEAT_MINUTES: Final = 5
"""Shorter heat is not worth the pad (massage.md §2.1)."""
MAX_HEAT_MINUTES: Final = int(MAX_TIME.total_seconds() // 60)
LOWEST_CEILING: Final = 3
"""No one may set a highest pressure below this (massage.md §2.2)."""
OWNABLE: Final = tuple(tool for tool in Tool if tool is not Tool.HANDS)
"""Tools that a person may own; the massage gun is asked for by itself."""
DEFAULT_TOOLS: Final = (Tool.BALL,)
"""What most people have, or find in a drawer."""


class Target(StrEnum):
    """How firm a person likes it (massage.md §2.2)."""

    GENTLE = "gentle"
    BALANCED = "balanced"
    FIRM = "firm"

    @property
    def level(self) -> int:
        """The level of pressure that is aimed at, 4 to 6."""
        return {Target.GENTLE: 4, Target.BALANCED: 5, Target.FIRM: 6}[self]


@dataclass(slots=True)
class Choice:
    """What the next session gets where nobody says otherwise."""

    side: Side | None
    """None: the coach asks."""
    length: Length
    target: Target
    talk: Talk


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One coach: who is coached, where, through what, and within which limits."""

    name: str
    room: str
    """The id of the area of Home Assistant that the coach listens in."""
    person: str | None
    """The entity id of the person whose coach this is."""
    outputs: tuple[Output, ...]
    """Where it speaks, in the order they are tried."""
    language: str | None = None
    """The language that was chosen for it; None takes that of its room."""
    together: bool = False
    """Every output that has a voice speaks each line, not only the first that works."""
    listen: bool = True
    """The microphone opens after a question, so that the answer needs no wake word."""
    quiet: QuietHours | None = None
    """When lines are shown and not spoken."""
    light: str | None = None
    """The light that breathes and holds with the person."""
    heat: HeatConfig | None
    heat_minutes: int
    """5 to 15."""
    target: Target
    ceiling: int
    """Highest level of pressure, 3 to 7; screening and areas may lower it."""
    senior: bool
    """65 or older."""
    gun: bool
    """Owns a massage gun."""
    gun_reach: bool
    """Reaches between the shoulder blades with it, without strain."""
    tools: frozenset[Tool]
    """What else the person owns."""
    short_breath: bool
    """Breathes in for three and out for four seconds (massage.md §5.3)."""
    next_day_question: bool
    """Wants to be asked the day after how the area is (massage.md §4.4)."""
    screening: Screening | None
    """None while the health questions have not been answered: nothing may be started."""
    acknowledged: date | None
    """The day it was ticked that this is no medical service; None: nothing may be started."""

    def meets(self, other: Settings) -> bool:
        """Tell whether two coaches share a room or an output: words there are meant for either."""
        ours = {output.entity_id for output in self.outputs}
        return self.room == other.room or any(out.entity_id in ours for out in other.outputs)

    def is_quiet(self, moment: datetime) -> bool:
        """Tell whether a local moment lies in the quiet hours."""
        return self.quiet is not None and self.quiet.at(moment.time())

    def warmth(self, *, guarded: bool) -> Warmth:
        """Return what a session has to know of the heat; `guarded` as in `Warmth`."""
        return PAD if self.heat is None else self.heat.warmth(guarded=guarded)

    @classmethod
    def from_entry(cls, entry: ConfigEntry[Any]) -> Self:
        """Read a config entry of the present version.

        Numbers outside their range are brought back into it. Raises KeyError or ValueError where
        the entry was never made by the config flow.
        """
        data, options = entry.data, entry.options
        return cls(
            name=data[Conf.NAME],
            room=data[Conf.ROOM],
            person=data.get(Conf.PERSON),
            outputs=tuple(
                output_from(stored, options.get(Conf.SPEAKERS, {}).get(stored[Conf.ENTITY_ID]))
                for stored in data[Conf.OUTPUTS]
            ),
            language=options.get(Conf.LANGUAGE),
            together=options.get(Conf.TOGETHER, False),
            listen=options.get(Conf.LISTEN, True),
            quiet=_quiet_from(options),
            light=options.get(Conf.LIGHT),
            heat=_heat_from(options),
            heat_minutes=_within(
                options.get(Conf.HEAT_MINUTES, DEFAULT_MINUTES), MIN_HEAT_MINUTES, MAX_HEAT_MINUTES
            ),
            target=Target(options.get(Conf.TARGET, Target.BALANCED)),
            ceiling=_within(
                options.get(Conf.CEILING, DEFAULT_CEILING), LOWEST_CEILING, HIGHEST_CEILING
            ),
            senior=options.get(Conf.SENIOR, False),
            gun=options.get(Conf.GUN, False),
            gun_reach=options.get(Conf.GUN_REACH, False),
            tools=frozenset(map(Tool, options.get(Conf.TOOLS, DEFAULT_TOOLS))),
            short_breath=options.get(Conf.SHORT_BREATH, False),
            next_day_question=options.get(Conf.NEXT_DAY_QUESTION, False),
            screening=_screening_from(options),
            acknowledged=_day(options.get(Conf.ACKNOWLEDGED_ON)),
        )


def output_from(stored: Mapping[str, Any], speaker: Mapping[str, Any] | None = None) -> Output:
    """Return the output that is stored as a plain mapping, with what is known of the speaker."""
    return Output(
        entity_id=stored[Conf.ENTITY_ID],
        engine=stored.get(Conf.ENGINE),
        language=stored.get(Conf.LANGUAGE),
        voice=stored.get(Conf.VOICE),
        profile=speaker_from(speaker or {}),
    )


def speaker_from(stored: Mapping[str, Any]) -> SpeakerProfile:
    """Return the profile of a speaker that is stored as a plain mapping."""
    volume, tier = stored.get(Conf.VOLUME), stored.get(Conf.TIER)
    return SpeakerProfile(
        lead_in=min(LONGEST_SILENCE, max(0.0, stored.get(Conf.LEAD_IN, 0.0))),
        tail=min(LONGEST_SILENCE, max(0.0, stored.get(Conf.TAIL, 0.0))),
        volume=None if volume is None else min(1.0, max(0.0, volume)),
        chime=stored.get(Conf.CHIME, False),
        latency=stored.get(Conf.LATENCY),
        tier=None if tier is None else Tier(tier),
    )


def _quiet_from(options: Mapping[str, Any]) -> QuietHours | None:
    begin, end = options.get(Conf.QUIET_FROM), options.get(Conf.QUIET_UNTIL)
    if begin is None or end is None:
        return None
    return QuietHours(time.fromisoformat(begin), time.fromisoformat(end))


def _heat_from(options: Mapping[str, Any]) -> HeatConfig | None:
    if (heater := options.get(Conf.HEATER)) is None:
        return None
    kind = HeatKind(options.get(Conf.HEAT_KIND, HeatKind.BODY))
    countdown, minutes = options.get(Conf.COUNTDOWN), options.get(Conf.AUTO_OFF_MINUTES)
    return HeatConfig(
        entity_id=heater,
        temperature_sensor=options.get(Conf.TEMPERATURE),
        power_sensor=options.get(Conf.POWER),
        kind=kind,
        unasked=kind is HeatKind.ROOM and bool(options.get(Conf.HEAT_UNASKED)),
        dead_man=DeadMan(countdown=countdown, auto_off_minutes=minutes)
        if countdown or minutes
        else None,
        own_cutoff=bool(options.get(Conf.OWN_CUTOFF)),
    )


def _screening_from(options: Mapping[str, Any]) -> Screening | None:
    if (on := _day(options.get(Conf.SCREENED_ON))) is None:
        return None
    return Screening(
        on=on,
        findings=frozenset(map(Finding, options.get(Conf.FINDINGS, ()))),
        places=frozenset(
            (Finding(finding), place)
            for finding, places in options.get(Conf.PLACES, {}).items()
            for place in places
        ),
        cleared=frozenset(map(Finding, options.get(Conf.CLEARED, ()))),
    )


def _day(stored: str | None) -> date | None:
    return None if stored is None else date.fromisoformat(stored)


def _within(value: float, least: int, most: int) -> int:
    return max(least, min(most, int(value)))
