"""A small clinic behind the real application: guard, API, record on a disk. Nothing is mocked."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher

from reprieve.app.accounts.accounts import Accounts, Person, Role
from reprieve.app.clinic import Clinic
from reprieve.app.clock import now
from reprieve.app.ids import origin
from reprieve.app.record.audit import verification
from reprieve.record.chart import (
    Chart,
    ChartPatient,
    Condition,
    DiaryEntry,
    GivenInjection,
    Goal,
    MuscleEffect,
    Rating,
    Session,
)
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger
from reprieve.web.application import make_app
from reprieve.web.server import listen

PASSWORD = "correct horse 42"
# Argon2 as weak as it goes: the tests sign in hundreds of times; the strength is tested where it is made.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Clock:
    """The server's clock, which a test may move."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return now() + self.ahead


class Server:
    """One real server for all tests; each test puts its own application behind it."""

    def __init__(self) -> None:
        self.app: Any = None
        self.listener = listen("127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        config = uvicorn.Config(self.answer, log_level="error", interface="asgi3", lifespan="off", ws="none")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=lambda: asyncio.run(self.server.serve([self.listener])), daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)

    async def answer(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(timeout=10)
        self.listener.close()


class Browser:
    """One signed-in (or not signed-in) device: sends what the screens send."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.client.get(path, **more)

    def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> httpx.Response:
        told = {
            "X-Reprieve": "1",
            "Idempotency-Key": key or secrets.token_hex(8),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.client.post(path, json={} if body is None else body, headers=told)

    def sign_in(self, name: str, password: str = PASSWORD, clinic: str = "clinic", **more: str) -> httpx.Response:
        return self.post("/api/sign-in", {"name": name, "password": password, "clinic": clinic, **more})


def small_chart(patient: str, today: date) -> Chart:
    """Return a chart with something of each kind; its texts are words that no other part of the program writes."""
    given = today - timedelta(weeks=9)
    return Chart(
        patient=ChartPatient(
            id=patient, family_name="Zwetschgenbaum", given_name="Philippa", birth_date=date(1961, 4, 3)
        ),
        jurisdiction="US",
        conditions=(Condition(condition="cervical_dystonia"),),
        risks=("anticoagulant",),
        goals=(Goal(text="to read quincewords to a grandchild"),),
        sessions=(
            Session(
                id=f"session-{patient}",
                date=given,
                product="onabotulinumtoxinA",
                indication="cervical_dystonia",
                injections=(
                    GivenInjection(muscle="splenius_capitis", side="left", units=Decimal(60), sites=2, lot="LOT-7"),
                    GivenInjection(muscle="levator_scapulae", side="left", units=Decimal("37.5"), sites=1, lot="LOT-7"),
                ),
                muscle_effects=(MuscleEffect(muscle="splenius_capitis", side="left", effect="better"),),
                signed_by="Dr. Elsewhere",
                signed_at=datetime.fromisoformat(f"{given}T10:00:00+00:00"),
            ),
        ),
        ratings=(Rating(date=given, scale="twstrs", total=Decimal(41)),),
        diary=tuple(
            DiaryEntry(date=given + timedelta(days=day), severity=Decimal(6), note="mirabelle") for day in (1, 9, 30)
        ),
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def record(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A SQLite file; `parametrize("record", ["sqlite", "postgresql"], indirect=True)` asks for a server too."""
    if getattr(request, "param", "sqlite") == "postgresql":
        # Beside a file its key lies beside it; a server's key would be written into somebody's home.
        request.getfixturevalue("monkeypatch").setenv("REPRIEVE_KEY_FILE", str(tmp_path / "server.key"))
        return request.getfixturevalue("cluster").new_database()
    return str(tmp_path / "clinic.db")


@pytest.fixture
def store(record: str, clock: Clock) -> Iterator[Clinic]:
    database = Database(record)
    accounts = Accounts(Ledger(database, origin()), clock, QUICK)
    clinic = Clinic(database, clock=clock, accounts=accounts)
    fill(clinic)
    yield clinic
    # Whatever a test asked for, the tables beside the events follow from them, unless it broke the chain itself.
    found = verification(clinic)
    assert found["ok"] or not found["chain"], found["problems"]
    database.close()


def fill(clinic: Clinic) -> None:
    """Two clinics; in the first two patients and one account of each role."""
    for place, patients in (("clinic", ("p-1", "p-2")), ("south", ("p-1", "s-9"))):
        clinic.import_charts([small_chart(p, clinic.today()) for p in patients], clinic=place, by="test")
        for role in Role:
            person = Person(place, role.value, role, patients[0] if role is Role.PATIENT else None)
            clinic.accounts.create(person, PASSWORD, by="test")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def new_browser(store: Clinic, server: Server) -> Iterator[Callable[[], Browser]]:
    server.app = make_app(store, warm=False)
    clients: list[httpx.Client] = []

    def make() -> Browser:
        clients.append(httpx.Client(base_url=server.address, timeout=60, trust_env=False))
        return Browser(clients[-1])

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def signed_in(new_browser: Callable[[], Browser]) -> Callable[..., Browser]:
    """Signs a role in and returns its device."""

    def make(name: str, clinic: str = "clinic") -> Browser:
        browser = new_browser()
        answer = browser.sign_in(name, clinic=clinic)
        assert answer.status_code == 200, answer.text
        return browser

    return make
