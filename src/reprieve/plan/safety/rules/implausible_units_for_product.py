"""A total that no known use of the product comes near: most likely a unit typed under another brand."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import figure
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.plausible import plausible_session

RULE = "implausible_units_for_product"
# A check of this program and no label: half as much again as the largest session on file of any use (labels, trials,
# practice), and half of the smallest.
ABOVE, BELOW = Decimal("1.5"), Decimal("0.5")


def implausible_units_for_product(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare the total with the smallest and the largest session on file."""
    spread = plausible_session(case.product.id)
    if spread is None or not case.total:
        return
    low, high = spread.low * BELOW, spread.high * ABOVE
    if low <= case.total <= high:
        return
    edge = high if case.total > high else low
    yield Finding(
        rule=RULE,
        severity=Severity.ERROR if case.total > high else Severity.WARNING,
        message=(
            f"{figure(case.total)} units are implausible for {case.product.id}, whose sessions on file hold "
            f"{figure(spread.low)} to {figure(spread.high)} units; make sure that the dose is not meant for another."
        ),
        limit=edge,
        actual=case.total,
        exceed_by=abs(case.total - edge),
        unit="units",
        subject="session",
        sources=(spread.low_source, spread.high_source),
        clears_if=f"product and units are checked; {figure(low)} to {figure(high)} units pass this program's own check",
    )
