"""Shares: grant, list and take back a read-only link; and what whoever holds the link sees."""

from __future__ import annotations

from importlib.resources import files
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from starlette.responses import Response

from reprieve.app.accounts.accounts import Action
from reprieve.app.documents import adapter
from reprieve.app.record.mine import own_patient
from reprieve.app.record.shares import ShareWish, grant_share, revoke_share, shared_chart, shares_of
from reprieve.web.caller import Caller, May, MayWrite, json_answer, rooms_of

router = APIRouter(tags=["shares"])
adapter(ShareWish)
Sharer = Annotated[Caller, Depends(MayWrite(Action.SHARE_CHART))]
Own = Annotated[Caller, Depends(May(Action.READ_OWN))]
OwnWriter = Annotated[Caller, Depends(MayWrite(Action.WRITE_OWN))]


@router.get("/api/patients/{patient}/shares")
def list_shares(caller: Annotated[Caller, Depends(May(Action.SHARE_CHART))], patient: str) -> Response:
    """Return the shares of a chart, with their state; never a secret."""
    caller.store.read(caller.person, patient, "shares")
    return json_answer({"rows": shares_of(caller.store, caller.person.clinic, patient)})


@router.post("/api/patients/{patient}/shares", status_code=201)
def share(caller: Sharer, patient: str, body: ShareWish) -> Any:
    """Grant a share; the link is ``/shared#SECRET``, and its secret is told this once."""
    return grant_share(caller.store, caller.person, patient, body, caller.write).answer


@router.post("/api/patients/{patient}/shares/{share_id}/revoke")
def revoke(caller: Sharer, patient: str, share_id: str) -> Any:
    """Take a share back, at once."""
    return revoke_share(caller.store, caller.person, patient, share_id, caller.write).answer


@router.get("/api/mine/shares")
def own_shares(caller: Own) -> Any:
    """Return the shares of one's own record."""
    return {"rows": shares_of(caller.store, caller.person.clinic, own_patient(caller.person))}


@router.post("/api/mine/shares", status_code=201)
def own_share(caller: OwnWriter, body: ShareWish) -> Any:
    """Share one's own record with another doctor."""
    return grant_share(caller.store, caller.person, own_patient(caller.person), body, caller.write).answer


@router.post("/api/mine/shares/{share_id}/revoke")
def own_revoke(caller: OwnWriter, share_id: str) -> Any:
    """Take a share of one's own record back, whoever granted it."""
    return revoke_share(caller.store, caller.person, own_patient(caller.person), share_id, caller.write).answer


@router.get("/api/shared")
def shared(request: Request, x_share: Annotated[str, Header(min_length=20, max_length=100)]) -> Response:
    """Return what a share shows; its secret comes in the header X-Share, never in an address."""
    rooms = rooms_of(request)
    rooms.limits.address(request.client.host if request.client else "")
    return json_answer(shared_chart(rooms.store, x_share))


@router.get("/shared", include_in_schema=False)
def shared_page() -> Response:
    """Serve the page that opens a share: the secret stays behind the # and is never part of a request's address."""
    return _page("shared.html", "text/html")


@router.get("/shared.js", include_in_schema=False)
def shared_script() -> Response:
    """Serve the script of that page."""
    return _page("shared.js", "text/javascript")


@router.get("/shared.css", include_in_schema=False)
def shared_style() -> Response:
    """Serve the style of that page."""
    return _page("shared.css", "text/css")


def _page(name: str, kind: str) -> Response:
    text = (files("reprieve.web") / "shared_page" / name).read_text(encoding="utf-8")
    return Response(text, media_type=kind, headers={"Cache-Control": "no-cache"})
