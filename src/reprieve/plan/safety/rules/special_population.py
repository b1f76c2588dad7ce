"""Recorded risks that ask for care: neuromuscular disease, pregnancy and others."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.from_risks import concerns
from reprieve.plan.safety.outcome import Gap, LimitCheck


def special_population(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say what a recorded risk asks for."""
    yield from concerns(case, "special_population", Severity.WARNING)
