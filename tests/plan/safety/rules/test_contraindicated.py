"""Contraindications by product and jurisdiction.

Sources: ``a2z_dysport`` (cow's milk protein), ``botox_openfda``, ``medicinecom_dysport``, ``myobloc_openfda``
(albumin), ``daxxify_openfda`` (none in daxi), ``neurobloc_leaflet`` (neuromuscular disease, EU).
"""

from __future__ import annotations

import pytest

from reprieve.core.findings import Severity
from support.plans import (
    ABO,
    CD,
    DAXI,
    INCO,
    ONA,
    RIMA,
    found,
    inject,
    plan,
    report_of,
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
