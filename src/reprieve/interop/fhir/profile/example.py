"""An invented patient that uses every profile once; nobody in it exists."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from reprieve.interop.fhir.derived import ForecastTold, write_consents, write_forecast, write_visits
from reprieve.interop.fhir.elements import Json
from reprieve.interop.fhir.history import write_history
from reprieve.interop.fhir.names import logical_id
from reprieve.interop.fhir.record import FhirRecord, write_record
from reprieve.record.chart import (
    Appointment,
    Assessment,
    Chart,
    ChartPatient,
    Condition,
    DiaryEntry,
    GivenInjection,
    Goal,
    HeadAngles,
    MuscleEffect,
    MuscleEmg,
    MuscleExamination,
    OtherTreatment,
    PostureFinding,
    Rating,
    Session,
    SkippedInjection,
    Symptom,
)
from reprieve.record.event_bodies import ChecklistStep, Reading, Share, Waste
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.record.plan import Exposure, Injection, Plan, PlanPatient, Reconstitution, SitePosition, Vial

PRODUCT = "onabotulinumtoxinA"
_DAY = date(2026, 3, 2)
_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def example_record() -> FhirRecord:
    """Return the invented record."""
    return FhirRecord(
        chart=Chart(
            patient=ChartPatient(
                id="example",
                family_name="Example",
                given_name="Alex",
                birth_date=date(1970, 5, 17),
                sex="other",
                weight_kg=Decimal("70.5"),
                weight_date=_DAY,
                exposure_history="known",
                prior_toxin_tolerated=True,
                language="en",
            ),
            jurisdiction="US",
            conditions=(Condition(condition="cervical_dystonia", since=date(2019, 4, 1)),),
            risks=("anticoagulant", "human_albumin_allergy"),
            goals=(Goal(text="Look straight ahead while driving", date=_DAY, muscle="splenius_capitis", side="left"),),
            exposures=(Exposure(date=date(2025, 11, 3), product=PRODUCT, indication="cervical_dystonia"),),
            sessions=(_session(),),
            ratings=(
                Rating(date=_DAY, scale="tsui", total=Decimal(9)),
                Rating(date=_DAY, scale="nrs_pain", total=Decimal(4), rater="R. Example"),
            ),
            diary=(DiaryEntry(date=date(2026, 3, 12), severity=Decimal("3.5"), pain=Decimal(2)),),
            head_angles=(_head_angles(),),
            symptoms=(
                Symptom(
                    date=date(2026, 3, 9),
                    symptom="dysphagia",
                    resolved=date(2026, 3, 16),
                    session="example-session",
                    lot="LOT-EXAMPLE",
                ),
            ),
            assessments=(_assessment(),),
            other_treatments=(OtherTreatment(date=date(2026, 2, 2), treatment="physiotherapy"),),
            appointments=(Appointment(date=date(2026, 6, 8)),),
            drafts=(_draft(),),
        ),
        waste=(Waste(session_id="example-session", product=PRODUCT, units=Decimal(20), reason="left in the vial"),),
        steps=(ChecklistStep(session_id="example-session", step="identity", at=_NOON),),
    )


def _session() -> Session:
    return Session(
        id="example-session",
        date=_DAY,
        product=PRODUCT,
        indication="cervical_dystonia",
        jurisdiction="US",
        reconstitution=Reconstitution(
            vials=(
                Vial(
                    units=Decimal(100),
                    diluent_ml=Decimal(2),
                    lot="LOT-EXAMPLE",
                    expires=date(2027, 8, 31),
                    opened_at=_NOON,
                ),
            )
        ),
        injections=(
            GivenInjection(
                muscle="splenius_capitis",
                side="left",
                units=Decimal("62.50"),
                sites=3,
                volume_ml=Decimal("1.25"),
                guidance="emg",
                lot="LOT-EXAMPLE",
                positions=(SitePosition(view="neck_back", x=Decimal("0.4173"), y=Decimal("0.2250"), map="1"),),
            ),
            GivenInjection(muscle="sternocleidomastoid", side="right", units=Decimal("17.5"), sites=2),
        ),
        skipped=(SkippedInjection(muscle="levator_scapulae", side="left", reason="not active on EMG"),),
        muscle_effects=(MuscleEffect(muscle="splenius_capitis", side="left", effect="better", date=date(2026, 4, 6)),),
        signed_by="I. Example, MD",
        signed_at=_NOON,
        place="Example clinic",
    )


def _assessment() -> Assessment:
    return Assessment(
        date=_DAY,
        postures=(PostureFinding(posture="cervical.torticollis", side="left", angle_deg=Decimal(35)),),
        examination=(MuscleExamination(muscle="splenius_capitis", side="left", hypertrophy=True, pain=False),),
        emg=(MuscleEmg(muscle="splenius_capitis", side="left", activity_percent_mvc=42.0, leads=True),),
        sensory_trick=True,
    )


def _head_angles() -> HeadAngles:
    return HeadAngles(
        date=date(2026, 3, 12),
        turn_deg=Decimal(18),
        tilt_deg=Decimal(-6),
        nod_deg=Decimal(4),
        turn_error_deg=Decimal(10),
        tilt_error_deg=Decimal(8),
        nod_error_deg=Decimal(12),
        turn_moved_deg=Decimal("2.5"),
        tilt_moved_deg=Decimal(1),
        nod_moved_deg=Decimal(1),
        pictures=140,
        method="phone camera, six points of a face",
        version="1",
        entered_at=_NOON,
    )


def _draft() -> Plan:
    return Plan(
        product=PRODUCT,
        indication="cervical_dystonia",
        injections=(Injection(muscle="splenius_capitis", side="left", units=Decimal(60), sites=3),),
        jurisdiction="US",
        date=date(2026, 6, 8),
        patient=PlanPatient(age_years=Decimal(56), weight_kg=Decimal("70.5"), risks=("anticoagulant",)),
    )


def example_resources() -> list[Json]:
    """Return the resources of the invented record, with one change, one reading, a share and a forecast."""
    record = example_record()
    patient = record.chart.patient.id
    kinds = {EventKind.CHART_READ: Reading(what="chart"), EventKind.DIARY_ENTERED: record.chart.diary[0]}
    events = [
        Event(id=f"example-{kind}", kind=kind, clinic="example", patient=patient, by="R. Example", at=_NOON, body=body)
        for kind, body in kinds.items()
    ]
    share = Share(share_id="s", scope="chart", expires_at=_NOON, secret_hash="", for_whom="Dr. B. Example")
    granted = replace(events[0], id="example-share", kind=EventKind.SHARE_GRANTED, body=share)
    dates = {
        name: {"low": "2026-04-01", "median": "2026-04-03", "high": "2026-04-08"} for name in ("onset", "wear_off")
    }
    forecast = {"abstains": False, "model": "example", "faded_share": 0.25, "notes": ["invented"], **dates}
    key, resources = logical_id(patient), write_record(record)
    return [
        *resources,
        *write_history(events, key, {}),
        *write_visits(resources, key),
        *write_consents([granted], key, _NOON),
        *write_forecast(ForecastTold(forecast, "reprieve (example)", _DAY), key),
    ]
