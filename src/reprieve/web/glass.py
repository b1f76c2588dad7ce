"""Closed charts, breaking the glass, and the alerts that follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from reprieve.app.accounts.accounts import Action
from reprieve.app.record.glass import alerts, break_glass, close_chart, see_alert
from reprieve.web.caller import Caller, May, MayWrite

router = APIRouter(tags=["access"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """Why a chart has to be read now."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Who alone may open the chart; nobody named opens it for all again."""

    names: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What came of looking into an alert."""

    note: str = ""


@router.post("/api/glass/{patient_id}")
def open_in_emergency(
    caller: Annotated[Caller, Depends(MayWrite(Action.BREAK_GLASS))], patient_id: str, body: Emergency
) -> Any:
    """Break the glass: read one chart for an hour, with a reason; an alert is raised."""
    return break_glass(caller.store, caller.person, patient_id, body.reason, caller.write).answer


@router.post("/api/patients/{patient}/closed")
def close(caller: Annotated[Caller, Depends(MayWrite(Action.CLOSE_CHART))], patient: str, body: Closing) -> Any:
    """Let only the named accounts open a chart."""
    return close_chart(caller.store, caller.person, patient, body.names, body.reason, caller.write).answer


@router.get("/api/alerts")
def list_alerts(caller: Annotated[Caller, Depends(May(Action.READ_AUDIT))]) -> Any:
    """Return the broken glasses, newest first, and who looked into each."""
    return {"rows": alerts(caller.store, caller.person.clinic)}


@router.post("/api/alerts/{alert}/seen")
def seen(caller: Annotated[Caller, Depends(MayWrite(Action.READ_AUDIT))], alert: str, body: Note) -> Any:
    """Record that one looked into an alert."""
    return see_alert(caller.store, caller.person, alert, body.note, caller.write).answer
