"""Risks by product and jurisdiction, off-label use, age, and what is missing.

Sources: ``a2z_dysport`` (cow's milk protein), ``botox_openfda``, ``medicinecom_dysport``, ``myobloc_openfda``
(albumin), ``daxxify_openfda`` (none in daxi), ``neurobloc_leaflet`` (neuromuscular disease, EU), ``mpr_myobloc`` and
others for the warnings.
"""

from __future__ import annotations

import pytest

from reprieve.core.findings import Severity
from reprieve.reference.formulary.risks import risk_rows
from support.plans import (
    ABO,
    ARM,
    BLEPH,
    CD,
    DAXI,
    INCO,
    LEG,
    ONA,
    RIMA,
    TODAY,
    found,
    given,
    inject,
    plan,
    report_of,
    rules_of,
)

NECK = inject("splenius_capitis", 2500, sites=60)


@pytest.mark.parametrize(
    ("product", "risk", "stops"),
    [
        (ABO, "cow_milk_protein_allergy", True),
        (ONA, "cow_milk_protein_allergy", False),
        (ONA, "human_albumin_allergy", True),
        (ABO, "human_albumin_allergy", True),
        (INCO, "human_albumin_allergy", True),
        (RIMA, "human_albumin_allergy", True),
        (DAXI, "human_albumin_allergy", False),
        (ONA, "toxin_hypersensitivity", True),
        (DAXI, "toxin_hypersensitivity", True),
        (RIMA, "infection_at_site", True),
    ],
)
def test_allergies_by_what_the_product_holds(product: str, risk: str, stops: bool) -> None:
    findings = found(plan(product, CD, NECK, risks=(risk,)), "contraindicated")
    assert [(finding.severity, finding.subject) for finding in findings] == ([(Severity.ERROR, risk)] if stops else [])


@pytest.mark.parametrize(
    "risk", ["myasthenia_gravis", "lambert_eaton", "motor_neuron_disease", "dysphagia", "breathing_difficulty"]
)
def test_neuromuscular_disease_stops_in_the_eu_label_of_rima_and_warns_elsewhere(risk: str) -> None:
    eu = report_of(plan(RIMA, CD, NECK, jurisdiction="EU", risks=(risk,)))
    us = report_of(plan(RIMA, CD, NECK, jurisdiction="US", risks=(risk,)))
    assert [f.severity for f in eu.findings if f.subject == risk] == [Severity.ERROR]
    assert [(f.rule, f.severity) for f in us.findings if f.subject == risk] == [
        ("special_population", Severity.WARNING)
    ]
    assert found(plan(RIMA, CD, NECK, jurisdiction=None, risks=(risk,)), "contraindicated")


@pytest.mark.parametrize("product", [ONA, ABO, INCO, DAXI, RIMA])
@pytest.mark.parametrize(
    ("risk", "rule"),
    [
        ("aminoglycoside", "interaction"),
        ("muscle_relaxant", "interaction"),
        ("anticholinergic", "interaction"),
        ("pregnancy", "special_population"),
        ("breastfeeding", "special_population"),
        ("anticoagulant", "special_population"),
    ],
)
def test_every_product_answers_every_common_risk(product: str, risk: str, rule: str) -> None:
    (finding,) = found(plan(product, CD, NECK, risks=(risk,)), rule, risk)
    assert finding.severity is Severity.WARNING
    assert finding.sources
    assert finding.clears_if


def test_a_risk_that_no_rule_knows_is_said() -> None:
    one = plan(ONA, CD, risks=("left_handedness",))
    assert found(one, "risk_not_recognised", "left_handedness")
    assert any(gap.subject == "left_handedness" for gap in report_of(one).not_checked)


def test_every_row_of_the_risks_can_fire() -> None:
    special = {"other_toxin", "bilateral_scm"}  # fired by the plan, not by a recorded risk
    for risk, rows in risk_rows().items():
        if risk in special:
            continue
        for row in rows:
            product = row.products[0] if row.products else ONA
            if "prabo" in product or "leti" in product:
                continue
            place = row.jurisdictions[0] if row.jurisdictions else "US"
            findings = found(plan(product, CD, NECK, jurisdiction=place, risks=(risk,)), row.rule, risk)
            assert findings, row.id


@pytest.mark.parametrize(
    ("product", "use", "place", "off"),
    [
        (ONA, CD, "US", False),
        (ONA, CD, "UK", False),
        (ONA, "hemifacial_spasm", "EU", False),
        (ONA, "hemifacial_spasm", "US", True),
        (ONA, "focal_hand_dystonia", "US", True),
        (ABO, BLEPH, "US", True),
        (ABO, BLEPH, "EU", False),
        (INCO, LEG, "US", True),
        (DAXI, ARM, "US", True),
        (RIMA, BLEPH, "US", True),
        (DAXI, CD, "EU", True),
    ],
)
def test_off_label_use_by_product_and_jurisdiction(product: str, use: str, place: str, off: bool) -> None:
    findings = found(plan(product, use, NECK, jurisdiction=place), "off_label_indication")
    assert [finding.severity for finding in findings] == ([Severity.WARNING] if off else [])


def test_a_spasticity_maximum_is_no_dystonia_dose() -> None:
    one = plan(INCO, "focal_hand_dystonia", inject("biceps_brachii", 300, sites=6), exposures=(given(200, 9, INCO),))
    assert not {"muscle_dose_above_label"} & rules_of(one)
    assert found(one, "no_verified_limit", "muscles")


@pytest.mark.parametrize("product", ["prabotulinumtoxinA", "letibotulinumtoxinA"])
def test_a_product_for_facial_lines_is_refused(product: str) -> None:
    assert [f.severity for f in found(plan(product, CD), "cosmetic_product")] == [Severity.ERROR]
    assert not found(plan(product, "glabellar_lines", inject("procerus", 4, "midline")), "cosmetic_product")


@pytest.mark.parametrize(
    ("product", "use", "age", "young"),
    [
        (ONA, CD, 17, True),
        (ONA, CD, 18, False),
        (ONA, BLEPH, 12, False),
        (ONA, BLEPH, 11, True),
        (ONA, ARM, 2, False),
        (ONA, ARM, 1, True),
    ],
)
def test_the_labels_youngest_age(product: str, use: str, age: int, young: bool) -> None:
    one = plan(product, use, inject("brachialis", 5), age=age, weight=12)
    assert [f.severity for f in found(one, "below_label_age")] == ([Severity.WARNING] if young else [])


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"age": None}, "age_missing"),
        ({"history": "unknown"}, "exposure_unknown"),
        ({"jurisdiction": None}, "jurisdiction_missing"),
        ({"on": None}, "date_missing"),
    ],
)
def test_s06_s07_what_is_missing_is_said(change: dict[str, object], rule: str) -> None:
    assert rule not in rules_of(plan(ONA, CD))
    one = plan(ONA, CD, **change)  # type: ignore[arg-type]
    (finding,) = found(one, rule)
    assert finding.severity is Severity.WARNING


def test_a_side_is_asked_for_where_there_are_two() -> None:
    assert found(plan(ONA, CD, inject("splenius_capitis", 50, None)), "side_missing")
    assert not found(plan(ONA, CD, inject("procerus", 5, "midline")), "side_missing")


def test_a_dose_after_the_plans_day_is_said_and_not_counted() -> None:
    one = plan(ONA, CD, exposures=(given(-3, 390),))
    assert found(one, "exposure_after_plan")
    assert not found(one, "cumulative_limit_exceeded")


def test_birth_date_goes_before_age() -> None:
    from dataclasses import replace
    from datetime import date

    one = plan(ONA, CD, age=50)
    young = replace(one, patient=replace(one.patient, birth_date=date(2010, 1, 1)))
    assert found(young, "below_label_age")
    assert TODAY.year - 2010 == 16


def test_a_clear_plan_is_clear() -> None:
    report = report_of(plan(INCO, CD, inject("splenius_capitis", 100, sites=4)))
    assert report.verdict == "clear"
    assert {finding.rule for finding in report.findings} == {"no_verified_limit"}
