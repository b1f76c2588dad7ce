"""What the safety rules must know of a patient, drawn from the chart: all toxin of anyone, each dose once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from reprieve.record.chart import Chart, Session
from reprieve.record.plan import Exposure, LastSession, PlanPatient
from reprieve.reference.formulary.product import product_of


def plan_patient(chart: Chart, on: date, told: PlanPatient | None = None) -> PlanPatient:
    """Return the patient of a plan for the day `on`.

    Sessions of that very day count: a second one must be summed with the first. So does what is dated later: a session
    that is written down late must not hide behind those after it. The chart decides; what was told beside it (a risk,
    an exposure named just now) counts too and never takes away.

    Parameters
    ----------
    chart : Chart
    on : date
        Day of the plan.
    told : PlanPatient, optional
        What the plan says beside the chart.

    Returns
    -------
    PlanPatient
        Exposures oldest first. One that names the day and the substance of a session here, and no other use, place or
        more units, is that session, told again.
    """
    told = told or PlanPatient()
    person = chart.patient
    weight_kg, weight_date = _weight(chart, told)
    return PlanPatient(
        id=person.id,
        birth_date=person.birth_date or told.birth_date,
        age_years=told.age_years if person.birth_date is None else None,
        weight_kg=weight_kg,
        weight_date=weight_date,
        risks=tuple(dict.fromkeys((*chart.risks, *told.risks))),
        exposure_history=person.exposure_history if told.exposure_history == "unknown" else told.exposure_history,
        exposures=_exposures(chart, told),
        prior_toxin_tolerated=told.prior_toxin_tolerated
        if person.prior_toxin_tolerated is None
        else person.prior_toxin_tolerated,
    )


def given_sessions(chart: Chart, on: date) -> tuple[Session, ...]:
    """Return the sessions up to and on the day `on` in which something was injected, oldest first."""
    given = (one for one in chart.sessions if one.injections and one.date <= on)
    return tuple(sorted(given, key=lambda one: one.date))


def last_given(chart: Chart, on: date) -> LastSession | None:
    """Return this clinic's latest session up to `on`, for the titration rule; None where there is none."""
    given = given_sessions(chart, on)
    return LastSession(date=given[-1].date, product=given[-1].product, units=given[-1].units) if given else None


def substance(name: str) -> str:
    """Return the nonproprietary name behind a name or brand; an unknown name stays as it is."""
    found = product_of(name)
    return name if found is None else found.id


def _exposures(chart: Chart, told: PlanPatient) -> tuple[Exposure, ...]:
    own = [
        Exposure(date=one.date, product=one.product, indication=one.indication, units=one.units, place=one.place)
        for one in given_sessions(chart, date.max)
    ]
    listed = dict.fromkeys((*chart.exposures, *told.exposures))
    elsewhere = [one for one in listed if not any(_told_again(one, session) for session in own)]
    return tuple(sorted((*own, *elsewhere), key=lambda one: one.date))


def _told_again(told: Exposure, session: Exposure) -> bool:
    """Return whether an exposure is a session of this clinic; where it may be another dose of that day it is not."""
    return (
        (told.date, substance(told.product)) == (session.date, substance(session.product))
        and told.indication in (None, session.indication)
        and told.place in (None, session.place)
        and (told.units is None or session.units is None or told.units <= session.units)
    )


def _weight(chart: Chart, told: PlanPatient) -> tuple[Decimal | None, date | None]:
    """Return the newer weight; one without a date does not replace one with a date."""
    person = chart.patient
    if told.weight_kg is None:
        return person.weight_kg, person.weight_date
    newer = told.weight_date is not None and (person.weight_date is None or told.weight_date > person.weight_date)
    if newer or person.weight_kg is None:
        return told.weight_kg, told.weight_date
    return person.weight_kg, person.weight_date
