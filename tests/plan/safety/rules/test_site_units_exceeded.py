"""Units at one needle position.

Sources: ``skyscape_ona`` (50 units), ``drugscom_ona`` (lids 1.25 to 2.5 units), ``botoxone_bleph`` (more than 5 units
bring little), ``ipsenhub_adult`` (500 units in 1 mL).
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.core.findings import Severity
from support.plans import (
    ABO,
    ARM,
    BLEPH,
    CD,
    ONA,
    found,
    given,
    inject,
    plan,
    report_of,
)

UNITS = "site_units_exceeded"
VOLUME = "site_volume_exceeded"


@pytest.mark.parametrize(
    ("units", "sites", "over"), [(50, 1, False), ("50.5", 1, True), (100, 2, False), (101, 2, True), (150, 3, False)]
)
def test_fifty_units_at_one_site(units: object, sites: int, over: bool) -> None:
    findings = found(plan(ONA, CD, inject("splenius_capitis", units, sites=sites)), UNITS)
    assert bool(findings) is over
    assert all(finding.severity is Severity.ERROR for finding in findings)


def test_a_heavy_row_is_not_hidden_by_a_light_one() -> None:
    rows = [inject("splenius_capitis", 80, sites=1), inject("splenius_capitis", 10, sites=3)]
    (finding,) = found(plan(ONA, CD, *rows), UNITS)
    assert finding.actual == 80


def test_without_a_number_of_sites_the_worst_is_looked_at() -> None:
    assert not found(plan(ONA, CD, inject("splenius_capitis", 50, sites=None)), "sites_missing")
    one = plan(ONA, CD, inject("splenius_capitis", 120, sites=None))
    assert not found(one, UNITS)
    (finding,) = found(one, "sites_missing")
    assert (finding.severity, finding.limit) == (Severity.WARNING, Decimal(50))
    assert "at least 3" in finding.clears_if
    assert any(gap.rule == UNITS for gap in report_of(one).not_checked)
    halves = [inject("splenius_capitis", 30, sites=None), inject("splenius_capitis", 30, sites=None)]
    assert found(plan(ONA, CD, *halves), "sites_missing")


def test_what_would_clear_it_counts_the_sites_upwards() -> None:
    (finding,) = found(plan(ONA, CD, inject("splenius_capitis", 120, sites=2)), UNITS)
    assert finding.clears_if == "at most 100 units at 2 sites, or at least 3 sites"


def test_the_lids_take_two_and_a_half_units_a_site() -> None:
    assert not found(plan(ONA, BLEPH, inject("orbicularis_oculi_upper_lateral", "2.5", sites=1)), UNITS)
    findings = found(plan(ONA, BLEPH, inject("orbicularis_oculi_upper_lateral", "2.75", sites=1)), UNITS)
    assert [(finding.severity, finding.limit) for finding in findings] == [(Severity.ERROR, Decimal("2.5"))]
    findings = found(plan(ONA, BLEPH, inject("orbicularis_oculi_upper_lateral", "6", sites=1)), UNITS)
    assert {(finding.severity, finding.limit) for finding in findings} == {
        (Severity.ERROR, Decimal("2.5")),
        (Severity.WARNING, Decimal(5)),
    }


def test_eu_500_units_and_1_ml_both_stop() -> None:
    one = plan(
        ABO, ARM, inject("biceps_brachii", 501, sites=1, volume_ml=Decimal("1.1")), jurisdiction="EU",
        exposures=(given(300, 10, ABO),),
    )  # fmt: skip
    assert [f.severity for f in found(one, UNITS)] == [f.severity for f in found(one, VOLUME)] == [Severity.ERROR]
