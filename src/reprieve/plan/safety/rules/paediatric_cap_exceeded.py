"""A child's dose in one limb: the lower of units per kg and the absolute cap."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding
from reprieve.plan.safety.body_weight import per_body
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import at_most
from reprieve.plan.safety.limbs import units_by_limb
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.limit_row import LimitKind

RULE = "paediatric_cap_exceeded"


def paediatric_cap_exceeded(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare each limb of a child with the cap of one limb."""
    if not case.child:
        return
    limbs = units_by_limb(case)
    for row in case.of(LimitKind.LIMB_CAP):
        bound, words = per_body(row, case)
        assert bound is not None, f"{row.id} has no absolute cap"
        for limb, units in limbs.items():
            if limb.kind == row.target:
                yield from at_most(
                    row,
                    units,
                    rule=RULE,
                    subject=limb.name,
                    what=f"Dose in the {limb.name.replace('_', ' ')} of a child",
                    limit=bound,
                    words=words,
                )
