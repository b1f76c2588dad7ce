"""All doses of one substance within a window, across indications, brands and clinics."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.body_weight import per_body
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import at_most
from reprieve.plan.safety.given_before import GivenDose
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow, Nature

RULE = "cumulative_limit_exceeded"
PAYER_RULE = "payer_limit_exceeded"


def cumulative_limit_exceeded(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare the plan and all earlier doses in each window with its limit."""
    for row in case.of(LimitKind.CUMULATIVE):
        yield from _window(case, row)


def _window(case: Case, row: LimitRow) -> Iterator[LimitCheck | Finding | Gap]:
    assert row.window is not None
    days = case.settings.days(row.window.count, row.window.unit)
    inside = _fullest(case, row, days)
    unknown = [dose for dose in inside if dose.units is None]
    earlier = sum((dose.units for dose in inside if dose.units is not None), Decimal(0))
    bound, words = per_body(row, case)
    window = f'"{row.window.words}" counted as {days} days' if row.window.unit == "months" else row.window.words
    payer = row.nature is Nature.PAYER
    rule = PAYER_RULE if payer else RULE
    assert bound is not None
    yield from at_most(
        row,
        case.total + earlier,
        rule=rule,
        subject="patient",
        what=lambda: f"All {case.product.id} within {window}, this session included",
        limit=bound,
        severity=Severity.WARNING if payer else None,
        words="; ".join(part for part in (window, words) if part),
        clears_if=lambda: _clears(inside, bound, days),
    )
    for dose in unknown:
        yield Gap(
            rule=rule,
            subject="patient",
            missing=f"units of {dose.product} given on {dose.date}",
            needs="ask the patient or the other clinic for the dose",
        )


def _fullest(case: Case, row: LimitRow, days: int) -> list[GivenDose]:
    """Return the doses beside this one in the fullest window that holds its day.

    A session written down late may lie before others: each of them ends a window in which this one counts too.
    """
    doses = [dose for dose in (*case.earlier.same, *case.earlier.ahead_same) if _counts(row, dose)]
    ends = [0, *sorted({-dose.days_ago for dose in case.earlier.ahead_same if -dose.days_ago < days})]
    windows = [[dose for dose in doses if 0 <= end + dose.days_ago < days] for end in ends]
    return max(windows, key=lambda held: sum((dose.units for dose in held if dose.units is not None), Decimal(0)))


def _counts(row: LimitRow, dose: GivenDose) -> bool:
    """A window of one use counts doses for that use, and doses whose use was not told."""
    return not row.conditions or dose.indication is None or dose.indication in row.conditions


def _clears(inside: list[GivenDose], bound: Decimal, days: int) -> str:
    room = bound - sum((dose.units for dose in inside if dose.units is not None), Decimal(0))
    told = f"at most {max(room, Decimal(0)).normalize():f} units now"
    if not inside:
        return told
    wait = min(dose.days_ago for dose in inside)
    if wait < 0:
        return told
    return f"{told}, or wait until earlier doses leave the window (the latest in {days - wait} days)"
