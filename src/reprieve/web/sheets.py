"""Printed sheets as PDF: the treatment room's, the letter to the referring doctor, the patient's own page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from reprieve.app.accounts import Action
from reprieve.core.errors import InputError
from reprieve.record.plan import Plan
from reprieve.web.caller import Caller, May
from reprieve.web.engines import engine

if TYPE_CHECKING:
    from reprieve.app.sheets import Letterhead

router = APIRouter(tags=["sheets"])
Reader = Annotated[Caller, Depends(May(Action.READ_CHART))]
Planner = Annotated[Caller, Depends(May(Action.CHECK_PLAN))]
PDF = "application/pdf"
ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}}


@router.post("/api/patients/{patient}/sheets/injection.pdf", responses=ANSWER, response_class=Response)
def injection(caller: Planner, patient: str, body: Plan) -> Response:
    """Return the sheet for the treatment room: map, doses, vials, tick boxes, code, head of the record."""
    chart = caller.store.read(caller.person, patient, "injection sheet").chart
    checked = engine("check", "check_plan")(body, today=caller.store.today())
    made = engine("sheets", "injection_sheet")(chart, body, _head(caller), findings=checked.findings)
    return Response(made, media_type=PDF)


@router.get("/api/patients/{patient}/sheets/letter.pdf", responses=ANSWER, response_class=Response)
def letter(
    caller: Reader,
    patient: str,
    session: Annotated[str, Query(max_length=80)],
    to: Annotated[str, Query(min_length=2, max_length=200)],
) -> Response:
    """Return the letter about one session, as given, to the doctor named in `to`."""
    chart = caller.store.read(caller.person, patient, "letter").chart
    given = next((one for one in chart.sessions if one.id == session), None)
    if given is None:
        raise InputError("there is no such session of this patient; open the letter from the chart again")
    made = engine("sheets", "letter")(chart, given, _head(caller), recipient=to, on=caller.store.today())
    return Response(made, media_type=PDF)


@router.get("/api/patients/{patient}/sheets/patient.pdf", responses=ANSWER, response_class=Response)
def patients_page(caller: Reader, patient: str) -> Response:
    """Return the patient's page: what was done, what to expect when, what to watch for; no dose is on it."""
    chart = caller.store.read(caller.person, patient, "patient's page").chart
    today = caller.store.today()
    forecast = engine("forecast", "forecast_chart")(chart, on=today)
    return Response(engine("sheets", "patient_summary")(chart, forecast, _head(caller), on=today), media_type=PDF)


def _head(caller: Caller) -> Letterhead:
    _, head = caller.store.ledger.head()
    return engine("sheets", "Letterhead")(clinic=caller.person.clinic, audit_head=head, printed_at=caller.store.clock())
