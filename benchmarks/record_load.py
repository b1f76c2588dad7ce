"""Many people at one clinic at once: percentiles of reading a chart, the live check, a save and a diary entry.

Run: ``OPENBLAS_NUM_THREADS=1 python benchmarks/record_load.py [users] [seconds] [patients]`` (50 30 200 by
default; 200 300 20000 is for a machine of its own). A real server process answers over HTTP; every write is
on the disk before it is acknowledged. Peers in the same run: one fsync of this disk beside the save, and a bare FastAPI
handler that returns bytes of the same size beside the chart.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import httpx
from argon2 import PasswordHasher

from reprieve.app.accounts import Accounts, Person, Role
from reprieve.app.clinic import Clinic
from reprieve.app.demo import demo_charts
from reprieve.app.record_ids import now, origin
from reprieve.core.documents import as_json
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger
from reprieve.store.verify import verify

PASSWORD = "correct horse 42"
HEADERS = {"X-Reprieve": "1"}
BARE = """
import sys
from fastapi import FastAPI
from starlette.responses import Response
body = b"x" * int(sys.argv[1])
app = FastAPI()
@app.get("/bare")
def bare(): return Response(body, media_type="application/json")
import uvicorn
uvicorn.run(app, port=int(sys.argv[2]), log_level="error")
"""


def lay_down(target: str, patients: int, users: int) -> list[str]:
    """Fill a record, with an account for each user, and return the ids of its patients."""
    database = Database(target)
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    store = Clinic(database, accounts=Accounts(Ledger(database, origin()), now, quick))
    charts = demo_charts(7, store.today(), patients)
    for start in range(0, len(charts), 50):
        store.import_charts(charts[start : start + 50], clinic="clinic", by="bench")
    hashed = quick.hash(PASSWORD)
    for number in range(users):
        person = Person("clinic", f"injector {number}", Role.INJECTOR)
        store.accounts.create(person, PASSWORD, by="bench", password_hash=hashed)
    database.close()
    return [chart.patient.id for chart in charts]


def start_server(target: str) -> tuple[subprocess.Popen[str], str]:
    """Start `reprieve serve` and return it with its address."""
    command = [sys.executable, "-m", "reprieve", "serve", "--db", target, "--port", "0", "--json"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    lines: list[str] = []
    while not lines or lines[-1] != "}\n":
        lines.append(server.stdout.readline())
    return server, json.loads("".join(lines))["address"]


async def work(
    address: str, number: int, patients: list[str], seconds: float, took: dict[str, list[float]], failed: list[str]
) -> int:
    """Sign in and do what one person does for `seconds`; return the acknowledged writes."""
    async with httpx.AsyncClient(base_url=address, headers=HEADERS, timeout=60, trust_env=False) as client:
        body = {"name": f"injector {number}", "password": PASSWORD}
        answer = await client.post("/api/sign-in", json=body)
        assert answer.status_code == 200, answer.text
        return await person(client, patients, time.perf_counter() + seconds, number, took, failed)


async def person(
    client: httpx.AsyncClient,
    patients: list[str],
    end: float,
    number: int,
    took: dict[str, list[float]],
    failed: list[str],
) -> int:
    """Look, check, note and save until `end`; return the acknowledged writes."""
    choose, written = random.Random(number), 0
    plan = {
        "product": "onabotulinumtoxinA",
        "indication": "cervical_dystonia",
        "jurisdiction": "US",
        "injections": [{"muscle": "splenius_capitis", "side": "left", "units": "50", "sites": 2}],
    }

    async def timed(name: str, method: str, path: str, body: object = None) -> httpx.Response:
        before = time.perf_counter()
        headers = {"Idempotency-Key": secrets.token_hex(8)} if method == "POST" else {}
        answer = await client.request(method, path, json=body, headers=headers)
        took[name].append((time.perf_counter() - before) * 1000)
        if answer.status_code >= 400:
            failed.append(f"{name} {answer.status_code} {answer.text[:120]}")
        return answer

    while time.perf_counter() < end:
        patient = choose.choice(patients)
        await timed("chart", "GET", f"/api/patients/{patient}/chart")
        await timed("live check", "POST", "/api/check", plan)
        day = (date.today() - timedelta(days=choose.randrange(5))).isoformat()
        saved = await timed("diary", "POST", f"/api/patients/{patient}/diary", {"date": day, "severity": "4"})
        written += saved.status_code == 201
        saved = await timed("save", "POST", f"/api/patients/{patient}/drafts", {"plan": plan})
        written += saved.status_code == 201
        await asyncio.sleep(choose.uniform(0.5, 2.0))
    return written


def fsync_ms(folder: Path, rounds: int = 60) -> list[float]:
    """Return the times of writing four KiB and an fsync on this disk."""
    times = []
    with (folder / "probe").open("wb") as file:
        for _ in range(rounds):
            before = time.perf_counter()
            file.write(os.urandom(4096))
            file.flush()
            os.fsync(file.fileno())
            times.append((time.perf_counter() - before) * 1000)
    return times


def bare_ms(size: int, rounds: int = 100) -> list[float]:
    """Return the times of a bare handler that gives `size` bytes, asked by one client."""
    port = 8700 + os.getpid() % 200
    server = subprocess.Popen([sys.executable, "-c", BARE, str(size), str(port)])
    times = []
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            for _ in range(100):
                try:
                    client.get("/bare")
                    break
                except httpx.ConnectError:
                    time.sleep(0.2)
            for _ in range(rounds):
                before = time.perf_counter()
                client.get("/bare")
                times.append((time.perf_counter() - before) * 1000)
    finally:
        server.terminate()
        server.wait()
    return times


def memory_mib(process: int) -> float:
    """Return the resident memory of a process."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def show(name: str, times: list[float]) -> None:
    """Print one line of percentiles."""
    cuts = statistics.quantiles(times, n=100)
    print(f"{name:<34}{len(times):7d} {cuts[49]:9.1f} {cuts[94]:9.1f} {cuts[98]:9.1f}")


async def crowd(
    address: str, patients: list[str], users: int, seconds: float, took: dict[str, list[float]]
) -> tuple[int, list[str]]:
    """Let `users` work for `seconds`; return how many writes were acknowledged and what failed."""
    failed: list[str] = []
    people = (work(address, number, patients, seconds, took, failed) for number in range(users))
    return sum(await asyncio.gather(*people)), failed


def main() -> None:
    """Print the table."""
    given = [int(one) for one in sys.argv[1:]]
    users, seconds, patients = (*given, *(50, 30, 200)[len(given) :])
    with tempfile.TemporaryDirectory() as folder:
        target = str(Path(folder) / "clinic.db")
        ids = lay_down(target, patients, users)
        server, address = start_server(target)
        took: dict[str, list[float]] = defaultdict(list)
        try:
            before = memory_mib(server.pid)
            written, failed = asyncio.run(crowd(address, ids, users, seconds, took))
            after = memory_mib(server.pid)
        finally:
            server.terminate()
            server.wait()
        database = Database(target)
        found = verify(database)
        size = len(json.dumps(as_json(Clinic(database).view("clinic", ids[0]).chart)))
        database.close()
        print(f"{users} people, {seconds} s, {len(ids)} patients; chain holds: {found.ok}, {found.events} events")
        print(f"{written} writes acknowledged, {len(failed)} requests failed")
        print(f"memory of the server {before:.0f} -> {after:.0f} MiB")
        print(f"{'ms':<34}{'n':>7} {'p50':>9} {'p95':>9} {'p99':>9}")
        for name, times in took.items():
            show(name, times)
        show("peer: write 4 KiB and fsync", fsync_ms(Path(folder)))
        show(f"peer: bare handler, {size // 1000} kB, 1 client", bare_ms(size))
    for line in failed[:5]:
        print("failed:", line)


if __name__ == "__main__":
    main()
