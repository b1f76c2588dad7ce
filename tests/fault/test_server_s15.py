"""S15, S23: the real server killed under load; devices that send everything twice; two that finalise one session."""

from __future__ import annotations

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher

from reprieve.app.accounts.accounts import Accounts, Person, Role
from reprieve.app.clinic import Clinic
from reprieve.app.clock import now
from reprieve.app.ids import origin
from reprieve.record.chart import Chart, ChartPatient
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger
from reprieve.store.verify import verify

PASSWORD = "correct horse 42"
PLAN = {
    "product": "onabotulinumtoxinA",
    "indication": "cervical_dystonia",
    "jurisdiction": "US",
    "patient": {"exposure_history": "known"},
    "injections": [{"muscle": "splenius_capitis", "side": "left", "units": "20", "sites": 2}],
}
SESSION = {
    "plan": PLAN,
    "given": {"injections": PLAN["injections"]},
    "checklist": [{"step": "identity"}, {"step": "product_and_side"}],
}


def lay_down(target: str) -> None:
    database = Database(target)
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    store = Clinic(database, accounts=Accounts(Ledger(database, origin()), now, quick))
    person = ChartPatient(id="p-1", birth_date=date(1961, 4, 3), exposure_history="known")
    store.import_charts([Chart(patient=person)], clinic="clinic", by="test")
    for role in (Role.NURSE, Role.INJECTOR):
        store.accounts.create(Person("clinic", role.value, role), PASSWORD, by="test")
    database.close()


class Running:
    """A real `reprieve serve` process."""

    def __init__(self, target: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "reprieve", "serve", "--db", target, "--port", "0", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
        assert self.process.stdout is not None
        lines: list[str] = []
        while not lines or lines[-1] != "}\n":
            lines.append(self.process.stdout.readline())
            assert lines[-1], "the server did not start"
        self.address = json.loads("".join(lines))["address"]

    def client(self, name: str) -> httpx.Client:
        with httpx.Client(base_url=self.address, headers={"X-Reprieve": "1"}, trust_env=False) as door:
            answer = door.post("/api/sign-in", json={"name": name, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            return httpx.Client(
                base_url=self.address, headers={"X-Reprieve": "1"}, cookies=door.cookies, timeout=30, trust_env=False
            )

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def post(client: httpx.Client, path: str, body: Any, key: str) -> httpx.Response:
    return client.post(path, json=body, headers={"Idempotency-Key": key})


def kill_under_load(target: str, rounds: int, seed: int) -> None:
    moments = random.Random(seed)
    lay_down(target)
    first_day = date.today() - timedelta(days=4000)
    sent: dict[str, dict[str, Any]] = {}
    acknowledged: dict[str, Any] = {}
    lock = threading.Lock()
    for _ in range(rounds):
        server = Running(target)
        stop = threading.Event()

        def device(address: str = server.address, stop: threading.Event = stop, server: Running = server) -> None:
            try:
                with server.client("nurse") as client:
                    while not stop.is_set():
                        key = secrets.token_hex(8)
                        with lock:
                            day = first_day + timedelta(days=len(sent))
                            body = sent[key] = {"date": day.isoformat(), "symptom": f"noted {key}"}
                        answer = post(client, "/api/patients/p-1/symptoms", body, key)
                        if answer.status_code == 201:
                            with lock:
                                acknowledged[key] = answer.json()
            except httpx.HTTPError:
                return  # the server was killed

        with ThreadPoolExecutor(4) as pool:
            running = [pool.submit(device) for _ in range(4)]
            # A moment after some writes, whichever machine it is.
            enough = len(acknowledged) + moments.randint(8, 20)
            while len(acknowledged) < enough and not all(one.done() for one in running):
                stop.wait(0.01)
            stop.wait(moments.uniform(0.0, 0.3))
            server.kill()
            stop.set()
            for one in running:
                one.result()
    assert len(acknowledged) > 5 * rounds, "hardly anything was written before the kills: this showed nothing"
    assert len(acknowledged) < len(sent), "no request was cut off: this showed nothing"
    server = Running(target)
    # Each device sends everything again, also what was acknowledged: nothing is written twice.
    with server.client("nurse") as client:
        for key, body in sent.items():
            answer = post(client, "/api/patients/p-1/symptoms", body, key)
            assert answer.status_code in (200, 201), answer.text
            assert key not in acknowledged or answer.json() == acknowledged[key]
        noted = [entry["symptom"] for entry in client.get("/api/patients/p-1/chart").json()["symptoms"]]
    server.kill()
    assert sorted(noted) == sorted(f"noted {key}" for key in sent)
    database = Database(target)
    found = verify(database)
    assert found.ok, found.problem
    database.close()


def test_s23_a_server_killed_under_load_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    kill_under_load(str(tmp_path / "clinic.db"), rounds=2, seed=5)


@pytest.mark.slow
def test_s23_a_server_killed_often_under_load_loses_nothing_that_it_acknowledged(target: str) -> None:
    kill_under_load(target, rounds=60, seed=6)


def test_s15_two_devices_that_finalise_one_session_make_one(target: str) -> None:
    lay_down(target)
    server = Running(target)
    try:
        devices = [server.client("injector") for _ in range(4)]
        path = "/api/patients/p-1/sessions"
        with ThreadPoolExecutor(4) as pool:
            # Four devices, each with its own key, each sending its request twice.
            keys = [secrets.token_hex(8) for _ in devices]
            answers = list(
                pool.map(lambda one: post(devices[one % 4], path, SESSION, keys[one % 4]), [0, 1, 2, 3, 0, 1, 2, 3])
            )
        made = {answer.json()["session_id"] for answer in answers if answer.status_code in (200, 201)}
        refused = {answer.status_code for answer in answers if answer.status_code not in (200, 201)}
        assert len(made) == 1, [answer.text[:300] for answer in answers]
        assert refused == {409}
        told = next(answer for answer in answers if answer.status_code == 409).json()["error"]["message"]
        assert "in the record already by injector" in told
        chart = devices[0].get("/api/patients/p-1/chart").json()
        assert [session["id"] for session in chart["sessions"]] == sorted(made)
        assert chart["sessions"][0]["injections"][0]["units"] == "20"
        for device in devices:
            device.close()
    finally:
        server.kill()
    database = Database(target)
    assert verify(database).ok
    database.close()
