"""Who asks, what the role may do, and which write it is. Deny by default: each route names its right."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.responses import Response

from reprieve.app.accounts import Action, Person
from reprieve.app.clinic import Clinic
from reprieve.app.record_forecasts import Forecasts
from reprieve.app.record_today import WorkList
from reprieve.core.errors import AccessError, InputError
from reprieve.store.ledger import Request as WriteRequest
from reprieve.web.errors import AnsweredError, SignedOutError

COOKIE = "reprieve_session"
KEY = re.compile(r"[A-Za-z0-9_.:-]{8,128}")
_VERSION = re.compile(r'(?:W/)?"?(\d{1,15})"?')


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the handlers work with; one for each running application."""

    store: Clinic
    forecasts: Forecasts
    work_list: WorkList
    demo: bool = False
    tls: bool = False


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

    def __call__(self, request: Request) -> Caller:
        rooms = rooms_of(request)
        person = rooms.store.accounts.person_of(request.cookies.get(COOKIE))
        if person is None:
            raise SignedOutError("nobody is signed in here (any more); sign in")
        if not person.may(self.action):
            raise AccessError(f"the role {person.role.value} may not do this; ask an administrator")
        return Caller(person, rooms)


class MayWrite(May):
    """Dependency of a writing route: also takes the idempotency key and the version that the writer saw."""

    async def __call__(self, request: Request) -> Caller:  # type: ignore[override]
        from starlette.concurrency import run_in_threadpool

        body = await request.body()
        return await run_in_threadpool(self._checked, request, body)

    def _checked(self, request: Request, body: bytes) -> Caller:
        caller = May.__call__(self, request)
        key = request.headers.get("idempotency-key", "")
        if not KEY.fullmatch(key):
            raise InputError(
                "a write needs an Idempotency-Key of 8 to 128 letters and digits; send a new one each time"
            )
        content = f"{request.method} {request.url.path}\n".encode() + body
        write = WriteRequest.of(caller.person.clinic, caller.person.name, key, content)
        earlier = caller.store.ledger.earlier_answer(write)
        if earlier is not None:
            raise AnsweredError(earlier.answer)
        return Caller(caller.person, caller.rooms, write, _seen(request))


def _seen(request: Request) -> int | None:
    told = request.headers.get("if-match")
    if told is None or told.strip() == "*":
        return None
    found = _VERSION.fullmatch(told.strip())
    if found is None:
        raise InputError("If-Match takes the ETag of the chart; send it as it came")
    return int(found.group(1))


def json_answer(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return `value`, which holds plain JSON values only, as an answer."""
    import json

    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return Response(body, status_code=status, media_type="application/json", headers=headers)
