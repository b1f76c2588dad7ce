"""Whether the product is labelled at this age."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.dose import plain
from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.outcome import Gap, LimitCheck


def below_label_age(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that the patient is younger than the label's youngest."""
    labels = [entry for entry in case.labels if entry.labelled]
    youngest = min((entry.age_low for entry in labels if entry.age_low is not None), default=None)
    if youngest is None or case.age is None or case.age >= youngest or any(entry.age_low is None for entry in labels):
        return
    # Where the row names no age itself, its source is that of the use.
    told = (entry.age_source or entry.source for entry in labels if entry.age_low == youngest)
    sources = tuple(dict.fromkeys(told))
    yield Finding(
        rule="below_label_age",
        severity=Severity.WARNING,
        message=(
            f"The patient is {plain(case.age)}; the label for {case.plan.indication.replace('_', ' ')} begins at "
            f"{plain(youngest)} years."
        ),
        limit=youngest,
        actual=case.age,
        exceed_by=youngest - case.age,
        unit="years",
        subject="patient",
        sources=sources,
        clears_if="the clinician decides on off-label use with the family and writes it down",
    )
