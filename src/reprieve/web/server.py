"""Open the record, listen, serve: what `reprieve serve` runs."""

from __future__ import annotations

import errno
import json
import os
import re
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from uvicorn.supervisors import Multiprocess

from reprieve.app.clinic import Clinic
from reprieve.app.demo.record import ACCOUNTS, PASSWORD, fill_demo, is_demo
from reprieve.app.oidc import Door, door_of
from reprieve.app.record.first_run import first_account
from reprieve.core.errors import InputError, SetupError
from reprieve.store.engine import Database
from reprieve.web.application import make_app
from reprieve.web.guard import Application
from reprieve.web.own_ca import own_certificates

# How the workers of one server learn what to open.
WORKER = "REPRIEVE_WORKER"
KEEP_ALIVE_S = 330


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to serve."""

    db: str
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = False
    tls_cert: str | None = None
    tls_key: str | None = None
    own_ca: str | None = None
    public_url: str | None = None
    identity_provider: str | None = None
    workers: int = 1


@dataclass(frozen=True, slots=True)
class ToldAccount:
    """An account that the terminal shows."""

    name: str
    role: str
    password: str


@dataclass(frozen=True, slots=True)
class Told:
    """What whoever started the server must know."""

    address: str
    db: str
    demo: bool
    accounts: tuple[ToldAccount, ...]
    authority: str | None = None
    fingerprint: str | None = None


def serve(settings: Settings, tell: Callable[[Told], None]) -> None:
    """Serve until stopped.

    Raises
    ------
    SetupError, InputError, StoreError
        The port is in use, a file is missing, the record cannot be opened.
    """
    _check(settings)
    door = door_of(settings.identity_provider) if settings.identity_provider else None
    # Listen first: a port in use is told at once and before a record is made.
    listener = listen(settings.host, settings.port)
    try:
        database = Database(settings.db)
        try:
            _run(settings, listener, database, door, tell)
        finally:
            database.close()
    finally:
        listener.close()


def listen(host: str, port: int) -> socket.socket:
    """Return a bound socket, or say in one line why there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, or asyncio leaves Nagle's algorithm on and each answer waits 40 ms for an acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # From here on a browser is kept waiting, not refused, until the server answers.
        listener.listen(512)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise SetupError(f"port {port} of {host} is in use; choose another with --port, 0 takes any") from None
        raise SetupError(f"cannot listen on {host}:{port} ({error.strerror or error}); check --host") from None
    return listener


def _check(settings: Settings) -> None:
    if bool(settings.tls_cert) != bool(settings.tls_key):
        raise InputError("--tls-cert and --tls-key belong together; give both or none")
    if settings.own_ca and settings.tls_cert:
        raise InputError("--tls-own and --tls-cert exclude each other; give one")
    for file in (settings.tls_cert, settings.tls_key):
        if file and not Path(file).is_file():
            raise InputError(f"there is no file {file}; check the path")
    if not 1 <= settings.workers <= 64:
        raise InputError(f"--workers must lie between 1 and 64, but got {settings.workers}; correct it")
    if settings.workers > 1 and not settings.db.startswith("postgresql"):
        raise InputError("several workers need PostgreSQL; a SQLite record has one writer, leave --workers out")
    if settings.public_url and not re.fullmatch(r"https?://[^/@?#\s]+", settings.public_url):
        raise InputError(f"--public-url takes https://NAME without a path, but got {settings.public_url!r}; correct it")


def _run(
    settings: Settings,
    listener: socket.socket,
    database: Database,
    door: Door | None,
    tell: Callable[[Told], None],
) -> None:
    store = Clinic(database)
    if settings.demo:
        if store.ledger.head()[0] == 0:
            sys.stderr.write("Filling the demonstration clinic with invented patients ...\n")
        fill_demo(store)
    own = own_certificates(Path(settings.own_ca).expanduser(), _names(settings)) if settings.own_ca else None
    certificate = str(own.certificate) if own else settings.tls_cert
    tls = certificate is not None
    several = settings.workers > 1
    alone = None if several else make_app(store, tls=tls, public_url=settings.public_url, door=door)
    app: Any = alone or "reprieve.web.server:worker"
    config = uvicorn.Config(
        app,
        factory=several,
        workers=settings.workers,
        log_level="warning",
        access_log=False,  # addresses hold patients' ids
        server_header=False,
        proxy_headers=False,
        ssl_certfile=certificate,
        ssl_keyfile=str(own.key) if own else settings.tls_key,
        # Longer than a browser or a proxy keeps an idle connection: whoever closes first must not be the server, or a
        # write that is sent at that moment is lost on the way.
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=5,
    )
    told = Told(
        _address(listener, tls),
        database.shown,
        is_demo(store),
        _accounts(store),
        str(own.authority) if own else None,
        own.fingerprint if own else None,
    )
    tell(told)
    if settings.workers == 1:
        uvicorn.Server(config).run(sockets=[listener])
        return
    told_workers = {"db": settings.db, "tls": tls, "public_url": settings.public_url}
    os.environ[WORKER] = json.dumps({**told_workers, "identity_provider": settings.identity_provider})
    database.close()  # each worker opens its own connections
    Multiprocess(config, sockets=[listener]).run()


def worker() -> Application:
    """Return the application of one of several workers; uvicorn calls it in the worker's own process."""
    told = json.loads(os.environ[WORKER])
    door = door_of(told["identity_provider"]) if told["identity_provider"] else None
    store = Clinic(Database(told["db"], create=False))
    return make_app(store, tls=told["tls"], public_url=told["public_url"], door=door)


def _names(settings: Settings) -> tuple[str, ...]:
    """Return the names by which browsers may reach this server."""
    public = urlsplit(settings.public_url).hostname if settings.public_url else None
    host = settings.host if settings.host not in ("0.0.0.0", "::") else None
    return tuple(name for name in (public, host, socket.gethostname(), socket.getfqdn()) if name)


def _address(listener: socket.socket, tls: bool) -> str:
    host, port = listener.getsockname()[:2]
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}/"


def _accounts(store: Clinic) -> tuple[ToldAccount, ...]:
    if is_demo(store):
        return tuple(ToldAccount(account.name, account.role.value, PASSWORD) for account in ACCOUNTS)
    first = first_account(store)
    return (ToldAccount(first[0], "administrator", first[1]),) if first else ()
