"""S24: one person's data come out whole; erasure takes who it was and keeps what was given."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from reprieve.app.clinic import Clinic
from reprieve.store.fold_views import rebuild
from reprieve.store.tables import accounts, events, patients, sign_ins, writes
from reprieve.store.verify import verify

OWN_WORDS = ("Zwetschgenbaum", "Philippa", "quincewords", "mirabelle", "1961-04-03")

EACH = pytest.mark.parametrize(
    "record", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def everything_stored(store: Clinic) -> str:
    with store.database.read() as connection:
        tables = (events, patients, accounts, writes)
        return "\n".join(str(row) for table in tables for row in connection.execute(select(table)))


@EACH
def test_s24_erasure_takes_who_it_was_and_keeps_what_was_given(store: Clinic, signed_in: Callable) -> None:
    injector, administrator, patient = signed_in("injector"), signed_in("administrator"), signed_in("patient")
    before = injector.get("/api/patients/p-1/chart").json()
    answer = administrator.post("/api/patients/p-1/erase", {"reason": "the patient asked in writing"})
    assert answer.status_code == 200, answer.text
    pseudonym = answer.json()["pseudonym"]
    after = injector.get("/api/patients/p-1/chart").json()
    assert after["sessions"] == before["sessions"]
    assert after["ratings"] == before["ratings"]
    assert after["patient"]["family_name"] == pseudonym
    assert after["patient"]["birth_date"] is None
    assert after["goals"] == after["diary"] == []
    assert patient.get("/api/mine").status_code == 401, "the account went with the person"
    rows = injector.get("/api/patients", params={"search": "zwetschgenbaum"}).json()["rows"]
    assert [row["patient_id"] for row in rows] == ["p-2"]
    assert verify(store.database).ok


@EACH
def test_s24_no_byte_of_the_person_is_left(store: Clinic, signed_in: Callable) -> None:
    for clinic, patients_there in (("clinic", ("p-1", "p-2")), ("south", ("p-1", "s-9"))):
        administrator = signed_in("administrator", clinic)
        for patient in patients_there:
            assert administrator.post(f"/api/patients/{patient}/erase", {"reason": "asked"}).status_code == 200
    left = everything_stored(store)
    if store.database.path is not None:
        with store.database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        left += store.database.path.read_bytes().decode("latin-1")
    for word in OWN_WORDS:
        assert word not in left


def test_s24_a_request_that_named_the_person_cannot_be_guessed_back(store: Clinic, signed_in: Callable) -> None:
    injector = signed_in("injector")
    who = {"patient": {"id": "new_1", "family_name": "Zwetschgenbaum", "birth_date": "1961-04-03"}}
    made = injector.post("/api/patients", who, key="register-new-1")
    assert made.status_code == 201, made.text
    signed_in("administrator").post("/api/patients/new_1/erase", {"reason": "asked"})
    with store.database.read() as connection:
        assert connection.scalar(select(writes.c.request_digest).where(writes.c.key == "register-new-1")) == ""
    assert injector.post("/api/patients", who, key="register-new-1").status_code == 409


@EACH
def test_s24_of_two_clinics_with_the_same_id_only_the_asked_one_erases(store: Clinic, signed_in: Callable) -> None:
    assert signed_in("administrator").post("/api/patients/p-1/erase", {"reason": "asked"}).status_code == 200
    other = signed_in("injector", "south").get("/api/patients/p-1/chart").json()
    assert other["patient"]["family_name"] == "Zwetschgenbaum"
    assert len(other["diary"]) == 3
    with store.database.read() as connection:
        assert connection.execute(
            select(accounts).where(accounts.c.clinic == "south", accounts.c.patient == "p-1")
        ).all()
        assert connection.execute(select(sign_ins).where(sign_ins.c.clinic == "south")).all()


def test_s24_erased_twice_is_one_clear_answer(signed_in: Callable) -> None:
    administrator = signed_in("administrator")
    administrator.post("/api/patients/p-1/erase", {"reason": "asked"})
    again = administrator.post("/api/patients/p-1/erase", {"reason": "asked"})
    assert again.status_code == 409
    assert "erased before" in again.json()["error"]["message"]


def test_s15_a_repeated_erasure_answers_as_the_first(signed_in: Callable) -> None:
    administrator = signed_in("administrator")
    first = administrator.post("/api/patients/p-1/erase", {"reason": "asked"}, key="erase-p1-once")
    again = administrator.post("/api/patients/p-1/erase", {"reason": "asked"}, key="erase-p1-once")
    assert again.json() == first.json()
    assert again.headers["idempotent-replay"] == "true"


@pytest.mark.parametrize("reason", ["", "  ", "no"])
def test_s24_erasure_needs_a_reason(signed_in: Callable, reason: str) -> None:
    answer = signed_in("administrator").post("/api/patients/p-1/erase", {"reason": reason})
    assert answer.status_code == 422
    assert signed_in("injector").get("/api/patients/p-1/chart").json()["patient"]["family_name"] == "Zwetschgenbaum"


def test_s12_content_that_vanished_without_an_event_of_erasure_is_found(store: Clinic) -> None:
    with store.database.write() as connection:
        row = connection.execute(select(events).where(events.c.kind == "diary_entered").limit(1)).one()
        connection.execute(events.update().where(events.c.seq == row.seq).values(body=None, salt=None))
    found = verify(store.database)
    assert [problem.number for problem in found.problems] == [row.seq]
    assert "no event of erasure" in found.problems[0].what


def test_s24_the_list_of_patients_rebuilt_after_an_erasure_holds_no_name(store: Clinic, signed_in: Callable) -> None:
    signed_in("administrator").post("/api/patients/p-1/erase", {"reason": "asked"})
    rebuild(store.database)
    with store.database.read() as connection:
        row = connection.execute(
            select(patients).where(patients.c.clinic == "clinic", patients.c.patient == "p-1")
        ).one()
    assert row.family_name.startswith("erased-")
    assert row.birth_date is None


def test_s24_s19_the_patients_own_export_holds_everything(store: Clinic, signed_in: Callable) -> None:
    signed_in("injector").get("/api/patients/p-1/chart")
    told = signed_in("patient").get("/api/mine/export").json()
    assert told["lots"] == ["LOT-7"]
    assert told["chart"]["patient"]["id"] == "p-1"
    stored = [event for event in store.ledger.events_of("clinic", "p-1") if event.changes_chart]
    assert [row["id"] for row in told["events"]] == [event.id for event in stored]
    assert "injector" in {row["by"] for row in told["readings"]}
