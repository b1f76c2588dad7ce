"""The chart that is kept in memory is the one that all events give, whatever was written in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from reprieve.app import clinic as clinic_module
from reprieve.app.accounts.accounts import Accounts, Person, Role
from reprieve.app.clinic import Clinic
from reprieve.app.clock import now
from reprieve.app.ids import origin
from reprieve.app.record.entries import amend_entry, record_entry
from reprieve.app.record.erasure import erase_patient
from reprieve.app.record.history import history_of
from reprieve.core.errors import ConflictError
from reprieve.record.chart import Chart, ChartPatient, Goal, Symptom
from reprieve.record.fold import fold_chart
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger

NURSE = Person("clinic", "nurse", Role.NURSE)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Clinic]:
    database = Database(str(tmp_path / "clinic.db"))
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    clinic = Clinic(database, accounts=Accounts(Ledger(database, origin()), now, quick))
    clinic.import_charts([Chart(patient=ChartPatient(id="a", family_name="Sample"))], clinic="clinic", by="test")
    yield clinic
    database.close()


def whole(store: Clinic) -> Chart:
    return fold_chart(store.ledger.events_of("clinic", "a"))


def test_the_kept_chart_is_the_one_that_all_events_give(store: Clinic) -> None:
    ids = []
    for number in range(12):
        receipt = record_entry(store, NURSE, "a", "symptoms", Symptom(date=date(2026, 1, 1), symptom=f"s{number}"))
        ids.append(receipt.answer["id"])
        store.read(NURSE, "a", f"look {number}")  # readings stand between the entries and change nothing
        assert store.view("clinic", "a").chart == whole(store)
    amend_entry(store, NURSE, "a", ids[3], Symptom(date=date(2026, 1, 2), symptom="corrected"), reason="wrong day")
    assert store.view("clinic", "a").chart == whole(store)
    amend_entry(store, NURSE, "a", ids[5], None, reason="another patient's")
    assert store.view("clinic", "a").chart == whole(store)
    assert [entry.symptom for entry in whole(store).symptoms][:5] == ["s0", "s1", "s2", "corrected", "s4"]


def test_s24_the_kept_chart_forgets_what_was_erased(store: Clinic) -> None:
    record_entry(store, NURSE, "a", "goals", Goal(text="private words"))
    assert "private words" in str(store.view("clinic", "a").chart)
    erase_patient(store, Person("clinic", "admin", Role.ADMINISTRATOR), "a", reason="asked")
    assert "private words" not in str(store.view("clinic", "a").chart)
    assert "Sample" not in str(store.view("clinic", "a").chart)
    assert store.view("clinic", "a").chart == whole(store)


def test_a_kept_chart_of_another_process_is_brought_up_to_date(store: Clinic, tmp_path: Path) -> None:
    other_database = Database(str(tmp_path / "clinic.db"))
    other = Clinic(other_database, accounts=store.accounts)
    assert other.view("clinic", "a").chart.symptoms == ()
    record_entry(store, NURSE, "a", "symptoms", Symptom(date=date(2026, 1, 1), symptom="ptosis"))
    record_entry(store, NURSE, "a", "symptoms", Symptom(date=date(2026, 1, 2), symptom="fatigue"))
    assert other.view("clinic", "a").chart == store.view("clinic", "a").chart == whole(store)
    other_database.close()


def test_s12_the_history_names_who_what_before_and_why(store: Clinic) -> None:
    first = record_entry(store, NURSE, "a", "symptoms", Symptom(date=date(2026, 1, 1), symptom="ptosis")).answer["id"]
    told = Symptom(date=date(2026, 1, 1), symptom="diplopia")
    second = amend_entry(store, NURSE, "a", first, told, reason="asked again").answer["id"]
    row = next(row for row in history_of(store, "clinic", "a") if row["entry"] == first)
    assert row["standing"] == second
    old, new = row["versions"]
    assert (old["body"]["symptom"], new["body"]["symptom"]) == ("ptosis", "diplopia")
    assert new["changed"] == [{"field": "symptom", "old": "ptosis", "new": "diplopia"}]
    assert (new["by"], new["reason"]) == ("nurse", "asked again")
    amend_entry(store, NURSE, "a", second, None, reason="another patient's")
    row = next(row for row in history_of(store, "clinic", "a") if row["entry"] == first)
    assert row["standing"] is None
    assert len(row["versions"]) == 3


def test_whoever_saw_an_old_chart_is_told_who_changed_it_and_when(store: Clinic) -> None:
    seen = store.view("clinic", "a").version
    record_entry(store, Person("clinic", "Dr. B", Role.INJECTOR), "a", "goals", Goal(text="to read"))
    with pytest.raises(ConflictError, match=r"changed by Dr\. B just now \(goal set\); nothing was written"):
        record_entry(store, NURSE, "a", "goals", Goal(text="to walk"), seen=seen)
    assert [goal.text for goal in store.view("clinic", "a").chart.goals] == ["to read"]
    record_entry(store, NURSE, "a", "goals", Goal(text="to walk"), seen=store.view("clinic", "a").version)


def test_a_reading_does_not_make_the_chart_another_version(store: Clinic) -> None:
    seen = store.view("clinic", "a").version
    store.read(NURSE, "a", "chart")
    assert store.view("clinic", "a").version == seen
    record_entry(store, NURSE, "a", "goals", Goal(text="to walk"), seen=seen)


def test_charts_in_memory_are_bounded_by_their_events(store: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clinic_module, "EVENTS_KEPT", 40)
    goals = tuple(Goal(text=f"goal {number}") for number in range(9))
    people = [f"q{number}" for number in range(8)]
    charts = [Chart(patient=ChartPatient(id=person, family_name=person), goals=goals) for person in people]
    store.import_charts(charts, clinic="clinic", by="test")
    for person in [*people, *reversed(people), *people]:
        assert store.view("clinic", person).chart == charts[people.index(person)]
        assert len(store.chart_events("clinic", person)) == 10
        kept = [len(one.events) for one in store._charts.values()]
        assert sum(kept) == store._events_kept <= 40
    assert len(store._charts) == 4, "the latest four of ten events each"
    record_entry(store, NURSE, "q7", "goals", Goal(text="one more"))
    assert len(store.chart_events("clinic", "q7")) == 11
    assert sum(len(one.events) for one in store._charts.values()) == store._events_kept
    # One chart that is larger than the bound is still kept while it is read.
    monkeypatch.setattr(clinic_module, "EVENTS_KEPT", 5)
    assert store.view("clinic", "q1").chart == charts[1]
    assert len(store._charts) == 1
