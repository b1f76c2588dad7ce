"""Every rule over one plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from reprieve.core.findings import Finding, Severity, verdict_of
from reprieve.plan.safety.case import Case, case_of
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.plan.safety.report import CheckReport, totals_of
from reprieve.plan.safety.rules.cumulative_limit_exceeded import cumulative_limit_exceeded
from reprieve.plan.safety.rules.gland_dose_above_label import gland_dose_above_label
from reprieve.plan.safety.rules.implausible_units_for_product import implausible_units_for_product
from reprieve.plan.safety.rules.interval_too_short import interval_too_short
from reprieve.plan.safety.rules.label_value_differs_from_arithmetic import label_value_differs_from_arithmetic
from reprieve.plan.safety.rules.missing_input import exposure_unknown, plan_incomplete, weight_missing
from reprieve.plan.safety.rules.muscle_dose_outside_label import muscle_dose_outside_label
from reprieve.plan.safety.rules.no_verified_limit import no_verified_limit
from reprieve.plan.safety.rules.off_label_indication import below_label_age, off_label_indication
from reprieve.plan.safety.rules.paediatric_cap_exceeded import paediatric_cap_exceeded
from reprieve.plan.safety.rules.paediatric_combined_cap_exceeded import paediatric_combined_cap_exceeded
from reprieve.plan.safety.rules.recorded_risks import other_toxin, recorded_risks
from reprieve.plan.safety.rules.session_dose_outside_label import session_dose_outside_label
from reprieve.plan.safety.rules.session_limit_exceeded import session_limit_exceeded
from reprieve.plan.safety.rules.site_units_exceeded import site_units_exceeded
from reprieve.plan.safety.rules.site_volume_exceeded import site_volume_exceeded
from reprieve.plan.safety.rules.sternocleidomastoid import sternocleidomastoid
from reprieve.plan.safety.rules.titration_step_too_large import titration_step_too_large
from reprieve.plan.safety.rules.units_not_interchangeable import units_not_interchangeable
from reprieve.plan.safety.rules.vials import vials
from reprieve.plan.safety.settings import SafetySettings
from reprieve.record.plan import Plan
from reprieve.reference.reviews import Review

Rule = Callable[[Case], Iterator[LimitCheck | Finding | Gap]]
RULES: tuple[Rule, ...] = (
    implausible_units_for_product,
    cumulative_limit_exceeded,
    session_limit_exceeded,
    paediatric_cap_exceeded,
    paediatric_combined_cap_exceeded,
    recorded_risks,
    session_dose_outside_label,
    muscle_dose_outside_label,
    gland_dose_above_label,
    site_units_exceeded,
    site_volume_exceeded,
    interval_too_short,
    titration_step_too_large,
    sternocleidomastoid,
    other_toxin,
    units_not_interchangeable,
    off_label_indication,
    below_label_age,
    vials,
    label_value_differs_from_arithmetic,
    exposure_unknown,
    weight_missing,
    plan_incomplete,
    no_verified_limit,
)
_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def check(
    plan: Plan,
    *,
    today: date,
    now: datetime | None = None,
    reviews: Sequence[Review] = (),
    settings: SafetySettings | None = None,
) -> CheckReport:
    """Check `plan` against every limit that applies.

    Parameters
    ----------
    plan : Plan
    today : date
        The clinic's date; holds for a plan without one.
    now : datetime, optional
        The moment, for hours since a vial was opened.
    reviews : sequence of Review
        The clinic's own word on rows of the reference data.
    settings : SafetySettings, optional

    Returns
    -------
    CheckReport
        Verdict, totals, all limits that applied with their headroom, findings (heaviest first), gaps.

    Raises
    ------
    InputError
        The plan holds a value that is none, or an unknown name.
    """
    case = case_of(plan, today=today, now=now, reviews=reviews, settings=settings or SafetySettings())
    limits: list[LimitCheck] = []
    gaps: list[Gap] = []
    findings: dict[object, Finding] = {}
    for rule in RULES:
        for outcome in rule(case):
            if isinstance(outcome, LimitCheck):
                limits.append(outcome)
            elif isinstance(outcome, Finding):
                _add(findings, outcome)
            elif outcome not in gaps:
                gaps.append(outcome)
    ordered = tuple(sorted(findings.values(), key=lambda finding: _WEIGHT[finding.severity]))
    return CheckReport(
        verdict=verdict_of(ordered),
        totals=totals_of(case),
        limits=tuple(limits),
        findings=ordered,
        not_checked=tuple(gaps),
        settings=case.settings,
        jurisdiction=case.jurisdiction,
        on=case.on,
    )


def _add(findings: dict[object, Finding], new: Finding) -> None:
    """Add a finding; the same comparison from two documents is said once, at its heavier weight, with both sources."""
    same = new.message if new.limit is None else (new.limit, new.actual, new.unit)
    key = (new.rule, new.subject, same)
    known = findings.get(key)
    if known is None:
        findings[key] = new
        return
    first = known if _WEIGHT[known.severity] <= _WEIGHT[new.severity] else new
    findings[key] = replace(first, sources=tuple(dict.fromkeys((*known.sources, *new.sources))))
