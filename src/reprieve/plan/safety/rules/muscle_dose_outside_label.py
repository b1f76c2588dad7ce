"""The labelled dose of one muscle on one side, and its labelled number of sites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.body_weight import per_body
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import at_most, figure, source_words
from reprieve.plan.safety.doses_by_target import SideDose, doses_of, wider_than
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.plan.safety.target import target_of
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow

ABOVE, BELOW, SITES = "muscle_dose_above_label", "muscle_dose_below_label", "sites_differ_from_label"


def muscle_dose_outside_label(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare each muscle of each side with the row of the label for it."""
    rows = case.of(LimitKind.MUSCLE_RANGE)
    for row in rows:
        for dose in doses_of(case, str(row.target)):
            yield from _compare(case, row, dose)
    for row in _joined(case, rows):
        for dose in doses_of(case, str(row.target)):
            yield from _compare(case, row, dose)


def _joined(case: Case, rows: tuple[LimitRow, ...]) -> Iterator[LimitRow]:
    """Yield a row for a group that the plan names whole while the label lists its parts: the parts added up."""
    by_target = {str(row.target): row for row in rows}
    for group, parts in wider_than(case, {name: target_of(name).members for name in by_target}):
        if group in by_target:
            continue
        own = [by_target[name] for name in parts]
        yield replace(
            min(own, key=lambda row: row.verified),
            target=group,
            scope=f"{group.replace('_', ' ')}, its labelled parts together",
            low=_sum([row.low for row in own]),
            high=_sum([row.high for row in own]),
            absolute=_sum([row.absolute for row in own]),
            sites_low=None,
            sites_high=None,
            advice=any(row.advice for row in own),
        )


def _sum(values: list[Decimal | None]) -> Decimal | None:
    return None if any(value is None for value in values) else sum((v for v in values if v is not None), Decimal(0))


def _compare(case: Case, row: LimitRow, dose: SideDose) -> Iterator[LimitCheck | Finding]:
    high, words = per_body(row, case)
    low, _ = per_body(row, case, end="low")
    yield from (
        at_most(row, dose.units, rule=ABOVE, subject=dose.subject, what=lambda: _name(dose), limit=high, words=words)
        if high is not None
        else ()
    )
    if low is not None and dose.units < low:
        yield _note(
            BELOW, row, dose, low, dose.units, "units",
            f"{_name(dose)}: {figure(dose.units)} units, below the labelled {figure(low)} units",
            f"at least {figure(low)} units; less is often right in dystonia",
        )  # fmt: skip
    if dose.sites is not None and row.sites_low is not None and not _within(dose.sites, row):
        labelled = f"{row.sites_low}" if row.sites_low == row.sites_high else f"{row.sites_low} to {row.sites_high}"
        edge = row.sites_low if dose.sites < row.sites_low else row.sites_high
        yield _note(
            SITES, row, dose, Decimal(edge or 0), Decimal(dose.sites), "sites",
            f"{_name(dose)}: {dose.sites} sites, the label has {labelled}", f"{labelled} sites",
        )  # fmt: skip


def _within(sites: int, row: LimitRow) -> bool:
    return (row.sites_low is None or sites >= row.sites_low) and (row.sites_high is None or sites <= row.sites_high)


def _name(dose: SideDose) -> str:
    return dose.subject.replace("_", " ").capitalize()


def _note(
    rule: str, row: LimitRow, dose: SideDose, limit: Decimal, actual: Decimal, unit: str, text: str, clears_if: str
) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.INFO,
        message=f"{text}; {source_words(row.source)}.",
        limit=limit,
        actual=actual,
        exceed_by=abs(actual - limit),
        unit=unit,
        subject=dose.subject,
        sources=(row.source,),
        clears_if=clears_if,
    )
