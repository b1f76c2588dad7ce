"""Health, signing in and out, who am I, and the accounts of the clinic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from reprieve import __version__
from reprieve.app.accounts.accounts import Action, Person, Role, lasting
from reprieve.app.accounts.passkeys import begin_passkey_sign_in, passkey_sign_in
from reprieve.app.accounts.phone_page import account_of, drawing_of, give_phone_page
from reprieve.app.clinic import DEFAULT_CLINIC
from reprieve.app.demo.record import ACCOUNTS, PASSWORD
from reprieve.core.errors import InputError
from reprieve.web.caller import COOKIE, Caller, May, MayWrite, Rooms, rooms_of

router = APIRouter(tags=["access"])
# Where the browser goes to sign in by the clinic's identity provider.
PROVIDER = "/api/sign-in/provider"
PhoneGiver = Annotated[Caller, Depends(MayWrite(Action.GIVE_PHONE_PAGE, without=("password",)))]
AccountWriter = Annotated[Caller, Depends(MayWrite(Action.MANAGE_ACCOUNTS, without=("password",)))]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Name and password; the six digits where the account asks for them; `clinic` where one server holds several."""

    name: Annotated[str, Field(max_length=128)]
    password: Annotated[str, Field(max_length=1000)]
    code: Annotated[str | None, Field(max_length=12)] = None
    clinic: Annotated[str, Field(max_length=64)] = DEFAULT_CLINIC


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyAnswer:
    """What the browser made of the challenge, as its `toJSON` gives it."""

    challenge: str
    credential: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to make."""

    name: str
    password: str
    role: Role
    patient_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPatch:
    """What to change of an account; its sign-ins end. `second_factor` false takes codes and passkeys away."""

    disabled: bool | None = None
    password: str | None = None
    second_factor: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhonePassword:
    """The first or a new password of a patient; the screen draws it and shows it once."""

    password: str


@router.get("/api/health")
def health(request: Request) -> Any:
    """Say that the server answers, and whether this is a demonstration."""
    rooms = rooms_of(request)
    rooms.store.ledger.head()
    told: dict[str, Any] = {"status": "ok", "version": __version__, "demo": rooms.demo}
    if rooms.door is not None:
        told["identity_provider"] = {"label": rooms.door.document.label, "address": PROVIDER}
    if rooms.demo:
        told["demo_accounts"] = [{"name": a.name, "role": a.role.value, "password": PASSWORD} for a in ACCOUNTS]
    return told


@router.get("/api/me")
def me(caller: Annotated[Caller, Depends(May(Action.OWN_ACCOUNT))]) -> Any:
    """Return who is signed in."""
    return _here(caller.person)


@router.post("/api/sign-in")
def sign_in(request: Request, body: SignIn) -> Response:
    """Sign in; the answer sets the cookie."""
    rooms = rooms_of(request)
    rooms.limits.address(request.client.host if request.client else "")
    old = request.cookies.get(COOKIE)
    token, person = rooms.store.accounts.sign_in(body.clinic, body.name, body.password, code=body.code, old_token=old)
    return with_cookie(rooms, token, person)


@router.post("/api/sign-in/passkey/options")
def passkey_options(request: Request) -> Any:
    """Begin to sign in by a passkey: what the browser's `navigator.credentials.get` needs."""
    rooms = rooms_of(request)
    rooms.limits.address(request.client.host if request.client else "")
    return begin_passkey_sign_in(rooms.store.accounts, rooms.site(request))


@router.post("/api/sign-in/passkey")
def passkey(request: Request, body: PasskeyAnswer) -> Response:
    """Sign in by a passkey; the answer sets the cookie."""
    rooms = rooms_of(request)
    rooms.limits.address(request.client.host if request.client else "")
    token, person = passkey_sign_in(
        rooms.store.accounts,
        challenge=body.challenge,
        credential=body.credential,
        site=rooms.site(request),
        origin=rooms.origin(request),
        old_token=request.cookies.get(COOKIE),
    )
    return with_cookie(rooms, token, person)


def with_cookie(rooms: Rooms, token: str, person: Person) -> Response:
    """Return who signed in, with the cookie that proves it from now on."""
    answer = JSONResponse(_here(person))
    keep_signed_in(rooms, answer, token, person.role)
    return answer


def keep_signed_in(rooms: Rooms, answer: Response, token: str, role: Role) -> None:
    """Give the browser the cookie of a sign-in."""
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(lasting(role).most.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=rooms.secure,
        path="/",
    )


@router.post("/api/sign-out", status_code=204)
def sign_out(request: Request) -> Response:
    """Sign out; the cookie is of no use afterwards."""
    rooms_of(request).store.accounts.sign_out(request.cookies.get(COOKIE))
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, path="/")
    return answer


@router.get("/api/accounts")
def list_accounts(caller: Annotated[Caller, Depends(May(Action.MANAGE_ACCOUNTS))]) -> Any:
    """Return the accounts of the clinic."""
    return {"rows": caller.store.accounts.list_of(caller.person.clinic)}


@router.post("/api/accounts", status_code=201)
def make_account(caller: AccountWriter, body: NewAccount) -> Any:
    """Make an account."""
    person = caller.person
    if body.patient_id is not None and not caller.store.known_patients(person.clinic, [body.patient_id]):
        raise InputError("there is no patient of that id; register the patient first")
    new = Person(person.clinic, body.name, body.role, body.patient_id)
    caller.store.accounts.create(new, body.password, by=person.name, request=caller.write)
    return _who(new)


@router.post("/api/accounts/{name}", status_code=204)
def change_account(caller: AccountWriter, name: str, body: AccountPatch) -> Response:
    """Disable or enable an account, give it a new password, or take its second factors away."""
    if name == caller.person.name and body.disabled:
        raise InputError("you cannot disable your own account; let another administrator do it")
    caller.store.accounts.change(
        caller.person.clinic,
        name,
        by=caller.person.name,
        disabled=body.disabled,
        password=body.password,
        second_factor=body.second_factor,
        request=caller.write,
    )
    return Response(status_code=204)


@router.get("/api/patients/{patient}/phone-page")
def phone_page(request: Request, caller: Annotated[Caller, Depends(May(Action.GIVE_PHONE_PAGE))], patient: str) -> Any:
    """Return where the patient's own page is, as text and to scan, and the account that opens it, if there is one."""
    caller.store.read(caller.person, patient, "phone page")
    clinic = caller.person.clinic
    address = f"{caller.rooms.origin(request)}/phone" + ("" if clinic == DEFAULT_CLINIC else f"?clinic={quote(clinic)}")
    own = account_of(caller.store.accounts, clinic, patient)
    account = None if own is None else {"name": own["name"], "disabled": own["disabled"]}
    return {"address": address, "drawing": drawing_of(address), "account": account}


@router.post("/api/patients/{patient}/phone-page", status_code=204)
def give(caller: PhoneGiver, patient: str, body: PhonePassword) -> Response:
    """Open the own page to a patient: an account, or a new password of the one there is; its sign-ins end."""
    given_name = caller.store.read(caller.person, patient, "phone page").chart.patient.given_name
    accounts = caller.store.accounts
    give_phone_page(accounts, caller.person, patient, given_name, body.password, caller.write)
    return Response(status_code=204)


def _who(person: Person) -> dict[str, Any]:
    return {"name": person.name, "role": person.role.value, "patient_id": person.patient_id}


def _here(person: Person) -> dict[str, Any]:
    """Return who is signed in, and to which of the clinics that one server may hold."""
    return {**_who(person), "clinic": person.clinic}
