"""The neck in three dimensions with the needles of a plan: asked for when the drawing is opened."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from reprieve.app.accounts.accounts import Action
from reprieve.core.documents import as_json
from reprieve.record.plan import Plan
from reprieve.web.caller import Caller, May, json_answer

router = APIRouter(tags=["simulation"])


@router.post("/api/simulate/neck")
def neck(_: Annotated[Caller, Depends(May(Action.CHECK_PLAN))], body: Plan) -> Response:
    """Return muscles, structures at risk, the needles of the plan and how far their toxin goes, as places in mm."""
    from reprieve.app.simulation.neck import neck_scene

    return json_answer(as_json(neck_scene(body)))
