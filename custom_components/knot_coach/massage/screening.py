"""What the first-run questions forbid (massage.md §4.1).

Which areas a finding rules out is written where the area is (`Area.blocked_by`, `Area.region`), or
was named by the person; nothing here knows an area.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .areas import Area, Region

VALID_FOR: Final = timedelta(days=90)
"""The questions are asked again after that (massage.md §4.1)."""
CAUTION_CEILING: Final = 4
"""Highest level with any finding at all, a cleared one included (massage.md §2.2)."""
FRAGILE_CEILING: Final = 3
"""Highest level where blood or bones are fragile (massage.md §4.1)."""


class Finding(StrEnum):
    """A first-run question that was answered with yes, or with "unsure", which counts as yes."""

    MINOR_ALONE = "minor_alone"
    """Under 18 without an adult present."""
    CLOT_NOW = "clot_now"
    CLOT_BEFORE = "clot_before"
    """A blood clot before, or sudden swelling of one leg."""
    BLEEDING = "bleeding"
    """Blood thinners, bleeding disorder, low platelets, bruises easily."""
    ILL_TODAY = "ill_today"
    CANCER = "cancer"
    BONES = "bones"
    """Osteoporosis, fracture, long steroid use."""
    INJURY = "injury"
    """Injury, surgery or bruise in the last 6 weeks; wound, rash, lump, swelling: somewhere."""
    REDUCED_FEELING = "reduced_feeling"
    PREGNANT = "pregnant"
    HEART = "heart"
    """Heart condition, uncontrolled blood pressure, pacemaker or implant."""
    NECK = "neck"
    """Neck artery problem, whiplash, dizziness with neck movement, arthritis of the neck …"""
    METALWORK = "metalwork"
    """Joint replacement, metalwork or spinal surgery: somewhere."""
    VIBRATION = "vibration"
    """Epilepsy or migraine triggered by vibration."""
    SEDATED_TODAY = "sedated_today"
    """Alcohol, sedatives or strong painkillers today."""


@dataclass(frozen=True, slots=True)
class Screening:
    """The answers to the first-run questions of one person."""

    on: date
    """The day they were given, where the person lives."""
    findings: frozenset[Finding] = frozenset()
    places: frozenset[tuple[Finding, str]] = frozenset()
    """Keys of the areas, or `elsewhere`, that a finding of `LOCAL` is about."""
    cleared: frozenset[Finding] = frozenset()
    """Findings of `CLEARABLE` with which the person's own clinician agreed to self-massage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restrictions:
    """What follows from the answers. The default forbids nothing."""

    ceiling: int | None = None
    """Highest level, 1 to 7 (massage.md §2.2)."""
    no_sessions: str | None = None
    """Key of the reason why nothing starts at all."""
    no_gun: bool = False
    no_cross: bool = False
    no_heat: bool = False
    """No heat from a linked heater, which is electric."""
    no_deep: bool = False
    """Deep is played as standard."""
    upright: bool = False
    """No positions that lie flat (massage.md F33)."""
    implant: bool = False
    """No stretch that a new joint must not make (massage.md §3.8); clearance does not end it."""
    findings: frozenset[Finding] = frozenset()
    """Findings that rule out the areas that name them in `blocked_by`; cleared ones do not."""
    places: frozenset[str] = frozenset()
    """Keys of the areas that the person named."""
    advice: str | None = None
    """Key of a line that is spoken before the first step."""


LOCAL: Final = frozenset({Finding.INJURY, Finding.REDUCED_FEELING, Finding.METALWORK})
"""Findings that block the areas they are about; with no area named, nothing starts."""
TODAY: Final = frozenset({Finding.ILL_TODAY, Finding.SEDATED_TODAY})
"""Findings of one day; they are gone with the day on which they were given."""
CLEARABLE: Final = frozenset(
    {
        Finding.CLOT_BEFORE,
        Finding.BLEEDING,
        Finding.CANCER,
        Finding.BONES,
        Finding.INJURY,
        Finding.REDUCED_FEELING,
        Finding.PREGNANT,
        Finding.HEART,
        Finding.NECK,
        Finding.METALWORK,
    }
)
"""What a clinician can clear; age, a clot now and the state of the day are facts, not opinions.

`VIBRATION` is not among them: it forbids the gun alone, and that stays anyway.
"""
_REGIONS: Final[Mapping[Finding, Region]] = MappingProxyType(
    {Finding.CLOT_NOW: Region.LEG, Finding.CLOT_BEFORE: Region.LEG}
)
"""Findings that rule out all of a part of the body, whatever areas it has."""

_RULES: Final[Mapping[Finding, Restrictions]] = MappingProxyType(
    {
        Finding.MINOR_ALONE: Restrictions(no_sessions="screening_minor"),
        Finding.CLOT_NOW: Restrictions(no_sessions="screening_clot", no_gun=True, no_heat=True),
        Finding.CLOT_BEFORE: Restrictions(no_gun=True, no_heat=True),
        Finding.BLEEDING: Restrictions(ceiling=FRAGILE_CEILING, no_cross=True, no_gun=True),
        Finding.ILL_TODAY: Restrictions(no_sessions="screening_ill"),
        Finding.CANCER: Restrictions(no_sessions="screening_cancer"),
        Finding.BONES: Restrictions(ceiling=FRAGILE_CEILING, no_gun=True),
        Finding.INJURY: Restrictions(),
        Finding.REDUCED_FEELING: Restrictions(no_gun=True, no_heat=True),
        # Heat is forbidden on back and belly alone; where the pad lies is not known.
        Finding.PREGNANT: Restrictions(
            no_gun=True, no_heat=True, no_deep=True, upright=True, advice="advice_pregnant"
        ),
        Finding.HEART: Restrictions(no_gun=True, no_heat=True),
        Finding.NECK: Restrictions(),
        # The gun is forbidden there alone, but vibration travels along bone and metal.
        Finding.METALWORK: Restrictions(no_gun=True, implant=True),
        Finding.VIBRATION: Restrictions(no_gun=True),
        Finding.SEDATED_TODAY: Restrictions(no_sessions="screening_sedated", no_heat=True),
    }
)
_CAUTION: Final = Restrictions(ceiling=CAUTION_CEILING)


def effects(screening: Screening | None, today: date) -> Restrictions:
    """Put the answers together; of two rules the stricter one holds.

    `today` is the date where the person lives. With no answers, or with answers that are older
    than `VALID_FOR` or from a later date, nothing starts.
    """
    if screening is None:
        return Restrictions(no_sessions="screening_missing")
    gone = TODAY if today != screening.on else frozenset[Finding]()
    found = [finding for finding in Finding if finding in screening.findings - gone]
    cleared = screening.cleared & CLEARABLE
    blocking = frozenset(found) - cleared
    rules = [_after_clearance(one) if one in cleared else _RULES[one] for one in found]
    if found:
        rules.append(_CAUTION)
    placed = {finding for finding, _ in screening.places}
    reasons = ["screening_expired"] if due(screening, today) else []
    reasons += [rule.no_sessions for rule in rules if rule.no_sessions]
    reasons += ["screening_where"] if not blocking & LOCAL <= placed else []
    return Restrictions(
        ceiling=min((rule.ceiling for rule in rules if rule.ceiling is not None), default=None),
        no_sessions=next(iter(reasons), None),
        no_gun=any(rule.no_gun for rule in rules),
        no_cross=any(rule.no_cross for rule in rules),
        no_heat=any(rule.no_heat for rule in rules),
        no_deep=any(rule.no_deep for rule in rules),
        upright=any(rule.upright for rule in rules),
        implant=any(rule.implant for rule in rules),
        findings=blocking,
        places=frozenset(place for finding, place in screening.places if finding in blocking),
        advice=next((rule.advice for rule in rules if rule.advice), None),
    )


def _after_clearance(finding: Finding) -> Restrictions:
    """Return what is left of a rule when the person's own clinician agreed to self-massage.

    They were asked about hands. A gun shakes and heat burns whatever hands may do, and lying flat
    harms a pregnant person with no massage at all, so these stay. Electric heat with a heart
    condition is the exception: the table itself ends that with clearance (massage.md §4.1).
    """
    rule = _RULES[finding]
    return Restrictions(
        no_gun=rule.no_gun,
        no_heat=rule.no_heat and finding is not Finding.HEART,
        upright=rule.upright,
        implant=rule.implant,
    )


def due(screening: Screening | None, today: date) -> bool:
    """Tell whether the questions have to be asked: never, too long ago, or on a day to come."""
    return screening is None or not timedelta(0) <= today - screening.on <= VALID_FOR


def refuse(area: Area, restrictions: Restrictions) -> str | None:
    """Return the key of the reason why an area must not be worked on, or None.

    Deep is not refused but played as standard, and other limits are the plan's to keep.
    """
    if restrictions.no_sessions:
        return restrictions.no_sessions
    regions = {_REGIONS[finding] for finding in restrictions.findings & _REGIONS.keys()}
    if (
        area.region in regions
        or area.key in restrictions.places
        or not area.blocked_by.isdisjoint(restrictions.findings)
    ):
        return "screening_area"
    return None
