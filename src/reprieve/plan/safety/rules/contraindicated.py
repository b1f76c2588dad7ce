"""Contraindications among the recorded risks."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.from_risks import concerns
from reprieve.plan.safety.outcome import Gap, LimitCheck


def contraindicated(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Stop at a contraindication, however well its words were read."""
    yield from concerns(case, "contraindicated", Severity.ERROR)
