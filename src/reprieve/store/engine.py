"""Open a store: SQLite file by default, PostgreSQL by URL."""

from __future__ import annotations

import importlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, insert, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, NoSuchModuleError

from reprieve.core.errors import InputError, NewerStoreError, ReprieveError, SetupError, StoreError, TamperedError
from reprieve.store.encrypted import HEADER, KEY_FILE, SCHEME, opener
from reprieve.store.migrations import migrate
from reprieve.store.tables import SCHEMA_VERSION, meta, metadata

# Threads of the web server that may talk to the store at once.
POOL_SIZE = 16
# One number for the advisory lock that orders writers on PostgreSQL; any constant will do.
_WRITER_LOCK = 7_243_001


def store_url(target: str) -> str:
    """Return the database URL for `target`: a URL as it is, or the path of a SQLite file."""
    if "://" in target:
        return target
    return "sqlite:///" + str(Path(target).expanduser().resolve())


class Database:
    """An open database with one writer at a time.

    Parameters
    ----------
    target : str
        Path of a SQLite file, or a URL such as ``postgresql+psycopg://host/clinic``; see `encrypted` for a third kind.
    create : bool
        Make the tables in an empty database.

    Raises
    ------
    SetupError
        The folder cannot be written, the server cannot be reached, the driver is missing.
    NewerStoreError
        A newer version of the program wrote it.
    """

    def __init__(self, target: str, *, create: bool = True) -> None:
        self.target = target
        self.is_encrypted = target.startswith(SCHEME + "://")
        self.engine = _engine(target, create)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writer = threading.Lock()
        try:
            self._prepare(create)
        except DBAPIError as error:
            self.engine.dispose()
            if _is_damaged(error):
                raise _damaged(error) from None
            raise SetupError(
                f"cannot open the store {self.shown}: {_first_line(error)}; check the place and its space, try again"
            ) from None
        except BaseException:
            self.engine.dispose()
            raise

    @property
    def shown(self) -> str:
        """The target without its password, for messages."""
        if self.is_encrypted:
            return self.target
        return self.engine.url.render_as_string(hide_password=True)

    @property
    def path(self) -> Path | None:
        """The SQLite file, None for a server."""
        name = self.engine.url.database
        return Path(name) if self.is_sqlite and name else None

    def _prepare(self, create: bool) -> None:
        with self.engine.connect() as connection:
            known = inspect(connection).has_table("meta")
            stored = connection.scalar(select(meta.c.value).where(meta.c.name == "schema")) if known else None
        if stored is None:
            if not create:
                raise StoreError(f"{self.shown} holds no record of reprieve; give the store that `serve` uses")
            with self.write() as connection:
                metadata.create_all(connection)
                if connection.scalar(select(meta.c.value).where(meta.c.name == "schema")) is None:
                    connection.execute(insert(meta).values(name="schema", value=str(SCHEMA_VERSION)))
            return
        if int(stored) > SCHEMA_VERSION:
            raise NewerStoreError(
                f"{self.shown} was written by a newer version (store version {stored}, this program knows "
                f"{SCHEMA_VERSION}); nothing was changed, update the program"
            )
        if int(stored) < SCHEMA_VERSION:
            with self.write() as connection:
                migrate(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for reading; on a server each statement sees what is stored by then."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise _store_error(error, "read") from None

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection whose every statement sees the store as it was at the first, whoever writes meanwhile."""
        try:
            with self.engine.connect() as connection:
                if not self.is_sqlite:  # there `read` is one transaction, and its statements see one state already
                    connection = connection.execution_options(isolation_level="REPEATABLE READ")
                with connection.begin():
                    if not self.is_sqlite:
                        connection.execute(text("SET TRANSACTION READ ONLY"))
                    yield connection
        except DBAPIError as error:
            raise _store_error(error, "read") from None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give the one writing connection; all of it is stored at the end, or nothing."""
        with self._writer, self.engine.connect().execution_options(reprieve_write=True) as connection:
            try:
                with connection.begin():
                    if not self.is_sqlite:
                        connection.execute(text(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})"))
                    yield connection
            except DBAPIError as error:
                raise _store_error(error, "written") from None

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _engine(target: str, create: bool) -> Engine:
    try:
        url = make_url(store_url(target))
        if url.drivername == SCHEME:
            engine = _encrypted_engine(url, create)
            _set_up_sqlite(engine)
        elif url.get_backend_name() == "sqlite":
            _check_folder(url.database, create)
            engine = create_engine(url, pool_size=POOL_SIZE, connect_args={"timeout": 5, "check_same_thread": False})
            _set_up_sqlite(engine)
        elif url.get_backend_name() == "postgresql":
            engine = create_engine(url, pool_size=POOL_SIZE, isolation_level="READ COMMITTED")
        else:
            raise SetupError(f"--db takes a SQLite file or a postgresql URL, but got {target!r}; correct it")
    except (ArgumentError, NoSuchModuleError):
        raise SetupError(f"--db takes a SQLite file or a postgresql URL, but got {target!r}; correct it") from None
    except ImportError as error:
        raise SetupError(f"the driver {error.name} is missing; install reprieve[pg]") from None
    return engine


def _encrypted_engine(url: URL, create: bool) -> Engine:
    try:
        driver: Any = importlib.import_module("sqlcipher3.dbapi2")
    except ImportError:
        raise SetupError("an encrypted record needs SQLCipher; pip install 'reprieve[encrypted]'") from None
    if url.password or url.query:
        raise SetupError(f"the key does not belong into --db, where others can read it; see {KEY_FILE}")
    # The key first: without one not even an empty file is left behind.
    connect = opener(Path(url.database or ""), driver)
    _check_folder(url.database, create, encrypted=True)
    plain = url.set(drivername="sqlite")
    return create_engine(plain, module=driver, creator=connect, pool_size=POOL_SIZE, poolclass=QueuePool)


def _check_folder(database: str | None, create: bool, *, encrypted: bool = False) -> None:
    if not database:
        raise SetupError("a store in memory would be lost; give a file")
    file = Path(database)
    if file.is_dir():
        raise SetupError(f"{file} is a folder; give the file of the store")
    if file.exists():
        if not _may_write(file, encrypted):
            raise SetupError(f"{file} cannot be written; nothing was changed, check the permissions")
        return
    if not create:
        raise SetupError(f"there is no store at {file}; check the path")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        probe = file.parent / f".{file.name}.probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
        # Readable by its owner only, from the first byte; SQLite gives the files beside it the same rights.
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise SetupError(
            f"the folder {file.parent} cannot be written ({error.strerror}); nothing was changed, choose another"
        ) from None


def _may_write(file: Path, encrypted: bool) -> bool:
    try:
        with file.open("r+b") as handle:
            head = handle.read(16)
    except OSError:
        return False
    if head and not encrypted and not head.startswith(HEADER):
        raise SetupError(
            f"{file} is no SQLite file; give the file of the store. An encrypted one is {SCHEME}:///FILE, and its key "
            f"is named in {KEY_FILE}"
        )
    return os.access(file.parent, os.W_OK)


def _set_up_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        cursor = connection.cursor()
        # secure_delete: what is erased on a patient's wish is overwritten in the file, not only unlinked in it.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=5000",
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        # A reader that turns writer half way cannot wait for its turn in WAL mode, so writers say so at once.
        immediate = connection.get_execution_options().get("reprieve_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _is_damaged(error: DBAPIError) -> bool:
    return any(sign in _first_line(error) for sign in ("malformed", "Could not decode"))


def _damaged(error: DBAPIError) -> TamperedError:
    # What could not be decoded is shown by SQLite, and may be a patient's.
    reason = _first_line(error).partition(" with text")[0]
    return TamperedError(
        f"the file of the record is damaged ({reason}); keep it as it is, and restore the latest backup"
    )


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__


def _store_error(error: DBAPIError, what: str) -> ReprieveError:
    reason = _first_line(error)
    if isinstance(error, DataError):
        return InputError("a text holds a character that no record can keep (such as NUL); nothing was written")
    if "UNIQUE" in reason or "duplicate key" in reason:
        return StoreError("an event with this id is already in the record; nothing was written")
    if _is_damaged(error):
        return _damaged(error)
    if what == "read":
        return StoreError(f"the record could not be read ({reason}); try again")
    return StoreError(f"the record could not be written ({reason}); nothing of this change was stored, try again")
