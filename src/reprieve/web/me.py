"""One's own account: password, codes of a second factor, passkeys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from reprieve.app.accounts.accounts import Action
from reprieve.app.accounts.passkeys import begin_passkey, keep_passkey, passkeys_of, remove_passkey
from reprieve.app.accounts.second_factor import begin_codes, confirm_codes, remove_codes
from reprieve.web.caller import Caller, May, MayWrite

router = APIRouter(tags=["access"])
Own = Annotated[Caller, Depends(May(Action.OWN_ACCOUNT))]
OwnWriter = Annotated[Caller, Depends(MayWrite(Action.OWN_ACCOUNT, without=("old", "new", "password", "code")))]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPassword:
    """A new password, with the old one."""

    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The password again, so that an open screen alone changes nothing."""

    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCode:
    """The first code of a new secret."""

    challenge: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasskey:
    """What the browser made, as its `toJSON` gives it, and a name for it."""

    challenge: str
    credential: dict[str, Any]
    label: str = ""


@router.post("/api/me/password", status_code=204)
def own_password(caller: OwnWriter, body: OwnPassword) -> Response:
    """Change one's own password; all sign-ins end."""
    accounts, person = caller.store.accounts, caller.person
    accounts.confirm_password(person, body.old)
    accounts.change(person.clinic, person.name, by=person.name, password=body.new, request=caller.write)
    return Response(status_code=204)


@router.post("/api/me/codes")
def new_codes(caller: Own, body: Proof) -> Any:
    """Begin a second factor: a secret with its QR drawing; it counts once a code confirmed it."""
    caller.store.accounts.confirm_password(caller.person, body.password)
    return begin_codes(caller.store.accounts, caller.person)


@router.post("/api/me/codes/confirm", status_code=204)
def take_codes(caller: OwnWriter, body: FirstCode) -> Response:
    """Take the second factor into use by its first code."""
    confirm_codes(caller.store.accounts, caller.person, body.challenge, body.code, caller.write)
    return Response(status_code=204)


@router.post("/api/me/codes/remove", status_code=204)
def drop_codes(caller: OwnWriter, body: Proof) -> Response:
    """Take the second factor away."""
    remove_codes(caller.store.accounts, caller.person, body.password, caller.write)
    return Response(status_code=204)


@router.get("/api/me/passkeys")
def list_passkeys(caller: Own) -> Any:
    """Return one's own passkeys."""
    return {"rows": passkeys_of(caller.store.accounts, caller.person)}


@router.post("/api/me/passkeys/options")
def new_passkey(request: Request, caller: Own, body: Proof) -> Any:
    """Begin a passkey: what the browser's `navigator.credentials.create` needs."""
    caller.store.accounts.confirm_password(caller.person, body.password)
    return begin_passkey(caller.store.accounts, caller.person, caller.rooms.site(request))


@router.post("/api/me/passkeys", status_code=204)
def store_passkey(request: Request, caller: OwnWriter, body: NewPasskey) -> Response:
    """Keep the passkey that the browser made."""
    keep_passkey(
        caller.store.accounts,
        caller.person,
        challenge=body.challenge,
        credential=body.credential,
        label=body.label,
        site=caller.rooms.site(request),
        origin=caller.rooms.origin(request),
        request=caller.write,
    )
    return Response(status_code=204)


@router.post("/api/me/passkeys/{passkey}/remove", status_code=204)
def drop_passkey(caller: OwnWriter, passkey: str) -> Response:
    """Take a passkey away."""
    remove_passkey(caller.store.accounts, caller.person, passkey, caller.write)
    return Response(status_code=204)
