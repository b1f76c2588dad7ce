"""Chart and live check of a patient with ten years of history, over HTTP: `python benchmarks/http_chart.py [requests]`.

A real server process answers one client that reads the chart, checks a plan after each change of a dose and asks for
the expected course. Prints median and 95 % in milliseconds, with what the same server needs for an answer of no work
beside it (`/api/health`), since the machine may be busy with other things.
"""

from __future__ import annotations

import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import record_fold
from argon2 import PasswordHasher
from record_load import HEADERS, PASSWORD, start_server

from reprieve.app.accounts.accounts import Accounts, Person, Role
from reprieve.app.clinic import Clinic
from reprieve.app.clock import now
from reprieve.app.ids import origin
from reprieve.record.chart import Chart, Condition
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger

YEARS = 10


def ten_years() -> Chart:
    """Return the chart of `record_fold` with ten years that end a week ago."""
    record_fold.YEARS = YEARS
    chart = record_fold.twenty_years()
    later = date.today() - timedelta(days=7) - max(session.date for session in chart.sessions)

    def moved(row: Any) -> Any:
        days = {"date": row.date + later}
        if getattr(row, "resolved", None):
            days["resolved"] = row.resolved + later
        if getattr(row, "signed_at", None):
            return replace(row, **days, signed_at=row.signed_at + later)
        return replace(row, **days)

    lists = ("sessions", "ratings", "diary", "symptoms", "assessments", "appointments")
    rows = {
        name: tuple(moved(row) for row in getattr(chart, name) if row.date + later <= date.today()) for name in lists
    }
    return replace(chart, conditions=(Condition(condition="cervical_dystonia"),), **rows)


def lay_down(target: str) -> int:
    """Fill a record with that patient and one account; returns the number of entries."""
    database = Database(target)
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    store = Clinic(database, accounts=Accounts(Ledger(database, origin()), now, quick))
    chart = ten_years()
    store.import_charts([chart], clinic="clinic", by="bench")
    person = Person("clinic", "injector", Role.INJECTOR)
    store.accounts.create(person, PASSWORD, by="bench", password_hash=quick.hash(PASSWORD))
    database.close()
    return len(chart.sessions) + len(chart.diary) + len(chart.ratings) + len(chart.assessments)


def plan_of(chart: dict[str, Any], units: int) -> dict[str, Any]:
    """Return the plan as the screen sends it: all toxin ever given goes with it."""
    given = [
        {
            "date": session["date"],
            "product": session["product"],
            "indication": session["indication"],
            "units": str(sum(int(float(row["units"])) for row in session["injections"])),
        }
        for session in chart["sessions"]
    ]
    last = chart["sessions"][-1]
    rows = [{name: row[name] for name in ("muscle", "side", "units", "sites")} for row in last["injections"]]
    rows[0]["units"] = str(units)
    return {
        "product": last["product"],
        "indication": last["indication"],
        "jurisdiction": "US",
        "injections": rows,
        "patient": {"birth_date": chart["patient"]["birth_date"], "exposures": given, "exposure_history": "known"},
        "last_session": {"date": last["date"], "product": last["product"], "units": given[-1]["units"]},
    }


def timed_ms(ask: Callable[[int], httpx.Response], rounds: int) -> list[float]:
    """Return the time of each of `rounds` answers."""
    spent = []
    for number in range(rounds):
        before = time.perf_counter()
        answer = ask(number)
        spent.append((time.perf_counter() - before) * 1000)
        if answer.status_code == 429:
            raise SystemExit("the server's own limit of requests was reached; ask for fewer")
        answer.raise_for_status()
    return spent


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory() as folder:
        target = str(Path(folder) / "clinic.sqlite")
        entries = lay_down(target)
        server, address = start_server(target)
        try:
            with httpx.Client(base_url=address, headers=HEADERS, timeout=60, trust_env=False) as client:
                client.post("/api/sign-in", json={"name": "injector", "password": PASSWORD}).raise_for_status()
                print(f"{YEARS} years, {entries} entries, {rounds} requests each")
                for name, spent in measured(client, rounds).items():
                    told = statistics.quantiles(spent, n=20)[-1]
                    print(f"{name:<44}median {statistics.median(spent):7.1f} ms   95 % {told:7.1f} ms")
        finally:
            server.terminate()
            server.wait(timeout=20)


def measured(client: httpx.Client, rounds: int) -> dict[str, list[float]]:
    """Return the times of each kind of request."""
    chart = client.get("/api/patients/p/chart").json()

    def post(path: str, number: int) -> httpx.Response:
        return client.post(
            path, json=plan_of(chart, 20 + number % 40), headers={"Idempotency-Key": secrets.token_hex(8)}
        )

    for warm in (lambda: post("/api/check", 0), lambda: post("/api/patients/p/preview", 0)):
        warm()
    return {
        "an answer of no work (/api/health)": timed_ms(lambda _: client.get("/api/health"), rounds),
        "chart": timed_ms(lambda _: client.get("/api/patients/p/chart"), rounds),
        "live check, another dose each time": timed_ms(lambda n: post("/api/check", n), rounds),
        "expected course, another total each time": timed_ms(
            lambda n: post("/api/patients/p/preview", n), min(rounds, 30)
        ),
    }


if __name__ == "__main__":
    main()
