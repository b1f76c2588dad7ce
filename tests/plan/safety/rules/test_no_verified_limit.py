"""What no verified figure bounds is said."""

from __future__ import annotations

from reprieve.core.findings import Severity
from support.plans import (
    CD,
    INCO,
    ONA,
    found,
    given,
    inject,
    plan,
    report_of,
    rules_of,
)


def test_the_neck_has_no_label_dose_per_muscle_and_that_is_said() -> None:
    (finding,) = found(plan(ONA, CD), "no_verified_limit", "muscles")
    assert finding.severity is Severity.INFO
    assert "splenius capitis" in finding.message


def test_a_spasticity_maximum_is_no_dystonia_dose() -> None:
    one = plan(INCO, "focal_hand_dystonia", inject("biceps_brachii", 300, sites=6), exposures=(given(200, 9, INCO),))
    assert not {"muscle_dose_above_label"} & rules_of(one)
    assert found(one, "no_verified_limit", "muscles")


def test_a_clear_plan_is_clear() -> None:
    report = report_of(plan(INCO, CD, inject("splenius_capitis", 100, sites=4)))
    assert report.verdict == "clear"
    assert {finding.rule for finding in report.findings} == {"no_verified_limit"}
