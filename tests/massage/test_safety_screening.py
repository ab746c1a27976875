"""The first-run questions, row by row of massage.md §4.1, on every area of the catalogue."""

from datetime import date, timedelta
from itertools import combinations
from typing import Final

from hypothesis import given, strategies as st
import pytest

from massage.screening import (
    CLEARABLE,
    LOCAL,
    TODAY,
    Finding,
    Restrictions,
    Screening,
    due,
    effects,
    refuse,
)
from tests.massage.stage import AREAS

DAY = date(2026, 11, 24)
HERE, ELSEWHERE = "forearm", "elsewhere"
LEGS = {"hamstrings", "quads_outer_thigh", "calf", "foot_arch"}
FLAGS = ("no_gun", "no_cross", "no_heat", "no_deep", "upright")

TABLE: Final[dict[Finding, tuple[Restrictions, set[str]]]] = {
    Finding.MINOR_ALONE: (Restrictions(ceiling=4, no_sessions="screening_minor"), set()),
    Finding.CLOT_NOW: (
        Restrictions(ceiling=4, no_sessions="screening_clot", no_gun=True, no_heat=True),
        LEGS,
    ),
    Finding.CLOT_BEFORE: (Restrictions(ceiling=4, no_gun=True, no_heat=True), LEGS),
    Finding.BLEEDING: (Restrictions(ceiling=3, no_cross=True, no_gun=True), set()),
    Finding.ILL_TODAY: (Restrictions(ceiling=4, no_sessions="screening_ill"), set()),
    Finding.CANCER: (Restrictions(ceiling=4, no_sessions="screening_cancer"), set()),
    Finding.BONES: (Restrictions(ceiling=3, no_gun=True), {"upper_back", "lower_back"}),
    Finding.INJURY: (Restrictions(ceiling=4), {HERE}),
    Finding.REDUCED_FEELING: (
        Restrictions(ceiling=4, no_gun=True, no_heat=True),
        {HERE, "foot_arch"},
    ),
    Finding.PREGNANT: (
        Restrictions(
            ceiling=4,
            no_gun=True,
            no_heat=True,
            no_deep=True,
            upright=True,
            advice="advice_pregnant",
        ),
        {"calf"},
    ),
    Finding.HEART: (Restrictions(ceiling=4, no_gun=True, no_heat=True), {"chest"}),
    Finding.NECK: (Restrictions(ceiling=4), {"upper_traps", "suboccipitals", "jaw"}),
    Finding.METALWORK: (Restrictions(ceiling=4, no_gun=True, implant=True), {HERE}),
    Finding.VIBRATION: (Restrictions(ceiling=4, no_gun=True), set()),
    Finding.SEDATED_TODAY: (
        Restrictions(ceiling=4, no_sessions="screening_sedated", no_heat=True),
        set(),
    ),
}
"""What a yes does, and the areas that it blocks; a finding of `LOCAL` is in the forearm."""

AFTER_CLEARANCE: Final = {
    Finding.CLOT_BEFORE: Restrictions(ceiling=4, no_gun=True, no_heat=True),
    Finding.BLEEDING: Restrictions(ceiling=4, no_gun=True),
    Finding.CANCER: Restrictions(ceiling=4),
    Finding.BONES: Restrictions(ceiling=4, no_gun=True),
    Finding.INJURY: Restrictions(ceiling=4),
    Finding.REDUCED_FEELING: Restrictions(ceiling=4, no_gun=True, no_heat=True),
    Finding.PREGNANT: Restrictions(ceiling=4, no_gun=True, no_heat=True, upright=True),
    Finding.HEART: Restrictions(ceiling=4, no_gun=True),
    Finding.NECK: Restrictions(ceiling=4),
    Finding.METALWORK: Restrictions(ceiling=4, no_gun=True, implant=True),
}


def screening_of(
    *findings: Finding,
    places: set[tuple[Finding, str]] | None = None,
    cleared: frozenset[Finding] = frozenset(),
) -> Screening:
    """Answers of today; what is somewhere is in the forearm unless it is said where."""
    here = {(finding, HERE) for finding in LOCAL if finding in findings}
    return Screening(
        DAY, frozenset(findings), frozenset(here if places is None else places), cleared
    )


def found(
    *findings: Finding,
    places: set[tuple[Finding, str]] | None = None,
    cleared: frozenset[Finding] = frozenset(),
) -> Restrictions:
    return effects(screening_of(*findings, places=places, cleared=cleared), DAY)


def blocked(restrictions: Restrictions) -> set[str]:
    """The areas that are ruled out, whether or not anything starts at all."""
    areas = Restrictions(findings=restrictions.findings, places=restrictions.places)
    return {key for key, area in AREAS.items() if refuse(area, areas) == "screening_area"}


def limits(restrictions: Restrictions) -> Restrictions:
    """Everything but what blocks areas."""
    return Restrictions(
        ceiling=restrictions.ceiling,
        no_sessions=restrictions.no_sessions,
        no_gun=restrictions.no_gun,
        no_cross=restrictions.no_cross,
        no_heat=restrictions.no_heat,
        no_deep=restrictions.no_deep,
        upright=restrictions.upright,
        implant=restrictions.implant,
        advice=restrictions.advice,
    )


def at_least(stricter: Restrictions, other: Restrictions) -> bool:
    """Tell whether one forbids all that the other does."""
    return (
        (stricter.ceiling or 10) <= (other.ceiling or 10)
        and bool(stricter.no_sessions) >= bool(other.no_sessions)
        and all(getattr(stricter, flag) >= getattr(other, flag) for flag in FLAGS)
        and stricter.findings >= other.findings
        and stricter.places >= other.places
        and blocked(stricter) >= blocked(other)
        and bool(stricter.advice) >= bool(other.advice)
    )


# --- every row ------------------------------------------------------------------------------------


def test_the_table_has_every_row() -> None:
    assert TABLE.keys() == set(Finding)
    assert AFTER_CLEARANCE.keys() == CLEARABLE
    assert CLEARABLE.isdisjoint({Finding.MINOR_ALONE, Finding.CLOT_NOW, *TODAY})
    assert LOCAL <= CLEARABLE


def test_nothing_found_forbids_nothing() -> None:
    assert found() == Restrictions()
    assert all(refuse(area, found()) is None for area in AREAS.values())


@pytest.mark.parametrize("finding", Finding)
def test_yes(finding: Finding) -> None:
    """And unsure, which is ticked like a yes: there is no third answer that could mean less."""
    restrictions = found(finding)
    expected, areas = TABLE[finding]
    assert limits(restrictions) == expected
    assert blocked(restrictions) == areas & AREAS.keys()
    for key, area in AREAS.items():
        reason = expected.no_sessions or ("screening_area" if key in areas else None)
        assert refuse(area, restrictions) == reason


@pytest.mark.parametrize("finding", Finding)
def test_cleared(finding: Finding) -> None:
    restrictions = found(finding, cleared=frozenset({finding}))
    if finding in CLEARABLE:
        assert restrictions == AFTER_CLEARANCE[finding]
        assert not blocked(restrictions)
    else:
        assert restrictions == found(finding)


@pytest.mark.parametrize("finding", Finding)
def test_to_clear_what_was_not_found_changes_nothing(finding: Finding) -> None:
    assert found(cleared=frozenset({finding})) == Restrictions()
    for other in set(Finding) - {finding}:
        assert found(other, cleared=frozenset({finding})) == found(other)


@pytest.mark.parametrize("cleared", [False, True])
@pytest.mark.parametrize("finding", Finding)
def test_outdated(finding: Finding, cleared: bool) -> None:  # noqa: FBT001 - a parameter of a test
    screening = screening_of(finding, cleared=frozenset({finding} if cleared else ()))
    last, later = DAY + timedelta(days=90), DAY + timedelta(days=91)
    if finding not in TODAY:
        assert effects(screening, last) == effects(screening, DAY)
    for today in (later, DAY - timedelta(days=1)):
        restrictions = effects(screening, today)
        assert restrictions.no_sessions == "screening_expired"
        assert all(refuse(area, restrictions) == "screening_expired" for area in AREAS.values())


@pytest.mark.parametrize("finding", Finding)
def test_the_place_of_another_finding_is_no_place(finding: Finding) -> None:
    wrong = {(other, "calf") for other in Finding if other is not finding}
    restrictions = found(finding, places=wrong)
    assert not restrictions.places
    if finding in LOCAL:
        assert restrictions.no_sessions == "screening_where"
        assert found(finding, places=set()).no_sessions == "screening_where"
    else:
        assert restrictions == found(finding)


@pytest.mark.parametrize("finding", sorted(LOCAL))
def test_a_place_that_is_no_area_blocks_none(finding: Finding) -> None:
    restrictions = found(finding, places={(finding, ELSEWHERE)})
    expected, areas = TABLE[finding]
    assert limits(restrictions) == expected
    assert blocked(restrictions) == (areas - {HERE}) & AREAS.keys()


@pytest.mark.parametrize("finding", sorted(LOCAL))
def test_every_named_area_is_blocked(finding: Finding) -> None:
    for key in AREAS:
        assert key in blocked(found(finding, places={(finding, key), (finding, ELSEWHERE)}))


@pytest.mark.parametrize("finding", sorted(LOCAL))
def test_what_was_cleared_needs_no_place(finding: Finding) -> None:
    cleared = frozenset({finding})
    assert found(finding, places=set(), cleared=cleared) == AFTER_CLEARANCE[finding]


def test_a_clearance_is_for_one_finding() -> None:
    """A place that two findings are about stays blocked when one of them is cleared."""
    both = (Finding.INJURY, Finding.METALWORK)
    restrictions = found(*both, cleared=frozenset({Finding.INJURY}))
    assert blocked(restrictions) == {HERE}
    assert not blocked(found(*both, cleared=frozenset(both)))


@pytest.mark.parametrize("finding", sorted(TODAY))
def test_a_finding_of_the_day_goes_with_the_day(finding: Finding) -> None:
    assert effects(screening_of(finding), DAY).no_sessions is not None
    assert effects(screening_of(finding), DAY + timedelta(days=1)) == Restrictions()


def test_when_to_ask_again() -> None:
    assert due(None, DAY)
    assert effects(None, DAY).no_sessions == "screening_missing"
    answered = Screening(DAY)
    for days, expected in {-1: True, 0: False, 1: False, 90: False, 91: True, 400: True}.items():
        assert due(answered, DAY + timedelta(days=days)) is expected


def test_outdated_answers_are_asked_for_before_anything_is_said_of_them() -> None:
    later = DAY + timedelta(days=91)
    for answers in (screening_of(Finding.CANCER), screening_of(Finding.INJURY, places=set())):
        assert effects(answers, later).no_sessions == "screening_expired"


# --- together -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("one", "other"), combinations(Finding, 2))
def test_of_two_findings_the_stricter_rule_holds(one: Finding, other: Finding) -> None:
    restrictions = found(one, other)
    (first, areas), (second, more) = TABLE[one], TABLE[other]
    assert restrictions.ceiling == min(first.ceiling or 10, second.ceiling or 10)
    assert restrictions.no_sessions in {first.no_sessions, second.no_sessions}
    assert bool(restrictions.no_sessions) == bool(first.no_sessions or second.no_sessions)
    for flag in FLAGS:
        assert getattr(restrictions, flag) == (getattr(first, flag) or getattr(second, flag))
    assert restrictions.advice == (first.advice or second.advice)
    assert blocked(restrictions) == (areas | more) & AREAS.keys()


FINDINGS = st.frozensets(st.sampled_from(Finding))
PLACES = st.frozensets(
    st.tuples(st.sampled_from(sorted(LOCAL)), st.sampled_from([*AREAS, ELSEWHERE]))
)
AGES = st.integers(-1, 92)


@given(FINDINGS, FINDINGS, PLACES, st.sampled_from(Finding), AGES)
def test_one_more_finding_never_allows_more(
    findings: frozenset[Finding],
    cleared: frozenset[Finding],
    places: frozenset[tuple[Finding, str]],
    more: Finding,
    age: int,
) -> None:
    today = DAY + timedelta(days=age)
    before = effects(Screening(DAY, findings, places, cleared), today)
    after = effects(Screening(DAY, findings | {more}, places, cleared), today)
    assert at_least(after, before)


@given(FINDINGS, FINDINGS, PLACES, AGES)
def test_clearing_lifts_no_more_than_it_may(
    findings: frozenset[Finding],
    cleared: frozenset[Finding],
    places: frozenset[tuple[Finding, str]],
    age: int,
) -> None:
    today = DAY + timedelta(days=age)
    before = effects(Screening(DAY, findings, places), today)
    after = effects(Screening(DAY, findings, places, cleared), today)
    assert at_least(before, after)
    assert after.no_gun == before.no_gun
    assert after.upright == before.upright
    others = effects(Screening(DAY, findings - {Finding.HEART}, places), today)
    assert after.no_heat >= others.no_heat
    assert (after.ceiling is None) == (before.ceiling is None)
    assert (after.ceiling or 0) <= 4
    # What cannot be cleared holds as if nothing had been.
    fixed = effects(Screening(DAY, findings - CLEARABLE, places), today)
    assert at_least(after, fixed)
    # And what was not cleared holds as if the rest had never been found.
    kept = effects(Screening(DAY, findings - cleared, places), today)
    assert at_least(after, kept)


@given(FINDINGS, FINDINGS, PLACES, st.sampled_from([*AREAS, ELSEWHERE]))
def test_one_more_place_never_frees_an_area(
    findings: frozenset[Finding],
    cleared: frozenset[Finding],
    places: frozenset[tuple[Finding, str]],
    place: str,
) -> None:
    before = effects(Screening(DAY, findings, places, cleared), DAY)
    more = places | {(finding, place) for finding in LOCAL}
    after = effects(Screening(DAY, findings, more, cleared), DAY)
    assert blocked(after) >= blocked(before)
