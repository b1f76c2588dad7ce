"""S23: a backup taken while the record is in use, restored, has the same chain."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text, update

from reprieve.app.record.backup import back_up, restore
from reprieve.core.errors import InputError, StoreError, TamperedError
from reprieve.record.events import Event
from reprieve.store.copying import COPIED, copy_record, is_empty
from reprieve.store.encrypted import encrypted_target
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger, Origin, Request
from reprieve.store.tables import anchors, events, meta, sign_ins
from reprieve.store.verify import verify


def test_s23_a_restored_backup_has_the_same_chain(
    filled: Ledger, target: str, new_target: Callable[[], str], tmp_path: Path
) -> None:
    done = back_up(target, tmp_path / "backup.db")
    assert (done.events, done.head) == filled.head()
    place = new_target()
    again = restore(tmp_path / "backup.db", place)
    assert (again.events, again.head) == filled.head()
    restored = Database(place)
    assert verify(restored, [filled.head()]).ok
    assert [e.id for e in Ledger(restored, Origin("0", "t")).events_of("clinic", "a")] == [
        e.id for e in filled.events_of("clinic", "a")
    ]
    restored.close()


def test_s23_answers_given_before_the_backup_are_given_again_after_the_restore(
    ledger: Ledger, registered: Callable[..., Event], target: str, new_target: Callable[[], str], tmp_path: Path
) -> None:
    request = Request.of("clinic", "nurse", "key-1", b"body")
    ledger.append([registered()], answer={"id": 7}, request=request)
    back_up(target, tmp_path / "backup.db")
    place = new_target()
    restore(tmp_path / "backup.db", place)
    restored = Database(place)
    assert Ledger(restored, Origin("0", "t")).append([], request=request).answer == {"id": 7}
    restored.close()


def test_s23_a_backup_while_others_write_is_one_moment_of_the_record(
    filled: Ledger, diary: Callable[..., Event], target: str, tmp_path: Path
) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            filled.append([diary()])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        backups = [back_up(target, tmp_path / f"backup-{number}.db") for number in range(3)]
    finally:
        stop.set()
        writer.join()
    with filled.database.read() as connection:
        for done in backups:
            assert done.head == connection.scalar(select(events.c.hash).where(events.c.seq == done.events))
    assert backups[0].events < filled.head()[0]


def alike(target: str, file: Path) -> str:
    """Return the target that means `file`, encrypted where the record is."""
    return encrypted_target(file) if target.startswith("sqlite+pysqlcipher") else str(file)


def test_a_backup_holds_nobodys_sign_in(filled: Ledger, target: str, tmp_path: Path) -> None:
    with filled.database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO sign_ins (token_hash, clinic, account, created_at, seen_at, expires_at) "
                "VALUES ('x', 'clinic', 'nurse', '1', '1', '9')"
            )
        )
    back_up(target, tmp_path / "backup.db")
    copy = Database(alike(target, tmp_path / "backup.db"))
    with copy.read() as connection:
        assert connection.scalar(select(func.count()).select_from(sign_ins)) == 0
    copy.close()


def test_a_backup_never_replaces_a_file(filled: Ledger, target: str, tmp_path: Path) -> None:
    (tmp_path / "backup.db").write_text("precious")
    with pytest.raises(InputError, match="already"):
        back_up(target, tmp_path / "backup.db")
    assert (tmp_path / "backup.db").read_text() == "precious"


def test_s23_a_record_that_was_tampered_with_is_not_backed_up_as_if_it_were_whole(
    filled: Ledger, target: str, tmp_path: Path
) -> None:
    with filled.database.write() as connection:
        connection.execute(update(events).where(events.c.seq == 4).values(by="somebody"))
    with pytest.raises(TamperedError, match="event 4"):
        back_up(target, tmp_path / "backup.db")
    assert list(tmp_path.glob("*backup*")) == []


def test_s23_a_changed_backup_is_not_restored(
    filled: Ledger, target: str, new_target: Callable[[], str], tmp_path: Path
) -> None:
    back_up(target, tmp_path / "backup.db")
    copy = Database(alike(target, tmp_path / "backup.db"))
    with copy.write() as connection:
        connection.execute(update(events).where(events.c.seq == 4).values(by="somebody"))
    copy.close()
    place = new_target()
    with pytest.raises(TamperedError, match="nothing was restored"):
        restore(tmp_path / "backup.db", place)


def test_s23_a_record_in_use_is_no_backup(filled: Ledger, target: str, new_target: Callable[[], str]) -> None:
    """Its last events stand in the log beside it: restored from the file alone they would be lost without a word."""
    file = filled.database.path
    if file is None:
        pytest.skip("a server's record is no file")
    assert file.with_name(file.name + "-wal").stat().st_size > 0
    with pytest.raises(InputError, match="nothing was restored, take a backup of it first"):
        restore(file, new_target())


def test_s23_a_file_that_ends_before_its_witness_is_not_restored(
    filled: Ledger, new_target: Callable[[], str], target: str, tmp_path: Path
) -> None:
    back_up(target, tmp_path / "backup.db")
    (tmp_path / "backup.db.heads").write_text(f"{filled.head()[0] + 1} {'a' * 64}\n", encoding="ascii")
    with pytest.raises(TamperedError, match="the record was cut"):
        restore(tmp_path / "backup.db", new_target())


def test_nothing_is_restored_over_a_record(filled: Ledger, target: str, tmp_path: Path) -> None:
    back_up(target, tmp_path / "backup.db")
    with pytest.raises(InputError, match="holds a record already"):
        restore(tmp_path / "backup.db", target)
    with pytest.raises(StoreError, match="holds a record already"):
        copy_record(filled.database, filled.database)


def test_an_empty_record_is_empty(database: Database) -> None:
    assert is_empty(database)
    assert {table.name for table in COPIED} >= {"events", "anchors", "writes", "accounts"}


def test_a_copy_holds_every_row_and_says_how_many_events(filled: Ledger, new_target: Callable[[], str]) -> None:
    with filled.database.write() as connection:
        connection.execute(insert(meta).values(name="clinic_seed", value="kept"))
    copy = Database(new_target())
    assert copy_record(filled.database, copy) == 10
    assert not is_empty(copy)
    with filled.database.read() as one, copy.read() as other:
        for table in (*COPIED, meta):
            there, here = (sorted(map(str, connection.execute(select(table)).all())) for connection in (one, other))
            assert here == there, table.name
    copy.close()


def test_a_record_is_not_empty_if_any_table_holds_a_row(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(anchors).values(seq=1, hash="0" * 64, at="2026-01-01"))
    assert not is_empty(database)
