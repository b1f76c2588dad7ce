"""Reminders of the diary on the patient's own phone: offered, turned on, turned off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from reprieve.app.accounts.accounts import Action
from reprieve.app.reminders.subscriptions import Language, offer, subscribe, unsubscribe
from reprieve.web.caller import Caller, May, MayWrite, json_answer

router = APIRouter(tags=["mine"])
OwnWriter = Annotated[Caller, Depends(MayWrite(Action.WRITE_OWN))]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscription:
    """What `PushSubscription.toJSON` tells, and the language of the one sentence."""

    endpoint: str
    p256dh: str
    auth: str
    language: Language = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class OldSubscription:
    """The browser to forget; without one, all of the account."""

    endpoint: str | None = None


@router.get("/api/mine/reminders")
def reminders(caller: Annotated[Caller, Depends(May(Action.READ_OWN))]) -> Response:
    """Return whether the clinic offers reminders, and the key a browser subscribes with."""
    return json_answer(offer(caller.store, caller.person))


@router.post("/api/mine/reminders", status_code=204)
def turn_on(caller: OwnWriter, body: NewSubscription) -> Response:
    """Remind this browser of the diary."""
    subscribe(
        caller.store,
        caller.person,
        endpoint=body.endpoint,
        p256dh=body.p256dh,
        auth=body.auth,
        language=body.language,
        request=caller.write,
    )
    return Response(status_code=204)


@router.post("/api/mine/reminders/stop", status_code=204)
def turn_off(caller: OwnWriter, body: OldSubscription) -> Response:
    """Send this browser, or all of the account, nothing more."""
    unsubscribe(caller.store, caller.person, endpoint=body.endpoint, request=caller.write)
    return Response(status_code=204)
