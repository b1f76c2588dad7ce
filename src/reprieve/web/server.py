"""Open the record, listen, serve: what `reprieve serve` runs."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from reprieve.app.clinic import Clinic
from reprieve.app.record_demo import ACCOUNTS, PASSWORD, fill_demo, is_demo
from reprieve.app.record_first_run import first_account
from reprieve.core.errors import InputError, SetupError
from reprieve.store.engine import Database
from reprieve.web.application import make_app


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to serve."""

    db: str
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = False
    tls_cert: str | None = None
    tls_key: str | None = None


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


def serve(settings: Settings, tell: Callable[[Told], None]) -> None:
    """Serve until stopped.

    Raises
    ------
    SetupError, InputError, StoreError
        The port is in use, a file is missing, the record cannot be opened.
    """
    if bool(settings.tls_cert) != bool(settings.tls_key):
        raise InputError("--tls-cert and --tls-key belong together; give both or none")
    for file in (settings.tls_cert, settings.tls_key):
        if file and not Path(file).is_file():
            raise InputError(f"there is no file {file}; check the path")
    # Listen first: a port in use is told at once and before a record is made.
    listener = listen(settings.host, settings.port)
    try:
        database = Database(settings.db)
        try:
            _run(settings, listener, database, tell)
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


def _run(settings: Settings, listener: socket.socket, database: Database, tell: Callable[[Told], None]) -> None:
    store = Clinic(database)
    if settings.demo:
        if store.ledger.head()[0] == 0:
            sys.stderr.write("Filling the demonstration clinic with invented patients ...\n")
        fill_demo(store)
    tls = settings.tls_cert is not None
    config = uvicorn.Config(
        make_app(store, tls=tls),  # type: ignore[arg-type]
        log_level="warning",
        access_log=False,  # addresses hold patients' ids
        server_header=False,
        proxy_headers=False,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
        timeout_graceful_shutdown=5,
    )
    tell(Told(_address(listener, tls), database.shown, is_demo(store), _accounts(store)))
    uvicorn.Server(config).run(sockets=[listener])


def _address(listener: socket.socket, tls: bool) -> str:
    host, port = listener.getsockname()[:2]
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}/"


def _accounts(store: Clinic) -> tuple[ToldAccount, ...]:
    if is_demo(store):
        return tuple(ToldAccount(account.name, account.role.value, PASSWORD) for account in ACCOUNTS)
    first = first_account(store)
    return (ToldAccount(first[0], "administrator", first[1]),) if first else ()
