"""S6: the patient of a plan, drawn from the chart: every dose counts, each once, before, on and after the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from reprieve.app.planning.proposal import propose
from reprieve.record.chart import Assessment, Chart, ChartPatient, Condition, GivenInjection, PostureFinding, Session
from reprieve.record.plan import Exposure, PlanPatient
from reprieve.record.plan_patient import last_given, plan_patient, substance

TODAY = date(2026, 11, 26)
ONA = "onabotulinumtoxinA"
NAMES = (ONA, "Botox", "abobotulinumtoxinA", "Dysport", "a toxin nobody knows")


def session(day: date, units: str = "200", product: str = ONA, number: int = 0) -> Session:
    row = GivenInjection(muscle="splenius_capitis", side="left", units=D(units), sites=4)
    return Session(
        id=f"{day}-{number}",
        date=day,
        product=product,
        indication="cervical_dystonia",
        injections=(row,),
        signed_by="Dr. A. Injector",
    )


def chart(*sessions: Session, exposures: tuple[Exposure, ...] = (), **patient: object) -> Chart:
    person = ChartPatient(id="p", birth_date=date(1960, 1, 1), exposure_history="known", **patient)  # type: ignore[arg-type]
    return Chart(
        patient=person,
        jurisdiction="US",
        conditions=(Condition(condition="cervical_dystonia"),),
        sessions=sessions,
        exposures=exposures,
        assessments=(Assessment(date=TODAY, postures=(PostureFinding(posture="cervical.laterocollis", side="left"),)),),
    )


days = st.integers(-400, 5).map(lambda back: TODAY + timedelta(days=back))
doses = st.tuples(days, st.sampled_from(NAMES), st.sampled_from(("50", "120.5", "300")))


@given(st.lists(doses, max_size=5), st.lists(doses, max_size=5), st.lists(doses, max_size=3))
def test_s06_no_dose_is_lost(own, elsewhere, told) -> None:
    """Every day and substance that anyone named is there; sessions with their own units."""
    made = chart(
        *(session(day, units, product, number) for number, (day, product, units) in enumerate(own)),
        exposures=tuple(Exposure(date=day, product=name, units=D(units)) for day, name, units in elsewhere),
    )
    beside = PlanPatient(exposures=tuple(Exposure(date=day, product=name, units=D(units)) for day, name, units in told))
    found = plan_patient(made, TODAY, beside).exposures
    named = {(day, substance(name)) for day, name, _ in (*own, *elsewhere, *told)}
    assert {(one.date, substance(one.product)) for one in found} == named
    assert [one.date for one in found] == sorted(one.date for one in found)
    here = sorted((day, name, D(units)) for day, name, units in own)
    kept = sorted((one.date, one.product, one.units) for one in found if one.indication == "cervical_dystonia")
    assert kept == here


def test_s06_only_what_can_be_the_same_dose_is_one() -> None:
    """200 units for the neck here; the bladder, another clinic or more units of that day are doses of their own."""
    here = chart(session(TODAY))

    def counted(**other: object) -> int:
        told = Exposure(date=TODAY, product="Botox", **other)  # type: ignore[arg-type]
        return len(plan_patient(here, TODAY, PlanPatient(exposures=(told,))).exposures)

    for same in ({}, {"units": D(200)}, {"units": D(150)}, {"indication": "cervical_dystonia"}):
        assert counted(**same) == 1, same
    for other in ({"indication": "chronic_migraine"}, {"place": "urology"}, {"units": D(201)}):
        assert counted(**other) == 2, other


def test_s06_a_session_of_the_same_day_counts_in_a_proposal() -> None:
    """300 units today leave 100 of the labelled 400 in three months; no proposal is larger, though 200 was usual."""
    empty = propose(chart(session(TODAY - timedelta(days=100))), on=TODAY).document()["proposals"]
    told = propose(chart(session(TODAY - timedelta(days=100)), session(TODAY, "300")), on=TODAY).document()["proposals"]
    assert max(sum(D(row["units"]) for row in proposal["injections"]) for proposal in empty) == 200
    for proposal in told:
        assert sum(D(row["units"]) for row in proposal["injections"]) <= 100
        assert any(one["date"] == TODAY.isoformat() for one in proposal["patient"]["exposures"])
    assert last_given(chart(session(TODAY)), TODAY).date == TODAY  # type: ignore[union-attr]
    assert last_given(chart(), TODAY) is None


def test_a_weight_without_kilograms_takes_none_away() -> None:
    """A date alone is no weight; a newer weight counts; one without a date does not replace a dated one."""
    dated = chart(weight_kg=D(70), weight_date=date(2026, 1, 1))
    for told, expected in (
        (PlanPatient(weight_date=TODAY), (D(70), date(2026, 1, 1))),
        (PlanPatient(weight_kg=D(60)), (D(70), date(2026, 1, 1))),
        (PlanPatient(weight_kg=D(60), weight_date=TODAY), (D(60), TODAY)),
    ):
        found = plan_patient(dated, TODAY, told)
        assert (found.weight_kg, found.weight_date) == expected
    unknown = plan_patient(chart(), TODAY, PlanPatient(weight_kg=D(60)))
    assert (unknown.weight_kg, unknown.weight_date) == (D(60), None)


def test_what_is_told_never_takes_away() -> None:
    """Risks of the chart stay; the chart's own answer on tolerance counts before what was told."""
    known = replace(chart(prior_toxin_tolerated=False), risks=("pregnancy",))
    told = PlanPatient(risks=("dysphagia",), prior_toxin_tolerated=True, age_years=D(5))
    found = plan_patient(known, TODAY, told)
    assert found.risks == ("pregnancy", "dysphagia")
    assert found.prior_toxin_tolerated is False
    assert found.age_years is None  # the birth date of the chart decides
    assert found.exposure_history == "known"
