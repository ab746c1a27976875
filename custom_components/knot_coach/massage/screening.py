"""What the first-run questions forbid (massage.md §4.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .phases import Length

VALID_FOR: Final = timedelta(days=90)
"""The questions are asked again after that (massage.md §4.1)."""
CAUTION_CEILING: Final = 4
"""Highest level with any finding at all (massage.md §2.2)."""
FRAGILE_CEILING: Final = 3
"""Highest level where blood or bones are fragile (massage.md §4.1)."""


class Finding(StrEnum):
    """A first-run question that was answered with yes, or with "unsure", which counts as yes."""

    MINOR_ALONE = "minor_alone"
    """Under 18 without an adult present."""
    OVER_65 = "over_65"
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

    date: date
    findings: frozenset[Finding] = frozenset()
    places: frozenset[tuple[Finding, str]] = frozenset()
    """Keys of the areas that a finding of `LOCAL` is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restrictions:
    """What follows from the answers. The default forbids nothing."""

    ceiling: int | None = None
    """Highest level, 1 to 7 (massage.md §2.2)."""
    blocked_areas: frozenset[str] = frozenset()
    no_sessions: str | None = None
    """Key of the reason why nothing starts at all."""
    no_gun: bool = False
    no_cross: bool = False
    no_heat: bool = False
    no_deep: bool = False
    no_lying: bool = False
    """No positions that lie flat."""


LOCAL: Final = frozenset({Finding.INJURY, Finding.REDUCED_FEELING, Finding.METALWORK})
"""Findings that block the areas they are about; with no area named, nothing starts."""
TODAY: Final = frozenset({Finding.ILL_TODAY, Finding.SEDATED_TODAY})
"""Findings of one day; they are gone with the day on which they were given."""

_LEGS: Final = frozenset({"hamstrings", "quads_outer_thigh", "calf", "foot_arch"})
_RULES: Final[Mapping[Finding, Restrictions]] = MappingProxyType(
    {
        Finding.MINOR_ALONE: Restrictions(no_sessions="screening_minor"),
        Finding.OVER_65: Restrictions(),
        Finding.CLOT_NOW: Restrictions(
            no_sessions="screening_clot", blocked_areas=_LEGS, no_gun=True, no_heat=True
        ),
        Finding.CLOT_BEFORE: Restrictions(blocked_areas=_LEGS, no_gun=True, no_heat=True),
        Finding.BLEEDING: Restrictions(ceiling=FRAGILE_CEILING, no_cross=True, no_gun=True),
        Finding.ILL_TODAY: Restrictions(no_sessions="screening_ill"),
        Finding.CANCER: Restrictions(no_sessions="screening_cancer"),
        Finding.BONES: Restrictions(
            ceiling=FRAGILE_CEILING,
            blocked_areas=frozenset({"upper_back", "lower_back"}),
            no_gun=True,
        ),
        Finding.INJURY: Restrictions(),
        Finding.REDUCED_FEELING: Restrictions(
            blocked_areas=frozenset({"foot_arch"}), no_gun=True, no_heat=True
        ),
        # Heat is forbidden on back and belly alone; where the pad lies is not known.
        Finding.PREGNANT: Restrictions(
            blocked_areas=frozenset({"calf"}),
            no_gun=True,
            no_heat=True,
            no_lying=True,
            no_deep=True,
        ),
        Finding.HEART: Restrictions(blocked_areas=frozenset({"chest"}), no_gun=True, no_heat=True),
        Finding.NECK: Restrictions(
            blocked_areas=frozenset({"upper_traps", "suboccipitals", "jaw"})
        ),
        # The gun is forbidden there alone, but vibration travels along bone and metal.
        Finding.METALWORK: Restrictions(no_gun=True),
        Finding.VIBRATION: Restrictions(no_gun=True),
        Finding.SEDATED_TODAY: Restrictions(no_sessions="screening_sedated", no_heat=True),
    }
)


def effects(screening: Screening | None, today: date) -> Restrictions:
    """Put the answers together; of two rules the stricter one holds.

    `today` is the date where the person lives. With no answers, or with answers that are older
    than `VALID_FOR` or from a later date, nothing starts.
    """
    if screening is None:
        return Restrictions(no_sessions="screening_missing")
    age = today - screening.date
    findings = [
        finding
        for finding in Finding
        if finding in screening.findings and not (finding in TODAY and age)
    ]
    rules = [_RULES[finding] for finding in findings]
    if findings:
        rules.append(Restrictions(ceiling=CAUTION_CEILING))
    places = {place for finding, place in screening.places if finding in findings}
    reasons = [rule.no_sessions for rule in rules if rule.no_sessions]
    if any(finding in LOCAL and not _placed(finding, screening) for finding in findings):
        reasons.append("screening_where")
    if not timedelta(0) <= age <= VALID_FOR:
        reasons.append("screening_expired")
    return Restrictions(
        ceiling=min((rule.ceiling for rule in rules if rule.ceiling is not None), default=None),
        blocked_areas=frozenset(places).union(*(rule.blocked_areas for rule in rules)),
        no_sessions=reasons[0] if reasons else None,
        no_gun=any(rule.no_gun for rule in rules),
        no_cross=any(rule.no_cross for rule in rules),
        no_heat=any(rule.no_heat for rule in rules),
        no_deep=any(rule.no_deep for rule in rules),
        no_lying=any(rule.no_lying for rule in rules),
    )


def _placed(finding: Finding, screening: Screening) -> bool:
    return any(about is finding for about, _ in screening.places)


def refuse(area: str, length: Length, restrictions: Restrictions) -> str | None:
    """Return the key of the reason why this session must not start, or None."""
    if restrictions.no_sessions:
        return restrictions.no_sessions
    if area in restrictions.blocked_areas:
        return "screening_area"
    if length is Length.DEEP and restrictions.no_deep:
        return "screening_no_deep"
    return None
