"""Printed sheets as PDF: the treatment room's, the letter to the referring doctor, the patient's own page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from reprieve.app.accounts.accounts import Action
from reprieve.app.reviews.rows import reviews_of
from reprieve.core.errors import InputError
from reprieve.record.plan import Plan
from reprieve.web.caller import Caller, May

if TYPE_CHECKING:
    from reprieve.app.sheets.printing import Letterhead

router = APIRouter(tags=["sheets"])
Reader = Annotated[Caller, Depends(May(Action.READ_CHART))]
Planner = Annotated[Caller, Depends(May(Action.CHECK_PLAN))]
PDF = "application/pdf"
ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}}


@router.post("/api/patients/{patient}/sheets/injection.pdf", responses=ANSWER, response_class=Response)
def injection(caller: Planner, patient: str, body: Plan) -> Response:
    """Return the sheet for the treatment room: map, doses, vials, tick boxes, code, head of the record."""
    from reprieve.app.check import check_plan
    from reprieve.app.sheets.printing import injection_sheet

    chart = caller.store.read(caller.person, patient, "injection sheet").chart
    reviews, now = reviews_of(caller.store, caller.person.clinic), caller.store.clock()
    checked = check_plan(body, today=now.date(), now=now, reviews=reviews)
    made = injection_sheet(chart, body, _head(caller), findings=checked.findings)
    return Response(made, media_type=PDF)


@router.get("/api/patients/{patient}/sheets/letter.pdf", responses=ANSWER, response_class=Response)
def letter(
    caller: Reader,
    patient: str,
    session: Annotated[str, Query(max_length=80)],
    to: Annotated[str, Query(min_length=2, max_length=200)],
) -> Response:
    """Return the letter about one session, as given, to the doctor named in `to`."""
    from reprieve.app.sheets.printing import letter as letter_about

    chart = caller.store.read(caller.person, patient, "letter").chart
    given = next((one for one in chart.sessions if one.id == session), None)
    if given is None:
        raise InputError("there is no such session of this patient; open the letter from the chart again")
    made = letter_about(chart, given, _head(caller), recipient=to, on=caller.store.today())
    return Response(made, media_type=PDF)


@router.get("/api/patients/{patient}/sheets/patient.pdf", responses=ANSWER, response_class=Response)
def patients_page(caller: Reader, patient: str) -> Response:
    """Return the patient's page: what was done, what to expect when, what to watch for; no dose is on it."""
    from reprieve.app.forecast import forecast_chart
    from reprieve.app.sheets.printing import patient_summary

    chart = caller.store.read(caller.person, patient, "patient's page").chart
    today = caller.store.today()
    forecast = forecast_chart(chart, on=today)
    return Response(patient_summary(chart, forecast, _head(caller), on=today), media_type=PDF)


def _head(caller: Caller) -> Letterhead:
    from reprieve.app.sheets.printing import Letterhead

    _, head = caller.store.ledger.head()
    return Letterhead(clinic=caller.person.clinic, audit_head=head, printed_at=caller.store.clock())
