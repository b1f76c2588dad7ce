"""The lower end for one gland: ``mpr_myobloc`` (rima)."""

from __future__ import annotations

import pytest

from reprieve.core.findings import Severity
from support.plans import (
    RIMA,
    given,
    inject,
    plan,
    report_of,
)


@pytest.mark.parametrize(
    ("gland", "units", "told"),
    [
        ("parotid_gland", 500, False),
        ("parotid_gland", 499, True),
    ],
)
def test_glands_have_their_own_row(gland: str, units: int, told: bool) -> None:
    one = plan(RIMA, "sialorrhoea", inject(gland, units, sites=1), exposures=(given(300, 10, RIMA),))
    names = [(f.rule, f.severity) for f in report_of(one).findings if f.rule.startswith("gland")]
    assert names == ([("gland_dose_below_label", Severity.INFO)] if told else [])
