"""`reprieve serve` as somebody at the terminal meets it: first run, own authority, workers, and what is refused."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from reprieve.cli.main import main
from reprieve.store.engine import Database
from reprieve.store.tables import meta
from reprieve.web.own_ca import own_certificates


@dataclass(frozen=True)
class Done:
    """What a command that ended by itself left behind."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str) -> Done:
    """Run `reprieve serve` in this process; only for what ends before it serves."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["serve", *arguments])
    return Done(code, out.getvalue(), err.getvalue())


@contextmanager
def serving(*arguments: str) -> Iterator[dict[str, Any]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "reprieve", "serve", "--port", "0", "--json", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    try:
        assert process.stdout is not None
        lines: list[str] = []
        while not lines or lines[-1] != "}\n":
            lines.append(process.stdout.readline())
            assert lines[-1], process.stderr.read() if process.stderr else ""
        yield json.loads("".join(lines))
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def test_the_first_account_is_made_for_this_record_and_told_once(tmp_path: Path) -> None:
    target = str(tmp_path / "clinic.db")
    with serving("--db", target) as told, httpx.Client(base_url=told["address"], trust_env=False) as client:
        account = told["accounts"][0]
        assert account["name"] == "administrator"
        assert len(account["password"]) == 23
        body = {"name": account["name"], "password": account["password"]}
        assert client.post("/api/sign-in", json=body, headers={"X-Reprieve": "1"}).status_code == 200
        for guess in ("administrator", "admin", "password", "reprieve", "dystonia-2026"):
            body = {"name": "administrator", "password": guess}
            assert client.post("/api/sign-in", json=body, headers={"X-Reprieve": "1"}).status_code in (403, 429)
        assert "demo_accounts" not in client.get("/api/health").json()
        assert "uvicorn" not in client.get("/api/health").headers.get("server", "")
    with serving("--db", target) as again:
        assert again["accounts"] == []


def test_s16_a_further_clinic_and_a_locked_out_administrator(tmp_path: Path) -> None:
    target = str(tmp_path / "clinic.db")
    Database(target).close()
    north = json.loads(run("--db", target, "--add-clinic", "north", "--json").stdout)
    again = run("--db", target, "--add-clinic", "north")
    assert (again.returncode, len(again.stderr.splitlines())) == (2, 1)
    assert run("--db", target, "--add-clinic", "North Side").returncode == 2
    reset = json.loads(run("--db", target, "--reset-account", "north/administrator", "--json").stdout)
    assert reset["password"] != north["password"]
    unknown = run("--db", target, "--reset-account", "north/nobody")
    assert unknown.returncode == 2
    assert "there is no account 'nobody'" in unknown.stderr
    with serving("--db", target) as told, httpx.Client(base_url=told["address"], trust_env=False) as client:
        for password, status in ((north["password"], 403), (reset["password"], 200)):
            body = {"name": "administrator", "password": password, "clinic": "north"}
            assert client.post("/api/sign-in", json=body, headers={"X-Reprieve": "1"}).status_code == status


def test_s16_https_by_the_clinics_own_authority(tmp_path: Path) -> None:
    folder = tmp_path / "certificates"
    with serving("--db", str(tmp_path / "clinic.db"), "--tls-own", str(folder)) as told:
        assert told["address"].startswith("https://")
        trusting = ssl.create_default_context(cafile=told["authority"])
        with httpx.Client(base_url=told["address"], verify=trusting, trust_env=False) as client:
            assert "max-age" in client.get("/api/health").headers["strict-transport-security"]
            body = {"name": "administrator", "password": told["accounts"][0]["password"]}
            answer = client.post("/api/sign-in", json=body, headers={"X-Reprieve": "1"})
            assert "secure" in answer.headers["set-cookie"].lower()
        with (
            httpx.Client(base_url=told["address"], verify=ssl.create_default_context(), trust_env=False) as stranger,
            pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
        ):
            stranger.get("/api/health")
    for key in ("authority.key", "server.key"):
        assert (folder / key).stat().st_mode & 0o777 == 0o600


def test_the_servers_certificate_is_renewed_and_the_authority_stays(tmp_path: Path) -> None:
    now = datetime(2026, 11, 26, tzinfo=UTC)
    first = own_certificates(tmp_path, ("clinic.local",), now)
    old = first.certificate.read_bytes()
    assert own_certificates(tmp_path, ("clinic.local",), now + timedelta(days=300)).certificate.read_bytes() == old
    later = own_certificates(tmp_path, ("clinic.local",), now + timedelta(days=365))
    assert later.certificate.read_bytes() != old
    assert (later.fingerprint, first.made, later.made) == (first.fingerprint, True, False)
    renamed = own_certificates(tmp_path, ("other.local", "192.168.1.4"), now + timedelta(days=365))
    assert renamed.certificate.read_bytes() != old


@pytest.mark.postgres
def test_several_workers_share_a_record_on_a_server(request: pytest.FixtureRequest) -> None:
    target = request.getfixturevalue("cluster").new_database()
    with serving("--db", target, "--workers", "2") as told:
        with httpx.Client(base_url=told["address"], trust_env=False, timeout=60) as client:
            body = {"name": "administrator", "password": told["accounts"][0]["password"]}
            assert client.post("/api/sign-in", json=body, headers={"X-Reprieve": "1"}).status_code == 200
            cookies = dict(client.cookies)
        for _ in range(8):  # each connection may meet another worker
            with httpx.Client(base_url=told["address"], trust_env=False, cookies=cookies, timeout=60) as client:
                assert client.get("/api/me").json()["name"] == "administrator"


def one_line(done: Done, *words: str) -> None:
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr


def test_what_cannot_be_served_is_one_clear_line_and_makes_no_record(tmp_path: Path) -> None:
    target = tmp_path / "clinic.db"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        one_line(run("--db", str(target), "--port", port), f"port {port}", "in use", "--port")
    one_line(run("--db", str(target), "--workers", "4"), "PostgreSQL")
    one_line(run("--db", str(target), "--tls-cert", "nowhere.pem"), "belong together")
    one_line(run("--db", str(target), "--tls-cert", "nowhere.pem", "--tls-key", "nowhere.key"), "nowhere.pem")
    one_line(run("--db", str(target), "--public-url", "clinic.example/path"), "--public-url")
    one_line(run("--db", str(target), "--identity-provider", "nowhere.json"), "nowhere.json")
    assert list(tmp_path.iterdir()) == []


def test_a_record_of_a_newer_version_is_one_clear_line(tmp_path: Path) -> None:
    target = tmp_path / "clinic.db"
    database = Database(str(target))
    with database.write() as connection:
        connection.execute(update(meta).where(meta.c.name == "schema").values(value="99"))
    database.close()
    one_line(run("--db", str(target), "--port", "0"), "newer version", "99", "update the program")
