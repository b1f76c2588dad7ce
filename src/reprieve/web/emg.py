"""EMG recordings on the screen: sent, read, answered, and kept nowhere but in the browser that sent them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from reprieve.app.accounts.accounts import Action
from reprieve.web.caller import Caller, May, json_answer

router = APIRouter(tags=["emg"])
Assessor = Annotated[Caller, Depends(May(Action.WRITE_ASSESSMENT))]
UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post("/api/emg/samples", openapi_extra=UPLOAD)
async def samples(_: Assessor, request: Request) -> Response:
    """Return the samples of an uploaded recording, ready to draw.

    Both ways the frame is four bytes of length (little endian), a JSON header, then bytes: the file, or 16-bit samples.
    """
    from reprieve.app.emg.screen import samples_for_screen

    body = await request.body()
    frame = await run_in_threadpool(samples_for_screen, body)
    return Response(frame, media_type="application/octet-stream")


@router.post("/api/emg/report", openapi_extra=UPLOAD)
async def report(_: Assessor, request: Request) -> Response:
    """Return the report on an uploaded recording; the header may say which muscle a channel is, and mark epochs."""
    from reprieve.app.emg.screen import report_for_screen

    body = await request.body()
    return json_answer(await run_in_threadpool(report_for_screen, body))
