"""Time since the last dose of the same substance, by anyone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from reprieve.core.findings import Finding, Severity, SourceRef
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import source_words, unverified
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow, Nature, Per

RULE = "interval_too_short"
# Where no label names an interval the clinic's own setting is shown, in its own words and never as a label.
CLINIC_SETTING = SourceRef("clinic_setting", "local_practice", False)


def interval_too_short(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare the days since the last dose with each label interval, or with the clinic's own."""
    last = case.earlier.last_of_product
    rows = case.of(LimitKind.INTERVAL) or _usual(case)
    if last is None:
        if rows and not case.earlier.complete:
            yield Gap(
                rule=RULE,
                subject="patient",
                missing="date of the last dose",
                needs="ask for all toxin ever given, by anyone, for anything",
            )
        return
    for row in rows:
        yield from _compare(case, row, last.days_ago)


def _usual(case: Case) -> tuple[LimitRow, ...]:
    weeks = case.settings.usual_interval_weeks
    if weeks is None:
        return ()
    return (
        LimitRow(
            id="clinic_setting.usual_interval",
            kind=LimitKind.INTERVAL,
            product=case.product.id,
            source=CLINIC_SETTING,
            scope="since the last dose",
            low=Decimal(weeks),
            unit="weeks",
            per=Per.SESSION,
            advice=True,
            nature=Nature.PRACTICE,
        ),
    )


def _compare(case: Case, row: LimitRow, days_ago: int) -> Iterator[LimitCheck | Finding]:
    assert row.low is not None
    least = case.settings.days(row.low, row.unit)
    words = f"{row.low.normalize():f} {row.unit}"
    told = f"{words}, counted as {least} days"
    yield LimitCheck(
        rule=RULE,
        row=row.id,
        scope=row.scope,
        subject="patient",
        limit=Decimal(least),
        actual=Decimal(days_ago),
        headroom=Decimal(days_ago - least),
        unit="days",
        verified=row.verified,
        blocks=False,
        nature=row.nature,
        source=row.source,
        least=True,
        words=told,
    )
    if days_ago >= least:
        return
    yield Finding(
        rule=RULE,
        # "Generally no sooner than": labels advise an interval, the cumulative limit bounds.
        severity=Severity.WARNING,
        message=(
            f"{days_ago} days since the last dose of {case.product.id}, sooner than {told}; "
            f"{source_words(row.source, row.nature)}."
        ),
        limit=Decimal(least),
        actual=Decimal(days_ago),
        exceed_by=Decimal(least - days_ago),
        unit="days",
        subject="patient",
        sources=(row.source,),
        clears_if=f"the session is on {case.on + timedelta(days=least - days_ago)} or later",
    )
    if row.nature is Nature.LABEL and not row.verified:
        yield unverified(row, Decimal(least), Decimal(days_ago), "patient", "days")
