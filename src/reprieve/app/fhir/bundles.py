"""FHIR in and out: Bundles and Bulk Data folders, of the store and of chart documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from reprieve.app.accounts.accounts import Person, Role
from reprieve.app.clinic import DEFAULT_CLINIC, Clinic
from reprieve.app.documents import read_text
from reprieve.app.fhir.records import events_of_kept, events_of_record, kept_of_clinic, resources_of_patient
from reprieve.app.record.namesakes import Namesakes, namesakes
from reprieve.app.transfer.charts import transfer
from reprieve.app.transfer.checks import check_charts
from reprieve.core.errors import ConflictError, DocumentError, InputError
from reprieve.core.once import first_twice
from reprieve.interop.fhir.bulk import read_folder, read_ndjson
from reprieve.interop.fhir.bundle import read_bundle
from reprieve.interop.fhir.elements import Json
from reprieve.interop.fhir.json_text import read_json
from reprieve.interop.fhir.reader import Batch, Remark, read_batch
from reprieve.interop.fhir.record import FhirRecord, write_record
from reprieve.record.chart import Chart
from reprieve.record.event_kinds import EventKind

REASON = "imported from FHIR"


@dataclass(frozen=True, slots=True)
class FhirImport:
    """What came in; `remarks` name each resource that is not, or not wholly, in the charts."""

    patients: tuple[str, ...]
    events: int
    head: str
    kept: int
    remarks: tuple[Remark, ...]
    namesakes: tuple[Namesakes, ...] = ()


def export_resources(
    store: Clinic, patient: str | None, *, by: str, clinic: str = DEFAULT_CLINIC, history: bool = True
) -> Iterator[Json]:
    """Yield the resources of `patient`, or of every patient and the clinic's kept ones; each reading is recorded."""
    person = Person(clinic, by, Role.ADMINISTRATOR)
    wanted = [patient] if patient is not None else [key for key, _ in store.patient_ids(clinic)]
    for key in wanted:
        store.read(person, key, "FHIR export")
        yield from resources_of_patient(store, clinic, key, history=history)
    if patient is None:
        for entry in kept_of_clinic(store, clinic):
            yield read_json(entry.text, f"kept {entry.resource_type}")
    store.append([transfer(store, EventKind.RECORD_EXPORTED, "FHIR resources", len(wanted), by=by, clinic=clinic)])


def resources_of_charts(charts: Iterable[Chart]) -> Iterator[Json]:
    """Yield the resources of chart documents."""
    seen: set[str] = set()
    for chart in charts:
        if chart.patient.id in seen:
            raise ConflictError(f"two charts are of patient {chart.patient.id!r}; give each patient once")
        seen.add(chart.patient.id)
        yield from write_record(FhirRecord(chart=chart))


def read_source(source: str) -> Batch:
    """Return what a Bundle, a resource, an NDJSON file or a Bulk Data folder tells; ``-`` is standard input."""
    if source != "-" and Path(source).is_dir():
        incoming = read_folder(Path(source))
        return read_batch(incoming, source)
    where = "standard input" if source == "-" else source
    text = read_text(source)
    if not text.strip():
        raise DocumentError(f"{where} is empty; give a FHIR Bundle or NDJSON")
    lines = [line for line in text.split("\n") if line.strip()]
    ndjson = source.endswith(".ndjson") or (len(lines) > 1 and all(line.lstrip().startswith('{"') for line in lines))
    return read_batch(read_ndjson(text, where) if ndjson else read_bundle(text, where), where)


def import_batch(
    store: Clinic, batch: Batch, *, by: str, new_patient_id: str | None = None, clinic: str = DEFAULT_CLINIC
) -> FhirImport:
    """Record the patients of `batch` as new ones, all or none, with everything that was not understood.

    Raises
    ------
    ConflictError
        A patient of that id is in the record, or an entry is later than the patient's death.
    InputError
        An entry cannot be true.
    """
    records = _named(batch.records, new_patient_id)
    check_charts(
        [record.chart for record in records],
        today=store.today(),
        deceased=[record.deceased for record in records],
    )
    twice = first_twice(record.chart.patient.id for record in records)
    if twice is not None:
        raise ConflictError(f"two patients of this batch are {twice!r}; nothing was imported, give each an id")
    known = store.known_patients(clinic, [record.chart.patient.id for record in records])
    if known:
        raise ConflictError(
            f"patient {sorted(known)[0]!r} is in the record already, and another system's id may mean somebody else; "
            "nothing was imported, give the imported patient another id with --id"
        )
    at = store.clock()
    events = [
        event for record in records for event in events_of_record(record, clinic=clinic, by=by, at=at, reason=REASON)
    ]
    events += events_of_kept(batch.kept, clinic=clinic, by=by, at=at, reason=REASON)
    expected = {record.chart.patient.id: None for record in records}
    told = transfer(store, EventKind.RECORD_IMPORTED, "FHIR resources", len(records), by=by, clinic=clinic)
    receipt = store.append([*events, told], expected=expected)
    return FhirImport(
        patients=tuple(record.chart.patient.id for record in records),
        events=receipt.last - receipt.first,  # without the one that tells of the import
        head=receipt.head,
        kept=sum(len(record.kept) for record in records) + len(batch.kept),
        remarks=batch.remarks,
        namesakes=namesakes(store, clinic, (record.chart.patient for record in records)),
    )


def _named(records: tuple[FhirRecord, ...], new_patient_id: str | None) -> tuple[FhirRecord, ...]:
    if not records:
        raise DocumentError("this batch holds no Patient, so nothing can go into a chart; give the Patient too")
    if new_patient_id is None:
        return records
    if len(records) != 1:
        raise InputError(f"--id names one patient, but {len(records)} came; import them one by one")
    chart = records[0].chart
    return (replace(records[0], chart=replace(chart, patient=replace(chart.patient, id=new_patient_id))),)
