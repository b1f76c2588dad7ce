"""One shape for every refusal: ``{"error": {"code", "message", "field", "findings"}}``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from reprieve.app.accounts.accounts import SecondFactorError
from reprieve.app.clinic import NoSuchPatientError
from reprieve.app.record.signing import BlockedError
from reprieve.core.documents import as_json
from reprieve.core.errors import (
    AccessError,
    ConflictError,
    InputError,
    ReferenceDataError,
    ReprieveError,
    SetupError,
    StoreError,
    UnitsError,
)
from reprieve.web.limits import TooManyError

# The most specific first: NoSuchPatientError is an InputError too.
STATUS: tuple[tuple[type[Exception], int, str], ...] = (
    (NoSuchPatientError, 404, "no_such_patient"),
    (BlockedError, 409, "blocked"),
    (ConflictError, 409, "conflict"),
    (AccessError, 403, "not_allowed"),
    (InputError, 422, "invalid"),
    (UnitsError, 422, "units_not_interchangeable"),
    (StoreError, 503, "store_unavailable"),
    (SetupError, 503, "not_set_up"),
    (ReferenceDataError, 500, "reference_data"),
)
WORDS = {400: "bad_request", 401: "not_signed_in", 403: "not_allowed", 404: "not_found", 405: "method_not_allowed"}


class Fault(BaseModel):
    """What went wrong: a stable word, a sentence for a person, the field if it is one, findings of the safety rules."""

    code: str
    message: str
    field: str | None
    findings: list[Any]


class Refusal(BaseModel):
    """The one shape of every answer that is not what was asked for."""

    error: Fault


# What any route may answer beside its own answer; for the description of the API.
REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Refusal, "description": "The request is malformed."},
    401: {"model": Refusal, "description": "Nobody is signed in, or a second factor is asked for."},
    403: {"model": Refusal, "description": "Not allowed, or a write from another site."},
    404: {"model": Refusal, "description": "There is no such thing."},
    409: {"model": Refusal, "description": "Somebody changed it, a rule blocks it, or the key was used otherwise."},
    413: {"model": Refusal, "description": "The body is too large."},
    422: {"model": Refusal, "description": "A value does not fit; the message says which and what is allowed."},
    429: {"model": Refusal, "description": "Too many; Retry-After says when to try again."},
    503: {"model": Refusal, "description": "The record or a part of the program is not available."},
}


class SignedOutError(AccessError):
    """Nobody is signed in."""


class NotFoundError(ReprieveError):
    """There is no such thing at this address."""


class NotReadyError(ReprieveError):
    """What this needs is in use by others; it can be asked for again soon."""


class AnsweredError(Exception):
    """No fault: the request with this key was carried out before, and this is its answer."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer


def refusal(
    status: int,
    code: str,
    message: str,
    *,
    field: str | None = None,
    findings: Sequence[Any] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """Return the one answer for whatever goes wrong."""
    error = {"code": code, "message": message, "field": field, "findings": as_json(list(findings))}
    return JSONResponse({"error": error}, status_code=status, headers={"Cache-Control": "no-store", **(headers or {})})


def refuse(error: ReprieveError) -> Response:
    """Return the answer for one of our own errors."""
    if isinstance(error, SignedOutError):
        return refusal(401, "not_signed_in", str(error))
    if isinstance(error, NotFoundError):
        return refusal(404, "not_found", str(error))
    if isinstance(error, NotReadyError):
        return refusal(503, "not_ready", str(error))
    if isinstance(error, SecondFactorError):
        return refusal(401, "second_factor", str(error), field="code")
    wait = re.search(r"try again in (\d+) s", str(error)) if isinstance(error, (AccessError, TooManyError)) else None
    if wait:
        return refusal(429, "too_many_attempts", str(error), headers={"Retry-After": wait.group(1)})
    for kind, status, code in STATUS:
        if isinstance(error, kind):
            return refusal(status, code, str(error), findings=getattr(error, "findings", ()))
    return refusal(500, "internal", "the program failed; nothing was recorded, tell whoever looks after it")


def add_handlers(app: FastAPI) -> None:
    """Give `app` the answers for everything that is raised."""

    @app.exception_handler(ReprieveError)
    def _(request: Request, error: ReprieveError) -> Response:
        del request
        return refuse(error)

    @app.exception_handler(AnsweredError)
    def _(request: Request, again: AnsweredError) -> Response:
        del request
        headers = {"Cache-Control": "no-store", "Idempotent-Replay": "true"}
        if again.answer is None:
            return Response(status_code=204, headers=headers)
        return JSONResponse(again.answer, headers=headers)

    @app.exception_handler(RequestValidationError)
    def _(request: Request, error: RequestValidationError) -> Response:
        del request
        return _misfit(error)

    @app.exception_handler(HTTPException)
    def _(request: Request, error: HTTPException) -> Response:
        code = WORDS.get(error.status_code, f"http_{error.status_code}")
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(sorted(methods_at(request.app, request.scope["path"])))
        return refusal(error.status_code, code, str(error.detail), headers=headers)

    @app.exception_handler(Exception)
    def _(request: Request, error: Exception) -> Response:
        del request, error  # told to the log by the guard
        return refusal(500, "internal", "the program failed; nothing was recorded, tell whoever looks after it")


def methods_at(app: FastAPI, path: str) -> set[str]:
    """Return the methods that the API knows at `path`; reading and writing one thing are two routes."""
    known: dict[str, Any] = app.state.methods
    return {method for pattern, methods in known.items() if re.fullmatch(pattern, path) for method in methods}


def _misfit(error: RequestValidationError) -> Response:
    first = error.errors()[0]
    place = [str(part) for part in first["loc"] if part not in ("body", "query", "path", "header")]
    field = ".".join(place) or None
    if first["type"] == "json_invalid":
        return refusal(400, "bad_json", "the body is no JSON; send one JSON document")
    if first["type"] == "missing":
        return refusal(422, "invalid", f"{field or 'the body'} is missing; add it", field=field)
    if first["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return refusal(422, "invalid", f"{field} is not a field of this document; remove it", field=field)
    # What was typed is not said again: it may be a password, or who somebody is (S17), and its sender has it.
    reason = first["msg"][0].lower() + first["msg"][1:]
    return refusal(422, "invalid", f"{field or 'the body'} does not fit: {reason}; correct it", field=field)
