"""A record of every earlier store version opens, keeps its chain and its views, and can be written to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, update

from reprieve.app.record.backup import restore
from reprieve.core.errors import SetupError
from reprieve.record.events import Event
from reprieve.record.fold import fold_chart
from reprieve.store.copying import COPIED, LEFT_OUT
from reprieve.store.engine import Database
from reprieve.store.fold_views import VIEWS
from reprieve.store.ledger import Ledger, Origin, Request
from reprieve.store.tables import SCHEMA_VERSION, accounts, forecasts, meta, metadata, patients
from reprieve.store.verify import verify

VERSIONS = sorted(Path(__file__).with_name("versions").glob("*.sql"), key=lambda path: int(path.stem))
HEADS = {
    "1": (16, "2a4a0575b2769a7a860af25dcf21ffb222280eebfaed482182167a97e63dbb36"),
    "2": (18, "50564f87f99963e46632ac0f77fdf8e6f0778b2ae9a7811e88244e00818755a7"),
    "3": (18, "50564f87f99963e46632ac0f77fdf8e6f0778b2ae9a7811e88244e00818755a7"),
    "4": (18, "50564f87f99963e46632ac0f77fdf8e6f0778b2ae9a7811e88244e00818755a7"),
}


def _lay_down(script: str, target: str) -> None:
    if target.startswith("sqlite+pysqlcipher"):
        pytest.skip("no earlier version wrote encrypted records")
    if "://" not in target:
        with sqlite3.connect(target) as connection:
            connection.executescript(script)
        connection.close()
        return
    import psycopg

    with psycopg.connect(target.replace("+psycopg", "")) as server:
        kept = [line for line in script.splitlines() if line not in ("BEGIN TRANSACTION;", "COMMIT;")]
        server.execute("\n".join(kept).encode())  # no parameters, so several statements may go at once


def test_every_earlier_version_has_its_fixture() -> None:
    assert [int(path.stem) for path in VERSIONS] == list(range(1, SCHEMA_VERSION))


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: f"version_{path.stem}")
def test_a_record_of_an_earlier_version_is_carried_forward(
    version: Path, target: str, diary: Callable[..., Event]
) -> None:
    _lay_down(version.read_text(encoding="utf-8"), target)
    database = Database(target, create=False)
    ledger = Ledger(database, Origin("0", "t"))
    assert ledger.head() == HEADS[version.stem]
    found = verify(database, [HEADS[version.stem]])
    assert found.ok
    assert any("1 account(s) were last changed by an earlier version" in remark for remark in found.remarks)
    chart = fold_chart(ledger.events_of("clinic", "p-1"))
    assert chart.patient.family_name == "Zwetschgenbaum"
    assert str(chart.sessions[0].units) == "97.5"
    # A field that came later must not change what was signed: the hash still fits.
    assert chart.sessions[0].signed_by == "Dr. Elsewhere"
    with database.read() as connection:
        assert connection.scalar(select(meta.c.value).where(meta.c.name == "schema")) == str(SCHEMA_VERSION)
        assert connection.scalar(select(accounts.c.role)) == "nurse"
        assert set(inspect(connection).get_table_names()) == set(metadata.tables)
    repeated = ledger.append([], request=Request.of("clinic", "nurse", "key-of-version-1", b"x"))
    assert repeated.repeated
    ledger.append([diary("p-1")])
    assert verify(database, [HEADS[version.stem]]).ok
    with database.write() as connection:
        connection.execute(update(accounts).values(role="administrator"))
    assert [problem.table for problem in verify(database).problems] == ["accounts"]
    database.close()


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: f"version_{path.stem}")
def test_s23_a_backup_of_an_earlier_version_is_restored_and_stays_as_it_was(version: Path, tmp_path: Path) -> None:
    backup, target = tmp_path / "backup.db", tmp_path / "clinic.db"
    _lay_down(version.read_text(encoding="utf-8"), str(backup))
    backup.chmod(0o444)
    before = backup.read_bytes()
    done = restore(backup, str(target))
    assert (done.events, done.head) == HEADS[version.stem]
    assert backup.read_bytes() == before
    assert [path.name for path in tmp_path.glob("backup*")] == ["backup.db"]
    missing = tmp_path / "none.db"
    with pytest.raises(SetupError, match=f"no store at {missing}"):
        restore(missing, str(tmp_path / "other.db"))


def test_s23_every_table_is_copied_or_left_out_on_purpose() -> None:
    assert {table.name for table in (*COPIED, *VIEWS, *LEFT_OUT, meta)} == set(metadata.tables)


def test_forecasts_of_version_1_are_forgotten_and_made_again(target: str) -> None:
    # Version 1 kept whole forecasts where later ones keep what the list shows.
    script = VERSIONS[0].read_text(encoding="utf-8")
    kept = "INSERT INTO forecasts VALUES('clinic','p-1',3,'2026-03-01','{\"whole\": true}');\nCOMMIT;"
    _lay_down(kept.join(script.rsplit("COMMIT;", 1)), target)
    database = Database(target, create=False)
    with database.read() as connection:
        assert connection.execute(select(forecasts)).all() == []
    database.close()


def test_the_list_of_version_4_is_found_by_plain_letters_and_shows_the_first_diagnosis(target: str) -> None:
    script = VERSIONS[-1].read_text(encoding="utf-8")
    old = "UPDATE patients SET family_name = 'Zwetschgenbäum', search = 'zwetschgenbäum philippa', condition = 'other';"
    _lay_down(f"\n{old}\nCOMMIT;".join(script.rsplit("COMMIT;", 1)), target)
    database = Database(target, create=False)
    with database.read() as connection:
        row = connection.execute(select(patients)).one()
    assert (row.search, row.condition) == ("zwetschgenbaum philippa", "cervical_dystonia")
    database.close()
