"""Reference data for the screens: muscles, products, postures, scales, drawings."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from reprieve.app.accounts.accounts import Action
from reprieve.app.record.reference import (
    bodymap_rows,
    drawing_text,
    muscle_rows,
    posture_rows,
    product_rows,
    scale_rows,
)
from reprieve.app.reference import search_reference
from reprieve.core.documents import as_json
from reprieve.web.caller import Caller, May, json_answer
from reprieve.web.errors import NotReadyError

router = APIRouter(tags=["reference"])
Reader = Annotated[Caller, Depends(May(Action.READ_REFERENCE))]
# The data change with the program only; the browser asks again and mostly hears "not modified" from its cache.
KEEP = {"Cache-Control": "private, max-age=600"}


@router.get("/api/reference/muscles")
def muscles(_: Reader) -> Response:
    """Return muscles, label groups and glands that a plan may name."""
    return json_answer(muscle_rows(), headers=KEEP)


@router.get("/api/reference/products")
def products(_: Reader) -> Response:
    """Return the products by nonproprietary name, with brands and vial sizes."""
    try:
        return json_answer(product_rows(), headers=KEEP)
    except ImportError:
        raise NotReadyError("this build has no formulary yet; no product can be listed") from None


@router.get("/api/reference/postures")
def postures(_: Reader) -> Response:
    """Return the named postures."""
    return json_answer(posture_rows(), headers=KEEP)


@router.get("/api/reference/scales")
def scales(_: Reader) -> Response:
    """Return the rating scales with their items; wording only where its licence allows."""
    return json_answer(scale_rows(), headers=KEEP)


@router.get("/api/reference/bodymap")
def bodymap(_: Reader) -> Response:
    """Return which muscles lie under which region of the drawings."""
    return json_answer(bodymap_rows(), headers=KEEP)


@router.get("/api/reference/bodymap/{name}.svg")
def bodymap_drawing(_: Reader, name: str) -> Response:
    """Return one drawing."""
    return Response(drawing_text(name), media_type="image/svg+xml", headers=KEEP)


@router.get("/api/reference/search")
def search(_: Reader, text: Annotated[str, Query(min_length=1, max_length=200)], limit: int = 50) -> Any:
    """Search the rows of the reference data."""
    return json_answer({"rows": as_json(search_reference(text)[: max(1, min(limit, 200))])})
