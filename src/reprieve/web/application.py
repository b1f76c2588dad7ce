"""Put the application together."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute

from reprieve import __version__
from reprieve.app.clinic import Clinic
from reprieve.app.demo.record import is_demo
from reprieve.app.oidc import Door
from reprieve.app.record.forecasts import Forecasts
from reprieve.app.record.today import WorkList
from reprieve.store.engine import POOL_SIZE
from reprieve.web import (
    access,
    audit,
    deliveries,
    emg,
    emg_live,
    entries,
    fhir,
    glass,
    identity,
    me,
    mine,
    neck,
    pages,
    patients,
    plans,
    reference,
    reminders,
    retention,
    reviews,
    shares,
    sheets,
    simulation,
    stock,
)
from reprieve.web.bodies import told_once
from reprieve.web.caller import Rooms
from reprieve.web.errors import REFUSALS, add_handlers
from reprieve.web.guard import Application, Guard
from reprieve.web.limits import Limits
from reprieve.web.warming import warm_forecasts

ROUTERS = (
    access,
    identity,
    me,
    glass,
    shares,
    patients,
    entries,
    retention,
    fhir,
    plans,
    mine,
    reminders,
    reference,
    audit,
    neck,
    simulation,
    emg,
    emg_live,
    stock,
    reviews,
    deliveries,
    sheets,
)
INTENDED_USE = (
    "Decision support for licensed clinicians who can review the basis of every number. Not a medical device; not "
    "validated in patients. Every write needs the headers X-Reprieve and Idempotency-Key; a refusal is always "
    '{"error": {"code", "message", "field", "findings"}}.'
)


def make_rooms(
    store: Clinic,
    *,
    tls: bool = False,
    public_url: str | None = None,
    limits: Limits | None = None,
    door: Door | None = None,
) -> Rooms:
    """Return what the handlers work with."""
    known = Forecasts(store)
    return Rooms(
        store,
        known,
        WorkList(store, known),
        demo=is_demo(store),
        tls=tls,
        public_url=public_url,
        limits=limits or Limits(),
        door=door,
    )


def make_api(rooms: Rooms, *, warm: bool = False) -> FastAPI:
    """Return the bare application, without the guard around it.

    Parameters
    ----------
    rooms : Rooms
    warm : bool
        Compute today's forecasts behind the first requests.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # No more threads than connections: a handler that waits for a connection would hold its thread.
        anyio.to_thread.current_default_thread_limiter().total_tokens = POOL_SIZE
        stop = threading.Event()
        thread = threading.Thread(target=warm_forecasts, args=(rooms, stop), daemon=True) if warm else None
        if thread:
            thread.start()
        yield
        stop.set()
        if thread:
            thread.join(timeout=5)

    api = FastAPI(
        title="Reprieve",
        version=__version__,
        description=INTENDED_USE,
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    api.state.rooms = rooms
    add_handlers(api)
    for module in ROUTERS:
        api.include_router(module.router, responses=REFUSALS, dependencies=[Depends(told_once)])
    api.include_router(pages.router)
    api.state.methods = _methods()
    return api


def make_app(
    store: Clinic,
    *,
    tls: bool = False,
    public_url: str | None = None,
    limits: Limits | None = None,
    door: Door | None = None,
    warm: bool = True,
) -> Application:
    """Return the whole application for a server: API, screens, guard."""
    rooms = make_rooms(store, tls=tls, public_url=public_url, limits=limits, door=door)
    return Guard(make_api(rooms, warm=warm), tls=rooms.secure, public_url=public_url, screens=pages.entries())


def _methods() -> dict[str, set[str]]:
    """Return the methods of each address of the API, by the pattern of its path."""
    found: dict[str, set[str]] = {}
    for module in ROUTERS:
        for route in module.router.routes:
            if isinstance(route, APIRoute):
                found.setdefault(route.path_regex.pattern, set()).update(route.methods or ())
    return found
