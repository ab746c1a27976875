"""The first-run questions, row by row of massage.md §4.1."""

from datetime import date, timedelta

from hypothesis import given, strategies as st
import pytest

from massage.phases import Length
from massage.screening import LOCAL, TODAY, Finding, Restrictions, Screening, effects, refuse

DAY = date(2026, 11, 24)
LEGS = {"hamstrings", "quads_outer_thigh", "calf", "foot_arch"}


def found(*findings: Finding, places: set[tuple[Finding, str]] | None = None) -> Restrictions:
    screening = Screening(DAY, frozenset(findings), frozenset(places or ()))
    return effects(screening, DAY)


def test_nothing_found_forbids_nothing() -> None:
    assert found() == Restrictions()
    assert refuse("calf", Length.DEEP, found()) is None


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (Finding.MINOR_ALONE, Restrictions(ceiling=4, no_sessions="screening_minor")),
        (Finding.OVER_65, Restrictions(ceiling=4)),
        (
            Finding.CLOT_NOW,
            Restrictions(
                ceiling=4,
                no_sessions="screening_clot",
                blocked_areas=frozenset(LEGS),
                no_gun=True,
                no_heat=True,
            ),
        ),
        (
            Finding.CLOT_BEFORE,
            Restrictions(ceiling=4, blocked_areas=frozenset(LEGS), no_gun=True, no_heat=True),
        ),
        (Finding.BLEEDING, Restrictions(ceiling=3, no_cross=True, no_gun=True)),
        (Finding.ILL_TODAY, Restrictions(ceiling=4, no_sessions="screening_ill")),
        (Finding.CANCER, Restrictions(ceiling=4, no_sessions="screening_cancer")),
        (
            Finding.BONES,
            Restrictions(
                ceiling=3, blocked_areas=frozenset({"upper_back", "lower_back"}), no_gun=True
            ),
        ),
        (
            Finding.PREGNANT,
            Restrictions(
                ceiling=4,
                blocked_areas=frozenset({"calf"}),
                no_gun=True,
                no_heat=True,
                no_deep=True,
                no_lying=True,
            ),
        ),
        (
            Finding.HEART,
            Restrictions(ceiling=4, blocked_areas=frozenset({"chest"}), no_gun=True, no_heat=True),
        ),
        (
            Finding.NECK,
            Restrictions(
                ceiling=4, blocked_areas=frozenset({"upper_traps", "suboccipitals", "jaw"})
            ),
        ),
        (Finding.VIBRATION, Restrictions(ceiling=4, no_gun=True)),
        (
            Finding.SEDATED_TODAY,
            Restrictions(ceiling=4, no_sessions="screening_sedated", no_heat=True),
        ),
    ],
)
def test_each_finding(finding: Finding, expected: Restrictions) -> None:
    assert found(finding) == expected


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (Finding.INJURY, Restrictions(ceiling=4, blocked_areas=frozenset({"forearm"}))),
        (
            Finding.REDUCED_FEELING,
            Restrictions(
                ceiling=4,
                blocked_areas=frozenset({"forearm", "foot_arch"}),
                no_gun=True,
                no_heat=True,
            ),
        ),
        (
            Finding.METALWORK,
            Restrictions(ceiling=4, blocked_areas=frozenset({"forearm"}), no_gun=True),
        ),
    ],
)
def test_local_findings_block_their_areas(finding: Finding, expected: Restrictions) -> None:
    assert found(finding, places={(finding, "forearm")}) == expected


@pytest.mark.parametrize("finding", sorted(LOCAL))
def test_a_local_finding_with_no_place_blocks_everything(finding: Finding) -> None:
    elsewhere = next(other for other in LOCAL if other is not finding)
    assert found(finding).no_sessions == "screening_where"
    assert found(finding, places={(elsewhere, "calf")}).no_sessions == "screening_where"


def test_the_place_of_a_finding_that_was_cleared_blocks_nothing() -> None:
    assert found(places={(Finding.INJURY, "calf")}) == Restrictions()


@pytest.mark.parametrize("finding", sorted(TODAY))
def test_a_finding_of_the_day_goes_with_the_day(finding: Finding) -> None:
    screening = Screening(DAY, frozenset({finding}))
    assert effects(screening, DAY).no_sessions is not None
    assert effects(screening, DAY + timedelta(days=1)) == Restrictions()


def test_answers_expire() -> None:
    screening = Screening(DAY)
    assert effects(screening, DAY + timedelta(days=90)).no_sessions is None
    assert effects(screening, DAY + timedelta(days=91)).no_sessions == "screening_expired"
    assert effects(screening, DAY - timedelta(days=1)).no_sessions == "screening_expired"
    assert effects(None, DAY).no_sessions == "screening_missing"


def test_refusals() -> None:
    pregnant = found(Finding.PREGNANT)
    assert refuse("calf", Length.QUICK, pregnant) == "screening_area"
    assert refuse("forearm", Length.DEEP, pregnant) == "screening_no_deep"
    assert refuse("forearm", Length.STANDARD, pregnant) is None
    assert refuse("forearm", Length.QUICK, found(Finding.CANCER)) == "screening_cancer"


@given(st.frozensets(st.sampled_from(Finding)), st.sampled_from(Finding))
def test_one_more_finding_never_allows_more(findings: frozenset[Finding], more: Finding) -> None:
    before, after = found(*findings), found(*findings, more)
    assert (after.ceiling or 10) <= (before.ceiling or 10)
    assert after.blocked_areas >= before.blocked_areas
    assert bool(after.no_sessions) >= bool(before.no_sessions)
    for flag in ("no_gun", "no_cross", "no_heat", "no_deep", "no_lying"):
        assert getattr(after, flag) >= getattr(before, flag)
