"""S12: what stands beside the events is proved by them: a cell that something else changed is found, with its table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table, delete, insert, select, update

from reprieve.record.chart import ChartPatient, Condition
from reprieve.record.event_bodies import AccountChange, ClosedChart, Erasure, Reading, Registration, Share
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.access_proof import digest_of_sign_in, digests_of
from reprieve.store.engine import Database
from reprieve.store.fold_views import rebuild
from reprieve.store.ledger import Ledger
from reprieve.store.tables import (
    accounts,
    anchors,
    closed_charts,
    events,
    forecasts,
    glasses,
    identities,
    passkeys,
    patients,
    push_subscriptions,
    shares,
    sign_ins,
    work_lines,
)
from reprieve.store.verify import Verification, verify

AT = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
LATER = (AT + timedelta(hours=12)).isoformat()
OWN = {"clinic": "clinic", "account": "Dr. A", "created_at": AT.isoformat()}
_number = iter(range(10_000))


def event(kind: EventKind, body: Any, patient: str | None = None, by: str = "Dr. A") -> Event:
    return Event(id=f"b{next(_number)}", kind=kind, clinic="clinic", patient=patient, by=by, at=AT, body=body)


def account_row(name: str, role: str, patient: str | None = None) -> dict[str, Any]:
    secret = f"$argon2id$of {name}"
    return {"clinic": "clinic", "name": name, "role": role, "patient": patient, "password_hash": secret, "disabled": 0,
            "created_at": AT.isoformat()}  # fmt: skip


def made(ledger: Ledger, name: str, role: str = "injector", patient: str | None = None) -> None:
    row = account_row(name, role, patient)
    ledger.append(
        [event(EventKind.ACCOUNT_CREATED, AccountChange(account=name, role=role, patient=patient), by="first run")],
        first=lambda connection: connection.execute(insert(accounts).values(**row)),
    )


def changed(
    ledger: Ledger, what: str, work: Callable[[Connection], object], by: str = "Dr. A", name: str = "Dr. A"
) -> None:
    told = event(EventKind.ACCOUNT_CHANGED, AccountChange(account=name, change=what), by=by)
    ledger.append([told], first=work)


def added(ledger: Ledger, what: str, table: Table, **row: Any) -> None:
    changed(ledger, what, lambda connection: connection.execute(insert(table).values(**OWN, **row)))


def signed_in(ledger: Ledger) -> None:
    row = {"token_hash": "t" * 64, "created_at": AT.isoformat(), "expires_at": LATER}
    digest = digest_of_sign_in(row["token_hash"], "Dr. A", row["created_at"], LATER)
    told = AccountChange(account="Dr. A", change="signed in", sign_in=digest)

    def work(connection: Connection) -> None:
        connection.execute(insert(sign_ins).values(**row, clinic="clinic", account="Dr. A", seen_at=row["created_at"]))
        connection.execute(update(accounts).where(accounts.c.name == "Dr. A").values(totp_secret="v1:x", totp_last=7))

    ledger.append([event(EventKind.SIGNED_IN, told)], first=work)


@pytest.fixture
def used(ledger: Ledger) -> Ledger:
    """A record with a row in every table that the events prove, all of it written by the ledger."""
    person = ChartPatient(id="p1", family_name="Sample", given_name="Sam", birth_date=AT.date())
    ledger.append([event(EventKind.PATIENT_REGISTERED, Registration(patient=person), "p1")])
    ledger.append([event(EventKind.CONDITION_RECORDED, Condition(condition="cervical_dystonia"), "p1")])
    made(ledger, "Dr. A")
    made(ledger, "sam", "patient", "p1")
    added(ledger, "passkey added", passkeys, credential="c", label="key", public_key="k", sign_count=1, site="here")
    added(ledger, "tied to an identity provider", identities, issuer="https://idp", subject="42")
    added(
        ledger, "reminders turned on", push_subscriptions, id="d", endpoint="https://push", public_key="k", auth="a",
        language="en",
    )  # fmt: skip
    signed_in(ledger)
    share = Share(share_id="s", scope="chart", expires_at=AT, secret_hash="h", for_whom="a colleague")
    ledger.append([event(EventKind.SHARE_GRANTED, share, "p1")])
    ledger.append([event(EventKind.CHART_CLOSED, ClosedChart(names=("Dr. A",)), "p1")])
    ledger.append([event(EventKind.GLASS_BROKEN, Reading(what="chart"), "p1", by="Dr. B")])
    return ledger


def told(found: Verification) -> set[str]:
    return {problem.table for problem in found.problems}


PROVED = (
    anchors, patients, shares, closed_charts, glasses, accounts, passkeys, identities, push_subscriptions, sign_ins,
)  # fmt: skip
# Moved forward by every request of a sign-in that is in use; when it ends is proved.
UNPROVED = {"sign_ins.seen_at"}
CELLS = [
    pytest.param(table, column.name, id=f"{table.name}.{column.name}")
    for table in PROVED
    for column in table.c
    if f"{table.name}.{column.name}" not in UNPROVED
]


def test_s12_an_untouched_record_is_proved_with_all_its_tables(used: Ledger) -> None:
    found = verify(used.database)
    assert found.ok
    assert found.chain
    assert [remark for remark in found.remarks if "last event" not in remark] == []
    with used.database.read() as connection:
        for table in PROVED:
            assert connection.execute(select(table)).first() is not None, f"{table.name} is empty and proves nothing"


@pytest.mark.parametrize(("table", "name"), CELLS)
def test_s12_a_cell_that_something_else_changed_is_found_in_its_table(used: Ledger, table: Table, name: str) -> None:
    column = table.c[name]
    with used.database.write() as connection:
        row = connection.execute(select(table)).mappings().first()
        assert row is not None
        number = column.type.python_type is int
        other = (row[name] or 0) + 1000 if number else "2020-01-01" if name == "next_visit" else "other"
        connection.execute(update(table).where(*_same(table, row)).values({name: other}))
    found = verify(used.database)
    assert not found.ok
    assert told(found) == {"events" if name in ("seq", "hash") else table.name}
    assert found.chain == (name not in ("seq", "hash"))
    assert str(found.problems[0]) == found.problem


def _same(table: Table, row: Any) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key.columns]


@pytest.mark.parametrize("table", [table for table in PROVED if table not in (glasses, sign_ins, anchors)])
def test_s12_a_row_that_is_gone_is_found_in_its_table(used: Ledger, table: Table) -> None:
    with used.database.write() as connection:
        row = connection.execute(select(table)).mappings().first()
        connection.execute(delete(table).where(*_same(table, row)))
    assert told(verify(used.database)) == {table.name}


def test_s12_a_glass_or_a_sign_in_that_is_gone_opens_nothing(used: Ledger) -> None:
    with used.database.write() as connection:
        connection.execute(delete(glasses))
        connection.execute(delete(sign_ins))
    assert verify(used.database).ok


@pytest.mark.parametrize("table", [patients, shares, closed_charts, glasses, accounts, sign_ins])
def test_s12_a_row_that_was_put_in_is_found_in_its_table(used: Ledger, table: Table) -> None:
    with used.database.write() as connection:
        row = dict(connection.execute(select(table)).mappings().first() or {})
        key = next(column.name for column in table.primary_key.columns if column.name != "clinic")
        for name in ("put in", "and another"):
            connection.execute(insert(table).values(**{**row, key: name}))
    problems = verify(used.database).problems
    assert [(problem.table, problem.number) for problem in problems] == [(table.name, 0)] * 2


@pytest.mark.parametrize("table", [passkeys, identities, push_subscriptions])
def test_s12_a_way_in_that_was_put_in_for_an_account_that_had_none_is_found(used: Ledger, table: Table) -> None:
    for name in ("sam", "nobody"):
        with used.database.write() as connection:
            row = dict(connection.execute(select(table)).mappings().first() or {})
            key = next(iter(table.primary_key.columns)).name
            connection.execute(insert(table).values(**{**row, key: f"put in for {name}", "account": name}))
        found = verify(used.database)
        assert told(found) == {table.name}
        assert name in str(found.problems[-1]) or name in str(found.problems[0])


def test_s12_a_password_that_was_changed_and_used_stays_found(used: Ledger) -> None:
    with used.database.write() as connection:
        own = accounts.c.name == "Dr. A"
        connection.execute(update(accounts).where(own).values(password_hash="$argon2id$of somebody else"))
    # The program lets the stranger in, and its next event proves the row as it is by now.
    signed_in_again = event(EventKind.SIGNED_IN, AccountChange(account="Dr. A", change="signed in"))
    used.append([signed_in_again])
    found = verify(used.database)
    assert [(problem.table, problem.number) for problem in found.problems] == [("accounts", used.head()[0])]
    changed(used, "password", lambda connection: None)
    assert not verify(used.database).ok, "whoever came in cannot set it right"


def test_s12_a_new_password_by_somebody_else_ends_the_finding_and_is_told(used: Ledger) -> None:
    def sets(secret: str, by: str) -> Callable[[Connection], object]:
        own = accounts.c.name == "Dr. A"
        return lambda connection: connection.execute(update(accounts).where(own).values(password_hash=secret))

    with used.database.write() as connection:
        sets("$argon2id$of somebody else", "")(connection)
    changed(used, "enabled", lambda connection: None, by="administrator")
    assert not verify(used.database).ok
    changed(used, "password", sets("$argon2id$new", "administrator"), by="administrator")
    found = verify(used.database)
    assert found.ok
    assert any("new password" in remark and "'Dr. A'" in remark for remark in found.remarks)


def test_s12_a_passkey_that_was_put_in_is_not_forgiven_while_it_is_there(used: Ledger) -> None:
    with used.database.write() as connection:
        more = {"credential": "evil", "label": "key", "public_key": "e", "sign_count": 0, "site": "here"}
        connection.execute(insert(passkeys).values(**OWN, **more))
    changed(used, "password", lambda connection: None, by="administrator")
    assert told(verify(used.database)) == {"passkeys"}
    changed(
        used,
        "password, second factors taken away",
        lambda connection: connection.execute(delete(passkeys)),
        by="administrator",
    )
    assert verify(used.database).ok


def test_s12_the_digests_are_the_ones_that_records_hold(used: Ledger) -> None:
    # Computed here from the definition alone; another way of writing them would break the proof of every record.
    def digest(*told: Any) -> str:
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    secret, at = "$argon2id$of Dr. A", AT.isoformat()
    with used.database.write() as connection:
        connection.execute(update(passkeys).values(label="Schlüssel"))
    with used.database.read() as connection:
        told = digests_of(connection, ("clinic", "Dr. A"))
    assert told == {
        ("clinic", "Dr. A"): {
            "accounts": digest(secret, ["injector", None, secret, "v1:x", 7, 0, at]),
            "passkeys": digest(secret, ["c", "Schlüssel", "k", 1, "here", at]),
            "identities": digest(secret, ["https://idp", "42", at]),
            "push_subscriptions": digest(secret, ["d", "https://push", "k", "a", "en", at]),
        }
    }
    assert digest_of_sign_in("t", "Dr. A", at, LATER) == digest("t", "Dr. A", at, LATER)


def test_s12_disabled_accounts_follow_from_their_events(used: Ledger) -> None:
    def sets(value: int) -> Callable[[Connection], object]:
        own = accounts.c.name == "sam"
        return lambda connection: connection.execute(update(accounts).where(own).values(disabled=value))

    changed(used, "disabled", sets(1), name="sam")
    assert verify(used.database).ok
    with used.database.write() as connection:
        sets(0)(connection)
    assert told(verify(used.database)) == {"accounts"}
    with used.database.write() as connection:
        sets(1)(connection)
    changed(used, "password", lambda connection: None, name="sam")
    assert verify(used.database).ok, "another change leaves it disabled"
    changed(used, "enabled, password", sets(0), name="sam")
    assert verify(used.database).ok


def test_s12_the_account_of_an_erased_patient_is_gone_and_stays_gone(used: Ledger) -> None:
    used.append(
        [event(EventKind.PATIENT_ERASED, Erasure(events=(), pseudonym="erased-1"), "p1")],
        also=lambda connection: connection.execute(delete(accounts).where(accounts.c.patient == "p1")),
    )
    assert verify(used.database).ok
    with used.database.read() as connection:
        for table in (closed_charts, glasses):
            assert connection.execute(select(table)).all() == []
    with used.database.write() as connection:
        connection.execute(insert(accounts).values(**account_row("sam", "patient", "p1")))
    assert told(verify(used.database)) == {"accounts"}


def test_s12_something_put_where_content_was_erased_is_found(used: Ledger) -> None:
    first = used.latest("clinic", limit=100)[-1][2].id
    used.append(
        [event(EventKind.PATIENT_ERASED, Erasure(events=(first,), pseudonym="erased-1"), "p1")],
        also=lambda connection: (
            connection.execute(update(events).where(events.c.id == first).values(body=None, salt=None))
            and connection.execute(delete(accounts).where(accounts.c.patient == "p1"))
        ),
    )
    assert verify(used.database).ok
    with used.database.write() as connection:
        connection.execute(update(events).where(events.c.id == first).values(salt="who it was"))
    assert [problem.number for problem in verify(used.database).problems] == [1]


def test_s12_tables_are_not_judged_by_events_that_were_changed(used: Ledger) -> None:
    with used.database.write() as connection:
        connection.execute(update(events).where(events.c.seq == 3).values(by="somebody"))
        connection.execute(update(patients).values(family_name="other"))
    found = verify(used.database)
    assert not found.chain
    assert told(found) == {"events"}
    assert any("not compared" in remark for remark in found.remarks)


def test_s12_the_views_are_made_anew_and_accounts_are_left_alone(used: Ledger, database: Database) -> None:
    with database.write() as connection:
        connection.execute(update(patients).values(search="other", version=1))
        connection.execute(delete(closed_charts))
        connection.execute(update(shares).values(revoked=1))
        connection.execute(update(glasses).values(until="9999"))
        kept = {"clinic": "clinic", "patient": "p1", "version": 2}
        connection.execute(insert(work_lines).values(**kept, line="{}"))
        connection.execute(insert(forecasts).values(**kept, on_date="2026-03-28", answer="{}"))
    found = verify(database)
    assert told(found) == {"patients", "closed_charts", "shares", "glasses"}
    assert [problem.number for problem in found.problems if problem.table == "patients"] == [2]
    assert any("of patient 'p1' by 'Dr. B'" in problem.what for problem in found.problems)
    assert rebuild(database) == 1
    assert verify(database).ok
    with database.read() as connection:
        for table in (work_lines, forecasts):
            assert connection.execute(select(table)).all() == [], "what only spares computing is forgotten"


def test_two_diagnoses_of_one_write_are_listed_by_the_first(ledger: Ledger) -> None:
    person = Registration(patient=ChartPatient(id="p1"))
    told_at_once = [
        event(EventKind.PATIENT_REGISTERED, person, "p1"),
        event(EventKind.CONDITION_RECORDED, Condition(condition="cervical_dystonia"), "p1"),
        event(EventKind.CONDITION_RECORDED, Condition(condition="blepharospasm"), "p1"),
    ]
    ledger.append(told_at_once)
    with ledger.database.read() as connection:
        assert connection.scalar(select(patients.c.condition)) == "cervical_dystonia"
    assert verify(ledger.database).ok
