"""A child's weight that is not told."""

from __future__ import annotations

from support.plans import (
    ARM,
    ONA,
    inject,
    plan,
    report_of,
)


def test_a_missing_weight_is_a_finding() -> None:
    report = report_of(plan(ONA, ARM, inject("biceps_brachii", 60, sites=20), age=9, weight=None))
    assert {f.rule for f in report.findings if f.rule.startswith("weight")} == {"weight_missing"}
    assert report.verdict != "clear"
    assert any(gap.missing == "weight" for gap in report.not_checked)
