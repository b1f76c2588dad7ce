"""The needle that is in the muscle now: figures of an amplifier in the clinic's network, line by line."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response, StreamingResponse

from reprieve.app.accounts.accounts import Action
from reprieve.web.caller import Caller, May
from reprieve.web.errors import NotReadyError

router = APIRouter(tags=["emg"])
LINES = "application/x-ndjson"
# Each listener holds a thread of the server; a clinic has few needles in muscles at once.
MOST_LISTENERS = 4
_free = threading.BoundedSemaphore(MOST_LISTENERS)
ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {LINES: {"schema": {"type": "string"}}}}}


@router.get("/api/emg/live", responses=ANSWER, response_class=StreamingResponse)
def live(
    _: Annotated[Caller, Depends(May(Action.WRITE_ASSESSMENT))],
    source: Annotated[str, Query(pattern=r"^lsl:\S.*$", max_length=120)],
    channel: Annotated[str | None, Query(max_length=80)] = None,
) -> Response:
    """Return the running figures of a needle, one JSON document a line, until one of the two sides ends it."""
    from reprieve.app.emg.live_screen import live_lines

    if not _free.acquire(blocking=False):
        raise NotReadyError(f"{MOST_LISTENERS} needles are listened to already; end one of them first")
    try:
        lines = live_lines(source, channel)
    except BaseException:
        _free.release()
        raise
    return StreamingResponse(_until_the_end(lines), media_type=LINES, headers={"Cache-Control": "no-store"})


def _until_the_end(lines: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from lines
    finally:
        _free.release()
