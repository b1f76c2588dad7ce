"""S17: a real server is used for a while with words that stand nowhere else; no log, address or error page has one."""

from __future__ import annotations

import json
import os
import re
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
from argon2 import PasswordHasher

from reprieve.app.accounts.accounts import Accounts, Person, Role
from reprieve.app.clinic import Clinic
from reprieve.app.clock import now
from reprieve.app.ids import origin
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger

FAMILY, GIVEN, BORN = "Quittenkern", "Zacharias", "1961-04-03"
NOTE, GOAL, OTHER, OUTSIDE = "mirabellenmus", "hagebuttentee", "schlehenlikoer", "Dr. Kornelkirsche"
PASSWORD, NEW_PASSWORD, WRONG = "birnbaum und holunder", "weissdorn statt flieder", "vogelbeere am weg"
WORDS = {FAMILY, GIVEN, BORN, NOTE, GOAL, OTHER, OUTSIDE, PASSWORD, NEW_PASSWORD, WRONG}
CHART = "/api/patients/x-7"


class Used:
    """A server process, what it wrote, and what its answers said."""

    def __init__(self, folder: Path) -> None:
        self.target = folder / "clinic.db"
        database = Database(str(self.target))
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        store = Clinic(database, accounts=Accounts(Ledger(database, origin()), now, quick))
        for role in (Role.INJECTOR, Role.NURSE, Role.ADMINISTRATOR):
            store.accounts.create(Person("clinic", role.value, role), PASSWORD, by="test")
        database.close()
        self.log = folder / "log"
        self.secrets: set[str] = set()
        self.answers: list[httpx.Response] = []
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-X",
                    "dev",
                    "-m",
                    "reprieve",
                    "serve",
                    "--db",
                    str(self.target),
                    "--port",
                    "0",
                    "--json",
                ],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "default"},
            )
        assert self.process.stdout is not None
        lines: list[str] = []
        while not lines or lines[-1] != "}\n":
            lines.append(self.process.stdout.readline())
            assert lines[-1], self.log.read_text()
        self.told = "".join(lines)
        self.client = httpx.Client(base_url=json.loads(self.told)["address"], timeout=30, trust_env=False)

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        headers = {"X-Reprieve": "1", "Idempotency-Key": secrets.token_hex(8), **more.pop("headers", {})}
        answer = self.client.request(method, path, json=body, headers=headers, **more)
        self.answers.append(answer)
        return answer

    def sign_in(self, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        self.client.cookies.clear()
        answer = self.ask("POST", "/api/sign-in", {"name": name, "password": password, **more})
        if "reprieve_session" in self.client.cookies:
            self.secrets.add(self.client.cookies["reprieve_session"])
        return answer

    def stop(self) -> str:
        """Stop the server and return all that it wrote."""
        self.client.close()
        self.process.terminate()
        assert self.process.stdout is not None
        rest, _ = self.process.communicate(timeout=30)
        return self.told + rest + self.log.read_text()


@pytest.fixture
def used(tmp_path: Path) -> Iterator[Used]:
    server = Used(tmp_path)
    yield server
    server.client.close()
    if server.process.poll() is None:
        server.process.kill()
        server.process.communicate()


def work(used: Used) -> None:
    """Do what people do, and what goes wrong when they do."""
    ask = used.ask
    assert used.sign_in("nurse", WRONG).status_code == 403
    assert used.sign_in(FAMILY, WRONG).status_code == 403
    ask("POST", "/api/sign-in", {"name": "nurse", "password": [PASSWORD]})
    ask("POST", "/api/sign-in", {"name": "nurse", "password": PASSWORD, "pass": WRONG})
    assert used.sign_in("injector").status_code == 200
    person = {"id": "x-7", "family_name": FAMILY, "given_name": GIVEN, "birth_date": BORN}
    assert ask("POST", "/api/patients", {"patient": person}).status_code == 201
    assert ask("POST", "/api/patients", {"patient": person}).status_code == 409
    ask("POST", "/api/patients", {"patient": {**person, "id": "x-8", "birth_date": FAMILY}})
    assert ask("POST", f"{CHART}/goals", {"text": GOAL}).status_code == 201
    assert ask("POST", f"{CHART}/diary", {"date": "2026-01-05", "note": NOTE, "severity": "4"}).status_code == 201
    ask("POST", f"{CHART}/diary", {"date": NOTE, "note": NOTE, "severity": "4"})
    ask("POST", f"{CHART}/diary", {"date": "2026-01-05", "note": NOTE * 9000})
    ask("POST", f"{CHART}/diary", {"date": "2026-01-05", "note": NOTE + "\x00"})
    ask("POST", f"{CHART}/diary", {"date": "1950-01-05", "note": NOTE})
    ask("POST", f"{CHART}/symptoms", {"date": "2026-01-05", "symptom": OTHER, "muscle": "no_such_muscle"})
    ask("POST", f"{CHART}/ratings", {"date": "2026-01-05", "scale": "no_such_scale", "total": "4"})
    for path in ("chart", "history", "export", "forecast", "assessment", "since", "next-visit", "proposals"):
        ask("GET", f"{CHART}/{path}")
    ask("POST", "/api/patients/search", {"search": FAMILY})
    share = ask("POST", f"{CHART}/shares", {"for_whom": OUTSIDE}).json()
    used.secrets.add(share["secret"])
    ask("GET", "/api/shared", headers={"X-Share": share["secret"]})
    ask("GET", "/api/shared", headers={"X-Share": WRONG.replace(" ", "-") * 3})
    ask("POST", f"{CHART}/diary", headers={"Content-Type": "application/json"}, content=f'{{"note": "{NOTE}'.encode())
    ask("POST", f"{CHART}/diary", headers={"Origin": "https://elsewhere.example"})
    ask("GET", f"{CHART}/none")
    ask("GET", "/api/fhir/Patient/x-7")
    ask("POST", "/api/fhir/Patient/_search", headers={"Content-Type": "application/x-www-form-urlencoded"},
        content=f"family={FAMILY}".encode())  # fmt: skip
    codes = ask("POST", "/api/me/codes", {"password": PASSWORD}).json()
    used.secrets.add(codes["secret"])
    code = {"challenge": codes["challenge"], "code": pyotp.TOTP(codes["secret"]).now()}
    assert ask("POST", "/api/me/codes/confirm", code).status_code == 204
    ask("POST", "/api/me/codes/confirm", {**code, "code": NOTE})
    ask("POST", "/api/me/password", {"old": WRONG, "new": NEW_PASSWORD})
    assert used.sign_in("administrator").status_code == 200
    ask("POST", "/api/accounts", {"name": FAMILY, "password": NEW_PASSWORD, "role": "nurse"})
    ask("POST", "/api/accounts", {"name": FAMILY, "password": NEW_PASSWORD, "role": "no_such_role"})
    ask("GET", "/api/audit/events")
    ask("GET", "/api/accounts")


def break_the_record(target: Path) -> None:
    """Damage the record as no program of ours would."""
    with sqlite3.connect(target) as connection:
        body = json.dumps({"date": NOTE, "note": FAMILY})
        connection.execute("UPDATE events SET body = ? WHERE kind = 'diary_entered'", (body,))
        connection.execute("ALTER TABLE shares RENAME TO shares_gone")
    connection.close()


def break_sign_ins(target: Path) -> None:
    """Let readers of a sign-in fail in a way that nobody foresaw, with a text that must not be told."""
    with sqlite3.connect(target) as connection:
        connection.execute("UPDATE sign_ins SET expires_at = ?, seen_at = ?", (NOTE, NOTE))
    connection.close()


def test_s17_no_log_no_address_and_no_error_page_holds_what_was_typed(used: Used) -> None:
    work(used)
    refused = [answer for answer in used.answers if answer.status_code >= 400]
    assert len({answer.status_code for answer in refused}) >= 5, "too few ways of going wrong: this shows little"
    break_the_record(used.target)
    assert used.sign_in("nurse").status_code == 200
    assert used.ask("GET", f"{CHART}/history").status_code == 503
    assert used.ask("GET", "/api/shared", headers={"X-Share": "x" * 40}).status_code == 503
    break_sign_ins(used.target)
    assert used.ask("GET", f"{CHART}/history").status_code == 500
    refused += [answer for answer in used.answers if answer.status_code >= 500]
    written = used.stop()
    assert "a request failed with ValueError" in written, "the failure was not logged: this shows nothing"
    hidden = {*WORDS, *used.secrets}
    assert not [word for word in hidden if word.casefold() in written.casefold()]
    for answer in refused:
        assert not [word for word in hidden if word in answer.text], f"{answer.request.url.path}: {answer.text[:300]}"
    for answer in used.answers:
        address = str(answer.request.url) + answer.headers.get("location", "")
        assert not [word for word in hidden if word in address or re.sub(r"\s", "%20", word) in address]
