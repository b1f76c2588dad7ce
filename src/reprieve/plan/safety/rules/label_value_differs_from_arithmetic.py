"""The label's printed concentration beside plain arithmetic."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import figure, source_words
from reprieve.plan.safety.concentration import label_row
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.preparations import is_verified

RULE = "label_value_differs_from_arithmetic"


def label_value_differs_from_arithmetic(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say where the label prints another concentration than units over volume."""
    vials = case.plan.reconstitution.vials if case.plan.reconstitution else ()
    for vial in dict.fromkeys((vial.units, vial.diluent_ml) for vial in vials):
        units, diluent = vial
        row = label_row(case.product.id, next(v for v in vials if (v.units, v.diluent_ml) == vial))
        if row is None or not diluent:
            continue
        arithmetic = units / diluent / 10
        if arithmetic == row.units_per_0_1_ml:
            continue
        used = "the label's value is used" if is_verified(row.source) else "unverified, so arithmetic is used"
        yield Finding(
            rule=RULE,
            severity=Severity.WARNING,
            message=(
                f"{figure(units)} units in {figure(diluent)} mL are {figure(arithmetic)} units per 0.1 mL by "
                f"arithmetic, but the label prints {figure(row.units_per_0_1_ml)}; {used}; {source_words(row.source)}."
            ),
            limit=row.units_per_0_1_ml,
            actual=arithmetic,
            exceed_by=arithmetic - row.units_per_0_1_ml,
            unit="units per 0.1 mL",
            subject="reconstitution",
            sources=(row.source,),
            clears_if="another labelled dilution is chosen, whose printed value and arithmetic agree",
        )
