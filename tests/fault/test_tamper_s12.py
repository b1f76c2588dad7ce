"""S12: whatever is done to the tables by direct SQL, `reprieve audit verify` says so, says where, and exits with 1."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from reprieve.cli.main import main
from reprieve.record.chart import ChartPatient, DiaryEntry
from reprieve.record.event_bodies import Registration
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.anchor_file import witness_path
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger, Origin

START = datetime(2026, 1, 1, 9, tzinfo=UTC)


def event(number: int, at: datetime) -> Event:
    first = number == 1
    return Event(
        id=f"event-{number}",
        kind=EventKind.PATIENT_REGISTERED if first else EventKind.DIARY_ENTERED,
        clinic="clinic",
        patient="a",
        by="test",
        at=at,
        body=Registration(patient=ChartPatient(id="a"))
        if first
        else DiaryEntry(date=date(2026, 1, 1), severity=Decimal(number % 10)),
    )


def audit(target: str, *more: str) -> tuple[int, dict[str, Any]]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["audit", "verify", "--db", target, "--json", *more])
    assert err.getvalue() == ""
    return code, json.loads(out.getvalue())


@pytest.fixture
def twelve(target: str) -> str:
    database = Database(target)
    ledger = Ledger(database, Origin("0", "t"))
    for number in range(1, 13):
        ledger.append([event(number, START + timedelta(minutes=number))])
    database.close()
    return target


def sql(*statements: str) -> Callable[[Connection], None]:
    def work(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))

    return work


COPY = (
    "INSERT INTO events SELECT 13, 'forged', clinic, patient, kind, at, \"by\", replaces, reason, program, reference, "
    "body, salt, body_digest, hash FROM events WHERE seq = 12"
)
TAMPERED = {
    "a changed dose": (sql("UPDATE events SET body = REPLACE(body, '\"5\"', '\"9\"') WHERE seq = 5"), 5),
    "a changed author": (sql("UPDATE events SET \"by\" = 'somebody' WHERE seq = 4"), 4),
    "a changed time": (sql("UPDATE events SET at = '2020-01-01T00:00:00+00:00' WHERE seq = 9"), 9),
    "a changed content with its own digest": (sql("UPDATE events SET body_digest = 'f' WHERE seq = 6"), 6),
    "a deleted event": (sql("DELETE FROM events WHERE seq = 7"), 7),
    "the first event deleted": (sql("DELETE FROM events WHERE seq = 1"), 1),
    "an inserted event": (sql(COPY), 13),
    "an inserted event with its anchor": (
        sql(COPY, "INSERT INTO anchors SELECT 13, hash, at FROM events WHERE seq = 13"),
        13,
    ),
    "two events exchanged": (
        sql(
            "UPDATE events SET seq = 100 WHERE seq = 3",
            "UPDATE events SET seq = 3 WHERE seq = 8",
            "UPDATE events SET seq = 8 WHERE seq = 100",
        ),
        3,
    ),
    "the end cut off": (sql("DELETE FROM events WHERE seq > 10"), 11),
    "a changed anchor": (sql("UPDATE anchors SET hash = 'f' WHERE seq = 5"), 5),
    "an anchor cut short": (sql("UPDATE anchors SET hash = SUBSTR(hash, 1, 8) WHERE seq = 5"), 5),
    "an emptied anchor": (sql("UPDATE anchors SET hash = '' WHERE seq = 5"), 5),
    "the last anchor deleted": (sql("DELETE FROM anchors WHERE seq = 12"), 12),
    "a content taken away": (sql("UPDATE events SET body = NULL, salt = NULL WHERE seq = 6"), 6),
    "everything deleted": (sql("DELETE FROM events"), 1),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_s12_tampering_is_found_and_located(twelve: str, what: str) -> None:
    assert audit(twelve)[0] == 0
    tamper, place = TAMPERED[what]
    database = Database(twelve)
    with database.write() as connection:
        tamper(connection)
    database.close()
    code, found = audit(twelve)
    assert code == 1
    assert not found["ok"]
    assert found["problems"][0]["number"] == place, found["problems"]


def test_s12_a_cut_that_takes_every_witness_along_is_found_by_a_printed_sheet(twelve: str) -> None:
    printed = audit(twelve)[1]["head"]
    database = Database(twelve)
    with database.write() as connection:
        sql(
            "DELETE FROM events WHERE seq > 10",
            "DELETE FROM anchors WHERE seq > 10",
            "UPDATE patients SET version = 10",
        )(connection)
    if database.path is not None:
        witness_path(database.path).unlink()
    database.close()
    assert audit(twelve)[0] == 0, "nothing inside the record can show this"
    code, found = audit(twelve, "--head", f"12:{printed[:8]}")
    assert (code, found["problems"][0]["number"]) == (1, 11)


def test_s23_a_clock_set_back_breaks_nothing_and_is_remarked(twelve: str) -> None:
    database = Database(twelve)
    ledger = Ledger(database, Origin("0", "t"))
    ledger.append([event(13, START - timedelta(days=2))])
    ledger.append([event(14, START + timedelta(hours=1))])
    assert [one.id for one in ledger.events_of("clinic", "a")][-2:] == ["event-13", "event-14"], "order is by number"
    database.close()
    code, found = audit(twelve)
    assert code == 0
    assert [remark for remark in found["remarks"] if "set back before event 13" in remark]


def run(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(list(words))
    return code, out.getvalue(), err.getvalue()


def altered(target: str, *statements: str) -> None:
    database = Database(target)
    with database.write() as connection:
        sql(*statements)(connection)
    database.close()


def test_s12_a_list_that_was_changed_is_named_and_made_anew(twelve: str) -> None:
    altered(twelve, "UPDATE patients SET family_name = 'Other', birth_date = '1999-09-09'")
    code, out, _ = run("audit", "verify", "--db", twelve)
    assert code == 1
    assert "BROKEN in table patients: the row of patient 'a': family_name, birth_date is not what the events" in out
    assert "reprieve audit rebuild" in out
    code, out, _ = run("audit", "rebuild", "--db", twelve)
    assert (code, out.splitlines()[0]) == (0, "The lists of 1 patients were made anew.")
    assert audit(twelve)[0] == 0


def test_s12_no_list_is_made_from_events_that_were_changed(twelve: str) -> None:
    altered(twelve, "UPDATE events SET \"by\" = 'somebody' WHERE seq = 4")
    code, out, err = run("audit", "rebuild", "--db", twelve)
    assert (code, out) == (1, "")
    assert "no view was made anew" in err
    assert run("audit", "rebuild", "--db", twelve, "--head", "1:00000000")[0] == 2


def test_s12_a_backup_is_made_although_an_account_comes_from_no_event_and_says_so(twelve: str, tmp_path: Path) -> None:
    altered(
        twelve,
        "INSERT INTO accounts (clinic, name, role, password_hash, disabled, created_at) "
        "VALUES ('clinic', 'mallory', 'administrator', 'x', 0, '2026-01-01')",
        "UPDATE patients SET family_name = 'Other'",
    )
    backup, restored = str(tmp_path / "backup.db"), str(tmp_path / "restored.db")
    for words in (("backup", backup, "--db", twelve), ("restore", backup, "--db", restored)):
        code, out, err = run(*words)
        assert code == 1
        assert "12 events" in out
        assert err.count("\n") == 1, "the list of patients is not copied but made anew"
        assert "account 'mallory' was made by no event" in err
    assert [problem["table"] for problem in audit(restored)[1]["problems"]] == ["accounts"]
