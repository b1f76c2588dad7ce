"""The patient's own pages: own entries, own course, who read the chart. Never a dose, never an advice to inject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from reprieve.app.accounts.accounts import Action
from reprieve.app.record.entries import record_entry
from reprieve.app.record.head_angles import require_camera_at_home
from reprieve.app.record.mine import own_export, own_page, own_patient, own_readings
from reprieve.app.record.own_file import seal
from reprieve.record.chart import DiaryEntry, HeadAngles, Symptom
from reprieve.web.caller import Caller, May, MayWrite, json_answer

router = APIRouter(tags=["mine"])
Own = Annotated[Caller, Depends(May(Action.READ_OWN))]
OwnWriter = Annotated[Caller, Depends(MayWrite(Action.WRITE_OWN))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passphrase:
    """The words that the file opens with; nobody else knows them, and nobody can find them again."""

    passphrase: str


@router.get("/api/mine")
def mine(caller: Own) -> Response:
    """Return the patient's own page."""
    return json_answer(own_page(caller.store, caller.rooms.forecasts, caller.person))


@router.get("/api/mine/readings")
def readings(caller: Own) -> Response:
    """Return who read the own chart, and when."""
    return json_answer({"rows": own_readings(caller.store, caller.person)})


@router.get("/api/mine/export")
def export(caller: Own) -> Response:
    """Return everything that the record holds about the patient, as a file."""
    headers = {"Content-Disposition": 'attachment; filename="my-record.json"'}
    return json_answer(own_export(caller.store, caller.person), headers=headers)


@router.post("/api/mine/export-encrypted", responses={200: {"content": {"text/html": {}}}})
def sealed_export(caller: Own, body: Passphrase) -> Response:
    """Return the own record as one encrypted page that opens in any browser with the passphrase."""
    page = seal(own_export(caller.store, caller.person), body.passphrase)
    headers = {"Content-Disposition": 'attachment; filename="my-record.html"'}
    return Response(page, media_type="text/html", headers=headers)


@router.post("/api/mine/diary", status_code=201)
def diary(caller: OwnWriter, body: DiaryEntry) -> Any:
    """Record a diary entry; another one for the same day takes its place."""
    return _write(caller, "diary", body)


@router.post("/api/mine/symptoms", status_code=201)
def symptoms(caller: OwnWriter, body: Symptom) -> Any:
    """Record a side effect."""
    return _write(caller, "symptoms", body)


@router.post("/api/mine/head-angles", status_code=201)
def head_angles(caller: OwnWriter, body: HeadAngles) -> Any:
    """Record head angles by the phone's camera, for research; refused where the clinic does not collect them."""
    require_camera_at_home(caller.store, caller.person)
    return _write(caller, "head-angles", body)


def _write(caller: Caller, name: str, body: Any) -> Any:
    patient = own_patient(caller.person)
    return record_entry(caller.store, caller.person, patient, name, body, request=caller.write).answer
