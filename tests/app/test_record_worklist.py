"""The work list: what is left out early never belongs; lines survive a restart; a write brings its line up to date."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from reprieve.app.accounts.accounts import Accounts, Person, Role
from reprieve.app.accounts.vault import Vault
from reprieve.app.clinic import Clinic
from reprieve.app.clock import now
from reprieve.app.ids import origin
from reprieve.app.record import today as record_today
from reprieve.app.record.audit import verification
from reprieve.app.record.entries import record_entry
from reprieve.app.record.forecasts import Forecasts
from reprieve.app.record.lines import Flag, Line, store_lines, stored_lines
from reprieve.app.record.today import WorkList, _belongs, _may_belong, _row
from reprieve.record.chart import Appointment, Chart, ChartPatient, GivenInjection, Goal, Session, Symptom
from reprieve.record.plan import Exposure
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger
from reprieve.store.tables import work_lines

DAY = date(2026, 11, 26)
WEEK = (DAY + timedelta(days=7)).isoformat()
NURSE = Person("clinic", "nurse", Role.NURSE)


def random_line(draw: random.Random, number: int) -> Line:
    days = sorted(draw.sample(range(-200, 60), draw.randrange(6)))
    flags = [
        Flag("never_injected", "x"),
        Flag("unsigned", "x"),
        Flag("red_flag", "x", {"date": "2026-11-01"}),
        Flag("red_flag", "x", {"date": "2020-01-01"}),
    ]
    return Line(
        patient_id=f"p{number}",
        family_name="A",
        given_name=None,
        birth_date=None,
        condition=None,
        version=number,
        appointments=tuple(
            {
                "date": (DAY + timedelta(days=day)).isoformat(),
                "purpose": "injection",
                "state": draw.choice(["booked", "kept", "missed", "cancelled"]),
            }
            for day in days
        ),
        last_date=draw.choice([None, DAY, DAY - timedelta(days=draw.randrange(300))]),
        last_product="onabotulinumtoxinA",
        last_units=draw.choice([None, Decimal("97.5")]),
        flags=tuple(draw.sample(flags, draw.choice([0, 0, 0, 1, 2]))),
    )


def random_forecast(draw: random.Random) -> dict[str, Any] | None:
    share = draw.choice([None, 0.0, 0.49, 0.5, 0.9])
    told = {"abstains": draw.random() < 0.3, "reason": None, "wear_off": None, "fading": None, "faded_share": share}
    return draw.choice([None, told])


def test_who_is_left_out_early_never_belongs_to_the_day() -> None:
    draw = random.Random(4)
    belonging = left_out = 0
    for number in range(20_000):
        line, forecast = random_line(draw, number), random_forecast(draw)
        if _belongs(_row(line, forecast, DAY), DAY):
            belonging += 1
            assert _may_belong(line, forecast, DAY, WEEK), (line, forecast)
        else:
            left_out += not _may_belong(line, forecast, DAY, WEEK)
    assert belonging > 2000
    assert left_out > 2000, "nobody is left out early: this showed nothing"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Clinic]:
    database = Database(str(tmp_path / "clinic.db"))
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    clinic = Clinic(database, accounts=Accounts(Ledger(database, origin()), now, quick))
    charts = [Chart(patient=ChartPatient(id=f"p{number}", family_name=f"N{number}")) for number in range(30)]
    clinic.import_charts(charts, clinic="clinic", by="test")
    yield clinic
    database.close()


def test_lines_are_the_same_after_a_restart(store: Clinic) -> None:
    lines = [random_line(random.Random(5), number) for number in range(900)]
    store_lines(store.database, store.accounts.vault, "clinic", lines)
    store_lines(store.database, store.accounts.vault, "south", lines[:3])
    versions = {line.patient_id: line.version for line in lines} | {"p7": 99_999}
    found = stored_lines(store.database, store.accounts.vault, "clinic", versions)
    assert found == {line.patient_id: line for line in lines if line.patient_id != "p7"}


def test_a_write_brings_its_line_up_to_date_in_every_list(store: Clinic) -> None:
    running = WorkList(store, Forecasts(store))
    assert len(running.on("clinic", DAY)["rows"]) == 30
    record_entry(store, NURSE, "p3", "appointments", Appointment(date=DAY))
    restarted = WorkList(store, Forecasts(store))
    for each in (running, restarted):
        row = next(row for row in each.on("clinic", DAY)["rows"] if row["patient_id"] == "p3")
        assert row["appointment"]["date"] == DAY.isoformat()
    assert restarted.on("clinic", DAY) == running.on("clinic", DAY)
    assert running.on("south", DAY)["rows"] == []


def test_the_lines_of_a_large_import_are_made_a_little_at_a_time(store: Clinic) -> None:
    people = [f"r{number:02}" for number in range(25)]
    charts = [Chart(patient=ChartPatient(id=person, family_name=person)) for person in people]
    store.import_charts(charts, clinic="clinic", by="test")
    everybody = len(store.patient_ids("clinic"))
    bit_by_bit = WorkList(store, Forecasts(store))
    made = 0
    while step := bit_by_bit.make_lines("clinic", 0.0):
        assert step == 1, "no time was given, so one at a time"
        made += step
        if made <= 5:
            record_entry(store, NURSE, people[-1], "goals", Goal(text=f"while the lines are made, {made}"))
        assert made <= everybody + 5, "it never ends"
    at_once = WorkList(store, Forecasts(store))
    assert bit_by_bit.on("clinic", DAY) == at_once.on("clinic", DAY)
    assert len(bit_by_bit._lines["clinic"]) == everybody


def test_a_look_while_lines_are_made_says_how_many_wait(store: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    charts = [Chart(patient=ChartPatient(id=f"r{number:02}")) for number in range(10)]
    store.import_charts(charts, clinic="clinic", by="test")
    everybody = len(store.patient_ids("clinic"))
    monkeypatch.setattr(record_today, "LINES_S", 0.0)
    looked = WorkList(store, Forecasts(store))
    for number in range(1, everybody + 1):
        told = looked.on("clinic", DAY)
        assert (told["patients"], told["pending"]) == (number, everybody - number)


def test_a_flag_says_its_kind_and_values_so_that_a_screen_can_put_it_in_words(store: Clinic) -> None:
    unsigned = Session(
        id="s1",
        date=DAY - timedelta(days=40),
        product="onabotulinumtoxinA",
        indication="cervical_dystonia",
        injections=(GivenInjection(muscle="splenius_capitis", side="left", units=Decimal(50)),),
    )
    chart = Chart(
        patient=ChartPatient(id="flagged"),
        sessions=(unsigned,),
        symptoms=(Symptom(date=DAY - timedelta(days=3), symptom="breathing_difficulty", seriousness="severe"),),
        exposures=(
            Exposure(date=DAY - timedelta(days=10), product="onabotulinumtoxinA", place="Bladder clinic"),
            Exposure(date=DAY - timedelta(days=9), product="onabotulinumtoxinA"),
        ),
        appointments=(Appointment(date=DAY - timedelta(days=2)),),
    )
    store.import_charts([chart], clinic="clinic", by="test")
    rows = WorkList(store, Forecasts(store)).on("clinic", DAY)["rows"]
    told = {
        (flag["kind"], *flag["values"].items()): flag["text"]
        for row in rows
        if row["patient_id"] == "flagged"
        for flag in row["flags"]
    }
    assert told == {
        ("red_flag", ("symptom", "breathing_difficulty"), ("seriousness", "severe"), ("date", "2026-11-23")): (
            "breathing difficulty, severe"
        ),
        ("unsigned", ("date", "2026-10-17")): "session of 2026-10-17 is not signed",
        ("duplicate_exposure", ("date", "2026-11-16"), ("place", "Bladder clinic")): (
            "toxin given at Bladder clinic on 2026-11-16"
        ),
        ("duplicate_exposure", ("date", "2026-11-17"), ("place", "")): "toxin given elsewhere on 2026-11-17",
        ("overdue", ("date", "2026-11-24")): "appointment of 2026-11-24 was missed",
    }


def test_what_another_hand_wrote_into_the_kept_answers_is_not_believed(store: Clinic) -> None:
    serious = Symptom(date=DAY, symptom="dysphagia", seriousness="serious")
    record_entry(store, NURSE, "p3", "symptoms", serious)
    before = WorkList(store, Forecasts(store)).on("clinic", DAY)
    with store.database.write() as connection:
        told = connection.execute(select(work_lines).where(work_lines.c.patient == "p3")).one()
        hidden = told.line.replace("red_flag", "never_injected")
        assert hidden != told.line
        connection.execute(update(work_lines).where(work_lines.c.patient == "p3").values(line=hidden))
        # A whole line of somebody else's, and one without any mark, are no better.
        other = select(work_lines.c.line).where(work_lines.c.patient == "p5").scalar_subquery()
        connection.execute(update(work_lines).where(work_lines.c.patient == "p4").values(line=other))
        connection.execute(update(work_lines).where(work_lines.c.patient == "p6").values(line="{}"))
    assert WorkList(store, Forecasts(store)).on("clinic", DAY) == before
    assert verification(store)["ok"], "and they were made anew"


def test_a_server_without_a_key_keeps_no_answers_and_believes_none(store: Clinic, tmp_path: Path) -> None:
    before = WorkList(store, Forecasts(store)).on("clinic", DAY)
    store.accounts.vault = Vault(tmp_path / "clinic.db" / "no-folder" / "key")
    assert WorkList(store, Forecasts(store)).on("clinic", DAY) == before
    assert verification(store)["ok"], "lines of another key are no sign of another hand"
