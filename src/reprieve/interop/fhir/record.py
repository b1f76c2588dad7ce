"""One patient's whole record as FHIR sees it, and how it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from reprieve.core.documents import canonical
from reprieve.interop.fhir.clinical import write_symptom
from reprieve.interop.fhir.context import Writing
from reprieve.interop.fhir.elements import Json, reference
from reprieve.interop.fhir.kept import write_kept
from reprieve.interop.fhir.kinds import ENTRY_KINDS
from reprieve.interop.fhir.names import logical_id, part_id
from reprieve.interop.fhir.patient import Person, write_patient
from reprieve.interop.fhir.plan import write_plan
from reprieve.interop.fhir.sealing import seal
from reprieve.interop.fhir.session import write_session
from reprieve.interop.fhir.waste import write_waste
from reprieve.record.chart import Chart
from reprieve.record.event_bodies import ChecklistStep, KeptResource, SignedPlan, Waste


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirRecord:
    """A chart and what the record holds beside it.

    Attributes
    ----------
    kept : tuple of KeptResource
        Foreign resources as they came.
    keys : mapping
        Field to the logical ids of its entries, where they are known; the others get ids from their content.
    """

    chart: Chart
    deceased: date | None = None
    waste: tuple[Waste, ...] = ()
    steps: tuple[ChecklistStep, ...] = ()
    signed_plans: tuple[SignedPlan, ...] = ()
    kept: tuple[KeptResource, ...] = ()
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)


def write_record(record: FhirRecord) -> list[Json]:
    """Return the resources of `record`, the Patient first; decimals are `Decimal`, everything else plain JSON."""
    chart = record.chart
    patient = record.keys.get("patient", (logical_id(chart.patient.id),))[0]
    out = Writing(patient)
    write_patient(out, Person(patient=chart.patient, jurisdiction=chart.jurisdiction, deceased=record.deceased))
    requests = _signed_plans(out, record)
    procedures = _sessions(out, record, requests)
    for kind in ENTRY_KINDS:
        write: Callable[..., Any] = kind.write
        keys = _keys(out, record, kind.field, getattr(chart, kind.field))
        for place, (key, entry) in enumerate(zip(keys, getattr(chart, kind.field), strict=True)):
            if kind.field == "symptoms":
                write_symptom(out, key, place, entry, procedures)
            else:
                write(out, key, place, entry)
    for place, (key, plan) in enumerate(zip(_keys(out, record, "drafts", chart.drafts), chart.drafts, strict=True)):
        write_plan(out, key, place, plan)
    for place, (key, waste) in enumerate(zip(_keys(out, record, "waste", record.waste), record.waste, strict=True)):
        write_waste(out, key, place, waste)
    sealed = [seal(resource) for resource in out.resources]
    return [*sealed, *write_kept(record.kept, patient, sealed)]


def _signed_plans(out: Writing, record: FhirRecord) -> dict[str, dict[tuple[str, str | None], Json]]:
    keys = _keys(out, record, "signed_plans", record.signed_plans)
    return {
        signed.session_id: write_plan(out, key, place, signed.plan, signed)
        for place, (key, signed) in enumerate(zip(keys, record.signed_plans, strict=True))
    }


def _sessions(
    out: Writing, record: FhirRecord, requests: dict[str, dict[tuple[str, str | None], Json]]
) -> dict[str, Json]:
    sessions = record.chart.sessions
    keys = _keys(out, record, "sessions", sessions, by=lambda session: ("id", session.id) if session.id else session)
    procedures: dict[str, Json] = {}
    for place, (key, session) in enumerate(zip(keys, sessions, strict=True)):
        first = session.id is not None and session.id not in procedures
        steps = tuple(step for step in record.steps if first and step.session_id == session.id)
        write_session(out, key, place, session, steps, requests.get(session.id or ""))
        if session.id is not None:
            procedures.setdefault(session.id, reference("Procedure", key))
    return procedures


def _keys(
    out: Writing, record: FhirRecord, field_name: str, rows: tuple[Any, ...], by: Callable[[Any], Any] | None = None
) -> list[str]:
    """Return one id for each entry: the known one, else one that follows from the content."""
    known = record.keys.get(field_name)
    if known is not None and len(known) == len(rows):
        return list(known)
    seen: Counter[bytes] = Counter()
    keys: list[str] = []
    for row in rows:
        content = canonical(by(row) if by else row)
        keys.append(part_id(out.patient, field_name, content.decode("utf-8", "replace"), str(seen[content])))
        seen[content] += 1
    return keys
