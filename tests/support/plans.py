"""Plans for the tests of the rules, in one line each."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from reprieve.core.findings import Finding
from reprieve.plan.safety import CheckReport, check
from reprieve.record.plan import Exposure, Injection, LastSession, Plan, PlanPatient, Reconstitution, Vial

TODAY = date(2026, 11, 26)
ONA, ABO, INCO = "onabotulinumtoxinA", "abobotulinumtoxinA", "incobotulinumtoxinA"
DAXI, RIMA = "daxibotulinumtoxinA", "rimabotulinumtoxinB"
CD, BLEPH, ARM, LEG = "cervical_dystonia", "blepharospasm", "upper_limb_spasticity", "lower_limb_spasticity"


def inject(muscle: str, units: object, side: Any = "left", sites: int | None = 5, **more: Any) -> Injection:
    """Return one injection; five sites unless told."""
    return Injection(muscle=muscle, units=Decimal(str(units)), side=side, sites=sites, **more)


def given(days_ago: int, units: object, product: str = ONA, indication: str | None = CD) -> Exposure:
    """Return a dose of `days_ago`."""
    dose = None if units is None else Decimal(str(units))
    return Exposure(date=TODAY - timedelta(days=days_ago), product=product, units=dose, indication=indication)


def last(days_ago: int, units: object, product: str = ONA) -> LastSession:
    """Return the last session."""
    return LastSession(date=TODAY - timedelta(days=days_ago), product=product, units=Decimal(str(units)))


def vials(*sizes: object, diluent_ml: object = 2, **more: Any) -> Reconstitution:
    """Return vials of these sizes, all made up alike."""
    return Reconstitution(
        vials=tuple(Vial(units=Decimal(str(size)), diluent_ml=Decimal(str(diluent_ml)), **more) for size in sizes)
    )


def plan(
    product: str = ONA,
    indication: str = CD,
    *injections: Injection,
    jurisdiction: Any = "US",
    age: object = 50,
    weight: object = None,
    weighed: int = 10,
    risks: tuple[str, ...] = (),
    history: Any = "known",
    exposures: tuple[Exposure, ...] = (),
    tolerated: bool | None = None,
    on: date | None = TODAY,
    **more: Any,
) -> Plan:
    """Return a plan that says everything unless told otherwise."""
    return Plan(
        product=product,
        indication=indication,
        injections=injections or (inject("splenius_capitis", 50),),
        jurisdiction=jurisdiction,
        date=on,
        patient=PlanPatient(
            age_years=None if age is None else Decimal(str(age)),
            weight_kg=None if weight is None else Decimal(str(weight)),
            weight_date=None if weight is None else TODAY - timedelta(days=weighed),
            risks=risks,
            exposure_history=history,
            exposures=exposures,
            prior_toxin_tolerated=tolerated,
        ),
        **more,
    )


def report_of(one: Plan, **more: Any) -> CheckReport:
    """Return the check as of `TODAY`."""
    return check(one, today=TODAY, **more)


def border(rule: str, product: str, use: str, jurisdiction: str, limit: int) -> tuple[list[Finding], list[Finding]]:
    """Return what `rule` says of this limit to a session of exactly that, and to one of half a unit more."""
    muscle = {ARM: "brachialis", LEG: "soleus"}.get(use, "splenius_capitis")
    told = []
    for units in (limit, limit + 0.5):
        # An earlier dose, so that this is not the first.
        one = plan(
            product,
            use,
            inject(muscle, units, sites=60),
            jurisdiction=jurisdiction,
            exposures=(given(200, 10, product),),
        )
        told.append([finding for finding in found(one, rule) if finding.limit == limit])
    return told[0], told[1]


def found(one: Plan, rule: str, subject: str | None = None, **more: Any) -> list[Finding]:
    """Return the findings of one rule."""
    return [
        finding
        for finding in report_of(one, **more).findings
        if finding.rule == rule and (subject is None or finding.subject == subject)
    ]


def rules_of(one: Plan, **more: Any) -> set[str]:
    """Return the names of the rules that have something to say."""
    return {finding.rule for finding in report_of(one, **more).findings}
