"""What a plan would do in the muscles: asked for when the panel is opened, never part of the live check."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from reprieve.app.accounts.accounts import Action
from reprieve.core.documents import as_json
from reprieve.record.plan import Plan
from reprieve.web.caller import Caller, May, json_answer

router = APIRouter(tags=["simulation"])
Planner = Annotated[Caller, Depends(May(Action.CHECK_PLAN))]
# Enough for a band on a screen; the command line takes as many as one wants.
DRAWS = 40
# Days between two points of a drawn curve.
STRIDE = 3


@router.post("/api/simulate")
def simulate(_: Planner, body: Plan, days: Annotated[int, Query(ge=7, le=365)] = 168) -> Response:
    """Return block and force of each muscle over time with their bands, and what reaches the surroundings."""
    from reprieve.app.simulation.of_plan import simulate_plan

    told = as_json(simulate_plan(body, days=days, draws=DRAWS))
    return json_answer(_thinned(told))


@router.post("/api/simulate/slice")
def slice_(_: Planner, body: Plan, height_mm: Annotated[float | None, Query(ge=-2000, le=2000)] = None) -> Response:
    """Return a level cut through the neck with the bound toxin, the muscles and the structures at risk."""
    from reprieve.app.simulation.slice import slice_of_neck

    return json_answer(as_json(slice_of_neck(body, height_mm=height_mm)))


class Question(BaseModel):
    """A plan, changes of it and another plan to set beside it."""

    plan: Plan
    what_if: list[Annotated[str, Field(max_length=80)]] = Field(default=[], max_length=8)
    other: Plan | None = None


@router.post("/api/simulate/compare")
def compare(_: Planner, body: Question, days: Annotated[int, Query(ge=7, le=365)] = 168) -> Response:
    """Return the plan beside each change and beside the other plan, under the same draws."""
    from reprieve.app.simulation.what_if import compare_plans

    others = [("other plan", body.other)] if body.other is not None else []
    told = compare_plans(body.plan, changes=body.what_if, others=others, days=days, draws=DRAWS)
    return json_answer(as_json(told))


@router.post("/api/simulate/sensitivity")
def sensitivity(_: Planner, body: Plan) -> Response:
    """Return which assumption moves the answer most."""
    from reprieve.app.simulation.what_if import rank_influences

    return json_answer(as_json({"influences": rank_influences(body, draws=200)}))


@router.post("/api/patients/{patient}/preview")
def preview(caller: Planner, patient: str, body: Plan) -> Response:
    """Return the curve to expect if the plan were given today; nothing is recorded."""
    from reprieve.app.planning.preview import forecast_of_plan

    caller.store.tell_reading(caller.person, patient, "forecast")
    chart = caller.store.view(caller.person.clinic, patient).chart
    return json_answer(as_json(forecast_of_plan(chart, body, on=caller.store.today())))


def _thinned(told: dict[str, Any]) -> dict[str, Any]:
    """Every third day, each muscle's own peak included: a drawing needs no more."""
    kept = sorted({*range(0, len(told["days"]), STRIDE), *(course["peak_day"] for course in told["muscles"])})
    for course in told["muscles"]:
        for name in ("block", "force"):
            course[name] = {line: [values[i] for i in kept] for line, values in course[name].items()}
    told["days"] = [told["days"][i] for i in kept]
    return told
