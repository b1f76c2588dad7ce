"""Writing single entries: one route for each kind, made from the table of kinds; corrections with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from reprieve.app.accounts.accounts import Action
from reprieve.app.documents import adapter
from reprieve.app.record.entries import (
    ENTRIES,
    amend_entry,
    amend_patient,
    record_entry,
    register_patient,
)
from reprieve.app.record.erasure import erase_patient
from reprieve.core.errors import InputError
from reprieve.record.event_bodies import Registration
from reprieve.web.caller import Caller, MayWrite

router = APIRouter(tags=["entries"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A corrected entry: `body` as the entry's own document, or null to void it; `reason` stays in the record."""

    reason: str
    kind: str | None = None
    body: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why something is done; it stays in the record."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendedPatient:
    """The particulars anew, whole, and why."""

    reason: str
    registration: Registration


def _write_route(name: str) -> Callable[..., Any]:
    kind = ENTRIES[name]

    def write(caller: Any, patient: str, body: Any) -> Any:
        return record_entry(
            caller.store, caller.person, patient, name, body, request=caller.write, seen=caller.seen
        ).answer

    write.__doc__ = f"Record an entry: {name.replace('-', ' ')}."
    write.__name__ = f"write_{name.replace('-', '_')}"
    # FastAPI reads the types from here; each kind of entry has its own document.
    write.__annotations__ = {
        "caller": Annotated[Caller, Depends(MayWrite(kind.action))],
        "patient": str,
        "body": kind.body,
        "return": Any,
    }
    return write


for _name, _kind in ENTRIES.items():
    adapter(_kind.body)  # marks the document so that unknown fields are refused
    router.add_api_route(f"/api/patients/{{patient}}/{_name}", _write_route(_name), methods=["POST"], status_code=201)
adapter(Registration)


@router.post("/api/patients", status_code=201)
def register(caller: Annotated[Caller, Depends(MayWrite(Action.REGISTER_PATIENT))], body: Registration) -> Any:
    """Register a new patient."""
    return register_patient(caller.store, caller.person, body, request=caller.write).answer


@router.post("/api/patients/{patient}/particulars")
def particulars(
    caller: Annotated[Caller, Depends(MayWrite(Action.REGISTER_PATIENT))], patient: str, body: AmendedPatient
) -> Any:
    """Correct who the patient is: name, birth date, weight, whether toxin elsewhere is known."""
    return amend_patient(
        caller.store,
        caller.person,
        patient,
        body.registration,
        reason=body.reason,
        request=caller.write,
        seen=caller.seen,
    ).answer


@router.post("/api/patients/{patient}/erase")
def erase(caller: Annotated[Caller, Depends(MayWrite(Action.ERASE_PATIENT))], patient: str, body: Why) -> Any:
    """Erase who the patient was; what was given stays under a pseudonym."""
    return erase_patient(caller.store, caller.person, patient, reason=body.reason, request=caller.write).answer


@router.post("/api/patients/{patient}/entries/{entry}")
def amend(
    caller: Annotated[Caller, Depends(MayWrite(Action.AMEND_ENTRY))], patient: str, entry: str, body: Amendment
) -> Any:
    """Correct or void an entry; the old version stays in the history."""
    return amend_entry(
        caller.store,
        caller.person,
        patient,
        entry,
        _corrected(body),
        reason=body.reason,
        request=caller.write,
        seen=caller.seen,
    ).answer


def _corrected(body: Amendment) -> Any:
    from reprieve.app.documents import parse

    if body.body is None:
        return None
    if body.kind is None or body.kind not in ENTRIES:
        raise InputError(f"kind must be one of {', '.join(ENTRIES)}, but got {body.kind!r}; name the kind of the entry")
    import json

    return parse(ENTRIES[body.kind].body, json.dumps(body.body), "body")
