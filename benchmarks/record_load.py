"""Many people at one clinic at once: percentiles of reading a chart, the live check, a save and a diary entry.

Run: ``OPENBLAS_NUM_THREADS=1 python benchmarks/record_load.py [users] [seconds] [patients] [record]`` (50 30 200 by
default; 200 300 20000 is for a machine of its own, and filling a record of that size takes ten minutes, so a file named
`record` is kept and copied by the next run). A real server process answers over HTTP; every write is on the disk before
it is acknowledged. Each person pauses one to five seconds between two steps. Peers in the same run: one fsync of this
disk beside the save, and a bare FastAPI handler that returns bytes of the same size beside the chart, each asked by one
client after the crowd has gone. Every acknowledged entry is looked for in the record at the end.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import httpx
from argon2 import PasswordHasher
from sqlalchemy import select

from reprieve.app.accounts.accounts import Accounts, Person, Role
from reprieve.app.clinic import Clinic
from reprieve.app.clock import now
from reprieve.app.demo.clinic import demo_charts
from reprieve.app.ids import origin
from reprieve.core.documents import as_json
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger
from reprieve.store.tables import events
from reprieve.store.verify import verify

PASSWORD = "correct horse 42"
HEADERS = {"X-Reprieve": "1"}
PAUSE_S = (1.0, 5.0)
# Number and hash of an entry, as its writer was told.
Written = tuple[int, str]
PLAN = {
    "product": "onabotulinumtoxinA",
    "indication": "cervical_dystonia",
    "jurisdiction": "US",
    "injections": [{"muscle": "splenius_capitis", "side": "left", "units": "50", "sites": 2}],
}
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
    ids: list[str] = []
    for start in range(0, patients, 50):
        # The demonstration clinic again and again under new ids: its charts have the size of real ones.
        some = demo_charts(7 + start, store.today(), min(50, patients - start))
        charts = [replace(c, patient=replace(c.patient, id=f"b{start + n}")) for n, c in enumerate(some)]
        store.import_charts(charts, clinic="clinic", by="bench")
        ids += [chart.patient.id for chart in charts]
    hashed = quick.hash(PASSWORD)
    for number in range(users):
        person = Person("clinic", f"injector {number}", Role.INJECTOR)
        store.accounts.create(person, PASSWORD, by="bench", password_hash=hashed)
    database.close()
    return ids


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
) -> list[Written]:
    """Sign in and do what one person does for `seconds`; return the acknowledged entries."""
    async with httpx.AsyncClient(base_url=address, headers=HEADERS, timeout=60, trust_env=False) as client:
        await asyncio.sleep(random.Random(-number).uniform(0, PAUSE_S[1]))
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
) -> list[Written]:
    """Look, check, note and save until `end`; return the acknowledged entries."""
    choose, written = random.Random(number), list[Written]()

    async def timed(name: str, method: str, path: str, body: object = None) -> None:
        before = time.perf_counter()
        headers = {"Idempotency-Key": secrets.token_hex(8)} if method == "POST" else {}
        try:
            answer = await client.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            failed.append(f"{name} {type(error).__name__}")
            return
        took[name].append((time.perf_counter() - before) * 1000)
        if answer.status_code >= 400:
            failed.append(f"{name} {answer.status_code} {answer.text[:120]}")
        elif answer.status_code == 201:
            told = answer.json()
            written.append((told["version"], told["hash"]))
        await asyncio.sleep(choose.uniform(*PAUSE_S))

    while time.perf_counter() < end:
        patient = choose.choice(patients)
        await timed("chart", "GET", f"/api/patients/{patient}/chart")
        await timed("live check", "POST", "/api/check", PLAN)
        day = (date.today() - timedelta(days=choose.randrange(5))).isoformat()
        await timed("diary", "POST", f"/api/patients/{patient}/diary", {"date": day, "severity": "4"})
        await timed("save", "POST", f"/api/patients/{patient}/drafts", {"plan": PLAN})
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


def cpu_s(process: int) -> float:
    """Return the processor seconds that a process has used."""
    told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def show(name: str, times: list[float]) -> None:
    """Print one line of percentiles."""
    cuts = statistics.quantiles(times, n=100)
    print(f"{name:<34}{len(times):7d} {cuts[49]:9.1f} {cuts[94]:9.1f} {cuts[98]:9.1f}")


async def crowd(
    address: str, patients: list[str], users: int, seconds: float, took: dict[str, list[float]]
) -> tuple[list[Written], list[str]]:
    """Let `users` work for `seconds`; return what was acknowledged, and what failed."""
    failed: list[str] = []
    people = (work(address, number, patients, seconds, took, failed) for number in range(users))
    return [entry for written in await asyncio.gather(*people) for entry in written], failed


def alone(address: str, patients: list[str], took: dict[str, list[float]], rounds: int = 100) -> None:
    """Read charts and save drafts by one client, so that the peers have something like themselves to stand beside."""
    with httpx.Client(base_url=address, headers=HEADERS, timeout=60, trust_env=False) as client:
        client.post("/api/sign-in", json={"name": "injector 0", "password": PASSWORD})
        for patient in random.Random(3).choices(patients, k=rounds):
            for name, method in (("chart, 1 client", "GET"), ("again, 1 client", "GET"), ("save, 1 client", "POST")):
                path = f"/api/patients/{patient}/{'chart' if method == 'GET' else 'drafts'}"
                before = time.perf_counter()
                headers = {"Idempotency-Key": secrets.token_hex(8)}
                client.request(method, path, json={"plan": PLAN} if method == "POST" else None, headers=headers)
                took[name].append((time.perf_counter() - before) * 1000)


def lost(database: Database, written: list[Written]) -> int:
    """Return how many of the acknowledged entries are not in the record."""
    found = 0
    with database.read() as connection:
        for start in range(0, len(written), 500):
            told = dict(written[start : start + 500])
            query = select(events.c.seq, events.c.hash).where(events.c.seq.in_(told))
            found += sum(told[row.seq] == row.hash for row in connection.execute(query))
    return len(written) - found


def watch_memory(process: int, every_s: float, seen: list[float], stop: threading.Event) -> None:
    """Note the memory of a process now and then."""
    while not stop.wait(every_s):
        seen.append(memory_mib(process))


def laid_down(folder: Path, patients: int, users: int, kept: Path | None) -> tuple[str, list[str]]:
    """Return a record to work on and the ids of its patients; `kept` is made once and copied."""
    target = folder / "clinic.db"
    if kept is None:
        return str(target), lay_down(str(target), patients, users)
    if not kept.exists():
        lay_down(str(kept), patients, users)
    shutil.copyfile(kept, target)
    return str(target), [f"b{number}" for number in range(patients)]


def main() -> None:
    """Print the table."""
    given = [int(one) for one in sys.argv[1:4]]
    users, seconds, patients = (*given, *(50, 30, 200)[len(given) :])
    kept = Path(sys.argv[4]) if len(sys.argv) > 4 else None
    with tempfile.TemporaryDirectory() as folder:
        target, ids = laid_down(Path(folder), patients, users, kept)
        server, address = start_server(target)
        took: dict[str, list[float]] = defaultdict(list)
        memory, stop = [memory_mib(server.pid)], threading.Event()
        watcher = threading.Thread(target=watch_memory, args=(server.pid, seconds / 10, memory, stop))
        watcher.start()
        try:
            began, cpu = time.perf_counter(), cpu_s(server.pid)
            written, failed = asyncio.run(crowd(address, ids, users, seconds, took))
            lasted, cpu = time.perf_counter() - began, cpu_s(server.pid) - cpu
            asked = sum(len(times) for times in took.values())
            alone(address, ids, took)
        finally:
            stop.set()
            watcher.join()
            server.terminate()
            server.wait()
        sys.stderr.write("verifying the record ...\n")
        database = Database(target)
        began = time.perf_counter()
        found = verify(database)
        verified = time.perf_counter() - began
        missing = lost(database, written)
        size = len(json.dumps(as_json(Clinic(database).view("clinic", ids[0]).chart)))
        database.close()
        print(f"{users} people, {seconds} s, {len(ids)} patients; chain holds: {found.ok}")
        print(f"{found.events} events, verified in {verified:.0f} s")
        print(f"{len(written)} writes acknowledged, {missing} lost, {len(failed)} of {asked} requests failed")
        print(f"{asked / lasted:.0f} requests a second, {1000 * cpu / asked:.1f} ms of the server's CPU for each")
        print("memory of the server, MiB:", *(f"{one:.0f}" for one in memory))
        print(f"{'ms':<34}{'n':>7} {'p50':>9} {'p95':>9} {'p99':>9}")
        for name, times in took.items():
            show(name, times)
        show("peer: write 4 KiB and fsync", fsync_ms(Path(folder)))
        show(f"peer: bare handler, {size // 1000} kB, 1 client", bare_ms(size))
    for line in failed[:5]:
        print("failed:", line)


if __name__ == "__main__":
    main()
