"""Every rule over one plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from reprieve.core.findings import Finding, Severity, verdict_of
from reprieve.plan.safety.case import Case, case_of
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.plan.safety.report import CheckReport, totals_of
from reprieve.plan.safety.rules.age_missing import age_missing
from reprieve.plan.safety.rules.below_label_age import below_label_age
from reprieve.plan.safety.rules.bilateral_scm import bilateral_scm
from reprieve.plan.safety.rules.contraindicated import contraindicated
from reprieve.plan.safety.rules.cosmetic_product import cosmetic_product
from reprieve.plan.safety.rules.cumulative_limit_exceeded import cumulative_limit_exceeded
from reprieve.plan.safety.rules.date_missing import date_missing
from reprieve.plan.safety.rules.diluent_missing import diluent_missing
from reprieve.plan.safety.rules.dilutions_differ import dilutions_differ
from reprieve.plan.safety.rules.exposure_after_plan import exposure_after_plan
from reprieve.plan.safety.rules.exposure_date_unlikely import exposure_date_unlikely
from reprieve.plan.safety.rules.exposure_unknown import exposure_unknown
from reprieve.plan.safety.rules.gland_dose_above_label import gland_dose_above_label
from reprieve.plan.safety.rules.gland_dose_below_label import gland_dose_below_label
from reprieve.plan.safety.rules.implausible_units_for_product import implausible_units_for_product
from reprieve.plan.safety.rules.interaction import interaction
from reprieve.plan.safety.rules.interval_too_short import interval_too_short
from reprieve.plan.safety.rules.jurisdiction_missing import jurisdiction_missing
from reprieve.plan.safety.rules.label_value_differs_from_arithmetic import label_value_differs_from_arithmetic
from reprieve.plan.safety.rules.limb_differs_from_side import limb_differs_from_side
from reprieve.plan.safety.rules.muscle_dose_above_label import muscle_dose_above_label
from reprieve.plan.safety.rules.muscle_dose_below_label import muscle_dose_below_label
from reprieve.plan.safety.rules.no_verified_limit import no_verified_limit
from reprieve.plan.safety.rules.off_label_indication import off_label_indication
from reprieve.plan.safety.rules.paediatric_cap_exceeded import paediatric_cap_exceeded
from reprieve.plan.safety.rules.paediatric_combined_cap_exceeded import paediatric_combined_cap_exceeded
from reprieve.plan.safety.rules.risk_not_recognised import risk_not_recognised
from reprieve.plan.safety.rules.scm_side_above_150 import scm_side_above_150
from reprieve.plan.safety.rules.scm_total_above_100 import scm_total_above_100
from reprieve.plan.safety.rules.session_dose_above_label import session_dose_above_label
from reprieve.plan.safety.rules.session_dose_below_label import session_dose_below_label
from reprieve.plan.safety.rules.session_limit_exceeded import session_limit_exceeded
from reprieve.plan.safety.rules.side_missing import side_missing
from reprieve.plan.safety.rules.site_units_exceeded import site_units_exceeded
from reprieve.plan.safety.rules.site_volume_exceeded import site_volume_exceeded
from reprieve.plan.safety.rules.site_volume_outside_label import site_volume_outside_label
from reprieve.plan.safety.rules.sites_differ_from_label import sites_differ_from_label
from reprieve.plan.safety.rules.special_population import special_population
from reprieve.plan.safety.rules.titration_step_too_large import titration_step_too_large
from reprieve.plan.safety.rules.units_not_interchangeable import units_not_interchangeable
from reprieve.plan.safety.rules.vial_expired import vial_expired
from reprieve.plan.safety.rules.vial_not_on_file import vial_not_on_file
from reprieve.plan.safety.rules.vial_over_time import vial_over_time
from reprieve.plan.safety.rules.vial_too_small import vial_too_small
from reprieve.plan.safety.rules.volume_differs_from_dilution import volume_differs_from_dilution
from reprieve.plan.safety.rules.weight_missing import weight_missing
from reprieve.plan.safety.rules.weight_stale import weight_stale
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
    contraindicated,
    interaction,
    special_population,
    risk_not_recognised,
    session_dose_above_label,
    session_dose_below_label,
    muscle_dose_above_label,
    muscle_dose_below_label,
    sites_differ_from_label,
    gland_dose_above_label,
    gland_dose_below_label,
    site_units_exceeded,
    site_volume_exceeded,
    site_volume_outside_label,
    interval_too_short,
    titration_step_too_large,
    scm_total_above_100,
    scm_side_above_150,
    bilateral_scm,
    units_not_interchangeable,
    cosmetic_product,
    off_label_indication,
    below_label_age,
    age_missing,
    vial_expired,
    vial_over_time,
    vial_too_small,
    vial_not_on_file,
    diluent_missing,
    dilutions_differ,
    volume_differs_from_dilution,
    label_value_differs_from_arithmetic,
    exposure_unknown,
    exposure_after_plan,
    exposure_date_unlikely,
    weight_missing,
    weight_stale,
    jurisdiction_missing,
    date_missing,
    side_missing,
    limb_differs_from_side,
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
