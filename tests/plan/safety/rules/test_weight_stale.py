"""A child's weight that is old, undated or dated ahead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.plans import (
    ARM,
    ONA,
    found,
    inject,
    plan,
    rules_of,
)


@pytest.mark.parametrize(("weighed", "stale"), [(93, True), (-1, True), (92, False)])
def test_a_stale_weight_is_a_finding(weighed: int, stale: bool) -> None:
    one = plan(ONA, ARM, inject("biceps_brachii", 60, sites=20), age=9, weight=20, weighed=weighed)
    assert {name for name in rules_of(one) if name.startswith("weight")} == ({"weight_stale"} if stale else set())


def test_a_weight_without_a_date_may_be_old() -> None:
    one = plan(ONA, ARM, inject("biceps_brachii", 60, sites=20), age=9, weight=20)
    undated = replace(one, patient=replace(one.patient, weight_date=None))
    assert found(undated, "weight_stale")
