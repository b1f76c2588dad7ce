"""Time the fold of a patient's twenty years, beside reading the same events and beside json.loads of the same text.

Run: ``OPENBLAS_NUM_THREADS=1 python benchmarks/record_fold.py``
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from reprieve.app.ids import new_id, origin
from reprieve.record.chart import (
    Appointment,
    Assessment,
    Chart,
    ChartPatient,
    DiaryEntry,
    GivenInjection,
    MuscleEffect,
    PostureFinding,
    Rating,
    Session,
    Symptom,
)
from reprieve.record.events_of_chart import events_of_chart
from reprieve.record.fold import fold_chart
from reprieve.store.codec import body_text
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger

YEARS = 20
MUSCLES = ("splenius_capitis", "levator_scapulae", "semispinalis_capitis", "trapezius", "scalenus_medius")


def twenty_years() -> Chart:
    """Four sessions a year, a diary entry every third day, two ratings and an examination for each cycle."""
    start = date(2006, 1, 2)
    days = [start + timedelta(days=91 * number) for number in range(YEARS * 4)]
    return Chart(
        patient=ChartPatient(id="p", family_name="Long", birth_date=date(1950, 1, 1)),
        sessions=tuple(
            Session(
                id=new_id(),
                date=day,
                product="onabotulinumtoxinA",
                indication="cervical_dystonia",
                injections=tuple(
                    GivenInjection(muscle=muscle, side="left", units=Decimal(40), sites=2, lot="L1")
                    for muscle in MUSCLES
                ),
                muscle_effects=tuple(MuscleEffect(muscle=muscle, side="left", effect="better") for muscle in MUSCLES),
                signed_by="Dr. A",
                signed_at=datetime(day.year, day.month, day.day, 10, tzinfo=UTC),
            )
            for day in days
        ),
        ratings=tuple(
            Rating(date=day + timedelta(days=later), scale="twstrs", total=Decimal(30))
            for day in days
            for later in (0, 35)
        ),
        diary=tuple(
            DiaryEntry(date=start + timedelta(days=3 * number), severity=Decimal(4)) for number in range(YEARS * 122)
        ),
        symptoms=tuple(Symptom(date=day, symptom="dysphagia", resolved=day + timedelta(days=9)) for day in days[::4]),
        assessments=tuple(
            Assessment(date=day, postures=(PostureFinding(posture="cervical.torticaput", side="left"),)) for day in days
        ),
        appointments=tuple(Appointment(date=day, state="kept") for day in days),
    )


def best_ms(work: Callable[[], object], rounds: int = 15) -> tuple[float, float]:
    """Return least and median CPU time of `work` in milliseconds; other work on the machine does not count."""
    times = []
    for _ in range(rounds):
        before = time.process_time()
        work()
        times.append((time.process_time() - before) * 1000)
    return min(times), statistics.median(times)


def main() -> None:
    """Print the table."""
    chart = twenty_years()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(str(Path(folder) / "clinic.db"))
        ledger = Ledger(database, origin())
        ledger.append(events_of_chart(chart, clinic="clinic", by="bench", at=datetime.now(UTC), new_id=new_id))
        events = ledger.events_of("clinic", "p")
        texts = [body_text(event.body) for event in events]
        assert fold_chart(events) == chart
        rows = {
            "fold of the events": best_ms(lambda: fold_chart(events)),
            "read, parse and fold": best_ms(lambda: fold_chart(ledger.events_of("clinic", "p", chart_only=True))),
            "json.loads of the same text, nothing else": best_ms(lambda: [json.loads(text) for text in texts]),
        }
        database.close()
    print(f"{len(events)} events of {YEARS} years")
    for name, (least, median) in rows.items():
        print(f"{name:<44}{least:8.1f} ms CPU least {median:8.1f} ms median")
    ratio = rows["read, parse and fold"][0] / rows["json.loads of the same text, nothing else"][0]
    print(f"reading a chart costs {ratio:.1f} times what parsing its text alone costs")


if __name__ == "__main__":
    main()
