"""One needle position: units and volume; the volume changes with the dilution.

Sources: ``skyscape_ona`` (50 units), ``drugscom_ona`` (lids 1.25 to 2.5 units, 0.05 to 0.1 mL), ``botoxone_bleph``
(more than 5 units bring little), ``dysport_hcp_adult`` (1 mL, advice), ``dysport_hcp_peds`` (0.5 mL),
``ipsenhub_adult`` (500 units in 1 mL).
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.core.findings import Severity
from support.plans import ABO, ARM, BLEPH, CD, ONA, found, given, inject, plan, report_of, vials

UNITS, VOLUME, RANGE = "site_units_exceeded", "site_volume_exceeded", "site_volume_outside_label"


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


@pytest.mark.parametrize(("diluent", "over"), [("2.5", False), ("5", True)])
def test_another_dilution_changes_the_number_of_sites(diluent: str, over: bool) -> None:
    # 200 units at 200 units/mL are 1 mL, at 100 units/mL 2 mL.
    one = plan(
        ABO, ARM, inject("biceps_brachii", 200, sites=1), reconstitution=vials(500, diluent_ml=diluent),
        exposures=(given(300, 10, ABO),),
    )  # fmt: skip
    findings = found(one, VOLUME)
    assert [finding.severity for finding in findings] == ([Severity.WARNING] if over else [])  # "generally": advice


def test_a_volume_that_is_told_goes_before_the_vials() -> None:
    one = plan(
        ABO, ARM, inject("biceps_brachii", 200, sites=1, volume_ml=Decimal("1.5")),
        reconstitution=vials(500, diluent_ml="2.5"), exposures=(given(300, 10, ABO),),
    )  # fmt: skip
    assert [finding.actual for finding in found(one, VOLUME)] == [Decimal("1.5")]


def test_the_weakest_of_several_vials_gives_the_largest_volume() -> None:
    from reprieve.record.plan import Reconstitution, Vial

    two = Reconstitution(
        vials=(Vial(units=Decimal(500), diluent_ml=Decimal("2.5")), Vial(units=Decimal(500), diluent_ml=Decimal(5)))
    )
    one = plan(ABO, ARM, inject("biceps_brachii", 200, sites=1), reconstitution=two, exposures=(given(300, 10, ABO),))
    assert [finding.actual for finding in found(one, VOLUME)] == [Decimal(2)]


def test_a_missing_volume_is_said_where_a_limit_hangs_on_it() -> None:
    one = plan(ABO, ARM, inject("biceps_brachii", 200, sites=1), exposures=(given(300, 10, ABO),))
    (finding,) = found(one, "volume_missing")
    assert finding.severity is Severity.WARNING
    assert not found(plan(ONA, CD), "volume_missing")


def test_eu_500_units_and_1_ml_both_stop() -> None:
    one = plan(
        ABO, ARM, inject("biceps_brachii", 501, sites=1, volume_ml=Decimal("1.1")), jurisdiction="EU",
        exposures=(given(300, 10, ABO),),
    )  # fmt: skip
    assert [f.severity for f in found(one, UNITS)] == [f.severity for f in found(one, VOLUME)] == [Severity.ERROR]


def test_children_half_a_millilitre() -> None:
    def volume(ml: str) -> list[Decimal | None]:
        one = plan(ABO, ARM, inject("biceps_brachii", 60, sites=1, volume_ml=Decimal(ml)), age=9, weight=20)
        return [finding.limit for finding in found(one, VOLUME)]

    assert volume("0.5") == []
    assert volume("0.55") == [Decimal("0.5")]


@pytest.mark.parametrize(("ml", "told"), [("0.05", False), ("0.1", False), ("0.12", True), ("0.04", True)])
def test_the_lids_labelled_volume_informs(ml: str, told: bool) -> None:
    one = plan(ONA, BLEPH, inject("orbicularis_oculi_upper_medial", "2", sites=1, volume_ml=Decimal(ml)))
    findings = found(one, RANGE)
    assert [finding.severity for finding in findings] == ([Severity.INFO] if told else [])
