"""Sign-in by the clinic's identity provider: to it, and back with a code."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from reprieve.app.accounts.accounts import Role
from reprieve.app.accounts.challenges import MINUTES
from reprieve.app.oidc import Door, begin_sign_in, finish_sign_in
from reprieve.core.errors import ReprieveError
from reprieve.web.access import PROVIDER, keep_signed_in
from reprieve.web.caller import COOKIE, Rooms, rooms_of
from reprieve.web.errors import NotFoundError, refuse

router = APIRouter(tags=["access"])
BACK = PROVIDER + "/back"
STEP = "reprieve_provider"
REFUSED = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Reprieve</title>
<h1>Not signed in</h1><p>{message}</p><p><a href="/">Back to the sign-in page</a></p></html>"""


@router.get(PROVIDER, status_code=303, response_class=RedirectResponse)
def to_provider(request: Request) -> Response:
    """Send the browser to the identity provider."""
    rooms, door = _door(request)
    try:
        address, key = begin_sign_in(rooms.store.accounts, door, rooms.origin(request) + BACK)
    except ReprieveError as error:
        return _refused(error)
    answer = RedirectResponse(address, status_code=303)
    # Lax, unlike the sign-in itself: the way back from the provider comes from another site.
    answer.set_cookie(
        STEP, key, max_age=MINUTES * 60, httponly=True, samesite="lax", secure=rooms.secure, path=PROVIDER
    )
    return answer


@router.get(BACK, status_code=303, response_class=RedirectResponse)
def from_provider(request: Request) -> Response:
    """Sign in whom the provider sends back; the answer sets the cookie."""
    rooms, door = _door(request)
    try:
        token, person = finish_sign_in(
            rooms.store.accounts,
            door,
            key=request.cookies.get(STEP, ""),
            answer=dict(request.query_params),
            redirect_uri=rooms.origin(request) + BACK,
            old_token=request.cookies.get(COOKIE),
        )
    except ReprieveError as error:
        return _refused(error)
    # A fresh address without the code; 303 keeps it out of the browser's history.
    answer = RedirectResponse("/phone" if person.role is Role.PATIENT else "/", status_code=303)
    keep_signed_in(rooms, answer, token, person.role)
    answer.delete_cookie(STEP, path=PROVIDER)
    return answer


def _door(request: Request) -> tuple[Rooms, Door]:
    rooms = rooms_of(request)
    rooms.limits.address(request.client.host if request.client else "")
    if rooms.door is None:
        raise NotFoundError("this server knows no identity provider; sign in with name and password")
    return rooms, rooms.door


def _refused(error: ReprieveError) -> Response:
    """Return a page, for a person stands before it; the step is over."""
    page = REFUSED.format(message=escape(str(error)))
    answer = HTMLResponse(page, status_code=refuse(error).status_code, headers={"Cache-Control": "no-store"})
    answer.delete_cookie(STEP, path=PROVIDER)
    return answer
