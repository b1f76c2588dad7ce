"""Reading: today's list, the patients, a chart and what the engines say about it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response

from reprieve.app.accounts.accounts import Action
from reprieve.app.clinic_search import find_patients
from reprieve.app.documents import adapter
from reprieve.app.record.history import history_of
from reprieve.app.record.mine import person_export
from reprieve.app.record.namesakes import namesakes
from reprieve.app.reviews.rows import reviews_of
from reprieve.core.documents import as_json
from reprieve.record.chart import ChartPatient
from reprieve.web.caller import Caller, May, conditional, json_answer

router = APIRouter(tags=["patients"])
Reader = Annotated[Caller, Depends(May(Action.READ_CHART))]
Lister = Annotated[Caller, Depends(May(Action.READ_WORK_LIST))]
Registrar = Annotated[Caller, Depends(May(Action.REGISTER_PATIENT))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Words of a name, an id or a birth date, and which page."""

    search: Annotated[str, Field(max_length=200)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: Annotated[str | None, Field(max_length=64)] = None


adapter(Search)
adapter(ChartPatient)


@router.get("/api/today")
def today(caller: Lister, date: Annotated[date | None, Query()] = None) -> Response:
    """Return the list of one day: who comes, who is fading, what needs attention."""
    caller.store.tell_reading(caller.person, None, "work list")
    return json_answer(caller.rooms.work_list.on(caller.person.clinic, date or caller.store.today()))


@router.get("/api/patients")
def patients(
    caller: Lister,
    search: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Find patients by name, id or birth date, a page at a time."""
    page = find_patients(caller.store, caller.person.clinic, search=search, limit=limit, after=after)
    return json_answer(as_json(page))


@router.post("/api/patients/search")
def search(caller: Lister, body: Search) -> Response:
    """Find patients as above; names stay out of the address, which proxies and histories keep."""
    page = find_patients(caller.store, caller.person.clinic, search=body.search, limit=body.limit, after=body.after)
    return json_answer(as_json(page))


@router.post("/api/patients/namesakes")
def of_the_same_name(caller: Registrar, body: ChartPatient) -> Any:
    """Return who has the name and birth date of a patient that is about to be registered."""
    return {"rows": [other for one in namesakes(caller.store, caller.person.clinic, [body]) for other in one.others]}


@router.get("/api/patients/{patient}/chart")
def chart(request: Request, caller: Reader, patient: str) -> Response:
    """Return the folded chart; its ETag is the version that a write may name in If-Match."""
    view = caller.store.read(caller.person, patient, "chart")
    return conditional(request, str(view.version), lambda: as_json(view.chart))


@router.get("/api/patients/{patient}/forecast")
def forecast(caller: Reader, patient: str, on: Annotated[date | None, Query()] = None) -> Response:
    """Return the forecast of the current cycle: curve with bands, dates of onset, peak, fading, wearing off."""
    told = caller.rooms.forecasts.of(caller.person.clinic, patient, on or caller.store.today())
    caller.store.tell_reading(caller.person, patient, "forecast")
    return json_answer(told)


@router.get("/api/patients/{patient}/forecast/explanation")
def forecast_explanation(caller: Reader, patient: str, on: Annotated[date | None, Query()] = None) -> Response:
    """Return which of the latest scores moved the forecast, and how much of it is the person."""
    from reprieve.app.forecast import explain_chart

    view = caller.store.read(caller.person, patient, "forecast")
    return json_answer(as_json(explain_chart(view.chart, on=on or caller.store.today())))


@router.get("/api/patients/{patient}/assessment")
def assessment(caller: Reader, patient: str) -> Response:
    """Return the muscles ranked by the probability that they take part."""
    from reprieve.app.assessment import assess_chart

    view = caller.store.read(caller.person, patient, "assessment")
    return json_answer(as_json(assess_chart(view.chart)))


@router.get("/api/patients/{patient}/proposals")
def proposals(
    caller: Annotated[Caller, Depends(May(Action.CHECK_PLAN))],
    patient: str,
    product: Annotated[str | None, Query(max_length=80)] = None,
    goal: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Return proposals with their reasons; none of them changes a plan."""
    from reprieve.app.planning.proposal import propose

    view = caller.store.read(caller.person, patient, "proposals")
    reviews = reviews_of(caller.store, caller.person.clinic)
    told = propose(view.chart, on=caller.store.today(), goal=goal, product=product, reviews=reviews)
    return json_answer(as_json(told.document()))


@router.get("/api/patients/{patient}/since")
def since(caller: Reader, patient: str) -> Response:
    """Return what happened since the last session."""
    from reprieve.app.follow import since_last_time

    view = caller.store.read(caller.person, patient, "since last time")
    return json_answer(_document(since_last_time(view.chart, on=caller.store.today())))


@router.get("/api/patients/{patient}/next-visit")
def next_visit(caller: Reader, patient: str) -> Response:
    """Return the window of the next visit with its reasons."""
    from reprieve.app.follow import next_visit as window

    view = caller.store.read(caller.person, patient, "next visit")
    return json_answer(_document(window(view.chart, on=caller.store.today())))


@router.get("/api/patients/{patient}/history")
def history(request: Request, caller: Reader, patient: str) -> Response:
    """Return every entry with its earlier versions: who, when, old, new, why."""
    view = caller.store.read(caller.person, patient, "history")
    clinic = caller.person.clinic
    return conditional(request, f"{view.version}-history", lambda: {"rows": history_of(caller.store, clinic, patient)})


@router.get("/api/patients/{patient}/export")
def export(caller: Annotated[Caller, Depends(May(Action.EXPORT_CHART))], patient: str) -> Response:
    """Return all that the record holds about one patient."""
    view = caller.store.read(caller.person, patient, "export")
    told = person_export(caller.store, caller.person.clinic, patient, view.chart)
    headers = {"Content-Disposition": 'attachment; filename="chart.json"'}
    return Response(json.dumps(told, ensure_ascii=False), media_type="application/json", headers=headers)


def _document(told: Any) -> Any:
    return as_json(told.document() if hasattr(told, "document") else told)
