"""Read a batch of resources into records; what is not understood is kept and told, never dropped."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reprieve.core.errors import DocumentError
from reprieve.interop.fhir.context import Reading, address_of, has_profile, in_order
from reprieve.interop.fhir.elements import Json
from reprieve.interop.fhir.entries import understands_foreign
from reprieve.interop.fhir.kept import keep, names_toxin, read_wrapped
from reprieve.interop.fhir.kinds import ENTRY_KINDS, HISTORY
from reprieve.interop.fhir.names import derived_id
from reprieve.interop.fhir.patient import is_weight, patient_id, read_patient
from reprieve.interop.fhir.plan import read_plan, read_signed_plan
from reprieve.interop.fhir.reading import Element
from reprieve.interop.fhir.record import FhirRecord, write_record
from reprieve.interop.fhir.sealing import unseal
from reprieve.interop.fhir.session import gather_parts, read_session, read_steps
from reprieve.interop.fhir.understood import Written, may_be_read, withheld
from reprieve.interop.fhir.waste import read_waste
from reprieve.record.chart import Chart
from reprieve.record.event_bodies import KeptResource

_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}")
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Incoming:
    """One resource as it came, and the address that its bundle gives it."""

    resource: Json
    full_url: str | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """What happened to a resource that is not, or not wholly, in the charts."""

    resource: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch told: the records, resources that belong to no single patient, and remarks."""

    records: tuple[FhirRecord, ...]
    kept: tuple[KeptResource, ...]
    remarks: tuple[Remark, ...]


@dataclass(slots=True)
class _Loaded:
    element: Element
    original: Json


def read_batch(incoming: Sequence[Incoming], where: str) -> Batch:
    """Return the records told by `incoming`.

    Raises
    ------
    DocumentError
        In one line: a resource that says it follows this project's profiles and does not, two resources of one id.
    UnitsError
        A dose whose unit is not its product's.
    """
    remarks: list[Remark] = []
    loaded, index = _load(incoming, where, remarks)
    inp = Reading(index)
    elements = [entry.element for entry in loaded.values()]
    usable = [element for element in elements if withheld(element) is None]
    patients = [element for element in usable if element.data["resourceType"] == "Patient"]
    _refuse_shared_ids(patients)
    owner = {key: _owner(entry.element, patients, inp) for key, entry in loaded.items()}
    by_patient: dict[str, list[Element]] = defaultdict(list)
    for element in usable:
        by_patient[owner[address_of(element)] or ""].append(element)
    parts = gather_parts(inp, usable)
    records = [_read_record(inp, patient, by_patient[address_of(patient)], parts, remarks) for patient in patients]
    kept = _kept(inp, loaded, owner, patients, records, remarks)
    whole = [replace(record, kept=tuple(kept[address_of(p)])) for p, record in zip(patients, records, strict=True)]
    return Batch(tuple(whole), tuple(kept[""]), tuple(remarks))


def _load(
    incoming: Sequence[Incoming], where: str, remarks: list[Remark]
) -> tuple[dict[str, _Loaded], dict[str, Element]]:
    loaded: dict[str, _Loaded] = {}
    index: dict[str, Element] = {}
    for number, entry in enumerate(incoming, 1):
        element = _element(entry, number, where)
        address = address_of(element)
        if address in loaded:
            if loaded[address].original != entry.resource:
                raise DocumentError(
                    f"{where}: two different resources share the id {address}; "
                    "nothing was imported, give each its own id"
                )
            remarks.append(Remark(address, "left out", "the same resource came twice"))
            continue
        loaded[address] = _Loaded(element, entry.resource)
        index[address] = element
        if entry.full_url:
            index.setdefault(entry.full_url, element)
    return loaded, index


def _element(entry: Incoming, number: int, where: str) -> Element:
    resource = entry.resource
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or not _TYPE.fullmatch(kind):
        raise DocumentError(f"{where}, resource {number}: {str(kind)[:40]!r} is no resource type; give FHIR R4 JSON")
    key = resource.get("id")
    if key is None:
        # A resource to be created has no id yet; its address in the bundle, or its content, stands for it.
        key = derived_id("incoming", entry.full_url or str(number))
    if not isinstance(key, str) or not _ID.fullmatch(key):
        raise DocumentError(f"{where}, {kind} {number}: id {str(key)[:40]!r} does not fit FHIR; correct it")
    return Element({**unseal(resource), "id": key}, f"{kind}/{key}")


def _refuse_shared_ids(patients: list[Element]) -> None:
    seen: dict[str, str] = {}
    for patient in patients:
        key = patient_id(patient)
        if key in seen:
            raise DocumentError(
                f"{seen[key]} and {patient.where} are both patient {key!r}; nothing was imported, give each its own id"
            )
        seen[key] = patient.where


def _owner(element: Element, patients: list[Element], inp: Reading) -> str | None:
    """Return the one Patient here that a resource speaks of."""
    if element.data["resourceType"] == "Patient":
        return address_of(element) if element in patients else None
    known = {address_of(patient) for patient in patients}
    found: set[str] = set()
    for told in _references(element.data):
        target = inp.index.get(told) or inp.index.get("/".join(told.split("/")[-2:]))
        if target is not None and address_of(target) in known:
            found.add(address_of(target))
    return found.pop() if len(found) == 1 else None


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        told = value.get("reference")
        if isinstance(told, str):
            yield told
        for entry in value.values():
            yield from _references(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _references(entry)


def _read_record(inp: Reading, patient: Element, mine: list[Element], parts: Any, remarks: list[Remark]) -> FhirRecord:
    weights = [element for element in mine if element.data["resourceType"] == "Observation" and is_weight(element)]
    person = read_patient(inp, patient, weights)
    fields: dict[str, tuple[Any, ...]] = {}
    keys: dict[str, tuple[str, ...]] = {"patient": (patient.needed_text("id"),)}

    def told(name: str, found: list[tuple[Element, Any]]) -> tuple[Any, ...]:
        keys[name] = tuple(element.needed_text("id") for element, _ in found)
        return tuple(entry for _, entry in found)

    for kind in ENTRY_KINDS:
        found = [(inp.take(e), kind.read(inp, e)) for e in in_order(e for e in mine if _is(e, kind.profiles))]
        if kind.field == "conditions":
            found += _foreign(inp, mine, kind.read, remarks)
        fields[kind.field] = told(kind.field, found)
    sessions = [(e, read_session(inp, e, parts)) for e in in_order(e for e in mine if has_profile(e, "session"))]
    fields["sessions"] = told("sessions", sessions)
    steps = [step for e, session in sessions if session.id is not None for step in read_steps(e, session.id)]
    plans = [(inp.take(e), read_plan(inp, e)) for e in in_order(e for e in mine if has_profile(e, "plan"))]
    signed = [(e, told_by) for e, plan in plans if (told_by := read_signed_plan(e, plan)) is not None]
    signed_here = {address_of(e) for e, _ in signed}
    fields["drafts"] = told("drafts", [(e, plan) for e, plan in plans if address_of(e) not in signed_here])
    waste = [(inp.take(e), read_waste(inp, e)) for e in in_order(e for e in mine if has_profile(e, "waste"))]
    return FhirRecord(
        chart=Chart(patient=person.patient, jurisdiction=person.jurisdiction, **fields),
        deceased=person.deceased,
        waste=told("waste", waste),
        steps=tuple(steps),
        signed_plans=told("signed_plans", signed),
        keys=keys,
    )


def _is(element: Element, profiles: tuple[tuple[str, str], ...]) -> bool:
    return any(element.data["resourceType"] == kind and has_profile(element, name) for kind, name in profiles)


def _foreign(inp: Reading, mine: list[Element], read: Any, remarks: list[Remark]) -> list[tuple[Element, Any]]:
    """Read foreign resources as far as they fit; one that does not is kept and not a failure."""
    found: list[tuple[Element, Any]] = []
    for element in mine:
        if understands_foreign(element):
            try:
                found.append((element, read(inp, element)))
                inp.take(element)
            except DocumentError as error:
                remarks.append(Remark(element.where, "kept", str(error)))
    return found


def _kept(
    inp: Reading,
    loaded: dict[str, _Loaded],
    owner: dict[str, str | None],
    patients: list[Element],
    records: list[FhirRecord],
    remarks: list[Remark],
) -> dict[str, list[KeptResource]]:
    """Return by patient what is not, or not wholly, in the records."""
    written = Written(resource for record in records for resource in write_record(record))
    only = address_of(patients[0]) if len(patients) == 1 else ""
    kept: dict[str, list[KeptResource]] = defaultdict(list)
    for address, entry in loaded.items():
        place = owner[address] or only
        element = entry.element
        if has_profile(element, "kept-resource") and element.data["resourceType"] == "Binary":
            kept[place].append(read_wrapped(element))
            continue
        if address in inp.understood or has_profile(element, "muscle-site"):
            missing = written.unread(address, entry.original)
            if missing:
                kept[place].append(keep(entry.original))
                remarks.append(Remark(address, "read in part, kept whole", "not in the chart: " + _few(missing)))
            continue
        kept[place].append(keep(entry.original))
        remarks.append(Remark(address, "kept", _why(element, entry)))
    return kept


def _few(paths: list[str]) -> str:
    shown = ", ".join(path.lstrip("/").replace("/", ".") for path in paths[:5])
    return shown + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")


def _why(element: Element, entry: _Loaded) -> str:
    told = withheld(element)
    if told is not None:
        why = told
    elif any(has_profile(element, name) for name in HISTORY):
        why = "it tells the history, visits, shares or forecast of another record, which this one does not take over"
    elif may_be_read(element):
        why = "its patient, session or plan is not in this batch, or a newer one took its place"
    else:
        why = "the record has no word for it"
    if names_toxin(str(entry.original)) and not any(has_profile(element, name) for name in HISTORY):
        why += "; it speaks of botulinum toxin: look whether it is an exposure to enter"
    return why
