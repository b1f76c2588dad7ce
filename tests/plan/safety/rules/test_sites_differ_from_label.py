"""The labelled number of sites: ``xeomin_medlibrary_p2`` (inco arm)."""

from __future__ import annotations

import pytest

from reprieve.core.findings import Severity
from support.plans import (
    ABO,
    ARM,
    INCO,
    ONA,
    found,
    given,
    inject,
    plan,
)

SITES = "sites_differ_from_label"
LATER = (given(300, 10, INCO), given(300, 10, ONA), given(300, 10, ABO))


@pytest.mark.parametrize(("sites", "told"), [(1, True), (2, False), (3, True), (None, False)])
def test_other_numbers_of_sites_are_told(sites: int | None, told: bool) -> None:
    one = plan(INCO, ARM, inject("flexor_digitorum_profundus", 50, sites=sites), exposures=LATER)
    findings = found(one, SITES)
    assert bool(findings) is told
    assert all(finding.severity is Severity.INFO for finding in findings)


def test_sites_of_split_rows_are_counted_together() -> None:
    rows = [inject("flexor_digitorum_profundus", 25, sites=1), inject("flexor_digitorum_profundus", 25, sites=1)]
    assert not found(plan(INCO, ARM, *rows, exposures=LATER), SITES)
