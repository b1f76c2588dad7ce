"""The views beside the events: each is what its events say, of that clinic and patient alone, and can be made anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Table, select

from reprieve.record.chart import ChartPatient, Condition
from reprieve.record.event_bodies import ClosedChart, Erasure, Reading, Registration, Revoked, Share
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.engine import Database
from reprieve.store.fold_views import rebuild
from reprieve.store.ledger import Ledger
from reprieve.store.tables import closed_charts, events, glasses, patients, shares
from reprieve.store.verify import verify

START = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
END = START + timedelta(days=30)
HERE, SAME_PATIENT_ELSEWHERE, OTHER_PATIENT = ("clinic", "a"), ("other", "a"), ("clinic", "b")
EVERYBODY = (HERE, SAME_PATIENT_ELSEWHERE, OTHER_PATIENT)
Place = tuple[str, str]
_number = iter(range(10_000))


def event(kind: EventKind, place: Place, body: Any) -> Event:
    return Event(id=f"v{next(_number)}", kind=kind, clinic=place[0], patient=place[1], by="Dr. A", at=START, body=body)


def granted(place: Place, share: str) -> Event:
    secret = f"secret of {share} of {place}"
    body = Share(share_id=share, scope="chart", expires_at=END, secret_hash=secret, for_whom="a colleague")
    return event(EventKind.SHARE_GRANTED, place, body)


def named(place: Place, **told: Any) -> Event:
    body = Registration(patient=ChartPatient(id=place[1], **told))
    return event(EventKind.PATIENT_AMENDED, place, body)


def rows(database: Database, table: Table) -> list[dict[str, Any]]:
    with database.read() as connection:
        return sorted((dict(row) for row in connection.execute(select(table)).mappings()), key=str)


@pytest.fixture
def shared(ledger: Ledger, registered: Callable[..., Event]) -> Ledger:
    """Three patients of two clinics; each has granted two shares, which bear the same ids everywhere."""
    for clinic, patient in EVERYBODY:
        ledger.append([registered(patient, clinic)])
    for place in EVERYBODY:
        ledger.append([granted(place, "one"), granted(place, "two")])
    return ledger


def open_shares(ledger: Ledger) -> set[tuple[str, str, str]]:
    told = rows(ledger.database, shares)
    assert {row["revoked"] for row in told} <= {0, 1}
    return {(row["clinic"], row["patient"], row["share_id"]) for row in told if not row["revoked"]}


def test_a_share_is_kept_as_it_was_granted(shared: Ledger) -> None:
    own = [row for row in rows(shared.database, shares) if (row["clinic"], row["patient"]) == HERE]
    assert own == [
        {
            "secret_hash": f"secret of {share} of {HERE}",
            "share_id": share,
            "clinic": "clinic",
            "patient": "a",
            "scope": "chart",
            "for_whom": "a colleague",
            "granted_by": "Dr. A",
            "granted_at": START.isoformat(),
            "expires_at": END.isoformat(),
            "revoked": 0,
        }
        for share in ("one", "two")
    ]


def test_a_share_that_is_taken_back_is_that_one_of_that_clinic(shared: Ledger) -> None:
    before = open_shares(shared)
    shared.append([event(EventKind.SHARE_REVOKED, SAME_PATIENT_ELSEWHERE, Revoked(share_id="one"))])
    assert before - open_shares(shared) == {("other", "a", "one")}


def test_who_is_erased_shares_nothing_more_and_nobody_else_is_touched(shared: Ledger) -> None:
    before = open_shares(shared)
    shared.append([event(EventKind.PATIENT_ERASED, HERE, Erasure(events=(), pseudonym="erased-1"))])
    assert before - open_shares(shared) == {("clinic", "a", "one"), ("clinic", "a", "two")}
    (line,) = [row for row in rows(shared.database, patients) if (row["clinic"], row["patient"]) == HERE]
    assert (line["family_name"], line["given_name"], line["birth_date"]) == ("erased-1", None, None)
    assert line["search"] == "erased-1"


def test_a_closed_chart_has_the_names_of_its_last_closing_until_it_is_open_to_all(shared: Ledger) -> None:
    def close(place: Place, *names: str) -> None:
        shared.append([event(EventKind.CHART_CLOSED, place, ClosedChart(names=names))])

    def closed() -> dict[Place, list[str]]:
        told = rows(shared.database, closed_charts)
        return {(row["clinic"], row["patient"]): json.loads(row["names"]) for row in told}

    for place in EVERYBODY:
        close(place, "Dr. A")
    close(HERE, "Dr. B", "nurse")
    others = {place: ["Dr. A"] for place in EVERYBODY if place != HERE}
    assert closed() == {HERE: ["Dr. B", "nurse"], **others}
    close(HERE)
    assert closed() == others


def test_a_broken_glass_is_open_for_an_hour_from_the_last_breaking(shared: Ledger) -> None:
    def broken(place: Place, by: str, minutes: int) -> None:
        at = START.astimezone(timezone(timedelta(hours=2))) + timedelta(minutes=minutes)
        shared.append([replace(event(EventKind.GLASS_BROKEN, place, Reading(what="chart")), by=by, at=at)])

    def until() -> dict[tuple[str, str, str], str]:
        told = rows(shared.database, glasses)
        return {(row["clinic"], row["patient"], row["account"]): row["until"] for row in told}

    for place in EVERYBODY:
        broken(place, "Dr. A", 0)
    broken(HERE, "Dr. B", 0)
    broken(HERE, "Dr. A", 5)
    assert until() == {
        (*HERE, "Dr. A"): "2026-03-28T23:05:00.000000+00:00",
        (*HERE, "Dr. B"): "2026-03-28T23:00:00.000000+00:00",
        (*SAME_PATIENT_ELSEWHERE, "Dr. A"): "2026-03-28T23:00:00.000000+00:00",
        (*OTHER_PATIENT, "Dr. A"): "2026-03-28T23:00:00.000000+00:00",
    }
    assert verify(shared.database).ok
    shared.append([event(EventKind.PATIENT_ERASED, HERE, Erasure(events=(), pseudonym="erased-1"))])
    assert {(clinic, patient) for clinic, patient, _ in until()} == {SAME_PATIENT_ELSEWHERE, OTHER_PATIENT}
    assert verify(shared.database).ok


def test_the_chart_of_an_erased_patient_is_no_longer_closed_and_no_other_is_opened(shared: Ledger) -> None:
    for place in EVERYBODY:
        shared.append([event(EventKind.CHART_CLOSED, place, ClosedChart(names=("Dr. A",)))])
    shared.append([event(EventKind.PATIENT_ERASED, HERE, Erasure(events=(), pseudonym="erased-1"))])
    left = {(row["clinic"], row["patient"]) for row in rows(shared.database, closed_charts)}
    assert left == {SAME_PATIENT_ELSEWHERE, OTHER_PATIENT}
    assert verify(shared.database).ok


def test_one_write_of_many_kinds_reaches_every_view(ledger: Ledger, registered: Callable[..., Event]) -> None:
    # An event of the clinic itself stands first and must not hide what follows it.
    told = Event(id="login", kind=EventKind.CHART_READ, clinic="clinic", patient=None, by="Dr. A", at=START, body=None)
    close = event(EventKind.CHART_CLOSED, HERE, ClosedChart(names=("Dr. A",)))
    ledger.append([told, registered(), granted(HERE, "one"), close])
    assert open_shares(ledger) == {("clinic", "a", "one")}
    assert len(rows(ledger.database, closed_charts)) == 1
    assert ledger.version("clinic", "a") == 2, "who may look is no change of the chart"


def test_the_list_shows_the_latest_names_and_the_first_diagnosis(shared: Ledger) -> None:
    def line() -> dict[str, Any]:
        (one,) = [row for row in rows(shared.database, patients) if (row["clinic"], row["patient"]) == HERE]
        return one

    shared.append([named(HERE, family_name="Ångström", given_name="Ida", birth_date=START.date())])
    assert line()["search"] == "angstrom ida"
    assert line()["birth_date"] == "2026-03-28"
    for condition in ("cervical_dystonia", "blepharospasm"):
        shared.append([event(EventKind.CONDITION_RECORDED, HERE, Condition(condition=condition))])
    assert line()["condition"] == "cervical_dystonia"
    assert line()["version"] == shared.head()[0]
    shared.append([named(HERE, given_name="Ida")])
    assert (line()["family_name"], line()["birth_date"], line()["search"]) == (None, None, "ida")
    assert [row["version"] for row in rows(shared.database, patients) if row["clinic"] == "other"] == [2]


def test_views_made_anew_are_the_views_that_were_kept(shared: Ledger) -> None:
    shared.append([event(EventKind.SHARE_REVOKED, HERE, Revoked(share_id="two"))])
    shared.append([event(EventKind.CHART_CLOSED, OTHER_PATIENT, ClosedChart(names=("Dr. A",)))])
    shared.append([event(EventKind.CONDITION_RECORDED, HERE, Condition(condition="cervical_dystonia"))])
    tables = (patients, shares, closed_charts)
    kept = {table.name: rows(shared.database, table) for table in tables}
    with shared.database.write() as connection:
        for table in (shares, closed_charts):
            connection.execute(table.update().values(clinic="nonsense"))
        connection.execute(patients.update().values(search="nonsense", condition=None))
    assert rebuild(shared.database) == 3
    assert {table.name: rows(shared.database, table) for table in tables} == kept


def test_views_are_made_anew_from_a_record_whose_content_was_erased(shared: Ledger) -> None:
    own = (events.c.clinic == HERE[0]) & (events.c.patient == HERE[1])
    before = open_shares(shared)
    with shared.database.write() as connection:
        connection.execute(events.update().where(own).values(body=None))
    assert rebuild(shared.database) == 3
    assert before - open_shares(shared) == {("clinic", "a", "one"), ("clinic", "a", "two")}
    (line,) = [row for row in rows(shared.database, patients) if (row["clinic"], row["patient"]) == HERE]
    assert (line["family_name"], line["search"]) == (None, "")
