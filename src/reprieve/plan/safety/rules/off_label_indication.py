"""Whether the product is labelled for this use, here, at this age."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.dose import plain
from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.indication import Indication
from reprieve.reference.formulary.limits import indications

RULE, COSMETIC = "off_label_indication", "cosmetic_product"
_COSMETIC_USES = frozenset({"glabellar_lines", "forehead_lines", "lateral_canthal_lines", "platysma_bands"})


def off_label_indication(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that the use is not on the label; a product for facial lines is refused for anything else."""
    condition = case.plan.indication
    words, place = condition.replace("_", " "), case.jurisdiction or "any label on file"
    if case.product.cosmetic_only and condition not in _COSMETIC_USES:
        yield Finding(
            rule=COSMETIC,
            severity=Severity.ERROR,
            message=f"{case.product.id} is labelled for facial lines only, expressly not for {words}.",
            subject="session",
            sources=tuple(entry.source for entry in _any_label(case)),
            clears_if="another product is planned",
        )
    if any(entry.labelled for entry in case.labels):
        return
    refused = next((entry for entry in case.labels if not entry.labelled), None)
    yield Finding(
        rule=RULE,
        severity=Severity.WARNING,
        message=(
            f"{case.product.id} is not labelled for {words} ({place})"
            + (f": {refused.status}" if refused else "")
            + "; doses of other uses are no guide to this one."
        ),
        subject="session",
        sources=(refused.source,) if refused else (),
        clears_if="the clinician decides on off-label use with the patient and writes it down",
    )


def _any_label(case: Case) -> tuple[Indication, ...]:
    return indications(case.product.id)


def below_label_age(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that the patient is younger than the label's youngest, or that the age is unknown."""
    labels = [entry for entry in case.labels if entry.labelled]
    youngest = min((entry.age_low for entry in labels if entry.age_low is not None), default=None)
    if case.age is None:
        yield Finding(
            rule="age_missing",
            severity=Severity.WARNING,
            message="The patient's age is unknown: limits of adults were used, those of children were not looked at.",
            subject="patient",
            clears_if="birth date or age is entered",
        )
        yield Gap(rule="paediatric_cap_exceeded", subject="patient", missing="age", needs="enter birth date or age")
        return
    if youngest is None or case.age >= youngest or any(entry.age_low is None for entry in labels):
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
