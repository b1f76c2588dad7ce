"""The labelled number of sites of one muscle."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reprieve.core.findings import Finding
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import note
from reprieve.plan.safety.labelled_muscles import labelled_doses, name_of
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.limit_row import LimitRow


def sites_differ_from_label(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that a muscle of a side gets fewer or more sites than its row has."""
    for row, dose in labelled_doses(case):
        if dose.sites is None or row.sites_low is None or _within(dose.sites, row):
            continue
        labelled = f"{row.sites_low}" if row.sites_low == row.sites_high else f"{row.sites_low} to {row.sites_high}"
        edge = row.sites_low if dose.sites < row.sites_low else row.sites_high
        yield note(
            row,
            Decimal(edge or 0),
            Decimal(dose.sites),
            rule="sites_differ_from_label",
            subject=dose.subject,
            text=f"{name_of(dose)}: {dose.sites} sites, the label has {labelled}",
            clears_if=f"{labelled} sites",
            unit="sites",
        )


def _within(sites: int, row: LimitRow) -> bool:
    return (row.sites_low is None or sites >= row.sites_low) and (row.sites_high is None or sites <= row.sites_high)
