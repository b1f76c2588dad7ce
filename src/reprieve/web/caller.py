"""Who asks, what the role may do, and which write it is. Deny by default: each route names its right."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Header, Request, Security
from fastapi.security import APIKeyCookie
from starlette.responses import Response

from reprieve.app.accounts.accounts import Action, Person
from reprieve.app.clinic import Clinic
from reprieve.app.oidc import Door
from reprieve.app.record.forecasts import Forecasts
from reprieve.app.record.glass import may
from reprieve.app.record.today import WorkList
from reprieve.core.errors import AccessError, InputError
from reprieve.store.ledger import Request as WriteRequest
from reprieve.web.errors import AnsweredError, SignedOutError
from reprieve.web.limits import Limits

COOKIE = "reprieve_session"
KEY = re.compile(r"^[A-Za-z0-9_.:-]{8,128}$")
_SIGNED_IN = APIKeyCookie(name=COOKIE, auto_error=False, description="Given by signing in; HttpOnly.")
_VERSION = re.compile(r'(?:W/)?"?(\d{1,15})"?')


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the handlers work with; one for each running application."""

    store: Clinic
    forecasts: Forecasts
    work_list: WorkList
    demo: bool = False
    tls: bool = False
    # Where people reach the server, when a proxy stands before it: ``https://clinic.example``.
    public_url: str | None = None
    limits: Limits = field(default_factory=Limits)
    door: Door | None = None

    @property
    def secure(self) -> bool:
        """Whether browsers reach the server by https, here or at a proxy before it."""
        return self.tls or (self.public_url or "").startswith("https://")

    def origin(self, request: Request) -> str:
        """Return the origin that the browser shows; a passkey is bound to it."""
        if self.public_url:
            return self.public_url
        return f"{'https' if self.tls else 'http'}://{request.headers.get('host', '')}"

    def site(self, request: Request) -> str:
        """Return the host name of `origin`, without its port."""
        return urlsplit(self.origin(request)).hostname or ""


@dataclass(frozen=True, slots=True)
class Caller:
    """A person who may do what the route does."""

    person: Person
    rooms: Rooms
    write: WriteRequest | None = None
    seen: int | None = None

    @property
    def store(self) -> Clinic:
        """The record."""
        return self.rooms.store


def rooms_of(request: Request) -> Rooms:
    """Return what the application works with."""
    return request.app.state.rooms


class May:
    """Dependency of a reading route: somebody is signed in whose role is given `action`."""

    def __init__(self, action: Action) -> None:
        self.action = action

    def __call__(self, request: Request, token: Annotated[str | None, Security(_SIGNED_IN)] = None) -> Caller:
        rooms = rooms_of(request)
        person = rooms.store.accounts.person_of(token)
        if person is None:
            raise SignedOutError("nobody is signed in here (any more); sign in")
        rooms.limits.person(f"{person.clinic}/{person.name}")
        patient = request.path_params.get("patient")
        if not may(rooms.store, person, self.action, patient):
            if patient is not None and person.may(self.action):
                raise AccessError("this chart is closed; ask who looks after it, or break the glass with a reason")
            raise AccessError(f"the role {person.role.value} may not do this; ask an administrator")
        return Caller(person, rooms)


class MayWrite(May):
    """Dependency of a writing route: also takes the idempotency key and the version that the writer saw.

    Parameters
    ----------
    action : Action
    without : tuple of str
        Secret fields of the body: they stay out of the digest by which a repeated request is known.
    """

    def __init__(self, action: Action, *, without: tuple[str, ...] = ()) -> None:
        super().__init__(action)
        self.without = without

    async def __call__(  # type: ignore[override]
        self,
        request: Request,
        idempotency_key: Annotated[str, Header(min_length=8, max_length=128, pattern=KEY.pattern)],
        token: Annotated[str | None, Security(_SIGNED_IN)] = None,
        if_match: Annotated[str | None, Header(max_length=40)] = None,
    ) -> Caller:
        from starlette.concurrency import run_in_threadpool

        body = await request.body()
        return await run_in_threadpool(self._checked, request, body, idempotency_key, token, if_match)

    def _checked(self, request: Request, body: bytes, key: str, token: str | None, if_match: str | None) -> Caller:
        caller = May.__call__(self, request, token)
        content = f"{request.method} {request.url.path}\n".encode() + self._told(body)
        write = WriteRequest.of(caller.person.clinic, caller.person.name, key, content)
        earlier = caller.store.ledger.earlier_answer(write)
        if earlier is not None:
            raise AnsweredError(earlier.answer)
        return Caller(caller.person, caller.rooms, write, _seen(if_match))

    def _told(self, body: bytes) -> bytes:
        if not self.without:
            return body
        try:
            told = json.loads(body)
        except (ValueError, RecursionError):
            return b""  # refused in a moment as no JSON
        if not isinstance(told, dict):
            return b""
        return json.dumps({name: told[name] for name in sorted(told) if name not in self.without}).encode()


def _seen(told: str | None) -> int | None:
    if told is None or told.strip() == "*":
        return None
    found = _VERSION.fullmatch(told.strip())
    if found is None:
        raise InputError("If-Match takes the ETag of the chart; send it as it came")
    return int(found.group(1))


def conditional(request: Request, tag: str, make: Callable[[], Any]) -> Response:
    """Return what `make` gives, with the ETag `tag`; nothing but "not modified" to whoever has it already."""
    headers = {"ETag": f'"{tag}"', "Cache-Control": "no-cache, private"}
    if f'"{tag}"' in [part.strip() for part in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return json_answer(make(), headers=headers)


def json_answer(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return `value`, which holds plain JSON values only, as an answer."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return Response(body, status_code=status, media_type="application/json", headers=headers)
