"""Time the work list of a large clinic: built, restarted, and asked for while others write.

Run: ``OPENBLAS_NUM_THREADS=1 python benchmarks/record_worklist.py [patients]`` (20000 by default). The peer in the same
run is a bare SELECT of every patient's stored line with json.loads: less than that no list of all patients can cost.
The forecasts are laid down as known (computing them is timed apart, for ten patients).
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import insert, select

from reprieve.app.accounts.accounts import Person, Role
from reprieve.app.clinic import Clinic
from reprieve.app.record.entries import record_entry
from reprieve.app.record.forecasts import Forecasts
from reprieve.app.record.kept import SIGNS, marked
from reprieve.app.record.today import WorkList
from reprieve.record.chart import (
    Appointment,
    Chart,
    ChartPatient,
    Condition,
    DiaryEntry,
    GivenInjection,
    Session,
    Symptom,
)
from reprieve.store.engine import Database
from reprieve.store.tables import forecasts, work_lines

NURSE = Person("clinic", "nurse", Role.NURSE)


def chart_of(number: int, today: date) -> Chart:
    """Return a small chart: two sessions, a diary, a next visit."""
    last = today - timedelta(days=number % 120)
    return Chart(
        patient=ChartPatient(id=f"p{number}", family_name=f"Name{number * 7919 % 20011}", birth_date=date(1960, 1, 1)),
        conditions=(Condition(condition="cervical_dystonia"),),
        sessions=tuple(
            Session(
                id=f"s{number}-{day}",
                date=day,
                product="onabotulinumtoxinA",
                indication="cervical_dystonia",
                injections=(GivenInjection(muscle="splenius_capitis", side="left", units=Decimal(60), sites=2),),
                signed_by="Dr. A",
                signed_at=datetime(day.year, day.month, day.day, 10, tzinfo=UTC),
            )
            for day in (last - timedelta(days=90), last)
        ),
        diary=tuple(
            DiaryEntry(date=last + timedelta(days=day), severity=Decimal(4)) for day in (1, 2) if number % 3 == 0
        ),
        appointments=(Appointment(date=last + timedelta(days=91)),),
    )


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall and CPU milliseconds of one run."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


def main() -> None:
    """Print the table."""
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        database = Database(str(Path(folder) / "clinic.db"))
        store = Clinic(database)
        today = store.today()
        for start in range(0, patients, 500):
            many = [chart_of(number, today) for number in range(start, min(start + 500, patients))]
            store.import_charts(many, clinic="clinic", by="bench")
            sys.stderr.write(f"\r{start + len(many)} patients")
        sys.stderr.write("\n")
        rows: dict[str, tuple[float, float]] = {}
        versions = store.patient_ids("clinic")
        share = {f"p{number}": (number % 120) / 120 for number in range(patients)}
        short = {"abstains": False, "reason": None, "wear_off": None, "fading": None}
        with database.write() as connection:
            told = [
                {
                    "clinic": "clinic",
                    "patient": patient,
                    "version": version,
                    "on_date": today.isoformat(),
                    "answer": marked(
                        store.accounts.vault,
                        json.dumps({**short, "faded_share": share[patient]}),
                        "clinic",
                        patient,
                        version,
                        today.isoformat(),
                    ),
                }
                for patient, version in versions
            ]
            connection.execute(insert(forecasts), told)
        first = WorkList(store, Forecasts(store))
        rows["lines made for the first time, then stored"] = timed(lambda: first.make_lines("clinic", 600))
        again = WorkList(store, Forecasts(store))
        rows["first look after a restart"] = timed(lambda: again.on("clinic", today))
        looks = [timed(lambda: again.on("clinic", today)) for _ in range(9)]
        rows["each further look (median of 9)"] = sorted(looks)[4]

        def after_a_write() -> object:
            record_entry(store, NURSE, "p7", "symptoms", Symptom(date=today, symptom="fatigue"))
            return None

        after = []
        for _ in range(5):
            after_a_write()
            again.forecasts.warm("clinic", ["p7"], today)
            after.append(timed(lambda: again.on("clinic", today)))
        rows["a look after somebody wrote (median of 5)"] = sorted(after)[2]

        def bare() -> object:
            with database.read() as connection:
                return [json.loads(line[SIGNS:]) for line in connection.scalars(select(work_lines.c.line))]

        rows["peer: bare SELECT and json.loads of all lines"] = sorted(timed(bare) for _ in range(5))[2]
        fresh = Forecasts(store)
        ten = [patient for patient, _ in versions[:10]]
        for patient in ten:
            fresh._of_day("clinic", today).pop(patient, None)
        fresh.of("clinic", ten[0], today - timedelta(days=1))  # loads the model
        rows["ten forecasts computed"] = timed(lambda: fresh.warm("clinic", ten, today))
        shown = again.on("clinic", today)
        database.close()
    print(f"{patients} patients, {len(shown['rows'])} rows shown, {shown['pending']} forecasts pending")
    for name, (wall, cpu) in rows.items():
        print(f"{name:<48}{wall:10.1f} ms wall {cpu:10.1f} ms CPU")
    ratio = rows["each further look (median of 9)"][1] / rows["peer: bare SELECT and json.loads of all lines"][1]
    print(f"a look costs {ratio:.2f} of reading all lines bare")


if __name__ == "__main__":
    main()
