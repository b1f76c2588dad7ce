"""FHIR R4 for other programs: what the server offers, reading, searching. Nothing is written here."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Sequence
from datetime import date
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from reprieve import __version__
from reprieve.app.accounts.accounts import Action
from reprieve.app.fhir.server import DEFAULT_PAGE, LARGEST_PAGE, FhirServer, Page
from reprieve.core.errors import InputError, ReprieveError
from reprieve.interop.fhir.capability import capability_statement, operation_outcome, searchset, served_types
from reprieve.interop.fhir.elements import Json
from reprieve.interop.fhir.json_text import write_json
from reprieve.web.caller import Caller, May
from reprieve.web.errors import NotFoundError, refuse

CONTENT_TYPE = "application/fhir+json"
ROOT = "/api/fhir"
PAGING = ("_count", "_offset", "_format")
JSON_FORMATS = ("json", "application/json", CONTENT_TYPE)


class FhirResponse(Response):
    """An answer in FHIR's own JSON."""

    media_type = CONTENT_TYPE


class FhirRoute(APIRoute):
    """A route whose refusals are OperationOutcomes, as FHIR clients expect."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with FHIR's refusals around it."""
        handle = super().get_route_handler()

        async def wrapped(request: Request) -> Response:
            try:
                return await handle(request)
            except ReprieveError as error:
                told = refuse(error)
                message = json.loads(bytes(told.body))["error"]["message"]
                headers = {"Retry-After": told.headers["retry-after"]} if "retry-after" in told.headers else None
                return fhir_answer(operation_outcome(told.status_code, message), told.status_code, headers)
            except RequestValidationError as error:
                first = error.errors()[0]
                place = ".".join(str(part) for part in first["loc"][1:])
                return fhir_answer(operation_outcome(400, f"{place}: {first['msg']}; correct it"), 400)

        return wrapped


FORM = {
    "required": False,
    "description": "Search parameters, as in the address of a GET.",
    "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}},
}


def _told(status: int) -> dict[str, Any]:
    """Return how a route's answer is described: a resource, or an OperationOutcome."""
    name = "The resource or the Bundle asked for." if status == 200 else "An OperationOutcome."
    content = {CONTENT_TYPE: {"schema": {"type": "object"}}}
    if status in (400, 403, 413):
        # What the server refuses before it looks at the address has the shape of the rest of the API.
        content["application/json"] = {"schema": {"type": "object"}}
    return {"description": name, "content": content}


router = APIRouter(
    tags=["fhir"],
    route_class=FhirRoute,
    default_response_class=FhirResponse,
    responses={status: _told(status) for status in (200, 400, 401, 403, 404, 406, 409, 413, 422, 429, 503)},
)
Reader = Annotated[Caller, Depends(May(Action.READ_CHART))]
Kind = Annotated[str, Path(pattern="^[A-Z][A-Za-z]{1,63}$")]
Key = Annotated[str, Path(pattern="^[A-Za-z0-9.-]{1,64}$")]
Count = Annotated[int, Query(alias="_count", ge=1, le=LARGEST_PAGE)]
Offset = Annotated[str | None, Query(alias="_offset", max_length=128)]


def fhir_answer(resource: Json, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a resource as an answer."""
    return FhirResponse(write_json(resource).encode(), status_code=status, headers=headers)


def server_of(request: Request) -> FhirServer:
    """Return the one FhirServer of the application."""
    state = request.app.state
    if not hasattr(state, "fhir"):
        state.fhir = FhirServer(state.rooms.store)
    return state.fhir


def base_of(request: Request, caller: Caller) -> str:
    """Return the address at which clients reach the server."""
    return caller.rooms.origin(request) + ROOT


@router.get(f"{ROOT}/metadata")
def metadata(request: Request, caller: Annotated[Caller, Depends(May(Action.READ_REFERENCE))]) -> Response:
    """Return the CapabilityStatement."""
    today: date = caller.store.today()
    return fhir_answer(capability_statement(base_of(request, caller), __version__, today))


@router.get(ROOT + "/Patient/{key}/$everything")
def everything(
    request: Request, caller: Reader, key: Key, count: Count = LARGEST_PAGE, offset: Offset = None
) -> Response:
    """Return all resources of a patient, a page at a time."""
    _parameters(request)
    page = server_of(request).everything(caller.person, key, count=count, offset=offset)
    return _page(request, caller, f"Patient/{key}/$everything", page, {}, count)


@router.get(ROOT + "/{kind}/{key}")
def read(request: Request, caller: Reader, kind: Kind, key: Key) -> Response:
    """Return one resource."""
    if _parameters(request):
        raise InputError("a read takes no search parameter; search instead")
    return fhir_answer(server_of(request).read(caller.person, kind, key))


@router.get(ROOT + "/{kind}")
def search(
    request: Request, caller: Reader, kind: Kind, count: Count = DEFAULT_PAGE, offset: Offset = None
) -> Response:
    """Search resources: patients by name, identifier, birthdate; everything else by patient."""
    if kind not in served_types():
        raise NotFoundError(f"{kind} is not served here; see the CapabilityStatement at {ROOT}/metadata")
    wanted = _parameters(request)
    page = server_of(request).search(caller.person, kind, wanted, count=count, offset=offset)
    return _page(request, caller, kind, page, wanted, count)


@router.post(ROOT + "/{kind}/_search", openapi_extra={"requestBody": FORM})
async def search_by_form(request: Request, caller: Reader, kind: Kind) -> Response:
    """Search by a form, as FHIR allows: names stay out of the address."""
    if kind not in served_types():
        raise NotFoundError(f"{kind} is not served here; see the CapabilityStatement at {ROOT}/metadata")
    pairs = parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=50)
    wanted = _checked([*request.query_params.multi_items(), *pairs])
    told = dict(pairs)
    count, offset = _count(told.get("_count")), told.get("_offset", request.query_params.get("_offset"))
    server = server_of(request)
    page = await run_in_threadpool(server.search, caller.person, kind, wanted, count=count, offset=offset)
    base = base_of(request, caller)
    # Links would hold the form's words; the next page is asked for by the same form with the _offset that is told.
    links = {"self": f"{base}/{kind}/_search"}
    if page.next is not None:
        links["next"] = f"{base}/{kind}/_search?{urlencode({'_offset': page.next})}"
    return fhir_answer(searchset(base, page.resources, page.total, links))


def _count(told: str | None) -> int:
    if told is None:
        return DEFAULT_PAGE
    if not told.isdigit() or not 1 <= int(told[:9]) <= LARGEST_PAGE:
        raise InputError(f"_count must lie between 1 and {LARGEST_PAGE}, but got {told[:20]!r}; correct it")
    return int(told)


def _parameters(request: Request) -> dict[str, str]:
    return _checked(request.query_params.multi_items())


def _checked(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    told: dict[str, str] = {}
    for name, value in pairs:
        if name == "_format" and value not in JSON_FORMATS:
            raise InputError(f"_format {value[:40]!r} is not served; ask for {CONTENT_TYPE}")
        if name in told:
            raise InputError(f"{name[:40]!r} stands twice; give it once")
        if name not in PAGING:
            told[name] = value
    return told


def _page(request: Request, caller: Caller, path: str, page: Page, wanted: dict[str, str], count: int) -> Response:
    base = base_of(request, caller)

    def link(offset: str | None) -> str:
        query = {**wanted, "_count": str(count), **({} if offset is None else {"_offset": offset})}
        return f"{base}/{path}?{urlencode(query)}"

    links = {"self": link(request.query_params.get("_offset"))}
    if page.next is not None:
        links["next"] = link(page.next)
    return fhir_answer(searchset(base, page.resources, page.total, links))
