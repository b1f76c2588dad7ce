"""What other programs want to see beside the record: a visit for each session, consent for each share, the forecast.

None of it is read back: a visit is its session, a share is of this server alone, and a forecast is no fact. A forecast
is a RiskAssessment that says which program made it, never an Observation: it is not mixed with what was measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from reprieve.interop.fhir.context import head
from reprieve.interop.fhir.elements import Json, compact, concept, reference
from reprieve.interop.fhir.names import part_id
from reprieve.interop.fhir.sealing import seal
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event

_ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_CONSENT_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
_CONSENT_ACTION = "http://terminology.hl7.org/CodeSystem/consentaction"
_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
# What a forecast says of the dates ahead, by its field.
_COURSE = {"onset": "onset", "peak": "peak", "fading": "fading", "wear_off": "wear-off"}


@dataclass(frozen=True, slots=True)
class ForecastTold:
    """A forecast as the model gives it (`app.forecast`), and by which program on which day."""

    document: Mapping[str, Any]
    program: str
    on: date


def write_visits(resources: Iterable[Json], patient: str) -> list[Json]:
    """Return an Encounter for each session among `resources`; the session says what was done in it."""
    return [
        seal(_visit(told, patient))
        for told in resources
        if told["resourceType"] == "Procedure" and any(p.endswith("/session") for p in told["meta"]["profile"])
    ]


def _visit(procedure: Json, patient: str) -> Json:
    day = procedure.get("performedDateTime")
    return compact(
        {
            **head("Encounter", part_id(patient, "visit", procedure["id"]), "visit"),
            "status": "finished" if procedure.get("status") == "completed" else "in-progress",
            "class": {"system": _ACT, "code": "AMB", "display": "ambulatory"},
            "subject": reference("Patient", patient),
            "period": None if day is None else {"start": day, "end": day},
            "reasonCode": procedure.get("reasonCode"),
            "diagnosis": [{"condition": reference("Procedure", procedure["id"])}],
        }
    )


def write_consents(events: Iterable[Event], patient: str, now: datetime) -> list[Json]:
    """Return a Consent for each share of the chart, active while its link opens something; never its secret."""
    granted: dict[str, Event] = {}
    revoked: set[str] = set()
    for event in events:
        if event.body is None:
            continue
        if event.kind is EventKind.SHARE_GRANTED:
            granted[event.body.share_id] = event
        elif event.kind is EventKind.SHARE_REVOKED:
            revoked.add(event.body.share_id)
        elif event.kind is EventKind.PATIENT_ERASED:
            revoked.update(granted)
    return [seal(_consent(event, patient, key not in revoked, now)) for key, event in granted.items()]


def _consent(event: Event, patient: str, stands: bool, now: datetime) -> Json:
    share = event.body
    return {
        **head("Consent", part_id(patient, "consent", share.share_id), "share"),
        "status": "active" if stands and share.expires_at > now else "inactive",
        "scope": {"coding": [{"system": _CONSENT_SCOPE, "code": "patient-privacy"}]},
        "category": [concept("record", "share", text="Read-only share of a chart")],
        "patient": reference("Patient", patient),
        "dateTime": event.at,
        "performer": [{"display": event.by}],
        "policyRule": {"text": f"Read-only link to the {share.scope}, until its end or until it is taken back"},
        "provision": {
            "type": "permit",
            "period": {"start": event.at, "end": share.expires_at},
            "actor": [
                {
                    "role": {"coding": [{"system": _PARTICIPATION, "code": "IRCP"}]},
                    "reference": {"display": share.for_whom},
                }
            ],
            "action": [{"coding": [{"system": _CONSENT_ACTION, "code": "access"}]}],
        },
    }


def write_forecast(told: ForecastTold, patient: str) -> list[Json]:
    """Return the forecast of the current cycle as a RiskAssessment; none when the model abstains."""
    document = told.document
    if document["abstains"]:
        return []
    predictions = [
        {
            "outcome": concept("forecast", code, text=code),
            "whenPeriod": {"start": document[name]["low"], "end": document[name]["high"]},
            "rationale": f"median {document[name]['median']}",
        }
        for name, code in _COURSE.items()
        if document.get(name) is not None and None not in document[name].values()
    ]
    share = document.get("faded_share")
    if share is not None:
        percent = (Decimal(str(share)) * 100).normalize()
        predictions.append(
            {
                "outcome": concept("forecast", "faded", text="the effect has faded"),
                "probabilityDecimal": Decimal(f"{percent:f}"),
                "whenPeriod": {"start": told.on, "end": told.on},
            }
        )
    return [
        seal(
            compact(
                {
                    **head("RiskAssessment", part_id(patient, "forecast", told.on.isoformat()), "forecast"),
                    # Made by a model from what is known now; nobody has signed it.
                    "status": "preliminary",
                    "method": concept("record", "response-model", text=str(document["model"])),
                    "subject": reference("Patient", patient),
                    "occurrenceDateTime": told.on,
                    "performer": {"display": told.program},
                    "prediction": predictions,
                    "note": [{"text": str(note)} for note in document.get("notes", ())],
                }
            )
        )
    ]
