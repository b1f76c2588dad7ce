"""Opening a record: what is refused, in one line, and that nothing is changed then."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import update

from reprieve.core.errors import NewerStoreError, SetupError, StoreError
from reprieve.store.engine import Database, store_url
from reprieve.store.tables import meta


def test_a_record_of_a_newer_version_is_left_alone(database: Database, target: str) -> None:
    with database.write() as connection:
        connection.execute(update(meta).where(meta.c.name == "schema").values(value="99"))
    with pytest.raises(NewerStoreError, match="99"):
        Database(target)


def test_a_record_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    Database(str(tmp_path / "clinic.db")).close()
    assert stat.S_IMODE(os.stat(tmp_path / "clinic.db").st_mode) == 0o600


def test_a_file_that_is_no_record_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("my notes, much longer than sixteen bytes")
    with pytest.raises(SetupError, match="no SQLite file"):
        Database(str(file))
    assert file.read_text().startswith("my notes")


def test_a_folder_and_a_missing_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="is a folder"):
        Database(str(tmp_path))
    with pytest.raises(SetupError, match="no store"):
        Database(str(tmp_path / "none.db"), create=False)
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("url", ["mysql://host/clinic", "nonsense://", "oracle://x/y"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(SetupError, match="postgresql"):
        Database(url)


def test_a_server_that_does_not_answer_is_told_without_the_password() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(SetupError) as told:
        Database("postgresql+psycopg://clinic:secret-word@/nowhere?host=/nonexistent")
    assert "secret-word" not in str(told.value)


def test_an_empty_database_of_something_else_is_not_taken_for_a_record(tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    with pytest.raises(StoreError, match="no record"):
        Database(str(tmp_path / "other.db"), create=False)


def test_a_path_becomes_a_url() -> None:
    assert store_url("/tmp/x.db") == "sqlite:////tmp/x.db"
    assert store_url("postgresql+psycopg://h/d") == "postgresql+psycopg://h/d"
