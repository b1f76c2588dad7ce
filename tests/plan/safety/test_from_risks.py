"""Risks on record and the rows of the product documents for them: each row can be said."""

from __future__ import annotations

from reprieve.reference.formulary.risks import risk_rows
from support.plans import (
    CD,
    ONA,
    found,
    inject,
    plan,
)

NECK = inject("splenius_capitis", 2500, sites=60)


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
