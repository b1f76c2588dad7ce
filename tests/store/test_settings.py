"""How a store is opened: what SQLite is told, what stays possible while others write, and what a failure says."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from reprieve.core.errors import InputError, SetupError, StoreError
from reprieve.record.events import Event
from reprieve.store.anchor_file import heads, note_head, witness_path
from reprieve.store.chain import GENESIS
from reprieve.store.encrypted import KEY, KEY_FILE, encrypted_target, key_is_given
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger, Origin
from reprieve.store.tables import events

HEAD = "ab" * 32


def pragmas(database: Database) -> dict[str, object]:
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
    with database.read() as connection:
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}


ASKED = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000, "secure_delete": 1}


def test_sqlite_keeps_what_was_promised_and_overwrites_what_is_erased(tmp_path: Path) -> None:
    # https://www.sqlite.org/pragma.html: synchronous 2 is FULL.
    database = Database(str(tmp_path / "clinic.db"))
    assert pragmas(database) == ASKED
    database.close()


def test_an_encrypted_record_is_told_the_same_and_spills_nothing_into_plain_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sqlcipher3")
    monkeypatch.delenv(KEY_FILE, raising=False)
    monkeypatch.setenv(KEY, "0123456789abcdef" * 4)
    target = encrypted_target(tmp_path / "deep" / "clinic.db")
    with pytest.raises(SetupError, match="no store"):
        Database(target, create=False)
    database = Database(target)
    assert pragmas(database) == ASKED
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA temp_store").scalar() == 2
    assert database.shown == target
    database.close()


def test_readers_do_not_wait_for_each_other_nor_for_a_writer(database: Database) -> None:
    query = select(events.c.seq)
    with database.read() as one, database.read() as two, database.write() as writer:
        assert [c.execute(query).all() for c in (one, two, writer)] == [[], [], []]


def test_a_failed_statement_is_one_line_that_says_whether_anything_was_stored(database: Database) -> None:
    nonsense = text("SELECT * FROM no_such_table")
    for give, words in (
        (database.read, "could not be read"),
        (database.snapshot, "could not be read"),
        (database.write, "nothing of this change was stored"),
    ):
        with pytest.raises(StoreError, match=words) as told, give() as connection:
            connection.execute(nonsense)
        assert len(str(told.value).splitlines()) == 1


@pytest.mark.postgres
def test_a_text_that_no_server_keeps_is_the_users_matter(cluster: object, registered: Callable[..., Event]) -> None:
    database = Database(cluster.new_database())  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="NUL"), database.write() as connection:
        connection.execute(text("SELECT :word"), {"word": "a\x00b"})
    with pytest.raises(StoreError, match="could not be read"), database.snapshot() as connection:
        connection.execute(text("DELETE FROM events"))
    ledger = Ledger(database, Origin("0", "t"))
    ledger.append([registered()])
    with pytest.raises(StoreError, match="already in the record"):
        ledger.append([registered()])
    assert database.path is None
    database.close()


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("://", "takes a SQLite file"),
        ("postgresql+nodriver://host/clinic", "takes a SQLite file"),
        ("postgresql+pg8000://host/clinic", "driver pg8000 is missing"),
        ("sqlite://", "in memory would be lost"),
    ],
)
def test_a_target_that_cannot_be_a_store_is_told(target: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pg8000", None)
    with pytest.raises(SetupError, match=words):
        Database(target)


def test_without_its_library_an_encrypted_record_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlcipher3.dbapi2", None)
    with pytest.raises(SetupError, match="needs SQLCipher"):
        Database(encrypted_target(tmp_path / "clinic.db"))
    assert list(tmp_path.iterdir()) == []


def test_folders_on_the_way_are_made_and_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    place = tmp_path / "a" / "b" / "clinic.db"
    database = Database(str(place))
    assert database.path == place
    assert database.shown == f"sqlite:///{place}"
    database.close()
    assert sorted(file.name for file in place.parent.iterdir()) == ["clinic.db"], "no probe is left"
    Database(str(place.parent / "second.db")).close()
    with pytest.raises(SetupError, match="cannot be written"):
        Database(str(place / "clinic.db"))


def test_a_key_is_given_by_either_name_and_not_by_an_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    # The names are the ones that docs/how-to/run-a-clinic.md tells.
    for name in ("REPRIEVE_DB_KEY_FILE", "REPRIEVE_DB_KEY"):
        monkeypatch.delenv("REPRIEVE_DB_KEY_FILE", raising=False)
        monkeypatch.delenv("REPRIEVE_DB_KEY", raising=False)
        assert not key_is_given()
        monkeypatch.setenv(name, "")
        assert not key_is_given()
        monkeypatch.setenv(name, "something")
        assert key_is_given()


def test_a_key_file_that_is_no_text_or_holds_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sqlcipher3")
    file = tmp_path / "key"
    monkeypatch.setenv(KEY_FILE, str(file))
    for content, words in ((b"\xff\xfe\x00" * 20, "cannot be read"), (b" \n", "needs its key")):
        file.write_bytes(content)
        file.chmod(0o600)
        with pytest.raises(SetupError, match=words):
            Database(encrypted_target(tmp_path / "clinic.db"))


def test_without_any_key_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sqlcipher3")
    for name in (KEY, KEY_FILE):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SetupError, match="needs its key"):
        Database(encrypted_target(tmp_path / "clinic.db"))


@pytest.mark.parametrize(("length", "fits"), [(19, False), (20, True)])
def test_the_shortest_key_has_twenty_characters(
    length: int, fits: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sqlcipher3")
    monkeypatch.delenv(KEY_FILE, raising=False)
    monkeypatch.setenv(KEY, "k" * length)
    target = encrypted_target(tmp_path / "clinic.db")
    if fits:
        Database(target).close()
        Database(target, create=False).close()
    else:
        with pytest.raises(SetupError, match="at least 20"):
            Database(target)


HEX = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("key", "told", "opens"),
    [
        # SQLCipher: a key told as x'...' is used as it is; the same digits as a passphrase would be stretched.
        (HEX, f"\"x'{HEX}'\"", True),
        (HEX, f"'{HEX}'", False),
        # A quote in a text of SQL is written twice.
        ("it's a passphrase of 'words'", "'it''s a passphrase of ''words'''", True),
        ("it's a passphrase of 'words'", "'its a passphrase of words'", False),
    ],
)
def test_a_key_is_told_as_sqlcipher_wants_it(
    key: str, told: str, opens: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = pytest.importorskip("sqlcipher3").dbapi2
    monkeypatch.delenv(KEY_FILE, raising=False)
    monkeypatch.setenv(KEY, key)
    Database(encrypted_target(tmp_path / "clinic.db")).close()
    connection = driver.connect(str(tmp_path / "clinic.db"))
    connection.execute(f"PRAGMA key = {told}")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        opened = True
    except driver.DatabaseError:
        opened = False
    connection.close()
    assert opened is opens


def test_the_witness_lies_beside_the_store_for_its_owner_only(tmp_path: Path, registered: Callable[..., Event]) -> None:
    store = tmp_path / "clinic.db"
    database = Database(str(store))
    ledger = Ledger(database, Origin("0", "t"))
    ledger.append([registered()])
    database.close()
    assert witness_path(store) == tmp_path / "clinic.db.heads"
    assert stat.S_IMODE(os.stat(witness_path(store)).st_mode) == 0o600
    assert witness_path(store).read_text() == f"1 {ledger.head()[1]}\n"
    assert GENESIS == "0" * 64


def test_a_line_of_the_witness_counts_only_when_it_is_whole(tmp_path: Path) -> None:
    store = tmp_path / "clinic.db"
    assert heads(store) == []
    for number in (1, 2):
        note_head(store, number, HEAD)
    assert heads(store) == [(1, HEAD), (2, HEAD)]
    with witness_path(store).open("a") as file:
        file.write(f"x {HEAD}\n3 {HEAD[:-1]}\n\n4 {HEAD}")
    assert heads(store) == [(1, HEAD), (2, HEAD)]
    witness_path(store).write_bytes(b"\xff")
    assert heads(store) == []


def test_a_witness_that_cannot_be_written_does_not_stop_the_clinic(tmp_path: Path) -> None:
    store = tmp_path / "clinic.db"
    witness_path(store).mkdir()
    note_head(store, 1, HEAD)
    open_files = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else None
    for number in range(20):
        note_head(tmp_path / "other.db", number, HEAD)
    if open_files is not None:
        assert len(os.listdir("/proc/self/fd")) <= open_files + 1, "each one is closed"


def test_an_unreachable_statement_names_the_first_line_of_the_reason(database: Database) -> None:
    with pytest.raises(StoreError) as told, database.read() as connection:
        raise OperationalError("SELECT 1", {}, Exception("first\nsecond"), connection_invalidated=False)
    assert "(first)" in str(told.value)
    assert connection.closed
