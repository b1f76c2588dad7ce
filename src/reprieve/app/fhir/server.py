"""Reading and searching the exported resources, one patient's at a time, with the same access checks as the screens."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from reprieve.app.accounts.accounts import Action, Person
from reprieve.app.clinic import Clinic, NoSuchPatientError
from reprieve.app.clinic_search import find_patients
from reprieve.app.fhir.records import consents_of_patient, resources_of_patient
from reprieve.app.record.glass import may
from reprieve.core.errors import AccessError, InputError
from reprieve.core.letters import plain_letters
from reprieve.interop.fhir.capability import OTHER_SEARCH, PATIENT_SEARCH, served_types
from reprieve.interop.fhir.elements import Json
from reprieve.interop.fhir.names import identifier_system, logical_id, owner_mark
from reprieve.store.tables import events

PATIENTS_KEPT = 32
LARGEST_PAGE = 500
DEFAULT_PAGE = 100
# They change while the chart keeps its version: each reading adds one, a share is taken back or ends.
CHANGES_UNSEEN = ("AuditEvent", "Consent")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of results; `next` is the offset (a patient's id for patients) of the next page."""

    resources: list[Json]
    total: int | None
    next: str | None


class FhirServer:
    """The resources of a clinic for other programs.

    Parameters
    ----------
    store : Clinic
    """

    def __init__(self, store: Clinic) -> None:
        self.store = store
        self._kept: OrderedDict[tuple[str, str, int, date], list[Json]] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, person: Person, kind: str, key: str) -> Json:
        """Return one resource.

        Raises
        ------
        NoSuchPatientError
            There is none, or it belongs to a chart that `person` may not read: both answer the same.
        """
        if kind not in served_types():
            raise NoSuchPatientError(f"{kind} is not served here; see the CapabilityStatement at /metadata")
        patient = key if kind == "Patient" else self._owner(person.clinic, key)
        resources = self._of(person, patient, kind) if patient is not None else []
        for resource in resources:
            if resource["resourceType"] == kind and resource.get("id") == key:
                return resource
        raise NoSuchPatientError(f"there is no {kind}/{key[:70]}; search by patient")

    def search(self, person: Person, kind: str, wanted: dict[str, str], *, count: int, offset: str | None) -> Page:
        """Return a page of resources.

        Raises
        ------
        InputError
            A parameter that this server does not know: ignoring one would answer more than was asked.
        """
        known = PATIENT_SEARCH if kind == "Patient" else OTHER_SEARCH
        for name in wanted:
            if name not in known:
                raise InputError(f"{kind} has no search parameter {name[:40]!r}; it has {', '.join(known)}")
        if kind == "Patient":
            return self._patients(person, wanted, count, offset)
        if "patient" not in wanted:
            raise InputError(f"a search for {kind} needs patient; add patient=ID")
        place = _whole(offset)
        found = [
            resource
            for resource in self._of(person, wanted["patient"].removeprefix("Patient/"), kind)
            if resource["resourceType"] == kind and wanted.get("_id") in (None, resource.get("id"))
        ]
        more = place + count < len(found)
        return Page(found[place : place + count], len(found), str(place + count) if more else None)

    def everything(self, person: Person, key: str, *, count: int, offset: str | None) -> Page:
        """Return all resources of a patient but those about accesses."""
        place = _whole(offset)
        found = [r for r in self._of(person, key, "Patient") if r["resourceType"] not in CHANGES_UNSEEN]
        found += consents_of_patient(self.store, person.clinic, self._patient(person.clinic, key) or key)
        more = place + count < len(found)
        return Page(found[place : place + count], len(found), str(place + count) if more else None)

    def _patients(self, person: Person, wanted: dict[str, str], count: int, offset: str | None) -> Page:
        key = wanted.get("_id") or _identifier(wanted.get("identifier"))
        if key is not None:
            patient = self._patient(person.clinic, key)
            rows = [] if patient is None or not may(self.store, person, Action.READ_CHART, patient) else [patient]
            resources = [self._of(person, row, "Patient")[0] for row in rows]
            return Page([r for r in resources if _fits(r, wanted)], len(rows), None)
        words = " ".join(wanted[name] for name in ("name", "birthdate") if name in wanted)
        page = find_patients(self.store, person.clinic, search=words, limit=min(count, 200), after=offset)
        open_here = [row for row in page.rows if may(self.store, person, Action.READ_CHART, row.patient_id)]
        return Page([self._of(person, row.patient_id, "Patient")[0] for row in open_here], None, page.next)

    def _of(self, person: Person, key: str, kind: str) -> list[Json]:
        """Return the resources of a patient and tell that they were read."""
        patient = self._patient(person.clinic, key)
        if patient is None:
            raise NoSuchPatientError("this clinic has no such patient; search by name")
        if not may(self.store, person, Action.READ_CHART, patient):
            raise AccessError("this chart is closed; ask who looks after it, or break the glass with a reason")
        if kind == "AuditEvent" and not person.may(Action.READ_AUDIT):
            raise AccessError(f"the role {person.role.value} may not read who accessed a chart; ask an administrator")
        version = self.store.read(person, patient, f"FHIR {kind}").version
        if kind in CHANGES_UNSEEN:
            return resources_of_patient(self.store, person.clinic, patient)
        place = (person.clinic, patient, version, self.store.today())
        with self._lock:
            kept = self._kept.get(place)
        if kept is None:
            kept = resources_of_patient(self.store, person.clinic, patient)
            with self._lock:
                self._kept[place] = kept
                while len(self._kept) > PATIENTS_KEPT:
                    self._kept.popitem(last=False)
        return kept

    def _patient(self, clinic: str, key: str) -> str | None:
        """Return the patient whose own or logical id `key` is."""
        if len(key) <= 128 and self.store.ledger.version(clinic, key) is not None:
            return key
        return next((row for row, _ in self.store.patient_ids(clinic) if logical_id(row) == key), None)

    def _owner(self, clinic: str, key: str) -> str | None:
        """Return the patient whose chart holds the resource `key`."""
        mark, dot, _ = key.partition(".")
        if dot:
            known = (row for row, _ in self.store.patient_ids(clinic))
            return next((row for row in known if owner_mark(logical_id(row)) == mark), None)
        with self.store.database.read() as connection:
            return connection.scalar(select(events.c.patient).where(events.c.clinic == clinic, events.c.id == key))


def _whole(offset: str | None) -> int:
    if offset is None:
        return 0
    if not (offset.isascii() and offset.isdigit() and len(offset) <= 9):
        raise InputError(f"_offset must be a whole number, but got {offset[:20]!r}; follow the link of the last page")
    return int(offset)


def _identifier(told: str | None) -> str | None:
    if told is None:
        return None
    system, bar, value = told.partition("|")
    return value if bar and system in ("", identifier_system("patient")) else told if not bar else ""


def _fits(resource: Json, wanted: dict[str, str]) -> bool:
    name = " ".join([resource.get("name", [{}])[0].get("family", ""), *resource.get("name", [{}])[0].get("given", [])])
    words = plain_letters(wanted.get("name", "")).split()
    return all(word in plain_letters(name) for word in words) and wanted.get("birthdate") in (
        None,
        resource.get("birthDate"),
    )
