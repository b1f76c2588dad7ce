"""A product for facial lines planned for anything else."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.limits import indications

_COSMETIC_USES = frozenset({"glabellar_lines", "forehead_lines", "lateral_canthal_lines", "platysma_bands"})


def cosmetic_product(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Refuse a product for facial lines for anything else."""
    condition = case.plan.indication
    words = condition.replace("_", " ")
    if case.product.cosmetic_only and condition not in _COSMETIC_USES:
        yield Finding(
            rule="cosmetic_product",
            severity=Severity.ERROR,
            message=f"{case.product.id} is labelled for facial lines only, expressly not for {words}.",
            subject="session",
            sources=tuple(entry.source for entry in indications(case.product.id)),
            clears_if="another product is planned",
        )
