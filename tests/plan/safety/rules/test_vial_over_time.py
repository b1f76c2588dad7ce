"""Hours since a vial was made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from reprieve.core.findings import Severity
from support.plans import (
    CD,
    ONA,
    RIMA,
    found,
    inject,
    plan,
    report_of,
    vials,
)


def test_hours_since_making_up() -> None:
    noon = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
    for hours, stops in ((24, False), (25, True)):
        one = plan(ONA, CD, reconstitution=vials(100, opened_at=noon - timedelta(hours=hours)))
        findings = found(one, "vial_over_time", now=noon)
        assert [finding.severity for finding in findings] == ([Severity.ERROR] if stops else [])
    # rima: 4 hours once diluted, not verified
    late = plan(
        RIMA,
        CD,
        inject("splenius_capitis", 2500),
        reconstitution=vials(5000, diluent_ml=0, opened_at=noon - timedelta(hours=5)),
    )
    assert [finding.severity for finding in found(late, "vial_over_time", now=noon)] == [Severity.WARNING]


def test_a_time_without_a_zone_is_the_clinics() -> None:
    """25 hours before noon: with and without the zone the same is said, and in a clinic of another zone too."""
    for offset in (0, -8, 9):
        noon = datetime(2026, 11, 26, 12, 0, tzinfo=timezone(timedelta(hours=offset)))
        for opened in (noon - timedelta(hours=25), (noon - timedelta(hours=25)).replace(tzinfo=None)):
            one = plan(ONA, CD, reconstitution=vials(100, opened_at=opened))
            assert [finding.actual for finding in found(one, "vial_over_time", now=noon)] == [Decimal(25)]


def test_a_vial_made_up_later_than_now_is_said() -> None:
    noon = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
    for minutes, said in ((-1, False), (0, False), (90, True)):
        one = plan(ONA, CD, reconstitution=vials(100, opened_at=noon + timedelta(minutes=minutes)))
        findings = found(one, "vial_over_time", now=noon)
        assert [finding.severity for finding in findings] == ([Severity.WARNING] if said else [])


def test_without_the_hour_only_what_is_certain_is_said() -> None:
    opened = datetime(2026, 11, 25, 8, 0)
    assert not found(
        plan(ONA, CD, reconstitution=vials(100, opened_at=opened)), "vial_over_time"
    )  # 16 hours at midnight
    assert found(plan(ONA, CD, reconstitution=vials(100, opened_at=opened - timedelta(days=1))), "vial_over_time")


def test_the_hours_are_told_as_they_are_and_never_below_nothing() -> None:
    noon = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
    for minutes, hours in ((30, "0.5"), (0, "0"), (-90, "0")):
        one = plan(ONA, CD, reconstitution=vials(100, opened_at=noon - timedelta(minutes=minutes)))
        (limit,) = [entry for entry in report_of(one, now=noon).limits if entry.rule == "vial_over_time"]
        assert limit.actual == Decimal(hours)
